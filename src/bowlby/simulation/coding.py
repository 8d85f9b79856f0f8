"""From what could be seen, second by second, to acts and to a coded record like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bowlby.model.life import fright
from bowlby.model.moment.state import BodyAct, Control, Gaze, Voice
from bowlby.model.registry import REGISTRY
from bowlby.records.constructs import FRIGHT_TIERS, Construct, Role
from bowlby.records.record import Record
from bowlby.simulation.acts import KINDS, STREAM_OF, Acts, Bools, Floats, Ints, kinds_of, record_of_acts, segment_of
from bowlby.simulation.coder import WITHOUT_ERROR, Coder, CoderError
from bowlby.simulation.moments import SituationRun

Bytes = npt.NDArray[np.uint8]

ANSWER_S = 2.0
SMILE_S = 1.0
SHORTEST_CUE_S = 0.05
NOTHING = 0
"""In a channel, where none of its kinds is seen; else it holds the place in `KINDS` plus one."""


class Stretches(NamedTuple):
    """Unbroken stretches of one value in a channel, by child and onset: column, value, onset and offset in seconds."""

    child: Ints
    value: Ints
    onset: Floats
    offset: Floats


def stretches(channel: Bytes | Bools) -> Stretches:
    """Return the unbroken stretches in which a channel holds one value other than 0.

    Args:
        channel: shape (seconds, children).

    Returns:
        The stretches, by column and onset.
    """
    seconds, children = channel.shape
    edge = np.empty((seconds + 1, children), np.bool_)
    edge[0], edge[-1] = channel[0] != NOTHING, channel[-1] != NOTHING
    np.not_equal(channel[1:], channel[:-1], out=edge[1:-1])
    second, column = np.divmod(np.flatnonzero(edge), children)
    order = np.argsort(column.astype(np.uint32), kind="stable")
    second, column = second[order], column[order]
    inside = second < seconds
    value = np.where(inside, channel[np.where(inside, second, 0), column], NOTHING)
    # Each stretch ends at the next edge of its child: the last edge of every child is to nothing.
    starts = np.flatnonzero(value != NOTHING)
    return Stretches(
        column[starts], value[starts].astype(np.int64), second[starts].astype(float), second[starts + 1].astype(float)
    )


def runs(mask: Bools) -> tuple[Ints, Floats, Floats]:
    """Return the unbroken stretches in which something held.

    Args:
        mask: shape (seconds, children).

    Returns:
        Column, onset and offset of each stretch, seconds, by column and onset.
    """
    found = stretches(mask)
    return found.child, found.onset, found.offset


def acts_of(played: SituationRun) -> Acts:
    """Return what was played as acts, all of them, with the chance that each is noticed.

    A frightening act of intensity I is coded with the probability I / (I + I_c); all else is plain.

    Args:
        played: what could be seen.

    Returns:
        The acts.
    """
    watched = (played.phase >= 0).sum(axis=0).astype(float)
    parts = [*_child_acts(played), *_caregiver_acts(played), *_context(played)]
    parts.sort(key=lambda part: part[0])
    names = ("child", "kind", "onset", "offset", "to_stranger")
    child, kind, onset, offset, to_stranger = (
        np.concatenate([getattr(part, name) for _, part in parts]) for name in names
    )
    acts = _apart(Acts(child, kind, onset, offset, to_stranger, np.ones(len(child)), watched))
    faint = np.flatnonzero(FRIGHTENING[kind])
    acts.noticed[faint] = _noticed(played.seen["grave"][onset[faint].astype(int), child[faint]])
    return acts


def _noticed(grave: Bytes) -> Floats:
    """Return who would code an act, its intensity known in 256ths; 1 for one without threat, which only startles."""
    return np.where(grave > 0, fright.coded(REGISTRY["fright_coded"].default, (grave + 0.5) / 256.0), 1.0)


def record_of(played: SituationRun, settings: Mapping[str, object]) -> Record:
    """Return what was played as a trained coder without error codes it: one session a child, named by its number.

    Args:
        played: what could be seen.
        settings: how it was made; kept in the metadata and hashed.

    Returns:
        The record.
    """
    return coded_record(played, WITHOUT_ERROR, "a", visit_metadata(played, settings))


def coded_record(played: SituationRun, error: CoderError, name: str, said: Mapping[str, object]) -> Record:
    """Return what was played as one coder codes it.

    Args:
        played: what could be seen.
        error: how the coder errs.
        name: of the coder; another name is another coder.
        said: the record's metadata.

    Returns:
        One session a child, named by its number.
    """
    coded = coder_of(played, error, name).code(acts_of(played))
    return record_of_acts(coded, played.numbers, said, f"simulated: {played.procedure.name}")


def coder_of(played: SituationRun, error: CoderError, name: str) -> Coder:
    """Return a coder of what was played, whose chances follow from its seed, the children and the session.

    Args:
        played: what could be seen.
        error: how the coder errs.
        name: of the coder.

    Returns:
        The coder.
    """
    return Coder(error, played.seed, played.numbers, name, played.session)


def visit_metadata(played: SituationRun, settings: Mapping[str, object]) -> dict[str, object]:
    """Return what the record of a visit says of it in its metadata.

    Args:
        played: what could be seen.
        settings: how it was made.

    Returns:
        Metadata.
    """
    return {"age_months": played.age, "procedure": played.procedure.name, "simulated": dict(settings)}


def _apart(acts: Acts) -> Acts:
    """End each act where the next of its stream and child begins: what excludes each other never overlaps."""
    segment = segment_of(acts)
    follows = segment[1:] == segment[:-1]
    offset = np.minimum(acts.offset, acts.watched[acts.child])
    offset[:-1] = np.where(follows, np.minimum(offset[:-1], acts.onset[1:]), offset[:-1])
    return replace(acts, offset=offset)


class _StreamActs(NamedTuple):
    """The acts of one stream, by child and onset."""

    child: Ints
    kind: Ints
    onset: Floats
    offset: Floats
    to_stranger: Bools


_Found = tuple[int, _StreamActs]
"""The place of the stream in the order of `Acts`, and its acts."""


def _kind(construct: Construct, role: Role | None = None, place: int = 0) -> int:
    return int(kinds_of(construct, role)[place])


def _found(child: Ints, kind: Ints, onset: Floats, offset: Floats, to_stranger: Bools | None = None) -> list[_Found]:
    if len(kind) == 0:
        return []
    strange = np.zeros(len(child), np.bool_) if to_stranger is None else to_stranger
    return [(int(STREAM_OF[kind[0]]), _StreamActs(child, kind, onset, offset, strange))]


def _states(channel: Bytes) -> list[_Found]:
    """Return the acts of a channel that holds places in `KINDS` plus one."""
    found = stretches(channel)
    return _found(found.child, found.value - 1, found.onset, found.offset)


def _holds(mask: Bools, kind: int) -> list[_Found]:
    found = stretches(mask)
    return _found(found.child, np.full(len(found.child), kind), found.onset, found.offset)


def _points(mask: Bools, kind: int | Bytes, at: Bytes | None, length: float) -> list[_Found]:
    """Return acts of one length, NaN for points, that begin in a second or at a share of it in 256ths."""
    second, child = np.divmod(np.flatnonzero(mask), mask.shape[1])
    order = np.argsort(child.astype(np.uint32), kind="stable")
    second, child = second[order], child[order]
    onset = second.astype(float) if at is None else second + at[second, child] / 256.0
    kinds = np.full(len(child), kind) if isinstance(kind, int) else kind[second, child].astype(np.int64)
    return _found(child, kinds, onset, onset + length)


def _table(values: Mapping[int, int], size: int = 256) -> Bytes:
    """Return a table from a byte to a place in `KINDS` plus one."""
    table = np.zeros(size, np.uint8)
    for value, kind in values.items():
        table[value] = kind + 1
    return table


_ACTS = _table(
    {
        BodyAct.EXPLORE: _kind(Construct.EXPLORE),
        BodyAct.APPROACH: _kind(Construct.APPROACH),
        BodyAct.AVOID: _kind(Construct.AVOID),
        BodyAct.RESIST: _kind(Construct.RESIST),
    }
)
_THEMES = _table(
    {theme: _kind(Construct.DISORGANIZED, place=theme - 1) for theme in range(1, 8)}
    | {control: _kind(Construct.CONTROL, place=place) for place, control in enumerate(Control)}
)
_VOICES = _table({Voice.CRY: _kind(Construct.CUE_DISTRESS), Voice.VOCAL: _kind(Construct.CUE_BID)})
_AFFECTS = {
    role: _table({value: _kind(Construct.AFFECT, role, value) for value in range(3)})
    for role in (Role.CHILD, Role.CAREGIVER)
}
_ENGAGEMENT = {1: _kind(Construct.SMILE), 2: _kind(Construct.PLAY)}
_FRIGHTS = {tier: _kind(code) for tier, code in enumerate(FRIGHT_TIERS, start=1)}
FRIGHTENING = np.isin(np.arange(len(KINDS)), list(_FRIGHTS.values()))


def _child_acts(played: SituationRun) -> list[_Found]:
    seen, watched = played.seen, played.phase >= 0
    with_partner = watched & _flag(played, present=True)
    act = np.where(with_partner | (watched & (seen["act"] == BodyAct.EXPLORE)), _ACTS[seen["act"]], 0)
    looking = _looking(played)
    gaze = np.where(watched & (seen["gaze"] == Gaze.AWAY), _kind(Construct.GAZE_AWAY) + 1, 0)
    gaze = np.where(looking, np.where(with_partner, _kind(Construct.GAZE_PARTNER) + 1, 0), gaze)
    return [
        *_states(act),
        *_holds(with_partner & _holding_on(played), _kind(Construct.CONTACT_MAINTAIN)),
        *_states(np.where(watched, _THEMES[seen["theme"]], 0)),
        *_bids(played, watched),
        *_states(gaze.astype(np.uint8)),
        *_states(np.where(watched, _AFFECTS[Role.CHILD][seen["affect"]], 0)),
    ]


def _holding_on(played: SituationRun) -> Bools:
    """A child that pushes in contact and does not leave holds on all the same: contact and anger go together."""
    act = played.seen["act"]
    return (act == BodyAct.CLING) | ((act == BodyAct.RESIST) & (played.seen["contact"] > 0))


def _looking(played: SituationRun) -> Bools:
    """On the caregiver, or on what it shows: a child that is not turned away follows what is shown."""
    shown = (played.seen["signal"] & 1) > 0
    return (played.seen["gaze"] == Gaze.PARTNER) | (shown & (played.seen["act"] != BodyAct.AVOID))


def _bids(played: SituationRun, watched: Bools) -> list[_Found]:
    """Return stretches of one voice, each from the very moment at which its bid began: answers are timed from it."""
    found = stretches(np.where(watched, _VOICES[played.seen["voice"]], 0))
    start = found.onset.astype(int)
    onset = found.onset + played.seen["bid_at"][start, found.child] / 256.0
    to_stranger = played.seen["toward"][start, found.child] == 0
    offset = np.maximum(found.offset, onset + SHORTEST_CUE_S)
    return _found(found.child, found.value - 1, onset, offset, to_stranger)


def _caregiver_acts(played: SituationRun) -> list[_Found]:
    seen = played.seen
    here = (played.phase >= 0) & _flag(played, present=True)
    still = _flag(played, still=True)
    signal = np.where(here & ~still, seen["signal"], 0)
    engage = np.where(seen["engage"] == 1, _ENGAGEMENT[1], _ENGAGEMENT[2]).astype(np.uint8)
    found = [
        *_answers(here & (seen["answer"] > 0), seen["answer_at"]),
        *_holds(here & (seen["hold"] > 0), _kind(Construct.HOLD)),
        *_holds((signal & 1) > 0, _kind(Construct.OBJECT)),
        *_holds((signal & 2) > 0, _kind(Construct.TOUCH)),
        *_holds((signal & 4) > 0, _kind(Construct.VOICE)),
        *_points(here & (seen["engage"] > 0), engage, None, SMILE_S),
        *_holds(here & (seen["calm"] > 0), _kind(Construct.PRESENT)),
        *_holds(here & (seen["intrude"] > 0), _kind(Construct.INTRUDE)),
        *_holds(here & still, _kind(Construct.IGNORE)),
        *_holds(here & (seen["look"] > 0), _kind(Construct.LOOK)),
        *_states(np.where(here, _AFFECTS[Role.CAREGIVER][seen["mood"]], 0)),
    ]
    for tier, kind in _FRIGHTS.items():
        found += _points(here & (seen["fright"] == tier), kind, None, np.nan)
    return found


def _answers(mask: Bools, at: Bytes) -> list[_Found]:
    """Return answers from when they fell due.

    The caregiver acts first in a second, so that what fell due within one is shown in the next: taken back here, for
    latency counts from the bid.
    """
    return [
        (stream, part._replace(onset=part.onset - 1.0, offset=part.offset - 1.0))
        for stream, part in _points(mask, _kind(Construct.ANSWER), at, ANSWER_S)
    ]


def _context(played: SituationRun) -> list[_Found]:
    watched = played.phase >= 0
    return [
        *_holds(watched & ~_flag(played, present=True), _kind(Construct.SEPARATION)),
        *_holds(watched & _flag(played, stranger=True), _kind(Construct.STRANGER)),
    ]


def _flag(played: SituationRun, **wanted: bool) -> Bools:
    """Return where the phase has a property."""
    (name, value), *_ = wanted.items()
    holds = np.array([getattr(phase, name) == value for phase in played.procedure.phases] + [False])
    return holds[played.phase]
