"""The preschool procedure among the measures of a session: taking charge, both reunions' scales, and the classes."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from bowlby.measures import session_spans
from bowlby.measures.definition import NO_BASELINE, Definition
from bowlby.measures.preschool import CLASSES, PreschoolThresholds, classify, scales, shares
from bowlby.measures.strange_situation.coder import ClassCoder, recode
from bowlby.measures.strange_situation.session_measures import DEFINITIONS as OF_INFANTS
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.purpose import RESEARCH_ONLY
from bowlby.records.coded_record import CodedRecord

LONGEST_S = 1800.0
"""A session longer than this is no preschool procedure, however often the caregiver went out of it; assumed."""
CODERS = 500
"""Simulated coders who name the class of a session."""

CONTROL, PUNITIVE, CLASS = "taking charge", "taking charge, punitive share", "preschool class by simulated coders"
_REUNIONS = {5: "first reunion", 8: "second reunion"}
_SCALES = ("contact maintaining", "avoidance", "resistance")


def measures_of(coded: CodedRecord, session: str, seed: int) -> list[Measure]:
    """Return taking charge, scales and classes of one preschool session, or nothing where it is too long to be one.

    Args:
        coded: a record of this session alone, in the closed vocabulary, with `control` codable.
        session: its id.
        seed: of the simulated coders.

    Returns:
        Measures of the child.

    Raises:
        InputError: a theme or a strength of disorganization lies outside its support.
    """
    bounds = session_spans.sessions_of(coded).row(0, named=True)
    if bounds["end_s"] - bounds["start_s"] > LONGEST_S:
        return []
    table = scales(coded)
    row = table.row(0, named=True)
    found = [
        _score(session, row[f"{scale.replace(' ', '_')}_{k}"], *_named(scale, k)) for scale in _SCALES for k in (5, 8)
    ]
    found.append(_score(session, row["disorganization"], "preschool disorganization", "points, 1 to 9"))
    found.append(_score(session, row["control"], CONTROL, "points, 1 to 7"))
    if row["punitive"] is not None:
        found.append(_score(session, row["punitive"], PUNITIVE, "share"))
    return [*found, *_classes(session, table, seed)]


def _named(scale: str, reunion: int) -> tuple[str, str]:
    return f"preschool {scale}: {_REUNIONS[reunion]}", "points, 1 to 7"


def _score(session: str, value: object, name: str, unit: str) -> Measure:
    if isinstance(value, float):
        return Measure(session, "child", name, value, None, None, unit, 1, note=RESEARCH_ONLY)
    note = "the reunion is missing, or its acts were not codable; not coded is not absent"
    return missing(session, "child", name, unit, note, status=MeasureStatus.NOT_ASSESSABLE)


def _classes(session: str, table: pl.DataFrame, seed: int) -> list[Measure]:
    own = classify(table)["class"][0]
    names = {name: f"{CLASS}: {name}" for name in CLASSES}
    if own is None:
        note = "a reunion is missing, or a code that the rule needs was not codable"
        return [
            missing(session, "child", name, "share", note, status=MeasureStatus.NOT_ASSESSABLE)
            for name in names.values()
        ]
    found = shares(classify(_coded_often(session, table, seed)))
    note = f"without error {own}; thresholds are bowlby's own; {RESEARCH_ONLY}"
    return [
        Measure(session, "child", name, found[own]["estimate"], None, None, "share", CODERS, note=note)
        for own, name in names.items()
    ]


def _coded_often(session: str, table: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the session as many coders would score it; taking charge is coded as reliably as the other scales."""
    generator, coder = stream(seed, session, CLASS), ClassCoder()
    numbers = pl.DataFrame({"session": [f"{k:04}" for k in range(CODERS)]})
    often = recode(numbers.join(table.drop("session"), how="cross"), coder, generator)
    error = pl.Series(coder.error_sd("resistance_8") * generator.standard_normal(CODERS))
    return often.with_columns(control=(pl.col("control") + error).clip(1.0, 7.0))


_THRESHOLDS = PreschoolThresholds()
_NEEDS = "two separations as context states without a stranger, control codable"
_SOURCE = (
    "classes: Main & Cassidy 1988, Developmental Psychology 24:415; Cassidy & Marvin as named by Solomon & George "
    "2016, in Cassidy & Shaver, Handbook of Attachment; the function is bowlby's own"
)
_RESERVATION = "no official function or cut point exists, and no child was coded by it; see docs/procedures.md"


def _of(meaning: str, formula: str, unit: str, denominator: str) -> Definition:
    return Definition(meaning, formula, _SOURCE, unit, denominator, NO_BASELINE, _NEEDS, _RESERVATION)


DEFINITIONS: dict[str, Definition] = {
    **{
        f"preschool {name}": replace(
            OF_INFANTS[name], needs=f"as the infant's scale; {_NEEDS}", reservation="scored as in infancy: assumed"
        )
        for name in (*_SCALES, "disorganization")
    },
    CONTROL: _of(
        "How much the child takes charge of the caregiver in both reunions, by orders and humiliation or by care.",
        f"1 + 6 (1 - 2^(-amount / {_THRESHOLDS.control_middle:g})); amount: seconds of control / scorable seconds",
        "points, 1 to 7",
        "scorable seconds of both reunions",
    ),
    PUNITIVE: _of(
        "How much of its taking charge is punitive and not caregiving.",
        "seconds of control with kind=punitive / seconds of control",
        "share",
        "seconds of control in both reunions",
    ),
    CLASS: _of(
        "The share of simulated coders, each with a coder's error, who name a class of the preschool years.",
        _THRESHOLDS.describe(),
        "share",
        f"{CODERS} simulated coders",
    ),
}
