"""The page's samples of an encoder–decoder's outputs: the first of a test text, and the best and worst of all."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

from typing_extensions import TypedDict

from firth.report.markup import Content, Markup, join, markup
from firth.report.readable import readable
from firth.text.vocabulary import UNK

FIRST, EXTREMES = 6, 3  # shown of each model
TITLES = {"first": "The first of the test text", "best": "The best by chrF", "worst": "The worst by chrF"}


class OutputRecord(TypedDict):
    """One line of a file of outputs: a source, or a story and a question, with the reference and what was written."""

    story: NotRequired[list[str]]
    question: NotRequired[str]
    source: NotRequired[str]
    reference: str
    output: str
    chrf: float


def chosen(items: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The first items, and those whose outputs are the best and the worst by chrF; of equals, the longest.

    Exact ones are never among the worst, and those with an unknown word in the reference in neither.
    """
    longest = sorted(items, key=lambda item: -len(item["reference"]))
    known = [item for item in longest if UNK not in item["reference"]]
    wrong = [item for item in known if not _is_exact(item)]
    return {
        "first": list(items[:FIRST]),
        "best": sorted(known, key=lambda item: -item["chrf"])[:EXTREMES],
        "worst": sorted(wrong, key=lambda item: item["chrf"])[:EXTREMES],
    }


def samples_part(samples: Mapping[str, Sequence[Mapping[str, Any]]], name: str) -> Markup | None:
    """Outputs of a model, a list for each reason to show them."""
    parts = [_listed(TITLES[reason], items) for reason, items in samples.items() if items]
    return join([Markup(f"<h4>Outputs: {markup(name)}</h4>\n"), *parts]) if parts else None


def _listed(title: str, items: Sequence[Mapping[str, Any]]) -> Markup:
    listed = "".join(f"<li>{_sample(item).code}</li>\n" for item in items)
    return Markup(f'<h5>{title}</h5>\n<ul class="samples">\n{listed}</ul>\n')


def _sample(sample: Mapping[str, Any]) -> Markup:
    verdict = Markup('<span class="exact">✓ exact</span>')
    if not _is_exact(sample):
        verdict = Markup(f'<span class="other">chrF {readable(sample["chrf"])}</span>')
    rows: list[tuple[str, Content]] = [
        (key, _prose(sample[key])) for key in ("story", "question", "source", "reference") if sample.get(key)
    ]
    rows.append(("output", join([sample["output"], " ", verdict])))
    return Markup(f"<dl>{''.join(f'<dt>{key}</dt><dd>{markup(value)}</dd>' for key, value in rows)}</dl>")


def _is_exact(sample: Mapping[str, Any]) -> bool:
    """An answer with an unknown word is never right; in a translation, pieces leave no word unknown."""
    reference = sample["reference"]
    return bool(sample["output"] == reference) and not ("question" in sample and UNK in reference)


def _prose(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
