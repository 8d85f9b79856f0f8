"""Training records: the same whenever they are made, of caregivers whom the watched child was not raised by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError, OverwriteError
from bowlby.measures.care_blocks import LINES, CareLine
from bowlby.measures.child_blocks import CHILD_LINES
from bowlby.model.life.dimensions import Dimension
from bowlby.model.life.population import population
from bowlby.model.life.state import NAMES
from bowlby.records.constructs import Construct
from bowlby.recovery import training_records as training
from bowlby.recovery.training_records import (
    HELD,
    TrainingPlan,
    blocks_of_part,
    child_blocks_of_part,
    expectation_states,
    make_training_records,
    part_file,
    proposal_density,
    proposed_positions,
    training_part,
)

SMALL = TrainingPlan(10, visits=((2, 10),), seed=4, part=4)


def test_a_run_that_stopped_goes_on_to_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(training, "AGES", (3.0, 3.5))
    assert make_training_records(SMALL, tmp_path / "whole") == 3
    assert make_training_records(SMALL, tmp_path / "whole") == 0

    def stop(part: int, parts: int) -> None:
        if part == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_training_records(SMALL, tmp_path / "stopped", stop)
    part_file(tmp_path / "stopped", 0).unlink()
    assert make_training_records(SMALL, tmp_path / "stopped") == 2
    for part in range(3):
        one, other = (part_file(tmp_path / folder, part).read_bytes() for folder in ("whole", "stopped"))
        assert one == other


def test_caregivers_are_watched_with_children_of_other_families(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(training, "AGES", (3.0, 3.5))
    plan = replace(SMALL, part=10)
    strange, own = (training_part(replace(plan, own_child=child), 0) for child in (False, True))
    assert np.array_equal(strange["position"], own["position"])
    assert np.array_equal(strange["traits"], own["traits"])
    assert not np.array_equal(strange["count"], own["count"])
    blocks = blocks_of_part(own, 1)
    assert blocks.count.shape == (10, 2, 2, len(LINES))
    assert blocks.exposure.sum() == pytest.approx(10 * 2 * 600.0 * len(LINES))
    assert (blocks.answered >= blocks.within[..., -1]).all()
    assert not any(name.startswith("child_") or name == "states" for name in strange)


def test_what_children_do_and_expect_is_kept_where_they_are_watched_with_who_raised_them(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(training, "AGES", (3.0, 3.5))
    """An hour moves what two of three children expect; that of ten none moves comes once in 10,000 runs."""
    part = training_part(replace(SMALL, own_child=True, part=10, visits=((2, 60),)), 0)
    child, care = child_blocks_of_part(part, 1), blocks_of_part(part, 1)
    assert child.count.shape == (10, 2, 12, len(CHILD_LINES))
    assert child.seconds.max() > 0.0
    bids = child.count[..., CHILD_LINES.index(CareLine(Construct.CUE_BID))].sum()
    assert 0 < (care.answered + care.waited)[..., 1, 0].sum() <= bids
    assert part["states"].shape == (10, 2, len(HELD))
    assert not np.array_equal(part["states"][:, 0], part["states"][:, 1]), "a visit teaches"


def test_what_is_held_is_of_the_state():
    state = np.zeros((len(NAMES), 2))
    for name, values in {
        "relief_minimise": (0.9, 0.9),
        "relief_express": (0.4, 0.1),
        "relief_intensify": (0.2, 0.3),
        "threat_unprovoked": (0.1, 0.7),
        "threat_provoked": (0.05, 0.6),
        "with_signal": (0.5, 0.2),
        "without_signal": (0.2, 0.3),
    }.items():
        state[NAMES.index(name)] = values
    assert np.allclose(expectation_states(state), [[0.4, 0.15, 0.3], [0.3, 1.0, -0.1]])


def test_weights_turn_the_proposal_into_the_population():
    """False alarms under 1 in 1,000: means of 40,000 draws lie within 3.9 standard errors."""
    drawn = proposed_positions("half", 40_000, np.random.default_rng(3))
    weight = np.exp(population("low-risk").log_density(drawn) - proposal_density(drawn))
    assert weight.max() <= 2.0 / (1.0 - population("pooled").risk_share) + 1e-9
    centre = population("low-risk").centre(at_risk=False)
    error = np.sqrt((weight[:, None] ** 2 * (drawn - centre) ** 2).sum(axis=0)) / weight.sum()
    assert (np.abs((weight[:, None] * (drawn - centre)).sum(axis=0) / weight.sum()) < 3.9 * error).all()
    assert drawn.shape == (40_000, len(Dimension))


def test_records_of_another_plan_are_not_mixed_with_these(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(training, "AGES", (3.0, 3.5))
    make_training_records(replace(SMALL, families=1), tmp_path)
    with pytest.raises(OverwriteError, match="another plan"):
        make_training_records(replace(SMALL, families=2), tmp_path)


@pytest.mark.parametrize(
    "changed", [{"families": 0}, {"coders": 0}, {"visits": ((0, 60),)}, {"proposal": "none"}, {"part": 0}]
)
def test_what_cannot_be_made_is_refused_at_once(changed: dict[str, object]):
    with pytest.raises(InputError):
        replace(SMALL, **changed)  # pyright: ignore[reportArgumentType]
