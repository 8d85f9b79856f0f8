"""`bowlby agree`: every figure of agreement between two coders, and the list of where they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import ParameterError
from bowlby.measures.confidence import share_interval
from bowlby.records.coded_record import CodedRecord
from bowlby.records.record import Record
from bowlby.reliability import kappa as kappas
from bowlby.reliability.alignment import Alignment, Events, align
from bowlby.reliability.alpha import AlphaMetric, alphas_of_tables
from bowlby.reliability.coder_error import CodersDifference, difference_of
from bowlby.reliability.disagreements import disagreements
from bowlby.reliability.gamma import gamma
from bowlby.reliability.kappa import Kappa, Labels
from bowlby.reliability.streams import NOTHING_CODED, StreamPair, side_by_side, single_codes, time_unit_labels

TOLERANCE_S = 2.0
UNIT_S = 1.0
MOST_TIME_UNITS = 500_000
MOST_GAMMA_UNITS = 1_500
"""Units of both coders in one stream and session up to which gamma is computed: its time grows with their cube."""

NO_PARTNER = "(no partner)"
ONLY_POINTS = "no code lasts, so time units hold nothing; see the event figures"
ONE_EVENT_CODE = (
    "only one code occurs, so there is nothing to confuse it with: chance agreement is complete and kappa is 0/0; "
    "read the share agreed, omitted and added instead"
)


CONFUSION_SCHEMA: dict[str, pl.DataType] = {
    "stream": pl.String(),
    "by": pl.String(),
    "code_a": pl.String(),
    "code_b": pl.String(),
    "count": pl.UInt32(),
}
"""One row a cell of a confusion matrix; `by` is "event" or "time unit"."""


@dataclass(frozen=True)
class AgreementFigure:
    """One figure of agreement.

    Args:
        name: what it is, with its stream where there are several.
        estimate: the figure, or None where it is undefined.
        low: lower end of the 95 % interval, or None.
        high: upper end of the 95 % interval, or None.
        n: number of events, units or time units that it rests on.
        reason: why there is no estimate or no interval, or empty.
    """

    name: str
    estimate: float | None
    low: float | None
    high: float | None
    n: int
    reason: str = ""


@dataclass(frozen=True)
class Agreement:
    """What two coders agree on.

    Args:
        agreement: the figures.
        matched: events of the same code within the tolerance.
        omitted: A's events without a partner in B.
        added: B's events without a partner in A.
        confused: pairs within the tolerance with different codes.
        disagreements: columns of `DISAGREEMENT_SCHEMA`.
        confusion: columns of `CONFUSION_SCHEMA`.
        tolerance_s: largest difference of onsets, seconds.
        unit_s: length of a time unit, seconds.
        notes: what a reader must know; may be empty.
        difference: how far each of them errs, or None where they coded too little.
    """

    agreement: tuple[AgreementFigure, ...]
    matched: int
    omitted: int
    added: int
    confused: int
    disagreements: pl.DataFrame
    confusion: pl.DataFrame
    tolerance_s: float
    unit_s: float
    notes: tuple[str, ...] = ()
    difference: CodersDifference | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the JSON object of the command contract."""
        return {
            "agreement": [asdict(figure) for figure in self.agreement],
            "matched": self.matched,
            "omitted": self.omitted,
            "added": self.added,
            "confused": self.confused,
            "disagreements": self.disagreements.to_dicts(),
            "confusion": self.confusion.to_dicts(),
            "tolerance_s": self.tolerance_s,
            "unit_s": self.unit_s,
            "notes": list(self.notes),
            "coder_error": None if self.difference is None else self.difference.as_dict(),
        }


Aligned = tuple[StreamPair, Alignment]


