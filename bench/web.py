"""Explore: from a slider that moves to curves that are drawn, in a real browser, each to a place not seen before.

Drawn means all that is in the window, as a person sees it; what lies further down follows when the hand rests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import Row

MOVES = 120
"""Moves that are timed; the 95th percentile rests on the slowest six."""

BAR_MS = 200.0

BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")

_MOVE = """
([name, step]) => new Promise((done) => {
  const slider = document.getElementById(`s-${name}`);
  const ended = () => requestAnimationFrame(() => done(performance.now() - begun));
  document.addEventListener("bowlby:drawn", ended, { once: true });
  const begun = performance.now();
  slider.value = step;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
})
"""


def run() -> list[Row]:
    """Return the 95th percentile of slider to redraw, milliseconds, beside what the server alone takes."""
    from playwright.sync_api import sync_playwright

    command = [
        sys.executable,
        "-c",
        "from bowlby.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--no-browser",
        "--json",
    ]
    found = next((path for path in BROWSERS if Path(path).exists()), None)
    if found is None:
        raise SystemExit(f"the web bench needs a browser: install chromium, looked for as {', '.join(BROWSERS)}")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as running:
        url = _address(server)
        browser = running.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(180_000)
        page.goto(url)
        page.wait_for_selector("body[data-ready]")
        _warm(page)
        ticks = page.context.new_cdp_session(page)
        ticks.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
        ticks.send("Performance.enable")
        before = _processor_ms(server, ticks)
        drawn = sorted(page.evaluate(_MOVE, [name, step]) for name, step in _places())
        each = (_processor_ms(server, ticks) - before) / len(drawn)
        alone = sorted(page.evaluate(_ASK, step) for step in range(40))
        browser.close()
        server.terminate()
    middle, high = drawn[len(drawn) // 2], drawn[int(0.95 * len(drawn))]
    ours = f"{high:.0f} ms (median {middle:.0f} ms)"
    peer = f"{alone[int(0.95 * len(alone))]:.0f} ms for the server alone"
    slowest = f"web: slider to redraw, 95th percentile of {len(drawn)} moves, ms"
    work = "web: processor time of one move, server and page, ms"
    return [
        Row(slowest, ours, peer, high, BAR_MS, at_most=True),
        Row(work, f"{each:.0f} ms", "what a machine with nothing else to do would take", each, None),
    ]


_ASK = """
async (step) => {
  const begun = performance.now();
  await (await fetch(`/api/explore?kind=harsh&presence=${0.1 + step / 100}`)).json();
  return performance.now() - begun;
}
"""


def _processor_ms(server: Any, ticks: Any) -> float:
    """Return the processor time of the server and of the page's main thread so far; Linux only."""
    fields = Path(f"/proc/{server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    spent = 1000.0 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    told = {one["name"]: one["value"] for one in ticks.send("Performance.getMetrics")["metrics"]}
    return spent + 1000.0 * told["TaskDuration"]


def _address(server: Any) -> str:
    told = ""
    while not told.endswith("\n}\n"):
        told += server.stdout.readline()
    return str(json.loads(told)["url"])


def _warm(page: Any) -> None:
    """Let the server finish what it does at its start, and the browser compile what it draws with."""
    page.evaluate("fetch('/api/strange-situation').then((answer) => answer.json())")
    for step in (20, 30, 40, 50):
        page.evaluate(_MOVE, ["holding", step])


def _places() -> list[tuple[str, int]]:
    """Return moves over four sliders, none to a place where all sliders have stood before."""
    names = ("warmth", "presence", "engagement_rate", "answer_base")
    return [(names[move % 4], (3 * (move // 4) + 5) % 100) for move in range(MOVES)]
