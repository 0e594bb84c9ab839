"""The user's own text by split, as data/raw holds it; files are fetched and verified before the first item is read."""

from collections.abc import Iterator
from pathlib import Path

from firth.corpora.archives import LocalFile
from firth.corpora.babi_format import BabiStory, read_stories, records, training_answers
from firth.corpora.corpus import Items
from firth.corpora.formats import divided, prose_lines
from firth.corpora.own import own_files, verified_files
from firth.corpora.parallel import Pair, read_tab_separated, read_two_files
from firth.corpora.raw import SPLITS
from firth.errors import FirthError
from firth.params.corpora_params import OwnTextSplits, Role
from firth.params.section import Section


def own_items(source: Section, role: Role, root: Path, downloads: Path) -> Items:
    """Lines, pairs or questions of the user's own text: as given where each split has a file, otherwise split 90/5/5.

    ``embeddings`` trains on the whole of one text, or on the training file alone.

    Parameters
    ----------
    root : folder of params.yaml, to which paths are relative.
    downloads : folder that keeps fetched files.

    Raises
    ------
    FirthError
        If a file is missing, unreachable or not the one that params.yaml names; if it holds no text of the role's
        format, or too little to split.
    """
    key = f"corpora.{role}"
    splits = getattr(source, "train", None) is not None
    if role == "embeddings" and isinstance(source, OwnTextSplits):
        files = verified_files({f"{key}.train": source.train}, root, downloads)
        return (("train", line) for _, line in prose_lines(files[f"{key}.train"]))
    files = verified_files(dict(own_files(source, key)), root, downloads)
    if role == "embeddings":
        return (("train", line) for _, line in prose_lines(files[key]))
    read, unit = {"lm": (_lines, "lines"), "translation": (_pairs, "pairs"), "qa": (_stories, "stories")}[role]

    def items() -> Items:
        if splits:
            return ((split, item) for split in SPLITS for item in read(files, f"{key}.{split}"))
        whole = next(iter(files.values())).name
        return divided(lambda: (("", item) for item in read(files, key)), whole, unit)

    return records(items(), training_answers(items()), None) if role == "qa" else items()


def own_name(source: Section, role: Role) -> str:
    """The name of an own text: that of its (first) file, without folders."""
    file = next(file for _, file in own_files(source, role))
    return (file.path or str(file.url).partition("?")[0]).replace("\\", "/").rstrip("/").rpartition("/")[2]


def _lines(files: dict[str, LocalFile], key: str) -> Iterator[str]:
    return (line for _, line in prose_lines(files[key]))


def _pairs(files: dict[str, LocalFile], key: str) -> Iterator[Pair]:
    if key in files:
        name, pairs = files[key].name, read_tab_separated(files[key])
    else:
        source, target = files[f"{key}.source_file"], files[f"{key}.target_file"]
        name, pairs = source.name, read_two_files(source, target)
    empty = True
    for pair in pairs:
        empty = False
        yield pair
    if empty:
        raise FirthError(f"{name}: no line holds a sentence and its translation; give parallel text")


def _stories(files: dict[str, LocalFile], key: str) -> Iterator[BabiStory]:
    return read_stories(files[key])