def compare(
    a: Record | CodedRecord,
    b: Record | CodedRecord,
    tolerance_s: float = TOLERANCE_S,
    *,
    unit_s: float = UNIT_S,
    seed: int = 0,
) -> Agreement:
    """Compare two codings of the same sessions; docs/agreement.md defines every figure.

    Args:
        a: coder A's record; the reference for "omitted" and "added".
        b: coder B's record, both raw or both translated by a codebook.
        tolerance_s: largest difference of onsets that counts as the same event, seconds, >= 0.
        unit_s: length of a time unit, seconds, > 0.
        seed: of resampling.

    Returns:
        The figures, the counts, the disagreements and the confusion matrices.

    Raises:
        InputError: the records cannot be laid side by side.
        ParameterError: the tolerance or the time unit lies outside its support.
    """
    if not 0 < unit_s < float("inf"):
        raise ParameterError("a time unit must be longer than 0 s", column="unit_s", value=unit_s, remedy="Give 1.")
    sides = side_by_side(a, b)
    aligned = [(stream, align(stream.a, stream.b, tolerance_s)) for stream in sides.streams]
    ordered = sorted(aligned, key=lambda pair: pair[0].name)
    figures: list[AgreementFigure] = []
    cells: list[pl.DataFrame] = []
    for name, group in groupby(ordered, key=lambda pair: pair[0].name):
        of_stream = list(group)
        label = _labeller(name, several=len({stream.name for stream in sides.streams}) > 1)
        figures += _event_figures(of_stream, label, seed)
        of_time, time_cells = _time_figures(of_stream, label, tolerance_s, unit_s, seed)
        figures += of_time
        figures.append(_gamma_figure(of_stream, label, seed))
        cells += [
            _event_cells(name, of_stream),
            time_cells.with_columns(stream=pl.lit(name)).select(CONFUSION_SCHEMA.keys()),
        ]
    return Agreement(
        agreement=tuple(figures),
        matched=sum(len(found.matched) for _, found in aligned),
        omitted=sum(len(found.omitted) for _, found in aligned),
        added=sum(len(found.added) for _, found in aligned),
        confused=sum(len(found.confused) for _, found in aligned),
        disagreements=disagreements(aligned, tolerance_s),
        confusion=pl.concat([pl.DataFrame(schema=CONFUSION_SCHEMA), *cells]),
        tolerance_s=tolerance_s,
        unit_s=unit_s,
        notes=sides.notes,
        difference=difference_of(aligned),
    )


def _labeller(stream: str, *, several: bool) -> Callable[[str], str]:
    return (lambda name: f"{name}: {stream}") if several else (lambda name: name)


def _figure(name: str, found: Kappa) -> AgreementFigure:
    return AgreementFigure(name, found.estimate, found.low, found.high, found.n, found.reason)


def _event_figures(aligned: Sequence[Aligned], label: Callable[[str], str], seed: int) -> list[AgreementFigure]:
    codes, table = _event_table(aligned)
    agreed, n = int(np.trace(table)), int(table.sum())
    low, high = share_interval(agreed, n) if n else (None, None)
    reason = "" if n else "neither coder has an event here"
    figures = [AgreementFigure(label("events agreed, share"), agreed / n if n else None, low, high, n, reason)]
    possible = np.ones(table.shape, dtype=bool)
    possible[-1, -1] = False
    if len(codes) < 2:
        alone = Kappa(None, None, None, n, ONE_EVENT_CODE if n else reason)
        whole, paired = alone, alone
    else:
        whole = kappas.kappa_of_table(table, possible, seed=seed)
        paired = kappas.kappa_of_table(table[:-1, :-1], seed=seed)
    figures.append(_figure(label("event-alignment kappa"), whole))
    figures.append(_figure(label("event-alignment kappa, paired events only"), paired))
    return figures


