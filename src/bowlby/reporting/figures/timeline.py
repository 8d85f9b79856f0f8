"""The record in time: every act where it happened, or its density where the record is long; uncodable time marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import THREAT_ACTS, Construct, Role
from bowlby.records.intervals import Spans
from bowlby.reporting.chart import Channel, Chart, chart, end_at, mark, nominal, quantitative
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.numbers import length_of_time, number, percent
from bowlby.reporting.palette import CHILD, DEPRIVATION, MUTED, THREAT, UNCODABLE, UNPREDICTABILITY
from bowlby.reporting.words import VOCABULARY_ORDER, label

LONG_S = 2 * 3600.0
MANY_ACTS = 1500
"""Beyond either, single acts would hide each other and the density is drawn."""

MOST_BINS = 64
BIN_WIDTHS_S = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 86400.0)

ROW_PX = 24
_KINDS = {"child": CHILD, "caregiver": DEPRIVATION, "frightening act": THREAT, "context": UNPREDICTABILITY}


@dataclass(frozen=True)
class TimelineRow:
    """One line of the timeline.

    Args:
        label: what stands beside it.
        role: whose acts.
        construct: which acts.
        acts: columns of `ACT_SCHEMA`; may be empty, which means looked for and not seen.
    """

    label: str
    role: Role
    construct: Construct
    acts: pl.DataFrame

    @property
    def kind(self) -> str:
        """Return what decides its colour."""
        return "frightening act" if self.construct in THREAT_ACTS else str(self.role)


def timeline(coded: CodedRecord, session: str, name: str = "timeline") -> Figure:
    """Return the timeline of one session.

    Args:
        coded: a coded record.
        session: a session id of it.
        name: the figure's name.

    Returns:
        Acts one by one, or, for a long record, their density over bins of equal width.
    """
    rows = rows_of(coded, session)
    observed = coded.observed(session)
    acts = sum(row.acts.height for row in rows)
    if _span(observed) > LONG_S or acts > MANY_ACTS:
        return _dense(coded, session, rows, name)
    caption = (
        "Each row is something the coders looked for; a bar is an act with a length, a tick an act coded as a point. "
        "An empty row means looked for and not seen. What is not a row was not coded and is not assessable. "
        f"Time counts from the start of observation ({number(float(observed[0, 0]))} s in the file)."
        f"{_grey_note(coded, session)}"
    )
    return Figure(name, "The record in time", caption, _alt(rows), _single_acts(coded, session, rows), _counts(rows))


def rows_of(coded: CodedRecord, session: str) -> tuple[TimelineRow, ...]:
    """Return the timeline's rows: every codable construct, affect by valence, actors apart where a role has several.

    Args:
        coded: a coded record.
        session: a session id of it.

    Returns:
        Rows in the order child, caregiver, context.
    """
    rows: list[TimelineRow] = []
    for role in Role:
        actors = _actors(coded, session, role)
        for construct in VOCABULARY_ORDER:
            if (role, construct) in coded.codable:
                acts = coded.of(session, role, [construct])
                rows += [
                    TimelineRow(title, role, construct, part)
                    for actor, part in _by_actor(acts, actors)
                    for title, part in _by_valence(f"{label(role, construct)}{actor}", construct, part)
                ]
    return tuple(rows)


def hidden_time(coded: CodedRecord, session: str, role: Role, construct: Construct) -> Spans:
    """Return the time between first and last observation in which one construct could not be coded.

    Args:
        coded: a coded record.
        session: a session id of it.
        role: whose acts.
        construct: which acts.

    Returns:
        Sorted disjoint spans, seconds.
    """
    observed = coded.observed(session)
    if len(observed) == 0:
        return intervals.EMPTY
    whole = intervals.spans([(observed[0, 0], observed[-1, 1])])
    return intervals.subtract(whole, coded.codable_time(session, role, construct))


def _actors(coded: CodedRecord, session: str, role: Role) -> list[str]:
    own = coded.acts.filter((pl.col("session") == session) & (pl.col("role") == str(role)))
    return sorted(own["actor"].unique().to_list())


def _by_actor(acts: pl.DataFrame, actors: list[str]) -> list[tuple[str, pl.DataFrame]]:
    if len(actors) < 2:
        return [("", acts)]
    return [(f" ({actor or 'not said'})", acts.filter(pl.col("actor") == actor)) for actor in actors]


def _by_valence(title: str, construct: Construct, acts: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    values = sorted(acts["value"].drop_nulls().unique().to_list()) if construct is Construct.AFFECT else []
    if not values:
        return [(title, acts)]
    return [(f"{title} {value:+g}".replace("-", "−"), acts.filter(pl.col("value") == value)) for value in values]


def _span(observed: Spans) -> float:
    return float(observed[-1, 1] - observed[0, 0]) if len(observed) else 0.0


def _single_acts(coded: CodedRecord, session: str, rows: tuple[TimelineRow, ...]) -> Chart:
    observed = coded.observed(session)
    start, end = float(observed[0, 0]), float(observed[-1, 1])
    place = {"y": _row_axis([row.label for row in rows]), "x": _clock_axis(end - start)}
    scale, legend = _scale_and_legend({row.kind for row in rows})
    colour, stroke = nominal("kind", scale=scale, legend=legend), nominal("kind", scale=scale, legend=None)
    tips = [nominal("row"), nominal("code"), *(quantitative(name, format=".2f") for name in ("onset", "offset"))]
    acts, until = _act_table(rows, start), end_at("offset")
    bars = acts.filter(pl.col("offset").is_not_null()).to_dicts()
    points = acts.filter(pl.col("offset").is_null()).to_dicts()
    bar = {**place, "x2": until, "color": colour, "stroke": stroke, "tooltip": tips}
    tick = {**place, "color": colour, "tooltip": tips}
    grey = _grey(coded, session, rows, start)
    layers = [
        mark("bar", grey, {**place, "x2": until}, height=ROW_PX - 2, color=UNCODABLE),
        mark("bar", bars, bar, height=12, strokeWidth=0.6),
        mark("tick", points, tick, thickness=1.6, size=14, opacity=1),
    ]
    return chart(layers, ROW_PX * max(1, len(rows)))


def _row_axis(order: list[str]) -> Channel:
    return nominal("row", scale={"domain": order}, title=None, axis={"grid": True, "domain": False, "ticks": False})


def _clock_axis(length: float) -> Channel:
    clock = "floor(datum.value / 60) + ':' + format(datum.value % 60, '02d')"
    return quantitative(
        "onset",
        title="minutes and seconds from the start of observation",
        scale={"domain": [0, length], "nice": False},
        axis={"grid": False, "labelExpr": clock, "values": _clock_ticks(length)},
    )


def _scale_and_legend(kinds: set[str]) -> tuple[dict[str, object], dict[str, object] | None]:
    shown = [kind for kind in _KINDS if kind in kinds]
    scale: dict[str, object] = {"domain": shown, "range": [_KINDS[kind] for kind in shown]}
    return scale, {"symbolType": "square", "symbolStrokeWidth": 0} if len(kinds) > 1 else None


def _clock_ticks(length: float) -> list[float]:
    step = next((s for s in (1, 5, 10, 30, 60, 120, 300, 600, 1200) if length / s <= 10), 1800)
    return [float(tick) for tick in np.arange(0, length + 1e-9, step)]


def _act_table(rows: Iterable[TimelineRow], start: float) -> pl.DataFrame:
    schema = {
        "row": pl.String(),
        "kind": pl.String(),
        "code": pl.String(),
        "onset": pl.Float64(),
        "offset": pl.Float64(),
    }
    parts = [
        row.acts.select(
            row=pl.lit(row.label),
            kind=pl.lit(row.kind),
            code=pl.col("code"),
            onset=(pl.col("onset_s") - start).round(3),
            offset=(pl.col("offset_s") - start).round(3),
        )
        for row in rows
    ]
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def _grey(coded: CodedRecord, session: str, rows: Iterable[TimelineRow], start: float) -> list[dict[str, object]]:
    return [
        {"row": row.label, "onset": float(a) - start, "offset": float(b) - start}
        for row in rows
        for a, b in hidden_time(coded, session, row.role, row.construct)
    ]


def _grey_note(coded: CodedRecord, session: str) -> str:
    hidden = any(
        len(hidden_time(coded, session, role, construct))
        for role, construct in coded.codable
        if construct is not Construct.UNCODABLE
    )
    return " Grey: time in which this could not be coded." if hidden else ""


def _alt(rows: tuple[TimelineRow, ...]) -> str:
    return "Timeline. " + "; ".join(f"{row.label}: {row.acts.height}" for row in rows) + "."


def _counts(rows: tuple[TimelineRow, ...]) -> Table:
    cells: list[tuple[str, ...]] = []
    for row in rows:
        lengths = row.acts.drop_nulls("offset_s").select(pl.col("offset_s") - pl.col("onset_s")).to_series()
        total = length_of_time(float(lengths.sum())) if len(lengths) else "points only" if row.acts.height else ""
        cells.append((row.label, str(row.acts.height), total))
    return Table("Acts in each row of the timeline.", ("row", "acts", "time in all"), tuple(cells), (1, 2))


def _dense(coded: CodedRecord, session: str, rows: tuple[TimelineRow, ...], name: str) -> Figure:
    width = _bin_width(_span(coded.observed(session)))
    caption = (
        f"The record is long, so each row shows how many acts began in each {length_of_time(width)}: the darker, the "
        "more, each row scaled to its own busiest stretch. An empty row means looked for and not seen. What is not a "
        "row was not coded and is not assessable. The grey row is the share of time that could not be coded."
    )
    return Figure(
        name, "The record in time", caption, _alt(rows), _density_chart(coded, session, rows, width), _counts(rows)
    )


def _bin_width(length: float) -> float:
    return next((width for width in BIN_WIDTHS_S if length / width <= MOST_BINS), BIN_WIDTHS_S[-1])


def _density_chart(coded: CodedRecord, session: str, rows: tuple[TimelineRow, ...], width: float) -> Chart:
    observed = coded.observed(session)
    start, end = float(observed[0, 0]), float(observed[-1, 1])
    edges = np.append(np.arange(start, end, width), end)
    hidden_row = "could not be coded"
    cells = pl.concat([_bin_counts(rows, edges), _bin_hidden(coded, session, rows, edges, hidden_row)])
    order = [row.label for row in rows] + [hidden_row]
    kinds = {row.kind for row in rows}
    shown = [kind for kind in _KINDS if kind in kinds]
    colours = {"domain": [*shown, hidden_row], "range": [*(_KINDS[kind] for kind in shown), MUTED]}
    channels = {
        "x": quantitative(
            "from",
            title="hours from the start of observation",
            scale={"domain": [0, (end - start) / 3600], "nice": False},
            axis={"grid": False, "tickMinStep": 1},
        ),
        "x2": end_at("to"),
        "y": _row_axis(order),
        "color": nominal("kind", scale=colours, legend=None),
        "opacity": quantitative("depth", scale={"domain": [0, 1], "range": [0.08, 1]}, legend=None),
        "tooltip": [
            nominal("row"),
            quantitative("from", format=".2f", title="from hour"),
            nominal("what", title="here"),
        ],
    }
    return chart([mark("bar", cells.to_dicts(), channels, height=ROW_PX - 4)], ROW_PX * (len(rows) + 1))


def _bin_counts(rows: Iterable[TimelineRow], edges: np.ndarray) -> pl.DataFrame:
    parts: list[pl.DataFrame] = []
    for row in rows:
        counts = np.histogram(row.acts["onset_s"].to_numpy(), edges)[0]
        texts = [f"{count} acts" for count in counts]
        parts.append(_cells(row.label, row.kind, edges, counts / max(1, counts.max()), texts))
    return pl.concat(parts)


def _bin_hidden(
    coded: CodedRecord, session: str, rows: tuple[TimelineRow, ...], edges: np.ndarray, title: str
) -> pl.DataFrame:
    seen = [hidden_time(coded, session, row.role, row.construct) for row in rows]
    hidden = intervals.union(np.concatenate(seen)) if seen else intervals.EMPTY
    shares = np.array(
        [
            intervals.duration(intervals.intersect(hidden, intervals.spans([(a, b)]))) / (b - a)
            for a, b in pairwise(edges)
        ]
    )
    return _cells(title, title, edges, shares, [percent(float(share)) for share in shares])


def _cells(title: str, kind: str, edges: np.ndarray, depth: np.ndarray, texts: list[str]) -> pl.DataFrame:
    hours = (edges - edges[0]) / 3600
    return pl.DataFrame(
        {
            "row": [title] * (len(edges) - 1),
            "kind": [kind] * (len(edges) - 1),
            "from": hours[:-1].round(4),
            "to": hours[1:].round(4),
            "depth": depth.astype(float).round(4),
            "what": texts,
        }
    ).filter(pl.col("depth") > 0)
