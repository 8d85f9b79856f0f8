"""Every page: purpose and limits, a JSON twin, nothing from outside, nothing inline."""

from __future__ import annotations

import html
import re

import pytest

from bowlby.purpose import ONE_LINE, PURPOSE_AND_LIMITS
from bowlby.web.pages import PAGES
from bowlby.web.static import FOLDER, file_names
from tests.web.conftest import TestClient

PATHS = [page.path for page in PAGES]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_says_what_it_is_for_and_where_it_stops(client: TestClient, path: str):
    text = html.unescape(client.get(path).text)
    assert all(line in text for line in PURPOSE_AND_LIMITS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_has_a_twin_in_json(client: TestClient, page):
    told = client.get(page.twin)
    assert told.status_code == 200 and told.json()["purpose_and_limits"] == list(PURPOSE_AND_LIMITS)
    assert page.twin in client.get(page.path).text


@pytest.mark.parametrize("path", PATHS)
def test_pages_fetch_nothing_from_outside_and_hold_nothing_inline(client: TestClient, path: str):
    text = client.get(path).text
    assert not re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", text)
    scripts = re.findall(r"<script([^>]*)>", text)
    assert all("src=" in one or 'type="application/json"' in one for one in scripts)
    assert not re.search(r"<style|\sstyle=|\son\w+=", text)


def test_what_a_page_loads_is_there(client: TestClient):
    for path in PATHS:
        for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get(path).text):
            assert client.get(address).status_code == 200, address


def test_static_files_name_no_other_server():
    for name in file_names():
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text), name


def test_the_story_is_the_front_page(client: TestClient):
    text = client.get("/").text
    assert PAGES[0].path == "/" and 'id="step-10"' in text and 'id="step-11"' not in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_has_a_tour_of_four_sentences_and_its_limits_in_one_line(client: TestClient, page):
    text = html.unescape(client.get(page.path).text)
    assert len(page.tour) == 4 and all(line in text and line.endswith(".") for line in page.tour)
    assert f'aria-label="Scope">{ONE_LINE}' in text


ONE_WORD = re.compile(r"\b[Tt]rauma(?! \(threat\))(?=[,;:.]|$)|\b[Nn]eglect(?! \(deprivation\))(?=[,;:.]|$)")


def test_headings_of_teaching_pages_name_both_vocabularies(client: TestClient):
    for path in ("/", "/helps", "/school", "/compare", "/explore"):
        text = client.get(path).text
        for heading in re.findall(r"<(?:h2|h3|th)[^>]*>([^<]*(?:[Tt]rauma|[Nn]eglect)[^<]*)<", text):
            assert not ONE_WORD.search(heading.strip()), (path, heading)


def test_the_glossary_has_both_words_of_both_kinds(client: TestClient):
    words = {one["word"] for one in client.get("/api/glossary").json()["terms"]}
    assert {"threat", "deprivation", "trauma (threat)", "neglect (deprivation)"} <= words


def test_what_a_name_of_a_record_holds_never_becomes_markup(client: TestClient):
    """Names are put in as text by scripts; the templates escape all that is not ours."""
    assert "innerHTML" not in "".join((FOLDER / name).read_text(encoding="utf-8") for name in file_names())
