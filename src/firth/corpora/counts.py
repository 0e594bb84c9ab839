"""What was read of a corpus and what was left out, in counts: nothing is left out without a word."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from firth.errors import MOST, shown

LEFT_OUT = {  # reason → one of them, and several
    "blank_lines": ("blank line", "blank lines"),
    "pairs_without_source": ("pair whose source is blank", "pairs whose source is blank"),
    "pairs_without_target": ("pair whose target is blank", "pairs whose target is blank"),
    "stories_without_question": ("story without a question", "stories without a question"),
    "accompanying_files": ("file that only accompanies a text", "files that only accompany a text"),
    "binary_files": ("file that is no text", "files that are no text"),
    "packed_files": ("packed file within the archive", "packed files within the archive"),
    "hidden_files": ("hidden file", "hidden files"),
    "empty_files": ("empty file", "empty files"),
    "links": ("link", "links"),
    "other_files": ("file that is no part of the corpus", "files that are no part of the corpus"),
}


@dataclass
class FileCounts:
    """The counts of one file, begun anew each time the file is read.

    Attributes
    ----------
    members : texts that were read: 1, or the number of an archive's members.
    read : names of the first of these texts.
    lines : lines of text that were read.
    left_out : reason, a key of ``LEFT_OUT`` → number.
    names : reason → the first members of an archive that were left out for it.
    """

    members: int = 0
    read: list[str] = field(default_factory=list)
    lines: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    names: dict[str, list[str]] = field(default_factory=dict)

    def begin(self) -> None:
        """Forget what was counted before."""
        self.members = self.lines = 0
        self.read.clear()
        self.left_out.clear()
        self.names.clear()

    def begin_member(self, name: str) -> None:
        """Count one text that is read."""
        self.members += 1
        if len(self.read) < MOST:
            self.read.append(name)

    def leave_out(self, reason: str, name: str) -> None:
        """Count one file or member that is not read."""
        self.left_out[reason] += 1
        named = self.names.setdefault(reason, [])
        if len(named) < MOST:
            named.append(name)


def total_counts(counts: Iterable[FileCounts]) -> FileCounts:
    """The sums over several files."""
    total = FileCounts()
    for one in counts:
        total.members += one.members
        total.read += one.read
        total.lines += one.lines
        total.left_out += one.left_out
        for reason, names in one.names.items():
            total.names.setdefault(reason, []).extend(names)
    return total


def count_metrics(files: int, total: FileCounts) -> dict[str, int]:
    """Counts as metrics: ``files``, ``members``, ``lines``, and a number for each reason to leave something out."""
    read = {"files": files, "members": total.members, "lines": total.lines}
    return read | {reason: total.left_out[reason] for reason in LEFT_OUT if total.left_out[reason]}


def count_messages(files: int, total: FileCounts) -> list[str]:
    """Counts as lines for people."""
    of_members = f", {_counted(total.members, ('text', 'texts'))}" if total.members != files else ""
    read = f"read {_counted(files, ('file', 'files'))}{of_members}, {_counted(total.lines, ('line', 'lines'))}"
    messages = [read + (_named(total.read, total.members) if total.members > 1 else "")]
    for reason, words in LEFT_OUT.items():
        if number := total.left_out[reason]:
            messages.append(f"left out {_counted(number, words)}{_named(total.names.get(reason, []), number)}")
    return messages


def _counted(number: int, words: tuple[str, str]) -> str:
    return f"{number:,} {words[number != 1]}"


def _named(names: list[str], number: int) -> str:
    """The first names of ``number`` things, and how many more there are."""
    if not names:
        return ""
    first = names[:MOST]
    more = f" and {number - len(first):,} more" if number > len(first) else ""
    return f": {', '.join(map(shown, first))}{more}"
