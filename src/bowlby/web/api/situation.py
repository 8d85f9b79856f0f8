"""Strange Situation: the eight episodes played through for a chosen history, scales filling in as they would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from pydantic import Field

from bowlby.measures.strange_situation import ClassThresholds, classify, scales, shares
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import Record, WindowKind
from bowlby.reporting.words import VOCABULARY_ORDER, label
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.named_care import cohort
from bowlby.simulation.procedures import STRANGE_SITUATION
from bowlby.simulation.visits import VisitedChildren, VisitPlan, observe
from bowlby.web.api.explore import KindName
from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall, EndpointInput

CHILDREN = 64
"""Children watched for one history; the engine lives as many at once for the price of one."""

STEP_S = 15.0
"""Seconds between two readings of a scale."""

YOUNGEST, OLDEST = 12.0, 20.0

NOTES = (
    "Simulated. The coder reads the coded acts and nothing else; it knows neither the history nor the child.",
    "No official cut points exist: the rule is bowlby's own, and is printed with every result.",
    "A, B and C are organized and in the normal range; D is no diagnosis, and none of them says what a caregiver did.",
)


class HistoryInput(EndpointInput):
    """A simulated history, and which of its children is watched."""

    kind: KindName = Field("sensitive", description="Care from birth.")  # pyright: ignore[reportInvalidTypeForm]
    age_months: float = Field(13.0, ge=YOUNGEST, le=OLDEST)
    child: int = Field(0, ge=0, lt=CHILDREN)
    seed: int = Field(0, ge=0, le=2**32 - 1)


class EpisodeAnswer(EndpointAnswer):
    """One of the eight episodes."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    number: int
    name: str
    from_s: float
    to_s: float
    caregiver: bool
    stranger: bool
    cut_short: bool


