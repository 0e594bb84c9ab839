"""From a trained encoder–decoder to words: greedy search and beam search."""

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.params.seq2seq import Seq2seqParams
from firth.seq2seq.attention import Memory
from firth.seq2seq.data import sorted_batches, source_columns
from firth.seq2seq.networks import EncoderDecoder, top_hidden
from firth.seq2seq.recurrence import State
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID
from firth.training.precision import in_precision

ROWS = 8  # a CPU's library of products prepares itself for each new number of them, which takes longer than the product


@torch.no_grad()
def greedy_search(network: EncoderDecoder, source: Tensor, lengths: Tensor, max_length: int) -> list[list[int]]:
    """Take the most probable word at each position, until ``<eos>`` or ``max_length`` words.

    Parameters
    ----------
    source : (S, B) int64, padded.
    lengths : (B,) int64 ≥ 1, on the CPU.

    Returns
    -------
    list[list[int]]
        The words of each sentence, without ``<eos>``.
    """
    state, memory = network.read(source, lengths)
    hidden = top_hidden(state)  # (N, H): of N sentences, B at first
    outputs = torch.full((source.shape[1], max_length), EOS_ID, device=source.device)
    sentences = torch.arange(source.shape[1], device=source.device)  # (N,)
    ended = torch.zeros_like(sentences, dtype=torch.bool)
    for step in range(max_length):
        words = highest(_scores(network, hidden.unsqueeze(1), memory), 1)[1].flatten()  # (N,)
        ended |= words == EOS_ID
        if ended.all():
            break
        kept = _going_on(~ended)
        words, ended, sentences = words[kept].masked_fill(ended[kept], EOS_ID), ended[kept], sentences[kept]
        outputs[sentences, step] = words
        memory = memory.select(kept) if memory else None
        steps, state = network.decoder(words.unsqueeze(0), _select(state, kept))
        hidden = steps[0]
    columns = outputs.tolist()
    return [column[: column.index(EOS_ID)] if EOS_ID in column else column for column in columns]


class Endings:
    """The first ``wanted`` hypotheses of one sentence that have ended, of which the best is kept."""

    def __init__(self, wanted: int, length_penalty: float) -> None:
        self.wanted, self.length_penalty = wanted, length_penalty
        self.best, self.best_score = list[int](), -math.inf

    def add(self, words: list[int], log_probability: float, tokens: int) -> None:
        """Add one of so many tokens, ``<eos>`` included if it is there, if it is still wanted."""
        if not self.wanted:
            return
        score = log_probability / ((5 + tokens) / 6) ** self.length_penalty
        self.wanted -= 1
        if score > self.best_score:
            self.best, self.best_score = words, score


@torch.no_grad()
def beam_search(
    network: EncoderDecoder, source: Tensor, lengths: Tensor, max_length: int, beam_size: int, length_penalty: float
) -> list[list[int]]:
    """Keep the ``beam_size`` most probable beginnings of each sentence, and return its best ending.

    A hypothesis ends where ``<eos>`` is among the ``beam_size`` best continuations of its sentence, or at
    ``max_length`` words; a sentence is done when ``beam_size`` hypotheses have ended. The best is that of the highest
    log p ÷ ((5 + n) / 6)^α over n tokens, ``<eos>`` included, where α is the length penalty (Wu et al. 2016, equation
    14). One beam is greedy search; as many beams as there are hypotheses make it exact.

    Parameters and what is returned are those of ``greedy_search``. Shapes: N sentences that are not done, K beams.
    """
    state, memory = network.read(source, lengths)
    endings = [Endings(beam_size, length_penalty) for _ in range(source.shape[1])]
    sentences = torch.arange(len(endings), device=source.device)  # (N,): which are not done
    hidden = top_hidden(state).unsqueeze(1)  # (N, K, H), K = 1 at first, as all beams would begin alike
    totals = torch.zeros(hidden.shape[:2], device=source.device)  # (N, K): log p of each beam
    words = torch.empty(*totals.shape, 0, dtype=torch.int64, device=source.device)  # (N, K, t)
    for step in range(1, max_length + 1):
        scores, candidates = _likeliest(_scores(network, hidden, memory), beam_size + 1)  # (N, K, C)
        continued = (totals.unsqueeze(-1) + scores).flatten(1)  # (N, K · C)
        ranked, places = continued.topk(min(2 * beam_size, continued.shape[1]))  # one end a beam: K are no ends
        parents, following = places // scores.shape[-1], candidates.flatten(1).gather(1, places)
        is_end = following == EOS_ID
        ends = is_end & ranked.isfinite()
        for row, rank in ends[:, :beam_size].nonzero().tolist():
            beam = words[row, parents[row, rank]].tolist()
            endings[int(sentences[row])].add(beam, float(ranked[row, rank]), step)

        going_on = torch.tensor([endings[sentence].wanted > 0 for sentence in sentences.tolist()])
        if not going_on.any():
            return [ending.best for ending in endings]
        rows = _going_on(going_on.to(source.device))
        kept = is_end[rows].int().argsort(dim=1, stable=True)[:, :beam_size]  # ends last, the rest still by rank
        ranked, parents, following = (part[rows].gather(1, kept) for part in (ranked, parents, following))
        origins = (rows.unsqueeze(1) * totals.shape[1] + parents).flatten()  # (N · K,)
        totals = ranked.masked_fill(following == EOS_ID, -math.inf)
        words = torch.cat([words[rows.unsqueeze(1), parents], following.unsqueeze(-1)], -1)
        sentences, memory = sentences[rows], memory.select(rows) if memory else None
        steps, state = network.decoder(following.flatten().unsqueeze(0), _select(state, origins))
        hidden = steps[0].unflatten(0, totals.shape)
    for row, rank in totals.isfinite().nonzero().tolist():
        endings[int(sentences[row])].add(words[row, rank].tolist(), float(totals[row, rank]), max_length)
    return [ending.best for ending in endings]


