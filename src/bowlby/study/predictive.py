"""Posterior predictive checks in units that a lab knows, and how well the model explains the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.infer.evidence import SessionCounts
from bowlby.infer.posterior import Posterior
from bowlby.model.parameters import default

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

REPLICATES = 400
FEW = 6
"""Episodes or answers below which a summary is not formed."""


@dataclass(frozen=True)
class Check:
    """One summary of the record beside what the fitted model would give.

    Args:
        session: session name.
        name: what is summed up.
        unit: of observed, low and high.
        observed: in the record.
        expected: mean over replicated records.
        low: lower end of their 90 % interval.
        high: upper end of it.
        p: share of replicates at least as large as the record's, ties counted half.
        fit: True for summaries of the model's fit, which decide the unexplained share; False for levels.
        sd: standard deviation over replicates.
    """

    session: str
    name: str
    unit: str
    observed: float
    expected: float
    low: float
    high: float
    p: float
    fit: bool
    sd: float

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return dict(vars(self))


@dataclass(frozen=True)
class _Scheme:
    """How one session's episodes could end: strength of the cue, start, longest wait, and what came of it."""

    signal: Floats
    start: Floats
    wait: Floats
    answered: Bools
    latency: Floats
    resolution: float


def checks(found: Posterior) -> tuple[Check, ...]:
    """Return every summary of every session against replicates from the posterior.

    Args:
        found: the posterior.

    Returns:
        Checks in order of session; a summary that the record cannot form is left out.
    """
    rng = np.random.Generator(np.random.Philox(key=[found.seed, 2]))
    number = next(iter(found.free.values())).size
    picked = rng.choice(number, REPLICATES, replace=number < REPLICATES)
    rows: list[Check] = []
    for index, session in enumerate(found.evidence.sessions):
        parameters = _parameters(found, index, picked)
        for name, unit, observed, replicated, fit in _summaries(found, index, parameters, rng):
            rows.append(_check(session, (name, unit), observed, replicated, fit))
    return tuple(rows)


def unexplained(found: tuple[Check, ...]) -> float:
    """Return the posterior probability that the record is not explained by this model.

    pi q(s) / (pi q(s) + (1 - pi) p(s)) over the summaries s of fit: p is normal with the replicates' mean and sd, q the
    same with `unexplained_width` times the sd. Levels of care do not enter: any level may have any cause. Summaries of
    several sessions are averaged, so that many sessions do not make certain what each leaves open.

    Args:
        found: checks of one posterior.

    Returns:
        Probability in (0, 1); the prior weight where the record forms no summary of fit.
    """
    weight, width = default("unexplained_weight"), default("unexplained_width")
    sessions = {check.session for check in found}
    log_ratio = 0.0
    for check in found:
        if check.fit:
            z = (check.observed - check.expected) / max(check.sd, 1e-9)
            log_ratio += (-np.log(width) + 0.5 * z**2 * (1 - 1 / width**2)) / len(sessions)
    odds = np.log(weight / (1 - weight)) + log_ratio
    return float(1 / (1 + np.exp(-odds)))


def _parameters(found: Posterior, index: int, picked: npt.NDArray[np.int64]) -> dict[str, Floats]:
    usual = {name: values.ravel()[picked] for name, values in found.draws.items()}
    own = {name: values[..., index].ravel()[picked] for name, values in found.session_draws.items()}
    return usual | own


def _summaries(
    found: Posterior, index: int, parameters: Mapping[str, Floats], rng: np.random.Generator
) -> list[tuple[str, str, float, Floats, bool]]:
    counts = found.evidence.counts[index]
    table = found.evidence.episodes.filter((pl.col("index") == index) & pl.col("informative"))
    return _of_episodes(table, parameters, rng) + _of_counts(counts, parameters, rng)


def _of_counts(
    counts: SessionCounts, parameters: Mapping[str, Floats], rng: np.random.Generator
) -> list[tuple[str, str, float, Floats, bool]]:
    rows: list[tuple[str, str, float, Floats, bool]] = []
    if counts.engagement_h > 0:
        drawn = _clustered(parameters["engagement_rate"] * counts.engagement_h, counts, rng) / counts.engagement_h
        rows.append(("spontaneous engagement", "acts/h", counts.engagement / counts.engagement_h, drawn, False))
    for name, key, hits, of in (
        ("warm share of answers", "warm_share", counts.warm, counts.warm_of),
        ("intrusive share of responses", "intrusion_share", counts.intruded, counts.intruded_of),
    ):
        if of > 0:
            rows.append((name, "1", hits / of, rng.binomial(of, parameters[key]) / of, False))
    return rows


def _clustered(expected: Floats, counts: SessionCounts, rng: np.random.Generator) -> Floats:
    """Return counts of the same mean and of phi times a Poisson's variance: a gamma mixture (negative binomial)."""
    if counts.engagement_dispersion <= 1.0:
        return rng.poisson(expected).astype(float)
    excess = counts.engagement_dispersion - 1.0
    return rng.poisson(rng.gamma(expected / excess, excess)).astype(float)


