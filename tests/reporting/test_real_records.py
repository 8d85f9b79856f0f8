"""Reports of real records: the affect-only dyads and an infant's day of sound; skipped where the data are absent."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import lxml.html
import pytest

from bowlby.formats.load import LoadOptions, load_coded
from bowlby.reporting.page import figures_of, report_html
from bowlby.reporting.parts import ReportParts

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("BOWLBY_SHARED", ROOT.parent / "shared")) / "data" / "records"
CODEBOOKS = ROOT / "examples" / "codebooks"


def real(make: Callable[..., ReportParts], file: str, codebook: str) -> ReportParts:
    """Return the parts of a report on a shared file, or skip."""
    if not (SHARED / file).exists():
        pytest.skip("needs ../shared beside the clone, or BOWLBY_SHARED")
    return make(load_coded([SHARED / file], LoadOptions(CODEBOOKS / codebook)))


def visible(parts: ReportParts) -> str:
    """Return what a reader of the page sees."""
    tree = lxml.html.document_fromstring(report_html(parts))
    return " ".join(" ".join(tree.xpath("//body//text()[not(ancestor::script)]")).split())


@pytest.mark.parametrize(("dyad", "seconds"), [("3367", "320.4"), ("3414", "303.0")])
def test_affect_only_dyads(make: Callable[..., ReportParts], dyad: str, seconds: str):
    parts = real(make, f"mangold/mangold_{dyad}goodman.csv", "affect-interact.toml")
    text = visible(parts)
    assert f"({seconds} s)" in text
    assert "What could be coded, of the caregiver: affect." in text
    assert "so threat is not assessable" in text
    assert [figure.name for figure in figures_of(parts)] == ["timeline-1"]
    for code in parts.coded.unmapped:
        assert code.code in text


def test_a_day_of_sound(make: Callable[..., ReportParts]):
    parts = real(make, "lena_segments/warlaumont_0300_000607_segments.csv", "lena-segments.toml")
    text = visible(parts)
    names = [figure.name for figure in figures_of(parts)]
    assert names == ["timeline-1", "latency-1", "contingency-1", "day-answers-1", "day-share-1"]
    assert "The dot is the mass at zero" in text
    assert "previous interval held" in text
    assert "Answers to distress: not assessable." in text
    assert "so threat is not assessable" in text
