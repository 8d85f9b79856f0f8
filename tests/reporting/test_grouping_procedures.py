"""Measures of procedures stand together in the report."""

from __future__ import annotations

import pytest

from bowlby.measures.value import Measure
from bowlby.reporting.grouping import heading_of


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("avoidance: episode 8", "Procedures"),
        ("taking charge", "Procedures"),
        ("preschool class by simulated coders: secure", "Procedures"),
        ("still-face effect: gaze", "Procedures"),
        ("mean valence: child", "Affect"),
        ("something else", "Further measures"),
    ],
)
def test_a_measure_stands_under_its_heading(name: str, heading: str):
    assert heading_of(Measure("s", "child", name, 1.0, None, None, "1", 1)) == heading
