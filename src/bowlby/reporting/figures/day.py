"""A long record hour by hour: how dense answers were, and what share of the cues was answered."""

from __future__ import annotations

import polars as pl

from bowlby.measures.day import answers_by_hour
from bowlby.reporting.chart import Channel, Chart, chart, end_at, mark, quantitative
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.numbers import interval, number
from bowlby.reporting.palette import CHILD, DEPRIVATION
from bowlby.reporting.parts import ReportParts

LONG_S = 2 * 3600.0
FEWEST = 5
"""Cues in an hour under which no share is drawn."""

_AXIS = "hours from the start of observation"
_DENSITY, _UNIT = "answers_per_hour", "per hour"


def day_figures(parts: ReportParts, session: str, suffix: str) -> tuple[Figure, ...]:
    """Return density of answers and share of cues answered over the hours, for records longer than two hours.

    Args:
        parts: the report's parts.
        session: a session id.
        suffix: ends the figures' names.

    Returns:
        No figure where the record is short or holds neither cue nor answer.
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
    x, rows = _hour_axis(hours), hours.to_dicts()
    tips = [*(quantitative(name) for name in ("hour", "answers", "cues")), quantitative(_DENSITY, format=".1f")]
    cues = {"x": x, "y": quantitative("cues", title=_UNIT), "tooltip": tips}
    span = {"x": x, "y": quantitative("answers_low", title=_UNIT), "y2": end_at("answers_high")}
    answers = {"x": x, "y": quantitative(_DENSITY, title=_UNIT, scale={"zero": True}), "tooltip": tips}
    layers = [
        mark("tick", rows, cues, color=CHILD, thickness=2, size=16, orient="horizontal", opacity=0.7),
        mark("rule", rows, span, color=DEPRIVATION, strokeWidth=1.5),
        mark("point", rows, answers, filled=True, size=60, opacity=1, color=DEPRIVATION),
    ]
    return chart(layers, 220)


def _hour_axis(hours: pl.DataFrame) -> Channel:
    scale = {"domain": [0, hours.height], "nice": False}
    return quantitative("middle", title=_AXIS, scale=scale, axis={"grid": False, "tickMinStep": 1})


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
    x, rows = _hour_axis(hours), drawn.to_dicts()
    how: dict[str, object] = {"title": "share of cues answered", "scale": {"domain": [0, 1]}}
    tips = [
        *(quantitative(name) for name in ("hour", "cues", "answered")),
        quantitative("share_answered", format=".2f"),
    ]
    span = {"x": x, "y": quantitative("share_low", **how), "y2": end_at("share_high")}
    dot = {"x": x, "y": quantitative("share_answered", axis={"format": ".0%"}, **how), "tooltip": tips}
    layers = [
        mark("rule", rows, span, color=DEPRIVATION, strokeWidth=1.5),
        mark("point", rows, dot, filled=True, size=60, opacity=1, color=DEPRIVATION),
    ]
    return chart(layers, 200)


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
