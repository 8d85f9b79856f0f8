"""The share of cues still unanswered over time, where some answers were never seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.clusters import (
    FEWEST_STRETCHES,
    cluster_variance,
    clustered_share_interval,
    degrees_of_freedom,
    effective_trials,
    share_interval_of,
)
from bowlby.measures.confidence import JACKKNIFE_BLOCKS, share_interval

Floats: TypeAlias = npt.NDArray[np.float64]

CURVE_SCHEMA: dict[str, pl.DataType] = {
    "time_s": pl.Float64(),
    "share_unanswered": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "at_risk": pl.UInt32(),
}


@dataclass(frozen=True)
class SurvivalCurve:
    """A Kaplan-Meier curve of the share still unanswered.

    Args:
        time: shape (k,), seconds, rising: the distinct latencies at which answers came.
        share: shape (k,), in [0, 1], just after each time.
        low: shape (k,), lower end of the pointwise 95 % band.
        high: shape (k,), upper end.
        at_risk: shape (k,), episodes still unanswered and in view just before each time.
        latency: shape (n,), seconds, sorted, of the episodes it was made from.
        worth: shape (k,), number of independent trials that each share is worth.
    """

    time: Floats
    share: Floats
    low: Floats
    high: Floats
    at_risk: npt.NDArray[np.int64]
    latency: Floats
    worth: Floats

    def in_view(self, time_s: float) -> int:
        """Return the number of episodes that were still unanswered and in view at a time."""
        return len(self.latency) - int(np.searchsorted(self.latency, time_s, side="left"))


def kaplan_meier(latency: Floats, answered: npt.NDArray[np.bool_], cluster: npt.NDArray[np.int64]) -> SurvivalCurve:
    """Return the share still unanswered over time.

    S(t) = product over t_j <= t of (1 - d_j / n_j) (Kaplan & Meier 1958, Journal of the American Statistical
    Association 53:457). The band is Wilson's for the number of trials that S is worth: S (1 - S) over Greenwood's
    variance (Rothman 1978, Journal of Chronic Diseases 31:557); over several clusters no more than S (1 - S) over the
    variance of their influences (Ying & Wei 1994, Journal of Multivariate Analysis 50:17), corrected for few clusters
    as in `clusters`, since episodes of one session resemble each other. Where S is 0 or 1 it is worth the episodes
    whose outcome by then is known.

    Args:
        latency: shape (n,), seconds, >= 0, to the answer or to censoring.
        answered: shape (n,).
        cluster: shape (n,), which session each episode belongs to, 0, 1, ...

    Returns:
        The curve, of length zero where nothing was answered.
    """
    time = np.unique(latency[answered])
    deaths = np.bincount(np.searchsorted(time, latency[answered]), minlength=len(time))
    ordered = np.sort(latency)
    at_risk = len(latency) - np.searchsorted(ordered, time, side="left")
    share: Floats = np.cumprod(1 - deaths / np.maximum(at_risk, 1)).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        worth = np.where(share > 0, (1 - share) / (share * relative), np.cumsum(deaths) + at_risk - deaths)
    clusters = int(cluster.max()) + 1 if len(cluster) else 0
    if clusters > 1:
        size = np.bincount(cluster, minlength=clusters).astype(np.float64)
        influence = share * _influences(time, deaths / at_risk, at_risk, (latency, answered, cluster))
        worth = effective_trials(share, worth, cluster_variance(influence, size), degrees_of_freedom(size))
    low, high = share_interval_of(share, worth)
    return SurvivalCurve(time, share, low, high, at_risk, ordered, worth)


def _influences(
    time: Floats,
    hazard: Floats,
    at_risk: npt.NDArray[np.int64],
    episodes: tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.int64]],
) -> Floats:
    """Return each cluster's influence on -log S, shape (clusters, times)."""
    latency, answered, cluster = episodes
    left = np.maximum(at_risk * (1 - hazard), 1e-300)
    shape = (int(cluster.max()) + 1, len(time))
    deaths, leaving = np.zeros(shape), np.zeros((shape[0], len(time) + 1))
    np.add.at(deaths, (cluster[answered], np.searchsorted(time, latency[answered])), 1.0)
    # An episode is exposed at each time up to its own latency.
    np.add.at(leaving, (cluster, np.searchsorted(time, latency, side="right")), 1.0)
    exposed = leaving.sum(axis=1, keepdims=True) - np.cumsum(leaving, axis=1)[:, :-1]
    influence: Floats = np.cumsum((deaths - exposed * hazard) / left, axis=1)
    return influence


def curve_of(table: pl.DataFrame) -> SurvivalCurve:
    """Return the Kaplan-Meier curve of an episode table; only informative episodes enter.

    Args:
        table: columns of `EPISODE_SCHEMA`, of one session or several (then clustered by session).

    Returns:
        The curve.
    """
    seen = table.filter(pl.col("informative"))
    return kaplan_meier(seen["latency_s"].to_numpy(), seen["answered"].to_numpy(), clusters_of(seen))


