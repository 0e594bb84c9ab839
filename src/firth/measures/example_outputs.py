"""How an encoder–decoder writes its outputs for example sentences, step by step.

Shapes: T target positions, V vocabulary size.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import torch

from firth.seq2seq.encoder_decoder import EncoderDecoder
from firth.seq2seq.pairs import Pairs
from firth.text.streams import from_sentences
from firth.text.vocabulary import EOS, EOS_ID

RANKS = 3  # most probable tokens that are kept of each step

Encode = Callable[[str], tuple[list[int], list[str]]]


def example_outputs(
    network: EncoderDecoder,
    sentences: Sequence[str],
    outputs: Sequence[Sequence[int]],
    encode: Encode,
    decode: Callable[[list[int]], str],
) -> pd.DataFrame:
    """Example sentences with a network's outputs as text, a row for each sentence, counted from 1.

    Parameters
    ----------
    outputs : ids of the output for each sentence, without ``<eos>``.
    encode : a sentence → its ids, and its words out of vocabulary.
    decode : ids of an output → text.

    Returns
    -------
    DataFrame
        ``sentence``, ``source`` and ``output`` (text), ``unknown`` (words out of vocabulary, separated by spaces),
        ``source_tokens`` and ``output_tokens`` (their number, ``<eos>`` not counted), ``reading``, the direction in
        which the encoder reads: forwards, backwards or both, and ``vector_size``, the numbers of the decoder's initial
        state: units of all layers, of an LSTM hidden and cell states.
    """
    settings = network.configuration.settings
    size = settings.layers * settings.hidden_size * (2 if settings.cell == "lstm" else 1)
    reading = "both" if settings.bidirectional else "forwards"
    if network.encoder.reverse_source:
        reading = "backwards"
    rows = []
    for number, (sentence, output) in enumerate(zip(sentences, outputs, strict=True), start=1):
        ids, unknown = encode(sentence)
        texts = (sentence, decode(list(output)), " ".join(unknown))
        rows.append((number, *texts, len(ids), len(output), reading, size))
    columns = ["sentence", "source", "output", "unknown", "source_tokens", "output_tokens", "reading", "vector_size"]
    return pd.DataFrame(rows, columns=columns)


@torch.no_grad()
def decoding_steps(
    network: EncoderDecoder,
    sources: Sequence[Sequence[int]],
    outputs: Sequence[Sequence[int]],
    target_tokens: Sequence[str],
    max_length: int,
) -> pd.DataFrame:
    """The most probable tokens at each step of decoding, given the source and the output so far.

    Parameters
    ----------
    sources, outputs : ids of each sentence, and of the network's output for it, without ``<eos>``.
    target_tokens : the vocabulary, in order of id.
    max_length : of an output; one of this length was cut, so that no step writes its ``<eos>``.

    Returns
    -------
    DataFrame
        ``sentence``, ``step`` and ``rank``, all counted from 1; ``token`` and ``probability``.
    """
    names = {**dict(enumerate(target_tokens)), EOS_ID: EOS}  # a subword for <eos> has no text
    rows = []
    for number, (source, output) in enumerate(zip(sources, outputs, strict=True), start=1):
        batch = Pairs(from_sentences([list(source)]), from_sentences([list(output)])).batch(np.array([0]))
        logits = network.decoder.logits(network(batch.source, batch.lengths, batch.target))[:, 0]  # (T + 1, V)
        probabilities, tokens = logits.softmax(-1).topk(min(RANKS, logits.shape[-1]))  # (T + 1, RANKS)
        for step in range(1, min(len(output) + 1, max_length) + 1):
            found = zip(tokens[step - 1].tolist(), probabilities[step - 1].tolist(), strict=True)
            rows += [(number, step, rank, names[token], p) for rank, (token, p) in enumerate(found, start=1)]
    return pd.DataFrame(rows, columns=["sentence", "step", "rank", "token", "probability"])
