"""The words that the training text of an encoder–decoder has, written beside its tokens.

Subwords read every word, in pieces, so that no word is out of vocabulary; a model has still never seen a word that
its training text lacks. And a question whose person or thing is not in the story has no answer there, which a model
doesn't say. ``ask.new_words`` tells such words of a question by these files.
"""

from collections.abc import Iterable
from pathlib import Path

from firth.params.roles import Role
from firth.text.raw_text import raw_lines, story_items
from firth.text.text_form import TextForm
from firth.workspace import write_text

WORDS, QUESTION_WORDS = "source.words.txt", "question.words.txt"  # files of a folder of tokens, a word a line


def write_known_words(raw: Path, out: Path, role: Role, form: TextForm) -> None:
    """Write into ``out`` the words of a source that is cut into subwords, and the words of questions alone.

    The latter are words that the question of some training item has and its story lacks, such as *where*.

    Raises
    ------
    FirthError
        If the text in the folder ``raw``, data/raw/ROLE, doesn't exist or is damaged.
    """
    if form.segmentation == "subwords" and role in ("translation", "qa"):
        _write(out / WORDS, _words(raw_lines(raw, role, "train", "source"), form))
    if role == "qa":
        alone: set[str] = set()
        for item in story_items(raw, "train"):
            alone |= _words([item.question], form) - _words(item.story, form)
        _write(out / QUESTION_WORDS, alone)


def _words(lines: Iterable[str], form: TextForm) -> set[str]:
    return {word for line in lines for word in form.words(line)}


def _write(path: Path, words: set[str]) -> None:
    write_text(path, "".join(f"{word}\n" for word in sorted(words)))
