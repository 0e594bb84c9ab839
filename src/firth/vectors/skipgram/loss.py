"""What skip-gram minimizes, stated once: negative sampling, and the softmax that it stands in for."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Batch(NamedTuple):
    """A piece of text as it was drawn, and the words that its pairs are told from.

    ``text``, ``sentence``, ``reach``: (T,), each word's id, the number of its sentence, and how many words its window
    reaches to either side, at most ``context_window``; 0 for a place that is left empty. ``negatives``: (N,).
    """

    text: Tensor
    sentence: Tensor
    reach: Tensor
    negatives: Tensor
    context_window: int


def negative_sampling_loss(words: Tensor, contexts: Tensor, batch: Batch, negative_samples: float) -> Tensor:
    """The loss of a batch's pairs, summed, in nats (Mikolov et al. 2013, section 2.2, equation 4).

    Tell the true context c of a word w from k words n drawn from the noise distribution:

        −log σ(u_c · v_w) − k · E_n[log σ(−u_n · v_w)],

    where the expectation is the mean over the batch's negatives, which its pairs share. The optimum is
    u · v = PMI(w, c) − log k (Levy & Goldberg 2014): no longer a normalized model, but its vectors serve as well.

    Parameters
    ----------
    words, contexts : (V, D), the vectors v and u.
    """
    v, u = words[batch.text], contexts[batch.text]  # (T, D) each
    noise = v @ contexts[batch.negatives].T  # (T, N)
    loss = negative_samples * (F.softplus(noise).mean(1) * pairs_per_place(batch)[0]).sum()  # −log σ(−x) = softplus(x)
    for word, context, pairs in taken(batch):
        loss = loss + (F.softplus(-(v[word] * u[context]).sum(1)) * pairs).sum()
    return loss


def softmax_loss(words: Tensor, contexts: Tensor, batch: Batch) -> Tensor:
    """The loss of a batch's pairs, summed, in nats: −log P(c | w), where P(c | w) ∝ exp(u_c · v_w) (equation 2).

    The sum over the vocabulary that makes P a distribution takes every u for every word: V products a word.
    """
    v, u = words[batch.text], contexts[batch.text]  # (T, D) each
    loss = (torch.logsumexp(v @ contexts.T, dim=1) * pairs_per_place(batch)[0]).sum()
    for word, context, pairs in taken(batch):
        loss = loss - ((v[word] * u[context]).sum(1) * pairs).sum()
    return loss


def negative_sampling_curvature(
    words: Tensor, contexts: Tensor, batch: Batch, negative_samples: float
) -> tuple[Tensor, Tensor]:
    """How steeply the loss bends along each row, at most: (V,) for the words and for the contexts.

    A pair bends it by σ′(u · v) ‖u‖² along v, and by σ′(u · v) ‖v‖² along u; a row's is the sum over its pairs.
    """
    v, u, negatives = words[batch.text], contexts[batch.text], contexts[batch.negatives]
    as_word, _ = pairs_per_place(batch)
    v_square, u_square, negative_square = (part.square().sum(1) for part in (v, u, negatives))
    noise = _slope(v @ negatives.T) * (negative_samples * as_word / len(negatives))[:, None]  # (T, N)
    of_words, of_contexts = noise @ negative_square, torch.zeros_like(v_square)  # (T,) each
    for word, context, pairs in taken(batch):
        slope = _slope((v[word] * u[context]).sum(1)) * pairs
        of_words[word] += slope * u_square[context]
        of_contexts[context] += slope * v_square[word]
    context_rows = torch.bincount(batch.text, of_contexts, len(words))
    context_rows += torch.bincount(batch.negatives, noise.T @ v_square, len(words))
    return torch.bincount(batch.text, of_words, len(words)), context_rows


def softmax_curvature(words: Tensor, contexts: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """The same of the softmax, at most: a word bends it by Σ_c P(c | w) ‖u_c‖², a context by P (1 − P) ‖v‖² a pair."""
    v, (as_word, _) = words[batch.text], pairs_per_place(batch)
    chances = torch.softmax(v @ contexts.T, dim=1)  # (T, V)
    of_words = torch.bincount(batch.text, chances @ contexts.square().sum(1) * as_word, len(words))
    return of_words, (chances * (1 - chances) * as_word[:, None]).T @ v.square().sum(1)


def _slope(logits: Tensor) -> Tensor:
    """σ′."""
    chances = torch.sigmoid(logits)
    return chances * (1 - chances)


def taken(batch: Batch) -> Iterator[tuple[slice, slice, Tensor]]:
    """The pairs, by distance and side: the places of the words, those of their contexts, and which are pairs."""
    for distance in range(1, min(batch.context_window, len(batch.text) - 1) + 1):
        before, after = slice(None, -distance), slice(distance, None)
        occupied = (batch.reach[before] > 0) & (batch.reach[after] > 0)
        together = occupied & (batch.sentence[before] == batch.sentence[after])
        yield before, after, together & (batch.reach[before] >= distance)
        yield after, before, together & (batch.reach[after] >= distance)


def pairs_per_place(batch: Batch) -> tuple[Tensor, Tensor]:
    """How many pairs each place of the text stands in as the word, and as the context; (T,) each."""
    as_word, as_context = torch.zeros_like(batch.text), torch.zeros_like(batch.text)
    for word, context, pairs in taken(batch):
        as_word[word] += pairs
        as_context[context] += pairs
    return as_word, as_context
