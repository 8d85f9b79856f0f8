"""Warm acts as dense as the child could notice them, and threatening acts an hour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from bowlby.measures.clusters import jackknife_half_width
from bowlby.measures.confidence import JACKKNIFE_BLOCKS
from bowlby.measures.fright import frightening_rate
from bowlby.measures.rates import HOUR_S, PER_HOUR, not_codable, occurrence, rate
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import THREAT_ACTS, WARM_ACTS, Role

Floats = npt.NDArray[np.float64]

FEWEST_ACTS = 5
FORGOTTEN = 40.0
"""Time constants after which nothing is left of an act: exp(-40) is below the precision of a density."""


@dataclass(frozen=True)
class NoticingCurve:
    """How the chance that a warm act is noticed rises with how many came shortly before.

    density(t) = sum over earlier warm acts of exp(-(t - t_i) / tau): about the number of the last tau seconds.
    P(noticed) = 1 - exp(-density / threshold). No study gives these constants; both are assumed: a minute is the span
    over which an infant of some months links events in everyday interaction, one other act in it makes notice likelier
    than not (.63).

    Args:
        tau_s: time constant of the kernel, seconds, > 0 (assumed).
        threshold: density at which an act is noticed with probability 1 - 1/e, > 0 (assumed).
    """

    tau_s: float = 60.0
    threshold: float = 1.0


def recent_density(onset: Floats, noticing: NoticingCurve) -> Floats:
    """Return, at each warm act, the density of those before it.

    density_k = (density_(k-1) + 1) exp(-(t_k - t_(k-1)) / tau), density_0 = 0.

    Args:
        onset: shape (n,), sorted, seconds.
        noticing: the kernel.

    Returns:
        Shape (n,), number of recent acts, >= 0.
    """
    density = np.zeros(len(onset))
    fade = np.exp(-np.diff(onset) / noticing.tau_s)
    for k in range(1, len(onset)):
        density[k] = (density[k - 1] + 1) * fade[k - 1]
    return density


def density_before_windows(within_s: Floats, per_s: float, noticing: NoticingCurve) -> Floats:
    """Return the density that acts from before an observed window leave, if they came as often as those within.

    per_s tau exp(-t / tau). Nobody saw them; to count them as none would take the first acts of each window for hardly
    noticed, and the share for smaller the shorter the session.

    Args:
        within_s: codable seconds from the beginning of the window.
        per_s: acts per codable second, >= 0.
        noticing: the kernel.

    Returns:
        Shape as within_s, number of acts, >= 0.
    """
    return per_s * noticing.tau_s * np.exp(-within_s / noticing.tau_s)


def noticing_probability(density: Floats, noticing: NoticingCurve) -> Floats:
    """Return the chance that an act is noticed: 1 - exp(-density / threshold).

    Args:
        density: number of recent acts, >= 0.
        noticing: the threshold.

    Returns:
        Shape as density, in [0, 1).
    """
    return -np.expm1(-density / noticing.threshold)


def measures_of(
    coded: CodedRecord, rule: EpisodeRule, session: str, seed: int, *, noticing: NoticingCurve | None = None
) -> list[Measure]:
    """Return warm acts an hour, the share the child could notice, the noticed ones an hour, and threat density.

    Args:
        coded: a record in the closed vocabulary.
        rule: not used: density depends on no episode.
        session: a session id.
        seed: not used: nothing is drawn.
        noticing: the kernel, or None for its defaults.

    Returns:
        "warm acts", "warm acts noticed, share", "warm acts noticed" and "threat density".
    """
    return [*_warmth(coded, session, noticing or NoticingCurve()), _threat(coded, session)]


def _warmth(coded: CodedRecord, session: str, noticing: NoticingCurve) -> list[Measure]:
    names = (("warm acts", PER_HOUR), ("warm acts noticed, share", "share"), ("warm acts noticed", PER_HOUR))
    known = [act for act in WARM_ACTS if coded.is_codable(Role.CAREGIVER, act)]
    if not known:
        return [not_codable(session, "caregiver", name, unit, *WARM_ACTS) for name, unit in names]
    seen = occurrence(coded, session, Role.CAREGIVER, *known)
    note = f"warm acts: {', '.join(known)}"
    found = [rate(seen, session, "caregiver", names[0][0], note)]
    n, total = len(seen.onset), seen.codable.total_s
    if n < FEWEST_ACTS or total <= 0:
        few = f"{n} warm acts; {FEWEST_ACTS} are needed"
        return [
            *found,
            *(missing(session, "caregiver", name, u, few, status=MeasureStatus.TOO_FEW, n=n) for name, u in names[1:]),
        ]
    at = seen.codable.reads(seen.onset)
    begun = coded.observed(session)[:, 0]
    window = np.searchsorted(begun, seen.onset, side="right")
    within = at - seen.codable.reads(begun)[np.maximum(window - 1, 0)]
    before = density_before_windows(within, _often(at, window), noticing)
    density = recent_density(at + FORGOTTEN * noticing.tau_s * window, noticing) + before
    chance = noticing_probability(density, noticing)
    blocks = np.zeros((JACKKNIFE_BLOCKS, 3))
    np.add.at(blocks, seen.codable.block_of(seen.onset), np.column_stack([chance, np.ones(n), np.zeros(n)]))
    blocks[:, 2] = total / HOUR_S / JACKKNIFE_BLOCKS
    even = noticed_if_even(n / total, noticing)
    note = f"kernel exp(-t / {noticing.tau_s:g} s), threshold {noticing.threshold:g}: both assumed; {note}"
    slope = n / total * noticing.tau_s * exponential_integral(1 / noticing.threshold)
    share = (
        _share(blocks, slope * math.log(cast(float, found[0].high) * total / HOUR_S / n)),
        float(even),
        float(n),
        "acts",
    )
    per_hour = _per_hour(blocks), float(even * n / (total / HOUR_S)), total, "codable s"
    for (name, unit), (values, baseline, of, of_unit) in zip(names[1:], (share, per_hour), strict=True):
        found.append(Measure(session, "caregiver", name, *values, unit, n, of, of_unit, baseline, note))  # pyright: ignore[reportArgumentType]
    return found


def _often(at: Floats, window: npt.NDArray[np.int64]) -> float:
    """Return acts per second from the first to the last of each window: silence after them says nothing of before."""
    same = window[1:] == window[:-1]
    seconds = float(np.diff(at)[same].sum())
    return float(same.sum()) / seconds if seconds > 0 else 0.0


def _per_hour(blocks: Floats) -> tuple[float, float, float]:
    def ratio(sums: Floats) -> Floats:
        return sums[..., 0] / np.maximum(sums[..., 2], 1e-300)

    estimate, half = float(ratio(blocks.sum(axis=0))), jackknife_half_width(blocks, ratio)
    return estimate, max(0.0, estimate - half), estimate + half


def _share(blocks: Floats, of_rate: float) -> tuple[float, float, float]:
    """Return the share noticed, its interval on the scale of the log of the share missed.

    No narrower than what the interval of the acts' rate makes of it, `of_rate`: where nearly all are noticed, a few
    quiet stretches decide, and a short session may have none of them.
    """

    def log_missed(sums: Floats) -> Floats:
        return np.log(np.maximum(1 - sums[..., 0] / np.maximum(sums[..., 1], 1e-300), 1e-300))

    missed = math.exp(float(log_missed(blocks.sum(axis=0))))
    half = np.nan_to_num(jackknife_half_width(blocks, log_missed, blocks[:, 1]), posinf=0.0)
    reach = math.exp(min(max(float(half), of_rate), 700.0))
    return 1 - missed, max(0.0, 1 - missed * reach), 1 - missed / reach


def noticed_if_even(per_s: float, noticing: NoticingCurve) -> float:
    """Return the share of warm acts that would be noticed if as many came at random times (a Poisson process).

    1 - E exp(-density / threshold) = 1 - exp(-rate tau Ein(1 / threshold)), Ein(z) = sum_k -(-z)^k / (k k!), by
    Campbell's theorem for shot noise (Rice 1944, Bell System Technical Journal 23:282).

    Args:
        per_s: warm acts per second, >= 0.
        noticing: the kernel.

    Returns:
        A share of 0 to 1.
    """
    return -math.expm1(-per_s * noticing.tau_s * exponential_integral(1 / noticing.threshold))


def exponential_integral(z: float) -> float:
    """Return Ein(z) = sum_k -(-z)^k / (k k!).

    Args:
        z: >= 0.

    Returns:
        >= 0.
    """
    term, ein = -1.0, 0.0
    for k in range(1, 200):
        term *= -z / k
        ein += term / k
    return ein


def _threat(coded: CodedRecord, session: str) -> Measure:
    return frightening_rate(coded, session, "threat density", THREAT_ACTS)