class ActAnswer(EndpointAnswer):
    """One coded act."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    who: str
    kind: str
    label: str
    from_s: float
    to_s: float | None


class SituationAnswer(EndpointAnswer):
    """One child in the procedure, and how many of its history come out in each class."""

    kind: str
    age_months: float
    child: int
    seed: int
    children: int
    episodes: list[EpisodeAnswer]
    acts: list[ActAnswer]
    readings: list[dict[str, Any]] = Field(description="Scales read from what was seen up to each second.")
    scales: dict[str, float | None]
    class_named: str | None
    second: str | None
    reason: str
    shares: dict[str, dict[str, Any]]
    rule: str
    notes: list[str]


SCALES = (
    *(f"{name}_{episode}" for episode in (5, 8) for name in ("proximity_seeking", "contact_maintaining")),
    *(f"{name}_{episode}" for episode in (5, 8) for name in ("avoidance", "resistance")),
    "disorganization",
)


def history(kind: str, age: float, seed: int) -> CohortDesign:
    """Return the lives that lead up to the procedure.

    Args:
        kind: of care from birth, an exposure.
        age: months.
        seed: of all chances.

    Returns:
        The design.

    Raises:
        InputError: there is no such care.
    """
    return cohort(kind, CHILDREN, age, seed=seed)


@lru_cache(maxsize=16)
def _watched(kind: str, age: float, seed: int) -> tuple[VisitedChildren, CodedRecord, pl.DataFrame]:
    found = observe(history(kind, age, seed), VisitPlan(STRANGE_SITUATION))
    coded = coded_as_itself(found.record)
    return found, coded, classify(scales(coded), ClassThresholds())


def warm_up() -> None:
    """Play the history that the page begins with once, so that nobody waits for the compiler."""
    taken = HistoryInput.model_validate({})
    _watched(str(taken.kind), taken.age_months, taken.seed)


def _play(call: EndpointCall) -> SituationAnswer:
    taken: HistoryInput = call.taken
    kind = str(taken.kind)
    found, coded, classes = _watched(kind, taken.age_months, taken.seed)
    session = str(taken.child)
    episodes = _episodes(found, taken.child)
    readings = _readings(coded, session, episodes)
    own = classes.filter(pl.col("session") == session).row(0, named=True)
    return SituationAnswer(
        kind=kind,
        age_months=taken.age_months,
        child=taken.child,
        seed=taken.seed,
        children=CHILDREN,
        episodes=episodes,
        acts=_acts(coded, session),
        readings=readings,
        scales={name: readings[-1][name] for name in SCALES},
        class_named=own["class"],
        second=own["second"],
        reason=own["reason"],
        shares=_plain(shares(classes).as_dict()["shares"]),
        rule=ClassThresholds().describe(),
        notes=list(NOTES),
    )


def _plain(rows: Any) -> dict[str, dict[str, Any]]:
    return {str(name): dict(row) for name, row in rows.items()}


def _episodes(found: VisitedChildren, child: int) -> list[EpisodeAnswer]:
    track = found.played.phase[:, child]
    episodes: list[EpisodeAnswer] = []
    for number, phase in enumerate(STRANGE_SITUATION.phases):
        seconds = np.flatnonzero(track == number)
        if seconds.size:
            first, last = int(seconds[0]), int(seconds[-1]) + 1
            episodes.append(
                EpisodeAnswer(
                    number=number + 1,
                    name=phase.name,
                    from_s=first,
                    to_s=last,
                    caregiver=phase.present,
                    stranger=phase.stranger,
                    cut_short=last - first < phase.seconds,
                )
            )
    return episodes


def _acts(coded: CodedRecord, session: str) -> list[ActAnswer]:
    rows = coded.acts.filter((pl.col("session") == session) & (pl.col("role") != "context")).sort("onset_s")
    order = {str(construct): place for place, construct in enumerate(VOCABULARY_ORDER)}
    found = [
        ActAnswer(
            who=row["role"],
            kind=row["construct"],
            label=label(row["role"], row["construct"]),
            from_s=row["onset_s"],
            to_s=row["offset_s"],
        )
        for row in rows.iter_rows(named=True)
        if row["construct"] != Construct.AFFECT
    ]
    return sorted(found, key=lambda act: (act.who != "child", order[act.kind], act.from_s))


def _readings(coded: CodedRecord, session: str, episodes: Sequence[EpisodeAnswer]) -> list[dict[str, Any]]:
    """Return the scales as a coder would give them at several moments: each reads the record cut off there."""
    reunions = [one for one in episodes if one.number in (5, 8)]
    moments = [float(second) for one in reunions for second in np.arange(one.from_s + STEP_S, one.to_s + 1.0, STEP_S)]
    moments = sorted({*moments, *(one.to_s for one in reunions), episodes[-1].to_s})
    cut = _cut(coded, session, moments)
    rows = scales(cut).select("session", *SCALES).iter_rows(named=True)
    return [{"at_s": float(row.pop("session")), **{name: _rounded(row[name]) for name in SCALES}} for row in rows]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _cut(coded: CodedRecord, session: str, moments: Sequence[float]) -> CodedRecord:
    """Return one session cut off at each of some moments, as sessions named by the second."""
    acts = pl.concat([_until(coded.acts.filter(pl.col("session") == session), at) for at in moments])
    windows = pl.concat([_until(coded.record.windows.filter(pl.col("session") == session), at) for at in moments])
    events = pl.concat([_until(coded.record.events.filter(pl.col("session") == session), at) for at in moments])
    windows = windows.filter((pl.col("kind") != WindowKind.OBSERVED) | (pl.col("offset_s") > pl.col("onset_s")))
    record: Record = replace(coded.record, events=events, windows=windows)
    return replace(coded, record=record, acts=acts, masks=coded.masks.clear())


def _until(rows: pl.DataFrame, moment: float) -> pl.DataFrame:
    kept = rows.filter(pl.col("onset_s") < moment)
    return kept.with_columns(
        pl.lit(f"{moment:g}").alias("session"), pl.col("offset_s").clip(upper_bound=moment).alias("offset_s")
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/strange-situation", "One child of a history in the procedure.", _play, SituationAnswer, HistoryInput
    ),
)
