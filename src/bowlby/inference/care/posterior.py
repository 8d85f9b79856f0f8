"""The posterior of care: networks that were trained on simulated records, read in NumPy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError, suggestion
from bowlby.inference.care import axes as scales
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.coder import CoderContext
from bowlby.inference.care.evidence import AGES, CareEvidence, care_evidence
from bowlby.inference.care.feature_prediction import FeatureOddness, FeaturePredictor, groups_of
from bowlby.inference.care.features import POPULATIONS, RecordContext, features, names
from bowlby.inference.care.misfit import Misfit
from bowlby.inference.care.more_visits import MORE, VISIT_MINUTES, AxisStanding, chance
from bowlby.inference.care.network import Ensemble, drawn
from bowlby.inference.care.visits_needed import VisitsNeeded
from bowlby.records.coded_record import CodedRecord

Floats = npt.NDArray[np.float64]

LEVEL = 0.90
"""Mass of every reported interval."""
DRAWS = 2000
ODD = ("centre", "scale", "unit", "hours", "limits")
_FILE, _CARD = "care_posterior.npz", "care_posterior.json"


class AxisInterval(NamedTuple):
    """Median and the ends of the 90 % interval."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class CareNetworks:
    """What training wrote.

    Args:
        axes: networks from features to the axes, on their free scales.
        traits: networks from features to caregiver traits, on their free scales, turned by `turn`.
        turn: from the networks' outputs to traits: y @ turn + centre, shape (traits, traits).
        centre: shape (traits,).
        trait_names: in order.
        prior: axes of families of each population, on their own scales, shape (draws, axes).
        cuts: by axis, the 90th percentile of low-risk families.
        foretelling: of each summary from the others.
        card: how it was made.
    """

    axes: Ensemble
    traits: Ensemble
    turn: Floats
    centre: Floats
    trait_names: tuple[str, ...]
    prior: Mapping[str, Floats]
    cuts: Mapping[Axis, float]
    foretelling: FeaturePredictor
    card: Mapping[str, Any]


@cache
def shipped_networks() -> CareNetworks:
    """Return the networks that come with bowlby.

    Returns:
        Networks, priors and card.
    """
    return unpacked(*shipped_file(_FILE, _CARD))


def shipped_file(weights: str, card: str) -> tuple[dict[str, Floats], dict[str, Any]]:
    """Return weights that come with bowlby, and their card.

    Args:
        weights: name of the file of weights.
        card: name of the card.

    Returns:
        Arrays by name, and plain values.
    """
    folder = files("bowlby.inference.care")
    with (folder / weights).open("rb") as stream, np.load(stream) as held:
        arrays = {name: np.asarray(held[name], np.float64) for name in held.files}
    return arrays, json.loads((folder / card).read_text(encoding="utf-8"))


def unpacked(arrays: Mapping[str, Floats], card: Mapping[str, Any]) -> CareNetworks:
    """Return networks from arrays; the inverse of `packed`.

    Args:
        arrays: by name.
        card: of the training.

    Returns:
        Networks, priors and card.
    """
    return CareNetworks(
        shipped_ensemble(arrays, card, "axes"),
        shipped_ensemble(arrays, card, "traits"),
        arrays["turn"],
        arrays["trait_centre"],
        tuple(card["trait_names"]),
        {name: arrays[f"prior/{name}"] for name in POPULATIONS},
        {axis: float(card["cuts"][str(axis)]) for axis in Axis},
        _foretelling(arrays),
        card,
    )


def shipped_ensemble(arrays: Mapping[str, Floats], card: Mapping[str, Any], head: str) -> Ensemble:
    """Return one head's networks from arrays; the inverse of `packed_ensemble`.

    Args:
        arrays: by name.
        card: of the training.
        head: which.

    Returns:
        The ensemble.
    """
    said = card["networks"][head]
    members = tuple(
        tuple((arrays[f"{head}/{member}/{layer}/w"], arrays[f"{head}/{member}/{layer}/b"]) for layer in range(3))
        for member in range(said["members"])
    )
    centre, scale, offset, unit = (arrays[f"{head}/{name}"] for name in ("centre", "scale", "offset", "unit"))
    return Ensemble(centre, scale, offset, unit, members, said["components"], said["full"])


def _foretelling(arrays: Mapping[str, Floats]) -> FeaturePredictor:
    layers = tuple((arrays[f"misfit/{layer}/w"], arrays[f"misfit/{layer}/b"]) for layer in range(3))
    centre, scale, unit, hours, limits = (arrays[f"misfit/{name}"] for name in ODD)
    return FeaturePredictor(centre, scale, layers, groups_of(names()), unit, hours, limits)


