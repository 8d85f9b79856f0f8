"""Pictures of the web pages for the docs: `python -m tools.web_figures`, with Chromium; each is to be looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "docs" / "figures"
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
WORDS = ("serve", "--port", "0", "--no-browser", "--json")
PAGES = {
    "story": "/",
    "explore": "/explore",
    "helps": "/helps",
    "school": "/school",
    "strange-situation": "/strange-situation",
    "signs": "/signs",
    "compare": "/compare",
    "record": "/record",
}
WIDTHS = {"": (1440, 900), "-768": (768, 1024), "-390": (390, 844)}
SMALL = ("story", "explore", "helps", "signs", "strange-situation")
PRINTED = ("story", "helps")
PAPER = (680, 962)
"""A4 less its margins, at 96 dots an inch."""


@contextmanager
def serving() -> Generator[str]:
    """Run a server and give its address."""
    command = [sys.executable, "-c", "from bowlby.cli import main; main()", *WORDS]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as run:
        assert run.stdout is not None
        told = ""
        while not told.endswith("\n}\n"):
            told += run.stdout.readline()
            assert run.poll() is None, "the server did not start"
        yield json.loads(told)["url"]
        run.terminate()


def _ready(page: Any, name: str) -> None:
    """Bring a page to the state that its picture shows."""
    if page.locator("script[type=module]").count():
        page.wait_for_selector("body[data-ready]")
    match name:
        case "signs":
            page.locator(".signs-of").nth(3).evaluate("one => { one.open = true; }")
            page.check("input[name=v-fear][value=present]")
            page.check("input[name=v-hypervigilance][value=present]")
            page.wait_for_function("() => document.getElementById('verdict').textContent.includes('2 signs')")
        case "strange-situation":
            page.locator("#episodes li[data-number='8'] button").click()
            page.locator("#clock").fill(str(int(page.get_attribute("#clock", "max") or 0) - 60))
        case "record":
            page.click("#example")
            page.wait_for_selector("#timeline svg")
        case "helps":
            page.check("input[name=seen][value=fear]")
        case _:
            pass
    page.wait_for_timeout(500)


def make() -> None:
    """Take every picture anew."""
    from playwright.sync_api import sync_playwright

    found = next(path for path in BROWSERS if Path(path).exists())
    with serving() as url, sync_playwright() as running:
        base = url.partition("/?")[0]
        browser = running.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for suffix, (width, height) in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(300_000)
            page.goto(url)
            for name, path in PAGES.items():
                if suffix and name not in SMALL:
                    continue
                page.goto(base + path)
                _ready(page, name)
                page.screenshot(path=FIGURES / f"web-{name}{suffix}.png")
            if not suffix:
                _print(page, base)
            page.close()
        browser.close()


def _print(page: Any, base: str) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER[0], "height": PAPER[1]})
    for name in PRINTED:
        page.goto(base + PAGES[name])
        _ready(page, "")
        page.screenshot(path=FIGURES / f"web-{name}-print.png")


if __name__ == "__main__":
    make()
