"""From a source in params.yaml to its text: (split, item) for each line, pair or question, read as it is written.

Everything is fetched and verified before the first item comes.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from firth.corpora.archives import LocalFile
from firth.corpora.babi import Story, held_out, read_stories, records, training_answers
from firth.corpora.catalog import CORPORA, Remote
from firth.corpora.fetch import fetch
from firth.corpora.formats import divided, prose_lines
from firth.corpora.own import own_files, verified_files
from firth.corpora.parallel import Pair, read_tab_separated, read_two_files
from firth.corpora.prose import catalog_lines
from firth.errors import FirthError
from firth.params.corpora import NamedQuestions, NamedTranslation, OwnTextSplits, Role
from firth.params.section import Section

SPLITS = ("train", "valid", "test")
BABI_VALIDATION = 100  # of each task's 1,000 training questions: the last ones, in whole stories
MULTI30K_SPLITS = {
    "train": "train",
    "val": "valid",
    "test_2016_flickr": "test_2016_flickr",
    "test_2017_flickr": "test_2017_flickr",
    "test_2017_mscoco": "test_2017_mscoco",
}
Items = Iterator[tuple[str, Any]]


def fetched(remotes: dict[str, Remote], downloads: Path) -> dict[str, LocalFile]:
    """Fetch files of the catalog, by their names there."""
    return {name: fetch(remote.address, remote.checksum, downloads) for name, remote in remotes.items()}


def catalog_text(name: str, role: Role, downloads: Path) -> Items:
    """Lines of a catalog text; ``embeddings`` takes all of it for training, but only the training file of ``ptb``."""
    remotes = CORPORA[name].files
    if name == "ptb":
        wanted = {f"ptb.{split}": split for split in (SPLITS[:1] if role == "embeddings" else SPLITS)}
        files = fetched({part: remotes[part] for part in wanted}, downloads)
        return ((wanted[part], line) for part, line in catalog_lines(name, files))
    files = fetched(remotes, downloads)
    if role == "embeddings":
        return (("train", line) for _, line in catalog_lines(name, files))
    return divided(lambda: catalog_lines(name, files), name, "lines")


def catalog_pairs(source: NamedTranslation, downloads: Path) -> Items:
    """Pairs of Multi30k in the direction asked for, with every test set that both languages have."""
    remotes = CORPORA[source.source].files
    languages = (source.source_language, source.target_language)
    parts = [part for part in MULTI30K_SPLITS if all(f"{part}.{language}" in remotes for language in languages)]
    names = [f"{part}.{language}" for part in parts for language in languages]
    files = fetched({name: remotes[name] for name in names}, downloads)
    return (
        (MULTI30K_SPLITS[part], pair)
        for part in parts
        for pair in read_two_files(files[f"{part}.{languages[0]}"], files[f"{part}.{languages[1]}"])
    )


def catalog_questions(source: NamedQuestions, downloads: Path) -> Items:
    """Records of the bAbI tasks asked for, one task after the other."""
    tasks = sorted(set(source.tasks or []))
    remotes = CORPORA[source.source].files
    names = {task: sorted(name for name in remotes if name.startswith(f"qa{task}_")) for task in tasks}
    files = fetched({name: remotes[name] for task in tasks for name in names[task]}, downloads)
    return chain.from_iterable(_task_records(task, *(files[name] for name in names[task])) for task in tasks)


def own_items(source: Section, role: Role, root: Path, downloads: Path) -> Items:
    """The user's own text: with a file for each split as they are, else split 90/5/5.

    ``embeddings`` takes one text whole, or the training file alone.

    Parameters
    ----------
    root : folder of params.yaml, where relative paths begin.
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
    """What an own text is called: its (first) file's name, without folders."""
    file = next(file for _, file in own_files(source, role))
    return (file.path or str(file.url).partition("?")[0]).replace("\\", "/").rstrip("/").rpartition("/")[2]


def _task_records(task: int, test: LocalFile, train: LocalFile) -> Items:
    training, validation = held_out(list(read_stories(train)), BABI_VALIDATION)
    stories: list[tuple[str, Story]] = [
        *(("train", story) for story in training),
        *(("valid", story) for story in validation),
        *(("test", story) for story in read_stories(test)),
    ]
    return records(stories, training_answers(stories), task)


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
        raise FirthError(f"{name}: there is no pair of two sentences in it; give a text and its translation")


def _stories(files: dict[str, LocalFile], key: str) -> Iterator[Story]:
    return read_stories(files[key])
