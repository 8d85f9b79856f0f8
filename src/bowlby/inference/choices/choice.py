"""The likelihood of choices under a learning rule, with its gradient carried forward beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from bowlby.inference.choices.trials import Trials
from bowlby.model.parameter import Parameter, Transform
from bowlby.model.rules.policy import COST_PREFIX, INVERSE_TEMPERATURE, UNCERTAINTY_BONUS, logits
from bowlby.model.rules.registry import RULES
from bowlby.model.rules.rule import RuleName
from bowlby.model.scalar import Scalar


class Choices(NamedTuple):
    """What the likelihood needs of trials; one precision, series innermost.

    Args:
        chosen: 1 at the act chosen where it is known, shape (trials, acts, series).
        learned: 1 at the act whose outcome was seen, shape (trials, acts, series).
        outcome: shape (trials, series); 0 where it was not seen.
    """

    chosen: Float[Array, "trials acts series"]
    learned: Float[Array, "trials acts series"]
    outcome: Float[Array, "trials series"]


@dataclass(frozen=True)
class ChoiceModel:
    """A learning rule with its policy: which parameters are free, and what the others are; hashable.

    Args:
        rule: learning rule.
        free: registry entries of the free parameters, in order.
        fixed: name and value of every other parameter.
        acts: number of acts.
    """

    rule: RuleName
    free: tuple[Parameter, ...]
    fixed: tuple[tuple[str, float], ...]
    acts: int

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the free parameters."""
        return tuple(entry.name for entry in self.free)

    def natural(self, free: Float[Array, "parameters ..."]) -> dict[str, Scalar]:
        """Return all parameters on their own scales, from the free ones on the transformed scale."""
        found: dict[str, Scalar] = dict(self.fixed)
        for place, entry in enumerate(self.free):
            found[entry.name] = natural(entry.transform, free[place])
        return found


def natural(transform: Transform, free: Float[Array, ...]) -> Float[Array, ...]:
    """Return values of the transformed scale on their own scale, under JAX.

    Args:
        transform: of the parameter.
        free: on the real line.

    Returns:
        The same shape.
    """
    match transform:
        case Transform.IDENTITY:
            return free
        case Transform.LOG:
            return jnp.exp(free)
        case Transform.LOGIT:
            return jax.nn.sigmoid(free)


def pack_choices(trials: Trials, precision: type[np.floating[Any]] = np.float32) -> Choices:
    """Return trials as the arrays of the likelihood.

    Args:
        trials: trials of many children.
        precision: float32, which the scan runs three to five times as fast in, or float64.

    Returns:
        Padded and masked arrays.
    """
    act, seen = trials.padded("act"), trials.padded("act_seen")
    known = trials.padded("outcome_seen")
    chosen = (act[:, None, :] == np.arange(len(trials.acts))[:, None]) & seen[:, None, :]
    outcome = np.where(known, trials.padded("outcome"), 0.0)
    arrays = (chosen, chosen & known[:, None, :], outcome)
    return Choices(*(jnp.asarray(array, precision) for array in arrays))


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def log_likelihood(
    model: ChoiceModel, free: Float[Array, "parameters series"], choices: Choices
) -> Float[Array, " series"]:
    """Return the log likelihood of every series.

    A series depends on its own few parameters only, so the gradient is carried forward through the same scan, one
    tangent a parameter, and nothing is kept for a way back.

    Args:
        model: rule and policy.
        free: parameters on the transformed scale, shape (parameters, series).
        choices: padded trials.

    Returns:
        Shape (series,).
    """
    return _sum_over_trials(model, free, choices)


def _forward(
    model: ChoiceModel, free: Float[Array, "parameters series"], choices: Choices
) -> tuple[Float[Array, " series"], Float[Array, "parameters series"]]:
    return with_gradient(partial(_sum_over_trials, model, choices=choices), free)


def _backward(
    model: ChoiceModel, gradient: Float[Array, "parameters series"], outer: Float[Array, " series"]
) -> tuple[Float[Array, "parameters series"], None]:
    return gradient * outer, None


log_likelihood.defvjp(_forward, _backward)


def with_gradient(
    function: Callable[[Float[Array, "parameters series"]], Any], free: Float[Array, "parameters series"]
) -> tuple[Any, Any]:
    """Return a function of each series's own parameters and its derivatives in them.

    Args:
        function: its outputs have the series as their last axis.
        free: shape (parameters, series).

    Returns:
        The value, and its derivatives with a parameter axis put first.
    """
    basis = jnp.broadcast_to(jnp.eye(len(free), dtype=free.dtype)[:, :, None], (len(free), *free.shape))
    value, slope = jax.vmap(lambda tangent: jax.jvp(function, (free,), (tangent,)))(basis)
    return jax.tree.map(lambda leaf: leaf[0], value), slope


