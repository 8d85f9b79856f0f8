"""Every constant in doubt has a study that would measure it, named where the screening's tables read it."""

from __future__ import annotations

from bowlby.report.screening_page import MEASURE
from bowlby.study.screening.design import FACTORS


def test_every_constant_in_doubt_has_a_study_that_would_measure_it():
    assert set(MEASURE) == {entry.name for entry in FACTORS}, "study/screening/measure.toml"
