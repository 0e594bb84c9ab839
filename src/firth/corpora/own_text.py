"""The user's own text by split, as data/raw holds it; files are fetched and verified before the first item is read."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from firth.corpora.archives import LocalFile
from firth.corpora.babi_format import read_stories, records, training_answers
from firth.corpora.corpus import Items
from firth.corpora.formats import divided, prose_lines
from firth.corpora.library import Library
from firth.corpora.own import own_files
from firth.corpora.parallel import Pair, read_tab_separated, read_two_files
from firth.corpora.raw import SPLITS
from firth.errors import FirthError, shown
from firth.params.corpora_params import OwnTextSplits
from firth.params.roles import Role
from firth.params.section import Section

TAGGED = re.compile(r"[^\s/]+/[A-Za-z$.,:;()'`*-][A-Za-z0-9$+.,:;()'`*-]*")  # such as The/at or jury/NN
TAGGED_SHARE = 0.9  # of the tokens of the first lines
FIRST_LINES = 100

Files = dict[str, list[LocalFile]]  # key in params.yaml → files of one text


def own_items(source: Any, role: Role, library: Library) -> Items:
    """Lines, pairs or questions of the user's own text: as given where each split has a text, otherwise split 90/5/5.

    ``embeddings`` trains on the whole of one text, or on the training text alone.

    Raises
    ------
    FirthError
        If a file is missing, unreachable or not the one that params.yaml names; if it holds no text of the role's
        format, or too little to split.
    """
    key = f"corpora.{role}"
    splits = getattr(source, "train", None) is not None
    read_lines = _lines if source.tokenized else _lines_without_tags
    if role == "embeddings":
        named = {f"{key}.train": source.train} if isinstance(source, OwnTextSplits) else dict(own_files(source, key))
        files = library.verified(named)
        return (("train", line) for name in files for line in read_lines(files, name))
    files = library.verified(dict(own_files(source, key)))
    readers: dict[Role, tuple[Callable[[Files, str], Iterator[Any]], str]] = {
        "lm": (read_lines, "lines"),
        "translation": (_pairs, "pairs"),
        "qa": (_stories, "stories"),
    }
    read, unit = readers[role]

    def items() -> Items:
        if splits:
            return ((split, item) for split in SPLITS for item in read(files, f"{key}.{split}"))
        whole = next(iter(files.values()))[0].name
        return divided(lambda: (("", item) for item in read(files, key)), whole, unit)

    return records(items(), training_answers(items()), None) if role == "qa" else items()


def own_name(source: Section, role: Role) -> str:
    """The name of an own text: that of its first part."""
    return next(own.file_name for _, own in own_files(source, role))


def _lines(files: Files, key: str) -> Iterator[str]:
    return (line for file in files[key] for _, line in prose_lines(file))


def _lines_without_tags(files: Files, key: str) -> Iterator[str]:
    """The lines of a text; a file whose first lines are words with tags is refused, as the tags would become words."""
    for file in files[key]:
        lines = (line for _, line in prose_lines(file))
        first = list(islice(lines, FIRST_LINES))
        _refuse_tags(first, file)
        yield from first
        yield from lines


def _pairs(files: Files, key: str) -> Iterator[Pair]:
    if key in files:
        name = files[key][0].name
        pairs = (pair for file in files[key] for pair in read_tab_separated(file))
    else:
        sources, targets = files[f"{key}.source_file"], files[f"{key}.target_file"]
        name = sources[0].name
        if len(sources) != len(targets):
            raise FirthError(
                f"{key}: {len(sources):,} source files but {len(targets):,} target files; "
                "give as many of both, in the same order"
            )
        both = zip(sources, targets, strict=True)
        pairs = (pair for source, target in both for pair in read_two_files(source, target))
    empty = True
    for pair in pairs:
        empty = False
        yield pair
    if empty:
        raise FirthError(f"{name}: no line holds a sentence and its translation; give parallel text")


def _stories(files: Files, key: str) -> Iterator[Any]:
    return (story for file in files[key] for story in read_stories(file))


def _refuse_tags(lines: Iterable[str], file: LocalFile) -> None:
    """Refuse lines whose words carry tags."""
    tokens = [token for line in lines for token in line.split()]
    tagged = [token for token in tokens if TAGGED.fullmatch(token)]
    if len(tagged) > TAGGED_SHARE * len(tokens):
        tag = shown(tagged[0])
        raise FirthError(f"{file.name}: its words carry tags, as {tag}; give the text without, or say tokenized: true")
