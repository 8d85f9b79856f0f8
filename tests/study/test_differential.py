"""A verdict only where the rule allows one, and every condition shown."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.infer.evidence import gather
from bowlby.infer.posterior import Posterior, posterior
from bowlby.model.life.population import reference_file
from bowlby.records.identity import coded_as_itself
from bowlby.simulate.dyad import simulate_dyad
from bowlby.study import abstention
from bowlby.study import differential as module
from bowlby.study.abstention import Verdict, sd_ratio, stable_order
from bowlby.study.axes import Axes
from bowlby.study.differential import POWERS, Differential, differential, rare_event, weigh
from bowlby.study.reference import reference_population
from tests.infer.by_hand import CODABLE, Act, bids, record


def distressed(number: int, answered: int) -> list[Act]:
    return bids(number, answered, cue="cue.distress", every=40.0)


FRIGHTS: list[Act] = [("caregiver", "fright.harsh", 25.0 + 60 * i, None) for i in range(18)]
PLAYS: list[Act] = [("caregiver", "play", 20.0 + 13 * i, None) for i in range(90)]


@pytest.fixture(scope="module")
def told() -> Differential:
    """Return a dyad that shows much: three sessions, prompt answers, much play, many harsh acts."""
    sessions = [record([*distressed(28, 27), *FRIGHTS, *PLAYS], session=f"s{i}") for i in range(3)]
    return differential(sessions, seed=1)


@pytest.fixture(scope="module")
def calm() -> Differential:
    return differential(record([*distressed(28, 26), *PLAYS]), seed=1)


def failed(found: Differential) -> set[str]:
    return {condition.name for condition in found.conditions if not condition.met}


def test_a_record_that_tells_enough_gets_a_verdict(told: Differential):
    assert failed(told) == set()
    assert told.verdict == Verdict.THREAT
    assert told.quadrant is not None
    assert sum(told.quadrant.values()) == pytest.approx(1.0)
    assert told.quadrant["threat"] > 0.8 and told.quadrant["unexplained"] == told.unexplained
    assert told.next == ()


def test_no_frightening_act_in_twenty_minutes_is_not_enough_to_tell(calm: Differential):
    assert calm.verdict == Verdict.NOT_ENOUGH and calm.quadrant is None
    assert any(name.startswith("threat: posterior sd") for name in failed(calm))
    assert any("frightening acts are rare" in line for line in calm.next)


def test_the_rare_event_sentence_has_the_record_s_own_figures(calm: Differential, told: Differential):
    assert calm.rare_event == "Zero frightening acts in 20 minutes is compatible with up to 9 an hour (95 %)."
    assert told.rare_event == "54 frightening acts in 60 minutes is compatible with 41 to 70 an hour (95 %)."
    ten = gather(record([], seconds=600.0))
    assert rare_event(ten) == "Zero frightening acts in 10 minutes is compatible with up to 18 an hour (95 %)."


def test_what_was_not_codable_is_never_zero():
    codable = CODABLE | {"caregiver": [name for name in CODABLE["caregiver"] if not name.startswith("fright")]}
    found = differential(record(distressed(28, 20), codable=codable))
    assert "constructs of the threat axis codable" in failed(found)
    assert "says nothing about them" in found.rare_event
    threat = next(axis for axis in found.axes if axis.name == "threat")
    assert not threat.assessable and threat.sd_ratio == pytest.approx(1.0, abs=0.12)
    assert found.as_dict()["codable"]["fright.harsh"] is False


@pytest.mark.parametrize("hidden", ["answer", "intrude"])
def test_deprivation_needs_answers_and_intrusion_codable(hidden: str):
    acts = ["answer", "hold", "touch", "voice", "smile", "play"]
    caregiver = [name for name in CODABLE["caregiver"] if name != hidden and (hidden != "answer" or name not in acts)]
    found = differential(record(distressed(10, 0), codable=CODABLE | {"caregiver": caregiver}))
    condition = next(one for one in found.conditions if one.name == "constructs of the deprivation axis codable")
    assert not condition.met and hidden in condition.value


def test_few_episodes_and_no_distress_are_told_apart():
    found = differential(record(bids(4, 2)))
    assert {"at least 5 informative episodes", "distress among the informative episodes"} <= failed(found)
    values = {condition.name: condition.value for condition in found.conditions}
    assert values["at least 5 informative episodes"] == "4"
    assert values["distress among the informative episodes"] == "0"


@pytest.mark.parametrize("acts", [[], bids(12, 12), bids(12, 0), bids(1, 1)])
def test_poor_records_abstain_and_stay_finite(acts: list[Act]):
    found = differential(record(acts))
    assert found.verdict == Verdict.NOT_ENOUGH
    text = json.dumps(found.as_dict(), allow_nan=False)
    assert '"verdict": "not enough to tell"' in text


def test_the_json_has_the_keys_of_the_contract(told: Differential):
    keys = {"parameters", "axes", "quadrant", "verdict", "conditions", "codable", "not_identifiable", "diagnostics"}
    found = json.loads(json.dumps(told.as_dict(), allow_nan=False))
    assert keys <= set(found)
    assert set(found["axes"]) == {"threat", "deprivation", "unpredictability"}
    assert set(found["quadrant"]) == {"neither", "threat", "deprivation", "both", "unexplained"}
    assert {"name", "met", "value"} <= set(found["conditions"][0])
    assert any("regime" in line for line in found["not_identifiable"])
    assert found["reference"]["name"] == f"low-risk families, calibrated (version {reference_file()['version']})"


def test_a_share_below_four_fifths_is_no_verdict(told: Differential, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(abstention, "VERDICT_FROM", 0.9999)
    found = differential(told.posterior)
    assert found.quadrant is not None and found.verdict == Verdict.NOT_ENOUGH
    assert found.conditions[-1].met is False and found.conditions[-1].needed_for == "verdict"


def test_an_unexplained_record_gets_no_verdict(told: Differential, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "unexplained", lambda checks: 0.9)
    found = differential(told.posterior)
    assert found.quadrant is not None and found.quadrant["unexplained"] == 0.9
    assert found.verdict == Verdict.NOT_ENOUGH


def test_order_that_the_prior_decides_is_unstable():
    tables = [
        {"neither": 0.6, "threat": 0.4, "deprivation": 0.0, "both": 0.0},
        {"neither": 0.4, "threat": 0.6, "deprivation": 0.0, "both": 0.0},
        {"neither": 0.8, "threat": 0.2, "deprivation": 0.0, "both": 0.0},
    ]
    found = stable_order(tables, POWERS, trusted=True)
    assert not found.met and "neither > threat" in found.value
    assert stable_order([tables[0], tables[2], tables[0]], POWERS, trusted=True).met
    assert not stable_order([tables[0]] * 3, POWERS, trusted=False).met


def test_base_rates_of_the_setting_move_probabilities_by_bayes(told: Differential):
    rates = {"neither": 0.97, "threat": 0.01, "deprivation": 0.01, "both": 0.01}
    found = differential(told.posterior, base_rates=rates)
    weighed = weigh(told.posterior)
    own, shares = weighed.reference.base_rates, weighed.tables[0]
    odds = {name: shares[name] * rates[name] / own[name] for name in rates}
    stated = weighed.under(rates).quadrant
    for name, value in odds.items():
        assert stated[name] == pytest.approx(value / sum(odds.values()) * (1 - told.unexplained))
    assert found.base_rates == rates and told.base_rates == own
    # Draws of the axes are resampled alike, so that figure and probabilities say the same.
    above = {axis.name: axis.above_cut for axis in found.axes}
    assert above["threat"] == pytest.approx((stated["threat"] + stated["both"]) / (1 - told.unexplained), abs=0.002)


def test_the_reference_s_own_base_rates_change_nothing(told: Differential):
    assert told.quadrant is not None
    again = differential(told.posterior, base_rates=reference_population(12.0).base_rates)
    assert again.quadrant is not None
    assert again.quadrant == pytest.approx(dict(told.quadrant), abs=1e-9)


@pytest.mark.parametrize(
    "rates",
    [
        {"neither": 0.5, "threat": 0.5},
        {"neither": 0.5, "threat": 0.5, "deprivation": 0.0, "both": 0.0},
        {"neither": 0.5, "threat": 0.4, "deprivation": 0.2, "both": 0.1},
        {"neither": float("nan"), "threat": 0.4, "deprivation": 0.2, "both": 0.1},
    ],
)
def test_base_rates_that_mean_nothing_are_refused(told: Differential, rates: dict[str, float]):
    with pytest.raises(InputError, match="base rate"):
        differential(told.posterior, base_rates=rates)


def test_the_sd_ratio_of_threat_is_one_where_nothing_is_known_and_small_where_much_is():
    reference = reference_population(12.0)
    assert sd_ratio("threat", reference.axes.threat, reference.axes.threat) == pytest.approx(1.0)
    assert sd_ratio("threat", np.linspace(2.0, 2.2, 100), reference.axes.threat) < 0.1


def test_unpredictability_needs_several_sessions_or_the_order_of_signals(calm: Differential, told: Differential):
    alone = next(axis for axis in calm.axes if axis.name == "unpredictability")
    assert alone.mean is None and "one session" in alone.note
    several = next(axis for axis in told.axes if axis.name == "unpredictability")
    assert several.mean is not None and several.mean < 0.2


def test_poorly_made_draws_give_no_probabilities(told: Differential):
    doubtful = replace(told.posterior, diagnostics=replace(told.posterior.diagnostics, converged=False))
    assert "draws to be trusted" in failed(differential(doubtful))


def test_axes_of_simulated_care_point_the_right_way():
    names = ("sensitive", "deprived", "frightening", "frightening and deprived")
    found = {name: differential(coded_as_itself(simulate_dyad(name, minutes=40, seed=2))) for name in names}
    high = {
        name: {axis.name: axis.above_cut for axis in one.axes if axis.above_cut is not None}
        for name, one in found.items()
    }
    assert high["sensitive"]["deprivation"] < 0.1 < 0.6 < high["deprived"]["deprivation"]
    assert high["frightening"]["threat"] > 0.9 and high["frightening"]["deprivation"] < 0.3
    both = high["frightening and deprived"]
    assert both["threat"] > 0.9 and both["deprivation"] > 0.5
    assert max(high["sensitive"]["threat"], high["deprived"]["threat"]) < 0.2


def test_a_posterior_may_be_handed_over(calm: Differential):
    assert isinstance(calm.posterior, Posterior)
    again = differential(calm.posterior)
    assert again.as_dict() == calm.as_dict()
    assert isinstance(again.axis_draws, Axes)
    assert posterior(calm.posterior.evidence.records, seed=1).as_dict() == calm.posterior.as_dict()


def test_a_withheld_probability_is_given_nowhere(calm: Differential):
    found = calm.as_dict()
    assert found["quadrant"] is None
    order = next(row for row in found["conditions"] if row["name"].startswith("order"))
    assert ">" in order["value"]
    assert not re.search(r"0\.\d\d", order["value"])


def test_a_met_condition_asks_for_nothing(calm: Differential):
    rows = calm.as_dict()["conditions"]
    assert all(not row["next"] for row in rows if row["met"])
    assert any(row["next"] for row in rows if not row["met"])
