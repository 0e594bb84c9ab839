"""Three-way merges of params by hand, and laws that hold for any three versions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.errors import FirthError
from firth.merging.params_merge import merge_params, merge_values

SCALARS = st.sampled_from([0, 1, 2, "a", [], [1]])
MAPPINGS: st.SearchStrategy[Any] = st.recursive(
    st.dictionaries(st.sampled_from("xyz"), SCALARS, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("xyz"), SCALARS | inner, max_size=3),
    max_leaves=6,
)
BASE = """\
# The file
lm:
  size: 128     # units
  rate: 0.0070  # first
  overrides: {}
seed: 1
"""


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}),
        ({"a": 1, "b": 1}, {"b": 1}, {"a": 1, "b": 1, "c": 3}, {"b": 1, "c": 3}),
        ({"s": {}}, {"s": {"a": 1}}, {"s": {"b": 2}}, {"s": {"a": 1, "b": 2}}),
        ({"a": 1}, {"a": 2}, {"a": 2}, {"a": 2}),
        ({}, {"a": 1}, {"b": 1}, {"a": 1, "b": 1}),
    ],
)
def test_a_change_of_either_side_is_kept(base: Any, ours: Any, theirs: Any, expected: Any) -> None:
    assert merge_values(base, ours, theirs) == (expected, [])


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "conflict"),
    [
        ({"s": {"a": 1}}, {"s": {"a": 2}}, {"s": {"a": 3}}, "s.a (2 and 3)"),
        ({"a": 1}, {}, {"a": 3}, "a (nothing and 3)"),
        ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 3]}, "a ([1, 2] and [1, 3])"),
        ({"a": 2}, {"a": 1}, {"a": True}, "a (1 and true)"),
        ({}, {"a": "é"}, {"a": {"b": 1}}, 'a ("é" and {"b": 1})'),
    ],
)
def test_a_key_that_both_sides_changed_differently_is_a_conflict(
    base: Any, ours: Any, theirs: Any, conflict: str
) -> None:
    assert merge_values(base, ours, theirs)[1] == [conflict]


@given(MAPPINGS, MAPPINGS)
def test_a_side_that_changed_nothing_leaves_the_other_as_it_is(base: Any, changed: Any) -> None:
    assert merge_values(base, changed, base) == (changed, [])
    assert merge_values(base, base, changed) == (changed, [])


@given(MAPPINGS, MAPPINGS, MAPPINGS)
def test_without_conflicts_it_does_not_matter_which_side_is_ours(base: Any, one: Any, other: Any) -> None:
    (first, conflicts), (second, swapped) = merge_values(base, one, other), merge_values(base, other, one)
    assert len(conflicts) == len(swapped)
    assert conflicts or first == second


def test_comments_and_layout_of_both_sides_stay() -> None:
    ours = BASE.replace("size: 128", "size: 64").replace("# The file", "# Our file")
    theirs = (
        BASE.replace("rate: 0.0070", "rate: 0.0020").replace("{}", "{rnn: {size: 8}}").replace("seed: 1", "seed: 2")
    )
    layout = ours.replace("seed: 1", "seed: 2")  # git takes our lines from `size` to `overrides`
    expected = theirs.replace("size: 128", "size: 64").replace("# The file", "# Our file")
    assert merge_params(BASE, ours, theirs, layout, "params.yaml") == expected


@pytest.mark.parametrize("layout", [BASE + "new: 1\nnew: 1\n", "# only comments\n", "lm: [\n"])
def test_where_lines_make_no_params_the_layout_is_ours(layout: str) -> None:
    ours, theirs = "new: 1  # ours\n" + BASE, BASE.replace("128", "640") + "new: 1\n"
    assert merge_params(BASE, ours, theirs, layout, "params.yaml") == ours.replace("128", "640")


def test_every_conflict_is_named_in_one_line() -> None:
    ours, theirs = (BASE.replace("128", size).replace("seed: 1", f"seed: {size}") for size in ("64", "32"))
    with pytest.raises(FirthError) as refused:
        merge_params(BASE, ours, theirs, ours, "params.yaml")
    assert str(refused.value) == (
        "params.yaml: both sides changed lm.size (64 and 32), seed (64 and 32); "
        "settle each conflict in it, then run `firth merge` again"
    )
