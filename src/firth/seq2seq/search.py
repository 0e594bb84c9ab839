"""Decoding with a trained encoder–decoder: greedy search and beam search.

Shapes: N sentences that are not done, K beams, V vocabulary size, H hidden size.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.kernels.packed_recurrence import State
from firth.params.search_params import SearchParams
from firth.params.seq2seq_params import Seq2seqParams
from firth.seq2seq.attention import Memory
from firth.seq2seq.encoder_decoder import EncoderDecoder
from firth.seq2seq.pairs import sorted_batches, source_columns
from firth.seq2seq.recurrent_layers import top_hidden
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID
from firth.training.precision import in_precision

ROWS = 8  # sentences are decoded in multiples of it: for each new size, a CPU's matrix library needs a slow preparation


@torch.no_grad()
def greedy_search(network: EncoderDecoder, source: Tensor, lengths: Tensor, max_length: int) -> list[list[int]]:
    """Choose the most probable word at each position, until ``<eos>`` or ``max_length`` words.

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
    hidden = top_hidden(state)  # (N, H); at first, N = B
    outputs = torch.full((source.shape[1], max_length), EOS_ID, device=source.device)
    sentences = torch.arange(source.shape[1], device=source.device)  # (N,)
    finished = torch.zeros_like(sentences, dtype=torch.bool)
    for step in range(max_length):
        words = highest(_scores(network, hidden.unsqueeze(1), memory), 1)[1].flatten()  # (N,)
        finished |= words == EOS_ID
        if finished.all():
            break
        kept = _going_on(~finished)
        words, finished, sentences = words[kept].masked_fill(finished[kept], EOS_ID), finished[kept], sentences[kept]
        outputs[sentences, step] = words
        memory = memory.select(kept) if memory else None
        steps, state = network.decoder(words.unsqueeze(0), _select(state, kept))
        hidden = steps[0]
    columns = outputs.tolist()
    return [column[: column.index(EOS_ID)] if EOS_ID in column else column for column in columns]


class FinishedHypotheses:
    """The first ``wanted`` finished hypotheses of one sentence, of which the best is kept."""

    def __init__(self, wanted: int, length_penalty: float) -> None:
        self.wanted, self.length_penalty = wanted, length_penalty
        self.best, self.best_score = list[int](), -math.inf

    def add(self, words: list[int], log_probability: float, tokens: int) -> None:
        """Add a hypothesis of ``tokens`` tokens, ``<eos>`` included, unless there are enough already."""
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
    """Keep the ``beam_size`` most probable prefixes of each output, and return the best finished hypothesis.

    A hypothesis is finished if its ``<eos>`` is among the ``beam_size`` best continuations of its sentence, or at
    ``max_length`` words; a sentence is done when it has ``beam_size`` finished hypotheses. The best hypothesis has the
    highest log p ÷ ((5 + n) / 6)^α for n tokens, ``<eos>`` included, where α is the length penalty (Wu et al. 2016,
    equation 14). A beam of one is greedy search; a beam of all hypotheses is exact search.

    Other parameters and the result are those of ``greedy_search``.
    """
    state, memory = network.read(source, lengths)
    finished = [FinishedHypotheses(beam_size, length_penalty) for _ in range(source.shape[1])]
    sentences = torch.arange(len(finished), device=source.device)  # (N,): indices of those not done
    hidden = top_hidden(state).unsqueeze(1)  # (N, K, H); at first, K = 1: all beams would be equal
    totals = torch.zeros(hidden.shape[:2], device=source.device)  # (N, K): log p of each beam
    words = torch.empty(*totals.shape, 0, dtype=torch.int64, device=source.device)  # (N, K, t)
    for step in range(1, max_length + 1):
        scores, candidates = _likeliest(_scores(network, hidden, memory), beam_size + 1)  # (N, K, C)
        continued = (totals.unsqueeze(-1) + scores).flatten(1)  # (N, K · C)
        ranked, cells = continued.topk(min(2 * beam_size, continued.shape[1]))  # at most K end in <eos>, so K go on
        parents, following = cells // scores.shape[-1], candidates.flatten(1).gather(1, cells)
        is_eos = following == EOS_ID
        complete = is_eos & ranked.isfinite()
        for row, rank in complete[:, :beam_size].nonzero().tolist():
            beam = words[row, parents[row, rank]].tolist()
            finished[int(sentences[row])].add(beam, float(ranked[row, rank]), step)

        going_on = torch.tensor([finished[sentence].wanted > 0 for sentence in sentences.tolist()])
        if not going_on.any():
            return [hypotheses.best for hypotheses in finished]
        rows = _going_on(going_on.to(source.device))
        kept = is_eos[rows].int().argsort(dim=1, stable=True)[:, :beam_size]  # <eos> last, otherwise by rank
        ranked, parents, following = (part[rows].gather(1, kept) for part in (ranked, parents, following))
        origins = (rows.unsqueeze(1) * totals.shape[1] + parents).flatten()  # (N · K,)
        totals = ranked.masked_fill(following == EOS_ID, -math.inf)
        words = torch.cat([words[rows.unsqueeze(1), parents], following.unsqueeze(-1)], -1)
        sentences, memory = sentences[rows], memory.select(rows) if memory else None
        steps, state = network.decoder(following.flatten().unsqueeze(0), _select(state, origins))
        hidden = steps[0].unflatten(0, totals.shape)
    for row, rank in totals.isfinite().nonzero().tolist():
        finished[int(sentences[row])].add(words[row, rank].tolist(), float(totals[row, rank]), max_length)
    return [hypotheses.best for hypotheses in finished]


