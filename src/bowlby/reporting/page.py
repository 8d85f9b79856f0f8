"""One self-contained HTML file: it opens offline, asks nothing of any network, and prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bowlby.atomic import make_folder, write_text, writing
from bowlby.errors import InputError
from bowlby.evidence.claims_register.aspects import KINDS, MARKED
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.care_section import inferred_blocks
from bowlby.reporting.comparison import compare
from bowlby.reporting.drafting import session_blocks
from bowlby.reporting.drawing_process import DrawingProcess, draw_here
from bowlby.reporting.figure import Figure
from bowlby.reporting.method import CITATIONS, definitions_table, method_paragraph, settings_rows, simulated_sentence
from bowlby.reporting.numbers import count_of, length_of_time
from bowlby.reporting.palette import style_variables
from bowlby.reporting.parts import ReportParts
from bowlby.reporting.summary import summary, unknowns
from bowlby.reporting.tables import codable_tables, observed_table, provenance_table, quality_table, unmapped_table
from bowlby.reporting.vega import drawing, inline_json, live_script, own_ids, picture, specification, static

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"
FORMATS = ("svg", "png")


@dataclass(frozen=True)
class RenderedFigure:
    """A figure ready for the page.

    Args:
        figure: its words.
        svg: the drawing for print and for readers without scripts, safe markup.
        spec: the specification for the live drawing, safe markup.
    """

    figure: Figure
    svg: str
    spec: str


def report_html(parts: ReportParts) -> str:
    """Return the report as one HTML document; the same parts give the same text.

    Args:
        parts: the report's parts.

    Returns:
        The whole document.

    Raises:
        OSError: the cache folder in the parts cannot be written.
    """
    return environment().get_template("page.html.j2").render(page=_page(parts))


def write_report(parts: ReportParts, path: str | Path, *, force: bool = False) -> Path:
    """Write the report, whole or not at all.

    Args:
        parts: the report's parts.
        path: the target file.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    return write_text(path, report_html(parts), force=force)


def figures_of(parts: ReportParts) -> tuple[Figure, ...]:
    """Return every figure of the report, by name unique.

    Args:
        parts: the report's parts.

    Returns:
        The figures in the order of the page.
    """
    sessions, inferred = _blocks(parts)
    return tuple(figure for part in (*sessions, inferred) for block in part for figure in block.figures)


def write_figures(
    parts: ReportParts, folder: str | Path, format: str = "svg", *, force: bool = False
) -> tuple[Path, ...]:
    """Write every figure of the report as a file of its own.

    Args:
        parts: the report's parts.
        folder: an existing or new folder.
        format: "svg" or "png".
        force: replace existing files.

    Returns:
        The paths written.

    Raises:
        InputError: the format is neither.
        OverwriteError: a target exists and force is False.
        OutputError: a file cannot be written.
    """
    if format not in FORMATS:
        raise InputError("there is no such figure format", value=format, remedy=f"Known: {', '.join(FORMATS)}.")
    folder = make_folder(folder)
    written: list[Path] = []
    for figure in figures_of(parts):
        path = folder / f"{figure.name}.{format}"
        content = drawing(figure).encode() if format == "svg" else picture(figure)
        with writing(path, force=force) as draft:
            draft.write_bytes(content)
        written.append(path)
    return tuple(written)


