"""Reasons for a language model's numbers, from hand-made tables."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from firth.measures.language_evaluation import PER_UNIT, HeldOutText
from firth.measures.language_reasons import language_reasons
from firth.measures.not_measured import NOT_FINITE
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary

OTHER = HeldOutText(Path(), Path(), Vocabulary(["<unk>", "<eos>"], [0, 1]), TextForm(True, True, "fr", False, "words"))
ENGLISH = replace(OTHER, form=TextForm(True, True, "en", False, "words"))
WORLD = replace(OTHER, form=TextForm(True, True, "en", True, "words"))
FULL = {"tokens": 9, "perplexity": 2.5, "source_perplexity": None, "dynamic_perplexity": 2.25}


def tables(valid: Mapping[str, float | None], test: Mapping[str, float | None]) -> dict[str, pd.DataFrame]:
    rows = [{"split": "valid", **FULL, **valid}, {"split": "test", **FULL, **test}]
    return {"perplexity": pd.DataFrame(rows)}


def agreement(attractors: int, adjacent: int) -> pd.DataFrame:
    return pd.DataFrame({"group": ["attractors_1", "adjacent_attractor"], "pairs": [attractors, adjacent]})


def test_what_is_measured_or_does_not_apply_has_no_reason() -> None:
    assert language_reasons(tables({}, {}), OTHER, is_learning=True) == {}
    full = {**tables({}, {"source_perplexity": 2.0, "perplexity_over_source": 1.25}), "agreement": agreement(20, 20)}
    assert language_reasons(full, WORLD, is_learning=False) == {}


def test_a_text_without_sentences_and_a_model_that_diverges_are_told_apart() -> None:
    nothing = {"tokens": 0, "perplexity": None, "dynamic_perplexity": None}
    diverged = {"perplexity": math.nan, "dynamic_perplexity": math.nan}
    assert language_reasons(tables(diverged, nothing), OTHER, is_learning=True) == {
        "valid_perplexity": NOT_FINITE,
        "test_perplexity": "the test text has no sentence",
        "dynamic_perplexity": "the test text has no sentence",
    }
    assert language_reasons(tables({}, diverged), OTHER, is_learning=True) == {
        "test_perplexity": NOT_FINITE,
        "dynamic_perplexity": NOT_FINITE,
    }


def test_perplexities_per_unit_and_over_the_source_have_reasons_where_they_apply() -> None:
    characters = replace(OTHER, form=TextForm(True, True, "fr", False, "characters"))
    nothing = {"tokens": 0, "perplexity": None}
    assert set(language_reasons(tables({}, nothing), characters, is_learning=False)) == {"test_perplexity", *PER_UNIT}
    diverged = {"perplexity": math.nan, "source_perplexity": 2.0, "perplexity_over_source": math.nan}
    found = language_reasons({**tables({}, diverged), "agreement": agreement(20, 20)}, WORLD, is_learning=False)
    assert found == dict.fromkeys(["test_perplexity", "perplexity_over_source"], NOT_FINITE)


def test_english_text_without_enough_pairs_has_no_agreement() -> None:
    names = ["agreement_one_attractor", "agreement_adjacent_attractor"]
    without = language_reasons(tables({}, {}), ENGLISH, is_learning=False)
    assert list(without) == names and all("in the vocabulary" in reason for reason in without.values())
    few = language_reasons({**tables({}, {}), "agreement": agreement(20, 19)}, ENGLISH, is_learning=False)
    assert few == {
        "agreement_adjacent_attractor": "too few agreement pairs with an attractor right before the verb: 19 where 20 "
        "are needed"
    }
