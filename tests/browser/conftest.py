"""A browser that walks the pages as a person would; skipped, and said so, where there is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
SIZES = {"phone": (360, 780), "laptop": (1440, 900)}


@dataclass(frozen=True)
class Place:
    """A running server."""

    url: str

    @property
    def base(self) -> str:
        """Its address without the token."""
        return self.url.partition("/?")[0]


@contextmanager
def serving(words: list[str], environment: dict[str, str]) -> Generator[Place]:
    """Run a server by its command; it must have said nothing by its end."""
    environment = environment | {"BOWLBY_CACHE": str(Path(__file__).parents[2] / ".cache" / "web")}
    command = [sys.executable, "-c", "from bowlby.cli import main; main()", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as run:
        assert run.stdout is not None
        told = ""
        while not told.endswith("\n}\n"):
            told += run.stdout.readline()
            assert run.poll() is None, "the server did not start"
        yield Place(loads(told)["url"])
        run.terminate()
        _, said = run.communicate(timeout=300)
    assert said == "", "the server said something while pages were walked"


@pytest.fixture(scope="session")
def place(cached_environment: dict[str, str]) -> Generator[Place]:
    """The server as a person starts it."""
    words = ["serve", "--port", "0", "--no-browser", "--json", "--safeguarding", "Duty desk, 555 0100"]
    with serving(words, cached_environment) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Generator[Any]:
    """A headless browser, ended with its module: while it runs, its event loop holds the thread of every later test."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next((path for path in BROWSERS if Path(path).exists()), None)
    if found is None:
        pytest.skip("no chromium on this machine: the pages are not walked")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def is_trouble(said: Any) -> bool:
    """Return whether a browser complains; that a file was refused (400) is told on the page and is no fault of it."""
    return said.type == "error" and "status of 400" not in said.text


Opening = Callable[..., Any]


@pytest.fixture
def opened(chromium: Any, place: Place) -> Generator[Opening]:
    """A function that opens a page at a size; it fails where a script did, or where anything outside was asked for."""
    contexts, troubles, asked = [], [], []

    def open_(path: str, size: str = "laptop") -> Any:
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(300_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if is_trouble(said) else None)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(place.url)
        page.goto(place.base + path)
        if page.locator("script[type=module]").count():
            page.wait_for_selector("body[data-ready]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert troubles == []
    assert [url for url in asked if not url.startswith((place.base, "data:", "blob:"))] == []
