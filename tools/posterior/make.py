"""Make the posterior that is shipped: records, examples, networks, their calibration, weights and card."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.atomic import make_folder, write_text, writing
from bowlby.inference.care.axes import CUT_AT, STATED, Axis
from bowlby.inference.care.features import POPULATIONS, names
from bowlby.inference.care.network import Ensemble, drawn
from bowlby.inference.care.posterior import CareNetworks, packed, unpacked
from bowlby.model.life.dimensions import RESIDUAL, Dimension, setting
from bowlby.model.registry import CAREGIVER
from bowlby.recovery.care.examples import Examples, examples
from bowlby.recovery.training_records import TrainingPlan, make_training_records
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.expected_care import partner_traits, responsiveness_under, threat
from bowlby.simulation.population import FamilyPopulation
from tools.posterior.misfit import train_predictor
from tools.posterior.more_visits import later_statements
from tools.posterior.training import NetworkPlan, train

Floats = npt.NDArray[np.float64]
Say = Callable[[str], None]

EACH = 4
"""Examples of each coder's record."""
HELD = 10
"""One family in so many is kept for stopping and calibration."""
PRIOR_FAMILIES = 4096
AXES = NetworkPlan()
TRAITS = NetworkPlan(full=False, members=3, components=6)
NESTED = 2048
"""Families that are watched for ten visits of an hour, to learn what more visits tell."""
KNOTS_H: tuple[float, ...] = (0.15, 0.5, 1.5, 4.0, 9.0)
"""Hours at which the spread is calibrated; between them on the log scale, beyond them as at the last."""
WEIGHTS, CARD = "care_posterior.npz", "care_posterior.json"


def make_posterior(plan: TrainingPlan, folder: Path, target: Path, say: Say) -> CareNetworks:
    """Make records, train on them and write weights and card.

    Args:
        plan: of the records.
        folder: where records stay, so that an interrupted run goes on.
        target: folder of weights and card.
        say: is given a line at each step.

    Returns:
        What was written.
    """
    began, used = time.time(), time.process_time()
    make_training_records(plan, folder, lambda part, of: say(f"records: part {part} of {of}"))
    found = examples(folder, plan.proposal, EACH, plan.seed)
    say(f"{len(found.axes)} examples of {int(found.family.max()) + 1} families")
    held = found.family % HELD == 0
    heads, losses = {}, {}
    x = found.features.astype(np.float64)
    turn, centre = whitening(found)
    for head, own, y in (
        ("axes", AXES, found.axes),
        ("traits", TRAITS, (found.traits - centre) @ np.linalg.inv(turn)),
    ):
        heads[head], losses[head] = train(x, y, found.weight, held, own, plan.seed)
        say(f"{head}: losses {', '.join(f'{loss:.3f}' for loss in losses[head])}")
    odd = train_predictor(found, held, plan.seed)
    say(f"misfit: limits {', '.join(f'{limit:.2f}' for limit in odd.limits)}")
    prior = {name: prior_axes(name, plan.seed) for name in POPULATIONS}
    low = prior["low-risk"]
    card: dict[str, Any] = {
        "trait_names": [entry.name for entry in CAREGIVER],
        "trait_scales": [str(entry.transform.value) for entry in CAREGIVER],
        "cuts": {str(axis): float(np.quantile(low[:, place], CUT_AT)) for place, axis in enumerate(Axis)},
        "networks": {
            head: {"members": len(one.members), "components": one.components, "full": one.full}
            for head, one in heads.items()
        },
        "features": list(names()),
        "losses": losses,
        "plan": asdict(plan),
        "training": {"axes": asdict(AXES), "traits": asdict(TRAITS), "each": EACH},
        "examples": len(found.axes),
        "versions": {name: version(name) for name in ("bowlby", "jax", "numpy", "numpyro")},
        "command": f"python -m tools.posterior --families {plan.families} --seed {plan.seed}",
        "spread": {"hours": list(KNOTS_H), **{str(axis): [1.0] * len(KNOTS_H) for axis in Axis}},
    }
    made = CareNetworks(
        heads["axes"],
        heads["traits"],
        turn,
        centre,
        tuple(card["trait_names"]),
        prior,
        {axis: card["cuts"][str(axis)] for axis in Axis},
        odd,
        card,
    )
    card["spread"] |= spread(made.axes, found.some(held), plan.seed)
    card["missing"] = later_statements(made, plan.seed + 1, NESTED)
    say("what is missing: done")
    card["hours"] = round((time.time() - began) / 3600.0, 2)
    card["processor_hours"] = round((time.process_time() - used) / 3600.0, 2)
    write(made, target)
    say(f"written to {target}")
    return made


