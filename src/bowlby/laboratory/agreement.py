"""The reliability of a study's coding: all pairs at once, with intervals over sessions, drift and worst codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import BowlbyError
from bowlby.formats.load import load_coded, load_record
from bowlby.laboratory.axes import of_session
from bowlby.laboratory.measurements import StudyMeasurements, of_coding
from bowlby.laboratory.problem import StudyProblem, problem_of
from bowlby.laboratory.sessions import DOUBLE, MAIN, MONTH, OpenStudy, StudySession
from bowlby.laboratory.variables import Missing
from bowlby.measures.clusters import FEWEST_CLUSTERS
from bowlby.records import intervals
from bowlby.records.codebook_file import load_codebook
from bowlby.records.record import Record
from bowlby.reliability import kappa as kappas
from bowlby.reliability.alignment import Alignment, Events, align
from bowlby.reliability.alpha import AlphaMetric, alphas_of_tables
from bowlby.reliability.disagreements import disagreements
from bowlby.reliability.icc import Icc, IccForm, icc
from bowlby.reliability.roles import by_role
from bowlby.reliability.streams import StreamPair, side_by_side, single_codes, time_unit_labels

Counts = npt.NDArray[np.float64]

KAPPA, ALPHA, EVENTS = "kappa, time units", "alpha, time units", "agreement, events"
CONSTRUCTS, CODES = "construct", "code"
RESAMPLES = 2000
FEW = f"fewer than {FEWEST_CLUSTERS} sessions coded twice, so no interval"
FEWEST_TARGETS = 5
"""Sessions below which two-way mean squares say nothing of a correlation."""
FEW_TARGETS = f"fewer than {FEWEST_TARGETS} sessions with a number by both coders"
NEVER = "neither coder used it"
KEY = ("child", "caregiver", "visit")


@dataclass(frozen=True)
class AgreementRow:
    """One figure of agreement over several sessions.

    Args:
        facet: "all", "coder" or "month".
        of: the pair of coders, or the month; empty for all.
        level: "construct" or "code".
        stream: whose acts: role, or actor and channel.
        code: the code or construct; empty for all of the stream.
        figure: `KAPPA`, `ALPHA` or `EVENTS`.
        estimate: of it, or None.
        low: lower end of the 95 % interval over sessions, or None.
        high: upper end, or None.
        n: time units, or events of either coder.
        sessions: coded twice.
        reason: why there is no estimate or no interval, or empty.
    """

    facet: str
    of: str
    level: str
    stream: str
    code: str
    figure: str
    estimate: float | None
    low: float | None
    high: float | None
    n: int
    sessions: int
    reason: str = ""


@dataclass(frozen=True)
class IccRow:
    """The intraclass correlation of a measure between main and second coding.

    Args:
        variable: of the measure.
        label: of it.
        estimate: ICC(2,1), absolute agreement of one coder, or None.
        low: lower end of the 95 % interval, or None.
        high: upper end, or None.
        sessions: with a number by both coders.
        difference: mean of second less main coding, in the measure's unit, or None.
        reason: why there is no estimate, or empty.
    """

    variable: str
    label: str
    estimate: float | None
    low: float | None
    high: float | None
    sessions: int
    difference: float | None
    reason: str = ""


@dataclass(frozen=True)
class Drift:
    """How kappa changes with the month of coding.

    Args:
        stream: whose acts.
        slope: of a session's kappa, per month; None where there is a reason.
        low: lower end of its 95 % interval.
        high: upper end.
        sessions: coded twice, with a month.
        months: different ones.
        reason: why there is no slope, or empty.
    """

    stream: str
    slope: float | None
    low: float | None
    high: float | None
    sessions: int
    months: int
    reason: str = ""


@dataclass(frozen=True)
class CodedTwice:
    """One session as two coders coded it, stream by stream.

    Args:
        main: the main coding.
        double: the second one.
        level: "construct" or "code".
        streams: laid side by side.
    """

    main: StudySession
    double: StudySession
    level: str
    streams: tuple[StreamPair, ...]

    @property
    def coders(self) -> str:
        """Return who coded, main coder first."""
        return f"{self.main.said('coder') or '?'} and {self.double.said('coder') or '?'}"

    @property
    def month(self) -> str:
        """Return the month in which it was coded for the second time, or else for the first."""
        return self.double.said(MONTH) or self.main.said(MONTH)


@dataclass(frozen=True)
class StudyAgreement:
    """The reliability of a study.

    Args:
        rows: every figure.
        icc: of every measure.
        drift: by stream.
        disagreements: where coders part, with session and coders: to train with.
        sessions: main codings in the study.
        pairs: sessions coded twice.
        problems: pairs that could not be compared.
    """

    rows: tuple[AgreementRow, ...] = ()
    icc: tuple[IccRow, ...] = ()
    drift: tuple[Drift, ...] = ()
    disagreements: pl.DataFrame = field(default_factory=pl.DataFrame)
    sessions: int = 0
    pairs: int = 0
    problems: tuple[StudyProblem, ...] = ()

    def of_all(self, figure: str, level: str = CONSTRUCTS) -> list[AgreementRow]:
        """Return the figure of each stream as a whole, over all pairs."""
        return [row for row in self.rows if (row.facet, row.level, row.figure, row.code) == ("all", level, figure, "")]

    @property
    def worst(self) -> list[AgreementRow]:
        """Return the kappas of single constructs, the lowest first."""
        single = [
            row for row in self.rows if (row.facet, row.level, row.figure) == ("all", CONSTRUCTS, KAPPA) and row.code
        ]
        return sorted((row for row in single if row.estimate is not None), key=lambda row: row.estimate or 0.0)

    @property
    def sentence(self) -> str:
        """Return the sentence for the paper."""
        if not self.pairs:
            return "No session was coded twice, so the reliability of the coding is unknown."
        kappa = [f"{_between(row)} for the {row.stream}" for row in self.of_all(KAPPA) if row.estimate is not None]
        events = [f"{_between(row)} for the {row.stream}" for row in self.of_all(EVENTS) if row.estimate is not None]
        known = sorted(row.estimate for row in self.icc if row.estimate is not None)
        parts = [
            f"{self.pairs} of {self.sessions} sessions ({100 * self.pairs / self.sessions:.0f} %) were coded "
            "independently by two coders"
        ]
        if kappa:
            parts.append(
                f"pooled over sessions, Cohen's kappa of what was coded in each second was {' and '.join(kappa)}"
            )
        if events:
            parts.append(f"the share of events on which both agreed was {' and '.join(events)}")
        if known:
            parts.append(
                f"the intraclass correlation (two-way random, single coder, absolute agreement) of {len(known)} "
                "measures "
                f"had a median of {float(np.median(known)):.2f} (range {known[0]:.2f} to {known[-1]:.2f})"
            )
        return f"{'; '.join(parts)}."


def _between(row: AgreementRow) -> str:
    if row.low is None or row.high is None:
        return f"{row.estimate:.2f}"
    return f"{row.estimate:.2f} (95 % CI {row.low:.2f} to {row.high:.2f})"


def agree_study(
    study: OpenStudy, measured: StudyMeasurements, progress: Callable[[int, int], None] | None = None
) -> StudyAgreement:
    """Return the reliability of a study: every session that was coded twice, put together.

    Args:
        study: opened.
        measured: measures of both codings.
        progress: called with pairs done and in all.

    Returns:
        Figures with intervals over sessions, and where the coders part.
    """
    twice, problems = list[CodedTwice](), list[StudyProblem]()
    for done, pair in enumerate(study.pairs, 1):
        try:
            twice += _side_by_side(study, *pair)
        except BowlbyError as error:
            problems.append(problem_of(error, pair[1].label))
        if progress is not None:
            progress(done, len(study.pairs))
    plan = study.plan.agreement
    rows: list[AgreementRow] = []
    for level in (CONSTRUCTS, CODES):
        own = [one for one in twice if one.level == level]
        if own:
            rows += figures_of(own, ("all", "", level), plan.tolerance_s, plan.unit_s, study.plan.seed)
    constructs = [one for one in twice if one.level == CONSTRUCTS]
    for facet, key in (("coder", lambda one: one.coders), ("month", lambda one: one.month)):
        for name in sorted({key(one) for one in constructs} - {""}):
            own = [one for one in constructs if key(one) == name]
            found = figures_of(own, (facet, name, CONSTRUCTS), plan.tolerance_s, plan.unit_s, study.plan.seed)
            rows += [row for row in found if not row.code]
    drift = tuple(_drift(constructs, stream, plan.unit_s) for stream in _streams(constructs))
    listed = _disagreements(constructs, plan.tolerance_s)
    pairs = len({one.double.label for one in constructs})
    return StudyAgreement(tuple(rows), icc_rows(measured), drift, listed, len(study.main), pairs, tuple(problems))


def _side_by_side(study: OpenStudy, main: StudySession, double: StudySession) -> list[CodedTwice]:
    """Return one pair construct by construct, and code by code where a codebook says what codes mean."""
    coded = [of_session(load_coded([one.file], study.how), one.session) for one in (main, double)]
    found = [CodedTwice(main, double, CONSTRUCTS, side_by_side(coded[0], coded[1]).streams)]
    if study.codebook is not None:
        book = load_codebook(study.codebook)
        raw = [_alone(load_record(one.file, study.how), one.session) for one in (main, double)]
        found.append(CodedTwice(main, double, CODES, side_by_side(*by_role(raw[0], raw[1], book)).streams))
    return found


def _alone(record: Record, session: str | None) -> Record:
    if session is None or record.sessions == (session,):
        return record
    own = pl.col("session") == session
    return Record(
        record.events.filter(own), record.windows.filter(own), record.metadata, record.provenance, record.quality
    )


def _streams(twice: Iterable[CodedTwice]) -> list[str]:
    return sorted({stream.name for one in twice for stream in one.streams})


def figures_of(
    twice: Sequence[CodedTwice], about: tuple[str, str, str], tolerance_s: float, unit_s: float, seed: int
) -> list[AgreementRow]:
    """Return the figures of some sessions put together, stream by stream and code by code.

    Tables of all sessions are added up; intervals resample sessions, not seconds (expanded percentile).

    Args:
        twice: sessions coded twice.
        about: facet, of, and level.
        tolerance_s: largest difference of onsets that is the same event, seconds.
        unit_s: length of a time unit, seconds.
        seed: of the resampling.

    Returns:
        Rows.
    """
    rows: list[AgreementRow] = []
    for name in _streams(twice):
        streams = [stream for one in twice for stream in one.streams if stream.name == name]
        aligned = [(stream, align(stream.a, stream.b, tolerance_s)) for stream in streams]
        rows += [
            _row((*about, name, ""), figure, value) for figure, value in _whole_stream(aligned, unit_s, seed).items()
        ]
        for code in single_codes([code for stream in streams for code in (*stream.a.codes, *stream.b.codes)]):
            tables = np.stack([single_code(stream, code, unit_s) for stream in streams])
            events = np.array([_event_counts(*one, code) for one in aligned])
            rows.append(_row((*about, name, code), KAPPA, pooled_kappa(tables, seed)))
            rows.append(_row((*about, name, code), EVENTS, _share_agreed(events, seed)))
    return rows


def _row(about: tuple[str, str, str, str, str], figure: str, found: tuple[kappas.Kappa, int]) -> AgreementRow:
    value, sessions = found
    facet, of, level, stream, code = about
    return AgreementRow(
        facet, of, level, stream, code, figure, value.estimate, value.low, value.high, value.n, sessions, value.reason
    )


def _whole_stream(
    aligned: Sequence[tuple[StreamPair, Alignment]], unit_s: float, seed: int
) -> dict[str, tuple[kappas.Kappa, int]]:
    tables = stream_tables([stream for stream, _ in aligned], unit_s)
    events = np.array([_event_counts(*one, None) for one in aligned])
    return {
        KAPPA: pooled_kappa(tables, seed),
        ALPHA: _pooled_alpha(tables, seed),
        EVENTS: _share_agreed(events, seed),
    }


def stream_tables(streams: Sequence[StreamPair], unit_s: float) -> Counts:
    """Return the table of labels of each session, labels common to all; a label is all that lasts over a unit's middle.

    Args:
        streams: one a session, of one name.
        unit_s: length of a time unit, seconds.

    Returns:
        Shape (sessions, labels, labels), rows the main coder.
    """
    parts = [time_unit_labels(stream, unit_s) for stream in streams]
    texts = [["+".join(codes) for codes in held] for *_, held in parts]
    place = {text: at for at, text in enumerate(sorted({text for own in texts for text in own}))}
    k = max(len(place), 1)
    tables = np.zeros((len(streams), k, k))
    for row, ((a, b, *_), own) in enumerate(zip(parts, texts, strict=True)):
        known = np.array([place[text] for text in own], dtype=np.int64)
        if len(a):
            tables[row] = np.bincount(known[a] * k + known[b], minlength=k * k).reshape(k, k)
    return tables


def single_code(stream: StreamPair, code: str, unit_s: float) -> Counts:
    """Return the table of one code against all else in one session.

    A unit is of the code where it lasts over the unit's middle, or begins within the unit: points take part so.

    Args:
        stream: two coders' events.
        code: the code or construct; an act of several constructs counts for each.
        unit_s: length of a time unit, seconds.

    Returns:
        Shape (2, 2), rows the main coder, without the code first.
    """
    middles = [np.arange(start + unit_s / 2, end + 1e-9, unit_s) for start, end in stream.shared]
    times = np.concatenate(middles) if middles else np.empty(0)
    a, b = (_holds(events, code, times, unit_s) for events in (stream.a, stream.b))
    return np.array([[(~a & ~b).sum(), (~a & b).sum()], [(a & ~b).sum(), (a & b).sum()]], dtype=float)


def _holds(events: Events, code: str, times: Counts, unit_s: float) -> npt.NDArray[np.bool_]:
    own = np.array([code in single_codes((held,)) for held in events.codes], dtype=bool)
    if not own.any() or not len(times):
        return np.zeros(len(times), dtype=bool)
    onset, offset = events.onset[own], np.maximum(events.offset[own], events.onset[own])
    lasting = offset > onset
    over = intervals.covers(intervals.union(np.column_stack([onset[lasting], offset[lasting]])), times)
    at = np.minimum(np.searchsorted(times + unit_s / 2, onset, side="right"), len(times) - 1)
    within = np.abs(times[at] - onset) <= unit_s / 2
    over[at[within]] = True
    return over


def _event_counts(stream: StreamPair, found: Alignment, code: str | None) -> tuple[int, int]:
    """Return (events of either coder that the other has too, counted for both; all events of both)."""
    if code is None:
        return 2 * len(found.matched), len(stream.a) + len(stream.b)
    held = [
        {at for at, own in enumerate(events.codes) if code in single_codes((own,))} for events in (stream.a, stream.b)
    ]
    matched = sum(i in held[0] and j in held[1] for i, j in found.matched + found.confused)
    return 2 * matched, len(held[0]) + len(held[1])


def pooled_kappa(tables: Counts, seed: int) -> tuple[kappas.Kappa, int]:
    """Return kappa of the tables of all sessions added up, its interval by resampling sessions.

    Args:
        tables: shape (sessions, k, k).
        seed: of the resampling.

    Returns:
        Kappa, and the sessions that have anything in their table.
    """
    own = tables[tables.sum(axis=(1, 2)) > 0]
    observed, sessions = tables.sum(axis=0), len(own)
    if sessions < FEWEST_CLUSTERS:
        value = kappas.kappas(observed) if sessions else np.nan
        undefined = bool(np.isnan(value))
        reason = (kappas.ONE_CODE if sessions else kappas.NOTHING) if undefined else FEW
        return kappas.Kappa(None if undefined else float(value), None, None, int(observed.sum()), reason), sessions
    return kappas.interval(observed, np.einsum("rs,sij->rij", _weights(sessions, seed), own), sessions), sessions


def _weights(sessions: int, seed: int) -> Counts:
    drawn = np.random.default_rng(seed).multinomial(sessions, np.full(sessions, 1 / sessions), size=RESAMPLES)
    return drawn.astype(float)


def _pooled_alpha(tables: Counts, seed: int) -> tuple[kappas.Kappa, int]:
    own = tables[tables.sum(axis=(1, 2)) > 0]
    n, sessions, scale = int(tables.sum()), len(own), np.zeros(tables.shape[1])
    estimate = alphas_of_tables(tables.sum(axis=0)[None], scale, AlphaMetric.NOMINAL)[0] if sessions else None
    if estimate is None:
        return kappas.Kappa(None, None, None, n, kappas.ONE_CODE if sessions else kappas.NOTHING), sessions
    if sessions < FEWEST_CLUSTERS:
        return kappas.Kappa(estimate, None, None, n, FEW), sessions
    resampled = np.einsum("rs,sij->rij", _weights(sessions, seed), own)
    known = [value for value in alphas_of_tables(resampled, scale, AlphaMetric.NOMINAL) if value is not None]
    low, high = np.quantile(known, kappas.tails(sessions))
    return kappas.Kappa(estimate, float(low), float(high), n), sessions


def _share_agreed(events: npt.NDArray[np.int64], seed: int) -> tuple[kappas.Kappa, int]:
    """Return 2 m / (2 m + u): of the events of both coders, the share that the other has too, within the tolerance."""
    own = events[events[:, 1] > 0]
    n, sessions = int(own[:, 1].sum()), len(own)
    if n == 0:
        return kappas.Kappa(None, None, None, 0, NEVER), 0
    estimate = float(own[:, 0].sum() / n)
    if sessions < FEWEST_CLUSTERS:
        return kappas.Kappa(estimate, None, None, n, FEW), sessions
    sums = _weights(sessions, seed) @ own.astype(float)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], kappas.tails(sessions))
    return kappas.Kappa(estimate, float(low), float(high), n), sessions


def _drift(twice: Sequence[CodedTwice], stream: str, unit_s: float) -> Drift:
    """Return the slope of a session's kappa on the month in which it was coded, least squares."""
    points: list[tuple[int, float]] = []
    for one in twice:
        number = _month_number(one.month)
        own = [table for each in one.streams if each.name == stream for table in stream_tables([each], unit_s)]
        value = float(kappas.kappas(own[0])) if own else float("nan")
        if number is not None and not np.isnan(value):
            points.append((number, value))
    months = len({month for month, _ in points})
    empty = Drift(stream, None, None, None, len(points), months, "fewer than three months, or than four sessions")
    if months < 3 or len(points) < 4:
        return empty
    from scipy.special import stdtrit

    x, y = np.array(points).T
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    residual = y - y.mean() - slope * centred
    error = float(np.sqrt(residual @ residual / (len(x) - 2) / (centred @ centred)))
    reach = float(stdtrit(len(x) - 2, 0.975)) * error
    return Drift(stream, slope, slope - reach, slope + reach, len(x), months)


