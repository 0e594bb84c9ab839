"""Items for subject–verb agreement across attractors (Linzen et al. 2016): sentences up to the verb, two verb forms.

The built-in world brings items from its own grammar; for other English text they come from templates.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from firth.measures.agreement.templates import minimal_pairs
from firth.stored_files import damaged
from firth.tables import read_table
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary

TEXTS = {"prefix": str, "correct": str, "wrong": str}
PROPERTIES = {"attractors": int, "intervening_nouns": int, "distance": int, "adjacent_attractor": bool, "neutral": bool}
STAGE = "download@lm"  # writes the world's items
FEWEST_PAIRS = 20  # in a smaller group one pair would change the accuracy by more than five percentage points

# The data frame of items has one row for each pair of verb forms:
#   prefix              (T,) int64, the ids of the words before the verb
#   correct, wrong      ids of the form that agrees with the subject and of the other form
#   attractors          nouns between subject and verb whose number is not the subject's
#   intervening_nouns   nouns between subject and verb that have the subject's number
#   distance            tokens between the subject's noun and the verb
#   adjacent_attractor  whether the last word before the verb is an attractor
#   neutral             whether there are words between subject and verb, none of which has a number
#   construction        the template of English text; empty for items of the world


def agreement_items(raw: Path, form: TextForm, vocabulary: Vocabulary) -> pd.DataFrame:
    """The items that suit a corpus: those of the world, those of English templates, or none.

    There are none where tokens are not words, since a verb form is then more than one token.

    Parameters
    ----------
    raw : the corpus's folder, ``data/raw/lm``.

    Raises
    ------
    FirthError
        If the world's file of items is damaged.
    """
    if form.world and form.segmentation == "words":
        return read_items(raw / "agreement.tsv", vocabulary, form)
    if form.language == "en" and form.segmentation == "words":
        return english_items(vocabulary)
    return _frame({name: [] for name in (*TEXTS, *PROPERTIES, "construction")})


def read_items(path: Path, vocabulary: Vocabulary, form: TextForm) -> pd.DataFrame:
    """Read the world's items, tokenized as the corpus is.

    Raises
    ------
    FirthError
        If a column is missing, a number isn't one, or a verb form is not one token.
    """
    table = read_table(path, TEXTS | PROPERTIES, STAGE)
    if (table[["attractors", "intervening_nouns", "distance"]] < 0).any(axis=None):
        raise damaged(path, "holds a negative number of words", STAGE)
    tokens = {name: [form.tokens(text) for text in table[name]] for name in TEXTS}
    for number, both in enumerate(zip(tokens["correct"], tokens["wrong"], strict=True)):
        if any(len(verb_form) != 1 for verb_form in both):
            raise damaged(path, f"line {number + 2}: a verb form is not one token", STAGE)
    return _frame(
        {
            "prefix": [vocabulary.encode(prefix).astype(np.int64) for prefix in tokens["prefix"]],
            **{name: [vocabulary.id(verb_form) for (verb_form,) in tokens[name]] for name in ("correct", "wrong")},
            **{name: table[name] for name in PROPERTIES},
            "construction": [""] * len(table),
        }
    )


def english_items(vocabulary: Vocabulary) -> pd.DataFrame:
    """Minimal pairs from templates, without words that the vocabulary lacks.

    A construction with fewer than ``FEWEST_PAIRS`` pairs is left out.
    """
    pairs = minimal_pairs(vocabulary)
    items = _frame(
        {
            "prefix": [vocabulary.encode(pair.prefix).astype(np.int64) for pair in pairs],
            **{name: [vocabulary.id(getattr(pair, name)) for pair in pairs] for name in ("correct", "wrong")},
            **{name: [getattr(pair, name) for pair in pairs] for name in (*PROPERTIES, "construction")},
        }
    )
    size = items.groupby("construction")["construction"].transform("size")
    return items[size >= FEWEST_PAIRS].reset_index(drop=True)


def _frame(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """The data frame of items; of the right types even without a row."""
    return pd.DataFrame(columns).astype({"construction": str, **PROPERTIES})
