"""The words that an encoder–decoder's training text has."""

import json
from pathlib import Path

from firth.text.known_words import write_known_words
from firth.text.text_form import TextForm

WORDS = TextForm(False, False, "en", False, "words")
SUBWORDS = TextForm(False, False, "en", False, "subwords")


def test_the_words_of_a_source_in_subwords_are_written(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "train.source.txt").write_text("Mary eats apples.\nTim's 3 apples\n", encoding="utf-8")
    write_known_words(tmp_path, tmp_path, "translation", WORDS)
    assert not (tmp_path / "source.words.txt").exists()
    write_known_words(tmp_path, tmp_path, "translation", SUBWORDS)
    assert (tmp_path / "source.words.txt").read_text().split("\n") == [".", "3", "Mary", "Tim's", "apples", "eats", ""]


def test_words_of_questions_alone_are_those_that_some_story_lacks(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    items = [
        {"story": ["Tim is here.", "Mary left."], "question": "Where is Tim?", "answer": "Here."},
        {"story": ["Mary is here."], "question": "Is Mary here?", "answer": "Yes."},
    ]
    (tmp_path / "text" / "train.jsonl").write_text("".join(f"{json.dumps(item)}\n" for item in items))
    write_known_words(tmp_path, tmp_path, "qa", WORDS)
    assert (tmp_path / "question.words.txt").read_text().split("\n") == ["?", "Is", "Where", ""]
