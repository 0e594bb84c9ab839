"""A headless Chromium for tests that look at a page as people do; Debian's package ``chromium`` brings it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
OPTIONS += ["--disable-component-update", "--disable-sync"]
# Text that its box or drawing cuts off, and boxes that stick out of the window.
CUT_OFF = """() => {
  const visible = {contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true};
  const scrolls = (e) => e && (["auto", "scroll"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const faults = [];
  for (const e of document.body.querySelectorAll("*")) {
    if (!e.checkVisibility(visible)) continue;
    const box = e.getBoundingClientRect(), name = (e.textContent || e.tagName).trim().slice(0, 60);
    const svg = e.closest("svg");
    if (svg && e.tagName === "text" && name) {
      const frame = svg.getBoundingClientRect();
      const beyond = [frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom];
      if (Math.max(...beyond) > 2) faults.push(`outside its drawing: ${name}`);
    }
    const sticksOut = box.right > innerWidth + 1 || box.left < -1;  // at -900 and beyond, text for screen readers alone
    if (!svg && box.width && sticksOut && box.left > -900 && !scrolls(e.parentElement))
      faults.push(`outside the window: ${name}`);
    const style = getComputedStyle(e);
    if (!svg && style.overflowX === "hidden" && e.scrollWidth > e.clientWidth + 1 && style.clipPath === "none")
      faults.push(`cut off: ${name}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");
  return faults;
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; without one, the test is skipped."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium here; `apt-get install chromium` brings it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


def watched(page: Page) -> list[str]:
    """What goes wrong from here on: messages of errors, and addresses that the page asks for beside its own."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", lambda request: found.append(request.url) if not request.is_navigation_request() else None)
    return found


def printed_tables(page: Page) -> list[bool]:
    """Whether each table of a folded part is shown in print."""
    page.emulate_media(media="print")
    tables = "[...document.querySelectorAll('details:not([open]) table')]"
    shown: list[bool] = page.evaluate(f"{tables}.map((table) => table.checkVisibility())")
    return shown


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds wrong; to name all that is right too would take it half as long again."""
    found: list[dict[str, Any]] = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return found


def serious_faults(page: Page) -> list[str]:
    """The violations that are serious or critical, with the first place of each."""
    return [
        f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html'][:200]}"
        for fault in violations(page)
        if fault["impact"] in ("serious", "critical")
    ]
