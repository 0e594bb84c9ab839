"""What the page says of subject–verb agreement: by distractors, by distance, and by what stands between."""

from collections.abc import Mapping
from typing import Any

from firth.report import figures
from firth.report.findings import in_words, numbered, pick
from firth.report.markup import Markup, figure, side_by_side, table

Groups = dict[str, tuple[str, ...]]  # name for people → where its accuracy stands in the metrics


def agreement_parts(models: Mapping[str, Any]) -> list[Markup | None]:
    """Figures and a table of agreement accuracy, of {model: its metrics}; what was not measured is None."""
    agreement = {name: found for name, values in models.items() if (found := pick(values, "agreement"))}
    groups = _groups(agreement)
    return [
        side_by_side([_by_distractors(agreement), _by_distance(agreement)]),
        side_by_side([_by_group(agreement, groups), _table(agreement, groups)]),
    ]


def _by_distractors(agreement: Mapping[str, Any]) -> Markup | None:
    curves = {name: numbered(found, "distractors_") for name, found in agreement.items()}
    there = {name: curve for name, curve in curves.items() if curve}
    if not there:
        return None
    label = "Agreement accuracy by distractors: " + "; ".join(
        f"{name} {', '.join(f'{y:.3g}' for _, y in curve)}" for name, curve in there.items()
    )
    caption = (
        "Share of prefixes whose right verb form is more probable than the wrong one, by the number of nouns of the "
        "other number between subject and verb."
    )
    return figure(figures.accuracy_by_distractors(there, "agreement", label), caption)


def _by_distance(agreement: Mapping[str, Any]) -> Markup | None:
    curves = {
        name: [(group.replace("-", "–"), share) for group, share in distances.items() if share is not None]
        for name, found in agreement.items()
        if (distances := pick(found, "by_distance"))
    }
    there = {name: curve for name, curve in curves.items() if curve}
    if not there:
        return None
    label = "Agreement accuracy by distance: " + "; ".join(
        f"{name} {', '.join(f'{x}: {y:.3g}' for x, y in curve)}" for name, curve in there.items()
    )
    caption = "The same by the number of tokens between the subject's noun and the verb, whatever they are."
    return figure(figures.accuracy_by_distance(there, "agreement-distance", label), caption)


def _by_group(agreement: Mapping[str, Any], groups: Groups) -> Markup | None:
    shares = {
        title: {name: share for name, found in agreement.items() if (share := pick(found, *path)) is not None}
        for title, path in groups.items()
    }
    there = {title: found for title, found in shares.items() if found}
    if not there:
        return None
    label = "Agreement accuracy by what stands between subject and verb: " + "; ".join(
        f"{title}: {', '.join(f'{name} {share:.3g}' for name, share in found.items())}"
        for title, found in there.items()
    )
    caption = (
        "The same by what stands between subject and verb. = and ≠: so many nouns that all have the subject's number, "
        "or all the other. Last word ≠: the pairs among the latter in which one of them stands right before the verb. "
        "Neutral: only words that have no number. A model that doesn't see as far as the subject is at chance there, "
        "and below it where a noun of the other number is the last that it sees."
    )
    return figure(figures.accuracy_by_group(there, "agreement-groups", label), caption)


def _table(agreement: Mapping[str, Any], groups: Groups) -> Markup | None:
    rows: list[list[str | int | float | None]] = []
    for title, path in groups.items():
        counts = [count for found in agreement.values() if (count := pick(found, "pairs", *path)) is not None]
        shares = [pick(found, *path) for found in agreement.values()]
        rows.append([title, counts[0] if counts else None, *shares])
    header = ["between subject and verb", "pairs", *agreement]
    return table("Agreement accuracy by what stands between subject and verb", header, rows)


def _groups(agreement: Mapping[str, Any]) -> Groups:
    """The groups that the figure tells apart: constructions where the pairs have them, otherwise conditions."""
    paths: dict[tuple[str, ...], None] = {}
    for found in agreement.values():
        constructions = pick(found, "by_construction")
        if constructions:
            paths |= {
                ("by_construction", name, condition): None
                for name, conditions in constructions.items()
                for condition in conditions
            }
        else:
            paths |= {(name,): None for name, value in found.items() if not isinstance(value, Mapping)}
    return {_title(path): path for path in paths}


def _title(path: tuple[str, ...]) -> str:
    """``controls_2`` → 2 nouns =; ``prepositional_phrase``, ``distractors_1`` → prepositional phrase, 1 ≠."""
    *_, condition = path
    kind, _, count = condition.partition("_")
    sign = {"controls": "=", "distractors": "≠"}.get(kind, "")
    if len(path) == 1:
        none = {"adjacent": "last word ≠", "neutral": "neutral"}.get(kind, "no noun")
        return none if count in ("", "0") else f"{count} noun{'s' * (count != '1')} {sign}"
    construction = in_words(path[1])
    if count in ("", "0"):
        return f"{construction}, neutral" if kind == "neutral" else construction
    return f"{construction}, {count} {sign}"
