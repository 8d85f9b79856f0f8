"""Records in blocks: real and simulated ones go the same way, and a child's signals are denominators only."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.measures.care_blocks import BLOCK_S, LINES, RULES, WITHIN_S, CareBlocks, CareLine, care_blocks
from bowlby.measures.episodes import episodes
from bowlby.records.constructs import Construct
from bowlby.records.identity import coded_as_itself
from bowlby.recovery.training_records import blocks_of_acts
from bowlby.simulation.acts import acts_of_record
from bowlby.simulation.coder import CoderError
from bowlby.simulation.named_care import cohort
from bowlby.simulation.procedures import ordinary
from bowlby.simulation.visits import VisitPlan, observe


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


def test_cues_are_paired_as_episodes_are(tmp_path: Path):
    found = observe(cohort("frightening", 3, 12.0, seed=9), VisitPlan(ordinary(40.0)))
    coded = coded_as_itself(found.coded_by(0, CoderError(0.1, 0.05, 0.3)))
    masks = pl.DataFrame(
        {
            "session": ["0", "0", "1"],
            "role": [None, "child", "caregiver"],
            "construct": [None, "cue.bid", "answer"],
            "onset_s": [100.0, 700.0, 1200.0],
            "offset_s": [160.0, 1010.0, 1900.0],
            "person": [None, None, None],
        },
        schema=coded.masks.schema,
    )
    coded = replace(coded, masks=masks)
    blocks = care_blocks(coded)
    for kind, rules in enumerate(RULES):
        for place, rule in enumerate(rules):
            table = episodes(coded, rule)
            latency = table["latency_s"].to_numpy()
            answered = table["answered"].to_numpy()
            assert blocks.answered[..., kind, place].sum() == answered.sum()
            assert blocks.waited[..., kind, place].sum() == (table["censored_by"] == "window").sum()
            for step, reach in enumerate(WITHIN_S):
                assert blocks.within[..., kind, place, step].sum() == (answered & (latency <= reach)).sum()
    assert blocks.answered.sum() > 30
