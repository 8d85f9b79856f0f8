"""Whose act each one is and to whom it goes: the labels of a file, read as persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from bowlby.records.constructs import Construct, Role
from bowlby.records.pattern import pattern
from bowlby.records.record import Record

STRANGER = "stranger"
"""The label of the stranger of a procedure, who is nobody's caregiver."""

NOBODY = frozenset({"", "no focal subject"})
"""Actor labels that name no one."""

ANYONE = frozenset({"all", "both", "caregiver", "caregivers", "child", "children", "dyad", "everyone"})
"""Partner labels that single nobody out, unless they are an actor's label too."""

SPEAKER_CLASSES = (
    frozenset({"FAN", "FAF", "MAN", "MAF", "FEM", "MAL"}),
    frozenset({"CHN", "CHF", "KCHI", "CNS", "NCS", "CRY"}),
)
"""Labels by which automatic diarisation (LENA, VTC, VCM) names any adult, or the child that wears the recorder and the
kinds of its sounds: several of one class in a record are not several persons."""

OF_THINGS = frozenset({str(Construct.EXPLORE), str(Construct.GAZE_OBJECT), str(Construct.OBJECT)})
"""Constructs whose partner is a thing."""


OTHER = "(other)"
"""Partner of an act that goes to somebody who is neither the child nor the caregiver."""


@dataclass(frozen=True)
class PersonLabels:
    """What a codebook says of the labels of persons.

    Args:
        roles: labels that it lists under a role.
        same: label to the one label by which a person is known.
        others: patterns of the labels of people who are neither the child nor the caregiver.
    """

    roles: Mapping[str, Role]
    same: Mapping[str, str]
    others: Sequence[str] = ()


def with_persons(acts: pl.DataFrame, record: Record, people: PersonLabels) -> pl.DataFrame:
    """Return acts with the person whose each is, and the person to whom it goes.

    A person is, in this order: whom the codebook's mapping names; in ELAN the speaker of the topmost tier that a tier
    depends on; the actor's label; where there is none, a channel that the codebook lists under `child` or `caregiver`.

    Args:
        acts: columns `person` (of the mapping, or null), `actor`, `partner`, `channel`, `construct`.
        record: the acts' own.
        people: what the codebook says of them.

    Returns:
        The acts, with `person` and `partner` filled: "" where nobody is named.
    """
    of_tier = tier_speakers(record)
    label = pl.col("actor").str.strip_chars()
    named = pl.when(~is_nobody(label)).then(label)
    channel = pl.when(pl.col("channel").is_in(list(people.roles))).then("channel")
    tier = pl.col("channel").replace_strict(of_tier, default=None, return_dtype=pl.String) if of_tier else pl.lit(None)
    acts = acts.with_columns(
        person=pl.coalesce(pl.col("person"), tier, named, channel, pl.lit("")).replace(dict(people.same)),
        partner=pl.col("partner").fill_null("").str.strip_chars().replace(dict(people.same)),
    )
    acts = _with_classes_joined(acts)
    loose = pl.col("partner").str.to_lowercase().is_in(list(ANYONE)) & ~pl.col("partner").is_in(
        acts["person"].unique().implode()
    )
    no_one = loose | pl.col("construct").is_in(list(OF_THINGS))
    other = pl.any_horizontal(pl.lit(False), *(pattern(text).within(pl.col("partner")) for text in people.others))
    partner = pl.when(no_one).then(pl.lit("")).when(other).then(pl.lit(OTHER)).otherwise("partner")
    return acts.with_columns(partner=partner)


def is_nobody(label: pl.Expr) -> pl.Expr:
    """Return an expression that says which actor labels name no one.

    Args:
        label: of the actor.

    Returns:
        True for `NOBODY`, whatever the letters' case.
    """
    return label.str.strip_chars().str.to_lowercase().is_in(list(NOBODY))


def tier_speakers(record: Record) -> dict[str, str]:
    """Return whose a tier is, for tiers that depend on another or have others depend on them.

    Args:
        record: any; one whose metadata name the parent of each tier, as ELAN's do.

    Returns:
        Tier to the label of the topmost tier's speaker, or that tier's name where it names none.
    """
    found = record.metadata.get("tiers")
    if not isinstance(found, Mapping):
        return {}
    tiers = cast("Mapping[str, Mapping[str, str | None]]", found)
    parents = {name: about.get("parent") for name, about in tiers.items()}
    family = {name for name, parent in parents.items() if parent} | {parent for parent in parents.values() if parent}
    labels = dict(record.events.select("channel", "actor").unique("channel").iter_rows())
    tops = {name: _topmost(name, parents) for name in family}
    return {name: labels.get(top) or top for name, top in tops.items()}


def _topmost(name: str, parents: Mapping[str, str | None]) -> str:
    passed = {name}
    while (parent := parents.get(name)) and parent not in passed:
        passed.add(parent)
        name = parent
    return name


def _with_classes_joined(acts: pl.DataFrame) -> pl.DataFrame:
    present = set(acts["person"].unique())
    joined: dict[str, str] = {}
    for group in SPEAKER_CLASSES:
        heard = sorted(present & group)
        joined |= {label: "+".join(heard) for label in heard if len(heard) > 1}
    return acts.with_columns(pl.col("person", "partner").replace(joined)) if joined else acts


def persons_in(acts: pl.DataFrame, role: Role) -> tuple[str, ...]:
    """Return the persons of one role in one session: who acts in it, then who is only addressed.

    Args:
        acts: of one session, with `person` and `partner`.
        role: child or caregiver.

    Returns:
        Labels, each once, in order of appearance; empty where nobody is named.
    """
    own, other = pl.col("role") == str(role), pl.col("role") == str(_COUNTERPART[role])
    acting = _named(acts.filter(own)["person"])
    elsewhere = {*_named(acts.filter(other)["person"]), *acting}
    addressed = [name for name in _named(acts.filter(other)["partner"]) if name not in elsewhere]
    return (*acting, *addressed)


_COUNTERPART = {Role.CHILD: Role.CAREGIVER, Role.CAREGIVER: Role.CHILD}


def _named(labels: pl.Series) -> Sequence[str]:
    found = labels.fill_null("").unique(maintain_order=True)
    return [label for label in found if label and label != OTHER and label.casefold() != STRANGER]