def drawn_blocks(parts: Sequence[Sequence[ReportBlock]]) -> list[list[dict[str, Any]]]:
    """Return blocks ready for a template, all their figures drawn at once.

    Args:
        parts: the blocks of each section; figure names are unique over all.

    Returns:
        The same sections, each block as the template's `block` takes it.

    Raises:
        ValueError: a specification cannot be drawn.
    """
    figures = [figure for blocks in parts for block in blocks for figure in block.figures]
    drawn = _drawn(figures, [specification(figure, "container") for figure in figures], None)
    return [[_shown(block, drawn) for block in blocks] for blocks in parts]


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the templates' environment, which escapes all that is not marked as markup.

    Returns:
        The environment.
    """
    import jinja2

    loader = jinja2.FileSystemLoader(TEMPLATES)
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _page(parts: ReportParts) -> dict[str, Any]:
    blocks, inferred = _blocks(parts)
    figures = [figure for part in (*blocks, inferred) for block in part for figure in block.figures]
    specs = [specification(figure, "container") for figure in figures]
    drawer = None if parts.draft is None else parts.draft.drawer
    if drawer is not None:
        drawer.ask([static(figure, spec) for figure, spec in zip(figures, specs, strict=True)])
    words = _words(parts)
    drawn = _drawn(figures, specs, drawer)
    page = words | {
        "sessions": [_session(parts, number, own, drawn) for number, own in enumerate(blocks, 1)],
        "inferred": [_shown(block, drawn) for block in inferred],
    }
    return page | {"contents": _contents(page)}


def _words(parts: ReportParts) -> dict[str, Any]:
    """Return all of the page that waits for no drawing."""
    return {
        "title": _title(parts),
        "subtitle": _subtitle(parts),
        "version": parts.version,
        "style": markup(style_variables() + (TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "live": markup((TEMPLATES / "live.js").read_text(encoding="utf-8")),
        "bundle": markup(live_script(parts.cache)),
        "summary": summary(parts),
        "observed": observed_table(parts.coded),
        "codable": codable_tables(parts.coded),
        "kinds": KINDS,
        "marked": MARKED,
        "comparison": compare(parts.coded, parts.episodes, parts.rule),
        "unknown": unknowns(parts),
        "quality": quality_table(parts.coded),
        "unmapped": unmapped_table(parts.coded),
        "method": method_paragraph(parts),
        "definitions": definitions_table(parts),
        "simulated": simulated_sentence(parts),
        "citations": CITATIONS,
        "provenance": provenance_table(parts.coded, settings_rows(parts)),
        "purpose": PURPOSE_AND_LIMITS,
    }


def _contents(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("summary", "In plain words"),
        ("observed", "What was observed"),
        ("codable", "What could be coded"),
        *((session["id"], session["title"]) for session in page["sessions"]),
        *([("inferred", "What may be inferred")] if page["inferred"] else []),
        ("comparison", "Threat and deprivation"),
        ("unknown", "What this record cannot tell"),
        ("quality", "Quality of the file"),
        ("method", "Method"),
        ("citations", "Citations"),
        ("provenance", "Where it comes from"),
        ("purpose", "Purpose and limits"),
    ]


def _title(parts: ReportParts) -> str:
    files = [entry.file for entry in parts.coded.record.provenance]
    return f"Care as recorded: {files[0]}" if len(files) == 1 else f"Care as recorded: {count_of(len(files), 'file')}"


def _subtitle(parts: ReportParts) -> str:
    from bowlby.records import intervals

    total = sum(intervals.duration(parts.coded.observed(session)) for session in parts.coded.sessions)
    return (
        f"{count_of(len(parts.coded.sessions), 'session')}, {length_of_time(total)}, "
        f"{count_of(parts.coded.record.events.height, 'event')}; codebook “{parts.coded.codebook}”"
    )


def _blocks(parts: ReportParts) -> tuple[tuple[tuple[ReportBlock, ...], ...], tuple[ReportBlock, ...]]:
    sessions = session_blocks(parts) if parts.draft is None else parts.draft.sessions
    return sessions, inferred_blocks(parts.inference) if parts.inference is not None else ()


def _drawn(
    figures: Sequence[Figure], specs: Sequence[Mapping[str, Any]], drawer: DrawingProcess | None
) -> dict[str, RenderedFigure]:
    fixed = [static(figure, spec) for figure, spec in zip(figures, specs, strict=True)]
    svgs = (drawer.collect(fixed) if drawer is not None else None) or draw_here(fixed)
    return {
        figure.name: RenderedFigure(figure, markup(own_ids(figure, svg)), markup(inline_json(spec)))
        for figure, spec, svg in zip(figures, specs, svgs, strict=True)
    }


def _session(
    parts: ReportParts, number: int, blocks: Sequence[ReportBlock], drawn: Mapping[str, RenderedFigure]
) -> dict[str, Any]:
    sessions = parts.coded.sessions
    return {
        "id": f"session-{number}",
        "title": "The record" if len(sessions) == 1 else f"Session {sessions[number - 1]}",
        "blocks": [_shown(block, drawn) for block in blocks],
    }


def _shown(block: ReportBlock, drawn: Mapping[str, RenderedFigure]) -> dict[str, Any]:
    return {
        "title": block.title,
        "text": block.text,
        "figures": [drawn[figure.name] for figure in block.figures],
        "tables": block.tables,
        "groups": block.grouped,
        "bullets": block.bullets,
    }


def markup(text: str) -> str:
    """Return text that a template takes as it is.

    Args:
        text: markup of our own making.

    Returns:
        The same, marked.
    """
    from markupsafe import Markup

    return Markup(text)
