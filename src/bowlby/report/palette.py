"""Colours and type of every figure: one accent for each axis, told apart by lightness as well as hue."""

from __future__ import annotations

INK = "#1f2933"
MUTED = "#52606d"
RULE = "#c9cdd2"

CHILD = "#3e4c59"
DEPRIVATION = "#1f6391"
"""Also the colour of answering and warm acts: what deprivation is the absence of."""
THREAT = "#b4431f"
UNPREDICTABILITY = "#6b4c93"
UNCODABLE = "#dedad2"
CHANCE = "#8d99a6"

FONT = "Arial, 'Helvetica Neue', Helvetica, 'Liberation Sans', Arimo, sans-serif"
"""One family of widths, so that what was measured when the drawing was made fits when it is shown."""

CONFIG: dict[str, object] = {
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "domainColor": RULE,
        "tickColor": RULE,
        "gridColor": "#eceef0",
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 230,
        "labelFlush": False,
        "tickCount": 8,
        "titlePadding": 8,
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "labelColor": MUTED,
        "labelFontSize": 12,
        "labelLimit": 320,
        "columnPadding": 28,
        "symbolSize": 90,
    },
    "text": {"color": INK, "fontSize": 12},
}
"""Vega-Lite configuration shared by all figures."""
