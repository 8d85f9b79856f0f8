"""Markup in a record's labels, codes, channels, sessions, modifiers, texts and file name runs nowhere.

Tried in reports, in every page of the web app that shows what somebody has written, and in saved figures.
"""

from __future__ import annotations

import csv
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.conftest import serving
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
HARMFUL = "script:not([type='application/json']), [onerror], [onload], [onclick], a[href^='javascript']"
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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of such a record, measured only, its figures, and those of two coders."""
    folder = tmp_path_factory.mktemp("markup")
    path, book = record(folder / NAMED), codebook(folder / "book.toml")
    done = run(
        *("report", path, "--codebook", book, "--measures-only"),
        *("-o", folder / "report.html", "--figures", folder / "figures"),
    )
    assert done.code == 0, done.err
    second = folder / f"b{NAMED}"
    second.write_bytes(path.read_bytes())
    done = run("agree", path, second, "--codebook", book, "--figures", folder / "figures" / "agree")
    assert done.code == 0, done.err
    return folder


NAMED = f"a{ATTACKS[1].replace('/', '')}.csv"


def ran(page: Any) -> Any:
    """Return how often markup has run in a page or in what it frames; everything that can be opened is opened first."""
    for closed in page.query_selector_all("details"):
        closed.evaluate("one => one.open = true")
    page.wait_for_timeout(700)
    return sum(frame.evaluate("window.ran || 0") for frame in page.frames)


def test_no_script_of_a_record_runs_in_its_report(chromium: Any, folder: Path):
    whole = (folder / "report.html").read_text(encoding="utf-8")
    assert "window.ran" in whole, "nothing of the markup is shown; the test would tell nothing"
    page = chromium.new_page()
    page.goto((folder / "report.html").as_uri(), timeout=ANY)
    page.wait_for_timeout(1_000)
    assert ran(page) == 0
    assert page.query_selector_all("img[onerror], svg[onload]") == []
    page.close()


def test_no_script_of_a_record_runs_in_a_saved_figure(chromium: Any, folder: Path):
    """A figure is opened by itself, where an SVG is a document that may run scripts, and as part of somebody's page."""
    figures = sorted((folder / "figures").rglob("*.svg"))
    assert len(figures) > 5
    assert any("window.ran" in one.read_text(encoding="utf-8") for one in figures), "no figure shows any markup"
    for figure in figures:
        page = chromium.new_page()
        page.goto(figure.as_uri(), timeout=ANY)
        assert ran(page) == 0, figure.name
        page.goto("about:blank")
        page.set_content(figure.read_text(encoding="utf-8"))
        assert ran(page) == 0, figure.name
        assert page.query_selector_all(f"foreignObject, {HARMFUL}") == [], figure.name
        page.close()


MAP = """words => {
  for (const row of document.querySelectorAll("#codes tbody tr")) {
    const first = row.querySelector("select");
    first.value = row.code.code.startsWith("cry") ? "child:cue.distress" : "caregiver:voice";
  }
}"""


def test_no_script_of_a_record_runs_on_the_page_that_reads_it(opened: Any, place: Any, folder: Path):
    """`opened` also fails where the page's policy had to hold a script back."""
    page = opened("/record")
    page.set_input_files("#file", folder / NAMED)
    page.wait_for_selector("#step-codes:not([hidden])")
    assert "window.ran" in page.inner_text("#codes"), "the page shows nothing of the markup"
    page.evaluate(MAP)
    page.click("#map")
    page.wait_for_selector("body[data-mapped]")
    assert page.locator("#timeline svg").count() == 1
    page.uncheck("#infer")
    page.click("#report")
    page.wait_for_selector("#done:not([hidden])")
    assert ran(page) == 0
    assert page.query_selector_all("main img") == []
    report = page.context.new_page()
    report.goto(place.base + page.get_attribute("#open", "href"), timeout=ANY)
    assert "window.ran" in report.content()
    assert ran(report) == 0
    page.click("#forget-all")


BROKEN = {
    "a column": f"onset,code,{ATTACKS[1]},{ATTACKS[1]}\n0,a,b,c\n",
    "a time": f"onset_s,code\n0,a\n{ATTACKS[0]},b\n1,{ATTACKS[1]}\n",
    "no table": f"{ATTACKS[0]}{ATTACKS[1]}\n{ATTACKS[4]}\n",
}


@pytest.mark.parametrize("what", BROKEN)
def test_no_script_runs_where_a_file_is_refused(opened: Any, tmp_path: Path, what: str):
    (tmp_path / NAMED).write_text(BROKEN[what])
    page = opened("/record")
    page.set_input_files("#file", tmp_path / NAMED)
    page.wait_for_selector("#trouble:not([hidden]), #step-codes:not([hidden])")
    assert ran(page) == 0
    assert page.query_selector_all("main img, main svg[onload]") == []


@pytest.mark.parametrize("path", ["/explore?kind={0}&warmth={1}", "/helps?kind={0}&record={1}", "/signs?{0}={1}"])
def test_no_script_of_an_address_runs_on_a_page(opened: Any, path: str):
    page = opened(path.format(quote(ATTACKS[1]), quote(ATTACKS[0])))
    assert ran(page) == 0
    assert page.query_selector_all("main img") == []


@pytest.fixture
def own_contact(cached_environment: dict[str, str]) -> Any:
    """A server whose safeguarding contact is markup."""
    words = ["serve", "--port", "0", "--no-browser", "--json", "--safeguarding", ATTACKS[1] + ATTACKS[2]]
    with serving(words, cached_environment) as place:
        yield place


def test_no_script_of_the_safeguarding_contact_runs(chromium: Any, own_contact: Any):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(own_contact.url, timeout=ANY)
    page.goto(f"{own_contact.base}/signs", timeout=ANY)
    assert "window.ran" in page.inner_text("body")
    assert ran(page) == 0
    assert page.query_selector_all("main img") == []
    page.goto(f"{own_contact.base}/{quote(ATTACKS[1])}", timeout=ANY)
    assert ran(page) == 0
    context.close()


TRIAL = """
title = {0}
population = "pooled"
[[arms]]
name = {1}
[[arms]]
name = {2}
intervention = "responsiveness training"
start = "5mo"
[[measures]]
name = "security"
ages = ["14mo"]
[trial]
n = [40, 80]
pool = 256
replicates = 400
"""


@pytest.mark.slow
def test_no_script_of_a_design_runs_in_its_page(chromium: Any, tmp_path: Path):
    (tmp_path / "d.toml").write_text(TRIAL.format(*(dumps(text) for text in ATTACKS[:3])))
    done = run("trial", tmp_path / "d.toml", "-o", tmp_path / "trial.html")
    assert done.code == 0, done.err
    page = chromium.new_page()
    page.goto((tmp_path / "trial.html").as_uri(), timeout=ANY)
    assert "window.ran" in page.inner_text("body")
    assert ran(page) == 0
    assert page.query_selector_all("img") == []
    page.close()


def test_the_test_would_see_a_script_that_runs(chromium: Any, tmp_path: Path):
    (tmp_path / "a.html").write_text(f"<p>{ATTACKS[1]}{ATTACKS[0]}")
    page = chromium.new_page()
    page.goto((tmp_path / "a.html").as_uri(), timeout=ANY)
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran || 0") > 0
    page.close()