def _event_table(aligned: Sequence[Aligned]) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Return the codes and the table of A's by B's code; the last row and column are events without a partner."""
    codes = sorted({code for stream, _ in aligned for code in (*stream.a.codes, *stream.b.codes)})
    place = {code: index for index, code in enumerate(codes)}
    table = np.zeros((len(codes) + 1, len(codes) + 1))
    for stream, found in aligned:
        for i, j in found.matched + found.confused:
            table[place[stream.a.codes[i]], place[stream.b.codes[j]]] += 1
        for i in found.omitted:
            table[place[stream.a.codes[i]], -1] += 1
        for j in found.added:
            table[-1, place[stream.b.codes[j]]] += 1
    return codes, table


@dataclass(frozen=True)
class _TimeUnits:
    a: Labels
    b: Labels
    spans: Labels
    texts: list[str]
    codes: list[tuple[str, ...]]


def _time_units(aligned: Sequence[Aligned], unit_s: float) -> _TimeUnits:
    """Return one stream's time units over all sessions, with common labels."""
    parts = [time_unit_labels(stream, unit_s) for stream, _ in aligned]
    labelled = [[("+".join(held) or NOTHING_CODED, single_codes(held)) for held in own] for *_, own in parts]
    labels = sorted({label for own in labelled for label in own})
    place = {label: index for index, label in enumerate(labels)}
    recoded = [
        (np.array([place[label] for label in own], dtype=np.int64), a, b)
        for (a, b, *_), own in zip(parts, labelled, strict=True)
    ]
    first = np.cumsum([0] + [int(spans.max(initial=-1)) + 1 for _, _, spans, _ in parts])
    return _TimeUnits(
        np.concatenate([codes[a] for codes, a, _ in recoded]),
        np.concatenate([codes[b] for codes, _, b in recoded]),
        np.concatenate([spans + start for (_, _, spans, _), start in zip(parts, first[:-1], strict=True)]),
        [text for text, _ in labels],
        [codes for _, codes in labels],
    )


def _time_figures(
    aligned: Sequence[Aligned], label: Callable[[str], str], tolerance_s: float, unit_s: float, seed: int
) -> tuple[list[AgreementFigure], pl.DataFrame]:
    names = ["time-unit kappa", f"time-unit kappa, tolerance {tolerance_s:g} s", "Krippendorff's alpha, time units"]
    lasting = any(events.lasting.any() for stream, _ in aligned for events in (stream.a, stream.b))
    seconds = sum(float((stream.shared[:, 1] - stream.shared[:, 0]).sum()) for stream, _ in aligned)
    reason = "" if lasting else ONLY_POINTS
    if seconds / unit_s > MOST_TIME_UNITS:
        reason = f"more than {MOST_TIME_UNITS} time units; choose a longer unit"
    if reason:
        empty = pl.DataFrame(schema=CONFUSION_SCHEMA)
        return [AgreementFigure(label(name), None, None, None, 0, reason) for name in names], empty
    units = _time_units(aligned, unit_s)
    block, k = kappas.block_length(units.a, units.b) if len(units.a) else 1, len(units.texts)
    exact = kappas.time_unit_tables(units.a, units.b, k, 0, units.spans)
    near = kappas.time_unit_tables(units.a, units.b, k, int(tolerance_s / unit_s + 1e-9), units.spans)
    found = [
        kappas.time_unit_kappa(exact, k, block, seed=seed),
        kappas.time_unit_kappa(near, k, block, seed=seed),
        _alpha(exact[0], np.zeros(k), AlphaMetric.NOMINAL, block, seed),
    ]
    figures = [_figure(label(name), value) for name, value in zip(names, found, strict=True)]
    figures += _ordered_figures(units, label, block, seed) + _single_figures(units, label, block, seed)
    return figures, _time_cells(units)


def _alpha(cells: Labels, numbers: npt.NDArray[np.float64], metric: AlphaMetric, block: int, seed: int) -> Kappa:
    k = len(numbers)
    tables = kappas.block_tables(cells, k, block)
    estimate = alphas_of_tables(tables.sum(0)[None], numbers, metric)[0]
    if estimate is None:
        return Kappa(None, None, None, len(cells), "only one label occurs: alpha is 0/0")
    if len(tables) < kappas.FEWEST_BLOCKS:
        return Kappa(estimate, None, None, len(cells), kappas.FEW_BLOCKS)
    weights = kappas.block_weights(len(cells), block, seed).astype(float)
    resampled = np.einsum("rs,sij->rij", weights, tables, optimize=True)
    known = [value for value in alphas_of_tables(resampled, numbers, metric) if value is not None]
    if len(known) < 0.95 * len(weights):
        return Kappa(estimate, None, None, len(cells), kappas.UNSTABLE)
    low, high = np.quantile(known, [0.025, 0.975])
    return Kappa(estimate, float(low), float(high), len(cells))


