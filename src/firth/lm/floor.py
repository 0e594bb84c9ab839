"""The entropy floor: the lowest perplexity that any model could reach on text from a known distribution."""

import math

from numpy.typing import NDArray

from firth.errors import FirthError
from firth.text.streams import TokenStream
from firth.text.vocabulary import UNK_ID

NO_FLOOR = "the text holds <unk>, which makes it easier than the distribution that it was drawn from"


def floor_perplexity(log_probabilities: NDArray, stream: TokenStream, source: str) -> float | None:
    """exp(-Σ log P(sentence) / (tokens + sentences)): the source's own perplexity, ``<eos>`` counted.

    Parameters
    ----------
    log_probabilities : nats, one for each sentence of ``stream``.
    source : where they come from, for the error.

    Returns
    -------
    float or None
        None if there is a token ``<unk>``, since then the text isn't the one whose probability is known.

    Raises
    ------
    FirthError
        If there isn't one probability a sentence.
    """
    if len(log_probabilities) != len(stream):
        raise FirthError(
            f"{source}: {len(log_probabilities)} probabilities for {len(stream)} sentences; "
            "build it anew with `dvc repro download@lm`"
        )
    if (stream.ids == UNK_ID).any():
        return None
    return math.exp(-float(log_probabilities.sum()) / (len(stream.ids) + len(stream)))


def against_floor(perplexity: float, floor: float | None) -> dict[str, float | str | None]:
    """A perplexity as multiple of the floor, for a metrics file; without a floor, the reason why there is none."""
    if floor is None:
        return {"perplexity_over_floor": None, "no_floor": NO_FLOOR}
    return {"perplexity_over_floor": perplexity / floor}
