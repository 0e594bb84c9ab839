"""docs/report.md: which block of the page shows each claim of the lecture, and when the claim holds."""

from firth.report.lecture.chapters import CHAPTERS
from firth.report.lecture.claims import CLAIMS
from firth.report.markup import MARKDOWN


def report_document() -> str:
    """The document, a row for each block of each claim in the order of the lecture, and for the blocks beside them."""
    blocks = [block for chapter in CHAPTERS for block in chapter.blocks]
    pairs = [(str(n), claim, block) for n, claim in CLAIMS.items() for block in blocks if n in block.claims]
    pairs += [("", "", block) for block in blocks if not block.claims]
    rows = [
        {
            "number": number,
            "claim": claim,
            "title": block.title,
            "metric": ", ".join(map(_file, block.sources)),
            "threshold": block.threshold or "by definition",
        }
        for number, claim, block in pairs
    ]
    return MARKDOWN.get_template("report_document.md.j2").render(rows=rows)


def _file(source: str) -> str:
    """``agreement`` → details/agreement.csv; ``study:clipping`` → studies/metrics/clipping*.json."""
    if source.startswith("study:"):
        return f"studies/metrics/{source.removeprefix('study:')}*.json"
    return f"details/{source}.csv"
