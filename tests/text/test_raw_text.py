"""Text as a folder of raw text holds it."""

from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.text.known_words import write_known_words
from firth.text.raw_text import StoryItem, raw_lines, story_items
from firth.text.text_form import TextForm

ITEM = '{"story": ["Tim is here.", "Mary left."], "question": "Where is Tim?", "answer": "Here."}\n'


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "train.jsonl").write_text(ITEM)
    return tmp_path


def test_a_question_has_its_story_and_its_answer(raw: Path) -> None:
    item = StoryItem(["Tim is here.", "Mary left."], "Where is Tim?", "Here.")
    assert list(story_items(raw, "train")) == [item]
    assert list(raw_lines(raw, "qa", "train", "source")) == ["Tim is here. Mary left. Where is Tim?"]
    assert list(raw_lines(raw, "qa", "train", "target")) == ["Here."]


@pytest.mark.parametrize(
    "line", ["", "[]", '{"story": []}', ITEM.replace('"Here."', "1"), ITEM.replace('"Mary left."', "null")]
)
def test_another_line_is_refused_by_number_whoever_reads_it(raw: Path, line: str) -> None:
    (raw / "text" / "train.jsonl").write_text(f"{ITEM}{line.strip()}\n")
    message = "line 2 is not a story with question and answer"
    with pytest.raises(FirthError, match=message):
        list(raw_lines(raw, "qa", "train", "source"))
    with pytest.raises(FirthError, match=message):
        write_known_words(raw, raw, "qa", TextForm(False, False, "en", False, "words"))
