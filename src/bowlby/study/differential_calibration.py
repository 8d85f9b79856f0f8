"""Do the stated quadrant probabilities mean what they say? Calibration, skill, and what abstaining buys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from bowlby.infer.posterior import posterior
from bowlby.study.abstention import VERDICT_FROM, Verdict
from bowlby.study.differential import weigh
from bowlby.study.differential_children import KnownChild, Writer, known_children, records_of
from bowlby.study.reference import QUADRANTS, checked_base_rates

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

BASE_RATES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "community": {"neither": 0.80, "threat": 0.09, "deprivation": 0.09, "both": 0.02},
        "referred": {"neither": 0.55, "threat": 0.20, "deprivation": 0.15, "both": 0.10},
        "protection": {"neither": 0.25, "threat": 0.25, "deprivation": 0.25, "both": 0.25},
    }
)
"""Settings in which a record may be taken; the shares are assumed, the first is near the reference population's."""
BINS = 10
RESAMPLES = 400
LEVEL = 0.90
THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Row:
    """One record: what is so, and what was said of it at each base rate.

    Args:
        child: its number.
        quadrant: what is so, place in `QUADRANTS`.
        minutes: length of the record.
        stated: probabilities of the four quadrants by base rate, also where the rule withholds them.
        given: whether the rule gives them, by base rate.
        verdict: by base rate.
        unexplained: probability that the model does not explain the record.
    """

    child: int
    quadrant: int
    minutes: float
    stated: Mapping[str, tuple[float, ...]]
    given: Mapping[str, bool]
    verdict: Mapping[str, str]
    unexplained: float


@dataclass(frozen=True)
class Interval:
    """A figure with its 90 % bootstrap interval over children.

    Args:
        value: estimate, nan where there is nothing to estimate it from.
        low: lower end.
        high: upper end.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return the figure as it stands in a table."""
        return "-" if np.isnan(self.value) else f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"

    def as_dict(self) -> dict[str, float | None]:
        """Return plain values; what could not be estimated is null."""
        return {name: None if np.isnan(value) else value for name, value in vars(self).items()}


@dataclass(frozen=True)
class Calibration:
    """How the stated probabilities of some records fared.

    Args:
        setting: name of the base rates.
        minutes: length of the records, or None for all lengths together.
        given: True for probabilities that the rule gives, False for all of them before the rule.
        records: how many.
        share: of all records of these lengths, at these base rates.
        error: expected calibration error over the four quadrants, probabilities in ten bins of equal width.
        explained_error: the same of the shares among what is explained, q / (1 - unexplained). Every simulated record
            belongs to a quadrant, none to a cause that the model does not know: what is stated of such causes is
            missing from the four, and a quarter of it enters `error`.
        by_chance: what `explained_error` would be on average, were the shares exactly right.
        top_error: the same of the most probable quadrant alone.
        skill: 1 - Brier score over that of always saying the base rates.
        brier: mean squared distance between stated probabilities and what is so.
        decided: share with a verdict.
        wrong: share of wrong verdicts among them.
        unexplained: mean probability that the model does not explain the record.
    """

    setting: str
    minutes: float | None
    given: bool
    records: int
    share: float
    error: Interval
    explained_error: Interval
    by_chance: float
    top_error: float
    skill: Interval
    brier: float
    decided: float
    wrong: Interval
    unexplained: float

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        plain = {
            name: value.as_dict() if isinstance(value, Interval) else _null(value) for name, value in vars(self).items()
        }
        return plain


def _null(value: object) -> object:
    return None if isinstance(value, float) and np.isnan(value) else value


@dataclass(frozen=True)
class _Table:
    """Rows at one base rate as arrays of one length; weights make the quadrants as frequent as stated."""

    p: Floats
    truth: Ints
    weight: Floats
    verdict: Bools
    wrong: Bools
    child: Ints
    unexplained: Floats

    def of(self, keep: Bools | Ints) -> _Table:
        return _Table(*(values[keep] for values in vars(self).values()))