def _of_episodes(
    table: pl.DataFrame, parameters: Mapping[str, Floats], rng: np.random.Generator
) -> list[tuple[str, str, float, Floats, bool]]:
    if table.height < FEW:
        return []
    scheme = _scheme(table)
    answered, latency = _replicate(scheme, parameters, rng)
    seen = (scheme.answered[None], scheme.latency[None])
    rows: list[tuple[str, str, float, Floats, bool]] = []
    for name, unit, formula, fit in (
        ("answered share", "1", _answered_share, False),
        ("median latency of answers", "s", _median_latency, False),
        ("answered share, second half minus first", "1", _drift, True),
        ("same outcome as the episode before", "1", _clustering, True),
        ("skew of log latency", "1", _skew, True),
    ):
        observed, replicated = formula(*seen), formula(answered, latency)
        replicated = replicated[np.isfinite(replicated)]
        if np.isfinite(observed[0]) and len(replicated) > REPLICATES / 4:
            rows.append((name, unit, float(observed[0]), replicated, fit))
    return rows


def _scheme(table: pl.DataFrame) -> _Scheme:
    following = table["onset_s"].shift(-1).fill_null(np.inf).to_numpy()
    start, window = table["start_s"].to_numpy(), table["window_s"].to_numpy()
    answered, latency = table["answered"].to_numpy(), table["latency_s"].to_numpy()
    # What an answered episode would have waited for is the window or the next cue; a censored one shows its wait.
    wait = np.where(answered, np.maximum(np.minimum(window, following - start), latency), latency)
    resolution = float(table["resolution"][0])
    latency = np.maximum(latency, resolution)
    strong, plain = default("signal_intensify"), default("signal_express")
    return _Scheme(np.where(table["distress"].to_numpy(), strong, plain), start, wait, answered, latency, resolution)


def _replicate(scheme: _Scheme, parameters: Mapping[str, Floats], rng: np.random.Generator) -> tuple[Bools, Floats]:
    shape = (REPLICATES, len(scheme.start))
    column = {name: values[:, None] for name, values in parameters.items()}
    odds = np.log(column["answer_probability"] / (1 - column["answer_probability"]))
    chance = 1 / (1 + np.exp(-odds - column["answer_slope"] * (scheme.signal - default("signal_express"))))
    there, available = _available(scheme.start, parameters, rng)
    willing = there & (rng.random(shape) < chance / available[:, None])
    latency = column["latency_median"] * np.exp(column["latency_spread"] * rng.standard_normal(shape))
    return willing & (latency <= scheme.wait), np.maximum(latency, scheme.resolution)


def _available(start: Floats, parameters: Mapping[str, Floats], rng: np.random.Generator) -> tuple[Bools, Floats]:
    """Return whether the caregiver is available at each start, a two-state Markov process, and the share of time."""
    available = 1 - parameters["regime_share"] * (1 - parameters["answer_probability"])
    fading = 1 / (60 * parameters["regime_sojourn"] * available)
    there = np.empty((len(available), len(start)), dtype=bool)
    there[:, 0] = rng.random(len(available)) < available
    for place in range(1, len(start)):
        keep = np.exp(-(start[place] - start[place - 1]) * fading)
        chance = available + (there[:, place - 1] - available) * keep
        there[:, place] = rng.random(len(available)) < chance
    return there, available


def _answered_share(answered: Bools, latency: Floats) -> Floats:
    return answered.mean(axis=1)


def _median_latency(answered: Bools, latency: Floats) -> Floats:
    return _masked(answered, latency, lambda row: float(np.median(row)))


def _drift(answered: Bools, latency: Floats) -> Floats:
    half = answered.shape[1] // 2
    return answered[:, half:].mean(axis=1) - answered[:, :half].mean(axis=1)


def _clustering(answered: Bools, latency: Floats) -> Floats:
    return (answered[:, 1:] == answered[:, :-1]).mean(axis=1)


def _skew(answered: Bools, latency: Floats) -> Floats:
    return _masked(answered, latency, _skew_of_log)


def _skew_of_log(row: Floats) -> float:
    """Return (D9 + D1 - 2 D5) / (D9 - D1) of the logs' deciles (Kelley 1947, Fundamentals of Statistics).

    The third moment would hang on single answers: one to the cue before may fall just behind the next, at no latency.
    """
    low, middle, high = np.quantile(np.log(row), [0.1, 0.5, 0.9])
    return float((high + low - 2 * middle) / (high - low)) if high > low else float("nan")


def _masked(answered: Bools, latency: Floats, formula: Callable[[Floats], float]) -> Floats:
    rows = [row[hit] for row, hit in zip(latency, answered, strict=True)]
    return np.array([formula(row) if len(row) >= FEW else np.nan for row in rows])


def _check(session: str, label: tuple[str, str], observed: float, replicated: Floats, fit: bool) -> Check:
    low, high = np.quantile(replicated, [0.05, 0.95])
    above = float((replicated > observed).mean() + 0.5 * (replicated == observed).mean())
    mean, sd = float(replicated.mean()), float(replicated.std())
    return Check(session, *label, observed, mean, float(low), float(high), above, fit, sd)
