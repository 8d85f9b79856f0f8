"""The first three years under some care: what children come to expect, feel and do, quickly enough to follow a hand.

One small block of fixed width is lived by the engine's own program, so that a child here is the child of any cohort
with its number and seed. The width is smaller than the engine's: a slider that moves needs an answer within a fifth of
a second, and sixty-four children show a median and the middle half.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from bowlby.model.life.exposures import EXPOSURES
from bowlby.model.life.state import from_leaves
from bowlby.model.life.traits import Constants
from bowlby.model.registry import CONSTANTS
from bowlby.model.signs.reference import load_reference, normal_scores
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.response import GENERAL_NODES, GENERAL_WEIGHTS, intercept
from bowlby.model.signs.states import SIGN_STATES, sign_states
from bowlby.simulation.engine.blocks import Blocks
from bowlby.simulation.engine.cohort import newborn
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.engine.program import EpisodeClock, LifeBlock, program
from bowlby.simulation.named_care import cohort
from bowlby.simulation.population import shifted
from bowlby.web.kinds import shifts_of

Floats = npt.NDArray[np.float64]

CHILDREN = 64
"""Lives in the block; the same for every kind of care."""

BIDS_A_DAY = 12
"""Needs of a waking day, as in every cohort unless it says otherwise."""

UNTIL = 36.0
STEP = 1.5
"""Months lived, and months between two points of a curve."""

QUARTILES = (0.25, 0.5, 0.75)
SIGN_AGES = (12.0, 18.0, 36.0)
"""Months at which signs are told: ages of the reference children."""


@dataclass(frozen=True)
class CurveQuantity:
    """One curve.

    Args:
        name: key.
        label: on the page.
        panel: chart in which it stands.
        forward: whether it is only simulated forward and has no channel in an observation record.
        says: what it is, one sentence.
        equation: how it comes about, in the model's symbols.
        source: where the equation comes from.
    """

    name: str
    label: str
    panel: str
    forward: bool
    says: str
    equation: str
    source: str


EXPECTS, FEELS, DOES, BODY = "expects", "feels", "does", "body"

QUANTITIES: tuple[CurveQuantity, ...] = (
    CurveQuantity(
        "comfort_expectation",
        "comfort expected when it asks",
        EXPECTS,
        False,
        "The relief that the child expects of showing a need.",
        "m ← m + (x / n) (r − m), with x = χ p the weight of an episode; the evidence n ← n + x − h x (n − 1) grows "
        "with experience and is lost at the rate h = D² / Q at which errors go one way",
        "Beta belief with inferred forgetting: Yu & Cohen 2008; Piray & Daw 2021, Nat Commun 12:6587",
    ),
    CurveQuantity(
        "threat_expectation",
        "threat expected",
        EXPECTS,
        False,
        "How much threat the child expects of the caregiver, whether it asks or not.",
        "T ← T + α₊ (d − T) when the threat met d is above T, and T ← T + α₋ (d − T) when below: up fast, down slowly",
        "two rates after Rescorla & Wagner 1972; their sizes are assumed",
    ),
    CurveQuantity(
        "worth",
        "being noticed unasked",
        EXPECTS,
        False,
        "How far the child expects to be noticed although it asks for nothing: its worth to others.",
        "S ← S + α_w χ (noticed − S); noticed with probability D² / (D² + n_h²), D the recent density of warm acts",
        "bowlby's own; warm acts too rare to be noticed count as absent",
    ),
    CurveQuantity(
        "trust_in_adults",
        "comfort expected of adults in general",
        EXPECTS,
        False,
        "What the child expects of adults whom it does not know.",
        "G ← G + α_g χ p (r − G), p the plasticity of learning at that age: slower than what is learned of one person",
        "expectations generalise: Bowlby 1973, Separation; the rate is assumed",
    ),
    CurveQuantity(
        "frustration",
        "frustration",
        FEELS,
        False,
        "Need that stays unmet, as a running mean.",
        "F ← F + ψ (n (1 − r) − F), n the need and r the relief that came",
        "bowlby's own; frustration with approach feeds protest (Bowlby 1973)",
    ),
    CurveQuantity(
        "arousal",
        "arousal over time",
        FEELS,
        True,
        "Slow mean of arousal: how wound up the body is from day to day.",
        "a ← a + (1 − a) ι n when a need arises, less ζ r when relief comes; L ← L + λ (a − L)",
        "bowlby's own; simulated forward, never inferred from a record",
    ),
    CurveQuantity(
        "minimising",
        "hardly shows its needs",
        DOES,
        False,
        "Share of needs that the child hardly shows.",
        "P(act) ∝ exp(β V_act), V_act = need · m − cost + β_u · √(m (1 − m) / (n + 1)) − κ · reactivity · threat · "
        "reach",
        "softmax choice; the costs are assumed",
    ),
    CurveQuantity(
        "intensifying",
        "protests at full strength",
        DOES,
        False,
        "Share of needs that are told at full strength.",
        "as above; anger adds ω · frustration · approach · hope to protest, for as long as there is hope",
        "protest gives way to despair: Bowlby 1973, Separation",
    ),
    CurveQuantity(
        "freezing",
        "freezes or contradicts itself",
        DOES,
        False,
        "Share of needs at which the child freezes or does two opposite things at once.",
        "P(freeze) = σ(f₀ + f_c · min(approach, avoidance) + f_n · no strategy + f_u · no bond)",
        "conflict of approach and avoidance: Main & Hesse 1990; sizes set by hand",
    ),
    CurveQuantity(
        "regulation",
        "calms down by itself",
        BODY,
        True,
        "The child's own power to calm down, taken over from being soothed.",
        "R ← R + λ_g · soothed · p (1 − R), p the plasticity at that age",
        "bowlby's own; simulated forward",
    ),
    CurveQuantity(
        "threat_reactivity",
        "reactivity to threat",
        BODY,
        True,
        "How strongly expected threat is felt; 1 at birth.",
        "grows by λ_r for each unit of threat met, and returns slowly",
        "bowlby's own; simulated forward",
    ),
    CurveQuantity(
        "language",
        "language and planning",
        BODY,
        True,
        "Language and executive development, grown by exchange and stimulation.",
        "W ← W + λ_w · (exchange + noticed) · p (1 − W)",
        "bowlby's own; simulated forward",
    ),
)

_OF_STATE = ("minimising", "freezing", "threat_reactivity", "frustration")
_CONSTANTS = Constants(*np.array([entry.default for entry in CONSTANTS]))
_LIVING = threading.Lock()


@dataclass(frozen=True)
class CareCourse:
    """What became of the children under one kind of care.

    Args:
        ages: months, from birth, shape (points,).
        quartiles: by quantity, shape (points, 3): lower quartile, median, upper quartile over children.
        signs: by age in months, share of such children who would show each sign persistently.
    """

    ages: Floats
    quartiles: Mapping[str, Floats]
    signs: Mapping[float, Mapping[str, float]]


def course(kind: str, moved: Mapping[str, float] | None = None, seed: int = 0) -> CareCourse:
    """Return the first three years in families under a kind of care.

    Args:
        kind: an exposure; the families are those of any cohort under it.
        moved: sliders by parameter, each where it puts the median family; None for none.
        seed: of all chances, 0 <= seed < 2**64; the children are those numbered 0 to 63 of any cohort with it.

    Returns:
        The course.

    Raises:
        ParameterError: a slider is unknown or beyond its ends.
        InputError: there is no such care, or the seed has more than 64 bits.
    """
    return _course(kind, tuple(sorted((moved or {}).items())), seed)


@lru_cache(maxsize=64)
def _course(kind: str, moved: tuple[tuple[str, float], ...], seed: int) -> CareCourse:
    states = live(kind, dict(moved), seed)
    told = quantities_of(states)
    quartiles = np.quantile(np.stack([told[one.name] for one in QUANTITIES]), QUARTILES, axis=2)
    found = {one.name: quartiles[:, row].T for row, one in enumerate(QUANTITIES)}
    ages = np.arange(states.shape[1]) * STEP
    signs = {age: _signs(age, {name: told[name][round(age / STEP)] for name in SIGN_STATES}) for age in SIGN_AGES}
    return CareCourse(ages, found, signs)


def quantities_of(states: np.ndarray) -> dict[str, Floats]:
    """Return what can be drawn of some states, and what signs load on.

    Args:
        states: of `live`.

    Returns:
        By name, each of shape (points, children).
    """
    child = from_leaves(list(states)).child
    told: dict[str, Floats] = {name: np.asarray(value) for name, value in sign_states(child, _CONSTANTS).items()}
    told["intensifying"] = told["protest"]
    return told | {name: np.asarray(getattr(child, name)) for name in _OF_STATE}


def design_of(kind: str, moved: Mapping[str, float], seed: int) -> CohortDesign:
    """Return the lives of the children.

    Args:
        kind: as for `course`.
        moved: as for `course`.
        seed: as for `course`.

    Returns:
        The design of a cohort under that care, each family's traits shifted as the sliders shift the median family's.

    Raises:
        ParameterError: a slider is unknown or beyond its ends.
        InputError: there is no such care, or the seed has more than 64 bits.
    """
    design = cohort(kind, CHILDREN, UNTIL, seed=seed)
    by = shifts_of(kind, moved)
    care = tuple(replace(one, setting=shifted(one.setting, by)) for one in design.care)
    return replace(design, care=care) if by else design


def live(kind: str, moved: Mapping[str, float], seed: int) -> np.ndarray:
    """Return the states of the children from birth on.

    Args:
        kind: as for `course`.
        moved: as for `course`.
        seed: as for `course`.

    Returns:
        float32, shape (variables, points, children), birth first.

    Raises:
        ParameterError: a slider is unknown or beyond its ends.
        InputError: there is no such care, or the seed has more than 64 bits.
    """
    return live_to(design_of(kind, moved, seed), np.arange(STEP, UNTIL + STEP / 2, STEP))


def live_to(design: CohortDesign, ages: Floats) -> np.ndarray:
    """Return the states of a design's children at birth and at some ages, from the one compiled program.

    Args:
        design: of 64 children.
        ages: months, ascending, shape (24,).

    Returns:
        float32, shape (variables, 25, children), birth first.
    """
    clocks = _clocks(design, ages)
    blocks = [_narrow(Blocks(design, care).block(slice(0, CHILDREN))) for care in design.care]
    ends = np.array([design.episode_at(care.until) for care in design.care])
    location = np.stack([blocks[place].location for place in np.searchsorted(ends, clocks.first, side="right")])
    birth = newborn(design).state
    with _LIVING:
        later = np.asarray(_through()(blocks[0], location, clocks, birth))
    return np.concatenate([birth[:, None], later.swapaxes(0, 1)], axis=1)


def _clocks(design: CohortDesign, ages: Floats) -> EpisodeClock:
    """Return the stretches between two points of a curve, one a row."""
    turns = np.array([design.episode_at(age) for age in (0.0, *ages)])
    counts = np.diff(turns).astype(np.int32)
    return EpisodeClock(turns[:-1].astype(np.uint32), counts, np.full_like(counts, design.bids_per_day))


@cache
def _through() -> Any:
    """Return the engine's program over all stretches: (block, locations, clocks, birth) -> (stretches, variables, W).

    One call instead of one a stretch: each call costs half a millisecond beside the two that its episodes take.
    """

    def after(block: LifeBlock, locations: jax.Array, clocks: EpisodeClock, birth: jax.Array) -> jax.Array:
        def stretch(state: jax.Array, now: tuple[jax.Array, EpisodeClock]) -> tuple[jax.Array, jax.Array]:
            location, clock = now
            lived = program()(block._replace(location=location), clock, state)
            return lived, lived

        return jax.lax.scan(stretch, birth, (locations, clocks))[1]

    return jax.jit(after)


def _narrow(block: LifeBlock) -> LifeBlock:
    return block._replace(
        children=block.children[:CHILDREN], location=block.location[:, :CHILDREN], spread=block.spread[:, :CHILDREN]
    )


def side_by_side() -> None:
    """Live every named kind of care once, so that the first page need not wait for it."""
    for kind in EXPOSURES:
        course(kind)


@dataclass(frozen=True)
class _Ladder:
    """Values of a state among reference children, ascending, and their normal scores."""

    values: Floats
    scores: Floats

    def score(self, values: Floats) -> Floats:
        """Return the normal score that a value has among the reference children."""
        return np.interp(values, self.values, self.scores)


@cache
def _ladders(age: float) -> dict[str, _Ladder]:
    children = load_reference().at(age)
    ladders: dict[str, _Ladder] = {}
    for name, values in children.values.items():
        known, first = np.unique(values, return_index=True)
        ladders[name] = _Ladder(known, normal_scores(values)[first])
    return ladders


@dataclass(frozen=True)
class _Loadings:
    """How the signs that show at an age load on the states, and their base rates' intercepts."""

    signs: tuple[str, ...]
    slopes: Floats
    intercepts: Floats


@cache
def _loadings(age: float) -> _Loadings:
    scores = load_reference().at(age).scores
    shown = {name: sign for name, sign in SIGNS.items() if sign.shows_at(age)}
    slopes = np.array([[sign.slopes().get(state, 0.0) for state in SIGN_STATES] for sign in shown.values()])
    linear = slopes @ np.stack([scores[state] for state in SIGN_STATES])
    rates = [sign.base_rate for sign in shown.values()]
    found = [intercept(row[:, None] + GENERAL_NODES, rate) for row, rate in zip(linear, rates, strict=True)]
    return _Loadings(tuple(shown), slopes, np.array(found))


def _signs(age: float, states: Mapping[str, Floats]) -> dict[str, float]:
    """Return the share of the children who would show each sign that shows at this age."""
    loadings = _loadings(age)
    scores = np.stack([_ladders(age)[state].score(states[state].astype(float)) for state in SIGN_STATES])
    linear = loadings.slopes @ scores + loadings.intercepts[:, None]
    chance = 1.0 / (1.0 + np.exp(-(linear[:, :, None] + GENERAL_NODES)))
    shares = chance.mean(axis=1) @ GENERAL_WEIGHTS
    return dict(zip(loadings.signs, shares.tolist(), strict=True))
