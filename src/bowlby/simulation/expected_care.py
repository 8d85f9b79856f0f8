"""What care a design gives each child, read from the partners' traits and not from what chance made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from bowlby.model import registry
from bowlby.model.life.fright import Rates, expected_threat, provoked, unprovoked
from bowlby.model.life.traits import Caregiver
from bowlby.simulation.engine.blocks import Blocks, constants_of
from bowlby.simulation.engine.design import Care, CohortDesign, PartnerStage
from bowlby.simulation.engine.program import block_parameters

Floats = npt.NDArray[np.float64]
Values = dict[str, Floats]
"""Traits of one partner by name, each of shape (children,), on its own scale."""


@cache
def _program() -> Any:
    return jax.jit(lambda block: block_parameters(block).caregiver)


def partner_traits(design: CohortDesign, care: Care) -> dict[str | None, Values]:
    """Return the traits of everyone whom the children are with over a stretch of care.

    Args:
        design: of the cohort.
        care: one of its stretches.

    Returns:
        By place, None for the first partner.
    """
    people: dict[str | None, Care | PartnerStage] = {None: care, **care.others}
    return {slot: _traits(design, one) for slot, one in people.items()}


def _traits(design: CohortDesign, one: Care | PartnerStage) -> Values:
    """Return the traits of one partner, as if it were the only one: they depend on the person and on no one else."""
    alone = Care(design.until, one.setting, one.spread, one.person)
    blocks = Blocks(replace(design, care=(alone,), trace_at=()), alone)
    parts: list[list[Floats]] = []
    for members in blocks.slices():
        drawn = _program()(blocks.block(members))
        parts.append([np.asarray(trait, np.float64)[: members.stop - members.start] for trait in drawn])
    return dict(zip(Caregiver._fields, (np.concatenate(row) for row in zip(*parts, strict=True)), strict=True))


def threat_rate(design: CohortDesign, care: Care) -> Floats:
    """Return the frightening, harsh and abusive acts a waking hour that a coder would code of a stretch of care.

    Sum over partners of share * here * (1 + c_h B) * sum over tiers (u_k + b_k bids an hour), with B the partner's
    resting stress, `here` the share of time not apart, and every need taken as an expressed bid.

    Args:
        design: of the cohort.
        care: one of its stretches.

    Returns:
        Shape (children,), acts a waking hour, >= 0.
    """
    return _an_hour(
        design, care, lambda rates: np.sum(np.stack([np.asarray(one, np.float64) for one in rates[1:]]), axis=0)
    )


def _frightening_acts(rates: Rates) -> Floats:
    """Acts of every tier but the first, startling, together."""
    return np.sum(np.stack([np.asarray(one) for one in rates[1:]]), axis=0)


def threat(design: CohortDesign, care: Care) -> Floats:
    """Return the axis of threat: rate times magnitude times mean intensity of the acts that carry threat.

    Args:
        design: of the cohort.
        care: one of its stretches.

    Returns:
        Shape (children,), threat a waking hour, >= 0.
    """
    constants = constants_of(design)
    return _an_hour(design, care, lambda rates: np.asarray(expected_threat(rates, constants), np.float64))


def _an_hour(design: CohortDesign, care: Care, weighed: Callable[[Rates], Floats]) -> Floats:
    constants = _constants(design)
    rest = 1.0 - sum(one.share for one in care.others.values())
    total = np.zeros(design.children)
    for slot, traits in partner_traits(design, care).items():
        share = rest if slot is None else care.others[slot].share
        total += share * _together(traits) * _of_one(traits, constants, design.bids_per_day, weighed)
    return total


def frightening_acts(traits: Values, constants: Mapping[str, float], bids_per_day: int) -> Floats:
    """Return the frightening, harsh and abusive acts of one partner, as a coder would code them.

    Args:
        traits: of the partner, by name.
        constants: of the model, by name.
        bids_per_day: every need taken as an expressed bid.

    Returns:
        Acts a waking hour together, >= 0, of the traits' shape.
    """
    return _of_one(traits, constants, bids_per_day, _frightening_acts)


def _of_one(
    traits: Values, constants: Mapping[str, float], bids_per_day: int, weighed: Callable[[Rates], Floats]
) -> Floats:
    bids = bids_per_day / constants["waking_hours"] * constants["detect_express"]
    person = Caregiver(**traits)
    acts = weighed(unprovoked(person)) + bids * weighed(provoked(person))
    return (1.0 + constants["stress_harshness"] * traits["background_stress"]) * acts


def responsiveness(design: CohortDesign, age: float, slot: str | None = None) -> Floats:
    """Return how responsive a partner is at an age.

    Args:
        design: of the cohort.
        age: months.
        slot: a place of the design's further partners; None for the first partner.

    Returns:
        Shape (children,), in [0, 1]; see `responsiveness_under`.

    Raises:
        KeyError: no one is in that place then.
    """
    return responsiveness_under(design, design.care_at(age), slot)


def responsiveness_under(design: CohortDesign, care: Care, slot: str | None = None) -> Floats:
    """Return how responsive a partner is: the share of expressed bids that it answers, times its warmth.

    P(answered) = here * detectability * sigmoid(b_0 + b_s (signal - 1/2)) * (a + (1 - a) a_0) * (1 - c), times the
    share of answers that fit the need, 1 - i, and warmth w; a is the share of time in which it is available. It is what
    training is meant to move, before any rater has watched.

    Args:
        design: of the cohort.
        care: one of its stretches.
        slot: a place of the design's further partners; None for the first partner.

    Returns:
        Shape (children,), in [0, 1].

    Raises:
        KeyError: no one is in that place then.
    """
    traits = partner_traits(design, care)[slot]
    return answered(traits, _constants(design)) * (1.0 - traits["intrusion"]) * traits["warmth"]


def answered(traits: Values, constants: Mapping[str, float]) -> Floats:
    """Return the share of expressed bids that a partner answers, however it answers; see `responsiveness_under`.

    Args:
        traits: of the partner, by name.
        constants: of the model, by name.

    Returns:
        In [0, 1], of the traits' shape.
    """
    away, there = traits["sojourn_unavailable"], traits["sojourn_available"]
    available = there / (there + away) * (1.0 - constants["stress_availability"] * traits["background_stress"])
    ready = available + (1.0 - available) * traits["answer_unavailable"]
    strength = constants["signal_express"] - 0.5
    willing = 1.0 / (1.0 + np.exp(-traits["answer_base"] - traits["answer_slope"] * strength))
    return constants["detect_express"] * willing * ready * (1.0 - traits["never_share"]) * _together(traits)


def _constants(design: CohortDesign) -> dict[str, float]:
    return {entry.name: design.constants.get(entry.name, entry.default) for entry in registry.CONSTANTS}


def _together(traits: Values) -> Floats:
    """Share of time not apart: mean time between separations over that and their mean length."""
    between = 24.0 / traits["separation_rate"]
    return between / (between + traits["separation_length"])
