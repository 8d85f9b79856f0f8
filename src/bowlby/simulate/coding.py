"""From what could be seen, second by second, to a coded record like any other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.model.moment.state import Act, Control, Gaze, Voice
from bowlby.records.constructs import FRIGHT_TIERS, Construct, Role
from bowlby.records.record import (
    EVENT_SCHEMA,
    WINDOW_SCHEMA,
    ObservedFrom,
    Provenance,
    Reading,
    Record,
    WindowKind,
    assemble,
)
from bowlby.simulate.moments import Played

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

CODABLE: Mapping[str, tuple[Construct, ...]] = {
    "child": (
        Construct.CUE_DISTRESS,
        Construct.CUE_BID,
        Construct.GAZE_PARTNER,
        Construct.GAZE_AWAY,
        Construct.EXPLORE,
        Construct.APPROACH,
        Construct.CONTACT_MAINTAIN,
        Construct.AVOID,
        Construct.RESIST,
        Construct.DISORGANIZED,
        Construct.CONTROL,
        Construct.AFFECT,
    ),
    "caregiver": (
        Construct.ANSWER,
        Construct.HOLD,
        Construct.TOUCH,
        Construct.VOICE,
        Construct.LOOK,
        Construct.AFFECT,
        Construct.OBJECT,
        Construct.SMILE,
        Construct.PLAY,
        Construct.PRESENT,
        Construct.INTRUDE,
        Construct.IGNORE,
        *FRIGHT_TIERS,
    ),
    "context": (Construct.SEPARATION, Construct.STRANGER),
}
ANSWER_S = 2.0
SMILE_S = 1.0


@dataclass(frozen=True)
class _Found:
    """Acts of one kind: column of the child, onset and offset in seconds (NaN for a point), and what else is said."""

    role: Role
    code: str
    child: npt.NDArray[np.int64]
    onset: Floats
    offset: Floats
    modifiers: list[str] | None = None
    partner: npt.NDArray[np.str_] | None = None


def runs(mask: Mask) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Return the unbroken stretches in which something held.

    Args:
        mask: shape (seconds, children).

    Returns:
        Column, onset and offset of each stretch, seconds, by column and onset.
    """
    edge = np.zeros((1, mask.shape[1]), np.int8)
    change = np.diff(np.concatenate([edge, mask.astype(np.int8), edge]), axis=0).T
    column, onset = np.nonzero(change == 1)
    _, offset = np.nonzero(change == -1)
    return column, onset.astype(float), offset.astype(float)


def record_of(played: Played, settings: Mapping[str, object]) -> Record:
    """Return what was played as a record: one session a child, named by its number.

    Args:
        played: what could be seen.
        settings: how it was made; kept in the metadata and hashed.

    Returns:
        A record whose codes are construct names; its metadata says what was codable and that it is simulated.
    """
    found = [*_child_acts(played), *_caregiver_acts(played), *_context(played)]
    names = np.array([str(number) for number in played.numbers])
    lengths = (played.phase >= 0).sum(axis=0).astype(float)
    events = pl.concat([_table(acts, names, lengths) for acts in found]).sort("session", "onset_s", maintain_order=True)
    events = events.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))
    windows = pl.DataFrame(
        {
            "session": names,
            "kind": [str(WindowKind.OBSERVED)] * len(names),
            "actor": [None] * len(names),
            "channel": [None] * len(names),
            "onset_s": np.zeros(len(names)),
            "offset_s": lengths,
            "reason": [f"simulated: {played.procedure.name}"] * len(names),
            "observed_from": [str(ObservedFrom.STATED)] * len(names),
        },
        schema=WINDOW_SCHEMA,
    )
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    metadata: dict[str, object] = {
        "codable": {role: [str(construct) for construct in known] for role, known in CODABLE.items()},
        "actors": {"child": ["child"], "caregiver": ["caregiver"]},
        "episodes": {"cues": [str(Construct.CUE_DISTRESS), str(Construct.CUE_BID)]},
        "age_months": played.age,
        "procedure": played.procedure.name,
        "simulated": dict(settings),
    }
    provenance = Provenance("simulated", digest, "simulate", version("bowlby"))
    return assemble(Reading(events.select(list(EVENT_SCHEMA)), windows, metadata), provenance)


