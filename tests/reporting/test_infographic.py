"""The infographic fits one A4 page: nothing clipped, nothing under 9 points, every line and the limits on it."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

from bowlby.evidence.comparison import comparison
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.reporting.infographic import (
    BARS,
    HEIGHT,
    MARGIN,
    ROOM,
    SMALLEST,
    WIDTH,
    infographic,
    infographic_png,
    spread_apart,
    width_of,
    wrapped,
)

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn() -> ET.Element:
    return ET.fromstring(infographic(comparison()))


def test_no_text_is_small_or_runs_off_the_page(drawn: ET.Element):
    for text in drawn.iter(f"{SVG}text"):
        size, x, y = (float(text.get(key, "0")) for key in ("font-size", "x", "y"))
        assert size >= SMALLEST
        assert y <= HEIGHT - 10
        if text.get("text-anchor") != "end":
            assert x >= MARGIN
            assert x + width_of(text.text or "", size) <= WIDTH - MARGIN + 3, text.text


def test_nothing_is_drawn_below_the_page(drawn: ET.Element):
    boxes = [
        float(box.get("y", "0")) + float(box.get("height", "0")) for box in drawn.iter(f"{SVG}rect") if box.get("y")
    ]
    assert max(boxes) < HEIGHT - 20


def test_every_line_the_legend_and_the_limits_are_on_it(drawn: ET.Element):
    found = comparison().result
    said = " ".join(text.text or "" for text in drawn.iter(f"{SVG}text"))
    for one in comparison().lines:
        assert one.line.name in said
        assert f"Secure care: {one.line.secure[:20].lower()}"[:20] in said
        assert all(row["label"] in said for row in one.profile)
    assert PURPOSE_AND_LIMITS[0][:50] in said
    for mark, count in [*found["evidence_marks"].items(), *found["model_marks"].items()]:
        assert f"{mark} ({count})" in said


def test_a_square_stands_for_the_evidence_of_each_claim_and_a_bar_for_the_model(drawn: ET.Element):
    """Evidence for is a filled square of 6.4 points, every other an outline of 5.6; the legend has one of each."""
    found = comparison().result
    boxes = Counter((box.get("width"), box.get("height")) for box in drawn.iter(f"{SVG}rect"))
    assert boxes["6.4", "6.4"] == found["evidence_marks"]["for"] + 1
    assert boxes["5.6", "5.6"] == len(found["claims"]) - found["evidence_marks"]["for"] + 3
    for mark, height in BARS.items():
        assert boxes["6.4", f"{height:.1f}"] == found["model_marks"][mark] + 1


def test_it_names_no_address_and_has_words_for_who_cannot_see_it(drawn: ET.Element):
    assert re.findall(r"https?://\S+", infographic(comparison())) == ['http://www.w3.org/2000/svg"']
    assert drawn.find(f"{SVG}title") is not None
    described = drawn.find(f"{SVG}desc")
    assert described is not None
    assert "Behavioural signs" in (described.text or "")


def test_png_is_a_page_at_print_size():
    png = infographic_png(comparison(), 1.0)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert [int.from_bytes(png[at : at + 4], "big") for at in (16, 20)] == [WIDTH, HEIGHT]


def test_wrapping_keeps_every_word():
    words = "Responsive, consistent care; training in it; repair of the attachment."
    assert " ".join(wrapped(words, 80.0)) == words
    assert all(width_of(line) <= 80.0 for line in wrapped(words, 80.0))


def test_marks_that_meet_are_moved_apart_and_keep_their_order():
    moved = spread_apart({"secure": 0.5, "trauma": 0.0, "neglect": 0.2, "both": 100.0}, 167.0)
    places = sorted(moved.values())
    assert min(b - a for a, b in itertools.pairwise(places)) > ROOM - 0.2
    assert moved["trauma"] < moved["neglect"] < moved["secure"] < moved["both"] == pytest.approx(100.0)
    assert places[0] >= 0.0
    assert spread_apart({"secure": 167.0, "trauma": 166.0}, 167.0)["secure"] == pytest.approx(167.0)
