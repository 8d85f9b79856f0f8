"""From a coded record to the parts of its report: measure, and infer where that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bowlby.inference.care.reading import ReadingPlan, read_care
from bowlby.inference.care.statement import care_statement
from bowlby.measures.rule import changed
from bowlby.measures.session import measure
from bowlby.records.coded_record import CodedRecord
from bowlby.records.pairs import only_pair
from bowlby.reporting.drafting import draft_of
from bowlby.reporting.drawing_process import DrawingProcess
from bowlby.reporting.parts import ReportParts


@dataclass(frozen=True)
class ReportOptions:
    """How a report is to be made.

    Args:
        rule: settings that override the codebook's episode rule, such as {"window_s": 5.0}.
        infer: say what the record tells of care.
        reading: population, coder and seed of the inference; its seed is the report's.
        seed: seed of every random number, >= 0.
        cache: folder in which the drawing script is kept between runs, or None.
    """

    rule: dict[str, object] = field(default_factory=dict)
    infer: bool = True
    reading: ReadingPlan = field(default_factory=ReadingPlan)
    seed: int = 0
    cache: Path | None = None


def build(coded: CodedRecord, how: ReportOptions, progress: Callable[[str], None]) -> ReportParts:
    """Measure a record and infer from it.

    Args:
        coded: the record in the closed vocabulary.
        how: see `ReportOptions`.
        progress: called with the name of each step as it begins.

    Returns:
        What `write_report` takes.

    Raises:
        CodebookError: the episode settings are malformed.
        InputError: a session has several children or caregivers.
    """
    for session in coded.sessions:
        only_pair(coded, session)
    # Measures and inference read their rule from the record's settings: overridden once, both follow.
    coded = replace(coded, settings=changed(coded.settings, how.rule))
    drawer = DrawingProcess()
    try:
        progress("measuring")
        measured = ReportParts(coded, measure(coded, seed=how.seed), how.seed, None, how.cache)
        parts = replace(measured, draft=draft_of(measured, drawer))
        if not how.infer:
            return parts
        progress("inferring")
        plan = replace(how.reading, seed=how.seed)
        return replace(parts, inference=care_statement(read_care(coded, plan)))
    except BaseException:
        drawer.close()
        raise
