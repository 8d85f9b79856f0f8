"""What a person sees: text that lies in the window and is covered by nothing."""

from __future__ import annotations

from typing import Any

_SEEN = """
([within, words]) => {
  const root = document.querySelector(within);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const plain = (text) => text.replace(/\\s+/g, " ").trim();
  const blocks = [root, ...root.querySelectorAll("*")].filter((one) => plain(one.textContent).includes(words));
  const deepest = blocks.filter((one) => ![...one.children].some((child) => plain(child.textContent).includes(words)));
  for (const one of deepest) {
    const box = one.getBoundingClientRect();
    const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    if (inside && one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) { return true; }
  }
  return false;
}
"""


def sees(page: Any, words: str, within: str = "body") -> bool:
    """Return whether some words can be seen in the window now."""
    return page.evaluate(_SEEN, [within, words])


def bring(page: Any, place: str) -> None:
    """Open whatever hides a place and scroll it into the window, as a person would."""
    target = page.locator(place).first
    target.evaluate(
        "one => { for (let at = one; at; at = at.parentElement) { if (at.tagName === 'DETAILS') { at.open = true; } } }"
    )
    target.evaluate("one => one.scrollIntoView({ block: 'start', behavior: 'instant' })")
    page.wait_for_timeout(150)
