"""Threat and deprivation before and after the record: densities of each axis, and both together with the cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.report.chart import Chart, Mark, chart, mark, nominal, quantitative
from bowlby.report.figure import Figure
from bowlby.report.numbers import interval, number, percent
from bowlby.report.palette import CHANCE, COLOURS, DEPRIVATION, INK, MUTED, THREAT

if TYPE_CHECKING:
    from bowlby.study.differential import AxisSummary, Differential

Floats = npt.NDArray[np.float64]

POINTS = 250
"""Draws shown of each cloud; the same ones for the same seed."""

_BINS = 48
_ACCENTS = {"threat": THREAT, "deprivation": DEPRIVATION}
_TITLES = {
    "threat": "threat axis, log(1 + magnitude an hour)",
    "deprivation": "deprivation axis, 0 (fully met) to 1",
}
BEFORE, AFTER = "before the record", "after the record"


def axis_figure(found: Differential, axis: AxisSummary, name: str) -> Figure:
    """Return the density of one axis before and after the record, with the cut.

    Args:
        found: the differential.
        axis: threat or deprivation.
        name: the figure's name.

    Returns:
        The figure.

    Raises:
        KeyError: the axis has no draws.
    """
    own, before = getattr(found.axis_draws, axis.name), getattr(found.reference.axes, axis.name)
    table = _densities(before, own)
    caption = (
        "Grey: what was assumed before the record. Colour: after it. Where both coincide the record said nothing. The "
        f"dashed line is the cut, the 90th percentile of the reference population ({number(axis.cut)})."
    )
    if not axis.assessable:
        caption += " Not assessable in full: what was not codable stays as it was assumed."
    alt = (
        f"{axis.name.capitalize()} axis after the record {interval(axis.mean, axis.low, axis.high)} (90 % interval); "
        f"posterior over prior standard deviation {number(axis.sd_ratio)}."
    )
    return Figure(
        name, f"{axis.name.capitalize()}, before and after", caption, alt, _density_chart(table, axis), small=True
    )


def _densities(before: Floats, after: Floats) -> pl.DataFrame:
    both = np.concatenate([before, after])
    edges = np.linspace(float(both.min()), float(np.quantile(both, 0.995)), _BINS + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    parts = [
        pl.DataFrame({"at": middle.round(4), "density": _smooth(draws, edges).round(4)}).with_columns(when=pl.lit(when))
        for when, draws in ((BEFORE, before), (AFTER, after))
    ]
    return pl.concat(parts)


def _smooth(draws: Floats, edges: Floats) -> Floats:
    """Return a histogram density smoothed over three bins, so that a few hundred draws make a line."""
    density = np.histogram(draws, edges, density=True)[0]
    padded = np.pad(density, 1, mode="edge")
    return 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]


def _density_chart(table: pl.DataFrame, axis: AxisSummary) -> Chart:
    channels = {
        "x": quantitative("at", title=_TITLES[axis.name], scale={"nice": False}, axis={"grid": False}),
        "y": quantitative("density", title=None, stack=None, axis=None),
        "color": nominal(
            "when",
            scale={"domain": [BEFORE, AFTER], "range": [CHANCE, _ACCENTS[axis.name]]},
            legend={"symbolType": "square", "symbolStrokeWidth": 0, "symbolOpacity": 0.7},
        ),
    }
    area = mark("area", table.to_dicts(), channels, interpolate="monotone", opacity=0.45)
    cut = mark("rule", [{"at": axis.cut}], {"x": quantitative("at")}, strokeDash=[4, 3], color=INK)
    return chart([area, cut], 150)


def quadrant_figure(found: Differential, name: str) -> Figure:
    """Return the draws of both axes with the cuts that make four quadrants.

    Args:
        found: the differential.
        name: the figure's name.

    Returns:
        The figure.
    """
    caption = (
        "Each dot is one caregiver compatible with the record (dark) or one of the reference population (grey); the "
        "lines are its 90th percentiles. Caregivers are compared with a reference population, not with a norm."
    )
    if found.quadrant is None:
        caption += " The conditions for quadrant probabilities are not met, so none may be read off this figure."
    alt = "Threat against deprivation with the cuts of the reference population. " + _shares(found)
    return Figure(name, "Threat and deprivation together", caption, alt, _quadrant_chart(found), small=True)


def _shares(found: Differential) -> str:
    if found.quadrant is None:
        return "No quadrant probabilities are given."
    return "; ".join(f"{label}: {percent(share)}" for label, share in found.quadrant.items()) + "."


def _quadrant_chart(found: Differential) -> Chart:
    cloud = pl.concat(
        [
            _cloud(found.reference.axes.deprivation, found.reference.axes.threat, BEFORE),
            _cloud(found.axis_draws.deprivation, found.axis_draws.threat, AFTER),
        ]
    )
    top = float(cloud["threat"].to_numpy().max()) * 1.05
    channels = {
        "x": quantitative("deprivation", title="deprivation", scale={"domain": [0, 1]}, axis={"grid": False}),
        "y": quantitative("threat", title="threat", scale={"domain": [0, top]}, axis={"grid": False}),
        "color": nominal(
            "when",
            scale={"domain": [BEFORE, AFTER], "range": [CHANCE, INK]},
            legend={"symbolType": "circle", "symbolOpacity": 1},
        ),
    }
    dots = mark("point", cloud.to_dicts(), channels, filled=True, size=16, opacity=0.35)
    cuts = [
        _cut("x", "deprivation", found.reference.deprivation_cut),
        _cut("y", "threat", found.reference.threat_cut),
    ]
    return chart([dots, *cuts, _names(found, top)], 320)


def _cloud(deprivation: Floats, threat: Floats, when: str) -> pl.DataFrame:
    step = max(1, len(deprivation) // POINTS)
    picked = {"deprivation": deprivation[::step][:POINTS].round(3), "threat": threat[::step][:POINTS].round(3)}
    return pl.DataFrame(picked).with_columns(when=pl.lit(when))


def _cut(side: str, axis: str, value: float) -> Mark:
    return mark("rule", [{axis: value}], {side: quantitative(axis)}, strokeDash=[4, 3], color=_ACCENTS[axis])


def _names(found: Differential, top: float) -> Mark:
    right = (found.reference.deprivation_cut + 1) / 2
    left, high = found.reference.deprivation_cut / 2, (found.reference.threat_cut + top) / 2
    low = found.reference.threat_cut / 2
    places = [("neither", left, low), ("deprivation", right, low), ("threat", left, high), ("both", right, high)]
    rows = [{"name": name, "deprivation": x, "threat": y} for name, x, y in places]
    channels = {"x": quantitative("deprivation"), "y": quantitative("threat"), "text": nominal("name")}
    return mark("text", rows, channels, fontWeight="bold", fontSize=13, color=MUTED, opacity=0.9)


def probability_figure(found: Differential, name: str) -> Figure | None:
    """Return the probabilities of the four quadrants and of unexplained, beside the reference population's shares.

    Args:
        found: the differential.
        name: the figure's name.

    Returns:
        The figure, or None where the abstention rule gives no probabilities.
    """
    if found.quadrant is None:
        return None
    caption = (
        "Bars: probability after the record. Ticks: share of the reference population. Unexplained: the probability "
        "that this model does not explain the record, whatever else does."
    )
    return Figure(name, "Probability of each quadrant", caption, _shares(found), _probability_chart(found), small=True)


def _probability_chart(found: Differential) -> Chart:
    base = found.reference.base_rates
    rows = [
        {"name": name, "probability": round(share, 4), "base": round(base[name], 4) if name in base else None}
        for name, share in (found.quadrant or {}).items()
    ]
    order = [row["name"] for row in rows]
    scale = {"domain": order, "range": [COLOURS.get(str(name), CHANCE) for name in order]}
    y = nominal("name", scale={"domain": order}, title=None, axis={"domain": False, "ticks": False})
    x = quantitative("probability", title="probability", scale={"domain": [0, 1]})
    bars = mark("bar", rows, {"x": x, "y": y, "color": nominal("name", scale=scale, legend=None)}, height=16)
    shown = {"x": quantitative("base", title="probability"), "y": y}
    ticks = mark("tick", rows, shown, color=INK, thickness=2, size=22)
    return chart([bars, ticks], 30 * len(rows))
