"""Which side's record of each stage item a merged dvc.lock takes.

A record says which inputs gave which outputs. It is true as a whole only, so that records are taken whole from one side
and their lines are never mixed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import NamedTuple

from firth.lock_file import Record, Records, recorded_checksums

OURS, THEIRS, BASE = "ours", "theirs", "base"


class Choice(NamedTuple):
    """The side whose record of a stage item is taken, and whether it was run on the merged inputs.

    It does not fit if an input has yet to be built.
    """

    side: str
    fits: bool


def choose_records(sides: Mapping[str, Records], checksum: Callable[[str], str | None]) -> dict[str, Choice]:
    """Choose for each stage item a record that fits the merged inputs, so that DVC has nothing to run.

    Where no record fits, one is taken that would if the inputs which DVC builds come out as they are recorded, else the
    one that changed, ours if both did.

    Parameters
    ----------
    sides : the records of ``OURS``, ``THEIRS`` and ``BASE``.
    checksum : MD5 of a file in the working copy; empty if it is missing; None if it is a folder. DVC compares the
        files in a folder that no stage writes.

    Returns
    -------
    Stage item → choice. The record is gone if the side that is chosen has none.
    """
    chosen: dict[str, Choice] = {}
    outs: dict[str, str] = {}  # of the records chosen so far: path → checksum
    rebuilt: set[str] = set()  # those of them that DVC builds anew
    for item in in_order(sides):
        ours, theirs, base = (sides[side].get(item) for side in (OURS, THEIRS, BASE))
        preferred = (THEIRS, OURS, BASE) if ours == base != theirs else (OURS, THEIRS, BASE)
        alike = [side for side in preferred if item in sides[side] and _is_alike(sides[side], item, outs, checksum)]
        fitting = [side for side in alike if not _read(sides[side][item], rebuilt)]
        chosen[item] = Choice([*fitting, *alike, *preferred][0], bool(fitting))
        written = recorded_checksums([sides[chosen[item].side].get(item, {})])
        outs.update(written)
        rebuilt.update([] if fitting else written)
    return chosen


def chosen_records(sides: Mapping[str, Records], choices: Mapping[str, Choice]) -> Records:
    """The records of a merged dvc.lock: ours in their order, then those that only the other side has."""
    items = [*sides[OURS], *(item for item in choices if item not in sides[OURS])]
    taken = {item: sides[choices[item].side].get(item) for item in items}
    return {item: record for item, record in taken.items() if record is not None}


def _is_alike(records: Records, item: str, outs: Mapping[str, str], checksum: Callable[[str], str | None]) -> bool:
    """Whether the inputs that a side recorded of an item are the merged ones, as far as records tell.

    A folder that stages write into, such as ``models``, is the side's if all that the side recorded in it is.
    """
    recorded = recorded_checksums([records[item]], "deps")
    of_side = recorded_checksums(records.values())
    for path, md5 in recorded.items():
        if path in outs:
            same = outs[path] == md5
        elif within := _within(path, outs.keys() | of_side.keys()):
            same = all(outs.get(out) == of_side.get(out) for out in within)
        else:
            same = checksum(path) in (None, md5)
        if not same:
            return False
    return True


def _read(record: Record, outs: Collection[str]) -> set[str]:
    """Those of the outputs that a record reads: its dependencies, and what lies in folders that are."""
    return {out for path in recorded_checksums([record], "deps") for out in _within(path, outs)}


def _within(path: str, outs: Iterable[str]) -> set[str]:
    """The outputs that are a path, or lie in it."""
    return {out for out in outs if out == path or out.startswith(f"{path}/")}


def in_order(sides: Mapping[str, Records]) -> list[str]:
    """All stage items, each after those whose outputs it reads on any side.

    Raises
    ------
    graphlib.CycleError
        If an item reads, on one side or over several, what is made of its own output; its second argument is the way
        around.
    """
    records = [(item, record) for side in sides.values() for item, record in side.items()]
    writers = {path: item for item, record in records for path in recorded_checksums([record])}
    graph: dict[str, set[str]] = {item: set() for item, _ in records}
    for item, record in records:
        graph[item] |= {writers[path] for path in _read(record, writers)} - {item}
    return [*TopologicalSorter(graph).static_order()]
