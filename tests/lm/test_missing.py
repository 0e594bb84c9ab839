"""Missing nats: worked by hand on a language of four sentences, and added up against the perplexities."""

import math
from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.lm.kneser_ney import train_kneser_ney
from firth.lm.missing import NO_COUNTERPART, TokenFloor, counterpart_scores, missing_nats, read_token_floor
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
    floor = read_token_floor(table, TEXT, VOCABULARY, lowercase=True)
    assert np.exp(floor.log_probabilities[:, 0]).tolist() == pytest.approx([0.5, 0.25, 0.5, 1, 1, 0.5, 0.5, 1, 1])
    assert np.exp(floor.log_probabilities[:, 1]).tolist() == pytest.approx([0, 0, 0, 0, 0, 0, 0.25, 0, 0])
    assert floor.counterparts.tolist() == [-1, -1, 5, -1, -1, -1, -1, -1, -1]  # the vocabulary lacks "are"
    assert (floor.categories == "selection").tolist() == [False, True, True, False, False, True, False, False, False]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("token\t", "word\t", "line 1 must name the columns token, category"),
        ("<eos>\tstructure\t1.0\t\t0.0\nDog", "Dog", "8 tokens where the text has 9"),
        ("runs\t", "run\t", "line 4 is 'run' where the text has 'runs'"),
        ("runs\tselection", "runs\tverb", "line 4 is not token, category"),
        ("0.25\t\t", "a quarter\t\t", "line 3 is not token, category"),
        ("0.25\t\t0.0", "0.25", "line 3 is not token, category"),
    ],
)
def test_a_table_of_another_text_or_none_at_all_is_one_line(table: Path, old: str, new: str, message: str) -> None:
    table.write_text(TABLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FirthError, match=message) as error:
        read_token_floor(table, TEXT, VOCABULARY, lowercase=True)
    assert "dvc repro download@lm" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_table_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="dvc repro download@lm"):
        read_token_floor(tmp_path / "test.tsv", TEXT, VOCABULARY, lowercase=True)


def test_a_verb_is_two_decisions_and_every_other_token_one() -> None:
    """A noun of 1/4, a verb form of 3/8 beside 1/8 for its counterpart, an auxiliary of 1/4 beside 1/4, an end."""
    floor = TokenFloor(
        np.stack([logs(0.5, 0.5, 0.5, 1), logs(0, 0, 0.5, 0)], axis=1),
        np.array([NO_COUNTERPART, 5, 6, NO_COUNTERPART]),
        np.array(["selection", "selection", "structure", "structure"]),
    )
    found = missing_nats(floor, np.stack([logs(0.25, 0.375, 0.25, 0.5), logs(0, 0.125, 0.25, 0)], axis=1))
    two = math.log(2)
    expected = {
        "agreement": {"share_of_tokens": 0.5, "floor": two / 4, "model": (math.log(4 / 3) + two) / 4},
        "selection": {"share_of_tokens": 0.5, "floor": 2 * two / 4, "model": 3 * two / 4},
        "structure": {"share_of_tokens": 0.5, "floor": 0.0, "model": 2 * two / 4},
    }
    assert list(found) == list(expected)
    for category, values in expected.items():
        values["missing"] = values["model"] - values["floor"]
        assert found[category] == pytest.approx(values)


def test_categories_add_up_to_the_logarithm_of_perplexity_over_floor() -> None:
    rng = np.random.default_rng(5)
    agrees = rng.random(1_000) < 0.3

    def scores() -> np.ndarray:
        split = rng.dirichlet([1, 1, 1], 1_000)
        return np.stack([np.log(split[:, 0]), np.where(agrees, np.log(split[:, 1]), -np.inf)], axis=1)

    grammar, model = scores(), scores()
    categories = np.where(rng.random(1_000) < 0.5, "selection", "structure")
    found = missing_nats(TokenFloor(grammar, np.where(agrees, 7, NO_COUNTERPART), categories), model)
    difference = grammar[:, 0].mean() - model[:, 0].mean()
    assert sum(values["missing"] for values in found.values()) == pytest.approx(difference, abs=1e-12)
    assert sum(values["model"] for values in found.values()) == pytest.approx(-model[:, 0].mean(), abs=1e-12)
    perfect = missing_nats(TokenFloor(grammar, np.where(agrees, 7, NO_COUNTERPART), categories), grammar)
    assert [values["missing"] for values in perfect.values()] == [0, 0, 0]


def test_counterparts_are_scored_in_the_places_of_the_tokens(table: Path) -> None:
    floor = read_token_floor(table, TEXT, VOCABULARY, lowercase=True)
    model = train_kneser_ney(TEXT, len(VOCABULARY), 3)
    scores = counterpart_scores(floor, TEXT, model.score_next)
    after_the_dog = model.distribution([len(VOCABULARY), 2, 3])
    assert scores[2] == pytest.approx(math.log(after_the_dog[5]))
    assert np.flatnonzero(scores > -np.inf).tolist() == [2]
    floor.counterparts[:] = NO_COUNTERPART
    assert (counterpart_scores(floor, TEXT, model.score_next) == -np.inf).all()
    floor.counterparts[:] = TEXT.with_sentence_ends()  # tokens as their own counterparts
    assert counterpart_scores(floor, TEXT, model.score_next) == pytest.approx(model.log_probabilities(TEXT))
