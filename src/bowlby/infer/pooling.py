"""Transitions of the hierarchy over dyads: sessions within children, children round what covariates lead to expect."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import cho_solve, solve_triangular
from jaxtyping import Array, Float

from bowlby.infer.density import (
    DEVIATING,
    LOCATIONS,
    SCALES,
    STEADY,
    Care,
    Data,
    log_likelihood,
    prior_correlation,
    prior_of,
)
from bowlby.infer.programs import Kept
from bowlby.model.caregiver import Scalar

POOLED = (*DEVIATING, *STEADY, "session_deviation")
"""Parameters of a dyad that are drawn round the group's mean."""

C, S, K = len(DEVIATING), len(STEADY), len(POOLED)

MEAN_SD = 0.5**0.5
"""Sd of a mean's prior, in prior sds of the one-dyad model."""
SPREAD = 0.5**0.5
"""Scale of a spread's half-normal prior: with the mean's it leaves each dyad the variance of the one-dyad prior."""
EFFECT_SD = 0.5
"""Sd of a covariate's effect, in prior sds per sd or category, as in the hierarchy of choices."""

KEPT, THINNING = 250, 4
"""Draws kept of a chain in a round, and transitions from one to the next."""
REACH = (0.0, 0.6, 0.9, 0.97)
"""How much of the old place a proposal keeps: none at all, or so much that it stays near."""

TOGETHER = 5
"""Moves of a mean and spread with all dyads in a transition."""

_DEVIATION = prior_of("session_deviation")

LogLikelihood = Callable[[Float[Array, " n"], Data], Scalar]


class Dyads(NamedTuple):
    """What the first stage leaves of all dyads; arrays with one row a dyad.

    Args:
        data: evidence padded to one size, each leaf with a leading axis of dyads.
        design: 1 and the covariates, shape (dyads, columns).
        linear: of the quadratic approximation of each log likelihood, shape (dyads, n).
        precision: of the same, positive semidefinite, shape (dyads, n, n).
    """

    data: Data
    design: Float[Array, "dyads columns"]
    linear: Float[Array, "dyads n"]
    precision: Float[Array, "dyads n n"]


class State(NamedTuple):
    """One draw, everything standardised by the one-dyad prior.

    Args:
        steady: care that is the same in every session.
        session: care in each session.
        usual: usual care of the deviating parameters.
        deviation: log session deviation.
        effects: mean in the first row, effects of covariates below it.
        spread: sd of dyads round what their covariates lead to expect.
    """

    steady: Float[Array, "dyads S"]
    session: Float[Array, "dyads sessions C"]
    usual: Float[Array, "dyads C"]
    deviation: Float[Array, " dyads"]
    effects: Float[Array, "columns K"]
    spread: Float[Array, " K"]


CORRELATION = prior_correlation(POOLED)
_INVERSE = np.linalg.inv(CORRELATION)


def of_care(unknowns: Float[Array, " n"], data: Data) -> Scalar:
    """Return the log likelihood of one dyad's standardised care.

    Args:
        unknowns: steady care, then care in each session.
        data: padded evidence of the dyad.

    Returns:
        As `density.log_likelihood`.
    """
    session = unknowns[S:].reshape(-1, C) * SCALES[:C] + LOCATIONS[:C]
    return log_likelihood(Care(session, unknowns[:S] * SCALES[C:] + LOCATIONS[C:]), data)


def levels(state: State) -> Array:
    """Return the pooled parameters of each dyad, ordered as `POOLED`.

    Args:
        state: a draw.

    Returns:
        Shape (dyads, K).
    """
    return jnp.concatenate([state.usual, state.steady, state.deviation[:, None]], axis=1)


