"""What may follow, drawn: bands of half and of nine tenths of the lives over age, and medians under interventions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bowlby.lives.fan import FanBand
from bowlby.reporting.chart import Channel, Mark, chart, end_at, mark, nominal, quantitative
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.palette import CHILD, FORWARD, PLANS


def fan_figure(band: FanBand, others: Mapping[str, FanBand], name: str) -> Figure:
    """Return one quantity's fan without intervention, with the median under each plan.

    Args:
        band: without intervention.
        others: the same quantity under each plan, by name.
        name: file name of the figure, unique on the page.

    Returns:
        The figure, with its numbers.
    """
    forward = "simulated forward" in band.label
    colour = FORWARD if forward else CHILD
    rows = [{**row, "years": row["age"] / 12.0} for row in band.as_rows()]
    x = quantitative("years", title="age in years", scale={"nice": False}, axis={"tickCount": 6})
    y: dict[str, Any] = {"title": None, "scale": {"zero": False}, "axis": {"tickCount": 5}}
    wide = mark("area", rows, {"x": x, "y": quantitative("q05", **y), "y2": end_at("q95")}, opacity=0.14, color=colour)
    half = mark("area", rows, {"x": x, "y": quantitative("q25", **y), "y2": end_at("q75")}, opacity=0.22, color=colour)
    tips = [quantitative(key, format=".2f") for key in ("years", "q05", "q25", "q50", "q75", "q95")]
    middle = mark(
        "line", rows, {"x": x, "y": quantitative("q50", **y), "tooltip": tips}, strokeWidth=2, color=colour, point=True
    )
    layers = [wide, half, middle]
    if others:
        layers.append(_medians(others, x, y))
    return Figure(
        name,
        _title(band),
        _caption(band, bool(others)),
        _alt(band, others),
        chart(layers, 170),
        _numbers(band),
        small=True,
    )


def _title(band: FanBand) -> str:
    title = band.label if band.kind == "state" else f"{band.name}: {band.label.rstrip('.')}"
    return f"{title[0].upper()}{title[1:]}"


def _medians(others: Mapping[str, FanBand], x: Channel, y: dict[str, Any]) -> Mark:
    rows = [
        {"years": row["age"] / 12.0, "median": row["q50"], "plan": plan}
        for plan, band in others.items()
        for row in band.as_rows()
    ]
    scale = {"domain": list(others), "range": list(PLANS[: len(others)])}
    colour = nominal("plan", scale=scale, legend={"columns": 1, "title": None})
    tips = [nominal("plan"), quantitative("years", format=".1f"), quantitative("median", format=".2f")]
    how = {"x": x, "y": quantitative("median", **y), "color": colour, "tooltip": tips}
    return mark("line", rows, how, strokeDash=[5, 3], strokeWidth=1.6)


def _caption(band: FanBand, compared: bool) -> str:
    unit = {"1": "from 0 to 1", "z": "in standard deviations of the reference population"}.get(band.unit, band.unit)
    lines = " Dashed: medians under interventions." if compared else ""
    return f"Median, half and nine tenths of the simulated lives, {unit}.{lines}"


def _alt(band: FanBand, others: Mapping[str, FanBand]) -> str:
    first, last = band.as_rows()[0], band.as_rows()[-1]
    text = (
        f"{band.label}: median {first['q50']:.2f} at {first['age'] / 12:.1f} years and {last['q50']:.2f} at "
        f"{last['age'] / 12:.1f}, nine tenths of lives between {last['q05']:.2f} and {last['q95']:.2f} then."
    )
    ends = "; ".join(f"{plan} {other.as_rows()[-1]['q50']:.2f}" for plan, other in others.items())
    return f"{text} Under interventions: {ends}." if ends else text


def _numbers(band: FanBand) -> Table:
    keys = ("q05", "q25", "q50", "q75", "q95")
    rows = tuple((f"{row['age'] / 12:.1f}", *(f"{row[key]:.2f}" for key in keys)) for row in band.as_rows())
    head = ("years", "5 %", "25 %", "median", "75 %", "95 %")
    return Table(f"{band.label}, by age.", head, rows, numeric=tuple(range(1, 6)))


def band_named(bands: Sequence[FanBand], name: str) -> FanBand:
    """Return the band of a name.

    Args:
        bands: of one arm.
        name: of a state or an outcome.

    Returns:
        The band.

    Raises:
        StopIteration: there is none.
    """
    return next(band for band in bands if band.name == name)