def decode_all(
    network: EncoderDecoder, sources: TokenStream, settings: Seq2seqParams, search: SearchParams, precision: str
) -> list[list[int]]:
    """Outputs for every source, in their order; greedy search with a beam of one, otherwise beam search.

    On a CPU, batches are decoded in parallel, one a thread: the products of a search are too small for several threads.

    Parameters
    ----------
    settings : ``batch_size`` and ``batch_type``.
    precision : of the experiment, as in params.yaml.
    """
    device = next(network.parameters()).device
    batches = sorted_batches(sources, settings)[::-1]  # the longest first, so that no thread ends much later

    def decode(indices: NDArray[np.int64]) -> list[list[int]]:
        columns, lengths = source_columns(sources, indices)
        columns = columns.to(device)
        with in_precision(precision, device):
            if search.beam_size == 1:
                return greedy_search(network, columns, lengths, search.max_length)
            return beam_search(network, columns, lengths, search.max_length, search.beam_size, search.length_penalty)

    threads = torch.get_num_threads()
    workers = max(1, min(threads, len(batches))) if device.type == "cpu" else 1
    training = network.training
    network.eval()
    try:
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(threads // workers,)) as pool:
            found = list(pool.map(decode, batches))
    finally:
        torch.set_num_threads(threads)  # also the initial value of new threads
        network.train(training)
    outputs: list[list[int]] = [[] for _ in range(len(sources))]
    for index, output in zip(chain(*batches), chain(*found), strict=True):
        outputs[index] = output
    return outputs


def _scores(network: EncoderDecoder, hidden: Tensor, memory: Memory | None) -> Tensor:
    """Logits of the next word: hidden states (N, K, H) → (N, K, V); to attention, beams are target positions."""
    top = network.decoder.top(hidden.transpose(0, 1), memory).transpose(0, 1)
    return network.decoder.logits(top)


def _going_on(going_on: Tensor) -> Tensor:
    """Indices where ``going_on``, (N,) bool, is true, and of some other sentences, to make a multiple of ``ROWS``."""
    count = math.ceil(int(going_on.sum()) / ROWS) * ROWS
    return (~going_on).int().argsort(stable=True)[:count]


def _likeliest(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """log P of the ``count`` most probable words, and their ids: logits (…, V) → (…, count) each.

    All logits differ from log P by the same number as the most probable word's, whose P is at least 1 / V, never 0.
    """
    found, words = highest(scores, count)
    most_probable = scores.softmax(-1).gather(-1, words[..., :1])
    kind = torch.promote_types(scores.dtype, torch.float32)
    return found.to(kind) - found[..., :1].to(kind) + most_probable.to(kind).log(), words


def highest(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The ``count`` highest scores of the last dimension and their indices, as ``topk``: (…, V) → (…, count) each.

    The scores are split into groups. The global top k lie within the groups whose own maximum is among the top k of
    group maxima, so that only the maxima and the scores of k groups are ranked, in far less time than all scores.
    """
    count = min(count, scores.shape[-1])
    length = max(1, math.isqrt(scores.shape[-1] // count))  # of a group, such that both rankings have equal size
    groups = scores.shape[-1] // length
    best = scores[..., : groups * length].unflatten(-1, (length, groups)).amax(-2).topk(count)[1]  # (…, count)
    members = best.unsqueeze(-1) + groups * torch.arange(length, device=scores.device)  # (…, count, length)
    rest = torch.arange(groups * length, scores.shape[-1], device=scores.device).expand(*scores.shape[:-1], -1)
    indices = torch.cat([members.flatten(-2), rest], -1)
    found, ranks = scores.gather(-1, indices).topk(count)
    return found, indices.gather(-1, ranks)


def _select(state: State, beams: Tensor) -> State:
    """The states at these indices of the batch dimension."""
    if isinstance(state, tuple):
        return state[0].index_select(1, beams), state[1].index_select(1, beams)
    return state.index_select(1, beams)
