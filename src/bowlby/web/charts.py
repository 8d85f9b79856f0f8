"""Charts of the pages, in the report's colours: Vega-Lite whose rows the pages fill in, or whole drawings to save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bowlby.evidence.claims_register.aspects import KINDS
from bowlby.reporting import palette
from bowlby.reporting.chart import Chart
from bowlby.reporting.drawing_process import draw_here
from bowlby.reporting.palette import CONFIG, INK, MUTED
from bowlby.reporting.vega import legible
from bowlby.web.course import BODY, DOES, EXPECTS, FEELS, QUANTITIES, STEP, UNTIL, CareCourse, CurveQuantity

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

PANELS: Mapping[str, str] = {
    EXPECTS: "What it expects",
    FEELS: "What it feels",
    DOES: "What it does",
    BODY: "Body and development (simulated forward)",
}

_AXIS = {"values": [0, 6, 12, 18, 24, 30, 36], "title": "months", "grid": False, "domain": True}


YOURS, OTHERS = "yours", "others"
"""Tables of a curve's chart: the care under the hand, and the named kinds beside it."""


def curve_chart(quantity: CurveQuantity) -> Chart:
    """Return the chart of one quantity, its rows to be filled in by the page.

    Args:
        quantity: which.

    Returns:
        Vega-Lite with two empty tables, `yours` and `others`, of kind, age, low, middle and high, and a parameter
        `cursor`, months. What does not move stands in a table of its own, so that it is not drawn anew.
    """
    top = 2.0 if quantity.name == "threat_reactivity" else 1.0
    kinds = list(COLOURS)
    x = {"field": "age", "type": "quantitative", "axis": _AXIS, "scale": {"domain": [0, UNTIL], "nice": False}}
    y = {"type": "quantitative", "title": None, "scale": {"domain": [0, top]}, "axis": {"tickCount": 3}}
    colour = {"field": "kind", "type": "nominal", "scale": _scale(list(COLOURS.values())), "legend": None}
    dash = {"field": "kind", "type": "nominal", "scale": _scale([DASHES[kind] for kind in kinds]), "legend": None}
    here = {"filter": f"abs(datum.age - cursor) <= {STEP / 2}"}
    middle = {"x": x, "y": {"field": "middle", **y}}
    area = {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}
    point = {"type": "point", "filled": True, "size": 46, "opacity": 1}
    own, others = {"data": {"name": YOURS}}, {"data": {"name": OTHERS}}
    line = {"mark": {"type": "line", "clip": True, "strokeWidth": 1.6}}
    drawing: Chart = {
        "params": [{"name": "cursor", "value": UNTIL}],
        "datasets": {YOURS: [], OTHERS: []},
        "layer": [
            {**own, "mark": {"type": "area", "opacity": 0.13, "color": INK}, "encoding": area},
            {**others, **line, "encoding": {**middle, "color": colour, "strokeDash": dash}},
            {**own, "mark": {"type": "line", "clip": True, "strokeWidth": 3, "color": INK}, "encoding": middle},
            {**others, "transform": [here], "mark": point, "encoding": {**middle, "color": colour}},
            {**own, "transform": [here], "mark": {**point, "color": INK}, "encoding": middle},
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1},
                "encoding": {"x": {"datum": {"expr": "cursor"}, "type": "quantitative"}},
            },
        ],
        "height": 128,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {**CONFIG, "background": "transparent"},
        "description": f"{quantity.label}: {quantity.says}",
    }
    return legible(drawing)


def _scale(range_: Sequence[Any]) -> dict[str, Any]:
    return {"domain": list(COLOURS), "range": list(range_)}


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
    chart = curve_chart(quantity)
    rows = [
        {"kind": kind, "age": float(age), "low": float(low), "middle": float(middle), "high": float(high)}
        for kind, found in courses.items()
        for age, (low, middle, high) in zip(found.ages, found.quartiles[quantity.name], strict=True)
    ]
    shown = {"title": None, "orient": "top", "columns": 3}
    area, line = ({key: value for key, value in layer.items() if key != "data"} for layer in chart["layer"][:2])
    area["transform"] = [{"filter": "datum.kind === 'your care'"}]
    for channel in ("color", "strokeDash"):
        line["encoding"][channel]["legend"] = shown if quantity is QUANTITIES[0] else None
    line["encoding"]["strokeWidth"] = {"condition": {"test": "datum.kind === 'your care'", "value": 3}, "value": 1.6}
    forward = " (simulated forward)" if quantity.forward else ""
    return {
        "title": {"text": f"{quantity.label}{forward}", "anchor": "start", "fontSize": 12, "fontWeight": "normal"},
        "data": {"values": rows},
        "layer": [area, line],
        "width": 250,
        "height": 120,
    }


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
