"""Acts as arrays: what was to be seen of many children in one visit, before and after a coder, and as a record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import InputError
from bowlby.records.constructs import FRIGHT_TIERS, Construct, Role
from bowlby.records.record import (
    EVENT_SCHEMA,
    WINDOW_SCHEMA,
    ObservedFrom,
    Provenance,
    Record,
    UncheckedRecord,
    WindowKind,
    assemble,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ActKind:
    """One thing that a coder can write down.

    Args:
        role: whose act it is.
        construct: what it is.
        code: as written.
        modifiers: what else is written, or nothing.
        stream: kinds of one stream exclude each other.
        lasting: whether it is coded all the time, such as gaze, so that a stretch of it is missed and not the whole.
        together: whether it needs the caregiver in the room.
    """

    role: Role
    construct: Construct
    code: str
    modifiers: str = ""
    stream: str = ""
    lasting: bool = False
    together: bool = False


_VALENCES = tuple(f"{value:+d}" for value in (-1, 0, 1))


def _child(construct: Construct, stream: str = "", *, lasting: bool = False, together: bool = False) -> ActKind:
    code = str(construct)
    return ActKind(Role.CHILD, construct, code, "", stream or f"child {code}", lasting, together)


def _caregiver(construct: Construct, stream: str = "", *, lasting: bool = False) -> ActKind:
    code = str(construct)
    return ActKind(Role.CAREGIVER, construct, code, "", stream or f"caregiver {code}", lasting, together=True)


def _affects(role: Role) -> tuple[ActKind, ...]:
    together = role is Role.CAREGIVER
    return tuple(
        ActKind(role, Construct.AFFECT, f"affect {value}", "", f"{role} affect", lasting=True, together=together)
        for value in _VALENCES
    )


def _breakdowns() -> tuple[ActKind, ...]:
    themes = [(Construct.DISORGANIZED, f"theme={theme}") for theme in range(1, 8)]
    controls = [(Construct.CONTROL, f"kind={kind}") for kind in ("punitive", "caregiving")]
    return tuple(
        ActKind(Role.CHILD, construct, str(construct), said, "child theme") for construct, said in [*themes, *controls]
    )


KINDS: tuple[ActKind, ...] = (
    _child(Construct.EXPLORE, "child act", lasting=True),
    _child(Construct.APPROACH, "child act", together=True),
    _child(Construct.CONTACT_MAINTAIN, together=True),
    _child(Construct.AVOID, "child act", together=True),
    _child(Construct.RESIST, "child act", together=True),
    *_breakdowns(),
    _child(Construct.CUE_DISTRESS, "child voice"),
    _child(Construct.CUE_BID, "child voice"),
    _child(Construct.GAZE_PARTNER, "child gaze", lasting=True, together=True),
    _child(Construct.GAZE_AWAY, "child gaze", lasting=True),
    *_affects(Role.CHILD),
    _caregiver(Construct.ANSWER),
    _caregiver(Construct.HOLD),
    _caregiver(Construct.OBJECT),
    _caregiver(Construct.TOUCH),
    _caregiver(Construct.VOICE),
    _caregiver(Construct.SMILE, "caregiver engagement"),
    _caregiver(Construct.PLAY, "caregiver engagement"),
    _caregiver(Construct.PRESENT, lasting=True),
    _caregiver(Construct.INTRUDE),
    _caregiver(Construct.IGNORE, lasting=True),
    _caregiver(Construct.LOOK, lasting=True),
    *_affects(Role.CAREGIVER),
    *(_caregiver(tier) for tier in FRIGHT_TIERS),
    ActKind(Role.CONTEXT, Construct.SEPARATION, str(Construct.SEPARATION), "", "separation"),
    ActKind(Role.CONTEXT, Construct.STRANGER, str(Construct.STRANGER), "", "stranger"),
)
"""All that is coded of a simulated dyad; a number in `Acts.kind` is a place here."""

STREAMS: tuple[str, ...] = tuple(dict.fromkeys(kind.stream for kind in KINDS))
STREAM_OF: Ints = np.array([STREAMS.index(kind.stream) for kind in KINDS], np.int64)
LASTING: Bools = np.array([kind.lasting for kind in KINDS])
TOGETHER: Bools = np.array([kind.together for kind in KINDS])
CONTEXT: Bools = np.array([kind.role is Role.CONTEXT for kind in KINDS])

CODABLE: Mapping[Role, tuple[Construct, ...]] = {
    role: tuple(dict.fromkeys(kind.construct for kind in KINDS if kind.role is role)) for role in Role
}


def kinds_of(construct: Construct, role: Role | None = None) -> Ints:
    """Return where one construct stands in `KINDS`.

    Args:
        construct: of the vocabulary.
        role: whose; None for anybody's.

    Returns:
        Places, rising.
    """
    found = [place for place, kind in enumerate(KINDS) if kind.construct is construct and role in (None, kind.role)]
    return np.array(found, np.int64)


@dataclass(frozen=True)
class Acts:
    """Acts of many children in one visit, by stream, child and onset; every array has one row an act.

    Args:
        child: column of the child.
        kind: place in `KINDS`.
        onset: seconds.
        offset: seconds, NaN for a point.
        to_stranger: whether it was meant for a stranger and not for the partner.
        noticed: chance that a trained coder who attends notices it; below 1 where an act can be faint. Never written
            to a file.
        watched: seconds that each child was watched, shape (children,).
    """

    child: Ints
    kind: Ints
    onset: Floats
    offset: Floats
    to_stranger: Bools
    noticed: Floats
    watched: Floats

    def __len__(self) -> int:
        """Return the number of acts."""
        return len(self.child)

    def some(self, rows: Ints | Bools) -> Acts:
        """Return some of the acts.

        Args:
            rows: which, as an index or a mask.
        """
        return replace(
            self,
            child=self.child[rows],
            kind=self.kind[rows],
            onset=self.onset[rows],
            offset=self.offset[rows],
            to_stranger=self.to_stranger[rows],
            noticed=self.noticed[rows],
        )


def join_acts(parts: list[Acts]) -> Acts:
    """Put acts of the same visit together.

    Args:
        parts: of the same children.

    Returns:
        All of them, in the order of `Acts`.
    """
    names = ("child", "kind", "onset", "offset", "to_stranger", "noticed")
    joined = replace(parts[0], **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
    return joined.some(np.lexsort((joined.onset, segment_of(joined))))


def segment_of(acts: Acts) -> Ints:
    """Number the stream and child of each act.

    Args:
        acts: of a visit.

    Returns:
        A number an act, rising in the order of `Acts`.
    """
    return STREAM_OF[acts.kind] * len(acts.watched) + acts.child


def as_written(acts: Acts) -> Acts:
    """Round the times of acts as a record has them.

    Args:
        acts: as coded.

    Returns:
        The same acts, none beyond the end of the visit.
    """
    offset = np.round(np.minimum(acts.offset, acts.watched[acts.child]), DECIMALS)
    return replace(acts, onset=np.round(acts.onset, DECIMALS), offset=offset)


def record_of_acts(acts: Acts, numbers: npt.NDArray[np.uint32], said: Mapping[str, object], reason: str) -> Record:
    """Return acts as a record: one session a child, named by its number.

    Args:
        acts: as coded.
        numbers: of the children, shape (children,).
        said: further metadata; `simulated` among it says how it was made, and is hashed.
        reason: of the observed windows.

    Returns:
        A record whose codes are construct names; its metadata says what was codable and that it is simulated.
    """
    names = np.array([str(number) for number in numbers])
    events = _table(acts, names)
    windows = pl.DataFrame(
        {
            "session": names,
            "kind": [str(WindowKind.OBSERVED)] * len(names),
            "actor": [None] * len(names),
            "channel": [None] * len(names),
            "onset_s": np.zeros(len(names)),
            "offset_s": acts.watched,
            "reason": [reason] * len(names),
            "observed_from": [str(ObservedFrom.STATED)] * len(names),
        },
        schema=WINDOW_SCHEMA,
    )
    digest = hashlib.sha256(json.dumps(said.get("simulated", {}), sort_keys=True).encode()).hexdigest()
    metadata: dict[str, object] = {
        "codable": {str(role): [str(construct) for construct in known] for role, known in CODABLE.items()},
        "actors": {"child": ["child"], "caregiver": ["caregiver"]},
        "episodes": {"cues": [str(Construct.CUE_DISTRESS), str(Construct.CUE_BID)]},
        **said,
    }
    provenance = Provenance("simulated", digest, "simulate", version("bowlby"))
    return assemble(UncheckedRecord(events, windows, metadata), provenance)


def with_acts(record: Record, acts: Acts) -> Record:
    """Give a record other acts.

    Args:
        record: of bowlby's own constructs.
        acts: a column a session of the record, in their order.

    Returns:
        The same sessions with these acts.
    """
    return replace(record, events=_table(acts, np.array(record.sessions)))


def acts_of_record(record: Record) -> Acts:
    """Read the acts of a simulated record.

    Args:
        record: of bowlby's own constructs.

    Returns:
        Acts, with a column a session in the order of the record's sessions.

    Raises:
        InputError: a code is none that a simulated dyad shows.
    """
    codes = record.events.select("actor", "code", "modifiers")
    known = {(str(kind.role), kind.code, kind.modifiers): place for place, kind in enumerate(KINDS)}
    unknown = [row for row in codes.unique(maintain_order=True).rows() if row not in known]
    if unknown:
        remedy = "Only records that `bowlby simulate` wrote can be coded anew with error."
        raise InputError("no simulated dyad shows this", column="code", value=" ".join(unknown[0]), remedy=remedy)
    kind = np.array([known[row] for row in codes.rows()], np.int64)
    column = {session: place for place, session in enumerate(record.sessions)}
    child = np.array([column[session] for session in record.events["session"]], np.int64)
    onset = record.events["onset_s"].to_numpy()
    offset = record.events["offset_s"].fill_null(np.nan).to_numpy()
    to_stranger = (record.events["partner"] == "stranger").to_numpy()
    watched = np.array([record.observed(session)[-1, 1] for session in record.sessions])
    return join_acts([Acts(child, kind, onset, offset, to_stranger, np.ones(len(kind)), watched)])


DECIMALS = 2
"""Of a second in a record. Programs that write milliseconds leave holes of one between states that follow each other,
which readers close; what is written in hundredths has none."""
_PARTNERS = {Role.CHILD: "caregiver", Role.CAREGIVER: "child", Role.CONTEXT: ""}
_ACTOR_NAMES = np.array([str(kind.role) for kind in KINDS])
_PARTNER_NAMES = np.array([_PARTNERS[kind.role] for kind in KINDS])
_CODES = np.array([kind.code for kind in KINDS])
_MODIFIERS = np.array([kind.modifiers for kind in KINDS])


def _table(acts: Acts, names: npt.NDArray[np.str_]) -> pl.DataFrame:
    """Sort by session as text, which is how every record is sorted, then by onset and kind."""
    rank = np.empty(len(names), np.int64)
    rank[np.argsort(names, kind="stable")] = np.arange(len(names))
    acts = as_written(acts)
    acts = acts.some(np.lexsort((acts.kind, acts.onset, rank[acts.child])))
    kind, child = acts.kind, acts.child
    return pl.DataFrame(
        {
            "session": names[child],
            "actor": _ACTOR_NAMES[kind],
            "partner": np.where(acts.to_stranger, "stranger", _PARTNER_NAMES[kind]),
            "channel": [""] * len(acts),
            "code": _CODES[kind],
            "onset_s": acts.onset,
            "offset_s": pl.Series(acts.offset).fill_nan(None),
            "modifiers": _MODIFIERS[kind],
            "row": np.arange(1, len(acts) + 1, dtype=np.uint32),
        },
        schema=EVENT_SCHEMA,
    )