def run(likelihood: LogLikelihood, keys: Array, states: State, dyads: Dyads) -> tuple[State, State]:
    """Return the last state of each chain and the draws on the way.

    Every transition leaves the joint posterior as it is: care given the rest by proposals from the first stage's normal
    (Lunn, Barrett, Sweeting & Thompson 2013, J R Stat Soc C 62:551, whose proposals are first-stage draws; a normal
    does not wear out with the number of parameters), the rest by Gibbs and Metropolis steps, and mean and spread once
    more with the dyads' standardised places held (interweaving, Yu & Meng 2011, J Comput Graph Stat 20:531), which is
    the non-centred form where records say little.

    Args:
        likelihood: of one dyad's steady and session care.
        keys: one a chain.
        states: where the chains are, each leaf with a leading axis of chains.
        dyads: what the first stage left.

    Returns:
        Last states, and draws with leading axes of chains and `KEPT`.
    """

    def chain(key: Array, state: State) -> tuple[State, State]:
        def keep(now: State, word: Array) -> tuple[State, State]:
            words = jax.random.split(word, THINNING)
            then = jax.lax.fori_loop(0, THINNING, lambda i, at: _transition(likelihood, words[i], at, dyads), now)
            return then, then

        return jax.lax.scan(keep, state, jax.random.split(key, KEPT))

    return jax.vmap(chain)(keys, states)


@Kept
def run_care(keys: Array, states: State, dyads: Dyads) -> tuple[State, State]:
    """Return `run` of the care model.

    Args:
        keys: as raw words, one row a chain.
        states: where the chains are.
        dyads: what the first stage left.

    Returns:
        Last states and draws.
    """
    return run(of_care, jax.random.wrap_key_data(keys), states, dyads)


def _transition(likelihood: LogLikelihood, key: Array, state: State, dyads: Dyads) -> State:
    words = jax.random.split(key, 6)
    state = _move_care(likelihood, words[0], state, dyads)
    state = _move_deviation(words[1], state, dyads)
    state = _draw_usual(words[2], state, dyads)
    state = _draw_effects(words[3], state, dyads)
    state = _move_spread(words[4], state, dyads)
    return _move_together(likelihood, words[5], state, dyads)


def _flat(steady: Array, session: Array) -> Array:
    return jnp.concatenate([steady, session.reshape(len(steady), -1)], axis=1)


def _expected(state: State, dyads: Dyads) -> Array:
    return dyads.design @ state.effects


def _principal(spread: Array) -> tuple[Array, Array]:
    """Return variances and axes of usual care round its expectation."""
    return jnp.linalg.eigh(spread[:C, None] * CORRELATION[:C, :C] * spread[:C])


def _variance(deviation: Array) -> Array:
    return jnp.asarray(jnp.exp(2.0 * (_DEVIATION.location + _DEVIATION.scale * deviation)))


def _session_precision(state: State, dyads: Dyads) -> Array:
    """Return the prior precision of session care, usual care integrated out, shape (dyads, sessions C, sessions C)."""
    usual, axes = _principal(state.spread)
    variance, real = _variance(state.deviation)[:, None], dyads.data.real
    number, sessions = real.sum(axis=1)[:, None], real.shape[1]
    shared = (axes * (usual / (variance * (variance + number * usual)))[:, None, :]) @ axes.T
    own = jnp.where(real > 0, 1.0 / variance, 1.0)
    diagonal = own[:, :, None, None, None] * jnp.eye(C)[:, None, :] * jnp.eye(sessions)[:, None, :, None]
    whole = diagonal - jnp.einsum("di,dj,dab->diajb", real, real, shared)
    return whole.reshape(len(real), sessions * C, sessions * C)


