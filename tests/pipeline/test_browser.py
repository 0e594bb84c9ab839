"""The page in a browser: as wide as a phone, a laptop and a beamer, light and dark, and printed."""

from collections.abc import Iterator
from typing import Literal

import pytest
from chromium import CUT_OFF, chromium, printed_tables, serious_faults, watched
from pipeline.project import Project
from playwright.sync_api import Browser

SCREEN = 800  # pixels
# axe-core takes 12 s: each theme once, and each layout; 1,920 pixels have that of 1,280 with other measures.
AXE = {(390, "dark"), (1280, "light")}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_page_is_whole_and_accessible(
    small_build: Project, browser: Browser, width: int, theme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": width, "height": SCREEN}, color_scheme=theme)
    found = watched(page)
    page.goto((small_build.root / "reports" / "index.html").as_uri())
    assert page.evaluate(CUT_OFF) == []
    if (width, theme) in AXE:
        assert serious_faults(page) == []
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert page.evaluate(CUT_OFF) == []
    assert found == []
    page.close()


def test_the_page_is_short_and_its_first_figure_comes_early(small_build: Project, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": SCREEN})
    page.goto((small_build.root / "reports" / "index.html").as_uri())
    assert page.evaluate("document.documentElement.scrollHeight") <= 16 * SCREEN
    assert page.evaluate("document.querySelector('svg').getBoundingClientRect().top") < 2 * SCREEN
    page.close()


def test_page_prints_all_that_is_folded(small_build: Project, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((small_build.root / "reports" / "index.html").as_uri())
    shown = printed_tables(page)
    assert shown
    assert all(shown)
    assert page.pdf().startswith(b"%PDF")
    page.close()
