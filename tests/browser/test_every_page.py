"""Every page at phone, laptop and print size: no accessibility violation, no small or clipped text, nothing astray."""

from __future__ import annotations

from typing import Any

import pytest

from bowlby.web.pages import PAGES
from tests.browser.look import trouble, trouble_on_paper, violations

pytestmark = pytest.mark.slow

PATHS = [page.path for page in PAGES]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_no_text_is_small_clipped_or_beyond_the_page(opened: Any, path: str, size: str):
    assert trouble(opened(path, size)) == []


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_small_or_clipped_on_paper(opened: Any, path: str):
    assert trouble_on_paper(opened(path)) == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_axe_finds_no_violation(opened: Any, path: str, size: str):
    assert violations(opened(path, size)) == []


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