def _move_care(likelihood: LogLikelihood, key: Array, state: State, dyads: Dyads) -> State:
    """Propose care of every dyad from a normal that the first stage shapes; accept by how far it errs."""
    expected, real = _expected(state, dyads), dyads.data.real
    between = _session_precision(state, dyads)
    centre = (real[:, :, None] * expected[:, None, :C]).reshape(len(real), -1)
    steady = 1.0 / state.spread[C : C + S] ** 2
    precision = dyads.precision.at[:, S:, S:].add(between).at[:, jnp.arange(S), jnp.arange(S)].add(steady)
    pull = jnp.concatenate([expected[:, C : C + S] * steady, jnp.einsum("dij,dj->di", between, centre)], axis=1)
    factor = jnp.linalg.cholesky(precision)
    middle = jax.vmap(lambda low, b: cho_solve((low, True), b))(factor, dyads.linear + pull)

    def beyond(at: Array) -> Array:
        fit = jnp.einsum("di,di->d", dyads.linear, at) - 0.5 * jnp.einsum("di,dij,dj->d", at, dyads.precision, at)
        return jnp.asarray(jax.vmap(likelihood)(at, dyads.data)) - fit

    at = _flat(state.steady, state.session)
    kept, normal, word = _words(key, 2, at.shape)
    noise = jnp.swapaxes(solve_triangular(jnp.swapaxes(factor, 1, 2), jnp.moveaxis(normal, 0, 2), lower=False), 1, 2)

    def step(i: Array, now: tuple[Array, Array]) -> tuple[Array, Array]:
        old, known = now
        new = middle + kept[i] * (old - middle) + jnp.sqrt(1.0 - kept[i] ** 2) * noise[:, i]
        value = beyond(new)
        taken = word[i] < value - known
        return jnp.where(taken[:, None], new, old), jnp.where(taken, value, known)

    at, _ = jax.lax.fori_loop(0, 2, step, (at, beyond(at)))
    return state._replace(steady=at[:, :S], session=at[:, S:].reshape(state.session.shape))


def _words(key: Array, steps: int, shape: tuple[int, ...]) -> tuple[Array, Array, Array]:
    """Return what some proposals keep of the old places, normal words, and logs of uniform ones, one a dyad."""
    first, second, third = jax.random.split(key, 3)
    kept = jnp.asarray(REACH)[jax.random.randint(first, (steps,), 0, len(REACH))]
    return kept, jax.random.normal(second, (steps, *shape)), jnp.log(jax.random.uniform(third, (steps, shape[0])))


def _apart(state: State, dyads: Dyads) -> tuple[Array, Array, Array, Array]:
    """Return variances and axes of usual care, and sums and sums of squares of sessions along them."""
    usual, axes = _principal(state.spread)
    away = (state.session - _expected(state, dyads)[:, None, :C]) @ axes
    real = dyads.data.real[:, :, None]
    return usual, axes, (real * away).sum(axis=1), (real * away**2).sum(axis=1)


def _move_deviation(key: Array, state: State, dyads: Dyads) -> State:
    """Propose the session deviation of every dyad from its prior or nearby; usual care is integrated out."""
    usual, _, sums, squares = _apart(state, dyads)
    number, spread = dyads.data.real.sum(axis=1)[:, None], state.spread[K - 1]
    expected = _expected(state, dyads)[:, K - 1]

    def fit(deviation: Array) -> Array:
        variance = _variance(deviation)[:, None]
        whole = variance + number * usual
        quadratic = squares / variance - usual * sums**2 / (variance * whole)
        return -0.5 * (quadratic + (number - 1.0) * jnp.log(variance) + jnp.log(whole)).sum(axis=1)

    kept, normal, word = _words(key, 3, state.deviation.shape)

    def step(i: Array, at: Array) -> Array:
        new = expected + kept[i] * (at - expected) + jnp.sqrt(1.0 - kept[i] ** 2) * spread * normal[i]
        return jnp.where(word[i] < fit(new) - fit(at), new, at)

    return state._replace(deviation=jax.lax.fori_loop(0, 3, step, state.deviation))


def _draw_usual(key: Array, state: State, dyads: Dyads) -> State:
    usual, axes, sums, _ = _apart(state, dyads)
    variance = _variance(state.deviation)[:, None]
    whole = variance + dyads.data.real.sum(axis=1)[:, None] * usual
    along = usual * sums / whole + jnp.sqrt(usual * variance / whole) * jax.random.normal(key, sums.shape)
    return state._replace(usual=_expected(state, dyads)[:, :C] + along @ axes.T)


def _effect_sds(columns: int) -> np.ndarray:
    return np.where(np.arange(columns) == 0, MEAN_SD, EFFECT_SD)


