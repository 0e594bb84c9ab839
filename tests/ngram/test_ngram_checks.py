"""Every array that no estimate could be is found; what the estimator writes is sound."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firth.errors import FirthError
from firth.ngram.kneser_ney import KneserNey, train_kneser_ney
from firth.text.streams import from_sentences

SENTENCES = [[2, 3, 4], [2, 3], [4, 2, 5], [], [3], [2, 3, 4, 5]]
WORDS = 7  # of which 6 doesn't occur


def save(folder: Path) -> KneserNey:
    model = train_kneser_ney(from_sentences(SENTENCES), WORDS, 3)
    model.save(folder)
    return model


@pytest.mark.parametrize("order", [1, 2, 3, 9])
def test_what_the_estimator_writes_is_sound(tmp_path: Path, order: int) -> None:
    texts: list[list[list[int]]] = [SENTENCES, [[]], [[2]], [[2] * 50]]
    for sentences in texts:
        train_kneser_ney(from_sentences(sentences), WORDS, order).save(tmp_path)
        assert KneserNey.load(tmp_path).order == order


# File, index of the value that is changed, its new value, the fault
VALUES: list[tuple[str, int, float, str]] = [
    ("1-grams.keys", 3, 4, "n-grams are not sorted"),
    ("2-grams.keys", 0, -1, "n-grams are not sorted, or their contexts don't exist"),
    ("2-grams.keys", -1, 8 * 8, "n-grams are not sorted, or their contexts don't exist"),
    ("3-grams.keys", 1, 0, "n-grams are not sorted"),
    ("1-grams.probabilities", 2, 0.5, "values don't sum to 1"),
    ("1-grams.probabilities", 7, 0.1, "values don't sum to 1"),
    *(
        (f"{order}-grams.{kind}", 1, value, "values are not above 0 and at most 1")
        for order, kind in ((1, "probabilities"), (2, "probabilities"), (3, "probabilities"), (1, "backoffs"))
        for value in (np.nan, np.inf, 0.0, -0.1, 1.1)
    ),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("name", "index", "value", "fault"), VALUES)
def test_a_value_that_no_estimate_has_is_refused(
    tmp_path: Path, name: str, index: int, value: float, fault: str
) -> None:
    save(tmp_path)
    values = np.load(tmp_path / f"{name}.npy")
    values[index] = value
    np.save(tmp_path / f"{name}.npy", values)
    with pytest.raises(FirthError, match=rf"{name}\.npy: {fault}.*; build it again with `dvc repro ngram`"):
        KneserNey.load(tmp_path)


@pytest.mark.parametrize("name", ["1-grams.keys", "1-grams.backoffs", "2-grams.probabilities", "3-grams.keys"])
def test_arrays_of_different_lengths_and_types_are_refused(tmp_path: Path, name: str) -> None:
    save(tmp_path)
    values = np.load(tmp_path / f"{name}.npy")
    np.save(tmp_path / f"{name}.npy", values[:-1])
    with pytest.raises(FirthError, match=r"-grams\.\w+\.npy: "):
        KneserNey.load(tmp_path)
    np.save(tmp_path / f"{name}.npy", values.astype(np.float32))
    with pytest.raises(FirthError, match=rf"{name}\.npy: holds float32, not "):
        KneserNey.load(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("order", 0, "order: Input should be greater than 0"),
        ("order", 4, "of another version"),
        ("vocabulary_size", 10**9, "1-grams.keys.npy: n-grams are not sorted"),
        ("vocabulary_size", "many", "vocabulary_size: Input should be a valid integer"),
        ("discounts", [[1]], r"discounts\.0\.1: Field required"),
        ("convention", "another", "of another version"),
    ],
)
def test_settings_of_another_model_are_refused(tmp_path: Path, key: str, value: Any, fault: str) -> None:
    save(tmp_path)
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(FirthError, match=rf"{fault}.*; build it again with `dvc repro ngram`"):
        KneserNey.load(tmp_path)
