"""Which side's record of each stage item a merged dvc.lock takes.

A record says which inputs gave which outputs. It is true as a whole only, so that records are taken whole from one side
and their lines are never mixed.
"""

from collections.abc import Callable, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import NamedTuple

from firth.lock_file import Record, Records, recorded_checksums

OURS, THEIRS, BASE = "ours", "theirs", "base"


class Choice(NamedTuple):
    """The side whose record of a stage item is taken, and whether it was run on the merged inputs."""

    side: str
    fits: bool


def choose_records(sides: Mapping[str, Records], checksum: Callable[[str], str | None]) -> dict[str, Choice]:
    """Choose for each stage item a record that fits the merged inputs, so that DVC has nothing to run.

    Where no record fits, the one that changed is taken, ours if both did; DVC then runs the item.

    Parameters
    ----------
    sides : the records of ``OURS``, ``THEIRS`` and ``BASE``.
    checksum : MD5 of a file in the working copy; empty if it is missing; None if it is a folder, which DVC compares.

    Returns
    -------
    Stage item → choice. The record is gone if the side that is chosen has none.
    """
    chosen: dict[str, Choice] = {}
    outs: dict[str, str] = {}  # of the records chosen so far: path → checksum
    for item in _in_order(sides):
        ours, theirs, base = (sides[side].get(item) for side in (OURS, THEIRS, BASE))
        preferred = (THEIRS, OURS, BASE) if ours == base != theirs else (OURS, THEIRS, BASE)
        fitting = [side for side in preferred if _fits(sides[side].get(item), outs, checksum)]
        chosen[item] = Choice(fitting[0], True) if fitting else Choice(preferred[0], False)
        outs.update(recorded_checksums([sides[chosen[item].side].get(item, {})]))
    return chosen


def chosen_records(sides: Mapping[str, Records], choices: Mapping[str, Choice]) -> Records:
    """The records of a merged dvc.lock: ours in their order, then those that only the other side has."""
    items = [*sides[OURS], *(item for item in choices if item not in sides[OURS])]
    taken = {item: sides[choices[item].side].get(item) for item in items}
    return {item: record for item, record in taken.items() if record is not None}


def _fits(record: Record | None, outs: Mapping[str, str], checksum: Callable[[str], str | None]) -> bool:
    """Whether a record's inputs are the merged ones."""
    if record is None:
        return False
    recorded = recorded_checksums([record], "deps")
    present = {path: outs[path] if path in outs else checksum(path) for path in recorded}
    return all(present[path] in (None, md5) for path, md5 in recorded.items())


def _in_order(sides: Mapping[str, Records]) -> Iterable[str]:
    """All stage items, each after those whose outputs it reads."""
    records = [(item, record) for side in sides.values() for item, record in side.items()]
    writers = {path: item for item, record in records for path in recorded_checksums([record])}
    graph: dict[str, set[str]] = {item: set() for item, _ in records}
    for item, record in records:
        graph[item] |= {writers[path] for path in recorded_checksums([record], "deps") if path in writers} - {item}
    return TopologicalSorter(graph).static_order()
