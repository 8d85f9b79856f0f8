"""Each page walked as a user would, and four facts that a newcomer should find there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PLAY = Path(__file__).parents[2] / "examples" / "records" / "play.csv"

FACTS: dict[str, tuple[str, ...]] = {
    "/": (
        "No single cry makes or breaks anything",
        "Nobody harms this child",
        "safety comes first",
        "Signs in a child never say what anybody did",
    ),
    "/school": (
        "Can a teacher undo it?",
        "a kind one who stays",
        "anxiety in close bonds, 1 to 7",
        "the links over years are modest in both",
    ),
    "/explore": (
        "simulated forward",
        "Signs do not point back to care",
        "m ← m + (x / n) (r − m)",
        "Median of 64 simulated children",
    ),
    "/record": (
        "No audio, video or face input and no names",
        "BORIS, ELAN, Datavyu",
        "Nothing is written to a disk",
        "until you delete it",
    ),
    "/signs": (
        "The mark is the base rate",
        "there is not enough to tell, which is a result",
        "What helps whatever the cause",
        "Duty desk, 555 0100",
    ),
    "/helps": (
        "Safety comes first",
        "no adequate trial",
        "Never offered: holding therapy",
        "meta-analysis of randomized trials",
    ),
    "/strange-situation": (
        "The coder knows neither history nor child",
        "organized and in the normal range",
        "No official cut points exist",
        "second separation, alone",
    ),
    "/glossary": (
        "uncoded is not absent",
        "Organized, insecure, in the normal range",
        "are assumed: set by hand, not measured",
        "never what anybody did",
    ),
    "/compare": (
        "secure",
        "the source",
        "Published",
        "disagree",
    ),
}


QUICK = ("/signs", "/glossary")
"""Pages that open at once; the walks of the others are slow, beside the default suite's own tests of them."""


@pytest.mark.parametrize(
    "path", [pytest.param(path, marks=[] if path in QUICK else pytest.mark.slow) for path in FACTS]
)
def test_a_newcomer_finds_four_facts(opened: Any, path: str):
    page = opened(path)
    while page.locator("[data-guess] [data-answer]").count():
        page.locator("[data-guess] [data-answer]").first.click()
    for closed in page.query_selector_all("details:not([open])"):
        closed.evaluate("one => one.open = true")
    words = page.inner_text("body")
    missing = [fact for fact in FACTS[path] if fact not in words]
    assert missing == []


def _drawn(page: Any, act: Any) -> None:
    """Do something and wait until everything has been drawn anew, out of sight too."""
    page.evaluate(
        "() => { window.drawn = new Promise("
        "(done) => document.addEventListener('bowlby:rested', done, { once: true })); }"
    )
    act()
    page.evaluate("() => window.drawn.then(() => true)")


def _open_all(page: Any) -> None:
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    page.wait_for_timeout(300)


def _number(page: Any, row: str, column: int) -> float:
    return float(page.locator("#numbers tbody tr", has_text=row).locator("td").nth(column).inner_text())


@pytest.mark.slow
def test_explore_moves_plays_shares_and_saves(opened: Any, place: Any):
    page = opened("/explore")
    _open_all(page)
    before = _number(page, "being noticed unasked", 0)
    _drawn(page, lambda: page.locator("#s-engagement_rate").fill("0"))
    assert _number(page, "being noticed unasked", 0) < before - 0.1
    _drawn(page, lambda: page.select_option("#kind", "frightening"))
    assert _number(page, "threat expected", 0) == pytest.approx(_number(page, "threat expected", 2), abs=0.011)
    _drawn(page, lambda: page.uncheck("input[value=both]"))
    assert page.locator(".drawing svg").count() == 12
    page.click("#play")
    page.wait_for_function(
        "() => Number(document.getElementById('age').value) >= 3 && document.getElementById('age').value < 36"
    )
    page.click("#play")
    stood = page.input_value("#age")
    page.wait_for_timeout(700)
    assert page.input_value("#age") == stood and page.inner_text("#play") == "Play"
    page.locator("#s-warmth").fill("10")
    assert "of ten clear signals go unanswered" in page.inner_text("#words")
    page.click("#share")
    page.wait_for_function("() => location.search.includes('warmth')")
    link = page.url
    assert "kind=frightening" in link and "token" not in link
    other = opened(link.removeprefix(place.base))
    assert other.input_value("#s-warmth") == "10" and other.input_value("#kind") == "frightening"
    for form in ("svg", "png", "csv"):
        with other.expect_download() as saving:
            other.click(f"#save-{form}")
        assert saving.value.suggested_filename == f"bowlby-explore.{form}"


