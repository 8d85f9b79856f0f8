"""Where a measure stands in the table, and what it is called there."""

from __future__ import annotations

from collections.abc import Iterable

from bowlby.measures import (
    contingency,
    entropy_rate,
    grid,
    latency,
    matching,
    preschool_measures,
    return_to_calm_measures,
    sequence,
    still_face_measures,
    turns,
)
from bowlby.measures.latency import CUE_CLASSES
from bowlby.measures.strange_situation import session_measures as strange_situation_measured
from bowlby.measures.value import Measure
from bowlby.records.constructs import Construct, Role
from bowlby.reporting.words import LABELS, label

SIX_BEHAVIOURS: tuple[tuple[str, str], ...] = (
    ("no response", "No response to the child"),
    ("late response", "A late response"),
    ("scaring acts", "Loud, abrupt or exaggerated acts that scare"),
    ("no holding or cuddling", "No holding and cuddling"),
    ("no play, talk or smiles", "No play, talk or smiles"),
    ("own interests imposed", "The caregiver’s own interests imposed instead"),
)
"""How measures of the six begin, and what each is called."""

RATES = ("rate", "share of time", "mean bout")
_ANSWERS = {name for name, _ in latency.NAMES}
_CONTINGENCY = {name for name, _ in contingency.NAMES}
_DENSITY = ("warm acts", "warm acts noticed, share", "warm acts noticed", "threat density")
_AFFECT = ("affect", "affect coded", "mean valence")
_CLASSES = {cues.name for cues in CUE_CLASSES}
_HEADINGS = (
    ("Affect", _AFFECT),
    ("Order of acts", sequence.DEFINITIONS),
    ("Turn-taking", turns.DEFINITIONS),
    ("Unpredictability of the caregiver’s signals", entropy_rate.DEFINITIONS),
    ("Procedures", strange_situation_measured.DEFINITIONS),
    ("Procedures", preschool_measures.DEFINITIONS),
    ("Procedures", still_face_measures.DEFINITIONS),
    ("Procedures", return_to_calm_measures.DEFINITIONS),
)
"""Headings of measures whose name says all, each with the names that stand under it."""


def is_behaviour(measure: Measure) -> bool:
    """Return whether a measure is one of the six caregiver behaviours.

    Args:
        measure: any measure.

    Returns:
        True where its name begins as one of `SIX_BEHAVIOURS` does.
    """
    return any(_begins(measure.name, start) for start, _ in SIX_BEHAVIOURS)


def six_behaviours(measures: Iterable[Measure]) -> tuple[tuple[str, tuple[Measure, ...]], ...]:
    """Return the six caregiver behaviours in order, each with its measures; none is ever left out.

    Args:
        measures: measures of one session.

    Returns:
        (heading, measures), six of them.
    """
    own = list(measures)
    return tuple((title, tuple(m for m in own if _begins(m.name, start))) for start, title in SIX_BEHAVIOURS)


def groups_of(measures: Iterable[Measure]) -> tuple[tuple[str, tuple[Measure, ...]], ...]:
    """Return the measures that are neither of the six nor of single acts, under headings in order of first use.

    Args:
        measures: measures of one session.

    Returns:
        (heading, measures).
    """
    groups: dict[str, list[Measure]] = {}
    for measure in measures:
        if not is_behaviour(measure) and measure.name.partition(": ")[0] not in RATES:
            groups.setdefault(heading_of(measure), []).append(measure)
    return tuple((heading, tuple(found)) for heading, found in groups.items())


def heading_of(measure: Measure) -> str:
    """Return the heading a measure stands under.

    Args:
        measure: any measure.

    Returns:
        The heading.
    """
    start, _, rest = measure.name.partition(": ")
    if rest in _CLASSES and start in _ANSWERS:
        return f"Answers to {rest}"
    if rest in _CLASSES and start in _CONTINGENCY:
        return f"Contingency on {rest}"
    if measure.name in _DENSITY:
        return "Density of warm and of threatening acts"
    if start in matching.DEFINITIONS:
        return f"Matching of {rest}"
    if start in grid.DEFINITIONS:
        return f"Grid of {rest} states"
    return next((heading for heading, names in _HEADINGS if start in names), "Further measures")


def name_of(measure: Measure) -> str:
    """Return what a measure is called under its heading.

    Args:
        measure: any measure.

    Returns:
        Its name without what the heading says already.
    """
    start, _, rest = measure.name.partition(": ")
    if is_behaviour(measure):
        return _behaviour_name(start, rest)
    if start in RATES:
        return _act_name(measure.actor, rest)
    if start in _AFFECT:
        return f"{measure.actor}, {rest or start}"
    if start in grid.DEFINITIONS:
        return start.removeprefix("grid ")
    if rest in _CLASSES or start in matching.DEFINITIONS or not rest:
        return start
    return measure.name


def _begins(name: str, start: str) -> bool:
    return name == start or name.startswith(f"{start}: ")


def _behaviour_name(start: str, rest: str) -> str:
    if rest in set(Construct):
        return LABELS[Construct(rest)]
    if start in ("no response", "late response"):
        return f"to {rest}"
    if start == "own interests imposed":
        return "as a share of the child’s cues" if rest else "acts"
    return f"share of time without{' ' + rest if rest else ''}"


def _act_name(actor: str, construct: str) -> str:
    if construct not in set(Construct):
        return f"{actor}, {construct}"
    role = Role(actor) if actor in set(Role) else Role.CONTEXT
    return label(role, construct)
