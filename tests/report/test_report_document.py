"""docs/report.md: the table of the lecture's claims is that of the code."""

from pathlib import Path

from firth.report.report_document import report_document


def test_the_document_in_the_repository_is_the_present_one() -> None:
    written = Path(__file__).parents[2] / "docs" / "report.md"
    assert written.read_text(encoding="utf-8") == report_document(), "`make results` writes docs/report.md anew"
