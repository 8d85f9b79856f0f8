"""Every constant in doubt has a study that would measure it, named where the screening's tables read it."""

from __future__ import annotations

from bowlby.evidence.screening.design import FACTORS
from bowlby.reporting.screening_page import MEASURE


def test_every_constant_in_doubt_has_a_study_that_would_measure_it():
    assert set(MEASURE) == {entry.name for entry in FACTORS}, "evidence/screening/measure.toml"
