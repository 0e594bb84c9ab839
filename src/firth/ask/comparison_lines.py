"""How a comparison of two experiments is printed: on one screen, or in a few lines."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from firth.ask.answer_tables import plain_table
from firth.ask.compare import NOISE, WITHIN_SEEDS, Change, Comparison, compare, value_of
from firth.ask.snapshots import REASONS, cut
from firth.errors import without_secrets
from firth.measures.headline_numbers import format, format_difference
from firth.measures.not_measured import by_reason

LONGEST_VALUE = 40  # characters of a param's value
BEFORE_DIFFERENCE = 12  # characters of a long value that are shown before it begins to differ
MOST_PARAMS = 10
MOST_NUMBERS = 20
MOST_REASONS = 6
COLUMNS = 100  # at most, of a pipe or file too
JUDGED = ("better", "worse", NOISE, WITHIN_SEEDS)
STYLES = {"better": "green", "worse": "red"}


def print_compared(folder: Path, before: str, after: str | None) -> bool:
    """Compare and print as ``compare`` and ``print_comparison``; whether the later experiment is worse."""
    comparison = compare(folder, before, after)
    print_comparison(comparison)
    return comparison.is_worse


def print_comparison(comparison: Comparison) -> None:
    """Print a comparison on one screen: at most 40 lines of at most 100 columns."""
    console = one_screen()
    for when, label in (("before  ", comparison.before), ("after   ", comparison.after)):
        console.print(Text.assemble((when, "dim"), label), no_wrap=True, overflow="ellipsis")
    console.print()
    _print_params(console, comparison.params)
    console.print()
    reasons = not_measured_lines(comparison.not_measured, MOST_REASONS)
    reasons += [
        Text(f"no interval for {_count(len(names), 'number')}: {reason}")
        for reason, names in by_reason(comparison.without_interval).items()
    ]
    reasons += [Text(f"no spread over seeds: {comparison.seeds_note}")] if comparison.seeds_note else []
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
    width = min(longest + 2, console.width // 2)
    table.add_column(width=width, overflow="fold")
    for _ in ("before", "after"):
        table.add_column(no_wrap=True)
    room = (console.width - width - len("  " * 3 + "→ ")) // 2  # of a value, which rich would cut off without a mark
    for change in changes[:MOST_PARAMS]:
        before, after = _shown(change, min(LONGEST_VALUE, room))
        table.add_row(Text(f"  {change.name}"), Text(before), Text(f"→ {after}"))
    console.print(table)
    if len(changes) > MOST_PARAMS:
        console.print(Text(f"  … and {len(changes) - MOST_PARAMS} more", "dim"))


def _print_numbers(console: Console, comparison: Comparison, most: int) -> None:
    console.print(Text(_number_counts(comparison), "bold" if comparison.moved else ""))
    if not comparison.moved:
        return
    shown = _largest(comparison.moved, most)
    rows = [(*_number_cells(change), _interval(change), _seeds(change)) for change in shown]
    columns = dict(zip(("before", "after", "change", "95 %", "seeds"), zip(*rows, strict=True), strict=True))
    columns = {heading: cells for heading, cells in columns.items() if any(cells)}
    table = plain_table()
    table.padding = (0, 1, 0, 0)  # so that all columns find room beside long names
    table.add_column("", no_wrap=True, overflow="ellipsis")
    for heading in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for change, *cells in zip(shown, *columns.values(), strict=True):
        table.add_row(Text(f"  {change.name}"), *cells, Text(change.verdict, STYLES.get(change.verdict, "dim")))
    console.print(table)
    if len(shown) < len(comparison.moved):
        console.print(Text(f"  … and {len(comparison.moved) - len(shown)} more, which moved less", "dim"))


def _param_line(change: Change) -> Text:
    before, after = _shown(change, LONGEST_VALUE)
    return Text(f"{change.name}  {before} → {after}")


def _number_line(change: Change) -> Text:
    before, after, difference = _number_cells(change)
    verdict = change.verdict
    note = ", ".join(filter(None, (difference, verdict)))
    line = Text(f"{change.name}  {before} → {after}  ")
    return line.append(f"({note})", STYLES.get(verdict, "")) if note else line


def _number_cells(change: Change) -> tuple[str, str, str]:
    before, after = value_of(change.before), value_of(change.after)
    difference = "" if before is None or after is None else format_difference(change.name, before, after)
    return format(change.name, before), format(change.name, after), difference


def _interval(change: Change) -> str:
    if change.has_other_items:
        return "other texts"
    return " to ".join(format(change.name, end, "+") for end in change.interval or ())


def _seeds(change: Change) -> str:
    return "" if change.seeds is None else f"±{format(change.name, change.seeds)}"


def _number_counts(comparison: Comparison) -> str:
    verdicts = [change.verdict for change in comparison.moved]
    counts = {verdict: verdicts.count(verdict) for verdict in (*JUDGED, "new", "gone")}
    judged = ", ".join(f"{counts[verdict]} {verdict}" for verdict in JUDGED if counts[verdict])
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
    before, after = value_of(change.before), value_of(change.after)
    if before is None or after is None:
        return 3.0
    return abs(after - before) / max(abs(before), abs(after), 1e-12)


def _shown(change: Change, longest: int) -> tuple[str, str]:
    """A param's values as params.yaml would have them, cut; of two long ones, from where they begin to differ."""
    before, after = _written(change.before), _written(change.after)
    alike = _alike(before, after) - BEFORE_DIFFERENCE
    if max(len(before), len(after)) > longest and alike > 0:
        before, after = f"…{before[alike:]}", f"…{after[alike:]}"
    return cut(before, longest), cut(after, longest)


def _alike(one: str, other: str) -> int:
    """How many characters both texts begin with."""
    differing = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


def _written(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(without_secrets(text).split())
