"""Pieces of HTML: text is escaped, and marked with its language where that is not the page's."""

from dataclasses import replace

from report.test_page import findings

from firth.report.markup import in_language


def test_text_in_another_language_than_that_of_the_page_is_marked() -> None:
    assert in_language("un <b>", findings().language("translation", "target")) == '<span lang="fr">un &lt;b&gt;</span>'
    assert in_language("a <b>", findings().language("translation")) == "a <b>"  # escaped where it is put in
    assert in_language("a", replace(findings(), corpora={}).language("translation", "target")) == "a"
