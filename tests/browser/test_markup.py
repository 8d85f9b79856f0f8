"""Markup in a record's labels, codes, channels, sessions, modifiers, texts and file name runs nowhere."""

from __future__ import annotations

import csv
from json import dumps
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import run

RUNS = "window.ran=1"
ATTACKS = (
    f"<script>{RUNS}</script>",
    f"\"><img src=x onerror='{RUNS}'>",
    f"</script><script>{RUNS}</script>",
    f"'-({RUNS})-'",
    f"]]><svg onload={RUNS}>",
    f"{{{{constructor.constructor('{RUNS}')()}}}}",
)
COLUMNS = ("session", "onset_s", "offset_s", "actor", "partner", "channel", "code", "modifiers")
ANY = 30_000
"""Milliseconds after which a browser that shows nothing is given up."""


def record(path: Path) -> Path:
    """Write a table with markup in every field of text, and the name of a further column."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow((*COLUMNS, ATTACKS[1]))
        for place in range(240):
            child = place % 2 == 0
            me, you = ("child" + ATTACKS[0], "carer" + ATTACKS[1])[:: 1 if child else -1]
            code = ("cry" if child else "talk") + ATTACKS[place % 6 // 2 * 2 + place % 2]
            session = "visit" + ATTACKS[place // 120]
            start = place % 120 * 5 + place % 7 / 10
            rows.writerow((session, start, start + 2, me, you, "ch" + ATTACKS[2], code, ATTACKS[2], ATTACKS[place % 6]))
    return path


def codebook(path: Path) -> Path:
    """Write a codebook whose name, actors and codes carry markup; one code stays unmapped."""
    meant = (
        ("child" + ATTACKS[0], "child", "cry", "cue.distress"),
        ("carer" + ATTACKS[1], "caregiver", "talk", "voice"),
    )
    codes = (
        f"[[code]]\nactor = {dumps(actor)}\nrole = {dumps(role)}\n"
        f"code = {dumps(word + text)}\nmeans = {dumps([means])}\n"
        for actor, role, word, means in meant
        for text in ATTACKS[:5]
    )
    path.write_text(
        f"[codebook]\nname = {dumps(ATTACKS[2])}\n"
        '[table]\nunit = "s"\nonset = "onset_s"\noffset = "offset_s"\ncode = "code"\nsession = "session"\n'
        'actor = "actor"\npartner = "partner"\nchannel = "channel"\nmodifiers = ["modifiers"]\n'
        '[codable]\nchild = ["cue.distress"]\ncaregiver = ["voice"]\n' + "".join(codes)
    )
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of such a record, measured only."""
    folder = tmp_path_factory.mktemp("markup")
    path = record(folder / f"a{ATTACKS[1].replace('/', '')}.csv")
    done = run(
        "report", path, "--codebook", codebook(folder / "book.toml"), "--measures-only", "-o", folder / "report.html"
    )
    assert done.code == 0, done.err
    return folder / "report.html"


def test_no_script_of_a_record_runs_in_its_report(chromium: Any, report: Path):
    whole = report.read_text(encoding="utf-8")
    assert "window.ran" in whole, "nothing of the markup is shown; the test would tell nothing"
    page = chromium.new_page()
    page.goto(report.as_uri(), timeout=ANY)
    page.wait_for_timeout(1_000)
    for closed in page.query_selector_all("details"):
        closed.evaluate("one => one.open = true")
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran || 0") == 0
    assert page.query_selector_all("img[onerror], svg[onload]") == []
    page.close()


def test_the_test_would_see_a_script_that_runs(chromium: Any, tmp_path: Path):
    (tmp_path / "a.html").write_text(f"<p>{ATTACKS[1]}{ATTACKS[0]}")
    page = chromium.new_page()
    page.goto((tmp_path / "a.html").as_uri(), timeout=ANY)
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran || 0") > 0
    page.close()
