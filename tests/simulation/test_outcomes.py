"""Outcomes are read off states: standard in the reference population, with the error that they claim."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.model.outcomes import OUTCOMES, ResidualShares, outcome
from bowlby.simulation.draws import standard
from bowlby.simulation.outcome_residuals import outcome_residual
from bowlby.simulation.outcomes import ChildrenAtAge, latent, measure, possible_outcomes, reference_at, report_by

AGE = 54.0
CHILDREN = 40_000


def usual(age: float = AGE, **moved: float) -> ChildrenAtAge:
    """Return children whose states are spread independently as in the reference, some states moved by so many sds."""
    rng = np.random.default_rng(5)
    reference = reference_at(age)
    states = {
        name: centre + spread * (rng.standard_normal(CHILDREN) + moved.get(name, 0.0))
        for name, (centre, spread) in reference.items()
        if name not in OUTCOMES and "(" not in name
    }
    return ChildrenAtAge(age, np.arange(CHILDREN, dtype=np.uint32), states)


def test_loadings_name_states_that_the_life_course_has():
    for age in (AGE, 258.0):
        names = set(usual(age).states)
        for what in OUTCOMES.values():
            if what.ages[0] <= age <= what.ages[1]:
                assert set(what.states) <= names, what.name
                assert set(what.loadings) <= set(reference_at(age)), what.name


def test_what_is_possible_goes_with_age():
    assert {what.name for what in possible_outcomes(usual(258.0))} == {
        "adult anxiety",
        "adult avoidance",
        "relationship stability",
        "intimacy",
        "language and executive tests",
        "cortisol response",
    }
    assert "teacher closeness" in {what.name for what in possible_outcomes(usual())}


@pytest.mark.parametrize("name", ["teacher dependency", "externalizing", "peer competence"])
def test_a_state_moves_an_outcome_by_its_loading_and_never_beyond_the_scale(name: str):
    what = outcome(name)
    state, weight = next(iter(what.loadings.items()))
    per_unit = weight / reference_at(AGE)[name][1]
    moved = latent(what, usual(**{state: 0.1})) - latent(what, usual())
    middle = np.abs(usual().states[state] - reference_at(AGE)[state][0]) < 0.3 * reference_at(AGE)[state][1]
    assert moved[middle] == pytest.approx(np.full(middle.sum(), 0.1 * per_unit), rel=0.1)
    extreme = latent(what, usual(**{state: 50.0})) - latent(what, usual())
    assert np.abs(extreme).max() < 6.01 * abs(per_unit)


def test_measured_scores_have_the_error_that_they_claim():
    """Two visits correlate as reliability says, and with the latent part as its share says, to 4 standard errors."""
    who = usual()
    what = outcome("school engagement")
    one, two = (measure(who, [what.name], seed=1, occasion=visit)[what.name] for visit in (0, 1))
    part = latent(what, who)
    total = what.explained * part.var() + (1 - what.explained)
    expected = what.reliability * total / (what.reliability * total + 1 - what.reliability)
    near = 4 / np.sqrt(CHILDREN)
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(expected, abs=near)
    share = what.explained * part.var() / (total + (1 - what.reliability) / what.reliability)
    assert np.corrcoef(one, part)[0, 1] ** 2 == pytest.approx(share, abs=2 * near)


def test_adult_scales_stand_in_their_own_units():
    who = usual(258.0)
    found = measure(who, ["adult anxiety"], seed=1)["adult anxiety"]
    assert found.mean() == pytest.approx(outcome("adult anxiety").centre, abs=0.05)
    assert found.std() == pytest.approx(outcome("adult anxiety").spread, abs=0.15)


def test_a_child_keeps_what_is_its_own_whoever_else_is_measured():
    who = usual()
    few = ChildrenAtAge(AGE, who.numbers[10:20], {name: values[10:20] for name, values in who.states.items()})
    assert measure(few, ["externalizing"])["externalizing"] == pytest.approx(
        measure(who, ["externalizing"])["externalizing"][10:20]
    )


def test_the_episode_nearest_to_the_first_age_counts_as_that_age():
    low = outcome("attachment to the teacher").ages[0]
    names = outcome("attachment to the teacher").loadings
    for age, meant in ((low - 0.001, True), (low - 0.5, False)):
        who = ChildrenAtAge(age, np.zeros(1, np.uint32), {name: np.zeros(1) for name in names})
        with nullcontext() if meant else pytest.raises(InputError, match="no meaning at this age"):
            measure(who, ["attachment to the teacher"])


def test_an_age_or_a_company_without_meaning_is_refused():
    with pytest.raises(InputError, match="no meaning at this age"):
        measure(usual(), ["adult anxiety"])
    alone = ChildrenAtAge(AGE, np.zeros(1, np.uint32), {"frustration": np.zeros(1)})
    with pytest.raises(InputError, match="needs a partner"):
        measure(alone, ["teacher conflict"])
    with pytest.raises(InputError, match="Did you mean 'teacher conflict'"):
        outcome("teacher conflct")


def test_protest_without_relief_makes_conflict_and_protest_that_is_heard_less_of_it():
    who = usual()
    protest, relief = who.states["school.intensifying"], who.states["school.relief_intensify"]
    product = protest * (1 - relief)
    centre, spread = reference_at(AGE)["school.intensifying * (1 - school.relief_intensify)"]
    states = {**who.states, "school.relief_intensify": relief + 0.1}
    heard = latent(outcome("teacher conflict"), ChildrenAtAge(AGE, who.numbers, states))
    change = 3 * (np.tanh((product - 0.1 * protest - centre) / spread / 3) - np.tanh((product - centre) / spread / 3))
    weight = 1.0 / reference_at(AGE)["teacher conflict"][1]
    assert heard - latent(outcome("teacher conflict"), who) == pytest.approx(weight * change, abs=1e-9)


def test_without_shares_every_outcome_has_a_leftover_of_its_own_and_no_other():
    """The ablation is sqrt(q) (sqrt(e) latent + sqrt(1 - e) own) + sqrt(1 - q) error, to the last digit."""
    who = usual()
    alone = ResidualShares(0.0, 0.0, 0.0)
    for what in possible_outcomes(who):
        own = standard(who.numbers, 3, f"outcome/{what.name}")
        error = standard(who.numbers, 3, f"error/{what.name}", 1)
        true = np.sqrt(what.explained) * latent(what, who) + np.sqrt(1 - what.explained) * own
        expected = np.sqrt(what.reliability) * true + np.sqrt(1 - what.reliability) * error
        assert np.array_equal(measure(who, [what.name], seed=3, shares=alone)[what.name], expected), what.name


def test_the_usual_informant_is_the_first_whom_the_children_have():
    school = usual()
    home = ChildrenAtAge(AGE, school.numbers, {name: each for name, each in school.states.items() if "." not in name})
    what = outcome("externalizing")
    assert report_by(what, school).informants == (("teacher", 1),)
    assert report_by(what, home).informants == (("caregiver", 0),)
    for who, informant in ((home, "teacher"), (school, "grandmother")):
        with pytest.raises(InputError, match="not reported by this informant"):
            measure(who, ["externalizing"], informant=informant)


def test_a_teacher_keeps_its_view_until_the_next_teacher_comes():
    """Of leftovers with the next teacher .75 is new: r is .25 for externalizing, to 4 standard errors."""
    numbers, what = np.arange(CHILDREN, dtype=np.uint32), outcome("externalizing")
    teachers = [report_by(what, ChildrenAtAge(age, numbers[:1], usual(age).states)) for age in (62.0, 71.0, 78.0)]
    first, same, other = (outcome_residual(report, numbers, 7) for report in teachers)
    assert np.array_equal(first, same)
    assert np.corrcoef(first, other)[0, 1] == pytest.approx(0.25, abs=4 * (1 - 0.25**2) / np.sqrt(CHILDREN))


def test_what_is_measured_goes_with_the_seed():
    who = usual()
    one, again, other = (measure(who, seed=seed) for seed in (4, 4, 5))
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert not any(np.array_equal(one[name], other[name]) for name in one)
