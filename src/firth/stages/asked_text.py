"""The text that people ask trained models about: tidied, cut and numbered as the corpus of the models was."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from firth.corpora.archives import SUFFIXES, LocalFile
from firth.corpora.formats import prose_lines
from firth.errors import FirthError
from firth.stages.languages import Block, Language
from firth.training.progress import Meter

STANDARD_INPUT = "-"
CHARACTERS_TOGETHER = 1 << 17
COUNTED = 100_000  # different unknown words; of more, the rarer half is forgotten


def checked(line: str, name: str) -> str:
    """A line from the command line, if it is UTF-8."""
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        raise FirthError(f"the {name} is not UTF-8; give it in that encoding") from None
    return line


@dataclass
class Unknown:
    """The words of a text that are out of vocabulary: how many, and how often each, as long as they aren't too many."""

    total: int = 0
    words: Counter[str] = field(default_factory=Counter)

    def add(self, block: Block) -> None:
        """Count those of some more sentences."""
        self.total += len(block.unknown)
        self.words.update(block.tokens[place] for place in block.unknown)
        if len(self.words) > COUNTED:
            self.words = Counter(dict(self.words.most_common(COUNTED // 2)))


@contextmanager
def text_file(file: str) -> Iterator[LocalFile]:
    """A file for the corpora's formats, which look ahead: standard input and pipes are copied to the disk first."""
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


def text_blocks(text: LocalFile, language: Language, metered: bool) -> Iterator[Block]:
    """A text in blocks of whole sentences, some ten thousand tokens each."""
    with Meter(f"read {text.name}", _size(text)) if metered else nullcontext() as meter:
        for lines in _together(line for _, line in prose_lines(text)):
            block = language.block(lines)
            if block.tokens:
                yield block
            if meter:
                meter.advance(sum(len(line.encode("utf-8")) + 1 for line in lines))


def _together(lines: Iterable[str]) -> Iterator[list[str]]:
    block: list[str] = []
    characters = 0
    for line in lines:
        block.append(line)
        characters += len(line)
        if characters >= CHARACTERS_TOGETHER:
            yield block
            block, characters = [], 0
    if block:
        yield block


def _size(text: LocalFile) -> int | None:
    """The bytes to be read, where they are known: of a file that isn't packed."""
    if not text.path.is_file() or text.path.suffix.lower() in SUFFIXES:
        return None
    return text.path.stat().st_size
