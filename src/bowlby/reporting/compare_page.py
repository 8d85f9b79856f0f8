"""The comparison of trauma and neglect as text, Markdown and HTML; every cell opens to result and evidence."""

from __future__ import annotations

from pathlib import Path

from bowlby.evidence.claims_register.aspects import KINDS, MARKED, TITLE
from bowlby.evidence.claims_register.words import Row, amount, marks, published, reasons
from bowlby.evidence.comparison.compare import NAMES, SIDES, Comparison, ComparisonCell, ComparisonLine
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.figure import Table
from bowlby.reporting.sections import Section, sections_html

_HEAD = ("claim", "the source says", "the model gives", "model", "evidence", "published", "why")


def compare_text(found: Comparison) -> list[str]:
    """Return the comparison as lines of text.

    Args:
        found: the comparison.

    Returns:
        Lines.
    """
    lines = [TITLE, MARKED, found.rests_on, *_kinds()]
    for one in found.lines:
        lines += ["", one.line.name.upper(), f"  Secure care. {one.line.secure}"]
        lines += [f"    {text}" for text in profile_words(one)]
        for side, cell in _told(one):
            lines.append(f"  {NAMES[side]}. The source: {cell.source or '(files nothing by name)'} [{cell.marked}]")
            lines += [f"    {row['id']} {row['claim']} {_result(row)}" for row in cell.claims]
    return [*lines, "", *PURPOSE_AND_LIMITS]


def _kinds() -> tuple[str, ...]:
    """Return what care each kind is in the model."""
    return tuple(f"{kind.name} in the model: {kind.says}" for kind in KINDS.values())


def _result(row: Row) -> str:
    return f"Model ({row['origin']}): {amount(row)}. Published: {published(row)}. {marks(row)}."


def _told(one: ComparisonLine) -> list[tuple[str, ComparisonCell]]:
    return [(side, one.cells[side]) for side in SIDES if one.cells[side].source or one.cells[side].claims]


def profile_words(one: ComparisonLine) -> list[str]:
    """Return the model's numbers under each kind of care in words.

    Args:
        one: line of the comparison.

    Returns:
        One sentence a measure; the secure baseline comes first in each.
    """
    found: list[str] = []
    for row in one.profile:
        values = ", ".join(f"{NAMES[kind].lower()} {each['mean']:.2f}" for kind, each in row["values"].items())
        forward = " (simulated forward)" if row["simulated_forward"] else ""
        found.append(f"{row['label']}{forward}: {values}.")
    return found


def compare_markdown(found: Comparison) -> str:
    """Return the comparison as Markdown.

    Args:
        found: the comparison.

    Returns:
        The document.
    """
    kinds = "\n".join(f"- {line}" for line in _kinds())
    parts = [f"# {TITLE}", MARKED, found.rests_on, kinds, _markdown(_overview(found))]
    for one in found.lines:
        parts += [f"## {one.line.name}", f"**Secure care.** {one.line.secure}"]
        parts += ["\n".join(f"- {text}" for text in profile_words(one))] if one.profile else []
        for side, cell in _told(one):
            parts.append(f"**{NAMES[side]}, the source says:** {cell.source or '(nothing by name)'} *{cell.marked}*")
            parts += map(_markdown, _tested(one, side, cell))
    return "\n\n".join([*parts, "## Purpose and limits", "\n".join(f"- {line}" for line in PURPOSE_AND_LIMITS)]) + "\n"


def _markdown(table: Table) -> str:
    rows = [table.head, ("---",) * len(table.head), *table.rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


def _overview(found: Comparison) -> Table:
    head = ("", "trauma, the source says", "neglect, the source says", "secure care", "claims by their marks")
    rows = tuple(
        (
            one.line.name,
            one.line.trauma,
            one.line.neglect,
            one.line.secure,
            "; ".join(f"{NAMES[side].lower()}: {cell.marked}" for side, cell in _told(one)),
        )
        for one in found.lines
    )
    return Table("The comparison at a glance.", head, rows)


def cell_rows(cell: ComparisonCell) -> tuple[tuple[str, ...], ...]:
    """Return the claims of one cell with result, both marks, evidence and reasons.

    Args:
        cell: one side of one line.

    Returns:
        One row a claim, contrary evidence first.
    """
    return tuple(
        (row["id"], row["claim"], amount(row), row["model_mark"], row["evidence"], published(row), reasons(row))
        for row in cell.claims
    )


def _tested(one: ComparisonLine, side: str, cell: ComparisonCell) -> tuple[Table, ...]:
    caption = f"{one.line.name}, {NAMES[side].lower()}: claims tested."
    return (Table(caption, _HEAD, cell_rows(cell)),) if cell.claims else ()


def compare_html(found: Comparison, cache: Path | None = None) -> str:
    """Return the comparison as one HTML document.

    Args:
        found: the comparison.
        cache: folder in which the drawing script is kept between runs, or None.

    Returns:
        The whole document.

    Raises:
        OSError: the cache folder cannot be written.
    """
    overview = ReportBlock("", text=(MARKED,), bullets=_kinds(), tables=(_overview(found),))
    glance = Section("glance", "At a glance", (overview,))
    return sections_html(TITLE, found.rests_on, [glance, *map(_section, found.lines)], cache)


def _section(one: ComparisonLine) -> Section:
    blocks = [ReportBlock("Secure care", text=(one.line.secure,), bullets=tuple(profile_words(one)))]
    for side, cell in _told(one):
        said = f"The source says: {cell.source}" if cell.source else "The source files nothing here by name."
        text = (said, f"Claims tested. {cell.marked.capitalize()}.")
        blocks.append(ReportBlock(NAMES[side], text=text, tables=_tested(one, side, cell)))
    return Section(one.line.key.replace(" ", "-"), one.line.name, tuple(blocks))
