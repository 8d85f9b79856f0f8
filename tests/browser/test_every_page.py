"""Every page at phone, laptop and print size: no accessibility violation, no small or clipped text, nothing astray."""

from __future__ import annotations

from typing import Any

import pytest

from bowlby.web.pages import PAGES

pytestmark = pytest.mark.slow

PATHS = [page.path for page in PAGES]

LEAST_PX = 12.0
"""Nine points."""

FIND_TROUBLE = """
(least) => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  const scrolls = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (["auto", "scroll"].includes(style.overflowX) && at.scrollWidth > at.clientWidth) { return true; }
    }
    return false;
  };
  const unseen = ".away, .skip, [hidden], script, style, template, noscript, head, option, optgroup";
  const hidden = (element) => element.closest(unseen) || !element.checkVisibility();
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || hidden(element)) { continue; }
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width === 0) { continue; }
    const size = parseFloat(getComputedStyle(element).fontSize);
    const drawing = element.closest("svg[viewBox]");
    const scale = drawing && element.getScreenCTM ? element.getScreenCTM().a : 1;
    if (size * scale < least - 0.01) { found.push(`small (${(size * scale).toFixed(1)} px): ${text.slice(0, 60)}`); }
    const beyond = box.right > wide + 1 || box.left < -1;
    if (beyond && !scrolls(element)) { found.push(`beyond the page: ${text.slice(0, 60)}`); }
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      const clips = ["hidden", "clip"].includes(style.overflowX) || ["hidden", "clip"].includes(style.overflowY);
      if (!clips || at.tagName === "svg") { continue; }
      const frame = at.getBoundingClientRect();
      if (box.right > frame.right + 1.5 || box.left < frame.left - 1.5 || box.bottom > frame.bottom + 1.5) {
        found.push(`clipped: ${text.slice(0, 60)}`);
        break;
      }
    }
  }
  const whole = document.documentElement.scrollWidth;
  if (whole > wide + 1) { found.push(`page scrolls sideways: ${whole} > ${wide}`); }
  return [...new Set(found)];
}
"""


def trouble(page: Any) -> list[str]:
    """Return what is wrong with the text of a page as it stands."""
    return page.evaluate(FIND_TROUBLE, LEAST_PX)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_no_text_is_small_clipped_or_beyond_the_page(opened: Any, path: str, size: str):
    assert trouble(opened(path, size)) == []


A4_PX = 680
"""Width of A4 less its margins, 180 mm at 96 dots an inch."""


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_small_or_clipped_on_paper(opened: Any, path: str):
    page = opened(path)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_PX, "height": 960})
    page.wait_for_timeout(300)
    found = [one for one in trouble(page) if not one.startswith("page scrolls")]
    assert found == []
    assert page.pdf(format="A4", prefer_css_page_size=True)[:5] == b"%PDF-"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_axe_finds_no_violation(opened: Any, path: str, size: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(opened(path, size))
    assert found.violations_count == 0, found.generate_report()


OUTLINE = """
() => {
  const at = document.activeElement;
  const shown = (element) => element && getComputedStyle(element).outlineStyle !== "none";
  return shown(at) || shown(at.closest("label")) ? [] : [at.outerHTML.slice(0, 80)];
}
"""


@pytest.mark.parametrize("path", PATHS)
def test_everything_can_be_reached_and_seen_by_keyboard(opened: Any, path: str):
    page = opened(path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    unseen: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        unseen += page.evaluate(OUTLINE)
    assert unseen == []
