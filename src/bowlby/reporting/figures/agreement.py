"""Two coders as pictures: which codes were taken for which, and when they parted."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from bowlby.atomic import make_folder, writing
from bowlby.errors import InputError
from bowlby.reliability.compare import Agreement
from bowlby.reporting.chart import Chart, chart, mark, nominal, quantitative
from bowlby.reporting.figure import Figure
from bowlby.reporting.palette import CHANCE, CHILD, DEPRIVATION, INK, SOFT, THREAT, UNPREDICTABILITY
from bowlby.reporting.vega import drawing, picture

_KINDS = {"omitted": THREAT, "added": DEPRIVATION, "confused": UNPREDICTABILITY, "timing": CHANCE}
_ROW_HEIGHT = 22


def agreement_figures(found: Agreement) -> tuple[Figure, ...]:
    """Return the confusion matrix of events and the disagreements over time.

    Args:
        found: a comparison of two codings.

    Returns:
        The figures that have something to show, at most two.
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
    folder = make_folder(folder)
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
    rows = table.to_dicts()
    height, columns = table["code_a"].n_unique(), table["code_b"].n_unique()
    place = {
        "x": nominal("code_b", title="coder B", axis={"labelAngle": -40, "orient": "top"}),
        "y": nominal("code_a", title="coder A"),
    }
    shade = quantitative("share", scale={"domain": [0, 1], "range": [SOFT, DEPRIVATION]}, legend=None)
    ink = {"condition": {"test": "datum.share > 0.55", "value": "white"}, "value": INK}
    tips = [nominal("code_a"), nominal("code_b"), quantitative("count")]
    cells = mark("rect", rows, {**place, "color": shade, "tooltip": tips}, stroke="white", strokeWidth=2)
    counts = mark("text", rows, {**place, "text": quantitative("count"), "color": ink})
    return chart([cells, counts], _ROW_HEIGHT * max(height, min(columns, 3)))


def _over_time(found: Agreement) -> Figure:
    table = found.disagreements.select("time_s", "kind", code=pl.coalesce("code_a", "code_b"))
    channels = {
        "x": quantitative("time_s", title="seconds into the recording"),
        "y": nominal("code", title=None, axis={"labelColor": CHILD}),
        "color": nominal("kind", scale={"domain": list(_KINDS), "range": list(_KINDS.values())}),
        "tooltip": [nominal("code"), nominal("kind"), quantitative("time_s", format=".2f")],
    }
    ticks = mark("tick", table.to_dicts(), channels, thickness=2, height=14)
    drawn = chart([ticks], _ROW_HEIGHT * table["code"].n_unique())
    caption = (
        "Each tick is one disagreement: an event that coder B omitted or added, gave another code, or placed further "
        f"away than {found.tolerance_s:g} s. Clusters in time are passages to look at together."
    )
    alt = f"{table.height} disagreements over time: " + ", ".join(
        f"{count} {kind}" for kind, count in sorted(table["kind"].value_counts().iter_rows())
    )
    return Figure("agreement-times", "Where the two coders parted", caption, alt, drawn)
