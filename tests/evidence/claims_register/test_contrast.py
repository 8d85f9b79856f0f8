"""Contrasts give known numbers on known readings, and their intervals keep the pairing of arms."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from bowlby.evidence.claims_register.contrast import (
    ArmAssociation,
    ArmDifference,
    Contrast,
    GroupDifference,
    ShiftReversal,
    SignInformation,
    SmallerDifference,
)
from bowlby.evidence.claims_register.lives import ClaimLives, ContrastArm
from bowlby.evidence.claims_register.reading import Reading, classed, sign, state

A, B, C = ContrastArm("trauma"), ContrastArm("neglect"), ContrastArm("secure")
WORTH = state("worth", 18.0)
N = 4000


class Known:
    """Readings that were made up, for arms by name of care."""

    def __init__(self, **values: np.ndarray) -> None:
        self.values = values

    def read(self, arm: ContrastArm, reading: Reading) -> np.ndarray:
        by_age = f"{arm.care.replace(' ', '_').replace(',', '')}_{reading.age:g}"
        return self.values.get(by_age, self.values.get(arm.care, self.values.get(reading.name)))  # type: ignore[return-value]


def value(contrast: Contrast, **values: np.ndarray) -> float:
    lives = cast(ClaimLives, cast(Any, Known(**values)))
    return float(contrast.statistic(lives)(np.ones((1, N)), np.zeros(1))[0])


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(0).standard_normal(N)


def test_a_difference_is_in_standard_deviations_of_the_reference(noise: np.ndarray):
    found = value(ArmDifference(A, C, WORTH), trauma=noise + 3.0, secure=noise, pooled=2.0 * noise)
    assert found == pytest.approx(1.5 / noise.std())


def test_in_both_is_the_smaller_shift(noise: np.ndarray):
    shifted = {"trauma": noise + 3.0, "neglect": noise + 1.0, "secure": noise, "pooled": noise / noise.std()}
    assert value(SmallerDifference((A, B), C, WORTH), **shifted) == pytest.approx(1.0)
    assert value(SmallerDifference((A, B), C, WORTH, -1.0), **shifted) == pytest.approx(3.0)


def test_association_is_the_correlation(noise: np.ndarray):
    other = 0.6 * noise + np.random.default_rng(1).standard_normal(N)
    found = value(ArmAssociation(A, WORTH, state("efficacy", 18.0)), worth=noise, efficacy=other)
    assert found == pytest.approx(np.corrcoef(noise, other)[0, 1])


def test_groups_give_cohens_d(noise: np.ndarray):
    mark = (np.arange(N) % 2 == 0).astype(float)
    found = value(GroupDifference(A, classed("insecure"), WORTH), insecure=mark, worth=noise + 0.5 * mark)
    inside, outside = (noise + 0.5 * mark)[mark == 1], noise[mark == 0]
    assert found == pytest.approx((inside.mean() - outside.mean()) / np.sqrt((inside.var() + outside.var()) / 2))


def test_a_sign_that_is_equally_frequent_tells_nothing_and_a_sure_one_a_bit():
    half, none, every = np.full(N, 0.5), np.zeros(N), np.ones(N)
    assert value(SignInformation((A, B), sign("fear")), trauma=half, neglect=half) == pytest.approx(0.0)
    assert value(SignInformation((A, B), sign("fear")), trauma=every, neglect=none) == pytest.approx(1.0, abs=1e-6)


def test_return_is_the_share_of_the_shift_that_is_gone():
    row = np.zeros(N)
    contrast = ShiftReversal(("secure, shaken", "secure"), ("neglect, shaken", "neglect"), WORTH, state("worth", 21.0))
    shaken = {"secure_shaken_18": row + 1.0, "secure_shaken_21": row + 0.2}
    shaken |= {"neglect_shaken_18": row + 2.0, "neglect_shaken_21": row + 1.0}
    assert value(contrast, secure=row, neglect=row, **shaken) == pytest.approx(0.8 - 0.5)


def test_children_whose_numbers_failed_count_for_nothing(noise: np.ndarray):
    broken = noise.copy()
    broken[::7] = np.nan
    found = value(ArmDifference(A, C, WORTH), trauma=broken + 1.0, secure=noise, pooled=noise / noise.std())
    assert found == pytest.approx(1.0)