def _table(acts: _Found, names: npt.NDArray[np.str_], lengths: Floats) -> pl.DataFrame:
    count = len(acts.child)
    partner = {Role.CHILD: "caregiver", Role.CAREGIVER: "child", Role.CONTEXT: ""}[acts.role]
    return pl.DataFrame(
        {
            "session": names[acts.child],
            "actor": [str(acts.role)] * count,
            "partner": [partner] * count if acts.partner is None else acts.partner,
            "channel": [""] * count,
            "code": [acts.code] * count,
            "onset_s": np.round(acts.onset, 3),
            "offset_s": pl.Series(np.round(np.minimum(acts.offset, lengths[acts.child]), 3)).fill_nan(None),
            "modifiers": acts.modifiers or [""] * count,
            "row": np.zeros(count, np.uint32),
        },
        schema=EVENT_SCHEMA,
    )


def _states(role: Role, code: Construct | str, mask: Mask) -> _Found:
    child, onset, offset = runs(mask)
    return _Found(role, str(code), child, onset, offset)


def _points(role: Role, code: Construct, mask: Mask, at: npt.NDArray[np.uint8], length: float | None) -> _Found:
    child, second = np.nonzero(mask.T)
    onset = second + at[second, child] / 256.0
    offset = np.full(len(onset), np.nan) if length is None else onset + length
    return _Found(role, str(code), child, onset, offset)


def _child_acts(played: Played) -> list[_Found]:
    seen, watched = played.seen, played.phase >= 0
    with_partner = watched & _flag(played, present=True)
    act = seen["act"]
    found = [
        _states(Role.CHILD, Construct.EXPLORE, watched & (act == Act.EXPLORE)),
        _states(Role.CHILD, Construct.APPROACH, with_partner & (act == Act.APPROACH)),
        _states(Role.CHILD, Construct.CONTACT_MAINTAIN, with_partner & _holding_on(played)),
        _states(Role.CHILD, Construct.AVOID, with_partner & (act == Act.AVOID)),
        _states(Role.CHILD, Construct.RESIST, with_partner & (act == Act.RESIST)),
        _disorganized(played, watched),
        _control(played, watched),
        _bids(played, Voice.CRY, Construct.CUE_DISTRESS),
        _bids(played, Voice.VOCAL, Construct.CUE_BID),
        _states(Role.CHILD, Construct.GAZE_PARTNER, with_partner & _looking(played)),
        _states(Role.CHILD, Construct.GAZE_AWAY, watched & (seen["gaze"] == Gaze.AWAY) & ~_looking(played)),
    ]
    affects = [
        _states(Role.CHILD, f"affect {value:+d}", watched & (seen["affect"] == value + 1)) for value in (-1, 0, 1)
    ]
    return found + affects


def _holding_on(played: Played) -> Mask:
    """A child that pushes in contact and does not leave holds on all the same: contact and anger go together."""
    act = played.seen["act"]
    return (act == Act.CLING) | ((act == Act.RESIST) & (played.seen["contact"] > 0))


def _looking(played: Played) -> Mask:
    """On the caregiver, or on what it shows: a child that is not turned away follows what is shown."""
    shown = (played.seen["signal"] & 1) > 0
    return (played.seen["gaze"] == Gaze.PARTNER) | (shown & (played.seen["act"] != Act.AVOID))


def _bids(played: Played, voice: Voice, code: Construct) -> _Found:
    """Return stretches of one voice, each from the very moment at which its bid began: answers are timed from it."""
    seen = played.seen
    child, onset, offset = runs((seen["voice"] == voice) & (played.phase >= 0))
    start = onset.astype(int)
    shift = seen["bid_at"][start, child] / 256.0
    to = np.where(seen["toward"][start, child] > 0, "caregiver", "stranger")
    return _Found(Role.CHILD, str(code), child, onset + shift, np.maximum(offset, onset + shift + 0.05), partner=to)


