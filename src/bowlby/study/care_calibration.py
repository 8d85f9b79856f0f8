"""Simulation-based calibration of the one-dyad care posterior, and likelihoods that are wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.infer.density import (
    DEVIATING,
    LEVELS,
    PRIOR_ONLY,
    SCALES,
    STEADY,
    Care,
    Data,
    draw_usual,
    log_likelihood,
    natural,
    pack,
    prior_of,
)
from bowlby.infer.evidence import Evidence, Latencies, SessionCounts
from bowlby.infer.posterior import Method, Posterior, from_evidence
from bowlby.infer.sampling import Progress, silent
from bowlby.infer.sbc import Ranks, ranks_of
from bowlby.measures.episodes import EPISODE_SCHEMA
from bowlby.model.caregiver import TIER_RATES, willingness
from bowlby.model.parameters import default

Floats = npt.NDArray[np.float64]

THINNED = 63
"""Draws ranked against: 64 possible ranks."""
ANSWERED, AT_ONCE, CENSORED = 0, 1, 2
"""Kinds of episode, as in `Latencies`."""


@dataclass(frozen=True)
class Visit:
    """How much of a dyad is seen in each session; what is seen does not hang on care.

    Args:
        sessions: of each dyad, >= 1.
        episodes: cues in each session, >= 0.
        shortest_s: least time that a cue is followed up, seconds, > 0.
        longest_s: most time, seconds.
        hours: time for engagement and frightening acts in each session, hours, > 0.
        dispersion: variance over mean of engagement, a whole number >= 1.
        open_share: share of the time that lies within episodes, in [0, 1).
    """

    sessions: int = 1
    episodes: int = 24
    shortest_s: float = 1.0
    longest_s: float = 15.0
    hours: float = 0.4
    dispersion: int = 2
    open_share: float = 0.2


@dataclass(frozen=True)
class Truth:
    """Care drawn from the prior.

    Args:
        usual: parameters of usual care by name, on the transformed scale.
        session: care in each session, shape (sessions, 5), on the transformed scale, ordered as `DEVIATING`.
    """

    usual: Mapping[str, float]
    session: Floats

    @property
    def steady(self) -> Floats:
        """Return the parameters that are the same in every session, ordered as `STEADY`."""
        return np.array([self.usual[name] for name in STEADY])


def as_it_is(evidence: Evidence) -> Evidence:
    """Return the evidence as it is.

    Args:
        evidence: any evidence.

    Returns:
        The same.
    """
    return evidence


def unanswered_dropped(evidence: Evidence) -> Evidence:
    """Return evidence without its censored episodes, which is wrong: an answer that never came is forgotten.

    Args:
        evidence: any evidence.

    Returns:
        The same with answered episodes only.
    """
    found = evidence.latencies
    kept = found.kind != CENSORED
    answered = Latencies(
        found.session[kept], found.kind[kept], found.signal[kept], found.time_s[kept], found.count[kept]
    )
    return replace(evidence, latencies=answered)


def censored_as_answered(evidence: Evidence) -> Evidence:
    """Return evidence in which censored episodes end with an answer, which is wrong: the wait had merely been cut off.

    Args:
        evidence: any evidence.

    Returns:
        The same with every episode answered.
    """
    found = evidence.latencies
    kind = np.where(found.kind == CENSORED, ANSWERED, found.kind)
    return replace(evidence, latencies=replace(found, kind=kind))


def draw_care(sessions: int, rng: np.random.Generator) -> Truth:
    """Return care drawn from the prior of `density.log_prior`.

    Args:
        sessions: how many, >= 1.
        rng: the only source of randomness.

    Returns:
        Usual care and care in each session.
    """
    usual = {name: float(values[0]) for name, values in draw_usual(1, rng).items()}
    for name in ("session_deviation", *PRIOR_ONLY):
        prior = prior_of(name)
        usual[name] = prior.location + prior.scale * float(rng.standard_normal())
    count = len(DEVIATING)
    departures = np.exp(usual["session_deviation"]) * rng.standard_normal((sessions, count))
    centre = np.array([usual[name] for name in DEVIATING])
    return Truth(usual, centre + SCALES[:count] * departures)


def simulate_evidence(truth: Truth, visit: Visit, rng: np.random.Generator) -> Evidence:
    """Return evidence drawn from the likelihood's own model, with no record behind it.

    Args:
        truth: care.
        visit: how much is seen.
        rng: the only source of randomness.

    Returns:
        Episodes each with a follow-up of its own, and counts of every construct; its table of episodes is empty.
    """
    rows = [_episodes(truth, place, visit, rng) for place in range(visit.sessions)]
    whole = Latencies(
        np.concatenate([row.session for row in rows]),
        np.concatenate([row.kind for row in rows]),
        np.concatenate([row.signal for row in rows]),
        np.concatenate([row.time_s for row in rows]),
        np.concatenate([row.count for row in rows]),
    )
    answers = [int((row.kind != CENSORED).sum()) for row in rows]
    counts = tuple(_counts(truth, place, visit, answers[place], rng) for place in range(visit.sessions))
    names = tuple(str(number + 1) for number in range(visit.sessions))
    each = (visit.hours * 3600.0,) * visit.sessions
    resolution = (default("latency_resolution"),) * visit.sessions
    blank = pl.DataFrame(schema=EPISODE_SCHEMA)
    return Evidence(names, whole, counts, blank, (), {}, (None,) * visit.sessions, each, resolution, ())


def _episodes(truth: Truth, place: int, visit: Visit, rng: np.random.Generator) -> Latencies:
    """Return the episodes of a session."""
    known = dict(zip(DEVIATING, truth.session[place], strict=True))
    number = visit.episodes
    strong = rng.random(number) < 0.5
    signal = np.where(strong, default("signal_intensify"), default("signal_express"))
    chance = natural("answer_probability", known["answer_probability"])
    answers = rng.random(number) < np.asarray(willingness(chance, truth.usual["answer_slope"], signal))
    spread = np.hypot(np.exp(truth.usual["latency_spread"]), default("latency_error"))
    latency = np.exp(known["latency_median"] + spread * rng.standard_normal(number))
    follow_up = np.exp(rng.uniform(np.log(visit.shortest_s), np.log(visit.longest_s), number))
    seen = answers & (latency <= follow_up)
    shortest = default("latency_resolution")
    kind = np.where(seen, np.where(latency < shortest, AT_ONCE, ANSWERED), CENSORED)
    time = np.where(seen, np.maximum(latency, shortest), follow_up)
    return Latencies(np.full(number, place), kind, signal, time, np.ones(number))


def _counts(truth: Truth, place: int, visit: Visit, answers: int, rng: np.random.Generator) -> SessionCounts:
    known = {name: float(natural(name, value)) for name, value in zip(DEVIATING, truth.session[place], strict=True)}
    bouts = rng.poisson(known["engagement_rate"] * visit.hours / visit.dispersion)
    frights = [int(rng.poisson(np.exp(truth.usual[name]) * visit.hours)) for name in TIER_RATES]
    share = float(natural("fright_contingent_share", np.asarray(truth.usual["fright_contingent_share"])))
    return SessionCounts(
        engagement=int(visit.dispersion * bouts),
        engagement_h=visit.hours,
        engagement_dispersion=float(visit.dispersion),
        warm=int(rng.binomial(answers, known["warm_share"])),
        warm_of=answers,
        intruded=int(rng.binomial(answers, known["intrusion_share"])),
        intruded_of=answers,
        frights=(frights[0], frights[1], frights[2], frights[3]),
        fright_h=(visit.hours, visit.hours, visit.hours, visit.hours),
        provoked=int(rng.binomial(sum(frights), share + (1 - share) * visit.open_share)),
        open_share=visit.open_share,
    )


@dataclass(frozen=True)
class Calibrated:
    """Ranks of care, and how the posteriors were drawn.

    Args:
        ranks: of usual care, of care in the first session, and of the log likelihood.
        methods: how many posteriors were drawn by each method.
        within: share of truths inside the posterior's 90 % interval by quantity.
    """

    ranks: Ranks
    methods: Mapping[Method, int]
    within: Mapping[str, float]


def calibrate_care(
    fits: int,
    seed: int,
    *,
    visit: Visit | None = None,
    nuts: bool = False,
    distort: Callable[[Evidence], Evidence] = as_it_is,
    progress: Progress = silent,
) -> Calibrated:
    """Return ranks of care drawn from the prior among draws of the posterior that reports use.

    Ranked are every parameter of usual care, those that stay at their prior included, care in the first session, and
    the log likelihood, which sees errors that single parameters do not (Modrak et al. 2025, Bayesian Anal 20:461).

    Args:
        fits: how many dyads, >= 1.
        seed: 0 <= seed < 2**63.
        visit: how much is seen of each; None for one session of 24 episodes.
        nuts: draw by NUTS instead of the fast posterior.
        distort: what is done to the evidence before it is fitted; anything but nothing makes the likelihood wrong.
        progress: told fits done and in all.

    Returns:
        Ranks among `THINNED` draws.
    """
    seen = visit or Visit()
    methods: dict[Method, int] = {}
    ranks: list[npt.NDArray[np.int64]] = []
    covered: list[npt.NDArray[np.bool_]] = []
    for number in range(fits):
        rng = np.random.Generator(np.random.Philox(key=[seed, number]))
        truth = draw_care(seen.sessions, rng)
        evidence = distort(simulate_evidence(truth, seen, rng))
        found = from_evidence(evidence, nuts=nuts, seed=seed * 100_003 + number)
        draws, true = _ranked(found, truth, pack(evidence))
        low, high = np.quantile(draws, [0.05, 0.95], axis=0)
        thinned = draws[np.linspace(0, len(draws) - 1, THINNED).round().astype(int)]
        ranks.append(ranks_of(true[None], thinned[None])[0])
        covered.append((low <= true) & (true <= high))
        methods[found.diagnostics.method] = methods.get(found.diagnostics.method, 0) + 1
        progress(number + 1, fits)
    names = quantities()
    within = dict(zip(names, np.mean(covered, axis=0).tolist(), strict=True))
    return Calibrated(Ranks(names, np.array(ranks), THINNED), methods, within)


def quantities() -> tuple[str, ...]:
    """Return the names of what `calibrate_care` ranks, in order.

    Returns:
        Usual care, care in the first session, the log likelihood.
    """
    usual = (*LEVELS, "session_deviation", *PRIOR_ONLY)
    return (*usual, *(f"{name} in the session" for name in DEVIATING), "log likelihood")


def _ranked(found: Posterior, truth: Truth, data: Data) -> tuple[Floats, Floats]:
    """Return draws of all quantities, shape (draws, quantities), and their true values."""
    usual = (*LEVELS, "session_deviation", *PRIOR_ONLY)
    draws = [found.free[name].ravel() for name in usual]
    sessions = np.stack([found.session_free[name] for name in DEVIATING], axis=-1)
    sessions = sessions.reshape(-1, *sessions.shape[2:])
    steady = np.stack([found.free[name].ravel() for name in STEADY], axis=-1)
    likely = _log_likelihoods(sessions, steady, data)
    columns = [*draws, *sessions[:, 0].T, likely]
    true_likely = _log_likelihoods(truth.session[None], truth.steady[None], data)
    true = [*(truth.usual[name] for name in usual), *truth.session[0], true_likely[0]]
    return np.stack(columns, axis=-1), np.array(true)


def _log_likelihoods(sessions: Floats, steady: Floats, data: Data) -> Floats:
    """Return the log likelihood of each draw; padding sessions, which the data say nothing of, are put at 0."""
    padding = data.counts.shape[0] - sessions.shape[1]
    whole = np.pad(sessions, ((0, 0), (0, padding), (0, 0)))
    with jax.enable_x64(True):
        return np.asarray(_of_draws(whole, steady, data), dtype=float)


@jax.jit
def _of_draws(sessions: jax.Array, steady: jax.Array, data: Data) -> jax.Array:
    def of(session: jax.Array, of_draw: jax.Array) -> jax.Array:
        return jnp.asarray(log_likelihood(Care(session, of_draw), data))

    return jax.vmap(of)(sessions, steady)
