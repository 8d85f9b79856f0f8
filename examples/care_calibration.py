"""Calibrate the one-dyad care posterior by simulation, and draw the rank histograms beside those of wrong likelihoods.

Run from the project's folder as: python examples/care_calibration.py 300 docs/figures
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bowlby.infer.sbc import Ranks, bias, uniformity
from bowlby.report.palette import CONFIG, DEPRIVATION, INK, THREAT
from bowlby.study.care_calibration import (
    Calibrated,
    Visit,
    calibrate_care,
    censored_as_answered,
    unanswered_dropped,
)

BINS = 16
WRONG = {"unanswered dropped": unanswered_dropped, "censored taken as answered": censored_as_answered}
SHOWN = ("answer_probability", "latency_median", "log likelihood")
COLOURS = {"the shipped likelihood": "#5b8c6b", "unanswered dropped": DEPRIVATION, "censored taken as answered": THREAT}


def table(found: Calibrated) -> str:
    """Return chi-square, its p, the z of the mean rank and coverage of every quantity as markdown."""
    shift = bias(found.ranks)
    lines = ["| quantity | chi-square | p | z of the mean rank | coverage of 90 % |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.name} | {row.chi_square:.1f} | {row.p:.3f} | {shift[row.name]:+.1f} | {found.within[row.name]:.2f} |"
        for row in uniformity(found.ranks, BINS)
    ]
    methods = ", ".join(f"{number} by {method}" for method, number in found.methods.items())
    return "\n".join([*lines, "", f"{len(found.ranks.ranks)} fits: {methods}."])


def histograms(ranks: Ranks, label: str, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield one bar a bin for each quantity."""
    for name in names:
        for place, count in enumerate(ranks.histogram(name, BINS)):
            yield {"quantity": name, "likelihood": label, "rank": (place + 0.5) / BINS, "fits": int(count)}


def panels(values: list[dict[str, Any]], fits: int, columns: int) -> dict[str, Any]:
    """Return rank histograms, a panel a quantity, with the band that a right bin stays in 99 times of 100."""
    expected, sd = fits / BINS, (fits / BINS * (1 - 1 / BINS)) ** 0.5
    band = {
        "data": {"values": [{"low": expected - 2.576 * sd, "high": expected + 2.576 * sd}]},
        "mark": {"type": "rect", "color": INK, "opacity": 0.12},
        "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
    }
    bars = {
        "mark": {"type": "bar", "width": 5},
        "encoding": {
            "x": {
                "field": "rank",
                "type": "quantitative",
                "title": "rank of the truth",
                "scale": {"domain": [0, 1]},
                "axis": {"values": [0, 0.5, 1]},
            },
            "y": {"field": "fits", "type": "quantitative", "title": "fits"},
            "color": {
                "field": "likelihood",
                "type": "nominal",
                "title": None,
                "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())},
                "legend": {"orient": "bottom"} if len({one["likelihood"] for one in values}) > 1 else None,
            },
        },
    }
    return {
        "data": {"values": values},
        "facet": {"field": "panel", "type": "nominal", "title": None, "sort": None},
        "columns": columns,
        "spec": {"width": 120, "height": 70, "layer": [band, bars]},
    }


def drawn(spec: dict[str, Any], path: Path) -> None:
    """Write a figure as a Vega-Lite specification and as PNG."""
    import vl_convert

    schema = "https://vega.github.io/schema/vega-lite/v6.json"
    whole = {"$schema": schema, **spec, "config": {**CONFIG, "background": "white"}}
    path.with_suffix(".vl.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    path.write_bytes(vl_convert.vegalite_to_png(whole, scale=1.0))
    sys.stdout.write(f"{path} {path.stat().st_size // 1024} KB\n")


def main(fits: int, folder: Path) -> None:
    """Calibrate, print the tables, draw both figures."""
    right = calibrate_care(fits, 2026)
    sys.stdout.write(f"{table(right)}\n\n")
    bars = [one | {"panel": one["quantity"]} for one in histograms(right.ranks, next(iter(COLOURS)), right.ranks.names)]
    drawn(panels(bars, fits, 5), folder / "care-calibration.png")
    beside = list(histograms(right.ranks, next(iter(COLOURS)), SHOWN))
    for label, distort in WRONG.items():
        wrong = calibrate_care(fits, 2026, distort=distort)
        sys.stdout.write(f"{label}\n{table(wrong)}\n\n")
        beside += histograms(wrong.ranks, label, SHOWN)
    bars = [one | {"panel": f"{one['quantity']}: {one['likelihood']}"} for one in beside]
    drawn(panels(bars, fits, 3), folder / "care-calibration-wrong.png")
    sys.stdout.write(f"three sessions\n{table(calibrate_care(fits, 2027, visit=Visit(sessions=3)))}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "docs/figures"))
