"""The story walked step by step: what stands in the window, and the numbers in its pictures."""

from __future__ import annotations

from typing import Any

import pytest

from bowlby.web.lessons.cares import CARES
from bowlby.web.lessons.result import lessons
from bowlby.web.story import middle, story
from tests.browser.seen import sees

pytestmark = pytest.mark.slow


def _at(page: Any, number: int) -> Any:
    step = page.locator(f"#step-{number}")
    step.evaluate("one => one.scrollIntoView({ block: 'start', behavior: 'instant' })")
    guess = step.locator("[data-answer]")
    if guess.count():
        guess.nth(1).click()
    page.wait_for_timeout(200)
    return step


def _path_end(step: Any, picture: int, curve: int) -> float:
    """Return the value at the end of a curve, read off its drawn path."""
    path = step.locator("figure svg.picture").nth(picture).locator("path[fill=none]").nth(curve).get_attribute("d")
    return 1.0 - float(path.rpartition(" ")[2]) / 100.0


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_each_step_shows_its_heading_its_words_and_its_marks(opened: Any, size: str):
    page = opened("/", size)
    for told in story():
        step = _at(page, told.number)
        assert sees(page, told.title, f"#step-{told.number}"), told.number
        assert sees(page, told.says[0], f"#step-{told.number}"), told.number
        step.locator(".two .claim-mark").first.evaluate("one => one.scrollIntoView({ block: 'center' })")
        assert sees(page, f"evidence: {told.marks[0].evidence}", f"#step-{told.number} .two"), told.number
        assert sees(page, f"model: {told.marks[0].model}", f"#step-{told.number} .two"), told.number
        assert sees(page, "For research and teaching, not for diagnosis."), "the limits stay in sight"


def test_the_pictures_hold_the_numbers_of_the_lives(opened: Any):
    page = opened("/")
    cry = lessons()["cry"]
    first = _at(page, 1).locator("svg.picture").inner_html()
    assert f"{cry['answered']['minutes']:.1f} minutes" in first and f"{cry['answered']['relief']:.2f} of 1" in first
    second = _at(page, 2).locator("svg.picture").inner_html()
    assert all(
        f"{value:.3f}" in second for value in (cry["answered"]["relief_after"], cry["not answered"]["relief_after"])
    )
    third = _at(page, 3)
    filled = [bid for bid in lessons()["days"]["secure"] if bid["answered"]]
    assert third.locator("svg.picture rect").count() == 12
    assert third.locator("svg.picture rect:not([fill='#ffffff'])").count() == len(filled)
    assert _path_end(_at(page, 4), 0, 0) == pytest.approx(middle("comfort_expectation", "secure", 1095), abs=1e-3)
    assert _path_end(_at(page, 5), 1, 1) == pytest.approx(middle("comfort_expectation", "neglect", 1095), abs=1e-3)
    assert _path_end(_at(page, 6), 0, 1) == pytest.approx(middle("threat_expectation", "trauma", 1095), abs=1e-3)
    assert _path_end(_at(page, 7), 1, 1) == pytest.approx(middle("intensifying", "inconsistent", 1095), abs=1e-3)
    eighth = _at(page, 8).locator("svg.picture").inner_html()
    for key in CARES:
        assert f"{lessons()['school']['new'][key]['stranger']['comfort']['mean']:.2f}" in eighth
    ninth = _at(page, 9)
    lines = [line for line in lessons()["repair"]["lines"] if line["care"] == "trauma"]
    for place, line in enumerate(lines):
        assert _path_end(ninth, 0, place) == pytest.approx(line["middle"][-1], abs=1e-3), line["says"]


def test_two_pictures_are_guessed_before_they_are_seen(opened: Any):
    page = opened("/")
    for number in (5, 6):
        step = page.locator(f"#step-{number}")
        assert step.locator("figure").is_hidden() and step.locator(".told").is_hidden()
        step.get_by_role("button", name="Less").click()
        assert step.locator("figure").is_visible() and "You said: less" in step.inner_text()


def test_keys_lead_from_step_to_step_and_the_bar_says_where(opened: Any):
    page = opened("/")
    page.emulate_media(reduced_motion="reduce")
    for number in (2, 3, 4):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(250)
        assert page.locator(".steps a[aria-current]").inner_text().startswith(str(number))
        assert page.evaluate("document.activeElement.id") == f"step-{number}"
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(250)
    assert page.locator(".steps a[aria-current]").inner_text().startswith("3")


def test_without_script_the_whole_story_stands_on_the_page(chromium: Any, place: Any):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(place.url)
    assert page.locator(".step figure svg.picture").first.is_visible() and page.locator("#step-5 figure").is_visible()
    context.close()