@partial(jax.jit, static_argnums=0)
def with_curvature(
    model: ChoiceModel, free: Float[Array, "parameters series"], choices: Choices
) -> tuple[Array, Array, Array]:
    """Return log likelihood, gradient and Hessian of every series.

    Args:
        model: rule and policy.
        free: parameters on the transformed scale, shape (parameters, series).
        choices: padded trials.

    Returns:
        Shapes (series,), (parameters, series), (parameters, parameters, series).
    """

    def slope(at: Float[Array, "parameters series"]) -> Any:
        return with_gradient(partial(_sum_over_trials, model, choices=choices), at)

    (value, gradient), (_, hessian) = with_gradient(slope, free)
    return value, gradient, hessian


def _sum_over_trials(
    model: ChoiceModel, free: Float[Array, "parameters series"], choices: Choices
) -> Float[Array, " series"]:
    total = jnp.zeros(choices.outcome.shape[1], choices.outcome.dtype)

    def add(total: Array, of_trial: Array) -> tuple[Array, None]:
        return total + of_trial, None

    return _through_trials(model, free, choices, add, total)[0].astype(free.dtype)


@partial(jax.jit, static_argnums=0)
def by_trial(
    model: ChoiceModel, free: Float[Array, "parameters series"], choices: Choices
) -> Float[Array, "trials series"]:
    """Return the log probability of every act chosen, given all before it; 0 where the act is missing.

    Args:
        model: rule and policy.
        free: parameters on the transformed scale, shape (parameters, series).
        choices: padded trials.

    Returns:
        Shape (trials, series).
    """

    def keep(nothing: Array, of_trial: Array) -> tuple[Array, Array]:
        return nothing, of_trial

    return _through_trials(model, free, choices, keep, jnp.zeros(()))[1]


def _through_trials(
    model: ChoiceModel,
    free: Float[Array, "parameters series"],
    choices: Choices,
    use: Callable[[Array, Array], tuple[Array, Array | None]],
    start: Array,
) -> tuple[Array, Any]:
    parameters = model.natural(free.astype(choices.outcome.dtype))
    rule = RULES[model.rule]

    def trial(carry: tuple[Array, Array], what: Choices) -> tuple[tuple[Array, Array], Any]:
        packed, kept = carry
        state = rule.unpack(packed)
        of_acts = act_logits(model, parameters, rule.expected(state), rule.uncertainty(state))
        seen = jnp.sum(what.chosen, axis=0)
        log_probability = jnp.sum(what.chosen * of_acts, axis=0) - seen * jax.nn.logsumexp(of_acts, axis=0)
        kept, out = use(kept, log_probability)
        return (rule.pack(rule.update(parameters, state, what.outcome, what.learned), packed.shape[1:]), kept), out

    first = rule.pack(rule.initial(parameters), choices.chosen.shape[1:]).astype(choices.outcome.dtype)
    (_, kept), out = jax.lax.scan(trial, (first, start), choices)
    return kept, out


@partial(jax.jit, static_argnums=0)
def act_probabilities(
    model: ChoiceModel, free: Float[Array, "parameters series"], choices: Choices
) -> Float[Array, "trials acts series"]:
    """Return the probability of every act on every trial, given what was chosen and came before.

    Args:
        model: rule and policy.
        free: parameters on the transformed scale, shape (parameters, series).
        choices: padded trials.

    Returns:
        Shape (trials, acts, series).
    """
    parameters = model.natural(free.astype(choices.outcome.dtype))
    rule = RULES[model.rule]

    def trial(packed: Array, what: Choices) -> tuple[Array, Array]:
        state = rule.unpack(packed)
        of_acts = act_logits(model, parameters, rule.expected(state), rule.uncertainty(state))
        after = rule.update(parameters, state, what.outcome, what.learned)
        return rule.pack(after, packed.shape[1:]), jax.nn.softmax(of_acts, axis=0)

    first = rule.pack(rule.initial(parameters), choices.chosen.shape[1:]).astype(choices.outcome.dtype)
    return jax.lax.scan(trial, first, choices)[1]


def act_logits(
    model: ChoiceModel, parameters: dict[str, Scalar], expected: Scalar, uncertainty: Scalar
) -> Float[Array, "acts ..."]:
    """Return the logits of every act.

    Args:
        model: rule and policy.
        parameters: all of them, on their own scales.
        expected: of each act, shape (acts, ...).
        uncertainty: the same shape.

    Returns:
        Shape (acts, ...).
    """
    costs = [value for name, value in parameters.items() if name.startswith(COST_PREFIX)]
    return logits(
        jnp.asarray(expected),
        jnp.asarray(uncertainty),
        parameters[INVERSE_TEMPERATURE.name],
        parameters.get(UNCERTAINTY_BONUS.name, 0.0),
        [0.0, *costs] if costs else [],
    )
