"""From a caregiver to a record: visits on several days, what they carry over, and the files they are written to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bowlby.cli.main import main
from bowlby.errors import InputError
from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.formats.writers.boris import write_boris
from bowlby.model.life.exposures import EXPOSURES
from bowlby.model.registry import CAREGIVER
from bowlby.records.constructs import FRIGHT_TIERS
from bowlby.records.record import Record
from bowlby.simulation.coder import CoderError
from bowlby.simulation.engine.blocks import prior_scale
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.moments import departures, play
from bowlby.simulation.named_care import cohort
from bowlby.simulation.population import families
from bowlby.simulation.procedures import STRANGE_SITUATION, Procedure, ordinary
from bowlby.simulation.visits import DEPARTURE, NIGHT_HOURS, VisitPlan, coder_names, observe
from bowlby.web.api.situation import CHILDREN, history

Z = 4.0
"""Standard errors: a test that looks at one figure fails falsely once in 15,000 seeds; the seed is fixed."""
TEN = ordinary(10.0)


def test_the_seed_is_the_family():
    first, again, other = (observe(families("pooled", 1, 12.0, seed), VisitPlan(TEN)).record for seed in (3, 3, 4))
    assert first.events.equals(again.events)
    assert not first.events.equals(other.events)
    assert first.windows["offset_s"].max() == 600.0
    assert first.windows["session"].n_unique() == 1


def test_an_unknown_population_is_refused():
    with pytest.raises(InputError, match="population"):
        families("poold", 1, 12.0, 0)


@pytest.mark.parametrize("changed", [{"visits": 0}, {"visits": 1001}, {"departure": -0.1}, {"departure": float("nan")}])
def test_a_plan_that_cannot_be_watched_is_refused(changed: dict[str, float]):
    with pytest.raises(InputError):
        VisitPlan(TEN, **changed)  # pyright: ignore[reportArgumentType]


def test_sessions_depart_from_usual_care_by_what_is_stated():
    """Of n draws the mean is known to sd / sqrt(n), the spread to 1 / sqrt(2 n) of itself, and the correlation of two
    sessions to 1 / sqrt(n). 28 traits: bounds of five standard errors, false once in 12,000 seeds."""
    children = 4096
    design = CohortDesign(children, (Care(1.0),), seed=8)
    one, other = (departures(design, session, DEPARTURE) for session in (0, 1))
    assert one.shape == (len(CAREGIVER), children)
    for row, entry in enumerate(CAREGIVER):
        spread = DEPARTURE * prior_scale(entry)
        assert abs(one[row].mean()) < 5 * spread / np.sqrt(children)
        # The quantile function is an approximation: its spread is .996 of 1.
        assert abs(one[row].std() / spread - 1.0) < 5 / np.sqrt(2 * children) + 0.01
        assert abs(np.corrcoef(one[row], other[row])[0, 1]) < 5 / np.sqrt(children)


def test_a_caregiver_plays_as_the_session_departs():
    """With a departure of two spreads its pleased face follows the warmth of the session, and of no other."""
    design = CohortDesign(128, (Care(1.0, {}, spread=0.0),), seed=5)
    found = observe(design, VisitPlan(TEN, visits=2, departure=2.0))
    row = [entry.name for entry in CAREGIVER].index("warmth")
    for visit, played in enumerate(found.visits):
        pleased = (played.seen["mood"] == 2).mean(axis=0)
        own, other = (departures(design, session, 2.0)[row] for session in (visit, 1 - visit))
        assert np.corrcoef(pleased, own)[0, 1] > 0.5
        assert abs(np.corrcoef(pleased, other)[0, 1]) < Z / np.sqrt(128)


def test_what_is_learned_at_a_visit_is_carried_to_the_next():
    design = cohort("inconsistent", 16, 3.0, seed=2)
    hour = ordinary(60.0)
    found = observe(design, VisitPlan(hour, visits=2))
    first, second = found.visits
    assert not np.array_equal(first.state, found.cohort.state)
    carried = replace(found.cohort, state=first.state)
    again = play(carried, hour, session=1, idle_hours=NIGHT_HOURS, departure=DEPARTURE)
    assert np.array_equal(second.seen["voice"], again.seen["voice"])
    assert np.array_equal(second.state, again.state)


def test_a_record_names_its_visit_its_day_and_its_coder():
    found = observe(families("pooled", 1, 12.0, 3), VisitPlan(TEN, visits=3))
    said = [found.coded_by(visit, CoderError(), "b").metadata for visit in range(3)]
    assert [(one["visit"], one["day"]) for one in said] == [(1, 0), (2, 1), (3, 2)]
    assert said[0]["coder"] == {"name": "b", "missed": 0.1, "false": 0.05, "displaced_s": 0.3}
    assert "coder" not in found.record.metadata


def test_a_coder_errs_anew_at_each_visit_and_unlike_another():
    found = observe(families("pooled", 1, 12.0, 3), VisitPlan(TEN, visits=2))
    records = {(visit, name): found.coded_by(visit, CoderError(), name) for visit in (0, 1) for name in "ab"}
    assert all(not one.events.equals(other.events) for one, other in _pairs(list(records.values())))
    assert records[0, "a"].events.equals(found.coded_by(0, CoderError(), "a").events)


def _pairs(records: list[Record]) -> list[tuple[Record, Record]]:
    return [(one, other) for place, one in enumerate(records) for other in records[:place]]


SAID = ["session", "actor", "code", "onset_s", "offset_s", "modifiers"]
WRITERS = {".csv": write_record, ".parquet": write_record, ".boris": write_boris}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("procedure", [TEN, STRANGE_SITUATION], ids=lambda found: found.name)
def test_what_erring_coders_write_is_read_back_untouched(tmp_path: Path, suffix: str, procedure: Procedure):
    found = observe(cohort("frightening", 8, 12.0, seed=6), VisitPlan(procedure, visits=2))
    for number, error in enumerate((CoderError(), CoderError(0.5, 0.9, 3.0))):
        record = found.coded_by(1, error, "b")
        assert record.quality == ()
        again = read_record(WRITERS[suffix](record, tmp_path / f"visit-{number}{suffix}"))
        assert again.quality == ()
        assert again.events.select(SAID).sort(SAID).equals(record.events.select(SAID).sort(SAID))
        observed = [[one.observed(session).tolist() for session in record.sessions] for one in (record, again)]
        assert observed[0] == observed[1]
        if suffix != ".boris":
            assert again.events.equals(record.events)
            assert again.metadata["day"] == 1


def test_rates_of_unasked_acts_are_those_that_were_played():
    """Coded acts = played (1 - missed) + played false, by child; the bound is of the sum's binomial variance."""
    found = observe(cohort("usual", 64, 12.0, seed=9), VisitPlan(ordinary(20.0), visits=2))
    missed, false = 0.2, 0.1
    for visit in range(2):
        true, coded = (_unasked(found.coded_by(visit, error)) for error in (None, CoderError(missed, false, 0.0)))
        error = np.sqrt(true * (missed * (1 - missed) + false * (1 - false)))
        assert true > 500
        assert abs(coded - true * (1 - missed + false)) < Z * error


