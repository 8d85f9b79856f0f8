"""Estimates with their intervals, one a line, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bowlby.reporting.chart import chart, end_at, mark, nominal, quantitative
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.numbers import interval
from bowlby.reporting.palette import CHILD, MUTED

ROW_HEIGHT = 20
MOST_ROWS = 60
"""Lines of one figure; more are left to the table."""


@dataclass(frozen=True)
class Estimate:
    """One line.

    Args:
        label: what it is.
        estimate: the value.
        low: lower end of its interval, or None.
        high: upper end, or None.
        reference: what it is seen against, such as chance or the value before; None where there is none.
    """

    label: str
    estimate: float
    low: float | None = None
    high: float | None = None
    reference: float | None = None


def estimates_figure(title: str, rows: Sequence[Estimate], unit: str, name: str, caption: str = "") -> Figure:
    """Return estimates with their intervals, one a line.

    Args:
        title: of the figure.
        rows: at least one.
        unit: of all of them; "1" for shares and other plain numbers.
        name: file name of the figure, unique among those shown together.
        caption: what the points and lines are; the usual one where it is empty.

    Returns:
        The figure.
    """
    shown = rows[:MOST_ROWS]
    data = [{**vars(one), "label": one.label} for one in shown]
    y = nominal("label", title=None, sort=None, axis={"labelLimit": 260, "grid": True})
    x = {"title": None if unit == "1" else unit, "scale": {"zero": False}}
    tips = [nominal("label"), *(quantitative(key, format=".3g") for key in ("estimate", "low", "high"))]
    marks = [
        mark("rule", [row for row in data if row["low"] is not None and row["high"] is not None],
             {"y": y, "x": quantitative("low", **x), "x2": end_at("high")}, color=CHILD),
        mark("tick", [row for row in data if row["reference"] is not None],
             {"y": y, "x": quantitative("reference", **x)}, color=MUTED, thickness=2),
        mark("point", data, {"y": y, "x": quantitative("estimate", **x), "tooltip": tips}, filled=True, color=CHILD),
    ]  # fmt: skip
    said = caption or "Points with their intervals; a grey stroke is what chance would give."
    more = f" The first {MOST_ROWS} of {len(rows)}." if len(rows) > MOST_ROWS else ""
    alt = "; ".join(f"{one.label} {interval(one.estimate, one.low, one.high)}" for one in shown[:4])
    table = Table(
        f"{title}.",
        ("", "estimate"),
        tuple((one.label, interval(one.estimate, one.low, one.high)) for one in rows),
        (1,),
    )
    return Figure(name, title, said + more, f"{alt}.", chart(marks, max(2, len(data)) * ROW_HEIGHT), table)
