"""params.yaml of two branches, merged key by key where git sees neighboring lines."""

import json
from collections.abc import Mapping
from typing import Any

from firth.errors import FirthError, listed, shown
from firth.params.presets import dumped, parse_commented

ABSENT = object()  # a key that one side does not have


def merge_params(base: str, ours: str, theirs: str, layout: str, name: str) -> str:
    """The text of a params file with what either side changed.

    Parameters
    ----------
    base, ours, theirs : the file before both changes, and with each.
    layout : the three merged line by line, ours where lines conflict: it holds the comments of both sides. If it is not
        the YAML of sections, as where both sides added a key in two places, the comments and the order are ours.
    name : of the file, for errors.

    Raises
    ------
    FirthError
        If both sides changed a key differently, or a text is not valid YAML.
    """
    one, other = parse_commented(ours, name), parse_commented(theirs, name)
    values, conflicts = merge_values(parse_commented(base, name) or {}, one, other)
    if conflicts:
        raise FirthError(
            f"{name}: both sides changed {listed(conflicts)}; settle each conflict in it, then run `firth merge` again"
        )
    merged = _sections(layout, name) or one
    _assign(merged, values)
    return dumped(merged)


def _sections(text: str, name: str) -> Any:
    try:
        content = parse_commented(text, name)
    except FirthError:
        return None
    return content if isinstance(content, Mapping) else None


def merge_values(base: Any, ours: Any, theirs: Any, key: str = "") -> tuple[Any, list[str]]:
    """Merge two versions of a value, mappings key by key.

    Returns
    -------
    The merged value, ``ABSENT`` if it is gone, and a description of each key that both sides changed differently.
    """
    if _same(ours, theirs) or _same(base, theirs):
        return ours, []
    if _same(base, ours):
        return theirs, []
    if not (isinstance(ours, Mapping) and isinstance(theirs, Mapping)):
        return ours, [f"{key} ({_described(ours)} and {_described(theirs)})"]
    merged, conflicts = {}, []
    before = base if isinstance(base, Mapping) else {}
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        one, other, common = (side.get(name, ABSENT) for side in (ours, theirs, before))
        value, found = merge_values(common, one, other, f"{key}.{name}".lstrip("."))
        conflicts += found
        if value is not ABSENT:
            merged[name] = value
    return merged, conflicts


def _assign(target: Any, values: Mapping[str, Any]) -> None:
    """Give a mapping these values; keys that have their value already keep layout and comments."""
    for key in [key for key in target if key not in values]:
        del target[key]
    for key, value in values.items():
        present = target.get(key, ABSENT)
        if isinstance(value, Mapping) and isinstance(present, Mapping) and present:
            _assign(present, value)
        elif not _same(present, value):
            target[key] = value


def _same(one: Any, other: Any) -> bool:
    """Whether two values are written the same: 1, 1.0 and true are not."""
    if one is ABSENT or other is ABSENT:
        return one is other
    return json.dumps(one, default=str) == json.dumps(other, default=str)


def _described(value: Any) -> str:
    return "nothing" if value is ABSENT else shown(json.dumps(value, default=str, ensure_ascii=False))
