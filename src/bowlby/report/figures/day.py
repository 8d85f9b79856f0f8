"""A long record hour by hour: how dense answers were, and what share of the cues was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bowlby.measures.day import answers_by_hour
from bowlby.report.figure import Figure, Table
from bowlby.report.numbers import interval, number
from bowlby.report.palette import CHILD, DEPRIVATION
from bowlby.report.parts import ReportParts

if TYPE_CHECKING:
    import altair as alt

    from bowlby.report.figure import Chart

LONG_S = 2 * 3600.0
FEWEST = 5
"""Cues in an hour under which no share is drawn."""

_AXIS = "hours from the start of observation"


def day_figures(parts: ReportParts, session: str, suffix: str) -> tuple[Figure, ...]:
    """Return density of answers and share of cues answered over the hours, for records longer than two hours.

    Args:
        parts: the report's parts.
        session: a session id.
        suffix: ends the figures' names.

    Returns:
        No figure where the record is short or holds neither cue nor answer.

    Raises:
        Nothing.
    """
    observed = parts.coded.observed(session)
    if len(observed) == 0 or observed[-1, 1] - observed[0, 0] <= LONG_S:
        return ()
    hours = _rounded(answers_by_hour(parts.coded, parts.rule, session))
    if hours.filter(pl.col("cues") + pl.col("answers") > 0).is_empty():
        return ()
    return _density(hours, f"day-answers-{suffix}"), _share(hours, f"day-share-{suffix}")


def _rounded(hours: pl.DataFrame) -> pl.DataFrame:
    enough = pl.col("cues") >= FEWEST
    return hours.with_columns(
        pl.col("answers_per_hour", "answers_low", "answers_high").round(2),
        *(
            pl.when(enough).then(pl.col(name)).round(4).alias(name)
            for name in ("share_answered", "share_low", "share_high")
        ),
        middle=pl.col("hour") + 0.5,
    )


def _density(hours: pl.DataFrame, name: str) -> Figure:
    caption = (
        "Dots: answering acts in each codable hour, with the exact 95 % interval, whether or not they answered a cue. "
        "Ticks: cues in that hour. What changes over a day is also who was near, who slept and what could be heard."
    )
    alt = f"{hours['answers'].sum()} answering acts and {hours['cues'].sum()} cues over {hours.height} hours."
    return Figure(name, "Answers and cues over the day", caption, alt, _density_chart(hours), _table(hours))


def _density_chart(hours: pl.DataFrame) -> Chart:
    import altair as alt

    x, base = _hour_axis(hours), alt.Chart(hours)
    y = alt.Y("answers_per_hour:Q", title="per hour", scale=alt.Scale(zero=True))
    tips = ["hour:Q", "answers:Q", "cues:Q", alt.Tooltip("answers_per_hour:Q", format=".1f")]
    layers = [
        base.mark_tick(color=CHILD, thickness=2, size=16, orient="horizontal", opacity=0.7).encode(
            x=x, y=alt.Y("cues:Q", title="per hour"), tooltip=tips
        ),
        base.mark_rule(color=DEPRIVATION, strokeWidth=1.5).encode(
            x=x, y=alt.Y("answers_low:Q", title="per hour"), y2="answers_high:Q"
        ),
        base.mark_point(filled=True, size=60, opacity=1, color=DEPRIVATION).encode(x=x, y=y, tooltip=tips),
    ]
    return alt.LayerChart(layer=layers, height=220)


def _hour_axis(hours: pl.DataFrame) -> alt.X:
    import altair as alt

    return alt.X(
        "middle:Q",
        title=_AXIS,
        scale=alt.Scale(domain=[0, hours.height], nice=False),
        axis=alt.Axis(grid=False, tickMinStep=1),
    )


def _share(hours: pl.DataFrame, name: str) -> Figure:
    drawn = hours.drop_nulls("share_answered")
    caption = (
        "Share of cues answered within the window, with its 95 % interval (Wilson), not corrected for censoring; drawn "
        f"for hours with at least {FEWEST} cues."
    )
    alt = f"No hour has {FEWEST} cues."
    if drawn.height:
        shares = drawn["share_answered"].to_numpy()
        low, high = float(shares.min()), float(shares.max())
        alt = f"In {drawn.height} hours the share answered lies between {number(low)} and {number(high)}."
    return Figure(name, "Share of cues answered over the day", caption, alt, _share_chart(hours, drawn))


def _share_chart(hours: pl.DataFrame, drawn: pl.DataFrame) -> Chart:
    import altair as alt

    x, base = _hour_axis(hours), alt.Chart(drawn)
    scale, title = alt.Scale(domain=[0, 1]), "share of cues answered"
    tips = ["hour:Q", "cues:Q", "answered:Q", alt.Tooltip("share_answered:Q", format=".2f")]
    layers = [
        base.mark_rule(color=DEPRIVATION, strokeWidth=1.5).encode(
            x=x, y=alt.Y("share_low:Q", title=title, scale=scale), y2="share_high:Q"
        ),
        base.mark_point(filled=True, size=60, opacity=1, color=DEPRIVATION).encode(
            x=x, y=alt.Y("share_answered:Q", title=title, scale=scale, axis=alt.Axis(format=".0%")), tooltip=tips
        ),
    ]
    return alt.LayerChart(layer=layers, height=200)


def _table(hours: pl.DataFrame) -> Table:
    rows = [
        (
            f"{row['hour']} to {row['hour'] + 1} h",
            str(row["answers"]),
            interval(row["answers_per_hour"], row["answers_low"], row["answers_high"]),
            str(row["cues"]),
            str(row["answered"]),
            interval(row["share_answered"], row["share_low"], row["share_high"]),
        )
        for row in hours.iter_rows(named=True)
    ]
    head = ("hour", "answers", "per codable hour (95 %)", "cues", "answered", "share (95 %)")
    return Table("Answers and cues of each hour.", head, tuple(rows), (1, 2, 3, 4, 5))
