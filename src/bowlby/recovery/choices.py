"""Simulated choices: children who learn by a rule, met by care whose answers change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from statistics import NormalDist

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jaxtyping import Array, Float

from bowlby.inference.choices.choice import ChoiceModel, act_logits
from bowlby.inference.choices.fit import draw_unknowns
from bowlby.inference.choices.hierarchy import Hierarchy, ParameterLayout, hierarchy_problem, series_values
from bowlby.inference.choices.trials import Series, Trials
from bowlby.model.rules.registry import RULES

Floats = npt.NDArray[np.float64]

ANSWERED, UNANSWERED = 0.8, 0.2
"""Chance of an answer to the act that serves at the time, and to the others."""
STEADY, VOLATILE = (40, 70), (10, 20)
"""Trials after which another act serves, in the steady and the volatile half of a session."""


@dataclass(frozen=True)
class ChoiceDesign:
    """What is simulated.

    Args:
        children: how many, >= 1.
        sessions: of each child, >= 1.
        trials: of each session, >= 1.
        acts: how many acts, >= 2.
        missing: share of outcomes that are not seen by the coder, in [0, 1); the child sees them.
    """

    children: int = 50
    sessions: int = 1
    trials: int = 200
    acts: int = 2
    missing: float = 0.0


@dataclass(frozen=True)
class SimulatedTrials:
    """Trials with their truth.

    Args:
        trials: as a coder would write them.
        unknowns: shape (unknowns,), of `layout`.
        free: parameters of every series on the transformed scale, shape (parameters, series).
        layout: the unknowns, children's values as distances from the mean.
    """

    trials: Trials
    unknowns: Floats
    free: Floats
    layout: ParameterLayout


def simulate(hierarchy: Hierarchy, design: ChoiceDesign, seed: int, *, typical: bool = False) -> SimulatedTrials:
    """Return simulated trials of children whose parameters come from the hierarchy's prior.

    An outcome is missing to child and likelihood alike: what nobody saw teaches nothing.

    Args:
        hierarchy: the rule and what varies; covariates only of groups, ages or conditions that a design has none of.
        design: how many of everything.
        seed: 0 <= seed < 2**63.
        typical: put means and spreads at the middle of their priors instead of drawing them.

    Returns:
        Trials and truth.

    Raises:
        InputError: the hierarchy cannot be posed.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, 19]))
    blank = _trials(design, np.zeros((design.trials, design.children * design.sessions, 2)))
    problem = hierarchy_problem(blank, hierarchy)
    layout = replace(problem.layout, centred=(False,) * len(problem.layout.model.free))
    unknowns = draw_unknowns(layout, rng, 1)[0]
    if typical:
        unknowns = _at_the_middle(layout, unknowns)
    series = len(blank.series)
    chances = np.stack([changing_care(design, rng) for _ in range(series)], axis=-1)
    words = rng.random((design.trials, 2, series))
    hidden = rng.random((design.trials, series)) < design.missing
    with jax.enable_x64(True):
        free = np.asarray(series_values(layout, jnp.asarray(unknowns), problem.data)[0])
        seen = jnp.asarray(~hidden, float)
        acted = np.asarray(choose(layout.model, jnp.asarray(free), (jnp.asarray(chances), jnp.asarray(words), seen)))
    return SimulatedTrials(_trials(design, acted, hidden), unknowns, free, layout)


def _at_the_middle(layout: ParameterLayout, unknowns: Floats) -> Floats:
    """Return the unknowns with means and effects at 0 and spreads at the median of their half-normal priors."""
    blocks: list[Floats] = []
    for name, part in layout.parts(jnp.asarray(unknowns)).items():
        middle = np.log(NormalDist().inv_cdf(0.75)) if name.endswith("spread") else 0.0
        own = name in ("child", "session")
        blocks.append(np.asarray(part, dtype=float).ravel() if own else np.full(part.size, middle))
    return np.concatenate(blocks)


def changing_care(design: ChoiceDesign, rng: np.random.Generator) -> Floats:
    """Return the chance that each act is answered on each trial: steady care first, then volatile.

    Args:
        design: trials and acts.
        rng: the only source of randomness.

    Returns:
        Shape (trials, acts).
    """
    serves = np.empty(design.trials, dtype=np.int64)
    place, now = 0, int(rng.integers(design.acts))
    while place < design.trials:
        low, high = STEADY if place < design.trials / 2 else VOLATILE
        end = place + int(rng.integers(low, high + 1))
        serves[place:end] = now
        place, now = end, (now + int(rng.integers(1, design.acts))) % design.acts
    return np.where(serves[:, None] == np.arange(design.acts), ANSWERED, UNANSWERED)


@partial(jax.jit, static_argnums=0)
def choose(
    model: ChoiceModel, free: Float[Array, "parameters series"], words: tuple[Array, Array, Array]
) -> Float[Array, "trials series 2"]:
    """Return the acts that children choose and the outcomes they meet, by the same rule as the likelihood's.

    Args:
        model: rule and policy.
        free: parameters on the transformed scale, shape (parameters, series).
        words: chance of an answer to each act, shape (trials, acts, series); uniform words for act and outcome, shape
            (trials, 2, series); whether the outcome is seen, shape (trials, series).

    Returns:
        Act and outcome, shape (trials, series, 2).
    """
    parameters, rule = model.natural(free), RULES[model.rule]

    def trial(packed: Array, what: tuple[Array, Array, Array]) -> tuple[Array, Array]:
        chances, (for_act, for_outcome), seen = what
        state = rule.unpack(packed)
        of_acts = jax.nn.softmax(act_logits(model, parameters, rule.expected(state), rule.uncertainty(state)), axis=0)
        act = jnp.sum(for_act > jnp.cumsum(of_acts, axis=0)[:-1], axis=0)
        chosen = (act == jnp.arange(model.acts)[:, None]).astype(packed.dtype)
        outcome = (for_outcome < jnp.sum(chosen * chances, axis=0)).astype(packed.dtype)
        after = rule.update(parameters, state, outcome, chosen * seen)
        return rule.pack(after, packed.shape[1:]), jnp.stack([act.astype(packed.dtype), outcome], axis=-1)

    first = rule.pack(rule.initial(parameters), words[0].shape[1:]).astype(words[0].dtype)
    return jax.lax.scan(trial, first, words)[1]


def _trials(design: ChoiceDesign, acted: Floats, hidden: npt.NDArray[np.bool_] | None = None) -> Trials:
    """Return simulated columns as trials, outcome 0 written where it was not seen."""
    rows: list[Series] = []
    for place in range(design.children * design.sessions):
        child, session = divmod(place, design.sessions)
        known = np.ones(design.trials, dtype=bool) if hidden is None else ~hidden[:, place]
        act, outcome = acted[:, place, 0].astype(np.int64), np.where(known, acted[:, place, 1], 0.0)
        rows.append(Series(f"child {child + 1}", str(session + 1), act, np.ones_like(known), outcome, known))
    return Trials(tuple(f"act {number + 1}" for number in range(design.acts)), tuple(rows))
