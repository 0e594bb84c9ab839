"""``firth compare``: which params and headline numbers differ between two commits, or a commit and the workspace."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from firth.ask.seeds_file import OTHER_PARAMS, params_digest
from firth.ask.snapshots import Snapshot, committed, workspace
from firth.ask.stored_items import NotStoredError, StoredItems
from firth.measures.headline_numbers import describe, format, is_headline
from firth.measures.seed_spread import Spread, largest_difference

ABSENT = "–"
NOISE, WITHIN_SEEDS = "within noise", "within seeds"


@dataclass(frozen=True)
class Change:
    """A param or a number before and after; ``ABSENT`` where there was or is none of that name.

    Attributes
    ----------
    interval : ends of a number's difference over resampled test items, where it can be computed.
    has_other_items : whether the test items of both are not the same.
    seeds : largest difference that random numbers alone explain, where the spread over seeds is known.
    """

    name: str
    before: Any
    after: Any
    interval: tuple[float, float] | None = None
    has_other_items: bool = False
    seeds: float | None = None

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, ``within noise`` (of the test set) or ``within seeds``, ``new`` or ``gone``.

        Empty if neither direction is better, and the change is within neither.
        """
        if ABSENT in (self.before, self.after):
            return "new" if self.before == ABSENT else "gone"
        if self.interval and self.interval[0] <= 0 <= self.interval[1]:
            return NOISE
        if self.seeds is not None and abs(self.after - self.before) <= self.seeds:
            return WITHIN_SEEDS
        return describe(self.name).judge(self.before, self.after) if is_headline(self.name) else ""


@dataclass(frozen=True)
class Comparison:
    """What differs between two snapshots.

    Attributes
    ----------
    moved : numbers that print differently, that are new or that are gone.
    same, nearly : how many numbers are equal, and how many differ in digits that are not printed.
    not_measured : number → why the later experiment doesn't have it.
    without_interval : number → why its test items can't be compared.
    seeds_note : why the spread over seeds that there is says nothing of this change; empty otherwise.
    """

    before: str
    after: str
    params: list[Change]
    moved: list[Change]
    same: int
    nearly: int
    not_measured: Mapping[str, str]
    without_interval: Mapping[str, str] = field(default_factory=dict)
    seeds_note: str = ""

    @property
    def is_worse(self) -> bool:
        """Whether a number is worse, within neither noise nor seeds, or is not measured any more."""
        verdicts = {change.name: change.verdict for change in self.moved}
        lost = any(verdicts.get(name) == "gone" for name in self.not_measured)
        return lost or "worse" in verdicts.values()


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
    moved = [change for change in numbers if format(change.name, value_of(change.before)) != _shown_after(change)]
    total = len(one.numbers.keys() | other.numbers.keys())
    without_interval: dict[str, str] = {}
    spreads, seeds_note = _spreads(one, other)
    moved = [_with_seeds(change, spreads) for change in moved]
    return Comparison(
        one.label,
        other.label,
        _changes(one.params, other.params),
        [_with_interval(change, one.items, other.items, without_interval) for change in moved],
        total - len(numbers),
        len(numbers) - len(moved),
        other.not_measured,
        without_interval,
        seeds_note,
    )


def _spreads(one: Snapshot, other: Snapshot) -> tuple[Mapping[str, Spread], str]:
    """The spread over seeds of one of both experiments, the later if it is known, and a note if it is of neither."""
    known = [snapshot.seeds for snapshot in (other, one) if snapshot.seeds]
    if not known:
        return {}, ""
    compared = {params_digest(snapshot.params) for snapshot in (one, other)}
    return next(((seeds.spreads, "") for seeds in known if seeds.params in compared), ({}, OTHER_PARAMS))


def _with_seeds(change: Change, spreads: Mapping[str, Spread]) -> Change:
    """A number that moved with the largest difference that random numbers alone explain, where it is known."""
    if change.name not in spreads or ABSENT in (change.before, change.after):
        return change
    return replace(change, seeds=largest_difference(spreads[change.name]))


def _with_interval(change: Change, one: StoredItems, other: StoredItems, reasons: dict[str, str]) -> Change:
    """A number that moved with the interval of its difference, or a reason more."""
    if ABSENT in (change.before, change.after):
        return change
    try:
        before, after = one.find(change.name), other.find(change.name)
    except NotStoredError as error:
        reasons[change.name] = str(error)
        return change
    if before is None or after is None:
        return change
    from firth.measures.paired_bootstrap import difference_interval  # numpy takes a while

    interval = difference_interval(change.name, before, after)
    return replace(change, interval=interval, has_other_items=before.texts != after.texts)


def _changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Change]:
    """What differs, in the order of ``other``, then what it lacks."""
    names = [*other, *(name for name in one if name not in other)]
    changes = [Change(name, one.get(name, ABSENT), other.get(name, ABSENT)) for name in names]
    return [change for change in changes if change.before != change.after]


def value_of(value: Any) -> float | None:
    return None if value == ABSENT else value


def _shown_after(change: Change) -> str | None:
    """The number after as it is printed; None for one that is new or gone, which always counts as moved."""
    return None if ABSENT in (change.before, change.after) else format(change.name, change.after)
