"""Which record a merged dvc.lock takes, on pipelines of two stages."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.merging.lock_merge import BASE, OURS, THEIRS, Choice, choose_records, chosen_records

Pair = tuple[str, str]  # checksums of a stage's settings and of its output


def records(first: Pair, second: Pair | None = None) -> dict[str, Any]:
    """A stage ``first``, and a stage ``second`` that reads the output of ``first``."""
    found = {"first": record("first", first, {})}
    if second:
        found["second"] = record("second", second, {"out/first": first[1]})
    return dict(reversed(found.items()))  # dvc.lock need not be in the order of the graph


def record(item: str, pair: Pair, read: Mapping[str, str]) -> dict[str, Any]:
    inputs = {f"settings/{item}": pair[0], **read}
    return {
        "cmd": item,
        "deps": [{"path": path, "md5": md5} for path, md5 in inputs.items()],
        "outs": [{"path": f"out/{item}", "md5": pair[1]}],
    }


def choices(ours: Any, theirs: Any, base: Any, first: str, second: str) -> dict[str, Choice]:
    """The choices where the merged settings of the two stages have these checksums."""
    merged = {"settings/first": first, "settings/second": second}
    return choose_records({OURS: ours, THEIRS: theirs, BASE: base}, lambda path: merged.get(path, ""))


@pytest.mark.parametrize("changed", [OURS, THEIRS])
def test_a_record_that_one_side_changed_is_that_side_s(changed: str) -> None:
    old, new = records(("s", "o")), records(("s2", "o2"))
    ours, theirs = (new, old) if changed == OURS else (old, new)
    assert choices(ours, theirs, old, "s2", "") == {"first": Choice(changed, True)}


def test_a_record_that_no_side_changed_is_ours() -> None:
    old = records(("s", "o"))
    assert choices(old, old, old, "s", "") == {"first": Choice(OURS, True)}


def test_of_two_changed_records_the_one_of_the_merged_inputs_is_taken() -> None:
    ours, theirs, base = (records(("s" + n, "o" + n), ("t", "p" + n)) for n in "123")
    for settings, side in (("s1", OURS), ("s2", THEIRS), ("s3", BASE)):
        expected = {"first": Choice(side, True), "second": Choice(side, True)}
        assert choices(ours, theirs, base, settings, "t") == expected


def test_without_a_fitting_record_ours_stays_and_is_said_not_to_fit() -> None:
    ours, theirs, base = (records(("s" + n, "o" + n)) for n in "123")
    assert choices(ours, theirs, base, "s4", "") == {"first": Choice(OURS, False)}


def test_a_record_of_another_input_does_not_fit_though_its_settings_do() -> None:
    """Ours changed the first stage, theirs the second one: nobody has run the second stage on our first output."""
    base = records(("s", "o"), ("t", "p"))
    ours, theirs = records(("s2", "o2"), ("t", "p2")), records(("s", "o"), ("t2", "p3"))
    assert choices(ours, theirs, base, "s2", "t2") == {"first": Choice(OURS, True), "second": Choice(OURS, False)}


def test_a_record_that_is_gone_on_one_side_goes_unless_it_fits() -> None:
    base = records(("s", "o"), ("t", "p"))
    without = records(("s", "o"))
    for sides in ((base, without), (without, base)):
        side = THEIRS if sides[1] is without else OURS
        assert choices(*sides, base, "s", "")["second"] == Choice(side, False)
        found = choices(*sides, base, "s", "")
        assert set(chosen_records({OURS: sides[0], THEIRS: sides[1], BASE: base}, found)) == {"first"}
        assert choices(*sides, base, "s", "t")["second"].fits


def test_a_folder_that_no_stage_writes_is_left_to_dvc_to_compare() -> None:
    base, ours = records(("s", "o")), records(("s2", "o2"))
    found = choose_records({OURS: ours, THEIRS: base, BASE: base}, lambda path: None)
    assert found == {"first": Choice(OURS, True)}


PAIRS = st.tuples(st.sampled_from("ab"), st.sampled_from("cd"))
LOCKS = st.builds(records, PAIRS, st.none() | PAIRS)


@given(LOCKS, LOCKS, LOCKS, st.sampled_from("ab"), st.sampled_from("ab"))
def test_every_record_is_whole_as_one_side_has_it(ours: Any, theirs: Any, base: Any, first: str, second: str) -> None:
    sides = {OURS: ours, THEIRS: theirs, BASE: base}
    merged = chosen_records(sides, choices(ours, theirs, base, first, second))
    assert all(record in [side.get(item) for side in sides.values()] for item, record in merged.items())


@given(LOCKS, LOCKS, st.sampled_from("ab"), st.sampled_from("ab"))
def test_equal_sides_give_the_same_lock(ours: Any, base: Any, first: str, second: str) -> None:
    """Unless a record of the base fits, which ours has given up."""
    sides = {OURS: ours, THEIRS: ours, BASE: base}
    merged = chosen_records(sides, choices(ours, ours, base, first, second))
    assert {item: merged.get(item) for item in ours if merged.get(item) != base.get(item)}.items() <= ours.items()
