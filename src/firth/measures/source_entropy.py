"""Source entropy: for text drawn from a known distribution, the lowest perplexity that any model could reach."""

import math

from numpy.typing import NDArray

from firth.errors import FirthError
from firth.text.streams import TokenStream
from firth.text.vocabulary import UNK_ID

LARGEST = 100.0  # nats per token


def source_perplexity(log_probabilities: NDArray, stream: TokenStream, path: str) -> float | None:
    """Perplexity of the source itself, exp(−Σ log P(sentence) / (tokens + sentences)), with ``<eos>`` counted.

    Parameters
    ----------
    log_probabilities : (sentences,) log P of each sentence of ``stream``, in nats.
    path : the file with the log-probabilities, for the error.

    Returns
    -------
    float or None
        None if the text has no sentence, or has a token ``<unk>``: replacing words makes a text easier to predict than
        the one that was drawn, so that the probabilities don't belong to it.

    Raises
    ------
    FirthError
        If the number of probabilities isn't that of the sentences, or they are too small for text of a grammar.
    """
    if len(log_probabilities) != len(stream):
        raise FirthError(
            f"{path}: {len(log_probabilities)} probabilities for {len(stream)} sentences; "
            "build it again with `dvc repro download@lm`"
        )
    if not len(stream) or (stream.ids == UNK_ID).any():
        return None
    nats = -float(log_probabilities.sum()) / (len(stream.ids) + len(stream))
    if nats > LARGEST:
        raise FirthError(f"{path}: {nats:.3g} nats per token; build it again with `dvc repro download@lm`")
    return math.exp(nats)


def perplexity_over_source(perplexity: float | None, source: float | None) -> float | None:
    """A model's perplexity divided by the source's: 1 is the best possible; None where either is unknown."""
    return None if perplexity is None or source is None else perplexity / source
