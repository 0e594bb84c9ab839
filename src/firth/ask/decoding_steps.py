"""What an encoder–decoder computes word by word: the states that it reads into, and the words that it chooses among.

Shapes: S source tokens, T output tokens with ``<eos>`` (without it if the output was cut), H hidden_size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from firth.ask.line_decoding import DecodedText, LineDecoder
from firth.errors import FirthError
from firth.seq2seq.encoder import Encoder, reversed_columns
from firth.seq2seq.pairs import PairBatch, Pairs
from firth.seq2seq.recurrent_layers import top_hidden
from firth.text.normalization import normalize
from firth.text.streams import from_sentences
from firth.text.vocabulary import EOS, EOS_ID, UNK, UNK_ID
from firth.training.precision import in_precision


@dataclass(frozen=True)
class Reading:
    """One direction in which an encoder reads a source.

    Attributes
    ----------
    positions : of the source tokens, in the order in which they are read.
    states : (S, H) hidden state of the top layer after each of them.
    """

    positions: list[int]
    states: NDArray[np.float32]


@dataclass(frozen=True)
class DecodingSteps:
    """The steps of greedy search.

    Attributes
    ----------
    decoded : the output, with attention weights if the model has attention.
    readings : by the encoder; two if it is bidirectional.
    states : (T, H) hidden state of the decoder that each output token is predicted from; the first is the encoder's
        last state, or of a bidirectional encoder what a layer makes of both.
    candidates : the most probable tokens at each position of the output with their probabilities, in descending order.
    batch : source and output as the network reads them.
    """

    decoded: DecodedText
    readings: list[Reading]
    states: NDArray[np.float32]
    candidates: list[list[tuple[str, float]]]
    batch: PairBatch


def decoding_steps(decoder: LineDecoder, line: str, context: list[int], count: int) -> DecodingSteps:
    """Decode a line by greedy search, and keep what the network computes.

    Parameters
    ----------
    context : ids that the model reads before the line.
    count : candidates at each position.

    Raises
    ------
    FirthError
        If the line is empty, too long, or has no word that the model knows.
    """
    decoder, line = decoder.varied(beam_size=1), normalize(line)
    ids, unknown = decoder.text.encode(line)
    if fault := decoder.fault(line, ids, len(context)):
        raise FirthError(f"the text {fault}")
    source = context + ids
    (output,) = decoder.outputs([source])
    decoded = decoder.decoded_text(line, source, output, unknown)
    length, network = len(decoded.tokens), decoder.network
    batch = Pairs(from_sentences([source]), from_sentences([output])).batch(np.array([0]))
    attention = network.decoder.attention
    with torch.no_grad(), in_precision(decoder.precision, next(network.parameters()).device):
        state, memory = network.read(batch.source, batch.lengths)
        hidden = torch.cat([top_hidden(state).unsqueeze(0), network.decoder(batch.target, state)[0]])  # (T, 1, H)
        probabilities = network.decoder.logits(network.decoder.top(hidden, memory)).float().softmax(-1)[:, 0]  # (T, V)
        weights = attention.weights(hidden, memory)[0] if attention and memory else None  # (T, S)
        readings = _readings(network.encoder, batch)
    shares, tokens = probabilities[:length].topk(min(count, probabilities.shape[-1]))  # (T, count) each
    names = {**dict(enumerate(decoder.text.target)), EOS_ID: EOS, UNK_ID: UNK}  # as text, subwords have no special ones
    candidates = [
        [(names[token], share) for token, share in zip(*row, strict=True)]
        for row in zip(tokens.tolist(), shares.tolist(), strict=True)
    ]
    decoded = replace(decoded, attention=None if weights is None else weights[:length].float().numpy())
    return DecodingSteps(decoded, readings, hidden[:length, 0].float().numpy(), candidates, batch)


def gradient_shares(decoder: LineDecoder, steps: DecodingSteps) -> NDArray[np.float32]:
    """How much each output token depends on each source token, by gradients: (T, S), each row sums to 1.

    The norms of ``measures.source_gradients.gradient_norms``, divided by their sum over the source; a row of zeros
    where all gradients vanish. They come from one backward pass over T copies of the pair, a copy for each output
    token, in a fraction of the time of T passes.
    """
    network, batch, count = decoder.network, steps.batch, len(steps.decoded.tokens)
    embedded: list[Tensor] = []
    hook = network.encoder.embedding.register_forward_hook(lambda *call: embedded.append(call[2]))
    try:
        top = network(batch.source.repeat(1, count), batch.lengths.repeat(count), batch.target.repeat(1, count))
    finally:
        hook.remove()
    logits = network.decoder.logits(top[range(count), range(count)])  # (T, V), token t of copy t
    loss = cross_entropy(logits, batch.labels[:count, 0], reduction="sum")
    by_copy = torch.autograd.grad(loss, embedded[0])[0].norm(dim=-1)  # (S, T)
    norms = (by_copy.flip(0) if network.encoder.reverse_source else by_copy).T.float().numpy()
    totals = norms.sum(axis=1, keepdims=True)
    shares: NDArray[np.float32] = np.divide(norms, totals, out=np.zeros_like(norms), where=totals > 0)
    return shares


def _readings(encoder: Encoder, batch: PairBatch) -> list[Reading]:
    """What the encoder's recurrence computes in each direction, for a batch of one source."""
    source, order = batch.source, list(range(len(batch.source)))
    if encoder.reverse_source:
        source, order = reversed_columns(source, batch.lengths), order[::-1]
    outputs = encoder.recurrence(encoder.embedding(source))[0][:, 0].float().numpy()  # (S, directions · H)
    forwards, *backwards = np.split(outputs, outputs.shape[1] // encoder.recurrence.hidden_size, axis=1)
    return [Reading(order, forwards), *(Reading(order[::-1], states[::-1]) for states in backwards)]
