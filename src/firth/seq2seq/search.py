"""From a trained encoder–decoder to words: greedy search and beam search."""

import math

import torch
from torch import Tensor

from firth.params.seq2seq import Seq2seqParams
from firth.seq2seq.attention import Memory
from firth.seq2seq.data import sorted_batches, source_columns
from firth.seq2seq.networks import EncoderDecoder, top_hidden
from firth.seq2seq.recurrence import State
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID


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
    hidden = top_hidden(state)  # (B, H)
    ended = torch.zeros(source.shape[1], dtype=torch.bool, device=source.device)
    rows = []
    for _ in range(max_length):
        words = _log_probabilities(network, hidden.unsqueeze(1), memory).squeeze(1).argmax(-1)  # (B,)
        ended |= words == EOS_ID
        if ended.all():
            break
        rows.append(words.masked_fill(ended, EOS_ID))
        steps, state = network.decoder(words.unsqueeze(0), state)
        hidden = steps[0]
    if not rows:
        return [[] for _ in ended]
    columns = torch.stack(rows, dim=1).tolist()  # (B, up to max_length)
    return [column[: column.index(EOS_ID)] if EOS_ID in column else column for column in columns]


class Endings:
    """The hypotheses of one sentence that have ended, of which the best is kept."""

    def __init__(self, length_penalty: float) -> None:
        self.length_penalty = length_penalty
        self.count, self.best, self.best_score = 0, list[int](), -math.inf

    def add(self, words: list[int], log_probability: float, tokens: int) -> None:
        """One of so many tokens, ``<eos>`` included if it is there."""
        score = log_probability / ((5 + tokens) / 6) ** self.length_penalty
        self.count += 1
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
    endings = [Endings(length_penalty) for _ in range(source.shape[1])]
    sentences = torch.arange(len(endings), device=source.device)  # (N,): which are not done
    hidden = top_hidden(state).unsqueeze(1)  # (N, K, H), K = 1 at first, as all beams would begin alike
    totals = torch.zeros(hidden.shape[:2], device=source.device)  # (N, K): log p of each beam
    words = torch.empty(*totals.shape, 0, dtype=torch.int64, device=source.device)  # (N, K, t)
    for step in range(1, max_length + 1):
        continued = totals.unsqueeze(-1) + _log_probabilities(network, hidden, memory)  # (N, K, V)
        ranked, places = continued.flatten(1).topk(min(2 * beam_size, continued[0].numel()))  # at least K are no ends
        parents, following = places // continued.shape[-1], places % continued.shape[-1]
        is_end = following == EOS_ID
        ends = is_end & ranked.isfinite()
        for row, rank in ends[:, :beam_size].nonzero().tolist():
            beam = words[row, parents[row, rank]].tolist()
            endings[int(sentences[row])].add(beam, float(ranked[row, rank]), step)

        going_on = [row for row, sentence in enumerate(sentences.tolist()) if endings[sentence].count < beam_size]
        if not going_on:
            return [ending.best for ending in endings]
        rows = torch.tensor(going_on, device=source.device)
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


def decode_all(network: EncoderDecoder, sources: TokenStream, settings: Seq2seqParams) -> list[list[int]]:
    """Outputs for every source, in their order, in batches and by the search that the settings name."""
    size, device = settings.beam_size, next(network.parameters()).device
    outputs: list[list[int]] = [[] for _ in range(len(sources))]
    training = network.training
    network.eval()
    for indices in sorted_batches(sources, settings):
        columns, lengths = source_columns(sources, indices)
        columns = columns.to(device)
        if size == 1:
            found = greedy_search(network, columns, lengths, settings.max_length)
        else:
            found = beam_search(network, columns, lengths, settings.max_length, size, settings.length_penalty)
        for index, output in zip(indices, found, strict=True):
            outputs[index] = output
    network.train(training)
    return outputs


def _log_probabilities(network: EncoderDecoder, hidden: Tensor, memory: Memory | None) -> Tensor:
    """log P of the next word: hidden layers (N, K, H) → (N, K, V); the beams look back as positions of a target do."""
    top = network.decoder.top(hidden.transpose(0, 1), memory).transpose(0, 1)
    return network.decoder.logits(top).log_softmax(-1)


def _select(state: State, beams: Tensor) -> State:
    """The states of some beams, by index."""
    if isinstance(state, tuple):
        return state[0].index_select(1, beams), state[1].index_select(1, beams)
    return state.index_select(1, beams)
