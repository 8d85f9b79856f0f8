"""Colours and type of every figure, report and page; the colours themselves stand in `colours.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any

_DATA: Mapping[str, Any] = tomllib.loads((files("bowlby.reporting") / "colours.toml").read_text(encoding="utf-8"))

COLOURS: Mapping[str, str] = MappingProxyType(_DATA["colour"])
"""By name."""
EVIDENCE_COLOURS: Mapping[str, str] = MappingProxyType(
    {mark: COLOURS[name] for mark, name in _DATA["mark"]["evidence"].items()}
)
"""Colours of what published findings say of a claim."""
MODEL_COLOURS: Mapping[str, str] = MappingProxyType(
    {mark: COLOURS[name] for mark, name in _DATA["mark"]["model"].items()}
)
"""Colours of what the model does with a claim."""
PLANS: tuple[str, ...] = tuple(COLOURS[name] for name in _DATA["series"]["plans"])
"""Colours of plans beside one another, in their order."""

INK, MUTED, RULE, GRID, SOFT = (COLOURS[name] for name in ("ink", "muted", "rule", "grid", "soft"))
CHILD, DEPRIVATION, THREAT = (COLOURS[name] for name in ("child", "deprivation", "threat"))
UNPREDICTABILITY, FORWARD = (COLOURS[name] for name in ("unpredictability", "forward"))
UNCODABLE, CHANCE = (COLOURS[name] for name in ("uncodable", "chance"))

_VARIABLE = re.compile(r"var\(--([a-z-]+)\)")


def style_variables() -> str:
    """Return the colours as variables of a style sheet.

    Returns:
        One rule, with a variable for each colour and each mark of a claim, such as --evidence-for.
    """
    marks = {
        f"{of}-{mark.replace(' ', '-')}": colour
        for of, colours in (("evidence", EVIDENCE_COLOURS), ("model", MODEL_COLOURS))
        for mark, colour in colours.items()
    }
    return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in {**COLOURS, **marks}.items())} }}\n"


def filled_in(drawing: str) -> str:
    """Return a drawing with its variables replaced by their colours, for where no style sheet reaches it.

    Args:
        drawing: SVG with colours such as var(--threat).

    Returns:
        The drawing.
    """
    return _VARIABLE.sub(lambda found: COLOURS[found[1]], drawing)


FONT = "Arial, 'Helvetica Neue', Helvetica, 'Liberation Sans', Arimo, sans-serif"
"""One family of widths, so that what was measured when the drawing was made fits when it is shown."""

CONFIG: dict[str, object] = {
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "domainColor": RULE,
        "tickColor": RULE,
        "gridColor": GRID,
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
