"""The log density of caregiver parameters given evidence, on standardised scales; one definition for every method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jaxtyping import Array, Float, Int

from bowlby.infer.evidence import Evidence, Latencies, SessionCounts
from bowlby.model.caregiver import TIER_RATES, Scalar, willingness
from bowlby.model.parameter import Prior, Transform
from bowlby.model.parameters import PRIOR_CORRELATION, default, lookup

DEVIATING = ("answer_probability", "latency_median", "warm_share", "engagement_rate", "intrusion_share")
"""Parameters whose value in one session departs from usual care."""

STEADY = ("answer_slope", "latency_spread", *TIER_RATES, "fright_contingent_share")
"""Parameters that are taken to be the same in every session."""

LEVELS = (*DEVIATING, *STEADY)
"""All of usual care that the likelihood speaks of."""

PRIOR_ONLY = ("regime_share", "regime_sojourn", "presence_share")
"""Caregiver parameters that no part of this likelihood speaks of: they stay at their prior."""

ROWS = (64, 256, 512, 1024, 4096, 16384, 65536)
SESSIONS = (1, 4, 16, 64, 256)
"""Sizes that data are padded to, so that few programs are compiled."""


Values: TypeAlias = Array | npt.NDArray[np.float64]
"""The same formulas serve the compiled density and draws at hand."""


class Data(NamedTuple):
    """Evidence as padded arrays; padding has count, exposure or number 0.

    Args:
        session: index of the session, one a row.
        kind: 0 answered, 1 within resolution, 2 censored.
        signal: strength of the cue in [0, 1].
        time_s: seconds, > 0.
        episodes: how many of them, >= 0.
        counts: engagement over its dispersion, warm, not warm, intruded, not intruded by session.
        engagement_h: hours over the dispersion by session.
        frights: acts by tier over all sessions.
        fright_h: hours by tier over all sessions.
        provoked: acts within episodes, acts outside, share of time within episodes.
        real: 1 for a session, 0 for padding.
        power: exponent of the prior of usual care, 1 but in prior sensitivity.
    """

    session: Int[Array, " rows"]
    kind: Int[Array, " rows"]
    signal: Float[Array, " rows"]
    time_s: Float[Array, " rows"]
    episodes: Float[Array, " rows"]
    counts: Float[Array, "sessions 5"]
    engagement_h: Float[Array, " sessions"]
    frights: Float[Array, " 4"]
    fright_h: Float[Array, " 4"]
    provoked: Float[Array, " 3"]
    real: Float[Array, " sessions"]
    power: Scalar


def bucket(number: int, sizes: tuple[int, ...]) -> int:
    """Return the smallest size that holds a number, or the number itself above the largest.

    Args:
        number: items, >= 0.
        sizes: ascending.

    Returns:
        A size >= number.
    """
    return next((size for size in sizes if size >= number), number)


def pack(evidence: Evidence, power: float = 1.0) -> Data:
    """Return evidence as padded arrays.

    Args:
        evidence: from one or more records.
        power: exponent of the prior of usual care, > 0.

    Returns:
        NumPy arrays; the density takes them as they are.
    """
    found: Latencies = evidence.latencies
    rows = bucket(len(found.count), ROWS) - len(found.count)
    sessions = bucket(len(evidence.counts), SESSIONS) - len(evidence.counts)
    table = np.array([_row(counts) for counts in evidence.counts])
    hours = np.array([counts.engagement_h / counts.engagement_dispersion for counts in evidence.counts])
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
        np.pad(np.ones(len(evidence.counts)), (0, sessions)),  # pyright: ignore[reportArgumentType]
        np.float64(power),
    )


def _row(counts: SessionCounts) -> tuple[float, ...]:
    return (
        counts.engagement / counts.engagement_dispersion,
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
    """Return the number of unknowns for padded data.

    Args:
        data: padded evidence.

    Returns:
        Steady care, the session deviation, and care in each session.
    """
    return len(STEADY) + 1 + len(DEVIATING) * data.counts.shape[0]


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


def prior_correlation(names: Sequence[str]) -> np.ndarray:
    """Return the prior correlation of caregiver parameters on the transformed scale.

    Args:
        names: parameters, among them every one that is correlated with another.

    Returns:
        Shape (names, names), ordered as they are.

    Raises:
        ValueError: a correlated parameter is not among the names.
    """
    correlation = np.eye(len(names))
    for (one, other), value in PRIOR_CORRELATION.items():
        i, j = names.index(one), names.index(other)
        correlation[i, j] = correlation[j, i] = value
    return correlation


EIGENVALUES, AXES = np.linalg.eigh(prior_correlation(DEVIATING))
"""Principal axes of the prior correlation among deviating parameters: along each, care is independent a priori."""


class Care(NamedTuple):
    """Care on the transformed scale, as the likelihood needs it.

    Args:
        session: care in each session, ordered as `DEVIATING`.
        steady: care that is the same in every session, ordered as `STEADY`.
    """

    session: Values
    steady: Values


def care(unknowns: Values) -> Care:
    """Return care on the transformed scale from standardised unknowns.

    The unknowns are, each less its prior mean and over its prior sd: steady care, the log session deviation, care in
    each session. Usual care of deviating parameters is no unknown: given care in the sessions it is normal, so it is
    integrated out here and drawn afterwards by `usual_given_sessions`.

    Args:
        unknowns: shape (..., steady + 1 + 5 * sessions).

    Returns:
        Care in each session and steady care.
    """
    steady, count = len(STEADY), len(DEVIATING)
    levels = unknowns[..., :steady] * SCALES[count:] + LOCATIONS[count:]
    departures = unknowns[..., steady + 1 :].reshape(*unknowns.shape[:-1], -1, count)
    return Care(departures * SCALES[:count] + LOCATIONS[:count], levels)


def log_density(unknowns: Float[Array, " n"], data: Data) -> Scalar:
    """Return the log posterior density of standardised unknowns.

    Args:
        unknowns: as for `care`.
        data: padded evidence.

    Returns:
        Log prior plus log likelihood, up to a constant.
    """
    return log_prior(unknowns, data) + log_likelihood(care(unknowns), data)


def log_prior(unknowns: Float[Array, " n"], data: Data) -> Scalar:
    """Return the log prior density of standardised unknowns, usual care integrated out.

    Along a principal axis with eigenvalue l, J sessions are jointly normal with covariance l/power + u^2 on the
    diagonal and l/power off it, u the session deviation.

    Args:
        unknowns: as for `care`.
        data: padded evidence; padding sessions are standard normal.

    Returns:
        Log density up to a constant.
    """
    steady = len(STEADY)
    departures = unknowns[steady + 1 :].reshape(-1, len(DEVIATING)) @ AXES
    real = data.real[:, None]
    variance, usual = jnp.exp(2.0 * log_deviation(unknowns)), EIGENVALUES / data.power
    number = jnp.sum(data.real)
    squares, sums = jnp.sum(real * departures**2, axis=0), jnp.sum(real * departures, axis=0)
    spread = variance + number * usual
    fit = squares / variance - usual * sums**2 / (variance * spread)
    scale = (number - 1.0) * jnp.log(variance) + jnp.log(spread)
    padding = jnp.sum((1.0 - real) * departures**2)
    first = data.power * jnp.sum(unknowns[:steady] ** 2) + unknowns[steady] ** 2
    return -0.5 * (first + jnp.sum(fit + scale) + padding)


def log_deviation(unknowns: Values) -> Values:
    """Return the log of the session deviation.

    Args:
        unknowns: as for `care`.

    Returns:
        Shape (...), log of u in units of prior sds.
    """
    prior = prior_of("session_deviation")
    return prior.location + prior.scale * unknowns[..., len(STEADY)]


def usual_given_sessions(unknowns: np.ndarray, sessions: int, power: float, words: np.ndarray) -> np.ndarray:
    """Return usual care of the deviating parameters, drawn from its normal distribution given care in the sessions.

    Args:
        unknowns: draws as for `care`, shape (..., n).
        sessions: number of sessions that are not padding, >= 1.
        power: exponent of the prior of usual care.
        words: standard normal words, shape (..., 5).

    Returns:
        Shape (..., 5), on the transformed scale, ordered as `DEVIATING`.
    """
    count = len(DEVIATING)
    departures = unknowns[..., len(STEADY) + 1 :].reshape(*unknowns.shape[:-1], -1, count)[..., :sessions, :] @ AXES
    variance, usual = np.exp(2.0 * np.asarray(log_deviation(unknowns)))[..., None], EIGENVALUES / power
    spread = variance + sessions * usual
    along = usual * departures.sum(axis=-2) / spread + np.sqrt(usual * variance / spread) * words
    return along @ AXES.T * SCALES[:count] + LOCATIONS[:count]


def draw_usual(draws: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return usual care drawn from its prior.

    Args:
        draws: how many, >= 1.
        rng: source of randomness.

    Returns:
        By name in the order of `LEVELS`, each of shape (draws,), on the transformed scale.
    """
    words = rng.standard_normal((draws, len(LEVELS)))
    count = len(DEVIATING)
    words[:, :count] = (words[:, :count] * np.sqrt(EIGENVALUES)) @ AXES.T
    return {name: LOCATIONS[place] + SCALES[place] * words[:, place] for place, name in enumerate(LEVELS)}


