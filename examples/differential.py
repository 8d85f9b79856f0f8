"""Draw how the stated quadrant probabilities fared, from what `bowlby recover --what differential --json` printed.

Run from the project's folder, after
    bowlby recover --what differential --children 200 --seed 2030 --json > stated.json
as: python examples/differential.py stated.json docs/figures
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bowlby.report.palette import CONFIG, DEPRIVATION, INK, THREAT

SETTINGS = ["community", "referred", "protection"]
COLOURS = {"domain": SETTINGS, "range": ["#5b8c6b", DEPRIVATION, THREAT]}
DASHES = {"symbolType": "stroke", "symbolStrokeColor": INK, "symbolStrokeWidth": 2}
SHARES = {"domain": [0, 1], "nice": False}


def reliability(found: dict[str, Any]) -> dict[str, Any]:
    """Return the reliability diagrams: before the rule, and of what the rule gives."""
    return {"hconcat": [_diagram(found["reliability"], given=given) for given in (False, True)]}


def _diagram(bins: list[dict[str, Any]], *, given: bool) -> dict[str, Any]:
    own = [one for one in bins if one["given"] is given]
    exact = {
        "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
        "mark": {"type": "line", "color": INK, "strokeDash": [4, 3], "strokeWidth": 1},
        "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
    }
    encoding = {
        "x": {"field": "stated", "type": "quantitative", "title": "stated probability", "scale": SHARES},
        "y": {"field": "so", "type": "quantitative", "title": "share of which it was so", "scale": SHARES},
        "color": {"field": "setting", "type": "nominal", "title": "base rates", "scale": COLOURS},
    }
    size = {"field": "weight", "type": "quantitative", "title": "share of statements", "scale": {"range": [15, 400]}}
    return {
        "title": "what the rule gives" if given else "all, also what the rule withholds",
        "width": 260,
        "height": 260,
        "layer": [
            exact,
            {"data": {"values": own}, "mark": {"type": "line", "strokeWidth": 1, "opacity": 0.5}, "encoding": encoding},
            {"data": {"values": own}, "mark": {"type": "point", "filled": True}, "encoding": encoding | {"size": size}},
        ],
    }


def risk(found: dict[str, Any]) -> dict[str, Any]:
    """Return the abstention-risk curves, one panel a length of record."""
    lengths = [minutes for minutes in found["minutes"] if minutes > min(found["minutes"])]
    return {"hconcat": [_curves(found["abstention_risk"], minutes) for minutes in lengths]}


def _curves(points: list[dict[str, Any]], minutes: float) -> dict[str, Any]:
    own = [
        {**one, "rule": "with the rule" if one["rule"] else "probability alone"}
        for one in points
        if one["minutes"] == minutes and one["wrong"] is not None
    ]
    return {
        "title": f"{minutes:g} minutes",
        "width": 190,
        "height": 190,
        "data": {"values": own},
        "mark": {"type": "line", "point": {"size": 18}, "strokeWidth": 1.5},
        "encoding": {
            "x": {"field": "named", "type": "quantitative", "title": "share named", "scale": SHARES},
            "y": {
                "field": "wrong",
                "type": "quantitative",
                "title": "share wrong of these",
                "scale": {"domain": [0, 0.7]},
            },
            "order": {"field": "threshold"},
            "color": {"field": "setting", "type": "nominal", "title": "base rates", "scale": COLOURS},
            "strokeDash": {"field": "rule", "type": "nominal", "title": None, "sort": "descending", "legend": DASHES},
        },
    }


def drawn(spec: dict[str, Any], path: Path) -> None:
    """Write a figure as a Vega-Lite specification and as PNG."""
    import vl_convert

    schema = "https://vega.github.io/schema/vega-lite/v6.json"
    whole = {"$schema": schema, **spec, "config": {**CONFIG, "background": "white"}}
    path.with_suffix(".vl.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    path.write_bytes(vl_convert.vegalite_to_png(whole, scale=1.0))
    sys.stdout.write(f"{path} {path.stat().st_size // 1024} KB\n")


def main(result: Path, folder: Path) -> None:
    """Draw both figures of one result."""
    found = json.loads(result.read_text(encoding="utf-8"))
    drawn(reliability(found), folder / f"differential-reliability-{found['writer']}.png")
    drawn(risk(found), folder / f"differential-risk-{found['writer']}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "docs/figures"))
