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
    return in_any_order(found)


def reading_folder(first: Pair, other: Pair, last: Pair) -> dict[str, Any]:
    """Stages ``first`` and ``other``, and a stage ``last`` that reads the folder with both outputs."""
    found = {item: record(item, pair, {}) for item, pair in (("first", first), ("other", other))}
    return in_any_order({**found, "last": record("last", last, {"out": f"{first[1]}{other[1]}.dir"}, "page")})


def in_any_order(found: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(found.items()))  # dvc.lock need not be in the order of the graph


def record(item: str, pair: Pair, read: Mapping[str, str], folder: str = "out") -> dict[str, Any]:
    inputs = {f"settings/{item}": pair[0], **read}
    return {
        "cmd": item,
        "deps": [{"path": path, "md5": md5} for path, md5 in inputs.items()],
        "outs": [{"path": f"{folder}/{item}", "md5": pair[1]}],
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
    """Ours changed the first stage, theirs the second one: nobody has run theirs on our first output."""
    base = records(("s", "o"), ("t", "p"))
    ours, theirs = records(("s2", "o2"), ("t", "p2")), records(("s", "o"), ("t2", "p3"))
    assert choices(ours, theirs, base, "s2", "t2") == {"first": Choice(OURS, True), "second": Choice(OURS, False)}


def test_a_record_whose_input_has_yet_to_be_built_does_not_fit() -> None:
    """Nobody has run the first stage on the merged settings, so that the second stage's input is not known."""
    ours, theirs, base = (records(("s" + n, "o" + n), ("t", "p" + n)) for n in "123")
    expected = {"first": Choice(OURS, False), "second": Choice(OURS, False)}
    assert choices(ours, theirs, base, "s4", "t") == expected
    theirs = records(("s2", "o1"), ("t4", "p4"))  # theirs fits if DVC's run gives the output that ours has
    assert choices(ours, theirs, base, "s4", "t4")["second"] == Choice(THEIRS, False)


def test_a_record_that_reads_a_folder_fits_if_all_outputs_in_it_are_the_side_s() -> None:
    base = reading_folder(("s", "o"), ("t", "p"), ("u", "q"))
    ours = reading_folder(("s2", "o2"), ("t", "p"), ("u", "q2"))
    merged = {"settings/first": "s2", "settings/other": "t", "settings/last": "u"}
    for sides, side in (((ours, base, base), OURS), ((base, ours, base), THEIRS)):
        found = choose_records(dict(zip((OURS, THEIRS, BASE), sides, strict=True)), merged.get)
        assert found["last"] == Choice(side, True)


def test_a_record_that_reads_a_folder_to_which_each_side_has_written_does_not_fit() -> None:
    base = reading_folder(("s", "o"), ("t", "p"), ("u", "q"))
    ours = reading_folder(("s2", "o2"), ("t", "p"), ("u", "q2"))
    theirs = reading_folder(("s", "o"), ("t2", "p2"), ("u", "q3"))
    merged = {"settings/first": "s2", "settings/other": "t2", "settings/last": "u"}
    found = choose_records({OURS: ours, THEIRS: theirs, BASE: base}, merged.get)
    assert found == {"first": Choice(OURS, True), "other": Choice(THEIRS, True), "last": Choice(OURS, False)}


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
def test_a_record_fits_if_all_that_was_read_is_as_it_will_be(
    ours: Any, theirs: Any, base: Any, first: str, second: str
) -> None:
    sides = {OURS: ours, THEIRS: theirs, BASE: base}
    found = choices(ours, theirs, base, first, second)
    merged = chosen_records(sides, found)
    inputs = {"settings/first": first, "settings/second": second}
    for item in ("first", "second"):
        fitting = [
            side[item]
            for side in sides.values()
            if item in side and all(inputs.get(entry["path"]) == entry["md5"] for entry in side[item]["deps"])
        ]
        assert merged[item] in fitting if fitting else not (item in found and found[item].fits)
        if fitting and found[item].fits:
            inputs |= {entry["path"]: entry["md5"] for entry in merged[item]["outs"]}
