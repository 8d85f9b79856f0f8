"""Simulation-based calibration of the choice models, and likelihoods that are wrong on purpose and must fail it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from bowlby.inference.choices.choice import log_likelihood
from bowlby.inference.choices.fit import density_of
from bowlby.inference.choices.hierarchy import (
    Hierarchy,
    HierarchyData,
    ParameterLayout,
    hierarchy_problem,
    series_values,
)
from bowlby.inference.choices.sampling import SamplerSettings, nuts_of_many
from bowlby.inference.choices.trials import Trials
from bowlby.recovery.choices import ChoiceDesign, simulate
from bowlby.recovery.sbc import Ranks, ranks_of

Floats = npt.NDArray[np.float64]

WARMUP = 300
THINNED = 63
"""Draws ranked against: 64 possible ranks."""


def missing_as_unanswered(trials: Trials) -> Trials:
    """Return trials with missing outcomes taken as none, which is wrong: no one saw that nothing came.

    Args:
        trials: any trials.

    Returns:
        The same with every outcome known.
    """
    rows = tuple(
        replace(one, outcome=np.where(one.outcome_seen, one.outcome, 0.0), outcome_seen=np.ones_like(one.outcome_seen))
        for one in trials.series
    )
    return Trials(trials.acts, rows, trials.unused)


def unchanged(trials: Trials) -> Trials:
    """Return the trials as they are.

    Args:
        trials: any trials.

    Returns:
        The same.
    """
    return trials


def calibrate(
    hierarchy: Hierarchy,
    design: ChoiceDesign,
    fits: int,
    seed: int,
    *,
    thin: int = 8,
    distort: Callable[[Trials], Trials] = unchanged,
) -> Ranks:
    """Return ranks of truths drawn from the prior among draws by NUTS, over many simulated data sets.

    Ranked are all that is common, the first child's values, and the log likelihood, which sees errors that single
    parameters do not (Modrak et al. 2025, Bayesian Anal 20:461).

    Args:
        hierarchy: what is fitted and simulated from.
        design: size of each data set.
        fits: how many data sets.
        seed: 0 <= seed < 2**63.
        thin: transitions from one ranked draw to the next.
        distort: what is done to the trials before they are fitted; anything but nothing makes the model wrong.

    Returns:
        The ranks.

    Raises:
        InputError: the hierarchy cannot be posed over the design.
    """
    truths = [simulate(hierarchy, design, seed * 100_003 + number) for number in range(fits)]
    layout = truths[0].layout
    data = [hierarchy_problem(distort(one.trials), replace(hierarchy, centred=())).data for one in truths]
    settings = SamplerSettings(1, WARMUP, THINNED * thin)
    with jax.enable_x64(True):
        stacked = jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(leaf) for leaf in leaves]), *data)
        draws = nuts_of_many(density_of(layout), stacked, np.zeros((fits, layout.size)), settings, seed)
        ranked = draws[:, thin - 1 :: thin]
        truth = np.stack([one.unknowns for one in truths])[:, None]
        places, names = _quantities(layout)
        shown = [
            np.concatenate([values[..., places], _likelihoods(layout, values, stacked)], axis=-1)
            for values in (truth, ranked)
        ]
    return Ranks((*names, "log likelihood"), ranks_of(shown[0][:, 0], shown[1]), THINNED)


def _quantities(layout: ParameterLayout) -> tuple[list[int], list[str]]:
    """Return places and names of what is ranked: all blocks, but of children, groups and sessions the first alone."""
    places: list[int] = []
    names: list[str] = []
    start = 0
    for block, shape in layout.shapes.items():
        size = int(np.prod(shape))
        step = shape[1] if len(shape) == 2 else 1
        for number, place in enumerate(range(start, start + size, step)):
            places.append(place)
            label = layout.effects[number][1] if block == "effect" else layout.model.names[number]
            names.append(f"{block} {label}")
        start += size
    return places, names


def _likelihoods(layout: ParameterLayout, unknowns: Floats, stacked: HierarchyData) -> Floats:
    """Return the log likelihood of each data set under its own vectors, shape (fits, vectors, 1)."""

    def one(vectors: jax.Array, data: HierarchyData) -> jax.Array:
        def at(vector: jax.Array) -> jax.Array:
            values = series_values(layout, vector, data)[0]
            return jnp.sum(log_likelihood(layout.model, values, data.choices))

        return jax.lax.map(at, vectors)

    return np.asarray(jax.jit(jax.vmap(one))(jnp.asarray(unknowns), stacked), dtype=float)[..., None]