def decode_all(
    network: EncoderDecoder, sources: TokenStream, settings: Seq2seqParams, precision: str
) -> list[list[int]]:
    """Outputs for every source, in their order, in batches and by the search that the settings name.

    ``precision`` is that of the experiment, as params.yaml names it. On a CPU, as many batches are
    searched side by side as there are threads: a search is made of many small products, which several threads share
    badly.
    """
    device, size = next(network.parameters()).device, settings.beam_size
    batches = sorted_batches(sources, settings)[::-1]  # the longest first, so that none is left over at the end

    def searched(indices: NDArray[np.int64]) -> list[list[int]]:
        columns, lengths = source_columns(sources, indices)
        columns = columns.to(device)
        with in_precision(precision, device):
            if size == 1:
                return greedy_search(network, columns, lengths, settings.max_length)
            return beam_search(network, columns, lengths, settings.max_length, size, settings.length_penalty)

    threads = torch.get_num_threads()
    workers = min(threads, len(batches)) if device.type == "cpu" else 1
    training = network.training
    network.eval()
    try:
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(threads // workers,)) as pool:
            found = list(pool.map(searched, batches))
    finally:
        torch.set_num_threads(threads)  # which threads to come begin with
        network.train(training)
    outputs: list[list[int]] = [[] for _ in range(len(sources))]
    for index, output in zip(chain(*batches), chain(*found), strict=True):
        outputs[index] = output
    return outputs


def _scores(network: EncoderDecoder, hidden: Tensor, memory: Memory | None) -> Tensor:
    """Score the next word: hidden layers (N, K, H) → (N, K, V); the beams look back as positions of a target do."""
    top = network.decoder.top(hidden.transpose(0, 1), memory).transpose(0, 1)
    return network.decoder.logits(top)


def _going_on(going_on: Tensor) -> Tensor:
    """Indices of the sentences that are not done, (N,) bool, and of some that are, to make a multiple of ``ROWS``."""
    count = math.ceil(int(going_on.sum()) / ROWS) * ROWS
    return (~going_on).int().argsort(stable=True)[:count]


def _likeliest(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """log P of the ``count`` most probable words by the scores of all, and which they are: (…, V) → (…, count) each.

    All scores are as far from log P as that of the most probable word, whose P is at least 1 / V and so never 0.
    """
    found, words = highest(scores, count)
    most_probable = scores.softmax(-1).gather(-1, words[..., :1])
    kind = torch.promote_types(scores.dtype, torch.float32)
    return found.to(kind) - found[..., :1].to(kind) + most_probable.to(kind).log(), words


def highest(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The ``count`` highest of the last dimension and their places, as ``topk`` finds them: (…, V) → (…, count) each.

    Dealt out into hands, the highest of all are in the hands whose own highest are the highest; to rank these, and what
    is in them, takes far less time than to rank everything.
    """
    count = min(count, scores.shape[-1])
    length = max(1, math.isqrt(scores.shape[-1] // count))  # makes hands and what is in the best of them as many
    hands = scores.shape[-1] // length
    best = scores[..., : hands * length].unflatten(-1, (length, hands)).amax(-2).topk(count)[1]  # (…, count)
    held = best.unsqueeze(-1) + hands * torch.arange(length, device=scores.device)  # (…, count, length)
    rest = torch.arange(hands * length, scores.shape[-1], device=scores.device).expand(*scores.shape[:-1], -1)
    places = torch.cat([held.flatten(-2), rest], -1)
    found, ranks = scores.gather(-1, places).topk(count)
    return found, places.gather(-1, ranks)


def _select(state: State, beams: Tensor) -> State:
    """The states of some beams, by index."""
    if isinstance(state, tuple):
        return state[0].index_select(1, beams), state[1].index_select(1, beams)
    return state.index_select(1, beams)
