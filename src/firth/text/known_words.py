"""What words the training text of an encoder–decoder has, so that a question can say which of its words are new.

Subwords read every word, in pieces, so that no word is out of vocabulary; a model has still never seen a word that
its training text lacks. And a question whose person or thing is not in the story has no answer there, which a model
doesn't say.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from firth.params.roles import Role
from firth.stored_files import read_text
from firth.text.raw_text import raw_lines
from firth.text.text_form import TextForm
from firth.text.tokenizer import is_written_without_spaces
from firth.workspace import require, write_text

WORDS, QUESTION_WORDS = "source.words.txt", "question.words.txt"  # files of a folder of tokens, a word a line


def write_known_words(raw: Path, out: Path, role: Role, form: TextForm) -> None:
    """Write into ``out`` the words of a source that is cut into subwords, and the words of questions alone.

    The latter are words that the question of some training item has and its story lacks, such as *where*.
    """
    if form.segmentation == "subwords" and role in ("translation", "qa"):
        _write(out / WORDS, _words(raw_lines(raw, role, "train", "source"), form))
    if role == "qa":
        with require(raw / "text" / "train.jsonl", "download@qa").open(encoding="utf-8") as lines:
            items = map(json.loads, lines)
            alone = [_words([item["question"]], form) - _words(item["story"], form) for item in items]
        _write(out / QUESTION_WORDS, set().union(*alone))


def read_known_words(path: Path) -> frozenset[str] | None:
    """The words of such a file; None if there is none."""
    return frozenset(read_text(path, f"tokenize@{path.parent.name}").split("\n")[:-1]) if path.exists() else None


def new_words(line: str, form: TextForm, known: frozenset[str]) -> list[str]:
    """The words of a line that are not known, each once.

    Numbers and scripts without spaces between words are left out.
    """
    return [
        word
        for word in dict.fromkeys(form.words(line))
        if any(map(str.isalpha, word)) and not is_written_without_spaces(word) and word not in known
    ]


def in_either_case(words: frozenset[str]) -> frozenset[str]:
    """The words as they may stand at the beginning of a sentence or within one."""
    return words | {word[0].upper() + word[1:] for word in words} | {word[0].lower() + word[1:] for word in words}


def _words(lines: Iterable[str], form: TextForm) -> set[str]:
    return {word for line in lines for word in form.words(line)}


def _write(path: Path, words: set[str]) -> None:
    write_text(path, "".join(f"{word}\n" for word in sorted(words)))
