"""Source entropy: for text drawn from a known distribution, the lowest perplexity that any model could reach."""

import math
from pathlib import Path

import numpy as np

from firth.measures.scorer import Floats
from firth.stored_files import damaged, read_array
from firth.text.streams import TokenStream
from firth.text.vocabulary import UNK_ID

STAGE = "download@lm"  # writes the log-probabilities of the world's sentences
LARGEST = 100.0  # nats per token
ROUNDING = 1e-9  # of the logarithm of a probability


def read_source_nats(path: Path, stream: TokenStream) -> Floats:
    """Read −log P of each sentence of ``stream``, (sentences,), in nats, by the distribution that it was drawn from.

    Raises
    ------
    FirthError
        If the file doesn't exist or is damaged, if it holds another number of sentences, or a value that is no
        logarithm of a probability, or is too small for a sentence of a grammar.
    """
    nats = -read_array(path, (np.float64,), STAGE)
    if len(nats) != len(stream):
        raise damaged(path, f"{len(nats)} probabilities for {len(stream)} sentences", STAGE)
    tokens = np.diff(stream.offsets) + 1  # with <eos>
    outside = ~((nats >= -ROUNDING) & (nats <= LARGEST * tokens))  # NaN too
    if outside.any():
        sentence = int(outside.argmax())
        raise damaged(path, f"sentence {sentence + 1} has a log-probability of {-nats[sentence]:.3g}", STAGE)
    return nats


def source_perplexity(nats: Floats, stream: TokenStream) -> float | None:
    """Perplexity of the source itself, exp(−Σ log P(sentence) / (tokens + sentences)), with ``<eos>`` counted.

    Parameters
    ----------
    nats : (sentences,) −log P of each sentence of ``stream``.

    Returns
    -------
    float or None
        None if the text has no sentence, or has a token ``<unk>``: replacing words makes a text easier to predict than
        the one that was drawn, so that the probabilities don't belong to it.
    """
    if not len(stream) or (stream.ids == UNK_ID).any():
        return None
    return math.exp(float(nats.sum()) / (len(stream.ids) + len(stream)))


def perplexity_over_source(perplexity: float | None, source: float | None) -> float | None:
    """A model's perplexity divided by the source's: 1 is the best possible; None where either is unknown."""
    return None if perplexity is None or source is None else perplexity / source
