"""The log density of caregiver parameters given evidence, on standardised scales; one definition for every method."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import log_ndtr
from jaxtyping import Array, Float, Int

from bowlby.infer.evidence import Evidence, Latencies, SessionCounts
from bowlby.model.caregiver import TIER_RATES, Scalar, willingness
from bowlby.model.parameter import Prior, Transform
from bowlby.model.parameters import PRIOR_CORRELATION, lookup

DEVIATING = ("answer_probability", "latency_median", "warm_share", "engagement_rate", "intrusion_share")
"""Parameters whose value in one session departs from usual care."""

LEVELS = (*DEVIATING, "answer_slope", "latency_spread", *TIER_RATES, "fright_contingent_share")
"""Usual care, in the order of the unknowns; after them come the session deviation and each session's departures."""

PRIOR_ONLY = ("regime_share", "regime_sojourn", "presence_share")
"""Caregiver parameters that no part of this likelihood speaks of: they stay at their prior."""

ROWS = (64, 256, 1024, 4096, 16384, 65536)
SESSIONS = (1, 4, 16, 64, 256)
"""Sizes that data are padded to, so that few programs are compiled."""


class Data(NamedTuple):
    """Evidence as padded arrays; padding has count, exposure or number 0.

    Args:
        session: index of the session, one a row.
        kind: 0 answered, 1 within resolution, 2 censored.
        signal: strength of the cue in [0, 1].
        time_s: seconds, > 0.
        count: episodes, >= 0.
        counts: engagement, warm, not warm, intruded, not intruded by session.
        engagement_h: hours by session.
        frights: acts by tier over all sessions.
        fright_h: hours by tier over all sessions.
        provoked: acts within episodes, acts outside, share of time within episodes.
        power: exponent of the prior of usual care, 1 but in prior sensitivity.
    """

    session: Int[Array, " rows"]
    kind: Int[Array, " rows"]
    signal: Float[Array, " rows"]
    time_s: Float[Array, " rows"]
    count: Float[Array, " rows"]
    counts: Float[Array, "sessions 5"]
    engagement_h: Float[Array, " sessions"]
    frights: Float[Array, " 4"]
    fright_h: Float[Array, " 4"]
    provoked: Float[Array, " 3"]
    power: Scalar


def bucket(number: int, sizes: tuple[int, ...]) -> int:
    """Return the smallest size that holds a number, or the number itself above the largest.

    Args:
        number: items, >= 0.
        sizes: ascending.

    Returns:
        A size >= number.

    Raises:
        Nothing.
    """
    return next((size for size in sizes if size >= number), number)


def pack(evidence: Evidence, power: float = 1.0) -> Data:
    """Return evidence as padded arrays.

    Args:
        evidence: from one or more records.
        power: exponent of the prior of usual care, > 0.

    Returns:
        NumPy arrays; the density takes them as they are.

    Raises:
        Nothing.
    """
    found: Latencies = evidence.latencies
    rows = bucket(len(found.count), ROWS) - len(found.count)
    sessions = bucket(len(evidence.counts), SESSIONS) - len(evidence.counts)
    table = np.array([_row(counts) for counts in evidence.counts])
    hours = np.array([counts.engagement_h for counts in evidence.counts])
    frights = np.array([counts.frights for counts in evidence.counts], dtype=float).sum(axis=0)
    provoked = float(sum(counts.provoked for counts in evidence.counts))
    return Data(
        np.pad(found.session, (0, rows)),  # pyright: ignore[reportArgumentType]
        np.pad(found.kind, (0, rows)),  # pyright: ignore[reportArgumentType]
        np.pad(found.signal, (0, rows)),  # pyright: ignore[reportArgumentType]
        np.pad(found.time_s, (0, rows), constant_values=1.0),  # pyright: ignore[reportArgumentType]
        np.pad(found.count, (0, rows)),  # pyright: ignore[reportArgumentType]
        np.pad(table, ((0, sessions), (0, 0))),  # pyright: ignore[reportArgumentType]
        np.pad(hours, (0, sessions)),  # pyright: ignore[reportArgumentType]
        frights,  # pyright: ignore[reportArgumentType]
        np.array([counts.fright_h for counts in evidence.counts]).sum(axis=0),  # pyright: ignore[reportArgumentType]
        np.array([provoked, frights.sum() - provoked, _open_share(evidence)]),  # pyright: ignore[reportArgumentType]
        np.float64(power),
    )


