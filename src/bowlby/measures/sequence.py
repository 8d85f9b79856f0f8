"""Lag-sequential analysis: what follows what more often than independence would have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import erfc, sqrt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import ParameterError
from bowlby.measures.clusters import jackknife_half_width
from bowlby.measures.confidence import JACKKNIFE_BLOCKS, Z
from bowlby.measures.definition import Definition
from bowlby.measures.independence import expected_counts
from bowlby.measures.rates import not_codable
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Role
from bowlby.records.intervals import Spans

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

ORDER, CUE_ANSWER = "order of acts, lag 1", "cue then answer, lag 1"
UNITS = {ORDER: "Cramér's V", CUE_ANSWER: "Yule's Q"}
FEWEST_TRANSITIONS = 30
SHUFFLES = 200

TRANSITION_SCHEMA: dict[str, pl.DataType] = {
    "given": pl.String(),
    "target": pl.String(),
    "count": pl.UInt32(),
    "probability": pl.Float64(),
    "expected": pl.Float64(),
    "adjusted_residual": pl.Float64(),
    "p": pl.Float64(),
    "yules_q": pl.Float64(),
}
"""One row an edge of the transition graph; null where a value is undefined or the transition impossible."""


@dataclass(frozen=True)
class LagTable:
    """How often each target followed each given code at one lag, or within one window.

    Args:
        codes: names of rows and columns.
        observed: shape (k, k), counts, rows given, columns target.
        possible: shape (k, k), False at structural zeros.
    """

    codes: tuple[str, ...]
    observed: Floats
    possible: Bools

    @property
    def expected(self) -> Floats:
        """Return the counts expected under (quasi-)independence, shape (k, k)."""
        return expected_counts(self.observed, self.possible)

    @property
    def total(self) -> float:
        """Return the number of transitions."""
        return float(self.observed.sum())

    @property
    def degrees_of_freedom(self) -> int:
        """Return possible cells of used rows and columns, less rows, less columns, plus one."""
        rows, columns = self.observed.sum(1) > 0, self.observed.sum(0) > 0
        cells = int(self.possible[np.ix_(rows, columns)].sum())
        return max(0, cells - int(rows.sum()) - int(columns.sum()) + 1)

    @property
    def chi_square(self) -> float:
        """Return Pearson's chi-square: sum of (observed - expected)^2 / expected."""
        expected = self.expected
        gap = (self.observed - expected) ** 2
        return float(np.divide(gap, expected, out=np.zeros_like(gap), where=expected > 0).sum())

    @property
    def g_square(self) -> float:
        """Return the likelihood-ratio chi-square of the log-linear model of independence: 2 sum o ln(o / e)."""
        used = self.observed > 0
        return float(2 * (self.observed[used] * np.log(self.observed[used] / self.expected[used])).sum())

    @property
    def cramers_v(self) -> float:
        """Return Cramér's V corrected for bias, in [0, 1]."""
        return float(cramers_v(self.observed, self.possible))

    def p_value(self) -> float | None:
        """Return the p of `g_square` by the chi-square distribution, None without degrees of freedom."""
        from scipy.special import chdtrc

        return float(chdtrc(self.degrees_of_freedom, self.g_square)) if self.degrees_of_freedom else None


def lag_table(
    sequences: Sequence[npt.ArrayLike], codes: Sequence[str], lag: int = 1, *, repeats: bool = True
) -> LagTable:
    """Return the lag-sequential table of event sequences.

    Args:
        sequences: each an array of indices into `codes`, in order of events; nothing is joined across them.
        codes: names.
        lag: how many events later, >= 1.
        repeats: False where a code cannot follow itself: at lag 1 the diagonal then is a structural zero.

    Returns:
        The table (Sackett 1979; Bakeman & Quera 2011, Sequential Analysis and Observational Methods, ch. 9).

    Raises:
        ParameterError: the lag is below 1, or a code follows itself although it cannot.
    """
    if lag < 1:
        raise ParameterError("a lag is 1 or more events", column="lag", value=lag, remedy="Give 1.")
    k = len(codes)
    counts = np.zeros((k, k))
    for part in sequences:
        own = np.asarray(part, dtype=np.int64)
        np.add.at(counts, (own[:-lag], own[lag:]), 1)
    possible = np.ones((k, k), dtype=bool)
    if not repeats and lag == 1:
        np.fill_diagonal(possible, False)
        if np.trace(counts) > 0:
            again = codes[int(np.diag(counts).argmax())]
            raise ParameterError("a code follows itself", column="codes", value=again, remedy="Say repeats=True.")
    return LagTable(tuple(codes), counts, possible)


