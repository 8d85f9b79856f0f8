"""The tables of docs/claims.md are those of the shipped register, and what is discussed there are its disagreements."""

from __future__ import annotations

from pathlib import Path

from bowlby.report.claims_page import with_claims
from bowlby.study.comparison.result import load_result

PAGE = Path(__file__).parents[2] / "docs" / "claims.md"


def test_the_tables_are_made_from_the_shipped_result():
    page = PAGE.read_text(encoding="utf-8")
    assert with_claims(page) == page, "run bowlby.report.claims_page.with_claims over docs/claims.md"


def test_every_disagreement_is_discussed():
    discussed = PAGE.read_text(encoding="utf-8").partition("## Disagreements")[2].partition("## All claims")[0]
    for row in load_result()["claims"]:
        if row["verdict"] == "disagrees":
            assert row["id"] in discussed, row["id"]
