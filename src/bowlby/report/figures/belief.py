"""What the child may have come to expect over the record: one expectation with its band."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from bowlby.report.figure import Figure
from bowlby.report.numbers import interval
from bowlby.report.palette import CHILD, DEPRIVATION, THREAT

if TYPE_CHECKING:
    from bowlby.infer.trajectory import Band, Trajectory
    from bowlby.report.figure import Chart

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

    Raises:
        Nothing.
    """
    first = interval(float(band.mean[0]), float(band.low[0]), float(band.high[0]))
    last = interval(float(band.mean[-1]), float(band.low[-1]), float(band.high[-1]))
    meaning = f"{band.meaning[0].upper()}{band.meaning[1:].rstrip('.')}"
    caption = f"{meaning}. Line: mean; band: 90 %. At the start {first}, at the end {last}."
    alt = f"{band.name.capitalize()}: at the start {first}, at the end {last}."
    return Figure(name, band.name.capitalize(), caption, alt, _chart(path, band), small=True)


def _chart(path: Trajectory, band: Band) -> Chart:
    import altair as alt

    length = float(path.times_s[-1] - path.times_s[0])
    scale, unit = (3600.0, "hours") if length > LONG_S else (60.0, "minutes")
    table = pl.DataFrame(
        {
            "time": ((path.times_s - path.times_s[0]) / scale).round(4),
            "mean": band.mean.astype(float).round(4),
            "low": band.low.astype(float).round(4),
            "high": band.high.astype(float).round(4),
        }
    )[_kept(len(path.times_s))]
    colour = _COLOURS.get(band.name, CHILD)
    x = alt.X(
        "time:Q", title=f"{unit} from the start of observation", scale=alt.Scale(nice=False), axis=alt.Axis(tickCount=6)
    )
    edges = {"zero": False} if band.low.min() < 0 else {"domainMin": 0}
    y = alt.Y("low:Q", title=None, scale=alt.Scale(**edges), axis=alt.Axis(tickCount=4))  # pyright: ignore[reportArgumentType]
    area = (
        alt.Chart(table).mark_area(interpolate="step-after", opacity=0.18, color=colour).encode(x=x, y=y, y2="high:Q")
    )
    line = alt.Chart(table).mark_line(interpolate="step-after", strokeWidth=2, color=colour)
    tips = [
        alt.Tooltip("time:Q", format=".2f"),
        *(alt.Tooltip(f"{k}:Q", format=".2f") for k in ("mean", "low", "high")),
    ]
    mean = line.encode(x=x, y=alt.Y("mean:Q", title=None), tooltip=tips)
    return alt.LayerChart(layer=[area, mean], height=150)


def _kept(number: int) -> list[int]:
    if number <= MOST_POINTS:
        return list(range(number))
    return sorted({round(place) for place in np.linspace(0, number - 1, MOST_POINTS)})