SHOWN = """
() => ({
  charts: Object.fromEntries([...document.querySelectorAll("[data-chart]")].map((figure) =>
    [figure.dataset.chart, [...figure.querySelectorAll("svg path")].map((path) => path.getAttribute("d"))])),
  signs: document.getElementById("signs").innerText,
  numbers: document.getElementById("numbers").innerText,
  words: document.getElementById("words").innerText,
})
"""

MOVE_AND_LOOK = f"""
() => new Promise((done) => {{
  document.addEventListener("bowlby:drawn", () => done(({SHOWN})()), {{ once: true }});
  const slider = document.getElementById("s-answer_base");
  slider.value = 10;
  slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
}})
"""


@pytest.mark.slow
def test_explore_shows_after_a_move_all_that_its_link_opens_with(opened: Any, place: Any):
    page = opened("/explore")
    before = page.evaluate(SHOWN)
    looks: list[Any] = []
    _drawn(page, lambda: looks.append(page.evaluate(MOVE_AND_LOOK)))
    after = page.evaluate(SHOWN)
    page.click("#share")
    page.wait_for_function("() => location.search.includes('answer_base')")
    anew = opened(page.url.removeprefix(place.base)).evaluate(SHOWN)
    assert after == anew
    for name in ("comfort_expectation", "minimising"):
        assert before["charts"][name] != after["charts"][name]
    assert looks[0]["charts"]["comfort_expectation"] == after["charts"]["comfort_expectation"], (
        "in sight: drawn at once"
    )
    assert looks[0]["signs"] == before["signs"] != after["signs"], "out of sight: not before the hand rests"
    assert looks[0]["words"] == after["words"]


@pytest.mark.slow
def test_explore_labels_its_lines_and_reads_out_values_on_hover(opened: Any):
    page = opened("/explore")
    chart = page.locator("[data-chart=threat_expectation]")
    labels = " ".join(chart.locator("svg text").all_text_contents())
    assert all(
        word in labels for word in ("your care", "Trauma", "(threat)", "Neglect", "(deprivation)", "Secure care")
    )
    box = chart.locator(".drawing").bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 60)
    told = chart.locator(".reading").inner_text()
    months = told.partition(" months")[0]
    assert 6 <= float(months) <= 30 and "Trauma (threat) 0." in told


@pytest.mark.slow
def test_never_is_a_place_of_its_own_and_the_sentence_says_so(opened: Any):
    page = opened("/explore")
    assert page.locator("#sliders details").first.get_attribute("open") is not None
    fright = page.locator("#sliders details").first.locator("input")
    assert fright.count() == 8
    for slider in fright.all():
        _drawn(page, lambda at=slider: at.fill("0"))
    assert page.locator("#sliders details").first.locator("output").all_inner_texts() == ["never"] * 8
    assert "no threat, because nothing ever frightens it" in page.inner_text("#words")
    assert _number(page, "threat expected", 0) == 0.0


@pytest.mark.slow
def test_explore_by_keyboard_alone(opened: Any):
    page = opened("/explore")
    _open_all(page)
    page.focus("#s-warmth")
    before = page.inner_text("output[for=s-warmth]")
    _drawn(page, lambda: page.keyboard.press("ArrowLeft"))
    assert page.inner_text("output[for=s-warmth]") != before
    assert page.get_attribute("#s-warmth", "aria-valuetext") == page.inner_text("output[for=s-warmth]")


IN_SIGHT = "at => { const box = at.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"


def test_on_a_phone_what_signs_say_stays_in_sight_of_what_is_ticked(opened: Any):
    page = opened("/signs", "phone")
    _open_all(page)
    for place in ("first", "last"):
        moved = getattr(page.locator("input[type=radio]"), place)
        moved.focus()
        page.wait_for_timeout(200)
        assert moved.evaluate(IN_SIGHT)
        says = page.locator(".follows")
        assert says.evaluate(IN_SIGHT)
        assert moved.bounding_box()["y"] + moved.bounding_box()["height"] <= says.bounding_box()["y"]


@pytest.mark.slow
def test_on_a_phone_the_chart_stays_above_the_sliders(opened: Any):
    page = opened("/explore", "phone")
    for place in ("first", "last"):
        moved = getattr(page.locator("#sliders details[open] input"), place)
        moved.focus()
        page.wait_for_timeout(250)
        chart = page.locator(".stay .drawing svg").first
        assert moved.evaluate(IN_SIGHT) and chart.evaluate(IN_SIGHT) and page.locator("#words").evaluate(IN_SIGHT)
        assert chart.bounding_box()["y"] + chart.bounding_box()["height"] <= moved.bounding_box()["y"]


