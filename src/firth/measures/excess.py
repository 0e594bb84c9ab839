"""Excess cross-entropy: by how much a model's cross-entropy exceeds the source's, by category of decision.

Every decision that the grammar of the built-in world makes is of one category (see ``world.token_probabilities``):
*agreement*, the form of a finite verb given its lemma; *selection*, a content word; *structure*, everything else. A
finite verb is two decisions: its form counts under agreement, its lemma under selection or, for auxiliaries, structure.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firth.stored_files import damaged
from firth.tables import read_table
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary

COLUMNS = {"token": str, "category": str, "probability": float, "counterpart": str, "counterpart_probability": float}
STAGE = "download@lm"
CATEGORIES = ("agreement", "selection", "structure")
CROSS_ENTROPIES = ("source_cross_entropy", "model_cross_entropy")
NO_COUNTERPART = -1
LARGEST = 1 + 1e-9  # a probability, rounded

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TokenProbabilities:
    """The grammar's probabilities for the N tokens of a text, in the order of ``stream.with_sentence_ends()``.

    Attributes
    ----------
    log_probabilities : (N, 2) nats: log P of each token given those before it in the sentence, and of its counterpart,
        the form that would agree with another subject, in the same place; -inf for a form that is impossible there.
    counterparts : (N,) ids; ``NO_COUNTERPART`` for a token that doesn't agree with a subject, or whose counterpart is
        not in the vocabulary.
    categories : (N,) ``selection`` or ``structure``: the category of the token or, where it agrees, of its lemma.
    """

    log_probabilities: Floats
    counterparts: NDArray[np.int64]
    categories: NDArray[np.str_]

    def both_forms(self, ids: NDArray) -> NDArray[np.int64]:
        """The words to score in the place of every token (N,), (N, 2): the token and its counterpart.

        A token without a counterpart comes twice.
        """
        agrees = self.counterparts != NO_COUNTERPART
        return np.stack([ids.astype(np.int64), np.where(agrees, self.counterparts, ids)], axis=1)


def read_token_probabilities(
    path: Path, stream: TokenStream, vocabulary: Vocabulary, lowercase: bool
) -> TokenProbabilities:
    """Read the grammar's probability of every token of a text.

    Raises
    ------
    FirthError
        If the file doesn't exist or is damaged, or if its tokens are not those of the text.
    """
    table = read_table(path, COLUMNS, STAGE)
    text = vocabulary.decode(stream.with_sentence_ends())
    if len(table) != len(text):
        raise damaged(path, f"{len(table)} tokens where the text has {len(text)}", STAGE)
    probabilities = table[["probability", "counterpart_probability"]].to_numpy()  # (N, 2)
    is_complete = ((probabilities >= 0) & (probabilities <= LARGEST)).all(axis=1) & (probabilities[:, 0] > 0)
    is_complete &= table["category"].isin(CATEGORIES).to_numpy()
    if not is_complete.all():
        line = int(is_complete.argmin()) + 2
        raise damaged(path, f"line {line} has no probabilities or an unknown category", STAGE)
    for number, (written, token) in enumerate(zip(table["token"], text, strict=True)):
        if (written.lower() if lowercase else written) != token:
            raise damaged(path, f"line {number + 2} is {written!r} where the text has {token!r}", STAGE)
    counterparts = [vocabulary.id(form) if form in vocabulary else NO_COUNTERPART for form in table["counterpart"]]
    with np.errstate(divide="ignore"):
        logarithms = np.log(probabilities)
    return TokenProbabilities(logarithms, np.array(counterparts, np.int64), np.array(table["category"], dtype=str))


def excess_cross_entropy(source: TokenProbabilities, log_probabilities: Floats) -> pd.DataFrame:
    """The cross-entropy of a model and of the source, by category of decision.

    All figures are in nats per token *of the whole text*, so that the categories add up: ``model_cross_entropy`` to the
    model's, ``excess`` to log(perplexity / source perplexity).

    Parameters
    ----------
    source : the grammar's probabilities for N tokens.
    log_probabilities : (N, 2) the model's, of each token and of its counterpart, as for ``source.both_forms``; the
        second is ignored for tokens without a counterpart.

    Returns
    -------
    pandas.DataFrame
        One row a category: ``category``; ``share_of_tokens`` at which such a decision is made;
        ``source_cross_entropy``, ``model_cross_entropy``, and ``excess``, their difference.
    """
    agrees = source.counterparts != NO_COUNTERPART
    # A model whose vocabulary has one form only makes no decision between the two.
    scores = np.where(np.stack([np.ones_like(agrees), agrees], axis=1), log_probabilities, -np.inf)
    by_source, by_model = _by_decision(source.log_probabilities), _by_decision(scores)
    rows = []
    for category in CATEGORIES:
        decision, here = (1, agrees) if category == "agreement" else (0, source.categories == category)
        least, reached = (float(nats[here, decision].sum()) / len(here) for nats in (by_source, by_model))
        rows.append((category, float(here.mean()), least, reached, reached - least))
    return pd.DataFrame(rows, columns=["category", "share_of_tokens", *CROSS_ENTROPIES, "excess"])


def _by_decision(log_probabilities: Floats) -> Floats:
    """−log P (N, 2) of each token's lemma, in either form, and of its form given the lemma; the sum is the token's."""
    token, counterpart = log_probabilities.T
    either = np.logaddexp(token, counterpart)
    return np.stack([-either, either - token], axis=1)