def _draw_effects(key: Array, state: State, dyads: Dyads) -> State:
    columns = dyads.design.shape[1]
    inverse = _INVERSE / (state.spread[:, None] * state.spread)
    prior = jnp.kron(np.diag(_effect_sds(columns) ** -2.0), _INVERSE)
    factor = jnp.linalg.cholesky(jnp.kron(dyads.design.T @ dyads.design, inverse) + prior)
    middle = cho_solve((factor, True), (dyads.design.T @ levels(state) @ inverse).ravel())
    noise = solve_triangular(factor.T, jax.random.normal(key, middle.shape), lower=False)
    return state._replace(effects=(middle + noise).reshape(columns, K))


def _steps(key: Array, steps: int) -> tuple[Array, Array, Array]:
    """Return two random moves of a random size for each step, and the log of a uniform word."""
    first, second, third = jax.random.split(key, 3)
    size = jnp.exp(jax.random.uniform(first, (steps,), minval=np.log(0.05), maxval=np.log(1.5)))
    moves = size * jax.random.normal(second, (2, steps))
    return moves[0], moves[1], jnp.log(jax.random.uniform(third, (steps,)))


def _log_prior_spread(spread: Array) -> Array:
    """Return the log prior density of the logs of spreads."""
    return jnp.sum(-0.5 * (spread / SPREAD) ** 2 + jnp.log(spread))


def _move_spread(key: Array, state: State, dyads: Dyads) -> State:
    """Move each spread in turn, the dyads held where they are."""
    away = levels(state) - _expected(state, dyads)
    scatter = _INVERSE * (away.T @ away)

    def density(spread: Array) -> Array:
        fit = -len(away) * jnp.log(spread).sum() - 0.5 * jnp.sum(scatter / (spread[:, None] * spread))
        return fit + _log_prior_spread(spread)

    moves, _, word = _steps(key, 2 * K)

    def step(i: Array, spread: Array) -> Array:
        new = spread.at[i % K].multiply(jnp.exp(moves[i]))
        return jnp.where(word[i] < density(new) - density(spread), new, spread)

    return state._replace(spread=jax.lax.fori_loop(0, 2 * K, step, state.spread))


def _move_together(likelihood: LogLikelihood, key: Array, state: State, dyads: Dyads) -> State:
    """Move mean and spread of some parameters and the dyads with them, their standardised places held."""

    def value(at: State) -> Array:
        fits = jnp.asarray(jax.vmap(likelihood)(_flat(at.steady, at.session), dyads.data))
        means = at.effects[0] / MEAN_SD
        # The effects' prior ties the mean to nothing but the means of correlated parameters.
        return jnp.sum(fits) - 0.5 * means @ _INVERSE @ means + _log_prior_spread(at.spread)

    first, second = jax.random.split(key)
    places = jax.random.randint(first, (TOGETHER,), 0, K)
    shifts, factors, words = _steps(second, TOGETHER)

    def step(i: Array, now: tuple[State, Array]) -> tuple[State, Array]:
        at, old = now
        effects = at.effects.at[0, places[i]].add(shifts[i])
        new = _carried(at, dyads, effects, at.spread.at[places[i]].multiply(jnp.exp(factors[i])))
        found = value(new)
        taken = words[i] < found - old
        return jax.tree.map(lambda a, b: jnp.where(taken, a, b), new, at), jnp.where(taken, found, old)

    return jax.lax.fori_loop(0, TOGETHER, step, (state, value(state)))[0]


def _carried(state: State, dyads: Dyads, effects: Array, spread: Array) -> State:
    """Return the state under another mean and spread, with every dyad's and session's standardised place as it was."""
    places = (levels(state) - _expected(state, dyads)) / state.spread
    moved = dyads.design @ effects + spread * places
    usual, deviation = moved[:, :C], moved[:, K - 1]
    scale = jnp.sqrt(_variance(deviation) / _variance(state.deviation))[:, None, None]
    session = usual[:, None] + scale * (state.session - state.usual[:, None])
    real = dyads.data.real[:, :, None] > 0
    return State(moved[:, C : C + S], jnp.where(real, session, state.session), usual, deviation, effects, spread)
