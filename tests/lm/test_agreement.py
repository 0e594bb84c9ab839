from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firth.errors import FirthError
from firth.lm.agreement import Item, accuracies, read_items
from firth.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["<unk>", "<eos>", "dog", "dogs", "the", "runs", "run"], [0, 9, 5, 5, 4, 3, 3])
HEADER = "prefix\tcorrect\twrong\tdistractors\tcontrols\n"


def item(prefix: list[int], distractors: int, controls: int) -> Item:
    return Item(np.array(prefix, np.int64), 5, 6, distractors, controls)


def last_noun_agrees(prefixes: Sequence[NDArray[np.int64]], words: NDArray[np.int64]) -> NDArray[np.float64]:
    """A toy model that looks at the last noun alone, and is undecided where it stands beside another."""
    singular = np.array([{2: 1.0, 3: -1.0, 4: 0.0}[int(prefix[-1])] for prefix in prefixes])
    return np.where(words == 5, singular[:, None], -singular[:, None])


def test_accuracy_is_a_share_by_condition_and_a_tie_counts_one_half() -> None:
    items = [
        item([2], 0, 0),
        item([2, 3], 1, 0),
        item([2, 3, 2], 1, 0),
        item([2, 4], 1, 0),
        item([2, 2], 0, 1),
        item([2, 2, 2], 0, 2),
        item([2, 2, 3], 0, 2),
        item([2, 3, 3], 2, 0),
    ]
    assert accuracies(items, last_noun_agrees) == {
        "distractors_0": 1.0,
        "distractors_1": pytest.approx(1.5 / 3),
        "distractors_2": 0.0,
        "controls_1": 1.0,
        "controls_2": 0.5,
    }
    assert list(accuracies(items, last_noun_agrees))[-1] == "controls_2"


def test_items_are_read_as_the_corpus_is_tokenized(tmp_path: Path) -> None:
    path = tmp_path / "agreement.tsv"
    path.write_text(HEADER + "The dogs, the dog\trun\truns\t1\t0\n", encoding="utf-8")
    (one,) = read_items(path, VOCABULARY, lowercase=True, tokenized=False)
    assert (one.prefix.tolist(), one.correct, one.wrong) == ([4, 3, 0, 4, 2], 6, 5)
    assert one.condition == "distractors_1"
    (one,) = read_items(path, VOCABULARY, lowercase=False, tokenized=False)
    assert one.prefix.tolist() == [0, 3, 0, 4, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\n", "line 1 must name"),
        ("", "line 1 must name"),
        (HEADER + "the dog\truns\trun\t0\n", "line 2: not a prefix"),
        (HEADER + "the dog\truns\trun\tone\t0\n", "line 2: not a prefix"),
        (HEADER + "the dog\truns\trun\t0\t0\nthe dog\tis running\tare\t0\t0\n", "line 3: a verb form"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "agreement.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FirthError, match=message):
        read_items(path, VOCABULARY, lowercase=True, tokenized=False)
