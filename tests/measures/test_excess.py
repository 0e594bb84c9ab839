"""Excess cross-entropy: worked out by hand on a language of four sentences, and summed against the perplexities."""

import math
from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.measures.excess import (
    NO_COUNTERPART,
    TokenProbabilities,
    excess_cross_entropy,
    read_token_probabilities,
)
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["<unk>", "<eos>", "the", "dog", "dogs", "run", "runs", "is", "."], [0, 2, 2, 2, 0, 0, 1, 1, 2])
TEXT = TokenStream(np.array([2, 3, 6, 8, 3, 7, 8], np.uint16), np.array([0, 4, 7]))  # the dog runs. dog is.
TABLE = """token\tcategory\tprobability\tcounterpart\tcounterpart_probability
The\tstructure\t0.5\t\t0.0
dog\tselection\t0.25\t\t0.0
runs\tselection\t0.5\trun\t0.0
.\tstructure\t1.0\t\t0.0
<eos>\tstructure\t1.0\t\t0.0
Dog\tselection\t0.5\t\t0.0
is\tstructure\t0.5\tare\t0.25
.\tstructure\t1.0\t\t0.0
<eos>\tstructure\t1.0\t\t0.0
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "test.tsv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def logs(*probabilities: float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(np.array(probabilities))


def test_the_table_is_read_in_the_order_of_the_text(table: Path) -> None:
    known = read_token_probabilities(table, TEXT, VOCABULARY, lowercase=True)
    assert np.exp(known.log_probabilities[:, 0]).tolist() == pytest.approx([0.5, 0.25, 0.5, 1, 1, 0.5, 0.5, 1, 1])
    assert np.exp(known.log_probabilities[:, 1]).tolist() == pytest.approx([0, 0, 0, 0, 0, 0, 0.25, 0, 0])
    assert known.counterparts.tolist() == [-1, -1, 5, -1, -1, -1, -1, -1, -1]  # the vocabulary lacks "are"
    assert (known.categories == "selection").tolist() == [False, True, True, False, False, True, False, False, False]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("token\t", "word\t", "line 1 does not hold token,category"),
        ("<eos>\tstructure\t1.0\t\t0.0\nDog", "Dog", "8 tokens where the text has 9"),
        ("runs\t", "run\t", "line 4 is 'run' where the text has 'runs'"),
        ("runs\tselection", "runs\tverb", "line 4 has no probabilities or an unknown category"),
        ("0.25\t\t", "a quarter\t\t", "line 3 does not hold probability as float"),
        ("0.25\t\t0.0", "\t\t0.0", "line 3 has no probabilities"),
        ("0.25\t\t0.0", "0.25", "line 3 does not hold 5 columns"),
    ],
)
def test_a_table_of_another_text_or_none_at_all_is_one_line(table: Path, old: str, new: str, message: str) -> None:
    table.write_text(TABLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FirthError, match=message) as error:
        read_token_probabilities(table, TEXT, VOCABULARY, lowercase=True)
    assert "dvc repro download@lm" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_table_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="dvc repro download@lm"):
        read_token_probabilities(tmp_path / "test.tsv", TEXT, VOCABULARY, lowercase=True)


def test_a_verb_is_two_decisions_and_every_other_token_one() -> None:
    """A noun of 1/4, a verb form of 3/8 beside 1/8 for its counterpart, an auxiliary of 1/4 beside 1/4, an end."""
    known = TokenProbabilities(
        np.stack([logs(0.5, 0.5, 0.5, 1), logs(0, 0, 0.5, 0)], axis=1),
        np.array([NO_COUNTERPART, 5, 6, NO_COUNTERPART]),
        np.array(["selection", "selection", "structure", "structure"]),
    )
    found = excess_cross_entropy(known, np.stack([logs(0.25, 0.375, 0.25, 0.5), logs(0, 0.125, 0.25, 0)], axis=1))
    two = math.log(2)
    expected = {
        "agreement": {
            "share_of_tokens": 0.5,
            "source_cross_entropy": two / 4,
            "model_cross_entropy": (math.log(4 / 3) + two) / 4,
        },
        "selection": {"share_of_tokens": 0.5, "source_cross_entropy": 2 * two / 4, "model_cross_entropy": 3 * two / 4},
        "structure": {"share_of_tokens": 0.5, "source_cross_entropy": 0.0, "model_cross_entropy": 2 * two / 4},
    }
    assert list(found["category"]) == list(expected)
    for row, values in zip(found.to_dict("records"), expected.values(), strict=True):
        del row["category"]
        assert row == pytest.approx(
            {**values, "excess": values["model_cross_entropy"] - values["source_cross_entropy"]}
        )


def test_categories_add_up_to_the_logarithm_of_perplexity_over_source() -> None:
    rng = np.random.default_rng(5)
    agrees = rng.random(1_000) < 0.3

    def scores() -> np.ndarray:
        split = rng.dirichlet([1, 1, 1], 1_000)
        return np.stack([np.log(split[:, 0]), np.where(agrees, np.log(split[:, 1]), -np.inf)], axis=1)

    grammar, model = scores(), scores()
    categories = np.where(rng.random(1_000) < 0.5, "selection", "structure")
    found = excess_cross_entropy(TokenProbabilities(grammar, np.where(agrees, 7, NO_COUNTERPART), categories), model)
    difference = grammar[:, 0].mean() - model[:, 0].mean()
    assert found["excess"].sum() == pytest.approx(difference, abs=1e-12)
    assert found["model_cross_entropy"].sum() == pytest.approx(-model[:, 0].mean(), abs=1e-12)
    perfect = excess_cross_entropy(
        TokenProbabilities(grammar, np.where(agrees, 7, NO_COUNTERPART), categories), grammar
    )
    assert perfect["excess"].tolist() == [0, 0, 0]


def test_both_forms_are_the_token_and_its_counterpart_or_the_token_again(table: Path) -> None:
    known = read_token_probabilities(table, TEXT, VOCABULARY, lowercase=True)
    ids = TEXT.with_sentence_ends()
    assert known.both_forms(ids).tolist() == [[2, 2], [3, 3], [6, 5], [8, 8], [1, 1], [3, 3], [7, 7], [8, 8], [1, 1]]
