"""The most probable next tokens of a language model, and text sampled from it."""

import numpy as np
from numpy.typing import NDArray

from firth.measures.scorer import Floats, Scorer
from firth.text.vocabulary import EOS_ID, UNK_ID


def most_likely(log_probabilities: Floats, count: int) -> list[tuple[int, float]]:
    """The ``count`` most probable tokens with their probabilities, in descending order; ties in order of frequency.

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
    temperature : 1 samples from the model's distribution; below 1 prefers probable tokens; 0 takes the most probable.
    """
    if temperature == 0:
        return int(log_probabilities.argmax())
    with np.errstate(over="ignore"):  # with a tiny temperature
        cumulative = np.exp((log_probabilities - log_probabilities.max()) / temperature).cumsum()
    return int(np.searchsorted(cumulative / cumulative[-1], random.random(), side="right"))


def generate(
    scorer: Scorer, prompt: NDArray, temperature: float, length: int, random: np.random.Generator
) -> list[int]:
    """Continue a sentence up to its ``<eos>``, which is then the last token returned, or for ``length`` tokens.

    ``<unk>`` is never drawn: its probability is shared among the other tokens in proportion to theirs.

    Parameters
    ----------
    scorer : before the first word of a sentence.
    prompt : (N,) ids of the first words of the sentence; may be empty.
    temperature : as in ``sample``.
    """
    scorer.read(prompt)
    tokens: list[int] = []
    while len(tokens) < length:
        log_probabilities = scorer.next_token()
        log_probabilities[UNK_ID] = -np.inf
        tokens.append(sample(log_probabilities, temperature, random))
        if tokens[-1] == EOS_ID:
            break
        scorer.read(np.array(tokens[-1:]))
    return tokens
