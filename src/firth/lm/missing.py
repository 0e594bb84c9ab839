"""The missing nats: where a model of text from a known distribution is worse than that distribution itself.

Every decision of the text is of one category (see ``corpora.world.token_floor``): *agreement*, the form of a finite
verb given which verb it is; *selection*, a content word; *structure*, all else. A finite verb is two decisions, so that
it counts under agreement and, as a lemma, under selection or (an auxiliary) structure.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError
from firth.lm.agreement import Scorer
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.workspace import require

COLUMNS = ("token", "category", "probability", "counterpart", "counterpart_probability")
CATEGORIES = ("agreement", "selection", "structure")
NO_COUNTERPART = -1
REMEDY = "build it anew with `dvc repro download@lm`"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TokenFloor:
    """What the grammar says of every token of a text, in the order of ``stream.with_sentence_ends()`` (N tokens).

    Attributes
    ----------
    log_probabilities : (N, 2) nats: of each token given those before it in the sentence, and of its counterpart, the
        form that would agree with another subject, in the same place; -inf for what can't stand there.
    counterparts : (N,) ids; ``NO_COUNTERPART`` for a token that doesn't agree, or whose counterpart the vocabulary
        lacks.
    categories : (N,) ``selection`` or ``structure``: the category of the token, or of its lemma where it agrees.
    """

    log_probabilities: Floats
    counterparts: NDArray[np.int64]
    categories: NDArray[np.str_]

    def both_forms(self, ids: NDArray) -> NDArray[np.int64]:
        """The words to score at every token, (N, 2): the token, and its counterpart or, without one, the token again.

        Parameters
        ----------
        ids : (N,) of the text.
        """
        agrees = self.counterparts != NO_COUNTERPART
        return np.stack([ids.astype(np.int64), np.where(agrees, self.counterparts, ids)], axis=1)


def read_token_floor(path: Path, stream: TokenStream, vocabulary: Vocabulary, lowercase: bool) -> TokenFloor:
    """Read the grammar's probability of every token of a text.

    Raises
    ------
    FirthError
        If the file isn't there or not such a table, or if its tokens are not those of the text.
    """
    with require(path, "download@lm").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or tuple(rows.pop(0)) != COLUMNS:
        raise FirthError(f"{path}: line 1 must name the columns {', '.join(COLUMNS)}; {REMEDY}")
    text = vocabulary.decode(stream.with_sentence_ends())
    if len(rows) != len(text):
        raise FirthError(f"{path}: {len(rows)} tokens where the text has {len(text)}; {REMEDY}")
    probabilities = np.zeros((len(rows), 2))
    counterparts = np.full(len(rows), NO_COUNTERPART, np.int64)
    for number, (row, token) in enumerate(zip(rows, text, strict=True)):
        try:
            written, category, probability, counterpart, other = row
            probabilities[number] = float(probability), float(other)
            CATEGORIES.index(category)
        except ValueError:
            raise FirthError(f"{path}: line {number + 2} is not {', '.join(COLUMNS)}; {REMEDY}") from None
        if (written.lower() if lowercase else written) != token:
            raise FirthError(f"{path}: line {number + 2} is {written!r} where the text has {token!r}; {REMEDY}")
        if counterpart in vocabulary:
            counterparts[number] = vocabulary.id(counterpart)
    with np.errstate(divide="ignore"):
        return TokenFloor(np.log(probabilities), counterparts, np.array([row[1] for row in rows]))


def counterpart_scores(floor: TokenFloor, stream: TokenStream, score: Scorer) -> Floats:
    """A model's log P(counterpart | prefix) at every token, (N,), for a model that reads each sentence on its own.

    -inf where there is no counterpart.
    """
    ends = np.arange(len(stream)) + stream.offsets[1:]  # of <eos>, among all tokens
    places = np.flatnonzero(floor.counterparts != NO_COUNTERPART)
    scores = np.full(len(floor.counterparts), -np.inf)
    if len(places):
        sentences = np.searchsorted(ends, places)
        starts = stream.offsets[sentences]
        prefixes = [
            stream.ids[start:stop].astype(np.int64) for start, stop in zip(starts, places - sentences, strict=True)
        ]
        scores[places] = score(prefixes, floor.counterparts[places, None])[:, 0]
    return scores


def missing_nats(floor: TokenFloor, log_probabilities: Floats) -> dict[str, dict[str, float]]:
    """How far a model is from the grammar, by category of decision.

    The nats are a token *of the whole text*, so that those of the three categories add up: ``model`` to the model's
    cross-entropy, ``missing`` to log(perplexity / floor).

    Parameters
    ----------
    floor : what the grammar says of N tokens.
    log_probabilities : (N, 2) the model's, of each token and of its counterpart; anything where there is none.

    Returns
    -------
    dict
        Category → ``share_of_tokens`` at which it decides, ``floor`` and ``model`` nats, and ``missing``, their
        difference. A finite verb counts under agreement and under its lemma's category.
    """
    agrees = floor.counterparts != NO_COUNTERPART
    # To a model that can't say the other form, the form is no decision.
    scores = np.where(np.stack([np.ones_like(agrees), agrees], axis=1), log_probabilities, -np.inf)
    grammar, model = _by_decision(floor.log_probabilities), _by_decision(scores)
    result = {}
    for category in CATEGORIES:
        decision, here = (1, agrees) if category == "agreement" else (0, floor.categories == category)
        least, reached = (float(nats[here, decision].sum()) / len(here) for nats in (grammar, model))
        result[category] = {
            "share_of_tokens": float(here.mean()),
            "floor": least,
            "model": reached,
            "missing": reached - least,
        }
    return result


def _by_decision(log_probabilities: Floats) -> Floats:
    """Nats (N, 2) of each token's lemma, in either form, and of its form; both together are the token's own."""
    token, counterpart = log_probabilities.T
    either = np.logaddexp(token, counterpart)
    return np.stack([-either, either - token], axis=1)
