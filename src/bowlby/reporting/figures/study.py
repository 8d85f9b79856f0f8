"""Figures of a study: outcomes by group, contrasts as a forest, missing numbers, and the axes of all dyads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import polars as pl

from bowlby.inference.care.axes import UNITS, Axis
from bowlby.laboratory.axes import DyadAxes
from bowlby.laboratory.contrasts import GroupContrast
from bowlby.laboratory.variables import Missing, Variable
from bowlby.reporting.chart import chart, end_at, mark, nominal, quantitative
from bowlby.reporting.figure import Figure
from bowlby.reporting.numbers import count_of, interval, number
from bowlby.reporting.palette import CHANCE, DEPRIVATION, INK, MUTED, PLANS, THREAT

ROW_HEIGHT, ALL = 30, "all children"
LETTERS_A_LINE = 34
"""Of a label beside a figure: two lines of so many leave room for the figure on paper."""
_BROKEN: Mapping[str, Any] = {"labelExpr": "split(datum.value, '\\n')", "labelLimit": 270}
_ACCENTS = {Axis.THREAT: THREAT, Axis.DEPRIVATION: DEPRIVATION, Axis.UNPREDICTABILITY: MUTED}
_REASONS: Mapping[Missing, str] = {
    Missing.NONE: DEPRIVATION,
    Missing.LOWER_BOUND: PLANS[1],
    Missing.WINDOW_NOT_STATED: PLANS[2],
    Missing.NOT_ASSESSABLE: CHANCE,
    Missing.TOO_FEW: MUTED,
    Missing.NOT_MEASURED: INK,
    Missing.NO_SUCH_PAIR: INK,
}


def _broken(label: str) -> str:
    """Return a label in lines, as `_BROKEN` draws it."""
    return "\n".join(wrap(label, LETTERS_A_LINE))


def contrast_forest(found: Sequence[GroupContrast], title: str, name: str) -> Figure:
    """Return standardised differences of two groups with their intervals, a line each.

    Args:
        found: contrasts that have a difference, at least one, of one pair of groups.
        title: of the figure.
        name: of the figure's file, unique on the page.

    Returns:
        The figure.
    """
    first, second = found[0].first, found[0].second
    rows = [
        {
            "outcome": _broken(one.label.rpartition(" (")[0]),
            "g": one.g,
            "low": one.g_low,
            "high": one.g_high,
            "family": one.family,
        }
        for one in found
    ]
    y = nominal("outcome", title=None, sort=None, axis={**_BROKEN, "grid": True})
    x: dict[str, Any] = {"title": f"Hedges' g, {first} less {second}", "scale": {"nice": True}}
    tips = [nominal("outcome"), *(quantitative(key, format=".2f") for key in ("g", "low", "high"))]
    kinds = list(dict.fromkeys(str(row["family"]) for row in rows))
    scale = {"domain": kinds, "range": [DEPRIVATION, MUTED][: len(kinds)]}
    colour = nominal("family", scale=scale, legend={"title": None} if len(kinds) > 1 else None)
    marks = [
        mark("rule", [{"at": 0.0}], {"x": quantitative("at")}, color=CHANCE, strokeDash=[4, 3]),
        mark("rule", rows, {"y": y, "x": quantitative("low", **x), "x2": end_at("high"), "color": colour}),
        mark(
            "point", rows, {"y": y, "x": quantitative("g", **x), "color": colour, "tooltip": tips}, filled=True, size=60
        ),
    ]
    caption = (
        "Point and line: Hedges' g and its 95 % interval, not corrected for how many outcomes are looked at. Dashed: "
        "no "
        "difference."
    )
    shown = "; ".join(f"{one.label}: {interval(one.g, one.g_low, one.g_high)}" for one in found[:6])
    alt = f"{count_of(len(found), 'outcome')}, {first} less {second}. {shown}."
    return Figure(name, title, caption, alt, chart(marks, max(2, len(found)) * ROW_HEIGHT))


def outcome_by_group(person: pl.DataFrame, one: Variable, by: str, name: str) -> Figure:
    """Return the means of children, a point each, by group, with the mean of the group.

    Args:
        person: a row a child.
        one: the outcome, with a number somewhere.
        by: column of the groups, or "" for all children together.
        name: of the figure's file, unique on the page.

    Returns:
        The figure.
    """
    group = pl.col(by).fill_null("no group") if by else pl.lit(ALL)
    table = person.select(group=group, value=pl.col(one.name)).drop_nulls()
    means = table.group_by("group", maintain_order=True).agg(pl.col("value").mean(), pl.len().alias("n"))
    y = nominal("group", title=None, axis={"grid": True})
    x = quantitative("value", title=one.unit, scale={"zero": False, "nice": True})
    marks = [
        mark("point", table.to_dicts(), {"y": y, "x": x}, filled=True, size=55, opacity=0.5, color=DEPRIVATION),
        mark("tick", means.to_dicts(), {"y": y, "x": x}, thickness=3, color=INK, size=22),
    ]
    shown = "; ".join(f"{row['group']}: mean {number(row['value'])}, n {row['n']}" for row in means.to_dicts())
    title = f"{one.measure[0].upper()}{one.measure[1:]}, {one.actor}"
    caption = "A point is a child, the mean over its visits. The stroke is the mean of the group."
    return Figure(name, title, caption, f"{title}. {shown}.", chart(marks, max(2, means.height) * 40), small=True)


def missing_figure(counts: pl.DataFrame, name: str) -> Figure:
    """Return why numbers are missing, by outcome.

    Args:
        counts: columns outcome, code and visits.
        name: of the figure's file, unique on the page.

    Returns:
        The figure.
    """
    rows = [
        {"outcome": _broken(row["outcome"]), "reason": Missing(row["code"]).label, "visits": row["visits"]}
        for row in counts.sort("outcome", "code").to_dicts()
    ]
    present = [code for code in Missing if any(row["reason"] == code.label for row in rows)]
    scale = {"domain": [code.label for code in present], "range": [_REASONS[code] for code in present]}
    channels = {
        "y": nominal("outcome", title=None, sort=None, axis=_BROKEN),
        "x": quantitative("visits", title="visits", stack="zero", axis={"tickMinStep": 1, "format": "d"}),
        "color": nominal("reason", scale=scale, legend={"title": None, "columns": 2}),
        "tooltip": [nominal("outcome"), nominal("reason"), quantitative("visits")],
    }
    numbered = sum(int(row["visits"]) for row in counts.filter(pl.col("code") == 0).to_dicts())
    alt = f"Of {counts['visits'].sum()} outcomes of visits {numbered} are numbers without a reservation."
    caption = "Each bar is all visits of the study. What is not codable is unknown, not zero."
    outcomes = counts["outcome"].n_unique()
    return Figure(
        name, "What is missing, and why", caption, alt, chart([mark("bar", rows, channels)], outcomes * ROW_HEIGHT)
    )


def axes_figure(dyads: Sequence[DyadAxes], axis: Axis, name: str) -> Figure:
    """Return the estimates of an axis of all dyads with their intervals, unnamed and in no order.

    Args:
        dyads: at least one that has the axis, in the order to be shown.
        axis: which.
        name: of the figure's file, unique on the page.

    Returns:
        The figure.
    """
    own = [one.axes[axis] for one in dyads if one.axes[axis].median is not None]
    rows = [{"dyad": place, "median": one.median, "low": one.low, "high": one.high} for place, one in enumerate(own)]
    scale = {"type": "log", "nice": False} if axis is Axis.THREAT else {"domain": [0, 1]}
    x: dict[str, Any] = {"title": UNITS[axis], "scale": scale}
    y = nominal("dyad", title=None, sort=None, axis=None)
    marks = [
        mark(
            "rule",
            rows,
            {"y": y, "x": quantitative("low", **x), "x2": end_at("high")},
            color=_ACCENTS[axis],
            opacity=0.5,
        ),
        mark("point", rows, {"y": y, "x": quantitative("median", **x)}, filled=True, size=40, color=_ACCENTS[axis]),
    ]
    caption = "Each line is a dyad: posterior median and 90 % interval. The order is drawn by lot; nobody is named."
    medians = sorted(one.median for one in own if one.median is not None)
    reach = f"medians from {number(medians[0])} to {number(medians[-1])}"
    alt = f"{axis.capitalize()} of {count_of(len(own), 'dyad')}; {reach}."
    return Figure(name, axis.capitalize(), caption, alt, chart(marks, max(4, len(own)) * 11), small=True)
