"""The Strange Situation among the measures of a session: each score with a coder's error, and the classes."""

from __future__ import annotations

import polars as pl

from bowlby.measures.confidence import Z
from bowlby.measures.definition import NO_BASELINE, Definition
from bowlby.measures.strange_situation.classification import CLASSES, ClassThresholds, classify
from bowlby.measures.strange_situation.coder import ClassCoder, recode
from bowlby.measures.strange_situation.procedure import REUNIONS, SEPARATIONS
from bowlby.measures.strange_situation.reunion import SCALES
from bowlby.measures.strange_situation.scoring import scales
from bowlby.measures.strange_situation.shares import shares
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.purpose import RESEARCH_ONLY
from bowlby.records.coded_record import CodedRecord

CODERS = 500
"""Simulated coders who name the class of a session."""

CLASS = "class by simulated coders"
DISTRESS, SETTLE = "distress in the procedure", "time to settle"
NEAR, ANGRY = "proximity seeking against avoidance", "anger and resistance"
_UNIT = {scale: "points, 1 to 7" for scale in SCALES} | {"disorganization": "points, 1 to 9"}


def measures_of(coded: CodedRecord, session: str, seed: int) -> list[Measure]:
    """Return scales, dimensions, distress and classes of one Strange Situation.

    Args:
        coded: a record of this session alone, in the closed vocabulary.
        session: its id.
        seed: of the simulated coders.

    Returns:
        Measures of the child; what the record lacks is not assessable, a reunion that is missing too few.

    Raises:
        InputError: a theme or a strength of disorganization lies outside its support.
    """
    table = scales(coded)
    row = table.row(0, named=True)
    found = [
        _scale(session, row, f"{scale}_{k}", f"{_plain(scale)}: episode {k}") for scale in SCALES for k in REUNIONS
    ]
    found.append(_scale(session, row, "disorganization", "disorganization"))
    found += [_plainly(session, row, "proximity_avoidance", NEAR, "points, -6 to 6")]
    found += [_plainly(session, row, "anger_resistance", ANGRY, "points, 1 to 7")]
    found += [
        _plainly(session, row, f"distress_{k}", f"{DISTRESS}: episode {k}", "share")
        for k in sorted({*REUNIONS, *SEPARATIONS})
    ]
    found += [_settling(session, row, k) for k in REUNIONS]
    return [*found, *_classes(session, table, seed)]


def _plain(scale: str) -> str:
    return scale.replace("_", " ")


def _scale(session: str, row: dict[str, object], column: str, name: str) -> Measure:
    top = 9.0 if column == "disorganization" else 7.0
    unit = _UNIT[column if column == "disorganization" else column[:-2]]
    value = row[column]
    if not isinstance(value, float):
        return _absent(session, row, column, name, unit)
    half = Z * ClassCoder().error_sd(column)
    note = f"interval: a coder's error as assumed; {RESEARCH_ONLY}"
    return Measure(session, "child", name, value, max(1.0, value - half), min(top, value + half), unit, 1, note=note)


def _plainly(session: str, row: dict[str, object], column: str, name: str, unit: str) -> Measure:
    value = row[column]
    if not isinstance(value, float):
        return _absent(session, row, column, name, unit)
    return Measure(session, "child", name, value, None, None, unit, 1, note=RESEARCH_ONLY)


def _settling(session: str, row: dict[str, object], episode: int) -> Measure:
    name = f"{SETTLE}: episode {episode}"
    if row[f"unsettled_{episode}"]:
        return missing(session, "child", name, "s", "the child did not settle", status=MeasureStatus.TOO_FEW)
    return _plainly(session, row, f"settle_{episode}", name, "s")


def _absent(session: str, row: dict[str, object], column: str, name: str, unit: str) -> Measure:
    lacking = row["missing"]
    episode = int(column[-1]) if column[-1].isdigit() else None
    if isinstance(lacking, list) and (episode in lacking or (episode is None and set(REUNIONS) & set(lacking))):
        note = f"missing of the procedure: episode {', '.join(map(str, lacking))}"
        return missing(session, "child", name, unit, note, status=MeasureStatus.TOO_FEW)
    note = "its acts were not codable in this record; not coded is not absent"
    return missing(session, "child", name, unit, note, status=MeasureStatus.NOT_ASSESSABLE)


def _classes(session: str, table: pl.DataFrame, seed: int) -> list[Measure]:
    row = classify(table).row(0, named=True)
    names = [f"{CLASS}: {name}" for name in CLASSES]
    if row["class"] is None:
        return [
            missing(session, "child", name, "share", row["reason"], status=MeasureStatus.NOT_ASSESSABLE)
            for name in names
        ]
    numbers = pl.DataFrame({"session": [f"{k:04}" for k in range(CODERS)]})
    often = numbers.join(table.drop("session"), how="cross")
    found = shares(classify(recode(often, ClassCoder(), stream(seed, session, CLASS))))
    note = f"without error {row['class']}{_why(row)}; thresholds are bowlby's own; {RESEARCH_ONLY}"
    return [
        Measure(session, "child", f"{CLASS}: {own['class']}", own["estimate"], None, None, "share", CODERS, note=note)
        for own in found.table.iter_rows(named=True)
    ]


