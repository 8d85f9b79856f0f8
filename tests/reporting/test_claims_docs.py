"""The tables of docs/claims.md are those of the shipped register, and what parts from the source is discussed there."""

from __future__ import annotations

from pathlib import Path

from bowlby.evidence.claims_register.aspects import EvidenceMark
from bowlby.evidence.claims_register.result import ResultDirection
from bowlby.evidence.comparison.result import load_result
from bowlby.reporting.claims_page import with_claims

PAGE = Path(__file__).parents[2] / "docs" / "claims.md"


def test_the_tables_are_made_from_the_shipped_result():
    page = PAGE.read_text(encoding="utf-8")
    assert with_claims(page) == page, "run bowlby.reporting.claims_page.with_claims over docs/claims.md"


def test_what_parts_from_the_source_is_discussed():
    """Every claim with evidence against it, and every one without evidence that the model does not give either."""
    discussed = PAGE.read_text(encoding="utf-8").partition("## Where claims fail")[2].partition("## All claims")[0]
    for row in load_result()["claims"]:
        lone = row["evidence"] == EvidenceMark.NONE and row["found"] == ResultDirection.AGAINST
        if row["evidence"] == EvidenceMark.AGAINST or lone:
            assert row["id"] in discussed, row["id"]
