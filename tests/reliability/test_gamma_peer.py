"""Gamma against the figures of pygamma-agreement 0.5.9, by which Mathet and others' measure is usually computed.

Its combined dissimilarity with alpha = beta = 1 and an empty unit at 1, precision .01. The disorder of the best
alignment is a number that two exact solvers must share; what chance gives is sampled, there from the statistics of the
continuum and here by turning it round, so that gamma itself agrees to a few hundredths.
"""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.reliability.alignment import Events
from bowlby.reliability.gamma import gamma

Units = list[tuple[float, float, str]]
DISORDER, GAMMA = 0.36268193, 0.73283124
"""Figures of pygamma-agreement 0.5.9 for the units below, NumPy seed 1."""


def two_coders() -> tuple[Units, Units]:
    """Return forty units of one coder, and what another made of them: some left out, moved or of another code."""
    generator = np.random.default_rng(4)
    first: Units = []
    second: Units = []
    time = 0.0
    for _ in range(40):
        time += float(np.round(generator.exponential(4), 2))
        end = time + 1 + float(np.round(generator.exponential(5), 2))
        code = "xyz"[generator.integers(3)]
        first.append((round(time, 2), round(end, 2), code))
        if generator.random() < 0.85:
            start, stop = round(time + generator.normal(0, 0.5), 2), round(end + generator.normal(0, 0.5), 2)
            second.append((start, stop, code if generator.random() < 0.85 else "xyz"[generator.integers(3)]))
        time = end
    return first, [unit for unit in second if unit[1] > unit[0]]


def events(units: Units) -> Events:
    ordered = sorted(units)
    return Events(
        tuple(code for *_, code in ordered),
        np.array([start for start, *_ in ordered]),
        np.array([end for _, end, _ in ordered]),
    )


def test_gamma_is_that_of_pygamma_agreement():
    found = gamma([events(units) for units in two_coders()], precision=0.01)
    assert found.disorder == pytest.approx(DISORDER, abs=1e-5)  # theirs is in single precision
    # both chance disorders are known to 1 %; the two ways of sampling differ by 3 % here
    assert found.estimate == pytest.approx(GAMMA, abs=0.03)
