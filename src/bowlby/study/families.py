"""The care of a calibrated population's families, in the terms of the likelihood.

The other way of `study.full_child.setting_of`: what an observer of these families' records would come to know of each.
One thing cannot be carried over: how often a frightening act is *seen*. The life clock counts acts that frighten for
days, a coder counts every act of the field's definitions, and no published figure that the population was fitted to
says how the two frequencies go together. The calibrated families therefore say who frightens more than whom, and how
this goes together with deprivation; how often a coder sees it is the likelihood's assumed distribution, family by
family in the same order.

Run as a module, it makes `families.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bowlby.infer.density import PRIOR_ONLY, draw_usual, natural, prior_of
from bowlby.model import registry as life
from bowlby.model.caregiver import TIER_RATES, Caregiver, threat_rate
from bowlby.model.life.population import reference_file
from bowlby.model.parameters import CAREGIVER_NAMES
from bowlby.model.registry import MOMENT_REGISTRY as MOMENTS
from bowlby.simulate.engine.design import CohortDesign
from bowlby.simulate.expected_care import partner_traits
from bowlby.simulate.expected_care import threat_rate as frightening_acts
from bowlby.simulate.population import population
from bowlby.study.full_child import engagement_seen

Floats = npt.NDArray[np.float64]

FILE = "families.json"
MADE_BY = "python -m bowlby.study.families"
POPULATION = "low-risk"
"""As for the standard scores: what most families do is what much and little are measured against."""
FAMILIES = 4096
AGE_MONTHS = 12.0
SEED = 1969
DIGITS = 4
"""Significant digits kept."""


def care_seen(traits: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the likelihood's parameters, fright aside, of caregivers of the full child.

    p(level) = detectability * sigmoid(b_0 + b_s (signal - 1/2)) * (a + (1 - a) a_0) * (1 - c) for signals expressed and
    intensified, with a the share of time in which the caregiver is available under resting stress and c the share of
    bids that it never answers; slope and answering at the likelihood's reference signal follow from both. Latency is
    that of the first act of an answer, engagement that of the acts that are seen.

    Args:
        traits: of the full child's registry by name, each of shape (caregivers,).

    Returns:
        Parameters by name, each of shape (caregivers,).
    """
    constant = {entry.name: entry.default for entry in life.CONSTANTS}
    away, there = traits["sojourn_unavailable"], traits["sojourn_available"]
    available = there / (there + away) * (1.0 - constant["stress_availability"] * traits["background_stress"])
    ready = (available + (1.0 - available) * traits["answer_unavailable"]) * (1.0 - traits["never_share"])
    express, intensify = (_answered(traits, constant, level) * ready for level in ("express", "intensify"))
    apart = constant["signal_intensify"] - constant["signal_express"]
    return {
        "answer_probability": express,
        "answer_slope": (_log_odds(intensify) - _log_odds(express)) / apart,
        "latency_median": traits["latency_median"] * 60.0 * MOMENTS["first_act_share"].default,
        "latency_spread": traits["latency_spread"],
        "warm_share": traits["warmth"],
        "engagement_rate": engagement_seen(traits["engagement_rate"], available),
        "intrusion_share": traits["intrusion"],
        "regime_share": (1.0 - available) * (1.0 - traits["answer_unavailable"]) / (1.0 - express),
        "regime_sojourn": 60.0 * away,
        "presence_share": traits["presence"],
    }


def _answered(traits: Mapping[str, Floats], constant: Mapping[str, float], level: str) -> Floats:
    strength = traits["answer_slope"] * (constant[f"signal_{level}"] - 0.5)
    return constant[f"detect_{level}"] / (1.0 + np.exp(-traits["answer_base"] - strength))


def _log_odds(share: Floats) -> Floats:
    return np.log(share) - np.log1p(-share)


def in_order(values: Floats, order: Floats) -> Floats:
    """Return values dealt out so that they rise with something else: the r-th smallest to where that is r-th smallest.

    Args:
        values: shape (n, columns), in rising order of what they stand for.
        order: shape (n,).

    Returns:
        The same rows, shape (n, columns).
    """
    return values[np.argsort(np.argsort(order, kind="stable"), kind="stable")]


def prior_caregivers(draws: int, rng: np.random.Generator) -> Caregiver:
    """Return caregivers as inference takes them to be before a record: drawn from the registry's priors.

    Args:
        draws: how many, >= 1.
        rng: source of randomness.

    Returns:
        Each field of shape (draws,).
    """
    values = {name: natural(name, free) for name, free in draw_usual(draws, rng).items()}
    for name in PRIOR_ONLY:
        prior = prior_of(name)
        values[name] = natural(name, prior.location + prior.scale * rng.standard_normal(draws))
    return Caregiver(**{name: values[name] for name in CAREGIVER_NAMES})


def _fright_seen(frightening: Floats) -> dict[str, Floats]:
    """Return assumed rates of acts that a coder sees, graver where the calibrated families frighten more."""
    assumed = prior_caregivers(len(frightening), np.random.Generator(np.random.Philox(key=SEED)))
    names = (*TIER_RATES, "fright_contingent_share")
    rows = np.stack([np.asarray(getattr(assumed, name), np.float64) for name in names], axis=1)
    rising = rows[np.argsort(np.asarray(threat_rate(assumed)), kind="stable")]
    return dict(zip(names, in_order(rising, frightening).T, strict=True))


def simulate_families() -> Caregiver:
    """Return the care of the reference population's families, as their records would show it.

    Returns:
        Each field of shape (FAMILIES,).
    """
    care = population(POPULATION).care(np.arange(FAMILIES, dtype=np.uint32), SEED, AGE_MONTHS)
    design = CohortDesign(FAMILIES, care, seed=SEED)
    traits = partner_traits(design, care[0])[None]
    return Caregiver(**care_seen(traits), **_fright_seen(frightening_acts(design, care[0])))


@cache
def families() -> tuple[Caregiver, int]:
    """Return the shipped families and the version of the population that they are of.

    Returns:
        Care with each field of shape (FAMILIES,), and the version.
    """
    kept = json.loads((files("bowlby.study") / FILE).read_text(encoding="utf-8"))
    return Caregiver(**{name: np.array(kept["care"][name]) for name in CAREGIVER_NAMES}), kept["version"]


def as_json(care: Caregiver, version: int) -> str:
    """Return the text of `families.json`.

    Args:
        care: each field of shape (families,).
        version: of the population.

    Returns:
        JSON, one line a parameter.
    """
    head = {"version": version, "population": POPULATION, "made_by": MADE_BY, "seed": SEED, "age_months": AGE_MONTHS}
    columns = {name: [float(f"{one:.{DIGITS}g}") for one in np.asarray(values)] for name, values in _columns(care)}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in columns.items())
    return json.dumps(head, indent=1)[:-2] + f',\n "care": {{\n{lines}\n }}\n}}\n'


def _columns(care: Caregiver) -> list[tuple[str, Floats]]:
    return [(name, np.asarray(getattr(care, name), np.float64)) for name in CAREGIVER_NAMES]


if __name__ == "__main__":
    text = as_json(simulate_families(), reference_file()["version"])
    Path(str(files("bowlby.study") / FILE)).write_text(text, encoding="utf-8")
