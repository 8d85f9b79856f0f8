"""The tables of the moment clock, roles and outcomes in docs are those of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowlby.model.life.roles import ROLES
from bowlby.model.life_page import moments_markdown, outcomes_markdown, roles_markdown, with_life, with_moments
from bowlby.model.outcomes import OUTCOMES
from bowlby.model.registry import MOMENTS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("name", "made"), [("moments-registry.md", with_moments), ("people-and-outcomes.md", with_life)]
)
def test_the_page_holds_what_the_code_holds(name, made):
    page = (DOCS / name).read_text(encoding="utf-8")
    assert made(page) == page, f"run {made.__name__} over docs/{name}"


def test_every_constant_role_and_outcome_has_its_line():
    assert [line.split(" | ")[0][2:] for line in moments_markdown().splitlines()[2:]] == [e.name for e in MOMENTS]
    assert all(str(role) in roles_markdown().splitlines()[0] for role in ROLES)
    assert [line.split(" | ")[0][2:] for line in outcomes_markdown().splitlines()[2:]] == list(OUTCOMES)


def test_a_page_without_marks_is_refused():
    with pytest.raises(ValueError, match="lacks the marks"):
        with_moments("nothing")
