"""Response latency where some answers were never seen: Kaplan-Meier and a fit that allows for "never"."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from bowlby.measures.confidence import Z
from bowlby.measures.episodes import episodes_of
from bowlby.measures.latency_fit import LatencyFit, fit_latency
from bowlby.measures.rates import not_codable
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.survival import SurvivalCurve as SurvivalCurve
from bowlby.measures.survival import curve_of, median_latency, share_answered_by, share_of_episodes
from bowlby.measures.survival import latency_curve as latency_curve
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import CUES, DISTRESS_CUES, Construct, Role

WORTH_TELLING = 0.1
"""Share of cues censored at once above which a share answered says so."""
FEWEST = 5
"""Informative episodes under which no latency is estimated (design: at least five)."""


@dataclass(frozen=True)
class CueClass:
    """Cues that are measured together: distress and the others are kept apart.

    Args:
        name: ends the names of its measures.
        distress: whether it is distress.
        constructs: its cues.
    """

    name: str
    distress: bool
    constructs: tuple[Construct, ...]


CUE_CLASSES = (
    CueClass("distress", True, DISTRESS_CUES),
    CueClass("other cues", False, tuple(cue for cue in CUES if cue not in DISTRESS_CUES)),
)


def missing_constructs(coded: CodedRecord, rule: EpisodeRule, cues: CueClass) -> tuple[str, ...]:
    """Return the constructs whose absence from the coding scheme keeps a class of cues from being assessed.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer.
        cues: the class of cues.

    Returns:
        Names of cues or of answers, empty where both were codable.
    """
    wanted = [cue for cue in cues.constructs if cue in rule.cues]
    if not coded.is_codable(Role.CHILD, *wanted):
        return tuple(str(cue) for cue in wanted or cues.constructs)
    if not rule.answers_in(coded):
        return tuple(str(act) for act in rule.answers or (Construct.ANSWER, Construct.VOICE, Construct.TOUCH))
    return ()


NAMES = (
    ("response latency median", "s"),
    ("share answered", "share"),
    ("share answered promptly", "share"),
    ("share answered at once", "share"),
    ("share never answered, fitted", "share"),
    ("answer latency median, fitted", "s"),
    ("answer latency spread, fitted", "log s"),
)


def measures_of(coded: CodedRecord, rule: EpisodeRule, session: str, seed: int) -> list[Measure]:
    """Return latency and share answered, distress and other cues apart.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer, and the windows.
        session: a session id.
        seed: not used: nothing is drawn.

    Returns:
        Seven measures for each class of cues.
    """
    table = episodes_of(coded, rule, session)
    found: list[Measure] = []
    for cues in CUE_CLASSES:
        without = missing_constructs(coded, rule, cues)
        if without:
            found += [not_codable(session, "caregiver", f"{name}: {cues.name}", unit, *without) for name, unit in NAMES]
        else:
            own = table.filter(pl.col("distress") == cues.distress)
            found += latency_measures(own, rule, session, cues)
    return found


def latency_measures(table: pl.DataFrame, rule: EpisodeRule, session: str, cues: CueClass) -> list[Measure]:
    """Return the seven latency measures of one class of cues.

    Args:
        table: columns of `EPISODE_SCHEMA`, of this class alone; of several sessions where they are pooled.
        rule: the windows.
        session: the name to put on the measures.
        cues: the class.

    Returns:
        The measures in the order of `NAMES`.
    """
    seen = table.filter(pl.col("informative"))
    n = len(seen)
    if n < FEWEST:
        note = f"{n} informative episodes; {FEWEST} are needed"
        return [
            missing(session, "caregiver", f"{name}: {cues.name}", unit, note, status=MeasureStatus.TOO_FEW, n=n)
            for name, unit in NAMES
        ]
    window = rule.distress_window_s if cues.distress else rule.window_s
    curve = curve_of(seen)
    return [
        _median(curve, session, f"{NAMES[0][0]}: {cues.name}", n, window),
        _share_by(curve, session, f"{NAMES[1][0]}: {cues.name}", window, (n, len(table))),
        _share_by(curve, session, f"{NAMES[2][0]}: {cues.name}", min(rule.prompt_s, window), (n, len(table))),
        _at_once(seen, session, f"{NAMES[3][0]}: {cues.name}"),
        *_fitted(seen, session, cues.name),
    ]


def _median(curve: SurvivalCurve, session: str, name: str, n: int, window: float) -> Measure:
    median, low, high = median_latency(curve)
    if median is None:
        return _beyond(low, min(window, float(curve.latency[-1])), session, name, n)
    note = "" if high is not None else "the upper end of the interval lies beyond the window"
    if low == high == median:
        low, high, note = None, None, "the answers come at one and the same time: no interval"
    if median == 0:
        note = "half or more of the answers came at once; see the share answered at once"
    return Measure(session, "caregiver", name, median, low, high, "s", n, n, "episodes", note=note)


def _beyond(low: float | None, seen_s: float, session: str, name: str, n: int) -> Measure:
    """Return that the median lies beyond what was seen; its interval reaches from where the curve's band meets half."""
    note = f"fewer than half were answered within the {seen_s:g} s in view: the median lies beyond"
    if seen_s <= 0:
        return missing(session, "caregiver", name, "s", note, status=MeasureStatus.TOO_FEW, n=n)
    ends = (seen_s if low is None else min(low, seen_s), None)
    return Measure(
        session, "caregiver", name, seen_s, *ends, "s", n, n, "episodes", note=note, status=MeasureStatus.LOWER_BOUND
    )