def _ordered_figures(units: _TimeUnits, label: Callable[[str], str], block: int, seed: int) -> list[AgreementFigure]:
    """Return the ordinal and interval alpha where every code is a number, such as valence."""
    numbers = [_number(text) for text in units.texts]
    valued = [index for index, number in enumerate(numbers) if number is not None]
    if len(valued) < 3 or len(valued) < len(set(units.texts) - {NOTHING_CODED}):
        return []
    order = sorted(valued, key=lambda index: numbers[index] or 0.0)
    scale = np.array([numbers[index] or 0.0 for index in order])
    place = np.full(len(numbers), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    a, b = place[units.a], place[units.b]
    both = (a >= 0) & (b >= 0)
    cells = a[both] * len(order) + b[both]
    if len(cells) == 0:
        return []
    return [
        _figure(label(f"Krippendorff's alpha ({metric}), time units"), _alpha(cells, scale, metric, block, seed))
        for metric in (AlphaMetric.ORDINAL, AlphaMetric.INTERVAL)
    ]


def _number(text: str) -> float | None:
    try:
        value = float(text.rpartition("=")[2])
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _single_figures(units: _TimeUnits, label: Callable[[str], str], block: int, seed: int) -> list[AgreementFigure]:
    """Return kappa of each code against all others, where there are several."""
    codes = sorted({code for held in units.codes for code in held})
    if len(codes) < 2:
        return []
    figures: list[AgreementFigure] = []
    for code in codes:
        on = np.array([code in held for held in units.codes], dtype=np.int64)
        cells = kappas.time_unit_tables(on[units.a], on[units.b], 2, 0, units.spans)
        figures.append(_figure(label(f"time-unit kappa of {code}"), kappas.time_unit_kappa(cells, 2, block, seed=seed)))
    return figures


def _gamma_figure(aligned: Sequence[Aligned], label: Callable[[str], str], seed: int) -> AgreementFigure:
    """Return gamma, the mean over sessions weighed by units; points take no part."""
    name = label("gamma")
    lasting = [(_lasting(stream.a), _lasting(stream.b)) for stream, _ in aligned]
    lasting = [pair for pair in lasting if len(pair[0]) and len(pair[1])]
    if not lasting:
        return AgreementFigure(name, None, None, None, 0, "gamma needs units that last, of both coders")
    if max(len(a) + len(b) for a, b in lasting) > MOST_GAMMA_UNITS:
        n = sum(len(a) + len(b) for a, b in lasting)
        return AgreementFigure(name, None, None, None, n, f"more than {MOST_GAMMA_UNITS} units in a session")
    found = [gamma(pair, seed=seed) for pair in lasting]
    known = [g for g in found if g.estimate is not None]
    n = sum(g.n for g in found)
    if not known:
        return AgreementFigure(name, None, None, None, n, found[0].reason)
    estimate = _weighed([g.n for g in known], [g.estimate for g in known])
    bounded = [g for g in known if g.low is not None and g.high is not None]
    if len(bounded) < len(known):
        return AgreementFigure(name, estimate, None, None, n, kappas.FEW_UNITS)
    low, high = (_weighed([g.n for g in known], [getattr(g, end) for g in known]) for end in ("low", "high"))
    return AgreementFigure(name, estimate, low, high, n)


def _weighed(weights: Sequence[int], values: Sequence[float | None]) -> float:
    return float(np.average(np.array(values, dtype=float), weights=weights))


def _lasting(events: Events) -> Events:
    keep = np.flatnonzero(events.lasting)
    return Events(tuple(events.codes[index] for index in keep), events.onset[keep], events.offset[keep])


def _event_cells(stream: str, aligned: Sequence[Aligned]) -> pl.DataFrame:
    codes, table = _event_table(aligned)
    return _cells(stream, "event", [*codes, NO_PARTNER], table)


def _time_cells(units: _TimeUnits) -> pl.DataFrame:
    k = len(units.texts)
    table = np.bincount(units.a * k + units.b, minlength=k * k).reshape(k, k).astype(float)
    return _cells("", "time unit", units.texts, table)


def _cells(stream: str, by: str, texts: Sequence[str], table: npt.NDArray[np.float64]) -> pl.DataFrame:
    rows = [(stream, by, texts[i], texts[j], int(table[i, j])) for i, j in np.argwhere(table > 0)]
    return pl.DataFrame(rows, schema=CONFUSION_SCHEMA, orient="row")
