"""Training records: what is kept is what the records say, and a run that stopped goes on to the same bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError, OverwriteError
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.summaries import LATENCY_EDGES_S, LINES, Line, summaries
from bowlby.records.constructs import Construct, Role
from bowlby.records.identity import coded_as_itself
from bowlby.records.read import read_record
from bowlby.records.write import write_record
from bowlby.simulate import training
from bowlby.simulate.acts import acts_of_record
from bowlby.simulate.coder import CoderError
from bowlby.simulate.named_care import cohort
from bowlby.simulate.observed import VisitPlan, observe
from bowlby.simulate.procedures import ordinary
from bowlby.simulate.training import TrainingPlan, coded_summaries, make_training_records, part_file

SMALL = TrainingPlan(10, age_months=1.0, visits=2, minutes=10.0, coders=2, seed=4)


@pytest.mark.parametrize("name", ["harsh", "deprived", "sensitive"])
def test_the_fast_summaries_are_those_of_the_record_that_is_read_back(tmp_path: Path, name: str):
    found = observe(cohort(name, 12, 12.0, seed=7), VisitPlan(ordinary(30.0)))
    record = found.coded_by(0, CoderError(0.2, 0.1, 0.5))
    coded = coded_as_itself(read_record(write_record(record, tmp_path / "visit.csv")))
    wanted = summaries(coded, EpisodeRule.from_settings(coded.settings))
    fast = coded_summaries(acts_of_record(record))
    assert wanted.count.sum() > 1000
    assert (wanted.answered + wanted.unanswered + wanted.censored).sum() > 50
    assert wanted.latencies.shape == (12, 2, len(LATENCY_EDGES_S) + 1)
    for key, values in vars(wanted).items():
        assert np.allclose(vars(fast)[key], values, rtol=0.0, atol=1e-6), key


def test_summaries_count_what_was_coded():
    found = observe(cohort("usual", 3, 12.0, seed=7), VisitPlan(ordinary(10.0)))
    own = summaries(coded_as_itself(found.record), training.RULE)
    for construct in (Construct.SMILE, Construct.LOOK):
        events = found.record.events.filter(found.record.events["code"] == str(construct))
        place = LINES.index(Line(Role.CAREGIVER, construct))
        assert own.count[:, place].tolist() == [(events["session"] == session).sum() for session in ("0", "1", "2")]
        assert own.exposure[:, place].tolist() == [600.0] * 3
    assert own.latencies.sum() == own.answered.sum()
    never = LINES.index(Line(Role.CAREGIVER, Construct.SUPPORT_AUTONOMY))
    assert not own.exposure[:, never].any()


def test_a_run_that_stopped_goes_on_to_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(training, "PART", 4)
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


def test_a_family_is_the_same_in_whatever_part_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = training.training_part(SMALL, 0)
    monkeypatch.setattr(training, "PART", 4)
    parts = [training.training_part(SMALL, part) for part in range(3)]
    for name, values in whole.items():
        axis = values.shape.index(10)
        assert np.array_equal(np.concatenate([part[name] for part in parts], axis=axis), values), name
    assert whole["count"].shape == (2, 2, 10, len(LINES))
    assert whole["traits"].shape[0] == 10


def test_records_of_another_plan_are_not_mixed_with_these(tmp_path: Path):
    make_training_records(replace(SMALL, families=1, minutes=1.0), tmp_path)
    with pytest.raises(OverwriteError, match="another plan"):
        make_training_records(replace(SMALL, families=1, minutes=2.0), tmp_path)


@pytest.mark.parametrize(
    "changed", [{"families": 0}, {"coders": 0}, {"visits": 0}, {"minutes": 0.0}, {"population": "none"}]
)
def test_what_cannot_be_made_is_refused_at_once(changed: dict[str, object]):
    with pytest.raises(InputError):
        replace(SMALL, **changed)  # pyright: ignore[reportArgumentType]
