"""What a person with weak eyes, a small screen or a printer would complain of."""

from __future__ import annotations

from typing import Any

import pytest

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
    const place = drawing && element.getScreenCTM ? element.getScreenCTM() : {a: 1, b: 0};
    const scale = Math.hypot(place.a, place.b);
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


A4_PX, LYING_PX = 680, 980
"""Width of A4 less its margins, 180 and 260 mm at 96 dots an inch."""


def trouble_on_paper(page: Any) -> list[str]:
    """Return what is wrong with the text of a page once it is printed; wide tables lie on their side."""
    page.emulate_media(media="print")
    wide = page.locator("section:has(.lying)")
    found = _at_width(page, LYING_PX) if wide.count() else []
    wide.evaluate_all("all => all.forEach(one => { one.hidden = true; })")
    return found + _at_width(page, A4_PX)


def _at_width(page: Any, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 960})
    page.wait_for_timeout(300)
    assert page.pdf(format="A4", prefer_css_page_size=True)[:5] == b"%PDF-"
    return [one for one in trouble(page) if not one.startswith("page scrolls")]


def violations(page: Any) -> list[str]:
    """Return what axe finds against accessibility."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(page)
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found.response["violations"]]
