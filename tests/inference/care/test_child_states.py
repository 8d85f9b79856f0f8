"""What the child has come to expect: given with its recovery, never evidence, and never read by the axes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.resources import files

import numpy as np
import polars as pl
import pytest

from bowlby.errors import InputError
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.child_features import CHILD_MASKS, child_features, child_masked, child_names
from bowlby.inference.care.child_states import (
    LEAST_R,
    NOT_EVIDENCE,
    NOTHING,
    Expectation,
    child_states,
    free_states,
    natural_states,
    recovery_at,
    shipped_states,
    uncoded,
)
from bowlby.inference.care.evidence import care_evidence
from bowlby.inference.care.posterior import care_posterior, context_of
from bowlby.measures.child_blocks import CHILD_LINES, child_blocks
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from tests.inference.care.visits import coded, visit


@pytest.fixture(scope="module")
def record() -> CodedRecord:
    return coded(*(visit(day, 20.0) for day in range(3)))


def test_states_come_with_intervals_and_the_recovery_that_they_have(record: CodedRecord):
    found = child_states(record)
    assert set(found.states) == set(Expectation)
    for state, one in found.states.items():
        assert one.low < one.median < one.high
        assert one.before[1] < one.before[0] < one.before[2]
        assert (-1.0 if state is Expectation.EFFICACY else 0.0) <= one.low < one.high <= 1.0
        assert one.recovery == recovery_at(state, 60.0)
        assert one.recovery.words in one.line
        assert one.hardly_learnt == ("hardly learnt" in one.line)
        if one.recovery.r < LEAST_R:
            assert one.hardly_learnt
    assert found.lines[-1] == NOT_EVIDENCE == found.as_dict()["not_evidence"]
    assert "never evidence" in NOT_EVIDENCE


def test_the_same_seed_gives_the_same_draws_and_another_does_not(record: CodedRecord):
    one, again, other = (child_states(record, seed=seed).draws[Expectation.RELIEF] for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def _without_child(record: CodedRecord) -> CodedRecord:
    acts = record.acts.filter(pl.col("role") != str(Role.CHILD))
    codable = frozenset(pair for pair in record.codable if pair[0] is not Role.CHILD)
    return replace(record, acts=acts, codable=codable)


def test_nothing_of_the_child_coded_is_said_and_is_no_error(record: CodedRecord):
    found = child_states(_without_child(record))
    assert not found.states
    assert found.lines == (NOTHING,)
    assert found.as_dict()["codable"] is False
    assert found.as_dict()["not_evidence"] == NOT_EVIDENCE


def test_nothing_of_the_caregiver_coded_and_other_populations_are_refused(record: CodedRecord):
    child = frozenset(pair for pair in record.codable if pair[0] is Role.CHILD)
    with pytest.raises(InputError, match="nothing of the caregiver"):
        child_states(replace(record, codable=child))
    with pytest.raises(InputError, match="no such population"):
        child_states(record, "rich")


def test_the_axes_do_not_read_what_only_the_child_does(record: CodedRecord):
    """Whatever of the child is no cue may go: not a draw of the axes moves, while the child's states do."""
    cues = [str(Construct.CUE_DISTRESS), str(Construct.CUE_BID)]
    mute = replace(
        record, acts=record.acts.filter((pl.col("role") != str(Role.CHILD)) | pl.col("construct").is_in(cues))
    )
    before, after = care_posterior(record), care_posterior(mute)
    for axis in Axis:
        assert np.array_equal(before.draws[axis], after.draws[axis])
    moved = [child_states(one).states[Expectation.EFFICACY].median for one in (record, mute)]
    assert moved[0] != moved[1]


def test_reading_the_axes_never_loads_the_childs_states():
    code = "import bowlby.inference.care.statement, bowlby.inference.care.reading, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "bowlby.inference.care.statement" in done.stdout
    assert "bowlby.inference.care.child_states" not in done.stdout
    assert "bowlby.inference.care.child_features" not in done.stdout
    assert "jax" not in done.stdout.split()


@pytest.mark.parametrize("group", CHILD_MASKS)
def test_a_masked_group_is_missing_and_changes_no_other(record: CodedRecord, group: str):
    evidence = care_evidence(record)
    blocks, context = child_blocks(record), context_of(evidence, "pooled", None)
    kept = np.array([[one != group for one in CHILD_MASKS]])
    whole, less = (child_features(one, evidence.blocks, context)[0] for one in (blocks, child_masked(blocks, kept)))
    own = {str(line) for line in CHILD_LINES if line.construct in CHILD_MASKS[group]}
    for name, one, other in zip(child_names(), whole, less, strict=True):
        words = name.removeprefix("codable ").removeprefix("child ").removeprefix("rate of ").removeprefix("time of ")
        if "child " in name and words.split(",")[0] in own:
            assert other == 0.0 if name.startswith("codable") else np.isnan(other), name
        else:
            assert np.array_equal(one, other, equal_nan=True), name


def test_before_the_record_only_context_is_left(record: CodedRecord):
    evidence = care_evidence(record)
    read = child_features(child_blocks(record), evidence.blocks, context_of(evidence, "pooled", None))
    before = uncoded(read, child_names())[0]
    for name, one, own in zip(child_names(), before, read[0], strict=True):
        if name.startswith("context"):
            assert one == own
        else:
            assert one == 0.0 if name.startswith("codable") else np.isnan(one)


def test_scales_are_inverse_of_each_other():
    states = np.array([[0.1, 0.02, -0.5], [0.9, 0.7, 0.3]])
    assert np.allclose(natural_states(free_states(states)), states)
    assert (np.diff(free_states(np.array([[0.1, 0.1, 0.1], [0.2, 0.2, 0.2]])), axis=0) > 0).all()


def test_what_is_shipped_is_small_and_was_made_with_these_features():
    found = shipped_states()
    assert tuple(found.card["features"]) == child_names()
    size = sum(len((files("bowlby.inference.care") / f"child_states.{end}").read_bytes()) for end in ("npz", "json"))
    assert size < 3e6
    rows = found.card["recovery"]
    assert {row["state"] for row in rows} == {str(state) for state in Expectation}
    assert all(row["n"] >= 500 for row in rows)
