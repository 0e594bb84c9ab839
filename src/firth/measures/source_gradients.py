"""Saliency: how each output word depends on each source word, by attention weights and by gradient norms.

Shapes: S source positions, T target positions, B sentences; labels have T + 1 positions, with ``<eos>``.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from firth.seq2seq.encoder import reversed_columns
from firth.seq2seq.encoder_decoder import EncoderDecoder
from firth.seq2seq.pairs import PairBatch, Pairs
from firth.seq2seq.recurrent_layers import top_hidden
from firth.text.streams import from_sentences
from firth.text.vocabulary import EOS

FEWEST, MOST = 25, 200  # pairs over which gradient norms are averaged
COMMON = 0.5  # an output position counts if this share of the pairs has a label there


@torch.no_grad()
def attention_weights(network: EncoderDecoder, batch: PairBatch) -> Tensor | None:
    """The attention weights with which each label is predicted, (T + 1, S, B); None without attention."""
    attention = network.decoder.attention
    state, memory = network.read(batch.source, batch.lengths)
    if attention is None or memory is None:
        return None
    hidden, _ = network.decoder(batch.target, state)
    return attention.weights(torch.cat([top_hidden(state).unsqueeze(0), hidden]), memory).permute(1, 2, 0)


def gradient_norms(network: EncoderDecoder, batch: PairBatch) -> Tensor:
    """‖∂E_t/∂x_k‖, (T + 1, S, B): E_t = −ln p of label t by teacher forcing, x_k the embedding of source word k.

    By the chain rule, a sum over all paths from x_k to the label of products of Jacobians (Pascanu et al. 2013,
    equation 4; here through both recurrences, and through attention). 0 on padding of either side.
    """
    embedded: list[Tensor] = []
    hook = network.encoder.embedding.register_forward_hook(lambda *call: embedded.append(call[2]))
    try:
        top = network(batch.source, batch.lengths, batch.target)
    finally:
        hook.remove()
    logits = network.decoder.logits(top)  # (T + 1, B, V)
    losses = cross_entropy(logits.flatten(0, 1), batch.labels.flatten(), reduction="none").view_as(batch.labels)
    norms = torch.stack(
        [
            torch.autograd.grad(row.sum(), embedded[0], retain_graph=True)[0].norm(dim=-1)  # (S, B)
            for row in losses * batch.real
        ]
    )
    if network.encoder.reverse_source:
        norms = reversed_columns(norms.permute(1, 2, 0), batch.lengths.to(norms.device)).permute(2, 0, 1)
    return norms


def source_length(pairs: Pairs) -> int | None:
    """The length of the sources whose gradients are averaged; None if no source has an even number of tokens.

    It is the greatest even length that ``FEWEST`` pairs have, or else the commonest; even, so that it has two halves.
    """
    lengths = np.diff(pairs.source.offsets)
    even = lengths[(lengths > 0) & (lengths % 2 == 0)]
    if not len(even):
        return None
    counts = np.bincount(even)
    return int(np.flatnonzero(counts >= min(FEWEST, counts.max()))[-1])


def mean_gradient_norms(network: EncoderDecoder, pairs: Pairs, length: int) -> NDArray[np.float64]:
    """Gradient norms (output positions, S) of a network on the CPU, averaged over pairs whose sources have S tokens.

    Output positions count up to the last one at which half of the pairs have a label.

    Parameters
    ----------
    length : S, of one pair or more; see ``source_length``.
    """
    batch = pairs.batch(np.flatnonzero(np.diff(pairs.source.offsets) == length)[:MOST])
    norms = gradient_norms(network, batch).double().sum(-1).numpy()  # (T + 1, S)
    labels = batch.real.sum(1).numpy()  # (T + 1,)
    common = labels >= COMMON * len(batch.lengths)
    means: NDArray[np.float64] = norms[common] / labels[common, None]
    return means


def gradient_distribution(norms: NDArray[np.float64]) -> dict[str, float]:
    """How gradient norms (output positions, S) are distributed over the source, averaged over output positions.

    ``gradient_norm_first`` and ``gradient_norm_last``: at the first and the last source position;
    ``first_half_share``: the share of the sum that falls on the first half of the source, 0.5 if all are equal, NaN if
    all gradients at an output position vanish.
    """
    by_source, half = norms.mean(axis=0), norms.shape[1] // 2
    with np.errstate(invalid="ignore"):
        share = float((norms[:, :half].sum(1) / norms.sum(1)).mean())
    return {
        "gradient_norm_first": float(by_source[0]),
        "gradient_norm_last": float(by_source[-1]),
        "first_half_share": share,
    }


def position_table(norms: NDArray[np.float64]) -> pd.DataFrame:
    """Gradient norms (output positions, S) as rows: ``output_position``, ``source_position``, ``gradient_norm``."""
    rows, columns = np.indices(norms.shape).reshape(2, -1)
    return pd.DataFrame({"output_position": rows + 1, "source_position": columns + 1, "gradient_norm": norms.flatten()})


def sentence_table(
    network: EncoderDecoder,
    sources: Sequence[Sequence[int]],
    outputs: Sequence[Sequence[int]],
    source_tokens: Sequence[str],
    target_tokens: Sequence[str],
) -> pd.DataFrame:
    """Gradient norms and attention weights of example sentences, a row for each output and source position.

    Parameters
    ----------
    sources, outputs : ids of each sentence, and of the network's output for it.
    source_tokens, target_tokens : the vocabularies, in order of id.

    Returns
    -------
    DataFrame
        ``sentence``, ``output_position``, ``output``, ``source_position``, ``source``, ``gradient_norm`` and
        ``attention_weight`` (NaN without attention); sentences and positions are counted from 1, the last output is
        ``<eos>``.
    """
    rows = []
    for number, (source, output) in enumerate(zip(sources, outputs, strict=True), start=1):
        batch = Pairs(from_sentences([list(source)]), from_sentences([list(output)])).batch(np.array([0]))
        norms, weights = gradient_norms(network, batch)[..., 0], attention_weights(network, batch)  # (T + 1, S)
        written = [*(target_tokens[token] for token in output), EOS]
        for t, k in np.ndindex(len(written), len(source)):
            weight = np.nan if weights is None else float(weights[t, k, 0])
            rows.append((number, t + 1, written[t], k + 1, source_tokens[source[k]], float(norms[t, k]), weight))
    columns = [
        "sentence",
        "output_position",
        "output",
        "source_position",
        "source",
        "gradient_norm",
        "attention_weight",
    ]
    return pd.DataFrame(rows, columns=columns)
