"""How many frightening acts a coder would code if the posterior's caregivers were watched again for as long, in NumPy.

Rates follow from drawn traits and are the same in both clocks; a visit's departure from usual care and what the child
does are not in them, so that the spread is the least that would be seen. Answers have no such formula: how fast one
comes is up to the moment, and they are not predicted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.inference.care.coder import MOST
from bowlby.inference.care.posterior import CarePosterior
from bowlby.measures.care_blocks import LINES, CareLine
from bowlby.model.registry import REGISTRY, lookup
from bowlby.records.constructs import FRIGHT_TIERS, Construct

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_TRAITS: dict[str, dict[Construct, str]] = {
    kind: dict(zip(FRIGHT_TIERS, (name for name in REGISTRY if name.startswith(kind)), strict=True))
    for kind in ("unprovoked", "provoked")
}
"""Trait of each tier, in the order of severity that both lists have."""


@dataclass(frozen=True)
class PredictiveCount:
    """One kind of event, as observed and as predicted.

    Args:
        observed: shape (kinds,).
        predicted: shape (draws, kinds).
        kinds: names of what was codable.
        long_name: what is counted.
    """

    observed: Ints
    predicted: Ints
    kinds: tuple[str, ...]
    long_name: str


def predictive(found: CarePosterior) -> dict[str, PredictiveCount]:
    """Return frightening acts by tier, as observed and as predicted.

    Args:
        found: the posterior.

    Returns:
        By name; none where no tier was codable or its traits were not learnt.
    """
    generator = np.random.default_rng([found.seed, 2])
    count = len(next(iter(found.draws.values())))
    seen = 1.0 - (generator.uniform(0.0, MOST["missed"], count) if found.coder is None else found.coder.missed)
    acts = _frights(found, seen, generator)
    return {} if acts is None else {"frightening_acts": acts}


def _default(name: str) -> float:
    return lookup(name).default


def _frights(found: CarePosterior, seen: Floats | float, generator: np.random.Generator) -> PredictiveCount | None:
    """Poisson counts: (u_k + b_k noticed bids an hour) (1 + c_h B) hours, as `simulate.expected_care` has them."""
    tiers: list[Construct] = [tier for tier in FRIGHT_TIERS if found.evidence.fright[tier] is not None]
    wanted = [names[tier] for names in _TRAITS.values() for tier in tiers]
    if not tiers or not {*wanted, "background_stress"} <= set(found.traits):
        return None
    bids = _BIDS_PER_DAY / _default("waking_hours") * _default("detect_express")
    stressed = 1.0 + _default("stress_harshness") * found.traits["background_stress"]
    columns: list[Ints] = []
    for tier in tiers:
        unprovoked, provoked = (found.traits[names[tier]] for names in _TRAITS.values())
        hours = found.evidence.blocks.exposure[..., LINES.index(CareLine(tier))].sum() / 3600.0
        columns.append(generator.poisson((unprovoked + bids * provoked) * stressed * hours * seen))
    observed = np.array([found.evidence.fright[tier] or 0 for tier in tiers], np.int64)
    return PredictiveCount(observed, np.stack(columns, axis=1), tuple(map(str, tiers)), "frightening acts coded")


_BIDS_PER_DAY = 12
"""Of the simulated day, as `CohortDesign` has it."""
