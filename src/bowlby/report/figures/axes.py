"""Threat and deprivation before and after the record: densities of each axis, and both together with the cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.report.figure import Figure
from bowlby.report.numbers import interval, number, percent
from bowlby.report.palette import CHANCE, DEPRIVATION, INK, MUTED, THREAT

if TYPE_CHECKING:
    import altair as alt

    from bowlby.report.figure import Chart
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
    import altair as alt

    colour = alt.Color(
        "when:N",
        scale=alt.Scale(domain=[BEFORE, AFTER], range=[CHANCE, _ACCENTS[axis.name]]),
        legend=alt.Legend(symbolType="square", symbolStrokeWidth=0, symbolOpacity=0.7),
    )
    x = alt.X("at:Q", title=_TITLES[axis.name], scale=alt.Scale(nice=False), axis=alt.Axis(grid=False))
    y = alt.Y("density:Q", title=None, stack=None, axis=None)
    area = alt.Chart(table).mark_area(interpolate="monotone", opacity=0.45).encode(x=x, y=y, color=colour)
    cut = alt.Chart(pl.DataFrame({"at": [axis.cut]})).mark_rule(strokeDash=[4, 3], color=INK).encode(x="at:Q")
    return alt.LayerChart(layer=[area, cut], height=150)


def quadrant_figure(found: Differential, name: str) -> Figure:
    """Return the draws of both axes with the cuts that make four quadrants.

    Args:
        found: the differential.
        name: the figure's name.

    Returns:
        The figure.

    Raises:
        Nothing.
    """
    caption = (
        "Each dot is one caregiver compatible with the record (dark) or one of the reference population (grey); the "
        "lines are its 90th percentiles. Caregivers are compared with an assumed population, not with a norm."
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
    import altair as alt

    cloud = pl.concat(
        [
            _cloud(found.reference.axes.deprivation, found.reference.axes.threat, BEFORE),
            _cloud(found.axis_draws.deprivation, found.axis_draws.threat, AFTER),
        ]
    )
    top = float(cloud["threat"].to_numpy().max()) * 1.05
    x = alt.X("deprivation:Q", title="deprivation", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(grid=False))
    y = alt.Y("threat:Q", title="threat", scale=alt.Scale(domain=[0, top]), axis=alt.Axis(grid=False))
    colour = alt.Color(
        "when:N",
        scale=alt.Scale(domain=[BEFORE, AFTER], range=[CHANCE, INK]),
        legend=alt.Legend(symbolType="circle", symbolOpacity=1),
    )
    dots = alt.Chart(cloud).mark_point(filled=True, size=16, opacity=0.35).encode(x=x, y=y, color=colour)
    cuts = [
        _cut({"deprivation": [found.reference.deprivation_cut]}, "deprivation"),
        _cut({"threat": [found.reference.threat_cut]}, "threat"),
    ]
    return alt.LayerChart(layer=[dots, *cuts, _names(found, top)], height=320)


def _cloud(deprivation: Floats, threat: Floats, when: str) -> pl.DataFrame:
    step = max(1, len(deprivation) // POINTS)
    picked = {"deprivation": deprivation[::step][:POINTS].round(3), "threat": threat[::step][:POINTS].round(3)}
    return pl.DataFrame(picked).with_columns(when=pl.lit(when))


def _cut(values: dict[str, list[float]], axis: str) -> alt.Chart:
    import altair as alt

    rule = alt.Chart(pl.DataFrame(values)).mark_rule(strokeDash=[4, 3], color=_ACCENTS[axis])
    return rule.encode(x="deprivation:Q") if axis == "deprivation" else rule.encode(y="threat:Q")


def _names(found: Differential, top: float) -> alt.Chart:
    import altair as alt

    right = (found.reference.deprivation_cut + 1) / 2
    left, high = found.reference.deprivation_cut / 2, (found.reference.threat_cut + top) / 2
    low = found.reference.threat_cut / 2
    places = [("neither", left, low), ("deprivation", right, low), ("threat", left, high), ("both", right, high)]
    table = pl.DataFrame(places, schema=["name", "deprivation", "threat"], orient="row")
    text = alt.Chart(table).mark_text(fontWeight="bold", fontSize=13, color=MUTED, opacity=0.9)
    return text.encode(x="deprivation:Q", y="threat:Q", text="name:N")


def probability_figure(found: Differential, name: str) -> Figure | None:
    """Return the probabilities of the four quadrants and of unexplained, beside the reference population's shares.

    Args:
        found: the differential.
        name: the figure's name.

    Returns:
        The figure, or None where the abstention rule gives no probabilities.

    Raises:
        Nothing.
    """
    if found.quadrant is None:
        return None
    caption = (
        "Bars: probability after the record. Ticks: share of the reference population. Unexplained: the probability "
        "that this model does not explain the record, whatever else does."
    )
    return Figure(name, "Probability of each quadrant", caption, _shares(found), _probability_chart(found), small=True)


def _probability_chart(found: Differential) -> Chart:
    import altair as alt

    shares = dict(found.quadrant or {})
    base = found.reference.base_rates
    order = list(shares)
    table = pl.DataFrame(
        {
            "name": order,
            "probability": [round(shares[key], 4) for key in order],
            "base": [None if key not in base else round(base[key], 4) for key in order],
        },
        schema={"name": pl.String(), "probability": pl.Float64(), "base": pl.Float64()},
    )
    colours = {"threat": THREAT, "deprivation": DEPRIVATION, "both": INK}
    scale = alt.Scale(domain=order, range=[colours.get(key, CHANCE) for key in order])
    y = alt.Y("name:N", scale=alt.Scale(domain=order), title=None, axis=alt.Axis(domain=False, ticks=False))
    title = "probability"
    x = alt.X("probability:Q", title=title, scale=alt.Scale(domain=[0, 1]))
    bars = alt.Chart(table).mark_bar(height=16).encode(x=x, y=y, color=alt.Color("name:N", scale=scale, legend=None))
    ticks = alt.Chart(table).mark_tick(color=INK, thickness=2, size=22).encode(x=alt.X("base:Q", title=title), y=y)
    return alt.LayerChart(layer=[bars, ticks], height=30 * len(order))