def log_prior_usual(free: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the log prior density of usual care.

    Args:
        free: draws by name, on the transformed scale, equal shapes.

    Returns:
        Same shape, up to a constant.
    """
    standard = np.stack([(free[name] - LOCATIONS[i]) / SCALES[i] for i, name in enumerate(LEVELS)], axis=-1)
    count = len(DEVIATING)
    along = standard[..., :count] @ AXES
    return -0.5 * (np.sum(along**2 / EIGENVALUES, axis=-1) + np.sum(standard[..., count:] ** 2, axis=-1))


def log_likelihood(known: Care, data: Data) -> Scalar:
    """Return the log likelihood of the evidence.

    Args:
        known: care on the transformed scale.
        data: padded evidence.

    Returns:
        Log density up to a constant.
    """
    return _answers(known, data) + _counts(known, data) + _frights(known, data)


def _answers(known: Care, data: Data) -> Scalar:
    """Return the cure-model likelihood: p f(t) answered, p F(r) at once, 1 - p F(t) not yet.

    Lognormal latencies with a share of never (Boag 1949, J R Stat Soc B 11:15); p falls or rises with the signal.
    """
    slope = known.steady[STEADY.index("answer_slope")]
    own = jnp.exp(known.steady[STEADY.index("latency_spread")])
    spread = jnp.sqrt(own**2 + default("latency_error") ** 2)
    chance = jax.nn.sigmoid(known.session[data.session, DEVIATING.index("answer_probability")])
    p = willingness(chance, slope, data.signal)
    standard = (jnp.log(data.time_s) - known.session[data.session, DEVIATING.index("latency_median")]) / spread
    # Plain erfc: in double precision it is exact enough down to -15 sd, where its square still is a number (the second
    # derivative needs it), and the program is far smaller than log_ndtr's.
    cdf = 0.5 * jax.lax.erfc(-jnp.maximum(standard, -15.0) / np.sqrt(2.0))
    answered = jnp.log(p) - 0.5 * standard**2 - jnp.log(spread)
    at_once = jnp.log(p) + jnp.log(cdf)
    # Kept below 1, or the branch not taken would poison the gradient where p and F are 1 in double precision.
    not_yet = jnp.log1p(-jnp.minimum(p * cdf, 1.0 - 1e-14))
    return jnp.sum(data.episodes * jnp.select([data.kind == 0, data.kind == 1], [answered, at_once], not_yet))


def _counts(known: Care, data: Data) -> Scalar:
    engaged, warm, cold, intruded, plain = data.counts.T
    rate = known.session[:, DEVIATING.index("engagement_rate")]
    warmth = known.session[:, DEVIATING.index("warm_share")]
    intrusion = known.session[:, DEVIATING.index("intrusion_share")]
    poisson = engaged * rate - jnp.exp(rate) * data.engagement_h
    return jnp.sum(poisson + _binomial(warmth, warm, cold) + _binomial(intrusion, intruded, plain))


def _binomial(log_odds: Scalar, hits: Scalar, misses: Scalar) -> Scalar:
    # Log odds stay far from -700, where this would overflow; the smaller program starts sooner than log_sigmoid's.
    return -(hits * jnp.log1p(jnp.exp(-log_odds)) + misses * jnp.log1p(jnp.exp(log_odds)))


def _frights(known: Care, data: Data) -> Scalar:
    first = STEADY.index(TIER_RATES[0])
    rates = known.steady[first : first + len(TIER_RATES)]
    share = jax.nn.sigmoid(known.steady[STEADY.index("fright_contingent_share")])
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
    """
    match lookup(name).transform:
        case Transform.IDENTITY:
            return free
        case Transform.LOG:
            return np.exp(free)
        case Transform.LOGIT:
            return 1.0 / (1.0 + np.exp(-free))
