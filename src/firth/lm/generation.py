"""What a language model expects next, and text drawn from it."""

import numpy as np
from numpy.typing import NDArray

from firth.lm.reading import Floats, Reader
from firth.text.vocabulary import EOS_ID, UNK_ID


def most_likely(log_probabilities: Floats, count: int) -> list[tuple[int, float]]:
    """The ``count`` most probable tokens with their probabilities, best first; of equals, the more frequent first.

    Parameters
    ----------
    log_probabilities : (V,) nats; ids are in order of frequency.
    """
    best = np.argsort(-log_probabilities, kind="stable")[:count]
    return [(int(token), float(np.exp(log_probabilities[token]))) for token in best]


def sample(log_probabilities: Floats, temperature: float, random: np.random.Generator) -> int:
    """Draw a token with probability proportional to P^(1 / temperature).

    Parameters
    ----------
    log_probabilities : (V,) nats; they need not be normalized, and -inf is never drawn.
    temperature : 1 draws from the model as it is, less prefers what is probable; 0 takes the most probable token.
    """
    if temperature == 0:
        return int(log_probabilities.argmax())
    with np.errstate(over="ignore"):  # of a tiny temperature
        cumulative = np.exp((log_probabilities - log_probabilities.max()) / temperature).cumsum()
    return int(np.searchsorted(cumulative / cumulative[-1], random.random(), side="right"))


def generate(
    reader: Reader, prompt: NDArray, temperature: float, length: int, random: np.random.Generator
) -> list[int]:
    """Go on with a sentence until its ``<eos>``, which is the last token then, or for ``length`` tokens.

    ``<unk>`` is never drawn: the other tokens share its probability in proportion to theirs.

    Parameters
    ----------
    reader : before the sentence.
    prompt : ids (N,) of its beginning, which may be empty.
    temperature : as in ``sample``.
    """
    reader.read(prompt)
    tokens: list[int] = []
    while len(tokens) < length:
        log_probabilities = reader.next_token()
        log_probabilities[UNK_ID] = -np.inf
        tokens.append(sample(log_probabilities, temperature, random))
        if tokens[-1] == EOS_ID:
            break
        reader.read(np.array(tokens[-1:]))
    return tokens
