"""Every page: purpose and limits, a JSON twin, nothing from outside, nothing inline."""

from __future__ import annotations

import html
import re

import pytest

from bowlby.purpose import PURPOSE_AND_LIMITS
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


def test_the_front_door_leads_to_the_first_page(client: TestClient):
    answer = client.get("/")
    assert answer.status_code == 303 and answer.headers["location"] == "/explore"


def test_what_a_name_of_a_record_holds_never_becomes_markup(client: TestClient):
    """Names are put in as text by scripts; the templates escape all that is not ours."""
    assert "innerHTML" not in "".join((FOLDER / name).read_text(encoding="utf-8") for name in file_names())
