"""Whether answers follow cues more than they come anyway: the observed difference against its shifted baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowlby.measures.contingency import (
    FEWEST_WINDOWS,
    SHIFTS,
    Statistic,
    contingency,
    delta_p,
    delta_p_held,
    observed_windows,
)
from bowlby.measures.latency import CUE_CLASSES, CueClass, missing_constructs
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure
from bowlby.reporting.chart import Chart, chart, end_at, mark, nominal, quantitative
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.numbers import in_thousands, interval, number
from bowlby.reporting.palette import CHANCE, CHILD, DEPRIVATION
from bowlby.reporting.parts import ReportParts

_ROWS: tuple[tuple[str, str, Statistic], ...] = (
    ("", "delta P", delta_p),
    (", previous interval held", "delta P, previous interval held", delta_p_held),
)


@dataclass(frozen=True)
class _ShiftedBaseline:
    """One observed difference and what shifting the answers gives.

    Args:
        label: row label.
        distress: class of cues.
        measure: the observed difference with its interval.
        low: 2.5th percentile of the shifted differences.
        high: 97.5th percentile.
        mean: their mean.
    """

    label: str
    distress: bool
    measure: Measure
    low: float
    high: float
    mean: float


def contingency_figure(parts: ReportParts, session: str, name: str = "contingency") -> Figure | None:
    """Return delta-P of each class of cues against circular shifts of the answers.

    Args:
        parts: the report's parts; the shifts are those that its measures were made with.
        session: a session id.
        name: the figure's name.

    Returns:
        The figure, or None where no contingency could be estimated.
    """
    rows = [row for cues in CUE_CLASSES for row in _rows(parts, session, cues)]
    if not rows:
        return None
    caption = (
        "Difference between the share of windows with an answer after a cue and without one (delta P). The dot is this "
        "record with its 95 % interval; the grey bar holds 95 % of what the same streams give when the answers are "
        f"shifted round in time ({in_thousands(SHIFTS)} shifts), which keeps the clustering of each and breaks their "
        "relation. A dot beyond the bar: answers follow cues more (right) or less (left) than they come anyway. "
        "“Previous interval held” compares only windows that had, or had not, an answering act just before: a "
        "difference that clustering alone makes vanishes there."
    )
    return Figure(name, "Answers after cues, against chance", caption, _alt(rows), _chart(rows), _table(rows))


def _rows(parts: ReportParts, session: str, cues: CueClass) -> list[_ShiftedBaseline]:
    known = {m.name: m for m in parts.measures_of(session) if m.estimate is not None}
    wanted = [(tail, known.get(f"{measure}: {cues.name}"), how) for tail, measure, how in _ROWS]
    if missing_constructs(parts.coded, parts.rule, cues) or not any(measure for _, measure, _ in wanted):
        return []
    windows, answers = observed_windows(parts.coded, parts.rule, session, cues)
    if min(len(windows.bid), len(windows.no_bid)) < FEWEST_WINDOWS:
        return []
    found = contingency(windows, answers, SHIFTS, stream(parts.seed, session, f"contingency: {cues.name}"))
    return [
        _against(f"{cues.name}{tail}", cues, measure, how(found.shifted))
        for tail, measure, how in wanted
        if measure is not None
    ]


def _against(label: str, cues: CueClass, measure: Measure, shifted: np.ndarray) -> _ShiftedBaseline:
    shifted = shifted[np.isfinite(shifted)]
    low, high = np.quantile(shifted, [0.025, 0.975])
    return _ShiftedBaseline(label, cues.distress, measure, float(low), float(high), float(shifted.mean()))


def _chart(rows: list[_ShiftedBaseline]) -> Chart:
    table = [_drawn(row) for row in rows]
    order = [row.label for row in rows]
    y = nominal("row", scale={"domain": order}, title=None, axis={"grid": False, "domain": False, "ticks": False})
    colour = nominal("cues", scale={"domain": ["distress", "other cues"], "range": [CHILD, DEPRIVATION]}, legend=None)
    title = "difference of shares, after a cue less without one"
    tips = [nominal("row"), *(quantitative(name, format=".2f") for name in ("estimate", "low", "high", "null_mean"))]
    chance = quantitative("null_low", title=title, scale={"zero": True}, axis={"tickCount": 8})
    span = {"y": y, "x": quantitative("low", title=title), "x2": end_at("high"), "color": colour}
    dot = {"y": y, "x": quantitative("estimate", title=title), "color": colour, "tooltip": tips}
    layers = [
        mark("rule", [{"at": 0.0}], {"x": quantitative("at")}, color=CHANCE, strokeDash=[3, 3]),
        mark("bar", table, {"y": y, "x": chance, "x2": end_at("null_high")}, height=18, color=CHANCE, opacity=0.35),
        mark("rule", table, span, strokeWidth=2),
        mark("point", table, dot, filled=True, size=90, opacity=1),
    ]
    return chart(layers, 40 * len(rows))


def _drawn(row: _ShiftedBaseline) -> dict[str, object]:
    return {
        "row": row.label,
        "cues": "distress" if row.distress else "other cues",
        "estimate": _rounded(row.measure.estimate),
        "low": _rounded(row.measure.low),
        "high": _rounded(row.measure.high),
        "null_low": _rounded(row.low),
        "null_high": _rounded(row.high),
        "null_mean": _rounded(row.mean),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _alt(rows: list[_ShiftedBaseline]) -> str:
    texts = [
        f"{row.label}: {interval(row.measure.estimate, row.measure.low, row.measure.high)}, "
        f"shifted {number(row.low)} to {number(row.high)}"
        for row in rows
    ]
    return f"Difference of shares answered after a cue and without one. {'; '.join(texts)}."


def _table(rows: list[_ShiftedBaseline]) -> Table:
    cells = [
        (
            row.label,
            interval(row.measure.estimate, row.measure.low, row.measure.high),
            interval(row.mean, row.low, row.high),
            str(row.measure.n),
        )
        for row in rows
    ]
    head = ("cues", "delta P (95 % interval)", "answers shifted: mean (95 %)", "windows after a cue")
    return Table("Observed and shifted differences.", head, tuple(cells), (1, 2, 3))