def test_signs_fit_three_screens_of_a_phone(opened: Any):
    page = opened("/signs", "phone")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollHeight") < 3 * 800


@pytest.mark.parametrize(
    ("years", "months", "read"),
    [
        ("", "40", 40),
        ("3", "", 36),
        ("3", "4", 40),
        ("2.5", "", 30),
        ("1", "18", 30),
        ("0", "18", 18),
        ("7", "", 72),
        ("", "3", 12),
    ],
)
def test_an_age_is_read_in_years_in_months_or_in_both(opened: Any, years: str, months: str, read: int):
    page = opened("/signs")
    page.fill("#years", years)
    page.fill("#months", months)
    page.press("#months", "Tab")
    page.wait_for_function(f"() => document.getElementById('age-read').textContent.includes('ead as {read} months')")


def test_no_age_keeps_the_last_one_and_says_so(opened: Any):
    page = opened("/signs")
    page.fill("#years", "")
    page.fill("#months", "")
    page.press("#months", "Tab")
    page.wait_for_function("() => document.getElementById('age-read').textContent.includes('Still read as')")


def test_signs_move_states_as_boxes_are_ticked(opened: Any):
    page = opened("/signs")
    _open_all(page)
    threat = page.locator("#states li", has_text="threat expectation").locator(".told")
    assert threat.inner_text() == "10 %; base rate 10 %"
    page.check("input[name=v-fear][value=present]")
    page.wait_for_function("() => !document.querySelector('#states .told').textContent.startsWith('10 %')")
    page.check("input[name=v-hypervigilance][value=present]")
    page.wait_for_function("() => document.getElementById('verdict').textContent.includes('2 signs')")
    assert "Not enough to tell" in page.inner_text("#verdict")
    moved = page.locator("#moved .what b").all_inner_texts()
    assert moved and "threat" in moved[0], "what has moved most stands on top"
    assert "shy, cautious temperament" in page.inner_text("#own-else")
    assert page.locator("#next li").count() == 5
    page.click("#another")
    assert "2 earlier looks" in page.inner_text("#kept")
    page.click("#clear")
    page.wait_for_function("() => document.querySelector('#states .told').textContent.startsWith('10 %')")
    assert "?" not in page.url


@pytest.mark.slow
def test_the_strange_situation_plays_and_its_scales_fill_in(opened: Any):
    page = opened("/strange-situation")
    assert page.locator("#episodes li").count() == 8
    assert page.locator("#scales .told").first.inner_text() == "not yet"
    page.click("#play")
    page.wait_for_function("() => Number(document.getElementById('clock').value) >= 20")
    page.click("#play")
    words: list[str] = []
    for number in (2, 4, 5):
        page.locator(f"#episodes li[data-number='{number}'] button").click()
        words.append(page.inner_text("#words"))
    assert "the caregiver is there" in words[0] and "episode 4" in words[1] and "a stranger is there" in words[1]
    assert len(set(words)) == 3, "the words follow the play"
    end = page.get_attribute("#clock", "max")
    page.locator("#clock").fill(end)
    assert "of 7" in page.locator("#scales .told").first.inner_text()
    assert page.inner_text("#class").startswith("Class by the rule: B")
    for part in ("#stage", "#scales", "#class"):
        assert page.locator(part).evaluate(
            "at => at.getBoundingClientRect().bottom - document.getElementById('stage').getBoundingClientRect().top "
            "< innerHeight"
        ), part
    page.select_option("#kind", "rejecting")
    page.wait_for_function("() => document.getElementById('which').textContent.includes('rejecting')")
    shares = page.inner_text("#shares")
    page.click("#another")
    page.wait_for_function("() => document.getElementById('which').textContent.includes('Child 2 of')")
    assert page.inner_text("#shares") == shares