def _row(counts: SessionCounts) -> tuple[float, ...]:
    return (
        float(counts.engagement),
        float(counts.warm),
        float(counts.warm_of - counts.warm),
        float(counts.intruded),
        float(counts.intruded_of - counts.intruded),
    )


def _open_share(evidence: Evidence) -> float:
    hours = np.array([max(counts.fright_h) for counts in evidence.counts])
    if hours.sum() == 0:
        return 0.0
    return float(np.average([counts.open_share for counts in evidence.counts], weights=hours))


def size(data: Data) -> int:
    """Return the number of unknowns for padded data."""
    return len(LEVELS) + 1 + len(DEVIATING) * data.counts.shape[0]


def prior_of(name: str) -> Prior:
    """Return the prior of a parameter that has one.

    Args:
        name: a parameter's name.

    Returns:
        Its normal prior on the transformed scale.

    Raises:
        ValueError: the parameter is a constant.
    """
    prior = lookup(name).prior
    if prior is None:
        raise ValueError(f"{name} is a constant")
    return prior


LOCATIONS = np.array([prior_of(name).location for name in LEVELS])
SCALES = np.array([prior_of(name).scale for name in LEVELS])


def _mixing() -> np.ndarray:
    correlation = np.eye(len(LEVELS))
    for (one, other), value in PRIOR_CORRELATION.items():
        i, j = LEVELS.index(one), LEVELS.index(other)
        correlation[i, j] = correlation[j, i] = value
    return SCALES[:, None] * np.linalg.cholesky(correlation)


MIXING = _mixing()
"""From independent standard normals to the prior's spread and correlation."""


class Care(NamedTuple):
    """Unknowns on the transformed scale.

    Args:
        usual: usual care, ordered as `LEVELS`.
        deviation: log of the session deviation.
        session: care in each session, ordered as `DEVIATING`.
    """

    usual: Float[Array, "... levels"]
    deviation: Float[Array, ...]
    session: Float[Array, "... sessions 5"]


def care(unknowns: Float[Array, "... n"] | np.ndarray) -> Care:
    """Return care on the transformed scale from independent standard normals.

    usual = location + L x; session = usual + u * prior sd * z, with log u normal.

    Args:
        unknowns: shape (..., levels + 1 + 5 * sessions), standard normal a priori.

    Returns:
        Usual care, log deviation, care by session.

    Raises:
        Nothing.
    """
    levels, deviating = len(LEVELS), len(DEVIATING)
    usual = LOCATIONS + unknowns[..., :levels] @ MIXING.T
    prior = prior_of("session_deviation")
    deviation = prior.location + prior.scale * unknowns[..., levels]
    departures = unknowns[..., levels + 1 :].reshape(*unknowns.shape[:-1], -1, deviating)
    # A power of e works on NumPy and JAX arrays alike: summaries need no second definition.
    spread = (math.e**deviation)[..., None, None] * SCALES[:deviating]
    return Care(usual, deviation, usual[..., None, :deviating] + spread * departures)


def log_likelihood(known: Care, data: Data) -> Scalar:
    """Return the log likelihood of the evidence.

    Args:
        known: care on the transformed scale.
        data: padded evidence.

    Returns:
        Log density up to a constant.

    Raises:
        Nothing.
    """
    return _answers(known, data) + _counts(known, data) + _frights(known, data)