def _unasked(record: Record) -> int:
    return record.events.filter(pl.col("code").is_in(["smile", "play"])).height


def test_frightening_acts_are_coded_at_the_rates_of_the_registry():
    """Of a caregiver without strain, in one session of usual care, whom no signal provokes: coded acts of each tier are
    Poisson with the hours times its rate, faint ones left out by the coder. Intensities are bytes, which moves no
    expectation by more than .01."""
    hours = 256
    rates = {"startling": 2.0, "frightening": 4.0, "harsh": 2.0, "abusive": 1.0}
    setting = {f"unprovoked_{tier}": rate for tier, rate in rates.items()}
    setting |= {f"provoked_{tier}": 1e-7 for tier in rates} | {"background_stress": 1e-6, "stress_gain": 1e-6}
    design = CohortDesign(hours, (Care(1.0, setting, spread=0.0),), seed=2)
    record = observe(design, VisitPlan(ordinary(60.0), departure=0.0)).record
    for tier, code in zip(rates, FRIGHT_TIERS, strict=True):
        coded = record.events.filter(pl.col("code") == str(code)).height
        expected = hours * rates[tier]
        assert abs(coded - expected) < Z * np.sqrt(expected) + 0.01 * expected


def test_coders_are_named_by_letters():
    assert coder_names(3) == ("a", "b", "c")
    for wrong in (0, 27):
        with pytest.raises(InputError, match="coder"):
            coder_names(wrong)


@pytest.mark.parametrize("name", EXPOSURES)
def test_a_name_means_one_care_however_children_are_watched(tmp_path: Path, name: str):
    """The record of the command line states the care that children live under in the web's Strange Situation."""
    path = tmp_path / "dyad.csv"
    words = ["simulate", "--exposure", name, "--age", "1mo", "--minutes", "1", "--seed", "3", "--record", str(path)]
    with pytest.raises(SystemExit) as left:
        main(words)
    assert not left.value.code
    stated = read_record(path).metadata["simulated"]
    assert isinstance(stated, dict)
    assert stated["design"] == cohort(name, 1, 1.0, seed=3).as_dict()
    assert history(name, 12.0, 3).as_dict() == cohort(name, CHILDREN, 12.0, seed=3).as_dict()