def clusters_of(table: pl.DataFrame) -> npt.NDArray[np.int64]:
    """Return which cluster each episode is of: its session, or within one session its twentieth of the observed time.

    Args:
        table: columns of `EPISODE_SCHEMA`, of one session or several.

    Returns:
        Shape (n,), 0, 1, ...; all 0 where one session's episodes fill fewer than `FEWEST_STRETCHES` stretches.
    """
    session = table["session"]
    if len(table) < FEWEST_STRETCHES or (session != session[0]).any() or _without_times(table):
        return session.rank("dense").to_numpy().astype(np.int64) - 1
    at = table["observed_s"].to_numpy()
    share = (at - at.min()) / max(float(at.max() - at.min()), 1e-9)
    stretch = np.minimum((share * JACKKNIFE_BLOCKS).astype(np.int64), JACKKNIFE_BLOCKS - 1)
    used, cluster = np.unique(stretch, return_inverse=True)
    return cluster.astype(np.int64) if len(used) >= FEWEST_STRETCHES else np.zeros(len(at), np.int64)


def _without_times(table: pl.DataFrame) -> bool:
    return "observed_s" not in table.columns or table["observed_s"].null_count() > 0


def share_of_episodes(table: pl.DataFrame, hit: pl.Series) -> tuple[float, float]:
    """Return the interval of the share of episodes that something is true of, over `clusters_of` them.

    Args:
        table: columns of `EPISODE_SCHEMA`, at least one row.
        hit: of which it is true.

    Returns:
        (low, high), in [0, 1].
    """
    cluster = clusters_of(table)
    hits = np.bincount(cluster, weights=hit.to_numpy().astype(float)).astype(float)
    return clustered_share_interval(hits, np.bincount(cluster).astype(float))


def latency_curve(table: pl.DataFrame) -> pl.DataFrame:
    """Return the share of cues still unanswered over time as a frame for a figure.

    Args:
        table: columns of `EPISODE_SCHEMA`.

    Returns:
        Columns of `CURVE_SCHEMA`: a row at 0 s before any answer, one after each distinct latency, and one at the
        longest time in view.
    """
    seen = table.filter(pl.col("informative"))
    if seen.is_empty():
        return pl.DataFrame(schema=CURVE_SCHEMA)
    curve, n = curve_of(table), len(seen)
    longest = float(seen["latency_s"].max())  # pyright: ignore[reportArgumentType]
    last = [values[-1] if len(values) else 1.0 for values in (curve.share, curve.low, curve.high)]
    remaining = int((seen["latency_s"].to_numpy() >= longest).sum())
    columns = {
        "time_s": [0.0, *curve.time, longest],
        "share_unanswered": [1.0, *curve.share, last[0]],
        "low": [1.0, *curve.low, last[1]],
        "high": [1.0, *curve.high, last[2]],
        "at_risk": [n, *curve.at_risk, remaining],
    }
    return pl.DataFrame(columns, schema=CURVE_SCHEMA)


def share_answered_by(curve: SurvivalCurve, time_s: float) -> tuple[float, float | None, float | None]:
    """Return 1 - S(t) with its interval.

    Its variance is the mean of Greenwood's, which is short where few are left in view, and of Peto's, which is long:
    the share is worth as many trials as are in view at t over S (Peto et al. 1977, British Journal of Cancer 35:1).
    Both are the binomial one where no episode was censored. Where none is in view, all might have been answered.

    Args:
        curve: a Kaplan-Meier curve.
        time_s: seconds, >= 0.

    Returns:
        (estimate, low, high); low and high are None where nothing was answered by then and no episode was in view.
    """
    place = int(np.searchsorted(curve.time, time_s, side="right")) - 1
    seen = curve.in_view(time_s)
    if place < 0:
        return (0.0, *share_interval(0, seen)) if seen else (0.0, None, None)
    share, worth = curve.share[place], curve.worth[place]
    if share <= 0:
        return 1.0, 1 - float(curve.high[place]), 1.0
    peto = max(seen, 1) / share
    low, high = share_interval_of(share, np.asarray(2 / (1 / worth + 1 / min(worth, peto))))
    return 1 - float(share), 1 - float(high), 1 - float(low) if seen else 1.0


def median_latency(curve: SurvivalCurve) -> tuple[float | None, float | None, float | None]:
    """Return the time by which half were answered, with its interval.

    The interval holds every time at which the band contains one half (Brookmeyer & Crowley 1982, Biometrics 38:29).

    Args:
        curve: a Kaplan-Meier curve.

    Returns:
        (median, low, high), seconds; None where the curve, or its band, does not fall to one half.
    """
    return tuple(_first_below(curve.time, values) for values in (curve.share, curve.low, curve.high))  # pyright: ignore[reportReturnType]


def _first_below(time: Floats, values: Floats) -> float | None:
    below = np.flatnonzero(values <= 0.5)
    return float(time[below[0]]) if len(below) else None
