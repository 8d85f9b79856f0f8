"""The paragraphs of a simulated trial as plain HTML: no style, no script, nothing that a word processor cannot open."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from bowlby.atomic import write_text
from bowlby.planning.trials.trial import Trial
from bowlby.planning.trials.words import CAVEATS, estimand, intercurrent_events, level_words
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.reporting.figure import Table
from bowlby.reporting.trial_page import flow_table


def write_protocol(found: Trial, path: str | Path, *, force: bool = False) -> Path:
    """Write a trial's paragraphs, whole or not at all.

    Args:
        found: the trial.
        path: the target file.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    return write_text(path, protocol_html(found), force=force)


def protocol_html(found: Trial) -> str:
    """Return a trial's paragraphs: estimand, sample size, analysis plan, expected flow, and what they rest on.

    Args:
        found: the trial.

    Returns:
        The whole document.
    """
    design = found.design
    events = Table("Intercurrent events and missing data.", ("event", "strategy"), tuple(intercurrent_events(design)))
    parts = (
        ("Estimand", _paragraph(f"{estimand(design)} {level_words(design)}") + _table(events)),
        ("Sample size", _paragraph(found.ethics)),
        ("Statistical analysis", _paragraph(found.analysis_plan)),
        ("Expected flow of families", _table(flow_table(found))),
        ("Cautions", _list(found.cautions)),
        ("What this rests on", _list((*CAVEATS, *PURPOSE_AND_LIMITS))),
    )
    body = "\n".join(f"<h2>{escape(title)}</h2>\n{text}" for title, text in parts if text)
    title = escape(design.title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>" if lines else ""


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in table.head)
    rows = "".join("<tr>" + "".join(f"<td>{escape(one)}</td>" for one in row) + "</tr>" for row in table.rows)
    return f'<p>{escape(table.caption)}</p>\n<table border="1"><tr>{head}</tr>{rows}</table>'
