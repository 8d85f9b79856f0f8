"""The still face among the measures of a session."""

from __future__ import annotations

from bowlby.measures import session_spans
from bowlby.measures.definition import NO_BASELINE, Definition
from bowlby.measures.still_face import CONTRASTS, PHASES, effect, phases
from bowlby.measures.value import Measure
from bowlby.purpose import RESEARCH_ONLY
from bowlby.records.coded_record import CodedRecord

LONGEST_S = 600.0
"""A session longer than this is no still-face procedure, however long the caregiver ignored the child; assumed."""


def measures_of(coded: CodedRecord, session: str) -> list[Measure]:
    """Return effect, carry-over and recovery of one still-face session, or nothing where it is none.

    Args:
        coded: a record of this session alone, in the closed vocabulary.
        session: its id.

    Returns:
        Measures of the child.
    """
    found = phases(coded)
    bounds = session_spans.sessions_of(coded).row(0, named=True)
    if found.height < len(PHASES) or bounds["end_s"] - bounds["start_s"] > LONGEST_S:
        return []
    return [_measure(session, row) for row in effect(coded, given=found).iter_rows(named=True)]


def _measure(session: str, row: dict[str, object]) -> Measure:
    name = f"{_NAMES[str(row['contrast'])]}: {row['outcome']}"
    taken = "the caregiver's longest ignoring was taken as the still face"
    note = "; ".join(part for part in (str(row["note"]), taken, RESEARCH_ONLY) if part)
    unit = "valence" if row["outcome"] == "affect" else "share"
    estimate, low, high, seconds = (row[key] for key in ("estimate", "low", "high", "seconds"))
    return Measure(session, "child", name, estimate, low, high, unit, seconds, seconds, "scorable s", note=note)  # pyright: ignore[reportArgumentType]


_NAMES = {"effect": "still-face effect", "carry_over": "still-face carry-over", "recovery": "still-face recovery"}
_MEANING = {
    "effect": "How the child's seconds change from play to still face",
    "carry_over": "How they differ between play and reunion",
    "recovery": "How they change from still face to reunion",
}

DEFINITIONS: dict[str, Definition] = {
    _NAMES[contrast]: Definition(
        f"{_MEANING[contrast]}: positive, object, protest, withdrawn or neutral, gaze at the caregiver, affect.",
        f"share of scorable seconds in {after} - share in {before}; for affect, mean valence",
        "procedure: Tronick, Als, Adamson, Wise & Brazelton 1978, Journal of the American Academy of Child Psychiatry "
        "17:1; contrasts: Mesman, van IJzendoorn & Bakermans-Kranenburg 2009, Developmental Review 29:120; interval: "
        "batch means of 10 s (Law & Carson 1979, Operations Research 27:1011)",
        "share, or valence",
        "scorable seconds of both phases",
        NO_BASELINE,
        "caregiver ignore as a state of 45 s or more; the child's acts of the outcome",
        "the rules for a second are bowlby's own; without a control group a session shows change, not its cause",
    )
    for contrast, (after, before) in CONTRASTS.items()
}
