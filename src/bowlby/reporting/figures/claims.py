"""Figures of the register of claims: how many of each mark by row, and the model's numbers beside nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bowlby.evidence.claims_register.words import UNITS, Row, amount
from bowlby.reporting.chart import chart, end_at, mark, nominal, quantitative
from bowlby.reporting.figure import Figure
from bowlby.reporting.palette import EVIDENCE_COLOURS, INK, MODEL_COLOURS, RULE

ROW_HEIGHT = 20
_EVIDENCE = "What published findings say of the claims of each row, whatever the model gives."
_MODEL = "What the model does with the claims of each row, whatever has been published."
_SHAPES = ("circle", "square", "diamond")
"""Of what the model does with a claim, in the order of its marks."""


def evidence_figure(rows: Sequence[Row], name: str) -> Figure:
    """Return what published findings say of the claims of each row of the mission.

    Args:
        rows: of the command's JSON.
        name: file name of the figure.

    Returns:
        The figure.
    """
    return _marks_figure(rows, "evidence", EVIDENCE_COLOURS, Figure(name, "Evidence by row", _EVIDENCE, "", {}))


def model_figure(rows: Sequence[Row], name: str) -> Figure:
    """Return what the model does with the claims of each row of the mission.

    Args:
        rows: of the command's JSON.
        name: file name of the figure.

    Returns:
        The figure.
    """
    return _marks_figure(rows, "model_mark", MODEL_COLOURS, Figure(name, "Model by row", _MODEL, "", {}))


def _marks_figure(rows: Sequence[Row], key: str, colours: Mapping[str, str], about: Figure) -> Figure:
    counts = Counter((row["row"], row[key]) for row in rows)
    parts = list(dict.fromkeys(row["row"] for row in rows))
    data = [
        {"row": part, "mark": one, "claims": counts[part, one], "order": place}
        for part in parts
        for place, one in enumerate(colours)
        if counts[part, one]
    ]
    channels = {
        "y": nominal("row", sort=parts, title=None),
        "x": quantitative("claims", title="claims", axis={"tickMinStep": 1}),
        "color": _colour("mark", colours),
        "order": quantitative("order"),
        "tooltip": [nominal("row"), nominal("mark"), quantitative("claims")],
    }
    total = Counter(row[key] for row in rows)
    alt = f"{about.title}: " + ", ".join(f"{one} {total[one]}" for one in colours) + "."
    bars = mark("bar", data, channels, stroke="white", strokeWidth=1)
    return replace(about, alt=alt, chart=chart([bars], len(parts) * ROW_HEIGHT))


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
    tips = [nominal(key) for key in ("claim", "amount", "origin", "evidence", "model mark")]
    colour = _colour("evidence", EVIDENCE_COLOURS)
    interval = {"y": y, "x": quantitative("low", **x), "x2": end_at("high"), "color": colour, "tooltip": tips}
    point = {"y": y, "x": quantitative("model", **x), "color": colour, "shape": _shape(), "tooltip": tips}
    marks = [
        mark("rule", [{"nothing": 0}], {"x": quantitative("nothing", **x)}, color=INK, strokeDash=[3, 3]),
        mark("rule", data, interval, strokeWidth=2, opacity=0.6),
        mark("point", data, point, filled=True, size=55),
    ]
    told = [f"{row['label']}: {row['amount']}" for row in data[:6]]
    caption = (
        "Points are what the model gives, lines 95 % intervals; colours are the evidence, shapes the model's mark."
    )
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
        "evidence": row["evidence"],
        "model mark": row["model_mark"],
    }


def _colour(key: str, colours: Mapping[str, str]) -> dict[str, Any]:
    scale = {"domain": list(colours), "range": list(colours.values())}
    return nominal(key, scale=scale, legend={"columnPadding": 12})


def _shape() -> dict[str, Any]:
    scale = {"domain": list(MODEL_COLOURS), "range": list(_SHAPES)}
    return nominal(
        "model mark", scale=scale, legend={"orient": "bottom", "symbolFillColor": RULE, "symbolStrokeColor": INK}
    )