@pytest.mark.slow
def test_a_record_is_handed_in_mapped_seen_reported_and_deleted(opened: Any, place: Any, tmp_path: Path):
    table = tmp_path / "visit <b>1<b>.csv"
    lines = ["start,end,actor,code"]
    for minute in range(12):
        at = 60 * minute
        lines += [f"{at},{at + 4},child,cry", f"{at + 6},{at + 9},parent,talking", f"{at + 20},{at + 22},parent,zap"]
    table.write_text("\n".join([*lines, "0,4,child,cry"]) + "\n")
    page = opened("/record")
    page.set_input_files("#file", table)
    page.wait_for_selector("#step-codes:not([hidden])")
    assert page.locator("#held b").count() == 0
    rows = page.locator("#codes tbody tr")
    assert rows.count() == 3
    cry = rows.filter(has_text="cry").locator("select").first
    assert cry.input_value() == "child:cue.distress"
    rows.filter(has_text="talking").locator("select").nth(1).select_option("caregiver:answer")
    page.click("#map")
    page.wait_for_selector("#timeline svg")
    assert "Duplicate: 1" in page.inner_text("#quality") and "mark 2 quality problems" in page.inner_text(
        "#timeline-words"
    )
    page.uncheck("#infer")
    page.click("#report")
    page.wait_for_selector("#done:not([hidden])")
    with page.context.expect_page() as opening:
        page.click("#open")
    report = opening.value
    report.wait_for_selector("h1")
    assert "Care as recorded" in report.inner_text("h1")
    report.wait_for_selector(".is-live .live svg")
    page.get_by_role("button", name="Delete visit").click()
    page.wait_for_selector("#step-codes", state="hidden")
    page.wait_for_selector("#held li", state="detached")


@pytest.mark.slow
def test_a_report_can_be_cancelled(opened: Any):
    page = opened("/record")
    page.set_input_files("#file", PLAY)
    page.wait_for_selector("#timeline svg")
    assert page.is_hidden("#codes-part") and "nothing is left to map" in page.inner_text("#mapped")
    page.click("#report")
    page.click("#cancel")
    page.wait_for_function("() => document.getElementById('job-words').textContent === 'Cancelled.'")
    assert page.is_enabled("#report") and page.is_hidden("#done")
    page.click("#forget-all")
    page.wait_for_function("() => document.querySelectorAll('#held li').length === 0")


@pytest.mark.slow
def test_a_file_that_is_no_record_says_what_to_do(opened: Any):
    page = opened("/record")
    page.set_input_files("#file", {"name": "film.mp4", "mimeType": "video/mp4", "buffer": b""})
    page.wait_for_selector("#trouble:not([hidden])")
    assert "empty" in page.inner_text("#trouble")


@pytest.mark.slow
def test_the_example_opens_by_a_button(opened: Any):
    page = opened("/record")
    page.click("#example")
    page.wait_for_selector("#timeline svg")
    assert "simulated example.csv" in page.inner_text("#held") and "nothing is left to map" in page.inner_text(
        "#mapped"
    )
    page.click("#forget-all")


@pytest.mark.slow
def test_the_grid_shows_one_outcome_at_a_time_and_says_the_register_s_numbers(opened: Any):
    page = opened("/helps")
    for key in ("fear", "school", "comfort"):
        page.check(f"input[name=seen][value={key}]")
        assert [one.is_visible() for one in page.locator("[data-outcome]").all()].count(True) == 1
    page.check("input[name=seen][value=fear]")
    row = page.locator("[data-outcome=fear] tr", has_text="safe predictable environment").first
    assert row.locator("td").first.get_attribute("data-verdict") == "helps"
    assert (
        "Not indicated"
        in page.locator("[data-outcome=fear] tr", has_text="trauma-focused").locator("td").nth(1).inner_text()
    )


@pytest.mark.slow
def test_a_sequence_is_lived_with_progress_and_refusals_in_a_sentence(opened: Any):
    page = opened("/helps")
    _open_all(page)
    while page.locator("input[name=intervention]:checked").count():
        page.locator("input[name=intervention]:checked").first.uncheck()
    page.check("input[value='trauma-focused cognitive behavioural therapy']")
    page.select_option("#help-3", "")
    page.click("#go")
    page.wait_for_selector("body[data-helped]", timeout=300_000)
    assert "safe predictable environment, then trauma-focused" in page.inner_text("#effects")
    assert "is not given: fright still goes on at home when it would begin; put safety first." in page.inner_text(
        "#refused"
    )
    page.wait_for_selector("#charts svg")


@pytest.mark.slow
def test_what_helps_can_be_cancelled(opened: Any):
    page = opened("/helps")
    page.click("#go")
    page.wait_for_selector("#cancel:not([hidden])")
    page.wait_for_function("() => document.getElementById('words').textContent.startsWith('Living')")
    page.click("#cancel")
    page.wait_for_function("() => document.getElementById('words').textContent === 'Cancelled.'")
    assert page.is_enabled("#go")
