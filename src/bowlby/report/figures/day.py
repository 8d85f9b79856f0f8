"""Cues and answers over a long record: how many cues, and what share was answered, hour by hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from bowlby.measures.confidence import share_interval
from bowlby.records.intervals import Spans
from bowlby.report.figure import Figure, Table
from bowlby.report.numbers import interval, number
from bowlby.report.palette import CHANCE, DEPRIVATION

if TYPE_CHECKING:

    from bowlby.report.figure import Chart

LONG_S = 2 * 3600.0
FEWEST = 5
"""Cues in an hour under which no share is drawn."""


def day_figure(episodes: pl.DataFrame, observed: Spans, name: str = "day") -> Figure | None:
    """Return cues an hour and the share of them answered, for records longer than two hours.

    Args:
        episodes: columns of `EPISODE_SCHEMA`, of one session.
        observed: shape (n, 2), seconds, sorted and disjoint.
        name: the figure's name.

    Returns:
        The figure, or None where the record is short or no cue was informative.

    Raises:
        Nothing.
    """
    seen = episodes.filter(pl.col("informative"))
    if len(observed) == 0 or observed[-1, 1] - observed[0, 0] <= LONG_S or seen.is_empty():
        return None
    hours = _hours(seen, float(observed[0, 0]), float(observed[-1, 1]))
    caption = (
        "Bars: cues in each hour. Dots: share of them answered within the window, with its 95 % interval (Wilson), not "
        f"corrected for censoring; drawn for hours with at least {FEWEST} cues. A change over the day is a change in who "
        "was near, who slept and what could be heard as much as in answering."
    )
    return Figure(name, "Cues and answers hour by hour", caption, _alt(hours), _chart(hours), _table(hours))


def _hours(seen: pl.DataFrame, start: float, end: float) -> pl.DataFrame:
    edges = np.append(np.arange(start, end, 3600.0), end)
    onset = seen["onset_s"].to_numpy()
    cues = np.histogram(onset, edges)[0]
    answered = np.histogram(onset[seen["answered"].to_numpy()], edges)[0]
    rows: list[dict[str, float | int | None]] = []
    for hour, (n, hits) in enumerate(zip(cues.tolist(), answered.tolist(), strict=True)):
        share, low, high = (hits / n, *share_interval(hits, n)) if n >= FEWEST else (None, None, None)
        rows.append({"hour": hour, "cues": n, "answered": hits, "share": share, "low": low, "high": high})
    schema = {"hour": pl.Int64(), "cues": pl.Int64(), "answered": pl.Int64()}
    return pl.DataFrame(rows, schema=schema | dict.fromkeys(("share", "low", "high"), pl.Float64())).with_columns(
        pl.col("share", "low", "high").round(4), middle=pl.col("hour") + 0.5, to=pl.col("hour") + 1
    )


def _chart(hours: pl.DataFrame) -> Chart:
    import altair as alt

    x = alt.X(
        "hour:Q",
        title="hours from the start of observation",
        scale=alt.Scale(domain=[0, hours.height], nice=False),
        axis=alt.Axis(grid=False, tickMinStep=1, labelFlush=False),
    )
    middle = alt.X("middle:Q", title="hours from the start of observation")
    share = alt.Y(
        "share:Q",
        title="share answered",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", orient="right", grid=False, titleColor=DEPRIVATION),
    )
    base = alt.Chart(hours)
    drawn = base.transform_filter("isValid(datum.share)")
    tips = ["hour:Q", "cues:Q", "answered:Q", alt.Tooltip("share:Q", format=".2f")]
    bars = base.mark_bar(color=CHANCE, opacity=0.4).encode(
        x=x, x2="to:Q", y=alt.Y("cues:Q", title="cues", axis=alt.Axis(tickMinStep=1)), tooltip=tips
    )
    rules = drawn.mark_rule(color=DEPRIVATION, strokeWidth=1.5).encode(
        x=middle, y=alt.Y("low:Q", title="share answered", scale=alt.Scale(domain=[0, 1])), y2="high:Q"
    )
    dots = drawn.mark_point(filled=True, size=60, opacity=1, color=DEPRIVATION).encode(x=middle, y=share, tooltip=tips)
    shares = alt.LayerChart(layer=[rules, dots])
    return alt.LayerChart(layer=[bars, shares]).resolve_scale(y="independent").properties(height=240)


def _alt(hours: pl.DataFrame) -> str:
    drawn = hours.drop_nulls("share")
    low, high = drawn["share"].min(), drawn["share"].max()
    if drawn.is_empty():
        return f"{hours['cues'].sum()} cues over {hours.height} hours; no hour has enough cues for a share."
    return (
        f"{hours['cues'].sum()} cues over {hours.height} hours; the share answered in an hour lies between "
        f"{number(float(low))} and {number(float(high))}."  # pyright: ignore[reportArgumentType]
    )


def _table(hours: pl.DataFrame) -> Table:
    rows = [
        (
            f"{row['hour']} to {row['hour'] + 1} h",
            str(row["cues"]),
            str(row["answered"]),
            interval(row["share"], row["low"], row["high"]),
        )
        for row in hours.iter_rows(named=True)
    ]
    return Table(
        "Cues and answers of each hour.", ("hour", "cues", "answered", "share (95 % interval)"), tuple(rows), (1, 2, 3)
    )
