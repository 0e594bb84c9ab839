"""The text of questions: from the command line, files and pipes."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firth.ask.sentence_blocks import SentenceBlock, SentenceEncoder, line_groups
from firth.corpora.archives import LocalFile
from firth.corpora.formats import prose_lines
from firth.corpora.unpacking import SUFFIXES
from firth.errors import FirthError, shown
from firth.text.normalization import normalize
from firth.training.progress import Meter

STANDARD_INPUT = "-"


def asked(text: str, name: str) -> str:
    """A text from the command line in the normal form of all text; it may be empty.

    Parameters
    ----------
    name : what the text is, for the error.

    Raises
    ------
    FirthError
        If it is not UTF-8, or holds invisible characters alone.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise FirthError(f"the {name} is not UTF-8; give it in that encoding") from None
    normal = normalize(text)
    if not normal and text.strip(" "):
        raise FirthError(f"the {name} ({shown(text)}) holds invisible characters alone; give it in letters")
    return normal


def asked_word(word: str) -> str:
    """A word from the command line in the normal form of all text.

    Raises
    ------
    FirthError
        As ``asked``, and if there is no character.
    """
    normal = asked(word, "word")
    if not normal:
        raise FirthError("the word is empty; give one")
    return normal


@contextmanager
def text_file(file: str) -> Iterator[LocalFile]:
    """A file for the readers of corpora, which look ahead: standard input and pipes are copied to the disk first."""
    path = Path(file)
    if file != STANDARD_INPUT and (path.is_file() or path.is_dir() or not path.exists()):
        yield LocalFile(path, file)
        return
    with tempfile.NamedTemporaryFile(prefix="firth-") as copy:
        if file == STANDARD_INPUT:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        else:
            with path.open("rb") as pipe:
                shutil.copyfileobj(pipe, copy)
        copy.flush()
        yield LocalFile(Path(copy.name), "standard input" if file == STANDARD_INPUT else file)


def text_blocks(text: LocalFile, encoder: SentenceEncoder) -> Iterator[SentenceBlock]:
    """A text in blocks of whole sentences, with a progress bar."""
    with Meter(f"read {shown(text.name)}", _size(text)) as meter:
        for lines in line_groups(line for _, line in prose_lines(text)):
            block = encoder.encode(lines)
            if block.tokens:
                yield block
            meter.advance(sum(len(line.encode("utf-8")) + 1 for line in lines))


def _size(text: LocalFile) -> int | None:
    """The size of a file in bytes; None if it is compressed."""
    if not text.path.is_file() or text.path.suffix.lower() in SUFFIXES:
        return None
    return text.path.stat().st_size
