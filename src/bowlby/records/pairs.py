"""The pairs of one child and one caregiver in a session, each with what passed between the two."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from bowlby.errors import InputError, suggestion
from bowlby.records.coded_record import LOST_SCHEMA, CodedRecord
from bowlby.records.constructs import Role
from bowlby.records.person_labels import OTHER, STRANGER, persons_in
from bowlby.records.quality import EXAMPLES_KEPT, Problem, ProblemKind
from bowlby.records.record import place


@dataclass(frozen=True)
class Pair:
    """One child with one caregiver in one session.

    Args:
        session: session id.
        child: label of the child, or None where the record names none.
        caregiver: label of the caregiver, or None likewise.
        coded: the record with the acts of these two in this session, those left out that go to somebody else; the
            whole record where the session has no others.
        note: what a reader must know about how the acts were distinguished, or empty.
    """

    session: str
    child: str | None
    caregiver: str | None
    coded: CodedRecord
    note: str = ""


def pairs(coded: CodedRecord, session: str) -> tuple[Pair, ...]:
    """Return each child of a session with each caregiver.

    An act belongs to a pair if one of the two acts and the other, or nobody, is named as partner. An act whose person
    is not named belongs to the only person of its role, and to nobody where there are several.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.

    Returns:
        At least one pair; children in order of appearance, then caregivers.
    """
    acts = coded.acts.filter(pl.col("session") == session)
    children, caregivers = persons_in(acts, Role.CHILD), persons_in(acts, Role.CAREGIVER)
    if len(children) < 2 and len(caregivers) < 2 and not _of_others(acts):
        child, caregiver = (next(iter(names), None) for names in (children, caregivers))
        return (Pair(session, child, caregiver, coded),)
    several = len(children) > 1, len(caregivers) > 1
    return tuple(
        _pair(coded, session, acts, (child, caregiver), several)
        for child in children or (None,)
        for caregiver in caregivers or (None,)
    )


def _of_others(acts: pl.DataFrame) -> bool:
    """Return whether some acts are a stranger's, or go to somebody who is neither child nor caregiver."""
    strange = (pl.col("role") == str(Role.CAREGIVER)) & (pl.col("person").str.to_lowercase() == STRANGER)
    return not acts.filter(strange | (pl.col("partner") == OTHER)).is_empty()


def _pair(
    coded: CodedRecord,
    session: str,
    acts: pl.DataFrame,
    names: tuple[str | None, str | None],
    several: tuple[bool, bool],
) -> Pair:
    child, caregiver = names
    mine = _acts_of(Role.CHILD, child, caregiver, alone=not several[0])
    mine |= _acts_of(Role.CAREGIVER, caregiver, child, alone=not several[1])
    own = acts.filter(mine | (pl.col("role") == str(Role.CONTEXT)))
    between = replace(coded, acts=own, masks=_masks_of(coded, session, acts, names))
    return Pair(session, child, caregiver, between, _note(own, several))


def _acts_of(role: Role, name: str | None, other: str | None, *, alone: bool) -> pl.Expr:
    names = [name or "", *([""] if alone else [])]
    partners = ["", STRANGER, *([other] if other else [])]
    person, partner = pl.col("person").fill_null(""), pl.col("partner").fill_null("")
    to_other = partner.is_in(partners) | (partner.str.to_lowercase() == STRANGER) if other else partner != OTHER
    return (pl.col("role") == str(role)) & person.is_in(names) & to_other


def _masks_of(
    coded: CodedRecord, session: str, acts: pl.DataFrame, names: tuple[str | None, str | None]
) -> pl.DataFrame:
    """Leave out what hides somebody else: one child out of view says nothing of the other."""
    everyone = {*persons_in(acts, Role.CHILD), *persons_in(acts, Role.CAREGIVER)}
    others = sorted(everyone - {name for name in names if name})
    return coded.masks.filter((pl.col("session") == session) & ~pl.col("person").fill_null("").is_in(others))


def _note(own: pl.DataFrame, several: tuple[bool, bool]) -> str:
    unsaid = pl.col("partner").fill_null("") == ""
    counts = [
        (own.filter((pl.col("role") == str(role)) & unsaid)["event"].n_unique(), role, others)
        for role, others, are in ((Role.CAREGIVER, "child", several[0]), (Role.CHILD, "caregiver", several[1]))
        if are
    ]
    lines = [f"{count} acts of the {role} do not say to which {other}" for count, role, other in counts if count]
    return f"{' and '.join(lines)}: they count for each" if lines else ""


def whose_is_unknown(acts: pl.DataFrame) -> pl.DataFrame:
    """Return the acts that name no person in a session that has several persons of their role.

    Args:
        acts: of any number of sessions, with `person` and `partner`.

    Returns:
        Those acts, one row an event and construct.
    """
    unnamed = acts.filter(pl.col("person") == "")
    several: list[pl.DataFrame] = []
    for session, role in unnamed.select("session", "role").unique(maintain_order=True).iter_rows():
        if role == str(Role.CONTEXT):
            continue
        if len(persons_in(acts.filter(pl.col("session") == session), Role(role))) > 1:
            several.append(unnamed.filter((pl.col("session") == session) & (pl.col("role") == role)))
    return pl.concat([acts.clear(), *several])