def window_table(
    given: npt.ArrayLike, target: npt.ArrayLike, codable: Spans, window_s: float, unit_s: float = 1.0
) -> LagTable:
    """Return the 2 x 2 time-window table: how often the target starts soon after the given code, and otherwise.

    Codable time is cut into units. Rows: the unit starts within the window after an onset of the given code, or not;
    columns: the target starts in the unit, or not (Bakeman & Quera 2011, ch. 10).

    Args:
        given: shape (n,), onsets of the given code, seconds.
        target: shape (m,), onsets of the target code, seconds.
        codable: time in which both could be coded, sorted disjoint spans, seconds.
        window_s: length of the window, seconds, > 0.
        unit_s: length of a time unit, seconds, > 0.

    Returns:
        The table, codes "in window, target" and "outside, none".

    Raises:
        ParameterError: window or unit are not positive.
    """
    if window_s <= 0 or unit_s <= 0:
        raise ParameterError("window and unit are longer than 0 s", column="window_s", value=min(window_s, unit_s))
    starts = [np.arange(start, end - unit_s + 1e-9, unit_s) for start, end in codable]
    units = np.concatenate([np.empty(0), *starts])
    onset = np.asarray(given, dtype=float)
    windows = intervals.union(np.column_stack([onset, onset + window_s]))
    inside = intervals.covers(windows, units)
    happens = np.zeros(len(units), dtype=bool)
    times = np.asarray(target, dtype=float)
    index = np.searchsorted(units, times + 1e-9, side="right") - 1
    hit = (index >= 0) & (times < units[np.maximum(index, 0)] + unit_s) if len(units) else np.zeros(len(times), bool)
    happens[index[hit]] = True
    cells = np.bincount(2 * (~inside).astype(int) + (~happens).astype(int), minlength=4).reshape(2, 2)
    return LagTable(("in window, target", "outside, none"), cells.astype(np.float64), np.ones((2, 2), dtype=bool))


def adjusted_residuals(table: LagTable) -> Floats:
    """Return the adjusted residuals, standard normal under independence.

    z = (o - e) / sqrt(e (1 - h)), h the leverage of the cell in the log-linear model of (quasi-)independence; without
    structural zeros this is (o - e) / sqrt(e (1 - r/N)(1 - c/N)) (Haberman 1973, Biometrics 29:205; Christensen 1997,
    Log-Linear Models, for structural zeros).

    Args:
        table: a lag-sequential table.

    Returns:
        Shape (k, k); NaN where a cell is impossible or its residual has no spread, for the caller to mask.
    """
    expected = table.expected
    used = expected > 0
    row, column = np.nonzero(used)
    k = len(table.codes)
    design = np.hstack([row[:, None] == np.arange(k), column[:, None] == np.arange(k)]).astype(float)
    weighted = design * np.sqrt(expected[used])[:, None]
    leverage = np.einsum("ij,ji->i", weighted, np.linalg.pinv(weighted))
    spread = np.sqrt(expected[used] * np.maximum(1 - leverage, 0))
    residuals = np.full((k, k), np.nan)
    gap = (table.observed - expected)[used]
    residuals[used] = np.divide(gap, spread, out=np.full_like(gap, np.nan), where=1 - leverage > 1e-9)
    return residuals


