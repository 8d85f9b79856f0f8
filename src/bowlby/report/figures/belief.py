"""What the child may have come to expect over the record: one expectation with its band."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from bowlby.report.chart import Chart, chart, end_at, mark, quantitative
from bowlby.report.figure import Figure
from bowlby.report.numbers import interval
from bowlby.report.palette import CHILD, DEPRIVATION, THREAT

if TYPE_CHECKING:
    from bowlby.infer.trajectory import Band, Trajectory

MOST_POINTS = 400
LONG_S = 2 * 3600.0

_COLOURS = {"expected answering": DEPRIVATION, "expected relief": DEPRIVATION, "expected threat": THREAT}


def belief_figure(path: Trajectory, band: Band, name: str) -> Figure:
    """Return one expectation over one session.

    Args:
        path: the trajectory.
        band: one of its expectations.
        name: the figure's name.

    Returns:
        The figure.
    """
    first = interval(float(band.mean[0]), float(band.low[0]), float(band.high[0]))
    last = interval(float(band.mean[-1]), float(band.low[-1]), float(band.high[-1]))
    meaning = f"{band.meaning[0].upper()}{band.meaning[1:].rstrip('.')}"
    caption = f"{meaning}. Line: mean; band: 90 %. At the start {first}, at the end {last}."
    alt = f"{band.name.capitalize()}: at the start {first}, at the end {last}."
    return Figure(name, band.name.capitalize(), caption, alt, _chart(path, band), small=True)


def _chart(path: Trajectory, band: Band) -> Chart:
    length = float(path.times_s[-1] - path.times_s[0])
    scale, unit = (3600.0, "hours") if length > LONG_S else (60.0, "minutes")
    table = pl.DataFrame(
        {
            "time": ((path.times_s - path.times_s[0]) / scale).round(4),
            "mean": band.mean.astype(float).round(4),
            "low": band.low.astype(float).round(4),
            "high": band.high.astype(float).round(4),
        }
    )
    rows = table[_kept(len(path.times_s))].to_dicts()
    x = quantitative(
        "time", title=f"{unit} from the start of observation", scale={"nice": False}, axis={"tickCount": 6}
    )
    edges = {"zero": False} if band.low.min() < 0 else {"domainMin": 0}
    y = quantitative("low", title=None, scale=edges, axis={"tickCount": 4})
    tips = [quantitative(name, format=".2f") for name in ("time", "mean", "low", "high")]
    look = {"interpolate": "step-after", "color": _COLOURS.get(band.name, CHILD)}
    area = mark("area", rows, {"x": x, "y": y, "y2": end_at("high")}, opacity=0.18, **look)
    mean = {"x": x, "y": quantitative("mean", title=None), "tooltip": tips}
    return chart([area, mark("line", rows, mean, strokeWidth=2, **look)], 150)


def _kept(number: int) -> list[int]:
    if number <= MOST_POINTS:
        return list(range(number))
    return sorted({round(place) for place in np.linspace(0, number - 1, MOST_POINTS)})
