"""Charts of Explore in the report's colours: what each kind of care looks like, and whole drawings to save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bowlby.evidence.claims_register.aspects import KINDS
from bowlby.reporting import palette
from bowlby.reporting.chart import Chart
from bowlby.reporting.drawing_process import draw_here
from bowlby.reporting.palette import CONFIG, INK
from bowlby.reporting.vega import legible
from bowlby.web.course import QUANTITIES, UNTIL, CareCourse, CurveQuantity

COLOURS: Mapping[str, str] = {"your care": INK, **{kind.axis: palette.COLOURS[kind.axis] for kind in KINDS.values()}}
"""One colour a kind of care, told apart by lightness and by dashes too."""

DASHES: Mapping[str, list[int]] = {
    "your care": [1, 0],
    "secure": [7, 3],
    "threat": [2, 2],
    "deprivation": [10, 3, 2, 3],
    "both": [4, 2, 1, 2],
}

FORMATS: Mapping[str, str] = {"svg": "image/svg+xml", "png": "image/png"}

LABELS: Mapping[str, str] = {"your care": "your care", **{kind.axis: kind.name for kind in KINDS.values()}}
"""Both vocabularies, as on every teaching page."""

LARGE = ("threat_expectation", "comfort_expectation", "minimising", "freezing")
"""Quantities whose charts stand open; the others a click away."""

_AXIS = {"values": [0, 6, 12, 18, 24, 30, 36], "title": "months", "grid": False, "domain": True}


def explore_chart(courses: Mapping[str, CareCourse], what: str) -> Chart:
    """Return all curves of some courses as one drawing.

    Args:
        courses: by kind of care, as named in `COLOURS`.
        what: the settings, in words, for the title.

    Returns:
        Vega-Lite with its rows.
    """
    panels = [_panel(quantity, courses) for quantity in QUANTITIES]
    drawing: Chart = {
        "title": {
            "text": "What a child comes to expect, feel and do",
            "subtitle": [
                f"Your care: {what}. bowlby, simulated; medians of 64 children, the middle half shaded for your care.",
                "For research and teaching: no prediction for any child.",
            ],
            "anchor": "start",
            "fontSize": 16,
            "subtitleFontSize": 12,
            "offset": 14,
        },
        "concat": panels,
        "columns": 3,
        "background": "white",
        "padding": 18,
        "config": {**CONFIG, "background": "white"},
    }
    return legible(drawing)


def _panel(quantity: CurveQuantity, courses: Mapping[str, CareCourse]) -> Chart:
    """Return the chart of one quantity with its rows; the first carries the legend of all."""
    rows = [
        {"kind": kind, "age": float(age), "low": float(low), "middle": float(middle), "high": float(high)}
        for kind, found in courses.items()
        for age, (low, middle, high) in zip(found.ages, found.quartiles[quantity.name], strict=True)
    ]
    x = {"field": "age", "type": "quantitative", "axis": _AXIS, "scale": {"domain": [0, UNTIL], "nice": False}}
    y = {"type": "quantitative", "title": None, "scale": {"domain": [0, top_of(quantity)]}, "axis": {"tickCount": 3}}
    shown = {"title": None, "orient": "top", "columns": 3} if quantity is QUANTITIES[0] else None
    area: Chart = {
        "transform": [{"filter": "datum.kind === 'your care'"}],
        "mark": {"type": "area", "opacity": 0.13, "color": INK},
        "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
    }
    line: Chart = {
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": x,
            "y": {"field": "middle", **y},
            "color": {"field": "kind", "type": "nominal", "scale": _scale(list(COLOURS.values())), "legend": shown},
            "strokeDash": {
                "field": "kind",
                "type": "nominal",
                "scale": _scale([DASHES[kind] for kind in COLOURS]),
                "legend": shown,
            },
            "strokeWidth": {"condition": {"test": "datum.kind === 'your care'", "value": 3}, "value": 1.6},
        },
    }
    forward = " (simulated forward)" if quantity.forward else ""
    return {
        "title": {"text": f"{quantity.label}{forward}", "anchor": "start", "fontSize": 12, "fontWeight": "normal"},
        "data": {"values": rows},
        "layer": [area, line],
        "width": 250,
        "height": 120,
    }


def top_of(quantity: CurveQuantity) -> float:
    """Return the end of a quantity's scale.

    Args:
        quantity: which.

    Returns:
        1, or 2 for reactivity, which is 1 at birth.
    """
    return 2.0 if quantity.name == "threat_reactivity" else 1.0


def _scale(range_: Sequence[Any]) -> dict[str, Any]:
    return {"domain": list(COLOURS), "range": list(range_)}


def chart_file(chart: Chart, form: str) -> bytes:
    """Return a chart as a file.

    Args:
        chart: Vega-Lite with its rows.
        form: "svg" or "png".

    Returns:
        The file's bytes.

    Raises:
        ValueError: it cannot be drawn.
    """
    if form == "svg":
        return draw_here([chart])[0].encode()
    import vl_convert

    return vl_convert.vegalite_to_png(chart, scale=2.0)
