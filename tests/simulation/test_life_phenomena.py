"""What follows over a life: concordance, transfer, placement, stability and a kind teacher; slow, signs and order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from bowlby.measures import preschool, strange_situation
from bowlby.model.life import caregiver
from bowlby.model.life.roles import ROLES, PartnerRole
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.coding import record_of
from bowlby.simulation.engine.cohort import CohortResult, simulate_cohort
from bowlby.simulation.home import HomeCare
from bowlby.simulation.life_course import life_course
from bowlby.simulation.moments import play
from bowlby.simulation.outcomes import children_at_age, measure
from bowlby.simulation.procedures import PRESCHOOL, STRANGE_SITUATION
from tests.model.life import people
from tests.simulation.extremes import extreme

pytestmark = pytest.mark.slow

Homes = tuple[HomeCare, ...]
USUAL = (HomeCare(48.0),)


@dataclass(frozen=True)
class Lived:
    """A run and its state at each trace."""

    result: CohortResult
    traces: tuple[tuple[float, np.ndarray], ...]

    def at(self, age: float) -> tuple[float, np.ndarray]:
        return min(self.traces, key=lambda one: abs(one[0] - age))

    def secure_infants(self, slot: str | None = None) -> np.ndarray:
        """Return who is B with a partner at 12 months, 1 or 0."""
        who = self.result.together_with(slot, at=self.at(12.0))
        scored = strange_situation.scales(coded_as_itself(record_of(play(who, STRANGE_SITUATION), {})))
        return (strange_situation.classify(scored)["class"] == "B").fill_null(False).to_numpy().astype(float)

    def preschool_classes(self) -> np.ndarray:
        who = self.result.together_with(at=self.traces[-1])
        scored = preschool.scales(coded_as_itself(record_of(play(who, PRESCHOOL), {})))
        return preschool.classify(scored)["class"].fill_null("").to_numpy()


@cache
def lived(homes: tuple[tuple[float, str, int], ...], children: int, off: str = "", second: bool = True) -> Lived:
    """Return children under stretches of (until, care, person)."""
    own = tuple(
        HomeCare(until, extreme(care), 1.0 if care == "usual" else 0.5, person) for until, care, person in homes
    )
    without = () if second else ("second caregiver",)
    traces = tuple(age for age in (12.0, 37.0, 38.0) if age < own[-1].until)
    design = life_course(children, own, seed=1, trace_at=traces, without=without)
    kept: list[tuple[float, np.ndarray]] = []
    result = simulate_cohort(
        replace(design, constants={off: 0.0} if off else {}), observe=lambda age, state: kept.append((age, state))
    )
    return Lived(result, tuple(kept))


def test_two_caregivers_of_one_child_agree_little():
    """r .12 at 1,000 children (standard error .03); 0 to .3 is asked."""
    both = lived(((12.0, "usual", 0),), 1000)
    agreement = np.corrcoef(both.secure_infants(), both.secure_infants("second"))[0, 1]
    assert 0.0 < agreement < 0.3


def _transfer(off: str) -> float:
    """Return r of security at home at 12 months with attachment to the teacher after one and two months."""
    children = lived(((48.0, "usual", 0),), 2000, off)
    home = children.secure_infants()
    found = [
        measure(children_at_age(children.result, children.at(age)), ["attachment to the teacher"], seed=1)[
            "attachment to the teacher"
        ]
        for age in (37.0, 38.0)
    ]
    return float(np.mean([np.corrcoef(home, one)[0, 1] for one in found]))


def test_home_carries_over_to_the_teacher_a_little_and_only_through_the_belief_about_adults():
    """Standard error .022 each; found near .10 and -.02. A false alarm is rarer than 1 in 50."""
    with_belief, without = _transfer(""), _transfer("adults")
    assert 0.03 < with_belief < 0.35
    assert abs(without) < 0.06
    assert with_belief - without > 0.04


def _placed(months: float, off: str = "") -> Lived:
    return lived(((months, "deprived", 0), (54.0, "sensitive", 50)), 256, off, second=False)


def test_institution_like_care_leaves_no_attachment_to_classify():
    infants = lived(((12.0, "deprived", 0),), 256, second=False)
    scored = strange_situation.scales(
        coded_as_itself(record_of(play(infants.result.together_with(), STRANGE_SITUATION), {}))
    )
    named = strange_situation.classify(scored)["class"]
    assert named.is_in(["D", "CC"]).mean() > 0.5  # pyright: ignore[reportOperatorIssue]


def test_earlier_placement_recovers_more_and_only_while_plasticity_declines():
    """Of social cognition and language; measured attachment recovers wholly after two years of sensitive care.

    Growth goes to what is offered, half of it whatever is: found .012 to .019 and .053 to .062, and .001 without the
    decline; standard error .0014, so that none fails by chance in 10,000 seeds.
    """
    for name in ("social_cognition", "language"):
        early, middle, late = (_placed(months).result.variable(name).mean() for months in (9.0, 18.0, 30.0))
        assert early - middle > 0.006
        assert middle - late > 0.03
        even = [_placed(months, "plasticity_decline").result.variable(name).mean() for months in (9.0, 30.0)]
        assert abs(even[0] - even[1]) < 0.006
    stayed = lived(((54.0, "deprived", 0),), 256, second=False)
    assert (stayed.preschool_classes() == "secure").mean() < 0.2
    assert (_placed(30.0).preschool_classes() == "secure").mean() > 0.6


def _stability(*homes: tuple[float, str, int]) -> float:
    """Return r of secure at 12 months with secure at 48."""
    children = lived(homes, 1000)
    later = (children.preschool_classes() == "secure").astype(float)
    return float(np.corrcoef(children.secure_infants(), later)[0, 1])


def test_stability_to_preschool_is_above_nothing_and_far_from_one():
    """Standard error .03."""
    assert 0.06 < _stability((48.0, "usual", 0)) < 0.6


def test_a_turn_of_care_carries_the_class_along():
    """Security at 48 months goes with care since 24 months, not with care before: differences above .3."""

    def secure(*homes: tuple[float, str, int]) -> float:
        return float((lived(homes, 1000).preschool_classes() == "secure").mean())

    worse = secure((24.0, "sensitive", 0), (48.0, "harsh", 0))
    better = secure((24.0, "harsh", 0), (48.0, "sensitive", 0))
    assert better - worse > 0.3
    assert secure((48.0, "sensitive", 0)) >= better
    assert worse >= secure((48.0, "harsh", 0)) - 0.05


@pytest.mark.xfail(reason="open since the second edition: trust rises by .13 only", strict=True)
def test_trust_in_a_kind_teacher_rises_slowly_and_the_belief_about_adults_less():
    kind = {"preschool teacher": {**extreme("sensitive"), "withdrawal": 4.0}}
    traces = (36.05, 36.5, 37.5, 40.0)
    design = life_course(512, (HomeCare(48.0, extreme("harsh"), 0.5),), seed=1, company=kind, trace_at=traces)
    kept: list[np.ndarray] = []
    simulate_cohort(design, observe=lambda _, state: kept.append(state))
    names = [variable.name for variable in design.variables]

    def course(name: str) -> np.ndarray:
        return np.array([state[names.index(name)].mean() for state in kept])

    trust, fear, adults = (
        course(name) for name in ("school.relief_express", "school.threat_unprovoked", "adults_relief")
    )
    assert (np.diff(trust)[:2] > 0).all()
    assert trust[-1] - trust[0] > 0.15
    assert trust[1] - trust[0] < 0.7 * (trust[-1] - trust[0])
    assert (np.diff(fear) < 0).all()
    assert adults[-1] - adults[0] < 0.5 * (trust[-1] - trust[0])


def _answered(distance: float, express: float) -> float:
    """Return the share of one signal that a usual teacher answers from some distance."""
    words = np.linspace(0.0005, 0.9995, 1000, dtype=np.float32)
    teacher = people.newborn(distance=distance).caregiver
    event = people.event(express=express, answered=0.0)
    asked = people.words()._replace(answer=words)
    return float(
        caregiver.answer(people.parameters(**ROLES[PartnerRole.TEACHER]), teacher, event, asked).answered.mean()
    )


def test_a_teacher_answers_a_child_less_that_acts_out_or_signals_little():
    """Distance grows with acting out over a year; what it does to answering, and what a minimised signal does."""
    children = lived(((48.0, "usual", 0),), 2000)
    states = children_at_age(children.result, children.at(48.0)).states
    loud, distance = states["school.intensifying"], states["school.distance"]
    near, far = (float(distance[mask].mean()) for mask in (loud < np.median(loud), loud > np.quantile(loud, 0.9)))
    assert far > near + 0.1
    assert _answered(far, 1.0) < _answered(near, 1.0) - 0.02
    assert _answered(near, 0.0) < 0.5 * _answered(near, 1.0)
