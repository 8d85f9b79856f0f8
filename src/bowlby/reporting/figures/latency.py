"""How soon cues were answered: the Kaplan-Meier curve turned upside down, with its band and its mass at zero."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bowlby.measures.latency import CUE_CLASSES, CueClass
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.survival import latency_curve
from bowlby.reporting.chart import Channel, Chart, Mark, chart, end_at, mark, nominal, quantitative
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.numbers import interval, number, percent
from bowlby.reporting.palette import CHANCE, CHILD, DEPRIVATION

TIMES_S = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Where the curve is read off for the table."""

_COLOURS = {True: CHILD, False: DEPRIVATION}


@dataclass(frozen=True)
class _AnswerCurve:
    """Share answered over time of one class of cues.

    Args:
        cues: the class.
        curve: columns time (s), share, low, high and cues; a step function.
        n: informative episodes.
        at_once: share answered at zero latency.
    """

    cues: CueClass
    curve: pl.DataFrame
    n: int
    at_once: float


def latency_figure(episodes: pl.DataFrame, rule: EpisodeRule, name: str = "latency") -> Figure | None:
    """Return the share of cues answered by each second, distress and other cues apart.

    Args:
        episodes: columns of `EPISODE_SCHEMA`, of one session.
        rule: the windows, printed in the caption.
        name: the figure's name.

    Returns:
        The figure, or None where no cue of either class has an answer or a time without one.
    """
    classes = [found for cues in CUE_CLASSES if (found := _answered(episodes, cues)) is not None]
    if not classes:
        return None
    return Figure(
        name,
        "How soon cues were answered",
        _caption(classes, rule),
        "Share of cues answered over time since the cue. " + " ".join(_sentence(found) for found in classes),
        _chart(classes, rule),
        _table(classes),
    )


def _answered(episodes: pl.DataFrame, cues: CueClass) -> _AnswerCurve | None:
    own = episodes.filter((pl.col("distress") == cues.distress) & pl.col("informative"))
    if own.is_empty():
        return None
    curve = latency_curve(own).select(
        time=pl.col("time_s").round(3),
        share=(1 - pl.col("share_unanswered")).round(4),
        low=(1 - pl.col("high")).round(4),
        high=(1 - pl.col("low")).round(4),
        cues=pl.lit(cues.name),
    )
    at_once = own.filter(pl.col("answered") & (pl.col("latency_s") == 0)).height / own.height
    return _AnswerCurve(cues, curve, own.height, at_once)


def _chart(classes: list[_AnswerCurve], rule: EpisodeRule) -> Chart:
    table = pl.concat([found.curve for found in classes])
    rows, longest = table.to_dicts(), float(table["time"].max() or 1.0)  # pyright: ignore[reportArgumentType]
    title = "share of cues answered"
    x = quantitative("time", title="seconds since the cue", scale={"domain": [0, max(longest, 1.0)], "nice": False})
    y = quantitative("share", title=title, scale={"domain": [0, 1]}, axis={"format": ".0%"})
    colour = _colour(classes)
    tips = [
        nominal("cues"),
        quantitative("time", format=".2f", title="seconds"),
        quantitative("share", format=".2f"),
    ]
    band = {"x": x, "y": quantitative("low", title=title), "y2": end_at("high"), "color": colour}
    line = {"x": x, "y": y, "color": colour, "tooltip": tips}
    layers = [
        _prompt(rule, longest),
        mark("area", rows, band, interpolate="step-after", opacity=0.16),
        mark("line", rows, line, interpolate="step-after", strokeWidth=2),
        *_masses(classes, colour),
    ]
    return chart(layers, 260)


def _colour(classes: list[_AnswerCurve]) -> Channel:
    scale = {
        "domain": [found.cues.name for found in classes],
        "range": [_COLOURS[found.cues.distress] for found in classes],
    }
    legend = {"symbolType": "stroke", "symbolStrokeWidth": 3, "symbolOpacity": 1} if len(classes) > 1 else None
    return nominal("cues", scale=scale, legend=legend)


def _prompt(rule: EpisodeRule, longest: float) -> Mark:
    rows = [{"time": min(rule.prompt_s, longest)}]
    return mark("rule", rows, {"x": quantitative("time")}, strokeDash=[3, 3], color=CHANCE)


def _masses(classes: list[_AnswerCurve], colour: Channel) -> list[Mark]:
    rows = [{"cues": one.cues.name, "time": 0.0, "share": one.at_once} for one in classes if one.at_once > 0]
    channels = {"x": quantitative("time"), "y": quantitative("share"), "color": colour}
    return [mark("point", rows, channels, filled=True, size=70, opacity=1, clip=False)] if rows else []


def _caption(classes: list[_AnswerCurve], rule: EpisodeRule) -> str:
    parts = [
        "The line is the Kaplan-Meier estimate of the share answered by then; a cue whose answer could no longer be "
        "seen (next cue, end of window, uncodable time) counts as waiting until then, not as unanswered. The band is "
        f"the pointwise 95 % interval; the dashed line marks {number(rule.prompt_s)} s, up to which an answer is "
        "prompt. Where the curve levels off, the rest was not answered within the window."
    ]
    if any(found.at_once > 0 for found in classes):
        shares = "; ".join(f"{found.cues.name} {percent(found.at_once)}" for found in classes)
        parts.append(
            f"The dot is the mass at zero ({shares}): answers at no measurable delay. They began before the cue was "
            "over, or the format tiles time, each segment starting where the last one ended, so that delays shorter "
            "than a segment are not resolved. The mass at zero is then a property of the format as much as of the "
            "dyad; the curve to the right of it is what carries information about delay."
        )
    return " ".join(parts)


def _sentence(found: _AnswerCurve) -> str:
    last = found.curve.row(-1, named=True)
    return (
        f"Of {found.n} cues ({found.cues.name}) {percent(found.at_once)} were answered at once and "
        f"{percent(last['share'])} by {number(last['time'])} s."
    )


def _table(classes: list[_AnswerCurve]) -> Table:
    rows = [
        (f"{found.cues.name}, by {number(time)} s", *_read_off(found.curve, time), str(found.n))
        for found in classes
        for time in TIMES_S
        if time <= float(found.curve["time"].max())  # pyright: ignore[reportArgumentType]
    ]
    head = ("cues and time", "share answered (95 % interval)", "episodes")
    return Table("Share of cues answered by the time named.", head, tuple(rows), (1, 2))


def _read_off(curve: pl.DataFrame, time: float) -> tuple[str]:
    at = curve.filter(pl.col("time") <= time).row(-1, named=True)
    low, high = (None, None) if at["low"] == at["high"] else (at["low"], at["high"])
    return (interval(at["share"], low, high),)
