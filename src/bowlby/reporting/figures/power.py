"""Power over the size of a trial, drawn: as observed, without error of coder or instrument, and by the formula."""

from __future__ import annotations

from typing import Any

from bowlby.planning.trials.effect_words import effect_words
from bowlby.planning.trials.point import PowerGridPoint
from bowlby.planning.trials.trial import Trial
from bowlby.reporting.chart import chart, end_at, mark, nominal, quantitative
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.numbers import in_thousands
from bowlby.reporting.palette import CHANCE, DEPRIVATION, MUTED, UNPREDICTABILITY

OBSERVED, TRUE, FORMULA = "as observed", "measured without error", "closed formula"
_COLOURS = {OBSERVED: DEPRIVATION, TRUE: UNPREDICTABILITY, FORMULA: CHANCE}


def power_figure(found: Trial, effect: float | str, name: str) -> Figure:
    """Return power over n under one effect.

    Args:
        found: the trial.
        effect: "model" or d.
        name: file name of the figure, unique on the page.

    Returns:
        The figure, with its numbers.
    """
    points = found.points_of(effect)
    x = quantitative("n", title="families randomised, all arms", scale={"zero": False}, axis={"tickCount": 6})
    y: dict[str, Any] = {"title": "power", "scale": {"domain": [0, 1]}, "axis": {"format": "%", "tickCount": 5}}
    rows = [row for point in points for row in _curves(point)]
    kinds = [kind for kind in _COLOURS if any(row["kind"] == kind for row in rows)]
    scale = {"domain": kinds, "range": [_COLOURS[kind] for kind in kinds]}
    colour = nominal("kind", scale=scale, legend={"title": None, "orient": "top"})
    tips = [nominal("kind"), quantitative("n"), quantitative("power", format=".1%")]
    band = [{"n": point.n, "low": point.low, "high": point.high} for point in points]
    wanted = [{"wanted": found.design.trial.power}]
    layers = [
        mark("area", band, {"x": x, "y": quantitative("low", **y), "y2": end_at("high")}, opacity=0.18),
        mark("rule", wanted, {"y": quantitative("wanted", **y)}, strokeDash=[4, 3], color=MUTED),
        mark("line", rows, {"x": x, "y": quantitative("power", **y), "color": colour, "tooltip": tips}, point=True),
    ]
    return Figure(
        name,
        f"Power, {effect_words(effect)}",
        f"Share of simulated trials that reject at {found.design.trial.alpha:g}; band: 95 % Monte-Carlo interval; "
        "dashed: the power that is wanted.",
        _alt(points, effect),
        chart(layers, 240),
        _numbers(points, effect),
    )


def _curves(point: PowerGridPoint) -> list[dict[str, Any]]:
    powers = {OBSERVED: point.power, TRUE: point.power_true, FORMULA: point.closed_form}
    return [{"n": point.n, "power": power, "kind": kind} for kind, power in powers.items() if power is not None]


def _alt(points: tuple[PowerGridPoint, ...], effect: float | str) -> str:
    ends = "; ".join(f"{point.power:.0%} with {point.n} families" for point in (points[0], points[-1]))
    return f"Power under {effect_words(effect)}: {ends}."


def _numbers(points: tuple[PowerGridPoint, ...], effect: float | str) -> Table:
    head = (
        "families",
        "power",
        "95 %",
        "formula",
        "without error",
        "assurance",
        "false alarms",
        "if lost at random",
        "type M",
        "coverage",
        "bias",
        "of the effect",
        "tips at delta",
        "cost",
    )
    rows = tuple(
        (
            str(point.n),
            f"{point.power:.1%}",
            f"{point.low:.1%} to {point.high:.1%}",
            "" if point.closed_form is None else f"{point.closed_form:.1%}",
            "" if point.power_true is None else f"{point.power_true:.1%}",
            "" if point.assurance is None else f"{point.assurance:.1%}",
            f"{point.type1:.1%}",
            "" if point.type1_random is None else f"{point.type1_random:.1%}",
            "" if point.typeM is None else f"{point.typeM:.2f}",
            f"{point.coverage:.1%}",
            f"{point.bias:+.3f}",
            "" if point.relative_bias is None else f"{point.relative_bias:+.0%}",
            "" if point.tipping is None else f"{point.tipping:.2f}",
            "" if point.cost is None else in_thousands(point.cost),
        )
        for point in points
    )
    return Table(f"Trials under {effect_words(effect)}, by size.", head, rows, numeric=tuple(range(1, len(head))))