def _share_by(curve: SurvivalCurve, session: str, name: str, time_s: float, seen_of: tuple[int, int]) -> Measure:
    n, cues = seen_of
    share, low, high = share_answered_by(curve, time_s)
    if low is None:
        note = f"no cue stayed in view for {time_s:g} s, and none was answered before"
        return missing(session, "caregiver", name, "share", note, status=MeasureStatus.TOO_FEW, n=n)
    note = f"by {time_s:g} s (Kaplan-Meier)"
    if cues - n > WORTH_TELLING * cues:
        note += f"; {cues - n} of {cues} cues were censored at once and tell nothing: if those were answered, it is low"
    return Measure(session, "caregiver", name, share, low, high, "share", n, n, "episodes", note=note)


def _at_once(seen: pl.DataFrame, session: str, name: str) -> Measure:
    at_once = seen["answered"] & (seen["latency_s"] == 0)
    n, hits = len(seen), int(at_once.sum())
    low, high = share_of_episodes(seen, at_once)
    note = ""
    if hits:
        note = (
            "latency is exactly zero: the answer began before the cue was over, or the format tiles time (each segment "
            "starts where the last one ended), so that short gaps are not resolved"
        )
    return Measure(session, "caregiver", name, hits / n, low, high, "share", n, n, "episodes", note=note)


def _never(fit: LatencyFit) -> tuple[float, float, float]:
    """Return the share never answered of all cues, (1 - p0) c, with its interval on the logit scale.

    var(log (1 - p0) c) = p0 / (n (1 - p0)) + (1 - c)^2 var(logit c) by the delta method, the two being independent.
    """
    share = (1 - fit.at_once) * fit.never
    of_log = fit.at_once / (fit.n * (1 - fit.at_once)) + ((1 - fit.never) * fit.errors[0]) ** 2
    half, logit = Z * math.sqrt(of_log) / (1 - share), math.log(share / (1 - share))
    return share, 1 / (1 + math.exp(half - logit)), 1 / (1 + math.exp(-half - logit))


def _fitted(seen: pl.DataFrame, session: str, cues: str) -> list[Measure]:
    fit = fit_latency(seen)
    if fit is None:
        note = (
            f"fewer than {FEWEST} answers after more than 0 s, or too many of the answers to come lie beyond what was "
            "in view to tell late from never"
        )
        return [
            missing(session, "caregiver", f"{name}: {cues}", unit, note, status=MeasureStatus.TOO_FEW, n=len(seen))
            for name, unit in NAMES[4:]
        ]
    note = (
        "a lognormal latency with a share that never answers; that share depends on what lies beyond the longest "
        "latency in view"
    )
    values = (
        _never(fit),
        tuple(math.exp(fit.mu + sign * Z * fit.errors[1]) for sign in (0, -1, 1)),
        (math.exp(fit.log_sigma), *fit.spread_interval),
    )
    return [
        Measure(
            session, "caregiver", f"{name}: {cues}", value, low, high, unit, len(seen), len(seen), "episodes", note=note
        )
        for (name, unit), (value, low, high) in zip(NAMES[4:], values, strict=True)
    ]
