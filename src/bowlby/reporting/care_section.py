"""The section on what was inferred of care: estimates first, then statements, then what stands beside them."""

from __future__ import annotations

from bowlby.inference.care import words
from bowlby.inference.care.axes import STATED
from bowlby.inference.care.rule import DAYS
from bowlby.inference.care.statement import AxisStatement, CareStatement, statement_lines
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.figure import Table
from bowlby.reporting.figures.axes import axis_figure
from bowlby.reporting.numbers import NOTHING, interval, number

LEFT_OPEN = "These stay open whatever the record shows."


def short_statement(found: CareStatement) -> str:
    """Return what was stated, in a few words for the summary.

    Args:
        found: what the record says of care.

    Returns:
        A sentence an axis, and that these are no statements about anybody.
    """
    lines = [words.statement(axis, found.axes[axis].told) for axis in STATED]
    one_visit = [f"{words.ONE_VISIT.capitalize()}."] if found.posterior.evidence.days < DAYS else []
    return " ".join([*one_visit, *lines, words.NO_EVIDENCE])


def method_of(found: CareStatement) -> str:
    """Return the part of the methods paragraph that speaks of inference.

    Args:
        found: what the record says of care.

    Returns:
        One paragraph.
    """
    posterior, rates = found.posterior, found.base_rates.stated
    shares = ", ".join(f"{name} {number(share)}" for name, share in rates.items())
    told = "; ".join(f"{axis} {found.axes[axis].told.words}" for axis in STATED)
    draws = len(posterior.draws[STATED[0]])
    return (
        f"Care was inferred by networks trained on records that the model simulates, read among {posterior.population} "
        f"families ({draws} draws; seed {posterior.seed}; error of the coder {found.reading.plan.coder.source}). Each "
        "axis was compared with the 90th percentile of simulated low-risk families, at base rates "
        f"{shares}. A side of the cut was stated only where its probability was at least .9 and its Bayes factor at "
        "least 9, at half, once and twice these base odds and at both ends of the coder’s error, from at least two "
        f"days and without misfit. The result was: {told}. {words.ABOUT}"
    )


def inferred_blocks(found: CareStatement) -> tuple[ReportBlock, ...]:
    """Return the section's blocks in the order in which they are read.

    Args:
        found: what the record says of care.

    Returns:
        The blocks; estimates come before statements.
    """
    return (
        _estimates(found),
        _statements(found),
        *_conditions(found),
        ReportBlock("Beside every statement", bullets=found.beside),
        ReportBlock("What a record of this kind cannot identify", text=(LEFT_OPEN,), bullets=words.NOT_IDENTIFIABLE),
    )


def _estimates(found: CareStatement) -> ReportBlock:
    codable = [axis for axis, one in found.axes.items() if one.median is not None]
    head = ("axis", "after the record (90 %)", "before (90 %)", "unit", "P(above the cut)", "before", "Bayes factor")
    rows = tuple(_row(one) for one in found.axes.values())
    text = (
        f"Read among {found.posterior.population} families. The cut of an axis is {words.CUT}. "
        f"{words.ESTIMATE_ONLY.capitalize()}: unpredictability.",
        *found.posterior.evidence.problems,
    )
    return ReportBlock(
        "Estimates",
        text=text,
        figures=tuple(axis_figure(found, axis, f"axis-{axis}") for axis in codable),
        tables=(Table("Care on each axis, before and after the record.", head, rows, (1, 2, 4, 5, 6)),),
    )


def _row(one: AxisStatement) -> tuple[str, ...]:
    after = interval(one.median, one.low, one.high) if one.median is not None else "not assessable"
    return (
        str(one.axis),
        after,
        interval(*one.prior),
        one.unit,
        number(one.above),
        NOTHING if one.above is None else number(one.prior_above),
        number(one.factor),
    )


def _statement(found: CareStatement, one: AxisStatement) -> tuple[str, ...]:
    return statement_lines(one, found.posterior.evidence.days)


def _statements(found: CareStatement) -> ReportBlock:
    lines = [line for one in found.axes.values() for line in _statement(found, one)]
    lines += [words.statement_pair(found.pair)] if found.pair else []
    lines += [found.threat_below] if found.threat_below else []
    return ReportBlock("Statements", bullets=tuple(lines))


def _conditions(found: CareStatement) -> tuple[ReportBlock, ...]:
    tables = tuple(
        Table(
            f"What “{axis} {one.toward.words}” asks for.",
            ("condition", "", "found"),
            tuple((str(row.name), "met" if row.met else "not\u00a0met", row.value) for row in one.conditions),
        )
        for axis, one in found.axes.items()
        if one.conditions
    )
    return (ReportBlock("The rule, and what this record has of it", tables=tables),) if tables else ()