def packed(networks: CareNetworks) -> dict[str, npt.NDArray[np.float32]]:
    """Return networks and priors as arrays in single precision.

    Args:
        networks: to be kept.

    Returns:
        By name.
    """
    found: dict[str, Floats] = {"turn": networks.turn, "trait_centre": networks.centre}
    found |= {f"prior/{name}": values for name, values in networks.prior.items()}
    found |= packed_ensemble("axes", networks.axes) | packed_ensemble("traits", networks.traits)
    own = networks.foretelling
    found |= {f"misfit/{name}": getattr(own, name) for name in ODD}
    for layer, (weight, offset) in enumerate(own.layers):
        found |= {f"misfit/{layer}/w": weight, f"misfit/{layer}/b": offset}
    return {name: values.astype(np.float32) for name, values in found.items()}


def packed_ensemble(head: str, own: Ensemble) -> dict[str, Floats]:
    """Return one head's networks as arrays.

    Args:
        head: its name.
        own: the networks.

    Returns:
        By name.
    """
    found = {f"{head}/{name}": getattr(own, name) for name in ("centre", "scale", "offset", "unit")}
    for member, layers in enumerate(own.members):
        for layer, (weight, offset) in enumerate(layers):
            found |= {f"{head}/{member}/{layer}/w": weight, f"{head}/{member}/{layer}/b": offset}
    return found


