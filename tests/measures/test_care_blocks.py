"""Records in blocks: real and simulated ones go the same way, and a child's signals are denominators only."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from bowlby.measures.care_blocks import BLOCK_S, LINES, CareBlocks, CareLine, care_blocks
from bowlby.records.constructs import Construct
from bowlby.records.identity import coded_as_itself
from bowlby.records.read import read_record
from bowlby.records.write import write_record
from bowlby.simulate.acts import acts_of_record
from bowlby.simulate.coder import CoderError
from bowlby.simulate.named_care import cohort
from bowlby.simulate.observed import VisitPlan, observe
from bowlby.simulate.procedures import ordinary
from bowlby.simulate.training import blocks_of_acts


@pytest.mark.parametrize("name", ["harsh", "deprived", "sensitive"])
def test_the_fast_way_is_that_of_the_record_that_is_read_back(tmp_path: Path, name: str):
    found = observe(cohort(name, 12, 12.0, seed=7), VisitPlan(ordinary(30.0)))
    record = found.coded_by(0, CoderError(0.2, 0.1, 0.5))
    coded = coded_as_itself(read_record(write_record(record, tmp_path / "visit.csv")))
    wanted, fast = care_blocks(coded), blocks_of_acts(acts_of_record(record))
    assert wanted.count.sum() > 1000
    assert wanted.answered.sum() + wanted.waited.sum() > 50
    for field in fields(CareBlocks):
        own = getattr(wanted, field.name)
        assert own.shape[:3] == (1, 12, 6)
        assert np.allclose(own[0], getattr(fast, field.name)[:, 0], rtol=0.0, atol=1e-6), field.name


def test_blocks_are_those_of_the_windows_that_were_observed():
    found = observe(cohort("usual", 1, 12.0, seed=7), VisitPlan(ordinary(12.0)))
    blocks = care_blocks(coded_as_itself(found.record))
    smile = LINES.index(CareLine(Construct.SMILE))
    assert blocks.exposure[0, 0, :, smile].tolist() == [BLOCK_S, BLOCK_S, 120.0]
    onsets = found.record.events.filter(found.record.events["code"] == "smile")["onset_s"].to_numpy()
    assert blocks.count[0, 0, :, smile].tolist() == np.histogram(onsets, [0.0, 300.0, 600.0, 720.0])[0].tolist()
