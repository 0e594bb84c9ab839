"""Groups of agreement pairs by what stands between subject and verb, with titles for people."""

import pandas as pd

from firth.report.names import in_words

KINDS = {"attractors": "≠", "adjacent_attractor": "", "neutral": "", "intervening_nouns": "="}  # in their order


def agreement_groups(agreement: pd.DataFrame) -> pd.DataFrame:
    """Constructions where the pairs have them, otherwise conditions, in their order; the names in column ``title``."""
    by_construction = agreement[agreement["grouping"] == "construction"]
    if by_construction.empty:
        there = agreement[agreement["grouping"].isin(["condition", "adjacent_attractor"])]
        there = there.sort_values("group", key=lambda groups: groups.map(_rank), kind="stable")
    else:
        there = by_construction
    titles = [_title(*names) for names in zip(there["construction"], there["group"], strict=True)]
    return there.assign(title=pd.Series(titles, index=there.index, dtype=object))


def _kind(group: str) -> str:
    """``intervening_nouns_2`` → ``intervening_nouns``."""
    name, _, count = group.rpartition("_")
    return name if count.isdigit() else group


def _rank(group: str) -> int:
    return list(KINDS).index(_kind(group))


def _title(construction: str, group: str) -> str:
    """``intervening_nouns_2`` → 2 nouns =; ``prepositional_phrase``, ``attractors_1`` → prepositional phrase, 1 ≠."""
    kind = _kind(group)
    count, sign = group.removeprefix(kind).lstrip("_"), KINDS[kind]
    if not construction:
        none = {"adjacent_attractor": "last word ≠", "neutral": "neutral"}.get(kind, "no noun")
        return none if count in ("", "0") else f"{count} noun{'s' * (count != '1')} {sign}"
    if count in ("", "0"):
        return f"{in_words(construction)}, neutral" if kind == "neutral" else in_words(construction)
    return f"{in_words(construction)}, {count} {sign}"
