"""The worked example of docs/procedures.md is what its code prints, and its numbers are those of the code."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from bowlby.measures.strange_situation import Anchors, ClassCoder, ClassThresholds, FormationThresholds

PAGE = (Path(__file__).parents[2] / "docs" / "procedures.md").read_text(encoding="utf-8")


def test_the_worked_example_prints_what_the_page_says():
    code, printed = re.search(r"```python\n(.*?)```\n```text\n(.*?)```", PAGE, re.S).groups()
    caught = io.StringIO()
    with contextlib.redirect_stdout(caught):
        exec(compile(code, "docs/procedures.md", "exec"), {})
    assert caught.getvalue() == printed


def test_the_page_tells_the_constants_in_use():
    anchors, rule, marks, coder = Anchors(), ClassThresholds(), FormationThresholds(), ClassCoder()
    for name, middle in (("seeking", 2.5), ("maintaining", 0.22), ("avoidance", 0.27), ("resistance", 0.12)):
        assert getattr(anchors, name) == middle and f"| {middle:g}".replace("0.", ".") in PAGE
    assert (rule.disorganized, rule.avoidance, rule.contact, rule.resistance, rule.resistance_kept) == (6, 4, 4, 4, 3)
    assert (rule.settled_s, marks.seeking_preference, marks.separation_distress) == (120.0, 0.8, 0.08)
    assert (coder.reliability["avoidance"], coder.reliability["disorganization"]) == (0.75, 0.55)
