"""What is measured only where a procedure is in the record; silent elsewhere."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct


def measures_of(coded: CodedRecord, rule: EpisodeRule, session: str, seed: int) -> list[Measure]:
    """Return the measures of Strange Situation, preschool procedure and still face, and of the return from what upset.

    Other than elsewhere, what does not apply is left out and not "not assessable": most records are of no procedure.
    Rated sensitivity is not among them: it would move with every frightening act, and one such number would be read
    before all others; ask `bowlby.measures.sensitivity` for it.

    Args:
        coded: a record in the closed vocabulary.
        rule: not used: no procedure depends on episodes of cue and answer.
        session: a session id.
        seed: of simulated coders.

    Returns:
        The measures; empty for an ordinary record.

    Raises:
        InputError: a theme or a strength of disorganization lies outside its support.
    """
    found: list[Measure] = []
    own = coded.acts.filter(pl.col("session") == session)
    happened = set(own["construct"].unique())
    if happened >= {str(Construct.SEPARATION), str(Construct.STRANGER)}:
        from bowlby.measures.strange_situation import session_measures

        found += session_measures.measures_of(_alone(coded, own, session), session, seed)
    if _preschool(coded, own, happened):
        from bowlby.measures import preschool_measures

        found += preschool_measures.measures_of(_alone(coded, own, session), session, seed)
    if str(Construct.IGNORE) in happened:
        from bowlby.measures import still_face_measures

        found += still_face_measures.measures_of(_alone(coded, own, session), session)
    if happened & {str(Construct.SEPARATION), str(Construct.IGNORE)}:
        from bowlby.measures import return_to_calm_measures

        found += return_to_calm_measures.measures_of(_alone(coded, own, session), session)
    return found


def _preschool(coded: CodedRecord, own: pl.DataFrame, happened: set[str]) -> bool:
    """Return whether a session may be of the preschool procedure: two separations, no stranger, taking charge coded."""
    separations = own.filter(pl.col("construct") == str(Construct.SEPARATION)).height
    codes = {construct for _, construct in coded.codable}
    return separations == 2 and str(Construct.STRANGER) not in happened and Construct.CONTROL in codes


def _alone(coded: CodedRecord, own: pl.DataFrame, session: str) -> CodedRecord:
    """Return one session of a record; the event table stays whole, since acts point into it."""
    mine = pl.col("session") == session
    record = replace(coded.record, windows=coded.record.windows.filter(mine))
    return replace(coded, record=record, acts=own, masks=coded.masks.filter(mine))
