"""The page's part on subject–verb agreement: by attractors, by distance, and by what stands between the two."""

import pandas as pd

from firth.report import figures
from firth.report.findings import Findings
from firth.report.markup import Markup, figure, side_by_side, table
from firth.report.names import LANGUAGE_MODELS, in_words, with_names
from firth.report.result_tables import Points, cells_by_name, curves, in_text, pivoted, rows_of

KINDS = {"attractors": "≠", "adjacent_attractor": "", "neutral": "", "intervening_nouns": "="}  # in their order


def agreement_parts(findings: Findings) -> list[Markup | None]:
    """Figures and a table of agreement accuracy; nothing where it was not measured."""
    agreement = with_names(findings.table("agreement"), "model", LANGUAGE_MODELS)
    groups = _groups(agreement)
    return [
        _by_distance(agreement),
        side_by_side([_by_group(groups), _table(groups)]),
    ]


def _by_distance(agreement: pd.DataFrame) -> Markup | None:
    rows = agreement[agreement["grouping"] == "distance"]
    named = rows.assign(group=rows["group"].str.replace("-", "–"))
    there: dict[str, Points] = curves(named, "model", "group", "accuracy")
    if not there:
        return None
    label = f"Agreement accuracy by distance: {in_text(there)}"
    caption = (
        "Share of prefixes whose right verb form is more probable than the wrong one, by the number of tokens between "
        "the subject's noun and the verb, whatever they are."
    )
    return figure(figures.accuracy_by_distance(there, "agreement-distance", label), caption)


def _by_group(groups: pd.DataFrame) -> Markup | None:
    there = cells_by_name(pivoted(groups, "title", "model", "accuracy"))
    if not there:
        return None
    label = "Agreement accuracy by what stands between subject and verb: " + "; ".join(
        f"{title}: {', '.join(f'{name} {share:.3g}' for name, share in found.items())}"
        for title, found in there.items()
    )
    caption = (
        "The same by what stands between subject and verb. = and ≠: so many nouns that all have the subject's number "
        "(intervening nouns), or all the other (attractors). Last word ≠: the pairs among the latter in which an "
        "attractor stands right before the verb. Neutral: only words that have no number. A model that doesn't see as "
        "far as the subject is at chance there, and below it where the last noun that it sees is an attractor."
    )
    return figure(figures.accuracy_by_group(there, "agreement-groups", label), caption)


def _table(groups: pd.DataFrame) -> Markup | None:
    shares = pivoted(groups, "title", "model", "accuracy")
    pairs = groups.groupby("title", sort=False)["pairs"].first()
    shares.insert(0, "pairs", pairs)
    header = ["between subject and verb", *shares.columns]
    rows = rows_of(shares.reset_index())
    return table("Agreement accuracy by what stands between subject and verb", header, rows)


def _groups(agreement: pd.DataFrame) -> pd.DataFrame:
    """The groups that the figure tells apart: constructions where the pairs have them, otherwise conditions."""
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
