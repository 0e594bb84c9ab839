"""The words of a question that the training text or the story lacks, by the files of ``text.known_words``."""

from pathlib import Path

from firth.stored_files import read_text
from firth.text.text_form import TextForm
from firth.text.tokenizer import is_written_without_spaces


def read_known_words(path: Path) -> frozenset[str] | None:
    """The words of a file that ``text.known_words.write_known_words`` wrote; None if there is none."""
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