def _disorganized(played: Played, watched: Mask) -> _Found:
    parts = [(theme, *runs(watched & (played.seen["theme"] == theme))) for theme in range(1, 8)]
    child, onset, offset = (np.concatenate([part[index] for part in parts]) for index in (1, 2, 3))
    themes = [f"theme={part[0]}" for part in parts for _ in part[1]]
    return _Found(Role.CHILD, str(Construct.DISORGANIZED), child, onset, offset, themes)


def _control(played: Played, watched: Mask) -> _Found:
    parts = [(kind, *runs(watched & (played.seen["theme"] == kind))) for kind in Control]
    child, onset, offset = (np.concatenate([part[index] for part in parts]) for index in (1, 2, 3))
    kinds = [f"kind={part[0].name.lower()}" for part in parts for _ in part[1]]
    return _Found(Role.CHILD, str(Construct.CONTROL), child, onset, offset, kinds)


def _caregiver_acts(played: Played) -> list[_Found]:
    seen = played.seen
    here = (played.phase >= 0) & _flag(played, present=True)
    still = _flag(played, still=True)
    none = np.zeros_like(seen["answer_at"])
    signal = np.where(here & ~still, seen["signal"], 0)
    found = [
        _answers(here & (seen["answer"] > 0), seen["answer_at"]),
        _states(Role.CAREGIVER, Construct.HOLD, here & (seen["hold"] > 0)),
        _states(Role.CAREGIVER, Construct.OBJECT, (signal & 1) > 0),
        _states(Role.CAREGIVER, Construct.TOUCH, (signal & 2) > 0),
        _states(Role.CAREGIVER, Construct.VOICE, (signal & 4) > 0),
        _points(Role.CAREGIVER, Construct.SMILE, here & (seen["engage"] == 1), none, SMILE_S),
        _points(Role.CAREGIVER, Construct.PLAY, here & (seen["engage"] == 2), none, SMILE_S),
        _states(Role.CAREGIVER, Construct.PRESENT, here & (seen["calm"] > 0)),
        _states(Role.CAREGIVER, Construct.INTRUDE, here & (seen["intrude"] > 0)),
        _states(Role.CAREGIVER, Construct.IGNORE, here & still),
    ]
    found.append(_states(Role.CAREGIVER, Construct.LOOK, here & (seen["look"] > 0)))
    found += [_states(Role.CAREGIVER, f"affect {value:+d}", here & (seen["mood"] == value + 1)) for value in (-1, 0, 1)]
    tiers = [
        _points(Role.CAREGIVER, code, here & (seen["fright"] == tier), none, None)
        for tier, code in enumerate(FRIGHT_TIERS, start=1)
    ]
    return found + tiers


def _answers(mask: Mask, at: npt.NDArray[np.uint8]) -> _Found:
    """Return answers as long as they are, or until the next one begins.

    The caregiver acts first in a second, so that what fell due within one is shown in the next: taken back here, for
    latency counts from the bid.
    """
    found = _points(Role.CAREGIVER, Construct.ANSWER, mask, at, ANSWER_S)
    onset = found.onset - 1.0
    offset = onset + ANSWER_S
    follows = found.child[1:] == found.child[:-1]
    offset[:-1] = np.where(follows, np.minimum(offset[:-1], onset[1:]), offset[:-1])
    return replace(found, onset=onset, offset=offset)


def _context(played: Played) -> list[_Found]:
    watched = played.phase >= 0
    return [
        _states(Role.CONTEXT, Construct.SEPARATION, watched & ~_flag(played, present=True)),
        _states(Role.CONTEXT, Construct.STRANGER, watched & _flag(played, stranger=True)),
    ]


def _flag(played: Played, **wanted: bool) -> Mask:
    """Return where the phase has a property."""
    (name, value), *_ = wanted.items()
    holds = np.array([getattr(phase, name) == value for phase in played.procedure.phases] + [False])
    return holds[played.phase]
