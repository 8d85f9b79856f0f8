"""The posterior of care: what the child does must not reach the axes, what was not coded is not 0, order is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from bowlby.errors import InputError, ParameterError
from bowlby.inference.care.axes import Axis, free, free_axis, natural
from bowlby.inference.care.coder import CoderContext
from bowlby.inference.care.evidence import care_evidence
from bowlby.inference.care.features import features, names
from bowlby.inference.care.posterior import CarePosterior, care_posterior, context_of, shipped_networks
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS, Construct, Role
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.named_care import cohort
from bowlby.simulation.population import families
from bowlby.simulation.procedures import ordinary
from bowlby.simulation.visits import VisitPlan, observe


def visits(care: str, number: int, *, minutes: float = 60.0, seed: int = 5) -> list[CodedRecord]:
    found = observe(cohort(care, 1, 12.0, seed=seed), VisitPlan(ordinary(minutes), visits=number))
    return [coded_as_itself(found.coded_by(visit, None)) for visit in range(number)]


@pytest.fixture(scope="module")
def usual() -> list[CodedRecord]:
    return visits("usual", 3)


def test_care_that_deprives_is_told_from_care_that_does_not(usual: list[CodedRecord]):
    deprived, ordinary_care = care_posterior(visits("deprived", 3)), care_posterior(usual)
    assert deprived.above(Axis.DEPRIVATION) > 0.5 > 0.2 > ordinary_care.above(Axis.DEPRIVATION)
    assert deprived.interval(Axis.DEPRIVATION).low > ordinary_care.interval(Axis.DEPRIVATION).median
    assert ordinary_care.evidence.days == 3


def test_more_visits_know_more(usual: list[CodedRecord]):
    widths = [free_draws(care_posterior(usual[:count]), Axis.DEPRIVATION).std() for count in (1, 3)]
    assert widths[1] < widths[0]


def test_probability_and_bayes_factor_agree(usual: list[CodedRecord]):
    found = care_posterior(usual[0])
    for axis in Axis:
        prior, after = found.prior_above(axis), found.above(axis)
        assert after / (1 - after) == pytest.approx(found.bayes_factor(axis) * prior / (1 - prior))
        assert found.above(axis, 2.0) > after > found.above(axis, 0.5)
        assert after == pytest.approx((found.draws[axis] > found.cuts[axis]).mean(), abs=0.001)


CUES = [str(Construct.CUE_DISTRESS), str(Construct.CUE_BID)]
BY_CUES = [str(Construct.ANSWER), str(Construct.HOLD), str(Construct.INTRUDE)]


def _thinned(coded: CodedRecord, every: int) -> CodedRecord:
    """Leave out every so-many-th cluster of cues, half a minute and more apart, with all that answered them."""
    cues = coded.acts.filter(pl.col("construct").is_in(CUES)).sort("onset_s")
    onset, offset = cues["onset_s"].to_numpy(), cues["offset_s"].fill_null(cues["onset_s"]).to_numpy()
    first = np.flatnonzero(np.append(True, onset[1:] > np.maximum.accumulate(offset)[:-1] + 30.0)[: len(onset)])
    spans = [
        (onset[at], np.append(onset, np.inf)[end] if end < len(onset) else np.inf)
        for at, end in zip(first, np.append(first[1:], len(onset)), strict=True)
    ][::every]
    gone = pl.lit(value=False)
    for start, end in spans:
        gone |= pl.col("construct").is_in([*CUES, *BY_CUES]) & (pl.col("onset_s") >= start) & (pl.col("onset_s") < end)
    return replace(coded, acts=coded.acts.filter(~gone))


def test_thinning_cues_with_their_answers_moves_nothing_but_width():
    """A third of the cues less moves the medians of families by less than .1 of the population's sd in the mean.

    Fewer cues leave each median nearer to the population's, which cancels over families drawn from it. Shifts have a
    standard deviation of about .1, so that the mean of 48 has an error of .015.
    """
    watched = observe(families("pooled", 48, 12.0, 77), VisitPlan(ordinary(60.0), visits=2))
    coded = [coded_as_itself(watched.coded_by(visit, None)) for visit in range(2)]
    moved: dict[Axis, list[float]] = {Axis.THREAT: [], Axis.DEPRIVATION: []}
    for number in range(48):
        records = [one_session(one, str(number)) for one in coded]
        whole, thin = care_posterior(records), care_posterior([_thinned(one, 3) for one in records])
        for axis, shifts in moved.items():
            unit = free_axis(whole.prior[axis], axis).std()
            shifts.append(float((np.median(free_draws(thin, axis)) - np.median(free_draws(whole, axis))) / unit))
    assert all(abs(np.mean(shifts)) < 0.1 for shifts in moved.values()), {k: np.mean(v) for k, v in moved.items()}


def one_session(coded: CodedRecord, session: str) -> CodedRecord:
    windows = coded.record.windows.filter(pl.col("session") == session)
    events = coded.record.events.filter(pl.col("session") == session)
    record = replace(coded.record, windows=windows, events=events)
    return replace(coded, record=record, acts=coded.acts.filter(pl.col("session") == session))


def free_draws(found: CarePosterior, axis: Axis) -> np.ndarray:
    return free_axis(found.draws[axis], axis)


def test_what_was_not_coded_is_missing_and_not_zero(usual: list[CodedRecord]):
    blind = [replace(one, codable=one.codable - {(Role.CAREGIVER, tier) for tier in FRIGHT_TIERS}) for one in usual]
    seen, unseen = care_posterior(usual), care_posterior(blind)
    assert unseen.evidence.codable[Axis.THREAT] is False
    assert unseen.evidence.fright[Construct.FRIGHT_HARSH] is None
    assert seen.evidence.fright[Construct.FRIGHT_HARSH] is not None
    assert unseen.bayes_factor(Axis.THREAT) == pytest.approx(1.0, abs=0.6)
    context = context_of(unseen.evidence, "pooled", None)
    values = features(unseen.evidence.blocks, context)[0]
    assert np.isnan(values[names().index("rate of fright.harsh")])


def test_a_record_of_nothing_that_can_be_coded_is_refused(usual: list[CodedRecord]):
    with pytest.raises(InputError, match="nothing of the caregiver"):
        care_evidence(replace(usual[0], codable=frozenset()))
    with pytest.raises(InputError, match="no record"):
        care_evidence([])


def test_ages_beyond_the_training_are_marked(usual: list[CodedRecord]):
    old = replace(usual[0], record=replace(usual[0].record, metadata={**usual[0].record.metadata, "age_months": 140}))
    assert "extrapolation" in " ".join(care_evidence(old).problems)
    assert care_evidence(usual[0]).problems == ()


def test_a_coder_whom_the_networks_never_saw_is_refused():
    for name, value in (("missed", 0.7), ("false", 0.5), ("displaced_s", 3.0), ("missed", float("nan"))):
        with pytest.raises(ParameterError, match="such a coder"):
            CoderContext(**{"missed": 0.1, "false": 0.05, "displaced_s": 0.3, name: value})


def test_scales_go_there_and_back():
    axes = np.array([[0.03, 0.8, 0.4], [2.0, 0.1, 0.9]])
    assert np.allclose(natural(free(axes)), axes)


def test_ordinary_records_are_no_misfits_and_clockwork_is(usual: list[CodedRecord]):
    assert not care_posterior(usual).misfit.flagged
    smile = pl.col("construct") == str(Construct.SMILE)
    spread = pl.when(smile).then(1.0).otherwise(pl.col("onset_s"))
    piled = [
        replace(one, acts=one.acts.with_columns(spread.alias("onset_s"), offset_s=pl.lit(None, pl.Float64)))
        for one in usual
    ]
    assert care_posterior(piled).misfit.flagged


def test_the_card_says_how_the_networks_came_about():
    card = shipped_networks().card
    assert card["features"] == list(names())
    assert card["examples"] > 10_000
    assert {"losses", "plan", "versions", "command", "cuts", "missing"} <= set(card)