def yules_q(table: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return Yule's Q of 2 x 2 tables: (ad - bc) / (ad + bc) (Yule 1900, Philosophical Transactions A 194:257).

    Args:
        table: shape (..., 2, 2), counts.

    Returns:
        Shape (...), in [-1, 1]; NaN where it is 0/0, for the caller to mask.
    """
    cells = np.asarray(table, dtype=float)
    with_, against = cells[..., 0, 0] * cells[..., 1, 1], cells[..., 0, 1] * cells[..., 1, 0]
    return np.divide(with_ - against, with_ + against, out=np.full(with_.shape, np.nan), where=with_ + against > 0)


def collapsed(table: LagTable, given: int, target: int) -> Floats:
    """Return the 2 x 2 table of one given and one target code against all others, structural zeros left out.

    Args:
        table: a lag-sequential table.
        given: row index.
        target: column index.

    Returns:
        [[given and target, given and other], [other and target, other and other]], counts.
    """
    o = table.observed
    joint, row, column = o[given, target], o[given].sum(), o[:, target].sum()
    return np.array([[joint, row - joint], [column - joint, table.total - row - column + joint]])


def q_interval(table: Floats) -> tuple[float, float] | None:
    """Return the 95 % interval of Yule's Q, from that of the log odds ratio.

    Q = tanh(ln(OR) / 2), var(ln OR) = 1/a + 1/b + 1/c + 1/d, half a count added to each cell where one is empty
    (Haldane 1956, Annals of Human Genetics 20:309).

    Args:
        table: shape (2, 2), counts.

    Returns:
        (low, high), or None where a row or column is empty.
    """
    if (table.sum(0) == 0).any() or (table.sum(1) == 0).any():
        return None
    cells = table + 0.5 if (table == 0).any() else table
    log_odds = np.log(cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0]))
    half = Z * np.sqrt((1 / cells).sum())
    return float(np.tanh((log_odds - half) / 2)), float(np.tanh((log_odds + half) / 2))


def cramers_v(observed: npt.ArrayLike, possible: npt.ArrayLike | None = None) -> npt.NDArray[np.float64]:
    """Return Cramér's V of tables, corrected for bias.

    phi2 = max(0, chi2/N - (r-1)(c-1)/(N-1)), V = sqrt(phi2 / min(r' - 1, c' - 1)), r' = r - (r-1)^2/(N-1), c' likewise
    (Bergsma 2013, Journal of the Korean Statistical Society 42:323), r and c the used rows and columns.

    Args:
        observed: shape (..., k, k), counts.
        possible: shape (k, k), False at structural zeros, or None.

    Returns:
        Shape (...), in [0, 1]; NaN without two used rows and columns, for the caller to mask.
    """
    counts = np.asarray(observed, dtype=float)
    expected = expected_counts(counts, possible)
    gap = np.divide((counts - expected) ** 2, expected, out=np.zeros_like(counts), where=expected > 0)
    n = np.maximum(counts.sum((-2, -1)), 2.0)
    rows, columns = (counts.sum(-1) > 0).sum(-1), (counts.sum(-2) > 0).sum(-1)
    phi = np.maximum(0.0, gap.sum((-2, -1)) / n - (rows - 1) * (columns - 1) / (n - 1))
    least = np.minimum(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    ratio = np.divide(phi, least, out=np.full(phi.shape, np.nan), where=(rows > 1) & (columns > 1) & (least > 0))
    return np.minimum(np.sqrt(ratio), 1.0)


def transitions(table: LagTable) -> pl.DataFrame:
    """Return the transition graph: one edge a pair of codes that can follow each other.

    Args:
        table: a lag-sequential table.

    Returns:
        Columns of `TRANSITION_SCHEMA`; p is two-sided, of the adjusted residual, not corrected for the many cells.
    """
    residuals, expected = adjusted_residuals(table), table.expected
    rows = [_edge(table, residuals, expected, int(given), int(target)) for given, target in np.argwhere(table.possible)]
    return pl.DataFrame(rows, schema=TRANSITION_SCHEMA, orient="row")


def _edge(table: LagTable, residuals: Floats, expected: Floats, given: int, target: int) -> tuple[object, ...]:
    z, row = float(residuals[given, target]), float(table.observed[given].sum())
    q = float(yules_q(collapsed(table, given, target)))
    return (
        table.codes[given],
        table.codes[target],
        int(table.observed[given, target]),
        float(table.observed[given, target]) / row if row else None,
        float(expected[given, target]),
        None if np.isnan(z) else z,
        None if np.isnan(z) else two_sided_p(z),
        None if np.isnan(q) else q,
    )


def two_sided_p(z: float) -> float:
    """Return the two-sided p of a standard normal value.

    Args:
        z: finite.

    Returns:
        In [0, 1].
    """
    return erfc(abs(z) / sqrt(2))


def acts_in_order(coded: CodedRecord, session: str) -> tuple[list[Ints], tuple[str, ...]]:
    """Return the acts of child and caregiver as one sequence for each observed stretch.

    An event that means several constructs is one act with all of them. Acts that start together follow in the order
    of their names, caregiver first.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.

    Returns:
        Sequences of indices, and the names ("role:construct") they stand for.
    """
    acts = (
        coded.acts.filter((pl.col("session") == session) & (pl.col("role") != str(Role.CONTEXT)))
        .group_by("event", "role", maintain_order=True)
        .agg(pl.col("construct").unique().sort().str.join("+"), pl.col("onset_s").first())
        .with_columns(name=pl.format("{}:{}", "role", "construct"))
        .sort("onset_s", "name", maintain_order=True)
    )
    names = tuple(sorted(set(acts["name"])))
    place = {name: index for index, name in enumerate(names)}
    index = np.array([place[name] for name in acts["name"]], dtype=np.int64)
    onset = acts["onset_s"].to_numpy()
    observed = coded.observed(session)
    seen = intervals.covers(observed, onset) | np.isin(onset, observed[:, 1])
    index, onset = index[seen], onset[seen]
    stretch = np.searchsorted(observed[:, 0], onset, side="right")
    return [index[stretch == own] for own in np.unique(stretch)], names


def measures_of(
    coded: CodedRecord, rule: EpisodeRule, session: str, seed: int, *, shuffles: int = SHUFFLES
) -> list[Measure]:
    """Return how far the order of acts departs from independence, and cue then answer as the next act.

    Args:
        coded: a record in the closed vocabulary.
        rule: says which acts are cues and answers.
        session: a session id.
        seed: of the shuffles behind the chance baselines.
        shuffles: how many, >= 1.

    Returns:
        Cramér's V of the lag-1 table of all acts, and Yule's Q of "the next act after a cue is an answer".
    """
    sequences, names = acts_in_order(coded, session)
    count = sum(max(len(part) - 1, 0) for part in sequences)
    lacking = _lacking(coded, rule)
    found: list[Measure] = []
    for name in (ORDER, CUE_ANSWER):
        if lacking and name == CUE_ANSWER:
            found.append(not_codable(session, "dyad", name, UNITS[name], lacking))
        elif count < FEWEST_TRANSITIONS:
            note = f"{count} transitions; fewer than {FEWEST_TRANSITIONS}"
            found.append(missing(session, "dyad", name, UNITS[name], note, status=MeasureStatus.TOO_FEW, n=count))
        else:
            blank = Measure(session, "dyad", name, None, None, None, UNITS[name], count, float(count), "transitions")
            generator = stream(seed, session, name)
            orders = ([generator.permutation(part) for part in sequences] for _ in range(shuffles))
            if name == ORDER:
                found.append(_order(blank, sequences, names, orders))
            else:
                found.append(_cue_answer(blank, sequences, _kinds(coded, rule, names), orders))
    return found


def _lacking(coded: CodedRecord, rule: EpisodeRule) -> str:
    if not rule.cues_in(coded):
        return "a cue"
    return "" if rule.answers_in(coded) else "an answer"


def _order(blank: Measure, sequences: Sequence[Ints], names: tuple[str, ...], orders: Iterable[list[Ints]]) -> Measure:
    table = lag_table(sequences, names)
    estimate = table.cramers_v
    if np.isnan(estimate):
        return replace(blank, note="only one kind of act occurs", status=MeasureStatus.TOO_FEW)
    blocks = _blocks(sequences, len(names))
    half = jackknife_half_width(blocks, lambda sums: cramers_v(sums.reshape(*sums.shape[:-1], *table.observed.shape)))
    shuffled = [lag_table(own, names) for own in orders]
    baseline = float(np.mean([own.cramers_v for own in shuffled]))
    extreme = sum(own.chi_square >= table.chi_square - 1e-9 for own in shuffled)
    note = f"{len(names)} kinds of act; p = {(1 + extreme) / (1 + len(shuffled)):.3f} by shuffling the order"
    known = bool(np.isfinite(half))
    low, high = (max(0.0, estimate - half), min(1.0, estimate + half)) if known else (None, None)
    return replace(blank, estimate=estimate, low=low, high=high, baseline=baseline, note=note)


def _cue_answer(
    blank: Measure, sequences: Sequence[Ints], kinds: tuple[Bools, Bools], orders: Iterable[list[Ints]]
) -> Measure:
    table = _pair_table(sequences, kinds)
    estimate = float(yules_q(table))
    ends = q_interval(table)
    if np.isnan(estimate) or ends is None:
        return replace(blank, note="no cue, or no answer, or nothing else occurs", status=MeasureStatus.TOO_FEW)
    shuffled = np.array([float(yules_q(_pair_table(own, kinds))) for own in orders])
    shuffled = shuffled[~np.isnan(shuffled)]
    baseline = float(shuffled.mean()) if len(shuffled) else None
    return replace(blank, estimate=estimate, low=min(ends[0], estimate), high=max(ends[1], estimate), baseline=baseline)


def _kinds(coded: CodedRecord, rule: EpisodeRule, names: tuple[str, ...]) -> tuple[Bools, Bools]:
    cues = {str(cue) for cue in rule.cues_in(coded)}
    answers = {str(answer) for answer in rule.answers_in(coded)}
    parts = [(name.partition(":")[0], set(name.partition(":")[2].split("+"))) for name in names]
    is_cue = np.array([role == Role.CHILD and bool(own & cues) for role, own in parts], dtype=bool)
    is_answer = np.array([role == Role.CAREGIVER and bool(own & answers) for role, own in parts], dtype=bool)
    return is_cue, is_answer


def _pair_table(sequences: Sequence[Ints], kinds: tuple[Bools, Bools]) -> Floats:
    is_cue, is_answer = kinds
    table = np.zeros((2, 2))
    for part in sequences:
        np.add.at(table, ((~is_cue[part[:-1]]).astype(int), (~is_answer[part[1:]]).astype(int)), 1)
    return table


def _blocks(sequences: Sequence[Ints], k: int) -> Floats:
    """Return the cells of the lag-1 table of each twentieth of all transitions, shape (blocks, k * k)."""
    pairs = np.concatenate([part[:-1] * k + part[1:] for part in sequences])
    block = np.arange(len(pairs)) * JACKKNIFE_BLOCKS // len(pairs)
    cells = np.bincount(block * k * k + pairs, minlength=JACKKNIFE_BLOCKS * k * k)
    return cells.reshape(JACKKNIFE_BLOCKS, k * k).astype(np.float64)


_BOOK = "Bakeman & Quera 2011, Sequential Analysis and Observational Methods (Cambridge University Press)"
_CHANCE = f"mean over {SHUFFLES} random orders of the same acts, within each observed stretch"

DEFINITIONS: dict[str, Definition] = {
    ORDER: Definition(
        "How far the next act depends on the present one, over all acts of child and caregiver.",
        "Cramér's V of the lag-1 table of acts in order of onset, corrected for bias",
        f"{_BOOK}; Bergsma 2013, Journal of the Korean Statistical Society 42:323; interval by leaving out each "
        "twentieth of the transitions: Künsch 1989, Annals of Statistics 17:1217",
        UNITS[ORDER],
        "transitions",
        _CHANCE,
        "any act of either",
        "time plays no part; acts coded twice as often as needed look ordered",
    ),
    CUE_ANSWER: Definition(
        "Whether the act next after a cue is an answer more often than the act next after anything else.",
        "Q = (ad - bc) / (ad + bc): cue or not x next act an answer or not",
        f"Yule 1900, Philosophical Transactions A 194:257; {_BOOK}; interval of the log odds ratio",
        UNITS[CUE_ANSWER],
        "transitions",
        _CHANCE,
        "a cue and an answer",
        "the next act, however late: read it beside contingency, which looks at time; transitions are not independent",
    ),
}
