"""Return to calm among the measures of a session: a rate where something was perturbed, and why there is none."""

from __future__ import annotations

import polars as pl

from bowlby.measures import session_spans, still_face_measures
from bowlby.measures.definition import NO_BASELINE, Definition
from bowlby.measures.return_to_calm import OUTCOMES, ReturnToCalmCriteria, rates, returns
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.purpose import RESEARCH_ONLY
from bowlby.records.coded_record import CodedRecord

RETURN = "return to calm"
_UNIT = "per s"
LONGEST_S = 1800.0
"""A session longer than this is no procedure: who leaves a room in everyday life perturbs in no standard way; assumed.
A still face is looked for in sessions as long as its own measures are."""


def measures_of(coded: CodedRecord, session: str) -> list[Measure]:
    """Return the rate at which distress, and negative affect, ended in the reunions of one session.

    Args:
        coded: a record of this session alone, in the closed vocabulary.
        session: its id.

    Returns:
        A measure for each outcome that was codable; empty where the session is no procedure, or nobody left or was
        still and came back.
    """
    bounds = session_spans.sessions_of(coded).row(0, named=True)
    length = bounds["end_s"] - bounds["start_s"]
    if length > LONGEST_S:
        return []
    found = returns(coded)
    if length > still_face_measures.LONGEST_S:
        found = found.filter(pl.col("after") != "still face")
    return [_measure(session, row) for row in rates(found).iter_rows(named=True)]


def _measure(session: str, row: dict[str, object]) -> Measure:
    name, perturbed, returned = f"{RETURN}: {row['outcome']}", row["perturbed"], row["returned"]
    counts = f"{perturbed} of {row['reunions']} reunions began with {row['outcome']}, {returned} of them ended it"
    hidden = f"; {row['unseen']} could not be seen from the start" if row["unseen"] else ""
    note = f"{counts}{hidden}; {RESEARCH_ONLY}"
    if row["rate"] is None:
        return missing(session, "child", name, _UNIT, f"nothing to return from: {note}", status=MeasureStatus.TOO_FEW)
    rate, low, high, seconds = (row[key] for key in ("rate", "low", "high", "seconds"))
    return Measure(session, "child", name, rate, low, high, _UNIT, returned, seconds, "s waited", note=note)  # pyright: ignore[reportArgumentType]


_CRITERIA = ReturnToCalmCriteria()

DEFINITIONS: dict[str, Definition] = {
    RETURN: Definition(
        "How fast distress, or negative affect, that a separation or a still face left behind ends in the reunion: "
        "resilience as far as a record can show it.",
        f"reunions in which it ended / seconds until it ended or the wait was cut off; ended: the first moment after "
        f"which it does not show for {_CRITERIA.quiet_s:g} s; looked at for {_CRITERIA.horizon_s:g} s, of reunions "
        f"with it in their first {_CRITERIA.near_s:g} s; {' and '.join(OUTCOMES)} apart",
        "maximum likelihood of an exponential return with censoring: Kalbfleisch & Prentice 2002, The Statistical "
        "Analysis of Failure Time Data, 3.4; interval: of a Poisson count (Garwood 1936, Biometrika 28:437)",
        _UNIT,
        "seconds waited, in reunions that began with it",
        NO_BASELINE,
        "separation as a context state, or caregiver ignore as a state of 45 s or more; child cue.distress, or affect",
        "one session holds one or two returns, so that its interval is wide; children who were calm at the reunion "
        f"say nothing; not given for sessions of more than {LONGEST_S / 60:g} min; it mixes what the "
        "child does by itself with what the caregiver does for it",
    )
}
