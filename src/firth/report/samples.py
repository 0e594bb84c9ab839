"""The page's samples of an encoder–decoder's outputs: the first of a test text, and the best and worst of all."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

from typing_extensions import TypedDict

from firth.report.markup import Markup, heading, join, samples
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


def samples_part(found: Mapping[str, Sequence[Mapping[str, Any]]], name: str) -> Markup | None:
    """Outputs of a model, a list for each reason to show them."""
    parts = [samples(TITLES[reason], [_sample(item) for item in items]) for reason, items in found.items() if items]
    return join([heading(f"Outputs: {name}", 4), *parts]) if parts else None


def _sample(sample: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("story", "question", "source", "reference", "output")
    is_exact = _is_exact(sample)
    return {
        "rows": [(key, _prose(sample[key])) for key in keys if sample.get(key) or key == "output"],
        "exact": is_exact,
        "verdict": "✓ exact" if is_exact else f"chrF {readable(sample['chrf'])}",
    }


def _is_exact(sample: Mapping[str, Any]) -> bool:
    """An answer with an unknown word is never right; in a translation, pieces leave no word unknown."""
    reference = sample["reference"]
    return bool(sample["output"] == reference) and not ("question" in sample and UNK in reference)


def _prose(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