def say(
    children: Sequence[KnownChild],
    writer: Writer,
    minutes: Sequence[float],
    seed: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Return what is said of each child from each length of record.

    Args:
        children: from `known_children`.
        writer: who writes the records.
        minutes: lengths, each > 0.
        seed: 0 <= seed < 2**63.
        progress: told of records done and to do.

    Returns:
        One row a child and length.

    Raises:
        InputError: a length cannot be watched.
    """
    rates = {name: checked_base_rates(own) for name, own in BASE_RATES.items()}
    rows: list[Row] = []
    for child, records in records_of(children, writer, minutes, seed):
        for length, record in records.items():
            weighed = weigh(posterior(record, seed=child.number))
            said = {name: weighed.under(own) for name, own in rates.items()}
            rows.append(
                Row(
                    child.number,
                    child.quadrant,
                    length,
                    {name: tuple(one.quadrant[q] for q in QUADRANTS) for name, one in said.items()},
                    {name: one.given for name, one in said.items()},
                    {name: str(one.verdict) for name, one in said.items()},
                    weighed.unexplained,
                )
            )
            progress(len(rows), len(children) * len(minutes))
    return rows


def calibration(rows: Sequence[Row], setting: str, minutes: float | None = None, *, given: bool = False) -> Calibration:
    """Return how the stated probabilities fared at one base rate.

    Equally many children of each quadrant were simulated; each counts as often as its quadrant occurs in the setting.

    Args:
        rows: from `say`.
        setting: one of `BASE_RATES`.
        minutes: length of the records, or None for all.
        given: only what the rule gives, instead of everything before it.

    Returns:
        Calibration error, skill, and the verdicts.
    """
    chosen = [row for row in rows if minutes is None or row.minutes == minutes]
    whole = _table(chosen, setting)
    keep = np.array([row.given[setting] for row in chosen]) if given else np.ones(len(chosen), dtype=bool)
    own = whole.of(keep)
    drawn = _resampled(own)
    return Calibration(
        setting,
        minutes,
        given,
        len(own.truth),
        float(own.weight.sum() / whole.weight.sum()),
        _with_interval(_error, own, drawn),
        _with_interval(_explained_error, own, drawn),
        _error_by_chance(own),
        _top_error(own),
        _with_interval(_skill, own, drawn),
        _brier(own),
        float(own.weight[own.verdict].sum() / whole.weight.sum()),
        _with_interval(_wrong, own, drawn),
        _mean(own.unexplained, own.weight),
    )


def _table(rows: Sequence[Row], setting: str) -> _Table:
    truth = np.array([row.quadrant for row in rows], dtype=np.int64)
    rates = np.array([BASE_RATES[setting][name] for name in QUADRANTS])
    weight = rates[truth] / np.bincount(truth, minlength=len(QUADRANTS))[truth]
    verdict = np.array([row.verdict[setting] != str(Verdict.NOT_ENOUGH) for row in rows])
    said = np.array([row.verdict[setting] for row in rows])
    return _Table(
        np.array([row.stated[setting] for row in rows]),
        truth,
        weight,
        verdict,
        verdict & (said != np.array(QUADRANTS)[truth]),
        np.array([row.child for row in rows]),
        np.array([row.unexplained for row in rows]),
    )


def _resampled(table: _Table) -> list[_Table]:
    """Draw children with replacement within each quadrant; all records of a child go together."""
    rng = np.random.Generator(np.random.Philox(key=1907))
    places = {int(child): np.flatnonzero(table.child == child) for child in np.unique(table.child)}
    quadrant = {child: int(table.truth[own[0]]) for child, own in places.items()}
    groups = [[child for child, q in quadrant.items() if q == number] for number in range(len(QUADRANTS))]
    found: list[_Table] = []
    for _ in range(RESAMPLES if places else 0):
        drawn = [group[i] for group in groups if group for i in rng.integers(len(group), size=len(group))]
        found.append(table.of(np.concatenate([places[child] for child in drawn])))
    return found


def _with_interval(formula: Callable[[_Table], float], own: _Table, drawn: Sequence[_Table]) -> Interval:
    values = np.array([formula(one) for one in drawn])
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return Interval(formula(own), np.nan, np.nan)
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(formula(own), float(low), float(high))


def _mean(values: Floats | Bools, weight: Floats) -> float:
    return float(np.sum(values * weight) / weight.sum()) if weight.sum() > 0 else float("nan")


def _binned(stated: Floats, so: Floats, weight: Floats) -> float:
    """Return the mean over bins, by weight, of the distance between what was stated and what was so."""
    if weight.sum() == 0:
        return float("nan")
    place = np.minimum((stated * BINS).astype(int), BINS - 1)
    gap = np.bincount(place, weight * (stated - so), BINS)
    return float(np.abs(gap).sum() / weight.sum())


def _so(truth: Ints) -> Floats:
    return np.eye(len(QUADRANTS))[truth]


def _error(table: _Table) -> float:
    return _binned(table.p.ravel(), _so(table.truth).ravel(), np.repeat(table.weight, len(QUADRANTS)))


def _explained_error(table: _Table) -> float:
    return _error(replace(table, p=_among_explained(table)))


def _among_explained(table: _Table) -> Floats:
    return table.p / table.p.sum(axis=1, keepdims=True)


def _error_by_chance(table: _Table) -> float:
    """Return the calibration error of truths drawn from the stated probabilities themselves."""
    if len(table.truth) == 0:
        return float("nan")
    rng = np.random.Generator(np.random.Philox(key=1913))
    exact = _among_explained(table)
    edges = np.cumsum(exact, axis=1)[:, :-1]
    errors: list[float] = []
    for _ in range(RESAMPLES):
        truth = (rng.random((len(edges), 1)) > edges).sum(axis=1)
        errors.append(_binned(exact.ravel(), _so(truth).ravel(), np.repeat(table.weight, len(QUADRANTS))))
    return float(np.mean(errors))


def _top_error(table: _Table) -> float:
    if len(table.truth) == 0:
        return float("nan")
    hit = (table.p.argmax(axis=1) == table.truth).astype(float)
    return _binned(table.p.max(axis=1), hit, table.weight)


def _brier(table: _Table) -> float:
    if len(table.truth) == 0:
        return float("nan")
    return _mean(((table.p - _so(table.truth)) ** 2).sum(axis=1), table.weight)


def _skill(table: _Table) -> float:
    """Return 1 - Brier / Brier of the base rates among these very records."""
    if len(table.truth) == 0:
        return float("nan")
    rates = np.bincount(table.truth, table.weight, len(QUADRANTS)) / table.weight.sum()
    climate = 1.0 - float((rates**2).sum())
    return 1.0 - _brier(table) / climate if climate > 0 else float("nan")


def _wrong(table: _Table) -> float:
    return _mean(table.wrong[table.verdict], table.weight[table.verdict])


@dataclass(frozen=True)
class Bin:
    """One bin of the reliability diagram.

    Args:
        setting: name of the base rates.
        given: whether only what the rule gives is counted.
        stated: mean stated probability.
        so: share of which it was so.
        weight: share of all stated probabilities that fall here.
        records: how many of them.
    """

    setting: str
    given: bool
    stated: float
    so: float
    weight: float
    records: int


def reliability(rows: Sequence[Row], setting: str, *, given: bool = False) -> tuple[Bin, ...]:
    """Return the reliability diagram: what was stated against what was so, over all quadrants and lengths.

    Args:
        rows: from `say`.
        setting: one of `BASE_RATES`.
        given: only what the rule gives.

    Returns:
        One entry a bin that is not empty.
    """
    chosen = [row for row in rows if row.given[setting] or not given]
    if not chosen:
        return ()
    table = _table(rows, setting).of(np.array([row.given[setting] or not given for row in rows]))
    stated, so = table.p.ravel(), _so(table.truth).ravel()
    weight = np.repeat(table.weight, len(QUADRANTS))
    place = np.minimum((stated * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(
            setting,
            given,
            _mean(stated[place == b], weight[place == b]),
            _mean(so[place == b], weight[place == b]),
            float(weight[place == b].sum() / weight.sum()),
            int((place == b).sum()),
        )
        for b in range(BINS)
        if (place == b).any()
    )


@dataclass(frozen=True)
class Risk:
    """One point of the abstention-risk curve.

    Args:
        setting: name of the base rates.
        minutes: length of the records.
        threshold: the most probable quadrant is named from this probability on.
        rule: whether the conditions of the rule must hold as well.
        named: share of records of which a quadrant is named.
        wrong: share of these of which another is so, nan where none is named.
    """

    setting: str
    minutes: float
    threshold: float
    rule: bool
    named: float
    wrong: float


def abstention_risk(rows: Sequence[Row], setting: str, minutes: float) -> tuple[Risk, ...]:
    """Return how often a verdict would be wrong if it were given from each probability on, with and without the rule.

    Args:
        rows: from `say`.
        setting: one of `BASE_RATES`.
        minutes: length of the records.

    Returns:
        Two points a threshold.
    """
    chosen = [row for row in rows if row.minutes == minutes]
    table = _table(chosen, setting)
    allowed = np.array([row.given[setting] for row in chosen])
    missed = table.p.argmax(axis=1) != table.truth
    points: list[Risk] = []
    for rule in (False, True):
        for threshold in THRESHOLDS:
            named = (table.p.max(axis=1) >= threshold) & (allowed | (not rule))
            share = float(table.weight[named].sum() / table.weight.sum())
            points.append(Risk(setting, minutes, threshold, rule, share, _mean(missed[named], table.weight[named])))
    return tuple(points)


@dataclass(frozen=True)
class Study:
    """The whole study of one writer of records.

    Args:
        writer: who wrote the records.
        children: how many.
        minutes: lengths.
        seed: of children and records.
        rows: what was said.
    """

    writer: Writer
    children: int
    minutes: tuple[float, ...]
    seed: int
    rows: tuple[Row, ...]

    @property
    def calibrations(self) -> tuple[Calibration, ...]:
        """Return every setting, length and side of the rule; all lengths together first."""
        lengths = (None, *self.minutes)
        return tuple(
            calibration(self.rows, setting, length, given=given)
            for given in (False, True)
            for setting in BASE_RATES
            for length in lengths
        )

    def as_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "writer": str(self.writer),
            "children": self.children,
            "minutes": list(self.minutes),
            "seed": self.seed,
            "base_rates": {name: dict(rates) for name, rates in BASE_RATES.items()},
            "verdict_from": VERDICT_FROM,
            "calibration": [one.as_dict() for one in self.calibrations],
            "reliability": [
                dict(vars(one))
                for given in (False, True)
                for name in BASE_RATES
                for one in reliability(self.rows, name, given=given)
            ],
            "abstention_risk": [
                {key: _null(value) for key, value in vars(one).items()}
                for name in BASE_RATES
                for length in self.minutes
                for one in abstention_risk(self.rows, name, length)
            ],
            "by_quadrant": by_quadrant(self.rows),
        }


def by_quadrant(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return how often a verdict is given, by what is so: the rule does not weigh on all quadrants alike.

    Args:
        rows: from `say`.

    Returns:
        Share decided, and wrongly decided, by setting, length and quadrant.
    """
    found: list[dict[str, object]] = []
    for setting in BASE_RATES:
        for length in dict.fromkeys(row.minutes for row in rows):
            table = _table([row for row in rows if row.minutes == length], setting)
            for place, name in enumerate(QUADRANTS):
                own = table.truth == place
                decided, wrong = float(table.verdict[own].mean()), float(table.wrong[own].mean())
                found.append(
                    {"setting": setting, "minutes": length, "quadrant": name, "decided": decided, "wrong": wrong}
                )
    return found


def study(
    writer: Writer,
    each: int,
    minutes: Sequence[float],
    seed: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Study:
    """Simulate children, watch them, run the differential, and keep what was said beside what is so.

    Args:
        writer: who writes the records.
        each: children a quadrant, >= 1.
        minutes: lengths, each > 0.
        seed: 0 <= seed < 2**63.
        progress: told of records done and to do.

    Returns:
        The study.

    Raises:
        InputError: no child is asked for, or a length cannot be watched.
    """
    children = known_children(each, seed)
    return Study(writer, len(children), tuple(minutes), seed, tuple(say(children, writer, minutes, seed, progress)))


def table(calibrations: Sequence[Calibration]) -> str:
    """Return calibrations as a markdown table.

    Args:
        calibrations: of one study.

    Returns:
        One line each.
    """
    head = (
        "| base rates | minutes | records | share given | calibration error (90 %) | among explained (90 %) | if "
        "exactly right | of the most probable | Brier skill (90 %) | decided | wrong among decided (90 %) | "
        "unexplained |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|"
    )
    return "\n".join([head, *(_line(one) for one in calibrations)])


def _line(one: Calibration) -> str:
    length = "all" if one.minutes is None else f"{one.minutes:g}"
    figures = (
        f"{one.share:.2f}",
        str(one.error),
        str(one.explained_error),
        _figure(one.by_chance),
        _figure(one.top_error),
        str(one.skill),
        f"{one.decided:.2f}",
        str(one.wrong),
        _figure(one.unexplained),
    )
    return f"| {one.setting} | {length} | {one.records} | {' | '.join(figures)} |"


def _figure(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"