def _month_number(text: str) -> int | None:
    year, _, month = text.partition("-")
    return 12 * int(year) + int(month) if year.isdecimal() and month.isdecimal() else None


def _disagreements(twice: Sequence[CodedTwice], tolerance_s: float) -> pl.DataFrame:
    """Return where coders part, with child, visit and coders in place of the session's id."""
    parts: list[pl.DataFrame] = []
    for one in twice:
        aligned = [(stream, align(stream.a, stream.b, tolerance_s)) for stream in one.streams]
        table = disagreements(aligned, tolerance_s).drop("session")
        table = table.rename({"code_a": "code_main", "code_b": "code_second"})
        who = {"file": one.main.name, "second_file": one.double.name}
        who |= {name: one.main.said(name) for name in KEY} | {"coders": one.coders}
        parts.append(table.select(*(pl.lit(value).alias(name) for name, value in who.items()), pl.all()))
    return pl.concat(parts) if parts else pl.DataFrame()


def icc_rows(measured: StudyMeasurements) -> tuple[IccRow, ...]:
    """Return the intraclass correlation of every measure between main and second coding, a session a target.

    Args:
        measured: measures of both.

    Returns:
        A row a measure that both coders' records have somewhere, in the order of the variables.
    """
    by_coding = [_exact_estimates(of_coding(measured.long, coding)) for coding in (MAIN, DOUBLE)]
    rated: dict[str, list[tuple[float, float]]] = {}
    for key, value in by_coding[0].items():
        if key in by_coding[1]:
            rated.setdefault(key[-1], []).append((value, by_coding[1][key]))
    return tuple(
        _icc_row(one.name, one.label, np.array(rated[one.name]))
        for one in measured.variables.values()
        if one.name in rated
    )


def _exact_estimates(rows: pl.DataFrame) -> dict[tuple[str, ...], float]:
    """Return estimates by child, caregiver, visit and variable; lower bounds are none."""
    exact = rows.filter(pl.col("estimate").is_not_null() & (pl.col("missing") != int(Missing.LOWER_BOUND)))
    table = exact.select(pl.col(*KEY).fill_null(""), "variable", "estimate")
    return {tuple(row[:-1]): row[-1] for row in table.iter_rows()}


def _icc_row(name: str, label: str, ratings: Counts) -> IccRow:
    difference = float((ratings[:, 1] - ratings[:, 0]).mean())
    if len(ratings) < FEWEST_TARGETS:
        return IccRow(name, label, None, None, None, len(ratings), difference, FEW_TARGETS)
    found: Icc = icc(ratings, IccForm.RANDOM_SINGLE)
    return IccRow(name, label, found.estimate, found.low, found.high, found.n, difference, found.reason)
