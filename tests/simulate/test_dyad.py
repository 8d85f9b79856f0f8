"""A simulated dyad leaves a record like any other, and one that follows its parameters."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from bowlby.errors import InputError, ParameterError
from bowlby.infer.evidence import gather
from bowlby.measures.session import measure
from bowlby.model.caregiver import TIER_RATES, Caregiver, usual_caregiver
from bowlby.model.child import usual_child
from bowlby.records.constructs import FRIGHT_TIERS
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import EVENT_SCHEMA, Record
from bowlby.simulate.dyad import simulate_dyad
from bowlby.simulate.exposures import EXPOSURES, exposure

LONG = usual_caregiver()._replace(
    fright_startle_rate=20.0, fright_frightening_rate=10.0, fright_harsh_rate=8.0, fright_abusive_rate=4.0
)
FALSE_ALARM_Z = 4.0
"""|z| > 4 happens by chance once in 15,000; the tests below make about ten such comparisons."""


@pytest.fixture(scope="module")
def long_record() -> Record:
    return simulate_dyad(LONG, minutes=900, seed=5)


def test_equal_seeds_give_equal_records_and_others_differ():
    first, again, other = (simulate_dyad("usual", minutes=10, seed=seed) for seed in (1, 1, 2))
    assert first.events.equals(again.events)
    assert not first.events["onset_s"].equals(other.events["onset_s"])


def test_the_record_is_in_the_common_schema_and_says_what_was_simulated():
    record = simulate_dyad("inconsistent", minutes=10, seed=3, age_months=9.0)
    assert dict(record.events.schema) == EVENT_SCHEMA
    assert record.quality == ()
    ends = record.events.select(pl.coalesce("offset_s", "onset_s")).to_series()
    assert record.events["onset_s"].min() >= 0 and ends.max() <= 600.0
    simulated = record.metadata["simulated"]
    assert simulated["exposure"] == "inconsistent" and simulated["seed"] == 3 and simulated["minutes"] == 10
    assert coded_as_itself(record).unmapped == ()


def test_a_name_never_matters_only_what_the_caregiver_does():
    named, numbers = (simulate_dyad(care, minutes=10, seed=4) for care in ("harsh", exposure("harsh")))
    assert named.events.equals(numbers.events)


def test_streams_are_apart_other_warmth_changes_no_cue_time():
    warm, cold = (
        simulate_dyad(usual_caregiver()._replace(warm_share=share), minutes=2, seed=9).events for share in (0.99, 0.01)
    )
    needs = [rows.filter(pl.col("actor") == "child")["onset_s"].to_list() for rows in (warm, cold)]
    assert needs[0] == needs[1]


@pytest.mark.parametrize("tier", range(4))
def test_frightening_acts_come_at_their_rate(long_record: Record, tier: int):
    count = (long_record.events["code"] == str(FRIGHT_TIERS[tier])).sum()
    expected = getattr(LONG, TIER_RATES[tier]) * 15.0
    # Minimised needs set nothing off, so that the contingent part falls short by at most its share.
    low = expected * (1 - LONG.fright_contingent_share) - FALSE_ALARM_Z * math.sqrt(expected)
    assert low < count < expected + FALSE_ALARM_Z * math.sqrt(expected)


def test_answers_warmth_intrusion_and_engagement_follow_their_parameters(long_record: Record):
    seen = gather(coded_as_itself(long_record)).counts[0]
    for hits, of, share in (
        (seen.intruded, seen.intruded_of, LONG.intrusion_share),
        (seen.warm, seen.warm_of, LONG.warm_share),
    ):
        assert abs(hits - of * share) < FALSE_ALARM_Z * math.sqrt(of * share * (1 - share))
    expected = LONG.engagement_rate * seen.engagement_h
    assert abs(seen.engagement - expected) < FALSE_ALARM_Z * math.sqrt(expected) + 0.03 * expected


def test_latencies_of_answers_have_the_median_of_their_lognormal():
    quick = LONG._replace(latency_median=1.5, latency_spread=0.5, answer_probability=0.9, regime_share=0.05)
    table = gather(coded_as_itself(simulate_dyad(quick, minutes=600, seed=8))).episodes
    logs = np.log(table.filter("answered")["latency_s"].to_numpy())
    assert abs(logs.mean() - math.log(1.5)) < FALSE_ALARM_Z * 0.5 / math.sqrt(len(logs)) + 0.02


def test_removing_frightening_acts_changes_threat_and_no_other_measure():
    record = simulate_dyad("frightening", minutes=20, seed=6)
    frights = pl.col("code").is_in([str(tier) for tier in FRIGHT_TIERS])
    assert record.events.filter(frights).height >= 3
    calm = Record(record.events.filter(~frights), record.windows, record.metadata, record.provenance)
    before, after = (values(one) for one in (record, calm))
    changed = {name for name in before if before[name] != after[name]}
    assert changed and all("fright" in name or "threat" in name or "startl" in name for name in changed), changed


def values(record: Record) -> dict[str, object]:
    """Return every measure's figures by name."""
    return {
        f"{row.actor} {row.name}": (row.estimate, row.low, row.high, row.n)
        for row in measure(coded_as_itself(record)).measures
    }


def test_care_differs_between_exposures_as_their_names_say():
    seen = {name: gather(coded_as_itself(simulate_dyad(name, minutes=120, seed=7))) for name in EXPOSURES}
    answered = {name: one.episodes["answered"].mean() for name, one in seen.items()}
    assert answered["sensitive"] > answered["usual"] > answered["deprived"]
    assert seen["intrusive"].counts[0].intruded > 3 * seen["sensitive"].counts[0].intruded
    assert sum(seen["frightening"].counts[0].frights[1:]) > 5 > sum(seen["sensitive"].counts[0].frights[1:])
    assert seen["deprived"].counts[0].engagement < seen["sensitive"].counts[0].engagement / 5


@pytest.mark.parametrize(("minutes", "seed"), [(0.0, 1), (math.nan, 1), (-5.0, 1), (1e6, 1), (10.0, -1)])
def test_an_impossible_interval_or_seed_is_refused(minutes: float, seed: int):
    with pytest.raises(InputError):
        simulate_dyad("usual", minutes=minutes, seed=seed)


def test_an_unknown_exposure_suggests_the_nearest():
    with pytest.raises(InputError) as failure:
        simulate_dyad("sensitve")
    assert "'sensitive'" in failure.value.remedy


@pytest.mark.parametrize("change", [{"warm_share": 1.5}, {"latency_median": math.nan}, {"engagement_rate": -1.0}])
def test_a_parameter_outside_its_support_is_refused(change: dict[str, float]):
    care: Caregiver = usual_caregiver()._replace(**change)
    with pytest.raises(ParameterError) as failure:
        simulate_dyad(care)
    assert failure.value.column in change


def test_a_child_outside_its_support_is_refused():
    with pytest.raises(ParameterError):
        simulate_dyad("usual", usual_child()._replace(learning_rate=2.0))