@dataclass(frozen=True)
class CarePosterior:
    """What a record says of the care behind it, read in a population.

    Args:
        evidence: what it rests on.
        population: in which it is read.
        coder: how the coder errs, or None where that is integrated out.
        draws: of each axis, on its own scale, shape (draws,).
        prior: joint draws of the axes of that population's families, shape (draws,).
        traits: draws of caregiver traits on their own scales; from networks of their own.
        cuts: by axis, above which care counts as high.
        seed: of the draws.
        oddness: the oddest summary of the record, and whether it makes it a misfit.
    """

    evidence: CareEvidence
    population: str
    coder: CoderContext | None
    draws: Mapping[Axis, Floats]
    prior: Mapping[Axis, Floats]
    traits: Mapping[str, Floats]
    cuts: Mapping[Axis, float]
    seed: int
    oddness: FeatureOddness

    @property
    def misfit(self) -> Misfit:
        """The summary that is the least like what the model writes, and whether it is unlike all of it."""
        return Misfit(bool(self.oddness.misfit[0]), names()[int(self.oddness.at[0])], float(self.oddness.z[0]))

    def needed(self, axis: Axis) -> VisitsNeeded:
        """Return the fewest further visits of an hour that settle an axis in half of such families."""
        after = self.told_after(axis)
        for more in MORE:
            share = after["above"][more] + after["below"][more]
            if share >= 0.5:
                return VisitsNeeded(more, VISIT_MINUTES, min(share, 1.0))
        return VisitsNeeded(None, None, None)

    def told_after(self, axis: Axis) -> Mapping[str, Mapping[int, float]]:
        """Return the chance that further visits of an hour on new days settle the axis, by side and number of visits.

        Args:
            axis: threat or deprivation.

        Returns:
            For "above" and "below", the chance after each of `MORE` visits; it holds where nothing is stated yet.
        """
        own, prior = scales.free_axis(self.draws[axis], axis), scales.free_axis(self.prior[axis], axis)
        cut = float(scales.free_axis(np.array(self.cuts[axis]), axis))
        sd = float(own.std())
        values = ((float(np.median(own)) - cut) / sd, sd / float(prior.std()), self.evidence.hours, self.evidence.days)
        at = AxisStanding(*(np.array([float(value)]) for value in values))
        weights = shipped_networks().card["missing"]
        return {
            side: {more: float(chance(weights, axis, side, at, more)[0]) for more in MORE}
            for side in ("above", "below")
        }

    def interval(self, axis: Axis) -> AxisInterval:
        """Return median and 90 % interval of an axis."""
        low, median, high = np.quantile(self.draws[axis], [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
        return AxisInterval(float(median), float(low), float(high))

    def prior_above(self, axis: Axis) -> float:
        """Return the share of the population's families above the cut."""
        return float((self.prior[axis] > self.cuts[axis]).mean())

    def bayes_factor(self, axis: Axis) -> float:
        """Return posterior odds of lying above the cut over prior odds; see `bayes_factors`."""
        return float(bayes_factors(self.draws[axis], self.cuts[axis], self.prior_above(axis)))

    def above(self, axis: Axis, odds: float = 1.0) -> float:
        """Return P(above the cut).

        Args:
            axis: which.
            odds: factor on the population's odds, > 0.

        Returns:
            In (0, 1).
        """
        prior = self.prior_above(axis)
        after = odds * prior / (1.0 - prior) * self.bayes_factor(axis)
        return after / (1.0 + after)


def bayes_factors(draws: Floats, cut: float, prior: float) -> Floats:
    """Return posterior odds of lying above a cut over prior odds, by draws; never 0 or infinite.

    Half a draw is added to either side, so that what no draw shows is not impossible.

    Args:
        draws: of an axis, the draws in the last dimension.
        cut: on the same scale.
        prior: share above it before the record, in (0, 1).

    Returns:
        The shape of the draws without their last dimension.
    """
    above = (draws > cut).sum(axis=-1)
    return np.asarray((above + 0.5) / (draws.shape[-1] - above + 0.5) * (1.0 - prior) / prior)


def population_name(name: str) -> str:
    """Return the name of a population as the networks know it.

    Args:
        name: with blanks, hyphens or underscores.

    Returns:
        One of `POPULATIONS`.

    Raises:
        InputError: there is no such population.
    """
    plain = name.strip().lower().replace("_", " ").replace("-", " ")
    known = {one.replace("-", " "): one for one in POPULATIONS}
    if plain not in known:
        remedy = f"{suggestion(plain, list(known.values()))}Known: {', '.join(POPULATIONS)}."
        raise InputError("there is no such population", column="population", value=name, remedy=remedy)
    return known[plain]


def care_posterior(
    records: CodedRecord | Sequence[CodedRecord] | CareEvidence,
    population: str = "pooled",
    coder: CoderContext | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> CarePosterior:
    """Return the posterior of the care behind one or more records of one dyad.

    Args:
        records: coded records, or the evidence in them.
        population: in which families they are read: pooled, low-risk, at risk.
        coder: how the coder errs; None for unknown.
        draws: how many, >= 1.
        seed: of the draws.

    Returns:
        The posterior.

    Raises:
        InputError: as `care_evidence`, or there is no such population.
    """
    evidence = records if isinstance(records, CareEvidence) else care_evidence(records)
    name = population_name(population)
    networks = shipped_networks()
    read = features(evidence.blocks, context_of(evidence, name, coder))
    generator = np.random.default_rng([seed, 1])
    found = scales.natural(axis_draws(networks, read, np.array([evidence.hours]), draws, generator)[0])
    traits = drawn(networks.traits.mixture(read), draws, generator)[0] @ networks.turn + networks.centre
    prior = networks.prior[name]
    return CarePosterior(
        evidence,
        name,
        coder,
        {axis: found[:, place] for place, axis in enumerate(Axis)},
        {axis: prior[:, place] for place, axis in enumerate(Axis)},
        trait_values(traits, networks.trait_names, networks.card["trait_scales"]),
        networks.cuts,
        seed,
        networks.foretelling.oddness(read, np.array([evidence.hours])),
    )


def axis_draws(
    networks: CareNetworks, read: Floats, hours: Floats, draws: int, generator: np.random.Generator
) -> Floats:
    """Return draws of the axes on their free scales, spread as the calibration by length asks.

    Args:
        networks: as shipped.
        read: features, shape (records, features).
        hours: watched, shape (records,).
        draws: of each record.
        generator: of chances.

    Returns:
        Shape (records, draws, axes).
    """
    factors = [spread_of(networks.card, axis, hours) for axis in Axis]
    return spread_about_median(drawn(networks.axes.mixture(read), draws, generator), factors)


def spread_of(card: Mapping[str, Any], name: str, hours: Floats) -> Floats:
    """Return by how much draws are spread about their median, as the calibration by length asks.

    Args:
        card: of the networks.
        name: of the axis or state.
        hours: watched, any shape.

    Returns:
        The shape of the hours.
    """
    said = card["spread"]
    return np.interp(np.log(np.maximum(hours, 1e-3)), np.log(said["hours"]), said[str(name)])


def spread_about_median(draws: Floats, factors: Sequence[Floats]) -> Floats:
    """Return draws spread about each record's median.

    Args:
        draws: shape (records, draws, dimensions).
        factors: one a dimension, each of shape (records,).

    Returns:
        The shape of the draws.
    """
    middle = np.median(draws, axis=1, keepdims=True)
    return middle + np.stack(factors, axis=1)[:, None, :] * (draws - middle)


def trait_values(free: Floats, names: Sequence[str], kinds: Sequence[str]) -> dict[str, Floats]:
    """Return traits on their own scales.

    Args:
        free: on their transformed scales, shape (draws, traits).
        names: of the traits.
        kinds: of their transforms: identity, log or logit.

    Returns:
        By name.
    """
    found: dict[str, Floats] = {}
    for place, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        values = free[:, place]
        if kind == "log":
            values = np.exp(values)
        elif kind == "logit":
            values = 1.0 / (1.0 + np.exp(-np.clip(values, -24.0, 14.0)))
        found[name] = values
    return found


def context_of(evidence: CareEvidence, population: str, coder: CoderContext | None) -> RecordContext:
    """Return what the networks read beside the record.

    Args:
        evidence: of the record.
        population: one of `POPULATIONS`.
        coder: or None.

    Returns:
        The context of one record.
    """
    error = [np.nan] * 3 if coder is None else [coder.missed, coder.false, coder.displaced_s]
    age = float(np.clip(evidence.age_months, *AGES))
    return RecordContext(np.array([age]), np.array([POPULATIONS.index(population)]), np.array([error]))
