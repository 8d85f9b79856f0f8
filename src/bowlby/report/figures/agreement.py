"""Two coders as pictures: which codes were taken for which, and when they parted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from bowlby.atomic import writing
from bowlby.errors import InputError
from bowlby.measures.agreement.compare import Agreement
from bowlby.report.figure import Figure
from bowlby.report.palette import CHANCE, CHILD, DEPRIVATION, INK, THREAT, UNPREDICTABILITY
from bowlby.report.vega import drawing, picture

if TYPE_CHECKING:
    from bowlby.report.figure import Chart

_KINDS = {"omitted": THREAT, "added": DEPRIVATION, "confused": UNPREDICTABILITY, "timing": CHANCE}
_ROW_HEIGHT = 22


def agreement_figures(found: Agreement) -> tuple[Figure, ...]:
    """Return the confusion matrix of events and the disagreements over time.

    Args:
        found: a comparison of two codings.

    Returns:
        The figures that have something to show, at most two.

    Raises:
        Nothing.
    """
    events = found.confusion.filter(pl.col("by") == "event")
    figures = [] if events.is_empty() else [_confusion(events, found.tolerance_s)]
    if not found.disagreements.is_empty():
        figures.append(_over_time(found))
    return tuple(figures)


def write_agreement_figures(found: Agreement, folder: str | Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write the figures of a comparison as SVG and PNG.

    Args:
        found: a comparison of two codings.
        folder: an existing or new folder.
        force: replace existing files.

    Returns:
        The paths written.

    Raises:
        InputError: the two codings hold no event to draw.
        OverwriteError: a target exists and force is False.
        OutputError: a file cannot be written.
    """
    figures = agreement_figures(found)
    if not figures:
        raise InputError("there is nothing to draw", remedy="Both codings are empty.")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        folder / f"{figure.name}.{suffix}": content
        for figure in figures
        for suffix, content in (("svg", drawing(figure).encode()), ("png", picture(figure)))
    }
    for path, content in contents.items():
        with writing(path, force=force) as draft:
            draft.write_bytes(content)
    return tuple(contents)


def _confusion(events: pl.DataFrame, tolerance_s: float) -> Figure:
    cells = events.group_by("code_a", "code_b").agg(pl.col("count").sum()).sort("code_a", "code_b")
    table = cells.with_columns(
        share=pl.col("count") / pl.col("count").sum().over("code_a"),
        same=pl.col("code_a") == pl.col("code_b"),
    )
    same = int(table.filter("same")["count"].sum())
    caption = (
        "Each cell is a number of events, its shade the share within coder A's code. The diagonal is agreement; "
        f'"(no partner)" is an event without one of the other coder within {tolerance_s:g} s.'
    )
    alt = f"Confusion matrix of {int(table['count'].sum())} events; {same} carry the same code from both coders."
    return Figure(
        "agreement-confusion", "What coder A coded, and what coder B made of it", caption, alt, _matrix(table)
    )


def _matrix(table: pl.DataFrame) -> Chart:
    import altair as alt

    rows, columns = table["code_a"].n_unique(), table["code_b"].n_unique()
    base = alt.Chart(table).encode(
        x=alt.X("code_b:N", title="coder B", axis=alt.Axis(labelAngle=-40, orient="top")),
        y=alt.Y("code_a:N", title="coder A"),
    )
    shade = alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], range=["#f4f6f8", DEPRIVATION]), legend=None)
    ink = alt.condition("datum.share > 0.55", alt.value("white"), alt.value(INK))
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(color=shade, tooltip=["code_a", "code_b", "count"])
    counts = base.mark_text().encode(text="count:Q", color=ink)
    return alt.LayerChart(layer=[cells, counts]).properties(height=_ROW_HEIGHT * max(rows, min(columns, 3)))


def _over_time(found: Agreement) -> Figure:
    import altair as alt

    table = found.disagreements.select("time_s", "kind", code=pl.coalesce("code_a", "code_b"))
    scale = alt.Scale(domain=list(_KINDS), range=list(_KINDS.values()))
    chart = (
        alt.Chart(table)
        .mark_tick(thickness=2, height=14)
        .encode(
            x=alt.X("time_s:Q", title="seconds into the recording"),
            y=alt.Y("code:N", title=None, axis=alt.Axis(labelColor=CHILD)),
            color=alt.Color("kind:N", scale=scale),
            tooltip=["code", "kind", alt.Tooltip("time_s:Q", format=".2f")],
        )
        .properties(height=_ROW_HEIGHT * table["code"].n_unique())
    )
    caption = (
        "Each tick is one disagreement: an event that coder B omitted or added, gave another code, or placed further "
        f"away than {found.tolerance_s:g} s. Clusters in time are passages to look at together."
    )
    alt_text = f"{table.height} disagreements over time: " + ", ".join(
        f"{count} {kind}" for kind, count in sorted(table["kind"].value_counts().iter_rows())
    )
    return Figure("agreement-times", "Where the two coders parted", caption, alt_text, chart)
