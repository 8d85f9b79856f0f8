"""Figures of the register of claims: how many of each verdict by row, and the model's numbers beside nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bowlby.report.chart import chart, end_at, mark, nominal, quantitative
from bowlby.report.figure import Figure
from bowlby.report.palette import INK, RULE, VERDICTS
from bowlby.study.claims.words import UNITS, Row, amount

ROW_HEIGHT = 20


def verdicts_figure(rows: Sequence[Row], name: str) -> Figure:
    """Return how many claims of each row of the mission have each verdict.

    Args:
        rows: of the command's JSON.
        name: file name of the figure.

    Returns:
        The figure.
    """
    counts = Counter((row["row"], row["verdict"]) for row in rows)
    parts = list(dict.fromkeys(row["row"] for row in rows))
    data = [
        {"row": part, "verdict": verdict, "claims": counts[part, verdict], "order": place}
        for part in parts
        for place, verdict in enumerate(VERDICTS)
        if counts[part, verdict]
    ]
    channels = {
        "y": nominal("row", sort=parts, title=None),
        "x": quantitative("claims", title="claims", axis={"tickMinStep": 1}),
        "color": _colour(),
        "order": quantitative("order"),
        "tooltip": [nominal("row"), nominal("verdict"), quantitative("claims")],
    }
    total = Counter(row["verdict"] for row in rows)
    alt = "Claims by verdict: " + ", ".join(f"{verdict} {total[verdict]}" for verdict in VERDICTS) + "."
    caption = (
        "Mixed holds two things: findings that disagree, and claims that published findings support while the model "
        "says so only because that was put in."
    )
    bars = mark("bar", data, channels, stroke="white", strokeWidth=1)
    return Figure(name, "Verdicts by row", caption, alt, chart([bars], len(parts) * ROW_HEIGHT))


def contrasts_figure(rows: Sequence[Row], unit: str, name: str) -> Figure | None:
    """Return the model's numbers of one unit with their intervals, in the order of the register.

    Args:
        rows: of the command's JSON.
        unit: of the contrasts.
        name: file name of the figure.

    Returns:
        The figure, or None where no claim has a number in this unit.
    """
    data = [_point(row) for row in rows if row["unit"] == unit and row["model"] is not None]
    if not data:
        return None
    scale = {"type": "symlog", "constant": 0.5} if unit == "sd" else {}
    y = nominal("label", title=None, sort=None, axis={"labelLimit": 360})
    x = {"title": UNITS[unit], "scale": scale}
    tips = [nominal(key) for key in ("claim", "amount", "origin", "verdict")]
    interval = {"y": y, "x": quantitative("low", **x), "x2": end_at("high"), "color": _colour(), "tooltip": tips}
    point = {"y": y, "x": quantitative("model", **x), "color": _colour(), "shape": _shape(), "tooltip": tips}
    marks = [
        mark("rule", [{"nothing": 0}], {"x": quantitative("nothing", **x)}, color=INK, strokeDash=[3, 3]),
        mark("rule", data, interval, strokeWidth=2, opacity=0.6),
        mark("point", data, point, filled=True, size=55),
    ]
    told = [f"{row['label']}: {row['amount']}" for row in data[:6]]
    caption = "Points are what the model gives, lines 95 % intervals; filled circles are assumed, diamonds emergent."
    return Figure(
        name,
        f"What the model gives, {UNITS[unit]}, {data[0]['id']} to {data[-1]['id']}",
        caption,
        "; ".join(told) + ".",
        chart(marks, len(data) * ROW_HEIGHT),
    )


def _point(row: Row) -> dict[str, Any]:
    short = row["claim"] if len(row["claim"]) <= 52 else f"{row['claim'][:50].rsplit(' ', 1)[0]} …"
    return {
        "id": row["id"],
        "label": f"{row['id']} {short}",
        "claim": row["claim"],
        "model": row["model"],
        "low": row["low"],
        "high": row["high"],
        "amount": amount(row),
        "origin": row["origin"],
        "verdict": row["verdict"],
    }


def _colour() -> dict[str, Any]:
    scale = {"domain": list(VERDICTS), "range": list(VERDICTS.values())}
    return nominal("verdict", scale=scale, legend={"columnPadding": 12})


def _shape() -> dict[str, Any]:
    scale = {"domain": ["assumed", "emergent", "calibrated"], "range": ["circle", "diamond", "square"]}
    return nominal(
        "origin", scale=scale, legend={"orient": "bottom", "symbolFillColor": RULE, "symbolStrokeColor": INK}
    )
