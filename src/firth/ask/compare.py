"""``firth compare``: which params and headline numbers differ between two commits, or a commit and the workspace."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from firth.ask.answer_tables import plain_table
from firth.ask.snapshots import REASONS, Snapshot, committed, cut, workspace
from firth.errors import without_passwords
from firth.measures.headline_numbers import describe, format, format_difference, is_headline
from firth.measures.not_measured import by_reason

ABSENT = "–"
LONGEST_VALUE = 40  # characters of a param's value
BEFORE_DIFFERENCE = 12  # characters of a long value that are shown before it begins to differ
MOST_PARAMS = 10
MOST_NUMBERS = 20
MOST_REASONS = 6
COLUMNS = 100  # at most, of a pipe or file too
STYLES = {"better": "green", "worse": "red"}


@dataclass(frozen=True)
class Change:
    """A param or a number before and after; ``ABSENT`` where there was or is none of that name."""

    name: str
    before: Any
    after: Any

    @property
    def verdict(self) -> str:
        """``better`` or ``worse``, ``new`` or ``gone``; empty if neither direction is better."""
        if ABSENT in (self.before, self.after):
            return "new" if self.before == ABSENT else "gone"
        return describe(self.name).judge(self.before, self.after) if is_headline(self.name) else ""


@dataclass(frozen=True)
class Comparison:
    """What differs between two snapshots.

    Attributes
    ----------
    moved : numbers that print differently, that are new or that are gone.
    same, nearly : how many numbers are equal, and how many differ in digits that are not printed.
    not_measured : number → why the later experiment doesn't have it.
    """

    before: str
    after: str
    params: list[Change]
    moved: list[Change]
    same: int
    nearly: int
    not_measured: Mapping[str, str]


def compare(folder: Path, before: str = "HEAD", after: str | None = None) -> Comparison:
    """Compare the experiment in ``folder`` at two revisions; the workspace stands for a missing second.

    Raises
    ------
    firth.errors.FirthError
        Outside a git repository, for an unknown revision, and where params or headline are missing.
    """
    return differences(committed(folder, before), committed(folder, after) if after else workspace(folder))


def differences(one: Snapshot, other: Snapshot) -> Comparison:
    numbers = _changes(one.numbers, other.numbers)
    moved = [change for change in numbers if format(change.name, _value(change.before)) != _shown_after(change)]
    total = len(one.numbers.keys() | other.numbers.keys())
    return Comparison(
        one.label,
        other.label,
        _changes(one.params, other.params),
        moved,
        total - len(numbers),
        len(numbers) - len(moved),
        other.not_measured,
    )


def print_comparison(comparison: Comparison) -> None:
    """Print a comparison on one screen: at most 40 lines of at most 100 columns."""
    console = one_screen()
    for when, label in (("before  ", comparison.before), ("after   ", comparison.after)):
        console.print(Text.assemble((when, "dim"), label), no_wrap=True, overflow="ellipsis")
    console.print()
    _print_params(console, comparison.params)
    console.print()
    reasons = not_measured_lines(comparison.not_measured, MOST_REASONS)
    _print_numbers(console, comparison, MOST_NUMBERS - len(reasons))
    for line in reasons:
        console.print(line, no_wrap=True, overflow="ellipsis")


def summary_lines(comparison: Comparison, most: int) -> list[Text]:
    """A comparison in at most ``most`` lines, a line for a change: a quarter of them for params, others for numbers."""
    lines = [_param_line(change) for change in comparison.params[: most // 4]]
    if hidden := len(comparison.params) - len(lines):
        lines[-1].append(f"  and {_count(hidden, 'more param')}", "dim")
    room = most - 1 - len(lines)
    shown = comparison.moved if len(comparison.moved) <= room else _largest(comparison.moved, room - 1)
    lines += [_number_line(change) for change in shown]
    if hidden := len(comparison.moved) - len(shown):
        lines.append(Text(f"and {_count(hidden, 'more number')}: firth compare", "dim"))
    return [Text(f"{_count(len(comparison.params), 'param')} changed; {_number_counts(comparison)}"), *lines]


def not_measured_lines(reasons: Mapping[str, str], most: int) -> list[Text]:
    """A line for each reason why numbers are not measured, in at most ``most`` lines; none without a reason."""
    found = by_reason(reasons)
    lines = [
        Text(f"not measured: {names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}: {reason}")
        for reason, names in found.items()
    ]
    more = [Text(f"not measured: for {_count(len(lines) - most + 1, 'more reason')}, see {REASONS}")]
    return lines if len(lines) <= most else lines[: most - 1] + more


def one_screen() -> Console:
    """A console for what fits one screen, wherever it is printed."""
    console = Console(highlight=False)
    console.width = min(console.width, COLUMNS) if console.is_terminal else COLUMNS
    return console


def _print_params(console: Console, changes: list[Change]) -> None:
    if not changes:
        console.print("no params changed")
        return
    console.print(Text(f"{_count(len(changes), 'param')} changed", "bold"))
    table = plain_table()
    table.show_header = False
    longest = max(len(change.name) for change in changes[:MOST_PARAMS])
    table.add_column(min_width=min(longest + 2, COLUMNS // 2), overflow="fold")
    for _ in ("before", "after"):
        table.add_column(no_wrap=True, overflow="ellipsis")
    for change in changes[:MOST_PARAMS]:
        before, after = _shown(change)
        table.add_row(Text(f"  {change.name}"), Text(before), Text(f"→ {after}"))
    console.print(table)
    if len(changes) > MOST_PARAMS:
        console.print(Text(f"  … and {len(changes) - MOST_PARAMS} more", "dim"))


def _print_numbers(console: Console, comparison: Comparison, most: int) -> None:
    console.print(Text(_number_counts(comparison), "bold" if comparison.moved else ""))
    if not comparison.moved:
        return
    table = plain_table()
    table.add_column("")
    for heading in ("before", "after", "difference"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    shown = _largest(comparison.moved, most)
    for change in shown:
        before, after, difference = _number_cells(change)
        verdict = Text(change.verdict, STYLES.get(change.verdict, "dim"))
        table.add_row(Text(f"  {change.name}"), before, after, difference, verdict)
    console.print(table)
    if len(shown) < len(comparison.moved):
        console.print(Text(f"  … and {len(comparison.moved) - len(shown)} more, which moved less", "dim"))


def _param_line(change: Change) -> Text:
    before, after = _shown(change)
    return Text(f"{change.name}  {before} → {after}")


def _number_line(change: Change) -> Text:
    before, after, difference = _number_cells(change)
    verdict = change.verdict
    note = ", ".join(filter(None, (difference, verdict)))
    line = Text(f"{change.name}  {before} → {after}  ")
    return line.append(f"({note})", STYLES.get(verdict, "")) if note else line


def _number_cells(change: Change) -> tuple[str, str, str]:
    before, after = _value(change.before), _value(change.after)
    difference = "" if before is None or after is None else format_difference(change.name, before, after)
    return format(change.name, before), format(change.name, after), difference


def _number_counts(comparison: Comparison) -> str:
    verdicts = [change.verdict for change in comparison.moved]
    counts = {verdict: verdicts.count(verdict) for verdict in ("better", "worse", "new", "gone")}
    judged = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("better", "worse") if counts[verdict])
    moved = len(verdicts) - counts["new"] - counts["gone"]
    parts = [f"{_count(moved, 'number')} moved" + (f" ({judged})" if judged else "")]
    parts += [f"{counts[verdict]} {verdict}" for verdict in ("new", "gone") if counts[verdict]]
    nearly = [f"{comparison.nearly} nearly unchanged"] if comparison.nearly else []
    return ", ".join([*parts, *nearly, f"{comparison.same} unchanged"])


def _count(number: int, thing: str) -> str:
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"


def _largest(changes: list[Change], most: int) -> list[Change]:
    """The changes that matter most, new and gone numbers first, in the order in which they came."""
    ranked = sorted(changes, key=_size, reverse=True)[:most]
    return [change for change in changes if change in ranked]


def _size(change: Change) -> float:
    """The change relative to the larger of both numbers, 0 to 2."""
    before, after = _value(change.before), _value(change.after)
    if before is None or after is None:
        return 3.0
    return abs(after - before) / max(abs(before), abs(after), 1e-12)


def _changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Change]:
    """What differs, in the order of ``other``, then what it lacks."""
    names = [*other, *(name for name in one if name not in other)]
    changes = [Change(name, one.get(name, ABSENT), other.get(name, ABSENT)) for name in names]
    return [change for change in changes if change.before != change.after]


def _value(value: Any) -> float | None:
    return None if value == ABSENT else value


def _shown_after(change: Change) -> str | None:
    """The number after as it is printed; None for one that is new or gone, which always counts as moved."""
    return None if ABSENT in (change.before, change.after) else format(change.name, change.after)


def _shown(change: Change) -> tuple[str, str]:
    """A param's values as params.yaml would have them, cut; of two long ones, from where they begin to differ."""
    before, after = _written(change.before), _written(change.after)
    alike = _alike(before, after) - BEFORE_DIFFERENCE
    if max(len(before), len(after)) > LONGEST_VALUE and alike > 0:
        before, after = f"…{before[alike:]}", f"…{after[alike:]}"
    return cut(before, LONGEST_VALUE), cut(after, LONGEST_VALUE)


def _alike(one: str, other: str) -> int:
    """How many characters both texts begin with."""
    differing = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


def _written(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(without_passwords(text).split())