def write(made: CareNetworks, target: Path) -> None:
    """Write weights and card.

    Args:
        made: networks, priors and card.
        target: folder.
    """
    write_networks(packed(made), made.card, target, (WEIGHTS, CARD))


def write_networks(
    arrays: Mapping[str, npt.NDArray[np.float32]], card: Mapping[str, Any], target: Path, named: tuple[str, str]
) -> None:
    """Write arrays and card, each whole or not at all.

    Args:
        arrays: by name.
        card: plain values.
        target: folder.
        named: files of weights and of the card.
    """
    target, (weights, words) = make_folder(target), named
    with writing(target / weights, force=True) as draft, draft.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # pyright: ignore[reportArgumentType]
    write_text(target / words, json.dumps(card, indent=1) + "\n", force=True)


def read(folder: Path) -> CareNetworks:
    """Return what `write` wrote.

    Args:
        folder: with weights and card.

    Returns:
        Networks, priors and card.
    """
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    with np.load(folder / WEIGHTS) as held:
        return unpacked({name: np.asarray(held[name], np.float64) for name in held.files}, card)


def whitening(found: Examples) -> tuple[Floats, Floats]:
    """Return how traits come of independent normal numbers of unit spread: t = y @ turn + centre.

    Args:
        found: examples, weighted to their populations.

    Returns:
        Turn and centre.
    """
    centre = np.average(found.traits, axis=0, weights=found.weight)
    values, vectors = np.linalg.eigh(np.cov(found.traits, rowvar=False, aweights=found.weight))
    return np.sqrt(np.maximum(values, 1e-6))[:, None] * vectors.T, centre


def prior_axes(name: str, seed: int) -> Floats:
    """Return the axes of families of a population.

    Args:
        name: of the population.
        seed: of all chances.

    Returns:
        Shape (families, axes).
    """
    from bowlby.model.life.population import population

    numbers = np.arange(PRIOR_FAMILIES, dtype=np.uint32)
    place = FamilyPopulation(population(name)).position(numbers, seed)
    care = Care(1.0, setting({one: place[one] for one in Dimension}), RESIDUAL)
    design = CohortDesign(PRIOR_FAMILIES, (care,), seed=seed)
    order = partner_traits(design, care)[None]["signal_order"]
    return np.stack([threat(design, care), 1.0 - responsiveness_under(design, care), 1.0 - order], axis=1)


def spread(network: Ensemble, held: Examples, seed: int) -> dict[str, list[float]]:
    """Return by how much draws are spread about their median at each of `KNOTS_H`, so that 90 % intervals hold 90 %.

    Args:
        network: of the axes.
        held: examples it did not learn from.
        seed: of the draws.

    Returns:
        A factor an axis and knot.
    """
    draws = drawn(network.mixture(held.features.astype(np.float64)), 400, np.random.default_rng([seed, 7]))
    factors = spread_by_length(draws, held.axes, held.weight, held.hours)
    return {str(axis): factors[place] for place, axis in enumerate(Axis)}


def spread_by_length(draws: Floats, truth: Floats, weight: Floats, hours: Floats) -> list[list[float]]:
    """Return factors on the distance of draws from their median, with which 90 % intervals hold 90 % of the truth.

    Args:
        draws: shape (records, draws, dimensions).
        truth: shape (records, dimensions).
        weight: of each record.
        hours: of each record.

    Returns:
        By dimension, a factor at each of `KNOTS_H`, from the records nearest to it on the log scale.
    """
    edges = [0.0, *np.sqrt(np.array(KNOTS_H[1:]) * np.array(KNOTS_H[:-1])), np.inf]
    median = np.median(draws, axis=1)
    ends = np.quantile(draws, [0.05, 0.95], axis=1)
    # How far the truth lies on the way from the median to the end of its side.
    away = truth - median
    side = np.where(away < 0, median - ends[0], ends[1] - median)
    ratio = np.abs(away) / np.maximum(side, 1e-9)
    found: list[list[float]] = [[] for _ in range(truth.shape[1])]
    for low, high in pairwise(edges):
        rows = (hours >= low) & (hours < high)
        for place, own in enumerate(found):
            order = np.argsort(ratio[rows, place])
            share = np.cumsum(weight[rows][order]) / weight[rows].sum()
            own.append(float(ratio[rows, place][order][np.searchsorted(share, 0.9)]))
    return found


def stated_shares(made: CareNetworks) -> dict[str, dict[str, float]]:
    """Return the share of each population above each cut.

    Args:
        made: networks, priors and cuts.

    Returns:
        By population and axis.
    """
    return {
        name: {str(axis): float((values[:, list(Axis).index(axis)] > made.cuts[axis]).mean()) for axis in STATED}
        for name, values in made.prior.items()
    }
