"""What tests in a browser look for is found on pages that are made to have it, and on no other page."""

from collections.abc import Iterator

import pytest
from chromium import CUT_OFF, chromium, printed_tables
from playwright.sync_api import Page

TABLE = "<details><summary>Scores</summary><table><tr><td>0.5</td></tr></table></details>"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page(viewport={"width": 400, "height": 300})


@pytest.mark.parametrize(
    ("style", "faults"),
    [
        ("width: 200px", []),
        ("width: 200px; margin-left: -50px", ["outside the window: word"]),
        ("width: 600px", ["outside the window: word", "the page scrolls sideways"]),
        ("position: absolute; left: -9999px", []),  # for screen readers alone
        ("width: 20px; overflow: hidden", ["cut off: word"]),
    ],
)
def test_boxes_that_stick_out_on_either_side_or_cut_their_text_off_are_named(
    page: Page, style: str, faults: list[str]
) -> None:
    page.set_content(f'<div style="{style}">word</div>')
    assert page.evaluate(CUT_OFF) == faults


def test_text_beyond_its_drawing_is_named(page: Page) -> None:
    for place, faults in ((20, []), (-20, ["outside its drawing: word"]), (95, ["outside its drawing: word"])):
        page.set_content(f'<svg width="100" height="50"><text x="{place}" y="20">word</text></svg>')
        assert page.evaluate(CUT_OFF) == faults


def test_a_table_that_stays_folded_in_print_and_a_page_without_tables_are_told_from_a_printed_table(page: Page) -> None:
    unfolded = "<style>@media print { details::details-content { content-visibility: visible; } }</style>"
    for content, shown in (("<p>no table</p>", []), (TABLE, [False]), (unfolded + TABLE * 2, [True, True])):
        page.set_content(content)
        assert printed_tables(page) == shown
