"""What the child does in blocks: real and simulated records go the same way, and what was not coded is not 0."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.measures.care_blocks import CareLine, care_blocks
from bowlby.measures.child_blocks import CHILD_LINES, CHILD_TIMED, ChildBlocks, child_blocks
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.identity import coded_as_itself
from bowlby.recovery.training_records import child_blocks_of_acts
from bowlby.simulation.acts import acts_of_record
from bowlby.simulation.coder import CoderError
from bowlby.simulation.named_care import cohort
from bowlby.simulation.procedures import ordinary
from bowlby.simulation.visits import VisitPlan, observe

CRYING, BID = (CHILD_LINES.index(CareLine(one)) for one in (Construct.CUE_DISTRESS, Construct.CUE_BID))


@pytest.mark.parametrize("name", ["harsh", "deprived"])
def test_the_fast_way_is_that_of_the_record_that_is_read_back(tmp_path: Path, name: str):
    found = observe(cohort(name, 12, 12.0, seed=7), VisitPlan(ordinary(30.0)))
    record = found.coded_by(0, CoderError(0.2, 0.1, 0.5))
    coded = coded_as_itself(read_record(write_record(record, tmp_path / "visit.csv")))
    wanted, fast = child_blocks(coded), child_blocks_of_acts(acts_of_record(record))
    assert (wanted.count.sum(axis=(0, 1, 2)) > 0).sum() >= 9, "most things happen"
    assert wanted.exposure.shape[:3] == care_blocks(coded).exposure.shape[:3] == (1, 12, 6)
    for field in fields(ChildBlocks):
        own = getattr(wanted, field.name)
        assert np.allclose(own[0], getattr(fast, field.name)[:, 0], rtol=0.0, atol=1e-6), field.name


@pytest.fixture(scope="module")
def coded() -> CodedRecord:
    return coded_as_itself(observe(cohort("deprived", 1, 12.0, seed=7), VisitPlan(ordinary(12.0))).record)


def test_what_was_not_looked_for_has_no_exposure_and_what_did_not_happen_has(coded: CodedRecord):
    none = replace(coded, acts=coded.acts.filter(pl.col("construct") != str(Construct.CUE_BID)))
    unasked = replace(none, codable=frozenset(coded.codable) - {(Role.CHILD, Construct.CUE_BID)})
    happened, zero, missing = (child_blocks(one) for one in (coded, none, unasked))
    assert happened.count[..., BID].sum() > 0 == zero.count[..., BID].sum()
    assert zero.exposure[..., BID].sum() == 720.0
    assert missing.exposure[..., BID].sum() == 0.0
    assert np.array_equal(np.delete(zero.count, BID, -1), np.delete(missing.count, BID, -1))


def test_points_are_counted_and_their_time_is_missing(coded: CodedRecord):
    bid = pl.col("construct") == str(Construct.EXPLORE)
    none = pl.lit(None, pl.Float64)
    points = replace(coded, acts=coded.acts.with_columns(offset_s=pl.when(bid).then(none).otherwise("offset_s")))
    explore = CHILD_LINES.index(CareLine(Construct.EXPLORE))
    lasting, pointed = child_blocks(coded), child_blocks(points)
    assert CareLine(Construct.EXPLORE) in CHILD_TIMED
    assert lasting.timed[..., explore].sum() == 720.0
    assert lasting.seconds[..., explore].sum() > 0.0
    assert pointed.timed[..., explore].sum() == pointed.seconds[..., explore].sum() == 0.0
    assert np.array_equal(pointed.count, lasting.count)
    assert np.array_equal(pointed.exposure, lasting.exposure)


def test_the_caregivers_acts_are_not_the_childs(coded: CodedRecord):
    alone = replace(coded, acts=coded.acts.filter(pl.col("role") == str(Role.CHILD)))
    for field in fields(ChildBlocks):
        assert np.array_equal(getattr(child_blocks(coded), field.name), getattr(child_blocks(alone), field.name))
