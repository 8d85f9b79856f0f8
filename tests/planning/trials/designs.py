"""Designs and pools of children made by hand, so that what a trial should find is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowlby.planning.trials.design import StudyDesign
from bowlby.planning.trials.design_file import design_of
from bowlby.planning.trials.pool import TrialPool

TWO_ARMS = [
    {"name": "usual"},
    {"name": "trained", "intervention": "responsiveness training", "start": "5mo"},
]


def design(**parts: Any) -> StudyDesign:
    """Return a two-arm design on a continuous outcome, with parts of it replaced or added."""
    written: dict[str, Any] = {
        "title": "A trial",
        "population": "usual",
        "arms": TWO_ARMS,
        "measures": [{"name": "avoidance", "ages": ["14mo"]}],
        "trial": {"n": [100, 200], "pool": 256},
    }
    return design_of(written | parts)


def on(name: str, **more: Any) -> list[dict[str, Any]]:
    """Return measures with one primary outcome, read from a Strange Situation."""
    return [{"name": name, "ages": ["14mo"], **more}]


def normal_pool(d: float = 0.0, children: int = 200_000, correlation: float = 0.5, seed: int = 7) -> TrialPool:
    """Return a pool of a standard normal outcome, an effect that is the same for all, and a covariate."""
    random = np.random.default_rng(seed)
    baseline, own = random.standard_normal((2, children))
    control = correlation * baseline + np.sqrt(1 - correlation**2) * own
    outcome = np.stack([control, control + d])
    stress = 0.8 * control + 0.6 * random.standard_normal(children)
    return TrialPool(outcome, outcome, baseline, np.stack([stress, stress]), binary=False)


def binary_pool(shares: tuple[float, float], children: int = 200_000, seed: int = 8) -> TrialPool:
    """Return a pool of an outcome that is yes for these shares of each arm; who is moved is moved one way."""
    draw = np.random.default_rng(seed).random(children)
    outcome = np.stack([(draw < share).astype(float) for share in shares])
    return TrialPool(outcome, outcome, None, None, binary=True)
