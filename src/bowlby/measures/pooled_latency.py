"""Response latency over all sessions of a study: pooled, and what differs between sessions and dyads."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import polars as pl

from bowlby.measures.clusters import FEWEST_CLUSTERS, t_quantile
from bowlby.measures.frailty import FEWEST_SESSIONS, FrailtyFit, fit_frailty
from bowlby.measures.latency import CUE_CLASSES, CueClass, latency_measures
from bowlby.measures.latency import NAMES as LATENCY_NAMES
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure, MeasureStatus, missing

ALL_SESSIONS = "all sessions"

NAMES = (
    ("share never answered, shared frailty", "share"),
    ("answer latency median, shared frailty", "s"),
    ("answer latency spread, shared frailty", "log s"),
    ("latency differs between sessions", "log s"),
    ("latency differs between dyads", "log s"),
)


def pooled_latency(table: pl.DataFrame, rule: EpisodeRule, dyads: Mapping[str, str] | None = None) -> list[Measure]:
    """Return latency over all sessions, distress and other cues apart: pooled and with shared frailty.

    Intervals are over dyads where there are several of them, over sessions where all are of one dyad; from
    `FEWEST_CLUSTERS` on.

    Args:
        table: columns of `EPISODE_SCHEMA`, of any number of sessions; session ids are unique over files.
        rule: the rule the episodes were made by.
        dyads: session id to dyad id, as the study manifest says; None takes each session for a dyad of its own.

    Returns:
        Measures of the session "all sessions": those of `latency`, clustered, then the five of the frailty model, for
        each class of cues that occurs.

    Raises:
        KeyError: a session is missing from dyads.
    """
    return [*pooled_shares(table, rule, dyads), *pooled_frailty(table, dyads)]


def pooled_shares(table: pl.DataFrame, rule: EpisodeRule, dyads: Mapping[str, str] | None = None) -> list[Measure]:
    """Return the measures of `latency` over all sessions, clustered; arguments as in `pooled_latency`.

    Args:
        table: columns of `EPISODE_SCHEMA`.
        rule: the rule the episodes were made by.
        dyads: session id to dyad id, or None.

    Returns:
        Seven measures for each class of cues that occurs.

    Raises:
        KeyError: a session is missing from dyads.
    """
    return [found for cues, own in _classes(table) for found in _pooled(own, rule, dyads, cues)]


def pooled_frailty(table: pl.DataFrame, dyads: Mapping[str, str] | None = None) -> list[Measure]:
    """Return the measures of the shared-frailty model; arguments as in `pooled_latency`.

    Args:
        table: columns of `EPISODE_SCHEMA`.
        dyads: session id to dyad id, or None.

    Returns:
        Five measures for each class of cues that occurs.

    Raises:
        KeyError: a session is missing from dyads.
    """
    return [found for cues, own in _classes(table) for found in _frailty(fit_frailty(own, dyads), own, cues)]


def _classes(table: pl.DataFrame) -> Iterator[tuple[CueClass, pl.DataFrame]]:
    for cues in CUE_CLASSES:
        own = table.filter(pl.col("distress") == cues.distress)
        if not own.is_empty():
            yield cues, own


def _pooled(own: pl.DataFrame, rule: EpisodeRule, dyads: Mapping[str, str] | None, cues: CueClass) -> list[Measure]:
    what, clusters = "sessions", own["session"]
    if dyads is not None and len({dyads[session] for session in own["session"].unique()}) > 1:
        what, clusters = "dyads", own["session"].replace_strict(dict(dyads), return_dtype=pl.String)
    number = clusters.filter(own["informative"]).n_unique()
    if number < FEWEST_CLUSTERS:
        note = f"{number} {what}; what holds over all of them needs {FEWEST_CLUSTERS}"
        return [
            missing(
                ALL_SESSIONS, "caregiver", f"{name}: {cues.name}", unit, note, status=MeasureStatus.TOO_FEW, n=len(own)
            )
            for name, unit in LATENCY_NAMES
        ]
    return latency_measures(own.with_columns(session=clusters), rule, ALL_SESSIONS, cues)


def _frailty(fit: FrailtyFit | None, own: pl.DataFrame, cues: CueClass) -> list[Measure]:
    if fit is None:
        note = f"fewer than {FEWEST_SESSIONS} sessions with an answer after more than 0 s, or the fit did not settle"
        n = own["session"].n_unique()
        return [
            missing(ALL_SESSIONS, "caregiver", f"{name}: {cues.name}", unit, note, status=MeasureStatus.TOO_FEW, n=n)
            for name, unit in NAMES
        ]
    found = [_measure(fit, place, cues, len(fit.sessions)) for place in range(len(fit.errors))]
    if fit.log_dyad_sd is None:
        note = "each dyad has one session: differences between dyads cannot be separated from those between sessions"
        name, unit = NAMES[4]
        status = MeasureStatus.NOT_ASSESSABLE
        found.append(missing(ALL_SESSIONS, "caregiver", f"{name}: {cues.name}", unit, note, status=status))
    return found


def _measure(fit: FrailtyFit, place: int, cues: CueClass, sessions: int) -> Measure:
    name, unit = NAMES[place]
    value = (fit.logit_never, fit.mu, fit.log_sigma, fit.log_session_sd, fit.log_dyad_sd or 0.0)[place]
    # The dyads (sessions, where each dyad has one) are what the errors rest on, and they are few.
    half = t_quantile(max(1.0, fit.sessions["dyad"].n_unique() - 1.0)) * fit.errors[place]
    ends = (value, value - half, value + half)
    shown = [1 / (1 + math.exp(-end)) if place == 0 else math.exp(end) for end in ends]
    note = "of cues not answered at once" if place == 0 else ""
    told, n = f"{name}: {cues.name}", fit.episodes
    return Measure(
        ALL_SESSIONS, "caregiver", told, shown[0], shown[1], shown[2], unit, n, sessions, "sessions", note=note
    )
