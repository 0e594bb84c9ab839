"""The layout of data/raw/<role>/: text by split."""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO, TypeVar

from firth.corpora.parallel import Pair
from firth.training.progress import Meter

SPLITS = ("train", "valid", "test")
Counts = dict[str, dict[str, Any]]  # split → number of sentences (pairs, questions) and of characters
Item = TypeVar("Item")
METER_STEP = 10_000  # items between two reports of progress


class SplitFiles:
    """Files named SPLIT.ENDING in one folder, opened when they are first written to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stack, self.files = folder, ExitStack(), dict[str, TextIO]()

    def __enter__(self) -> "SplitFiles":
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def write(self, name: str, line: str) -> None:
        """Add one line to a file."""
        if name not in self.files:
            self.files[name] = self.stack.enter_context((self.folder / name).open("w", encoding="utf-8", newline="\n"))
        self.files[name].write(line + "\n")


def write_text(folder: Path, lines: Iterable[tuple[str, str]]) -> Counts:
    """Write (split, line) to ``text/SPLIT.txt``; count sentences and characters."""
    counts: Counts = {}
    with SplitFiles(folder / "text") as files:
        for split, line in _metered(lines, "sentences"):
            files.write(f"{split}.txt", line)
            _count(counts, split, "sentences", len(line))
    return counts


def write_pairs(folder: Path, pairs: Iterable[tuple[str, Pair]]) -> Counts:
    """Write (split, pair) to ``text/SPLIT.source.txt`` and ``text/SPLIT.target.txt``; count pairs and characters."""
    counts: Counts = {}
    with SplitFiles(folder / "text") as files:
        for split, (source, target) in _metered(pairs, "pairs"):
            files.write(f"{split}.source.txt", source)
            files.write(f"{split}.target.txt", target)
            _count(counts, split, "pairs", len(source) + len(target))
    return counts


def write_questions(folder: Path, records: Iterable[tuple[str, dict[str, Any]]]) -> Counts:
    """Write (split, record) to ``text/SPLIT.jsonl``; count questions and characters (of story, question and answer)."""
    counts: Counts = {}
    with SplitFiles(folder / "text") as files:
        for split, record in _metered(records, "questions"):
            files.write(f"{split}.jsonl", json.dumps(record, ensure_ascii=False))
            characters = sum(len(sentence) for sentence in record["story"])
            _count(counts, split, "questions", characters + len(record["question"]) + len(record["answer"]))
    return counts


def _count(counts: Counts, split: str, unit: str, characters: int) -> None:
    entry = counts.setdefault(split, {unit: 0, "characters": 0})
    entry[unit] += 1
    entry["characters"] += characters


def _metered(items: Iterable[Item], unit: str) -> Iterator[Item]:
    with Meter(f"write {unit}", None) as meter:
        for number, item in enumerate(items, start=1):
            yield item
            if number % METER_STEP == 0:
                meter.advance(METER_STEP, f"{number:,}")