def _why(row: dict[str, object]) -> str:
    second = f", second {row['second']}" if row["second"] else ""
    reason = f" ({row['reason']})" if row["reason"] else ""
    return f"{second}{reason}"


_AINSWORTH = "construct: Ainsworth, Blehar, Waters & Wall 1978, Patterns of Attachment; the function is bowlby's own"
_ERROR = "score +- 1.96 standard errors of a coder as assumed (`ClassCoder`)"
_NONE_OFFICIAL = "no official function or cut point exists; see docs/procedures.md"
_PROCEDURE = "separation and stranger as context states"


def _of_scale(meaning: str, amount: str, codes: str) -> Definition:
    return Definition(
        meaning,
        f"1 + 6 (1 - 2^(-amount / middle)); amount: {amount}",
        f"{_AINSWORTH}; {_ERROR}",
        "points, 1 to 7",
        "scorable seconds of the reunion",
        NO_BASELINE,
        f"{codes}; {_PROCEDURE}",
        _NONE_OFFICIAL,
    )


DEFINITIONS: dict[str, Definition] = {
    "proximity seeking": _of_scale(
        "How far, how soon and on whose initiative the child seeks to be near in a reunion.",
        "approaches + .4 signals + 1.5 contacts the child began, each weighed by 1 (or 180 s / length where longer) + "
        "exp(-t / 30 s), t since the reunion; middle 2.5",
        "child approach or cue.bid, caregiver hold",
    ),
    "contact maintaining": _of_scale(
        "How long the child holds on to bodily contact in a reunion.",
        "share of time in active holding on + .3 of that merely held where the child began contact, .15 where not; "
        "middle .22",
        "child contact.maintain, caregiver hold",
    ),
    "avoidance": _of_scale(
        "How long and how soon the child turns or moves away from the caregiver in a reunion.",
        "integral of 1 + 2 exp(-t / 30 s) over its bouts / scorable seconds; middle .27",
        "child avoid",
    ),
    "resistance": _of_scale(
        "How much the child pushes away, squirms or refuses in anger in a reunion.",
        "(seconds + 2 s an act) / scorable seconds; middle .12",
        "child resist",
    ),
    "disorganization": Definition(
        "How much of the seven themes of disorganization shows in both reunions.",
        "1 + 8 (1 - 2^(-amount / 2.5)), amount = sum over theme events of "
        "strength (1 + seconds / 10) (1 + exp(-t / 30 s)) / 2",
        "construct: Main & Solomon 1990, in Greenberg, Cicchetti & Cummings, Attachment in the Preschool Years; the "
        f"function is bowlby's own; {_ERROR}",
        "points, 1 to 9",
        "both reunions",
        NO_BASELINE,
        f"child disorganized; {_PROCEDURE}",
        "most disorganized children were not maltreated (Granqvist et al. 2017, Attachment & Human Development 19:534)",
    ),
    NEAR: Definition(
        "The first of two dimensions: seeking to be near against avoiding it.",
        "mean of proximity seeking and contact maintaining over both reunions - mean avoidance",
        "after Fraley & Spieker 2003, Developmental Psychology 39:387; plain means, not their factor scores",
        "points, -6 to 6",
        "both reunions",
        NO_BASELINE,
        "what the scales need",
        _NONE_OFFICIAL,
    ),
    ANGRY: Definition(
        "The second of two dimensions: anger and resistance.",
        "mean resistance over both reunions",
        "after Fraley & Spieker 2003, Developmental Psychology 39:387; plain means, not their factor scores",
        "points, 1 to 7",
        "both reunions",
        NO_BASELINE,
        "what the scale needs",
        _NONE_OFFICIAL,
    ),
    DISTRESS: Definition(
        "The share of an episode in distress.",
        "seconds of the union of distress cues / scorable seconds of the episode",
        "Ainsworth, Blehar, Waters & Wall 1978",
        "share",
        "scorable seconds of the episode",
        NO_BASELINE,
        f"child cue.distress; {_PROCEDURE}",
        "separations are cut short where a child cries unsettled, so that shares of different lengths are compared",
    ),
    SETTLE: Definition(
        "Seconds from a reunion's start until the child has settled.",
        "first moment after which it does not cry for 30 s, if it does not cry in the last 15 s",
        "assumed",
        "s",
        "reunions",
        NO_BASELINE,
        f"child cue.distress; {_PROCEDURE}",
        "0 for a child that did not cry at first; none for one that did not settle",
    ),
    CLASS: Definition(
        "The share of simulated coders, each with a coder's error, who name a class: A, B, C, D, CC (cannot classify).",
        ClassThresholds().describe(),
        "classes: Ainsworth et al. 1978; Main & Solomon 1990; the rule is bowlby's own",
        "share",
        f"{CODERS} simulated coders",
        NO_BASELINE,
        f"child contact.maintain, avoid, resist, approach or cue.bid; {_PROCEDURE}",
        "insecure A and C are organized and in the normal range; no diagnosis, and no statement about care",
    ),
}
