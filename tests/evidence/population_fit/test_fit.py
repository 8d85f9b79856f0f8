"""The fit on a bank whose classes follow a known rule: it finds the figures again, and says what it does not know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from bowlby.evidence.population_fit.bank import PROPOSAL, FamilyBank
from bowlby.evidence.population_fit.fit import FitError, figures, log_posterior, sample, search, targets
from bowlby.evidence.population_fit.stability import solve
from bowlby.evidence.published.finding import shipped_findings
from bowlby.model.life.dimensions import Dimension
from bowlby.model.life.population import NAMES, PRIOR_MEAN, PRIOR_SD, of_vector, population, reference_file


def known_rule(families: int, seed: int) -> FamilyBank:
    """Return a bank in which fright makes D, rejection A and inconsistency C, each by a logistic rule."""
    generator = np.random.default_rng(seed)
    centre, spread = np.array([PROPOSAL[one] for one in Dimension]).T
    position = centre + spread * generator.standard_normal((families, len(centre)))
    place = {one: column for one, column in zip(Dimension, position.T, strict=True)}
    score = np.stack(
        [
            4 * place[Dimension.REJECTION] - 1.0,
            np.zeros(families),
            4 * place[Dimension.INCONSISTENCY] - 1.5,
            5 * place[Dimension.FRIGHT] - 1.0,
        ]
    )
    four_way = np.argmax(score + generator.gumbel(size=score.shape), axis=0).astype(float)
    rated = 6.5 - 3 * place[Dimension.DEPRIVATION] + generator.standard_normal(families)
    return FamilyBank(position, four_way, rated)


BANK = known_rule(6000, 1)
ROWS = targets(shipped_findings("calibrate"))


def aimed_at(values: np.ndarray):
    """Return the targets with the figures that a population gives in place of the published ones."""
    found, _ = figures(BANK, values, ROWS)
    return tuple(
        replace(row, finding=replace(row.finding, estimate=float(value)))
        for row, value in zip(ROWS, found, strict=True)
    )


def test_weights_turn_the_proposal_into_the_population():
    """The weighted mean of positions is the population's, within four standard errors."""
    one = of_vector(PRIOR_MEAN, "pooled")
    weights = BANK.weights(one)
    worth = 1 / (weights**2).sum()
    centre = one.centre(at_risk=False) + one.risk_share * (one.centre(at_risk=True) - one.centre(at_risk=False))
    away = (weights @ BANK.position - centre) / np.array([one.spread[name] for name in Dimension])
    assert np.abs(away).max() < 4 / np.sqrt(worth)


def test_the_density_is_that_of_a_mixture_of_normals():
    one = of_vector(PRIOR_MEAN + 0.3 * PRIOR_SD, "pooled")
    factor = one.factor()
    parts = [
        share * multivariate_normal(one.centre(at_risk=risk), factor @ factor.T).pdf(BANK.position[:50])
        for risk, share in ((False, 1 - one.risk_share), (True, one.risk_share))
    ]
    assert one.log_density(BANK.position[:50]) == pytest.approx(np.log(sum(parts)))


def test_the_search_meets_figures_that_a_population_can_give():
    truth = PRIOR_MEAN + PRIOR_SD * np.array([0.5, -0.5, 0.5, 0, 0.5, 0.3, 0.3, -0.3, 0, 0.3, 0, 0.3])
    wanted = aimed_at(truth)
    found, _ = figures(BANK, search(BANK, wanted, seed=2, generations=40), wanted)
    errors = np.array([row.error for row in wanted])
    assert (np.abs(found - [row.finding.estimate for row in wanted]) < 2.5 * errors).all()


@pytest.mark.slow
def test_the_draws_hold_the_truth_and_leave_at_the_prior_what_no_row_speaks_of():
    """No rule of this bank reads intrusiveness: its spread must stay at the prior. Seven targets leave twelve numbers
    open, so that the truth lies within four posterior standard deviations for nearly all of them."""
    truth = PRIOR_MEAN + 0.5 * PRIOR_SD
    posterior = sample(BANK, aimed_at(truth), seed=3, draws=1500)
    assert posterior.found.pareto_k < 0.7
    assert posterior.found.ess > 100
    assert (np.abs(posterior.mean - truth) / posterior.sd < 4).mean() > 0.9
    kept = dict(zip(NAMES, posterior.sd / PRIOR_SD, strict=True))
    assert kept["log spread of intrusiveness"] + kept["mean of intrusiveness"] > 1.4
    assert kept["mean of fright"] < 0.8
    drawn = posterior.evenly(200)
    assert drawn.mean(axis=0) == pytest.approx(posterior.mean, abs=0.2 * PRIOR_SD.max())


def test_a_population_that_the_bank_does_not_cover_is_refused():
    far = PRIOR_MEAN.copy()
    far[NAMES.index("log spread of fright")] = np.log(0.001)
    assert log_posterior(BANK, far, ROWS) == -np.inf


def test_a_row_for_checking_is_refused():
    with pytest.raises(FitError):
        targets(shipped_findings("check")[:1])


def test_a_number_is_read_off_its_grid():
    found = solve((0.0, 0.5, 1.0), (0.1, 0.2, 0.3), 0.25, 0.01)
    assert found.estimate == pytest.approx(0.75, abs=0.01)
    assert found.sd == pytest.approx(0.05, rel=0.05)


def test_the_reference_file_says_how_it_was_made_and_meets_its_rows():
    said = reference_file()
    assert [row["id"] for row in said["rows"]] == [one.id for one in shipped_findings("calibrate")]
    assert [row["estimate"] for row in said["rows"]] == [one.estimate for one in shipped_findings("calibrate")]
    assert said["posterior"]["names"] == list(NAMES)
    assert said["posterior"]["khat"] < 0.7
    assert said["posterior"]["worth"] > 300
    for row in said["met"]:
        assert abs(row["model"] - row["published"]) < (3.0 if row["published"] > 1 else 0.03)
    assert population("pooled").risk_share > population("low-risk").risk_share == 0
