"""Why outcomes correlate: parts in closed form against simulated reports, and how far informants agree."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from bowlby.model.outcomes import OUTCOMES, RESIDUAL_SHARES, ResidualShares, Valence, outcome, report_weights
from bowlby.simulation.outcome_pairs import agreement, outcome_pair, outcome_pairs, with_pairs
from bowlby.simulation.outcome_residuals import OutcomeReport, outcome_residual
from bowlby.simulation.outcomes import ChildrenAtAge, latent, measure, reference_at

CHILDREN = 40_000
NUMBERS = np.arange(CHILDREN, dtype=np.uint32)
AGE = 66.0
FAR = 5.1
"""Standard errors of a correlation; exceeded by one of 105 pairs by chance in fewer than 1 of 20,000 sets of draws."""
PROBLEMS = ("externalizing", "internalizing")
PUBLISHED = 0.28


def everyone() -> list[OutcomeReport]:
    """Return each outcome as its usual informants report it."""
    return [OutcomeReport(what, tuple((one, 0) for one in what.reports[0])) for what in OUTCOMES.values()]


def schoolchildren() -> ChildrenAtAge:
    """Return children whose states have a factor in common, so that care makes outcomes correlate."""
    rng = np.random.default_rng(11)
    common = rng.standard_normal(CHILDREN)
    states = {
        name: centre + spread * (0.6 * common + 0.8 * rng.standard_normal(CHILDREN))
        for name, (centre, spread) in reference_at(AGE).items()
        if name not in OUTCOMES and "(" not in name
    }
    return ChildrenAtAge(AGE, NUMBERS, states)


def near(expected: float) -> float:
    return FAR * (1 - expected**2) / np.sqrt(CHILDREN)


@pytest.mark.parametrize("shares", [RESIDUAL_SHARES, ResidualShares(0.3, 0.1, 0.9), ResidualShares(0.0, 0.0, 0.0)])
def test_the_parts_of_a_leftover_have_unit_variance_together(shares: ResidualShares):
    for what in OUTCOMES.values():
        for names in what.reports:
            report = OutcomeReport(what, tuple((one, 0) for one in names), shares)
            weights = [report.own, report.child, *report.halos.values(), *report.views.values()]
            assert np.sum(np.square(weights)) == pytest.approx(1.0, abs=1e-12), what.name


def test_the_mean_of_two_reports_has_the_weights_of_a_mean():
    """A teacher's .5 agreed + .866 own, averaged with a test that sees 1 agreed: 1.5 and .866 over their length."""
    weights = report_weights(("teacher", "tests"), ResidualShares(0.75, 0.5, 0.5))
    assert weights.agreed == pytest.approx(1.5 / np.sqrt(3.0))
    assert weights.views == pytest.approx({"teacher": np.sqrt(0.75 / 3.0)})


def test_simulated_leftovers_correlate_as_their_weights_say():
    reports = everyone()
    drawn = np.atleast_2d(np.corrcoef(np.array([outcome_residual(report, NUMBERS, 9) for report in reports])))
    for i, j in combinations(range(len(reports)), 2):
        one, other = reports[i], reports[j]
        halos = sum(weight * other.halos.get(who, 0.0) for who, weight in one.halos.items())
        expected = one.child * other.child + halos
        assert drawn[i, j] == pytest.approx(expected, abs=near(expected)), (one.what.name, other.what.name)


def test_problems_go_against_competence_and_what_is_neither_goes_with_nothing():
    for one, other in combinations(everyone(), 2):
        pair = outcome_pair(one, other, np.eye(2))
        signs = one.what.kind.sign * other.what.kind.sign
        assert np.sign(pair.child) == signs
        assert pair.own == pair.care == 0.0
        assert pair.informant * signs >= 0.0
        if Valence.NEITHER in {one.what.kind, other.what.kind}:
            assert pair.whole == 0.0


def test_the_parts_of_every_pair_add_up_to_what_is_measured():
    who = schoolchildren()
    found = measure(who, seed=2)
    for pair in outcome_pairs(who):
        simulated = np.corrcoef(found[pair.one], found[pair.other])[0, 1]
        assert simulated == pytest.approx(pair.whole, abs=near(pair.whole)), pair


def test_reports_of_one_teacher_go_together_beyond_care_and_without_shares_do_not():
    """Without any share the leftovers cap the correlation at sqrt(q1 e1 q2 e2), .28 for closeness with engagement."""
    who, names = schoolchildren(), ["teacher closeness", "school engagement"]
    with_shares, without = (
        outcome_pairs(who, names, shares)[0] for shares in (RESIDUAL_SHARES, ResidualShares(0, 0, 0))
    )
    assert with_shares.care == without.care == without.whole
    assert with_shares.informant > with_shares.child > 0.0


@pytest.mark.parametrize("name", PROBLEMS)
def test_two_informants_of_a_problem_agree_as_simulated(name: str):
    who = schoolchildren()
    teacher = measure(who, [name], seed=6, occasion=0, informant="teacher")[name]
    caregiver = measure(who, [name], seed=6, occasion=1, informant="caregiver")[name]
    what = outcome(name)
    variance = np.full((2, 2), latent(what, who).var())
    pair = outcome_pair(OutcomeReport(what, (("teacher", 1),)), OutcomeReport(what, (("caregiver", 0),)), variance)
    assert np.corrcoef(teacher, caregiver)[0, 1] == pytest.approx(pair.whole, abs=near(pair.whole))


def test_informants_agree_on_average_at_the_published_correlation():
    """The informant's share has two digits; one step of .01 moves the mean by .0066, half a step by .0033."""
    pairs = [pair for name in PROBLEMS for pair in agreement(name)]
    assert [pair.one for pair in pairs] == list(PROBLEMS)
    assert np.mean([pair.whole for pair in pairs]) == pytest.approx(PUBLISHED, abs=0.0034)


def test_the_page_holds_what_the_reference_says():
    page = (Path(__file__).parents[2] / "docs" / "people-and-outcomes.md").read_text(encoding="utf-8")
    assert with_pairs(page) == page, "run python -m bowlby.simulation.outcome_pairs docs/people-and-outcomes.md"
