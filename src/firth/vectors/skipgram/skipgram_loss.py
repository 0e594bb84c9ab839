"""The losses of skip-gram, and their curvature: negative sampling, and the softmax that it replaces."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class SkipGramBatch(NamedTuple):
    """A subsampled piece of text, and the negatives that all its pairs share.

    ``text``, ``sentence``, ``windows``: (T,), each word's id, the number of its sentence, and its window size: how many
    words to either side are its contexts, at most ``context_window``; 0 for an empty position. ``negatives``: (N,).
    """

    text: Tensor
    sentence: Tensor
    windows: Tensor
    negatives: Tensor
    context_window: int


def negative_sampling_loss(words: Tensor, contexts: Tensor, batch: SkipGramBatch, negative_samples: float) -> Tensor:
    """The loss of a batch's pairs, summed, in nats (Mikolov et al. 2013, section 2.2, equation 4).

    Distinguish the true context c of a word w from k words n drawn from the noise distribution:

        −log σ(u_c · v_w) − k · E_n[log σ(−u_n · v_w)],

    where the expectation is the mean over the batch's negatives, which its pairs share. The optimum is
    u · v = PMI(w, c) − log k (Levy & Goldberg 2014).

    Parameters
    ----------
    words, contexts : (V, D), the vectors v and u.
    """
    v, u = words[batch.text], contexts[batch.text]  # (T, D) each
    noise = v @ contexts[batch.negatives].T  # (T, N)
    loss = (
        negative_samples * (F.softplus(noise).mean(1) * pairs_per_position(batch)[0]).sum()
    )  # −log σ(−x) = softplus(x)
    for word, context, pairs in pairs_by_distance(batch):
        loss = loss + (F.softplus(-(v[word] * u[context]).sum(1)) * pairs).sum()
    return loss


def softmax_loss(words: Tensor, contexts: Tensor, batch: SkipGramBatch) -> Tensor:
    """The loss of a batch's pairs, summed, in nats: −log P(c | w), where P(c | w) ∝ exp(u_c · v_w) (equation 2).

    The normalization of P takes V inner products for every word.
    """
    v, u = words[batch.text], contexts[batch.text]  # (T, D) each
    loss = (torch.logsumexp(v @ contexts.T, dim=1) * pairs_per_position(batch)[0]).sum()
    for word, context, pairs in pairs_by_distance(batch):
        loss = loss - ((v[word] * u[context]).sum(1) * pairs).sum()
    return loss


def negative_sampling_curvature(
    words: Tensor, contexts: Tensor, batch: SkipGramBatch, negative_samples: float
) -> tuple[Tensor, Tensor]:
    """Trace of the loss's second derivative with respect to each row: (V,) for the words and (V,) for the contexts.

    A pair contributes σ′(u · v) ‖u‖² to the row of v, and σ′(u · v) ‖v‖² to the row of u.
    """
    v, u, negatives = words[batch.text], contexts[batch.text], contexts[batch.negatives]
    as_word, _ = pairs_per_position(batch)
    v_square, u_square, negative_square = (part.square().sum(1) for part in (v, u, negatives))
    noise = _slope(v @ negatives.T) * (negative_samples * as_word / len(negatives))[:, None]  # (T, N)
    of_words, of_contexts = noise @ negative_square, torch.zeros_like(v_square)  # (T,) each
    for word, context, pairs in pairs_by_distance(batch):
        slope = _slope((v[word] * u[context]).sum(1)) * pairs
        of_words[word] += slope * u_square[context]
        of_contexts[context] += slope * v_square[word]
    context_rows = torch.bincount(batch.text, of_contexts, len(words))
    context_rows += torch.bincount(batch.negatives, noise.T @ v_square, len(words))
    return torch.bincount(batch.text, of_words, len(words)), context_rows


def softmax_curvature(words: Tensor, contexts: Tensor, batch: SkipGramBatch) -> tuple[Tensor, Tensor]:
    """The same for the softmax: a pair contributes Σ_c P(c | w) ‖u_c‖² to its word, P (1 − P) ‖v‖² to each context.

    For words it is a bound: of the trace, ‖Σ_c P(c | w) u_c‖² is not subtracted.
    """
    v, (as_word, _) = words[batch.text], pairs_per_position(batch)
    probabilities = torch.softmax(v @ contexts.T, dim=1)  # (T, V)
    of_words = torch.bincount(batch.text, probabilities @ contexts.square().sum(1) * as_word, len(words))
    return of_words, (probabilities * (1 - probabilities) * as_word[:, None]).T @ v.square().sum(1)


def _slope(logits: Tensor) -> Tensor:
    """σ′(logits)."""
    probabilities = torch.sigmoid(logits)
    return probabilities * (1 - probabilities)


def pairs_by_distance(batch: SkipGramBatch) -> Iterator[tuple[slice, slice, Tensor]]:
    """The pairs, by distance and side: positions of words, positions of their contexts, and which of them are pairs."""
    for distance in range(1, min(batch.context_window, len(batch.text) - 1) + 1):
        before, after = slice(None, -distance), slice(distance, None)
        occupied = (batch.windows[before] > 0) & (batch.windows[after] > 0)
        together = occupied & (batch.sentence[before] == batch.sentence[after])
        yield before, after, together & (batch.windows[before] >= distance)
        yield after, before, together & (batch.windows[after] >= distance)


def pairs_per_position(batch: SkipGramBatch) -> tuple[Tensor, Tensor]:
    """In how many pairs each position of the text is the word, and in how many the context; (T,) each."""
    as_word, as_context = torch.zeros_like(batch.text), torch.zeros_like(batch.text)
    for word, context, pairs in pairs_by_distance(batch):
        as_word[word] += pairs
        as_context[context] += pairs
    return as_word, as_context
