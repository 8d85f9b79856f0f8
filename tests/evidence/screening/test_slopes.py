"""Slopes are those of a figure whose dependence on the constants is known, with errors that hold it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from bowlby.evidence.published import metrics
from bowlby.evidence.screening.slopes import duals, slopes

Floats = npt.NDArray[np.float64]
FACTORS, CHILDREN = 12, 4000


@pytest.fixture(scope="module")
def points() -> Floats:
    return np.random.default_rng(5).standard_normal((FACTORS, CHILDREN))


def mean(columns: Sequence[Floats], weights: Sequence[Floats]) -> float:
    return metrics.mean(columns[0], weights[0])


def r(columns: Sequence[Floats], weights: Sequence[Floats]) -> float:
    return metrics.correlation(columns[0], columns[1], weights[0])


def test_a_dual_moves_one_constant_and_leaves_the_others(points: Floats):
    centred = points - points.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(duals(points) @ centred.T / CHILDREN, np.eye(FACTORS), atol=1e-10)


def test_slopes_of_an_exact_line_are_exact(points: Floats):
    """Nothing is left to chance where a variable is linear in the constants: least squares finds it."""
    true = np.linspace(-1.0, 1.0, FACTORS)
    found = slopes(mean, [3.0 + true @ points], [duals(points)])
    np.testing.assert_allclose(found.by_width, true, atol=1e-9)


def test_slopes_of_a_correlation_are_found_within_their_errors(points: Floats):
    """Constant 0 raises what two variables share: y = b x + noise, b = .5 + .2 t, and no other constant does anything.

    r = b / sqrt(b^2 + v), v the rest of the variance of y, so that dr/dt = .2 v / (b^2 + v)^1.5 at b = .5.
    Of 12 slopes none is off by more than 4 errors: chance of a false alarm 12 * 6e-5 = .0008.
    """
    generator = np.random.default_rng(6)
    x, noise = generator.standard_normal((2, CHILDREN))
    y = (0.5 + 0.2 * points[0]) * x + noise
    spread = 1.0 + 0.2**2
    true = np.zeros(FACTORS)
    true[0] = 0.2 * spread / (0.5**2 + spread) ** 1.5
    found = slopes(r, [x, y], [duals(points)] * 2)
    assert (np.abs(found.by_width - true) < 4.0 * found.error).all()
    assert found.by_width[0] > 6.0 * found.error[0]
    assert (found.error < 0.03).all()


def test_two_studies_of_different_children_are_tilted_each_by_its_own(points: Floats):
    other = np.random.default_rng(7).standard_normal((FACTORS, 2500))
    true = np.arange(FACTORS) / 10.0

    def difference(columns: Sequence[Floats], weights: Sequence[Floats]) -> float:
        return metrics.mean(columns[0], weights[0]) - metrics.mean(columns[1], weights[1])

    found = slopes(difference, [true @ points, -true @ other], [duals(points), duals(other)])
    np.testing.assert_allclose(found.by_width, 2.0 * true, atol=1e-9)
