"""Tables of the screening are those of the shipped result; the model card names the ten most sensitive constants."""

from __future__ import annotations

from pathlib import Path

from bowlby.evidence.screening.design import FACTORS
from bowlby.evidence.screening.screen import load_screening
from bowlby.reporting.screening_page import MEASURE, MOST, most_sensitive, with_screening, with_sensitive

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tables_are_made_from_the_shipped_result():
    page = (DOCS / "screening.md").read_text(encoding="utf-8")
    assert with_screening(page) == page, "run bowlby.reporting.screening_page.with_screening over docs/screening.md"


def test_the_model_card_names_the_most_sensitive_constants_and_what_would_measure_them():
    card = (DOCS / "model-card.md").read_text(encoding="utf-8")
    assert with_sensitive(card) == card, "run bowlby.reporting.screening_page.with_sensitive over docs/model-card.md"
    names = most_sensitive(load_screening())
    assert len(names) == MOST
    assert all(f"| `{name}` |" in card and MEASURE[name] in card for name in names)


def test_every_constant_in_doubt_has_a_study_that_would_measure_it():
    assert set(MEASURE) == {entry.name for entry in FACTORS}, "study/screening/measure.toml"