def log_density(unknowns: Float[Array, " n"], data: Data) -> Scalar:
    """Return the log posterior density of standardised unknowns.

    Args:
        unknowns: as for `care`.
        data: padded evidence.

    Returns:
        Log prior plus log likelihood, up to a constant.

    Raises:
        Nothing.
    """
    return log_prior(unknowns, data) + log_likelihood(care(unknowns), data)


def log_prior(unknowns: Float[Array, " n"], data: Data) -> Scalar:
    """Return the log prior density of standardised unknowns: standard normal, that of usual care to a power.

    Args:
        unknowns: as for `care`.
        data: padded evidence, whose power is used.

    Returns:
        Log density up to a constant.

    Raises:
        Nothing.
    """
    levels = len(LEVELS)
    return -0.5 * (data.power * jnp.sum(unknowns[:levels] ** 2) + jnp.sum(unknowns[levels:] ** 2))


def _answers(known: Care, data: Data) -> Scalar:
    """Return the cure-model likelihood: p f(t) answered, p F(r) at once, 1 - p F(t) not yet.

    Lognormal latencies with a share of never (Boag 1949, J R Stat Soc B 11:15); p falls or rises with the signal.
    """
    slope = known.usual[LEVELS.index("answer_slope")]
    spread = jnp.exp(known.usual[LEVELS.index("latency_spread")])
    chance = jax.nn.sigmoid(known.session[data.session, DEVIATING.index("answer_probability")])
    p = willingness(chance, slope, data.signal)
    standard = (jnp.log(data.time_s) - known.session[data.session, DEVIATING.index("latency_median")]) / spread
    log_cdf = log_ndtr(standard)
    answered = jnp.log(p) - 0.5 * standard**2 - jnp.log(spread)
    at_once = jnp.log(p) + log_cdf
    not_yet = jnp.log1p(-p * jnp.exp(log_cdf))
    return jnp.sum(data.count * jnp.select([data.kind == 0, data.kind == 1], [answered, at_once], not_yet))


def _counts(known: Care, data: Data) -> Scalar:
    engaged, warm, cold, intruded, plain = data.counts.T
    rate = known.session[:, DEVIATING.index("engagement_rate")]
    warmth = known.session[:, DEVIATING.index("warm_share")]
    intrusion = known.session[:, DEVIATING.index("intrusion_share")]
    poisson = engaged * rate - jnp.exp(rate) * data.engagement_h
    return jnp.sum(poisson + _binomial(warmth, warm, cold) + _binomial(intrusion, intruded, plain))


def _binomial(log_odds: Scalar, hits: Scalar, misses: Scalar) -> Scalar:
    return hits * jax.nn.log_sigmoid(log_odds) + misses * jax.nn.log_sigmoid(-log_odds)


def _frights(known: Care, data: Data) -> Scalar:
    first = LEVELS.index(TIER_RATES[0])
    rates = known.usual[first : first + len(TIER_RATES)]
    share = jax.nn.sigmoid(known.usual[LEVELS.index("fright_contingent_share")])
    inside, outside, open_share = data.provoked
    # An unprovoked act falls within an episode by chance, as often as episodes fill the time.
    within = share + (1.0 - share) * open_share
    split = inside * jnp.log(within) + outside * jnp.log1p(-jnp.minimum(within, 1.0 - 1e-12))
    return jnp.sum(data.frights * rates - jnp.exp(rates) * data.fright_h) + split


def natural(name: str, free: np.ndarray) -> np.ndarray:
    """Return draws of one parameter on its own scale.

    Args:
        name: a parameter's name.
        free: draws on the transformed scale.

    Returns:
        Same shape, in the registry's unit.

    Raises:
        Nothing.
    """
    match lookup(name).transform:
        case Transform.IDENTITY:
            return free
        case Transform.LOG:
            return np.exp(free)
        case Transform.LOGIT:
            return 1.0 / (1.0 + np.exp(-free))
