"""M1 to M19, each seen where docs/web-parts.md says; and ten questions of a newcomer, answered by the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.seen import bring, sees

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"


def _parts() -> list[tuple[str, str, str, str]]:
    rows = [
        line.strip("| ").split(" | ")
        for line in (DOCS / "web-parts.md").read_text().splitlines()
        if line.startswith("| M")
    ]
    return [(row[0], row[2], row[3], row[4]) for row in rows]


def test_the_table_names_every_part_once():
    assert [part for part, _, _, _ in _parts()] == [f"M{number}" for number in range(1, 20)]


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_each_part_is_seen_where_the_table_says(opened: Any, size: str):
    missing: list[str] = []
    pages: dict[str, Any] = {}
    for part, path, place, words in _parts():
        page = pages[path] = pages.get(path) or opened(path, size)
        for guess in page.locator(".is-covered [data-answer]").all():
            if guess.is_visible():
                guess.click()
        bring(page, place)
        if not sees(page, words):
            page.get_by_text(words).first.scroll_into_view_if_needed()
        if not sees(page, words):
            missing.append(f"{part} {path} {place}: {words}")
    assert missing == []


ANSWERS: tuple[tuple[str, str, str], ...] = (
    ("/", "#step-2", "The answer moves that by"),
    ("/", "#step-6", "The child comes to expect threat"),
    ("/", "#step-6", "It does not stop needing"),
    ("/", "#step-3", "a day, good or bad, does not do much"),
    ("/strange-situation", "#notes", "organized and in the normal range"),
    ("/signs", "h1", "Signs say nothing of what anybody did"),
    ("/helps", "#h-live", "Safety comes first"),
    ("/", "#step-9", "Help that does not fit changes next to nothing"),
    ("/school", "#h-kind", "Can a teacher undo it?"),
    ("/", "#step-10", "it does not give"),
)
"""Where each of the ten questions of docs/web-questions.md is answered, in their order."""


def test_ten_questions_of_a_newcomer_are_answered_on_the_screen(opened: Any):
    questions = [
        line
        for line in (DOCS / "web-questions.md").read_text().splitlines()
        if line[:3].strip("| ").isdigit() or line.startswith("| 10")
    ]
    assert len(questions) == len(ANSWERS) == 10
    pages: dict[str, Any] = {}
    missing: list[str] = []
    for path, place, words in ANSWERS:
        page = pages[path] = pages.get(path) or opened(path)
        for guess in page.locator(".is-covered [data-answer]").all():
            if guess.is_visible():
                guess.click()
        bring(page, place)
        if not sees(page, words):
            missing.append(f"{path} {place}: {words}")
    assert missing == []
