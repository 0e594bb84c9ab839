"""docs/report.md: which block of the page shows each claim of the lecture, and when the claim holds."""

from firth.report.lecture.block import Block
from firth.report.lecture.chapters import CHAPTERS
from firth.report.lecture.claims import CLAIMS
from firth.report.markup import ENVIRONMENT

TABLES = {"headline": "headline.json"}


def report_document() -> str:
    """The document, a row for each claim in the order of the lecture."""
    blocks = {number: block for chapter in CHAPTERS for block in chapter.blocks for number in block.claims}
    rows = [
        {
            "number": number,
            "claim": claim,
            "title": blocks[number].title,
            "metric": ", ".join(map(_file, blocks[number].sources)),
            "threshold": _threshold(blocks[number]),
        }
        for number, claim in CLAIMS.items()
    ]
    return ENVIRONMENT.overlay(autoescape=False).get_template("report_document.md.j2").render(rows=rows)


def _file(source: str) -> str:
    """``agreement`` → details/agreement.csv; ``study:clipping`` → studies/metrics/clipping*.json."""
    if source.startswith("study:"):
        return f"studies/metrics/{source.removeprefix('study:')}*.json"
    return TABLES.get(source, f"details/{source}.csv")


def _threshold(block: Block) -> str:
    return block.threshold or "by definition"
