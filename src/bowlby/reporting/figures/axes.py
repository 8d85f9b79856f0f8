"""An axis of care before and after the record: both densities, and the cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.inference.care import words
from bowlby.inference.care.axes import UNITS, Axis
from bowlby.reporting.chart import Chart, chart, mark, nominal, quantitative
from bowlby.reporting.figure import Figure
from bowlby.reporting.numbers import interval, number
from bowlby.reporting.palette import CHANCE, DEPRIVATION, INK, MUTED, THREAT

if TYPE_CHECKING:
    from bowlby.inference.care.statement import CareStatement

Floats = npt.NDArray[np.float64]

_BINS = 48
_ACCENTS = {Axis.THREAT: THREAT, Axis.DEPRIVATION: DEPRIVATION, Axis.UNPREDICTABILITY: MUTED}
BEFORE, AFTER = "before the record", "after the record"


def axis_figure(found: CareStatement, axis: Axis, name: str) -> Figure:
    """Return the density of an axis before and after the record, with the cut where there is one.

    Args:
        found: what the record says.
        axis: one that was codable.
        name: the figure's name.

    Returns:
        The figure.
    """
    one, posterior = found.axes[axis], found.posterior
    weights = [found.base_rates.weights(draws, posterior.cuts) for draws in (posterior.prior, posterior.draws)]
    table = _densities([posterior.prior[axis], posterior.draws[axis]], weights, logarithmic=axis is Axis.THREAT)
    caption = (
        f"Grey: {posterior.population} families before the record. Colour: after it. Where both coincide the record "
        "said nothing."
    )
    if one.cut is not None:
        caption += f" The dashed line is {words.CUT} ({number(one.cut)})."
    alt = f"{axis.capitalize()} after the record {interval(one.median, one.low, one.high)} (90 % interval)."
    return Figure(
        name, f"{axis.capitalize()}, before and after", caption, alt, _chart(table, axis, one.cut), small=True
    )


def _densities(draws: list[Floats], weights: list[Floats], *, logarithmic: bool) -> pl.DataFrame:
    """Return densities in even steps, of the logarithm for an axis that is read on a logarithmic scale."""
    values = [np.log10(np.maximum(one, 1e-9)) if logarithmic else one for one in draws]
    both = np.concatenate(values)
    low, high = np.quantile(both, [0.002, 0.998])
    edges = np.linspace(low, high, _BINS + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    at = 10.0**middle if logarithmic else middle
    parts = [
        pl.DataFrame({"at": at, "density": _smooth(value, weight, edges).round(4)}).with_columns(when=pl.lit(when))
        for when, value, weight in zip((BEFORE, AFTER), values, weights, strict=True)
    ]
    return pl.concat(parts)


def _smooth(draws: Floats, weights: Floats, edges: Floats) -> Floats:
    """Return a histogram density smoothed over three bins, so that a few thousand draws make a line."""
    density = np.histogram(draws, edges, weights=weights, density=True)[0]
    padded = np.pad(density, 1, mode="edge")
    return 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]


def _chart(table: pl.DataFrame, axis: Axis, cut: float | None) -> Chart:
    scale = {"type": "log", "nice": False} if axis is Axis.THREAT else {"nice": False}
    title = f"{axis}, {UNITS[axis]}"
    channels = {
        "x": quantitative("at", title=title, scale=scale, axis={"grid": False}),
        "y": quantitative("density", title=None, stack=None, axis=None),
        "color": nominal(
            "when",
            scale={"domain": [BEFORE, AFTER], "range": [CHANCE, _ACCENTS[axis]]},
            legend={"symbolType": "square", "symbolStrokeWidth": 0, "symbolOpacity": 0.7},
        ),
    }
    marks = [mark("area", table.to_dicts(), channels, interpolate="monotone", opacity=0.45)]
    if cut is not None:
        marks.append(mark("rule", [{"at": cut}], {"x": quantitative("at")}, strokeDash=[4, 3], color=INK))
    return chart(marks, 150)