def lost_persons(acts: pl.DataFrame) -> pl.DataFrame:
    """Return the acts of nobody in particular as lost to each of several persons.

    Args:
        acts: with `person` and `partner`.

    Returns:
        Columns of `LOST_SCHEMA`.
    """
    counts = whose_is_unknown(acts).group_by("session", "role", "construct", maintain_order=True)
    kind = pl.lit(str(ProblemKind.PERSON_UNKNOWN))
    found = counts.agg(pl.len().alias("count").cast(pl.UInt32)).with_columns(person=pl.lit(""), kind=kind)
    return found.select(LOST_SCHEMA.keys())


def people_problems(record_events: pl.DataFrame, acts: pl.DataFrame) -> tuple[Problem, ...]:
    """Return what is not said about whose acts are in sessions of several children or caregivers.

    Args:
        record_events: the event table that the acts point into.
        acts: with `person` and `partner`.

    Returns:
        Zero or one problem.
    """
    events = whose_is_unknown(acts)["event"].unique(maintain_order=True)
    if events.is_empty():
        return ()
    lines = [place(row) for row in record_events[events[:EXAMPLES_KEPT].to_list()].iter_rows(named=True)]
    return (Problem(ProblemKind.PERSON_UNKNOWN, len(events), tuple(lines)),)


def select_pair(coded: CodedRecord, child: str | None, caregiver: str | None) -> CodedRecord:
    """Return a record with what passed between the persons that were named.

    A session that names no child, or no caregiver, stays; one that names others only is left out.

    Args:
        coded: a record in the closed vocabulary.
        child: label of the child, or None for all.
        caregiver: label of the caregiver, or None for all.

    Returns:
        The record of these pairs.

    Raises:
        InputError: no session has anybody of that name.
    """
    if child is None and caregiver is None:
        return coded
    found = [pair for session in coded.sessions for pair in pairs(coded, session)]
    for role, name in ((Role.CHILD, child), (Role.CAREGIVER, caregiver)):
        _refuse_unknown(role, name, found)
    kept = [pair for pair in found if pair.child in (child, None) or child is None]
    kept = [pair for pair in kept if pair.caregiver in (caregiver, None) or caregiver is None]
    if not kept:
        raise InputError(
            "no session has these two",
            column="--child",
            value=f"{child} with {caregiver}",
            remedy="Leave out --child or --caregiver.",
        )
    return _together(coded, kept)


def _together(coded: CodedRecord, kept: Sequence[Pair]) -> CodedRecord:
    sessions = list(dict.fromkeys(pair.session for pair in kept))
    acts = [pair.coded.acts.filter(pl.col("session") == pair.session) for pair in kept]
    masks = [pair.coded.masks.filter(pl.col("session") == pair.session) for pair in kept]
    order = ["session", "onset_s", "event"]
    windows = coded.record.windows.filter(pl.col("session").is_in(sessions))
    return replace(
        coded,
        record=replace(coded.record, windows=windows),
        acts=pl.concat(acts).unique(maintain_order=True).sort(order, maintain_order=True),
        masks=pl.concat(masks).unique(maintain_order=True),
    )


def _refuse_unknown(role: Role, name: str | None, found: Iterable[Pair]) -> None:
    names = _names(role, found)
    if name is None or name in names:
        return
    raise InputError(
        f"the record has no {role} of this name",
        column=f"--{role}",
        value=name,
        remedy=_known(role, name, names),
    )


def _known(role: Role, name: str, names: Sequence[str]) -> str:
    if not names:
        return f"It names no {role}: leave --{role} out."
    return f"{suggestion(name, names)}It names {', '.join(f'--{role} {shlex.quote(one)}' for one in names)}."


def only_pair(coded: CodedRecord, session: str) -> Pair:
    """Return the one pair of a session, where only one can be meant.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.

    Returns:
        The pair.

    Raises:
        InputError: the session has several children or several caregivers.
    """
    found = pairs(coded, session)
    for role in (Role.CHILD, Role.CAREGIVER):
        names = _names(role, found)
        if len(names) > 1:
            raise _several(role, names, coded, f" in session {session!r}", _same_remedy(names))
    return found[0]


def refuse_several(coded: CodedRecord) -> None:
    """Refuse a record whose sessions are of several children or caregivers, where one pair is meant.

    Args:
        coded: a record in the closed vocabulary.

    Raises:
        InputError: a session has several pairs, or two sessions have different ones.
    """
    found = [only_pair(coded, session) for session in coded.sessions]
    for role in (Role.CHILD, Role.CAREGIVER):
        names = _names(role, found)
        if len(names) > 1:
            raise _several(role, names, coded, " over the sessions", "If all are of one pair, say --one-dyad.")


def _names(role: Role, found: Iterable[Pair]) -> list[str]:
    return [
        name for name in dict.fromkeys(pair.child if role == Role.CHILD else pair.caregiver for pair in found) if name
    ]


def _several(role: Role, names: Sequence[str], coded: CodedRecord, where: str, otherwise: str) -> InputError:
    several = "children" if role == Role.CHILD else "caregivers"
    file = coded.record.provenance[0].file if coded.record.provenance else None
    options = " or ".join(f"--{role} {shlex.quote(name)}" for name in names)
    return InputError(
        f"there are {len(names)} {several}{where}, and one is meant",
        file=file,
        column=str(role),
        value=", ".join(names),
        remedy=f"Name one: {options}. {otherwise}",
    )


def _same_remedy(names: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"If they are one and the same, write same = [[{quoted}]] under [codebook] in the codebook."
