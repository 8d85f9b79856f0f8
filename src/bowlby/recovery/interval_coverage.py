"""Do 95 % intervals hold the truth? Every measure in its own sampling situation, many times over."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl

from bowlby.atomic import make_folder, writing
from bowlby.measures import (
    affect,
    attention,
    caregiving,
    contingency,
    density,
    entropy_rate,
    grid,
    latency,
    matching,
    rates,
    sequence,
    turns,
)
from bowlby.measures.clusters import t_quantile
from bowlby.measures.confidence import Z
from bowlby.measures.coverage import TABLE_HEAD, line_of
from bowlby.measures.latency import CUE_CLASSES, latency_measures
from bowlby.measures.pooled_latency import NAMES as FRAILTY_NAMES
from bowlby.measures.pooled_latency import pooled_frailty, pooled_shares
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.session import Family
from bowlby.measures.value import Measure, MeasureStatus
from bowlby.recovery.sampled_records import EFFECT, Exchange, SampledStudy, episode_table, session
from bowlby.reliability.alpha import krippendorff_alpha
from bowlby.reliability.icc import icc
from bowlby.reliability.kappa import Kappa, kappa_of_table
from bowlby.source import PACKAGE

Draw: TypeAlias = Callable[[np.random.Generator], list[Measure]]
Progress: TypeAlias = Callable[[int, int], None]

_ONLY_WORDS = ("coverage.py", "definitions.py", "dictionary.py")
"""Modules that say what the measures are and make none."""
CHUNK = 50
"""Draws kept together, so that an interrupted run goes on."""
LONG_MINUTES, LONG_RUNS, LONG_SESSIONS = 1200.0, 4, 3000
"""Length and number of the sessions that stand for a very long run where theory gives no truth, and of pooled ones."""
FAMILIES: tuple[Family, ...] = (
    rates.measures_of,
    latency.measures_of,
    partial(contingency.measures_of, shifts=1),
    caregiving.measures_of,
    density.measures_of,
    affect.measures_of,
    attention.measures_of,
    entropy_rate.measures_of,
    partial(matching.measures_of, shifts=1),
    partial(sequence.measures_of, shuffles=1),
    partial(turns.measures_of, shuffles=1),
    partial(grid.measures_of, shifts=1),
)
"""What is measured of a session; fewer shifts and shuffles change chance baselines and nothing else."""


@dataclass(frozen=True)
class SamplingSituation:
    """One sampling situation.

    Args:
        design: its name.
        draw: draws a record, or a table, and measures it.
        truths: gives the true value of each measure by its full name.
        freedom: degrees of freedom of the t interval that widths are compared with; None for the normal one.
    """

    design: str
    draw: Draw
    truths: Callable[[], dict[str, float]]
    freedom: float | None = None


@dataclass(frozen=True)
class CoverageTally:
    """What became of one measure over some draws; sums, so that tallies can be added."""

    draws: int = 0
    few: int = 0
    bare: int = 0
    covered: int = 0
    width: float = 0.0
    widths: int = 0
    error: float = 0.0
    squares: float = 0.0
    bounds: int = 0

    @property
    def deviation(self) -> float:
        """Return the standard deviation of the estimates."""
        estimated = max(self.draws - self.few - self.bounds, 1)
        return math.sqrt(max(0.0, self.squares / estimated - (self.error / estimated) ** 2))

    def __add__(self, other: CoverageTally) -> CoverageTally:
        """Return both together."""
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return CoverageTally(*(a + b for a, b in pairs))


@dataclass(frozen=True)
class Coverage:
    """How often the interval of a measure held the truth.

    Args:
        measure: name of the measure, without what follows a colon.
        design: the sampling situation.
        draws: how often it was drawn, times the kinds of the measure that a draw has.
        n: intervals that were judged.
        coverage: share of them that held the truth, or None where there was none.
        width: mean width, in the measure's unit, of those with two ends, or None.
        ratio: mean width over that of the t interval with the same degrees of freedom and the true standard error.
        too_few: share of draws that said "too few".
        bare: share of draws that gave an estimate without an interval.
    """

    measure: str
    design: str
    draws: int
    n: int
    coverage: float | None
    width: float | None
    ratio: float | None
    too_few: float
    bare: float

    @property
    def error(self) -> float:
        """Return the Monte Carlo standard error of the coverage at its nominal value."""
        return math.sqrt(0.95 * 0.05 / max(self.n, 1))


def of_session(name: str, exchange: Exchange) -> SamplingSituation:
    """Return the situation of one session, every family of measures taken; the truth is the mean of very long ones.

    Args:
        name: of the design.
        exchange: how the two of them behave.

    Returns:
        The situation.
    """

    def truths() -> dict[str, float]:
        long = replace(exchange, minutes=LONG_MINUTES)
        found: dict[str, list[float]] = {}
        for generator in np.random.default_rng(77).spawn(LONG_RUNS):
            for own in _measured(long, generator):
                if own.estimate is not None and own.status is MeasureStatus.ASSESSED:
                    found.setdefault(f"{own.actor} {own.name}", []).append(own.estimate)
        return {name: float(np.mean(values)) for name, values in found.items() if len(values) == LONG_RUNS}

    return SamplingSituation(name, partial(_measured, exchange), truths)


def _measured(exchange: Exchange, generator: np.random.Generator) -> list[Measure]:
    coded = session(exchange, generator)
    rule = EpisodeRule()
    return [found for family in FAMILIES for found in family(coded, rule, "s", 0)]


def of_sessions(name: str, study: SampledStudy) -> SamplingSituation:
    """Return the situation of latency pooled over sessions; the truth is that of very many.

    Args:
        name: of the design.
        study: sessions and dyads.

    Returns:
        The situation.
    """

    def draw(generator: np.random.Generator) -> list[Measure]:
        table, dyads = episode_table(study, generator)
        return pooled_shares(table, EpisodeRule(), dyads)

    def truths() -> dict[str, float]:
        dyads = LONG_SESSIONS * study.dyads // study.sessions
        many = SampledStudy(LONG_SESSIONS, dyads, study.differ, study.cues, study.exchange)
        table, _ = episode_table(many, np.random.default_rng(78))
        # As one session: only the estimates are wanted, and clusters make none of them.
        found = latency_measures(table.with_columns(session=pl.lit("s")), EpisodeRule(), "s", CUE_CLASSES[0])
        known = [m for m in found if m.status is MeasureStatus.ASSESSED]
        return {f"{m.actor} {m.name}": m.estimate for m in known if m.estimate is not None}

    return SamplingSituation(name, draw, truths, freedom=max(1.0, (study.dyads or study.sessions) - 1.0))


def of_frailty(name: str, study: SampledStudy) -> SamplingSituation:
    """Return the situation of the shared-frailty model; the truth is what generated the sessions.

    Args:
        name: of the design.
        study: sessions and dyads that differ.

    Returns:
        The situation.
    """

    def draw(generator: np.random.Generator) -> list[Measure]:
        table, dyads = episode_table(study, generator)
        return pooled_frailty(table, dyads)

    def truths() -> dict[str, float]:
        exchange = study.exchange
        values = (1 - exchange.answered, exchange.median_s, exchange.spread, EFFECT / 2, EFFECT / 2)
        kept = values if study.dyads else values[:4]
        return {f"caregiver {name}: distress": v for (name, _), v in zip(FRAILTY_NAMES, kept, strict=False)}

    return SamplingSituation(name, draw, truths, freedom=max(1.0, (study.dyads or study.sessions) - 1.0))


def of_agreement(units: int) -> SamplingSituation:
    """Return the situation of two coders who label independent units, and of two who rate sessions.

    Args:
        units: number of units, or of sessions.

    Returns:
        The situation; kappa's and alpha's truths follow from the table of probabilities, the ICC's from variances.
    """
    table = np.array([[0.4, 0.05, 0.05], [0.05, 0.2, 0.05], [0.02, 0.03, 0.15]])
    met = (table + table.T) / 2
    kappa = (np.trace(table) - table.sum(0) @ table.sum(1)) / (1 - table.sum(0) @ table.sum(1))
    alpha = 1 - (1 - np.trace(met)) / (1 - (met.sum(0) ** 2).sum())

    def draw(generator: np.random.Generator) -> list[Measure]:
        counts = generator.multinomial(units, table.ravel()).reshape(3, 3)
        pairs = np.repeat(np.arange(9), counts.ravel())
        rated = generator.normal(0, 2, (units, 1)) + generator.normal(0, 1, (1, 2)) + generator.normal(0, 1, (units, 2))
        correlation = icc(rated)
        as_kappa = Kappa(correlation.estimate, correlation.low, correlation.high, units)
        found = {
            "event-alignment kappa": kappa_of_table(counts),
            "Krippendorff's alpha": krippendorff_alpha([list(pairs // 3), list(pairs % 3)]),
            "ICC(2,1)": as_kappa,
        }
        return [_as_measure(name, own) for name, own in found.items()]

    truths = {"event-alignment kappa": kappa, "Krippendorff's alpha": alpha, "ICC(2,1)": 4 / 6}
    return SamplingSituation(
        f"{units} units", draw, lambda: {f"dyad {name}": float(value) for name, value in truths.items()}
    )


def _as_measure(name: str, found: Kappa) -> Measure:
    status = MeasureStatus.ASSESSED if found.estimate is not None else MeasureStatus.TOO_FEW
    return Measure("s", "dyad", name, found.estimate, found.low, found.high, "1", found.n, status=status)


def situations() -> tuple[SamplingSituation, ...]:
    """Return the whole grid: sessions pooled, one session, the frailty model, agreement; known failures first.

    Returns:
        The situations, each with a name of its own.
    """
    alike = [of_sessions(f"{n} sessions alike", SampledStudy(n)) for n in (2, 3, 5, 10, 40)]
    differ = [of_sessions(f"{n} sessions that differ", SampledStudy(n, differ=True)) for n in (3, 5, 10, 40)]
    dyads = [
        of_sessions(f"{n} sessions of {d} dyads that differ", SampledStudy(n, d, differ=True))
        for n, d in ((10, 5), (40, 10))
    ]
    seldom = Exchange(answered=0.15)
    rare = [of_sessions(f"{n} sessions, seldom answered", SampledStudy(n, exchange=seldom)) for n in (3, 10)]
    one = [
        of_session("5 min", Exchange(5.0, 4.0)),
        of_session("20 min", Exchange(20.0, 2.0)),
        of_session("20 min, bursts", Exchange(20.0, 2.0, bursts=True)),
        of_session("60 min, rare", Exchange(60.0, 0.5)),
    ]
    frailty = [of_frailty("frailty, 10 sessions that differ", SampledStudy(10, differ=True))]
    frailty.append(of_frailty("frailty, 20 sessions of 10 dyads", SampledStudy(20, 10, differ=True)))
    agreement = [of_agreement(n) for n in (10, 40)]
    return (*alike, *differ, *dyads, *rare, *agreement, *one, *frailty)


@dataclass(frozen=True)
class CoverageRun:
    """What is to be simulated.

    Args:
        draws: draws a situation, >= 1.
        seed: of all chances.
        folder: keeps finished chunks, so that an interrupted run goes on; None keeps none.
    """

    draws: int
    seed: int = 0
    folder: Path | None = None

    @cached_property
    def source(self) -> str:
        """Return a hash of the code that the results rest on."""
        here = PACKAGE
        made = [file for file in sorted((here / "measures").rglob("*.py")) if file.name not in _ONLY_WORDS]
        files = [*made, here / "recovery/sampled_records.py", Path(__file__)]
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def cover(
    chosen: Sequence[SamplingSituation], run: CoverageRun, progress: Progress | None = None
) -> tuple[Coverage, ...]:
    """Return the coverage of every measure in some situations.

    Args:
        chosen: the situations.
        run: draws, seed, and where chunks are kept.
        progress: called with (draws done, draws in all).

    Returns:
        One row a measure and design.
    """
    done, rows = 0, []
    for situation in chosen:
        tallies: dict[str, CoverageTally] = {}
        for first in range(0, run.draws, CHUNK):
            chunk = _kept(situation, run, first, min(CHUNK, run.draws - first))
            for name, own in chunk.items():
                tallies[name] = tallies.get(name, CoverageTally()) + own
            done += min(CHUNK, run.draws - first)
            if progress is not None:
                progress(done, run.draws * len(chosen))
        rows += _rows(situation, tallies)
    return tuple(rows)


def _rows(situation: SamplingSituation, tallies: Mapping[str, CoverageTally]) -> list[Coverage]:
    """Return one row a measure: what follows a colon in its full name, and whose it is, are taken together."""
    kinds: dict[str, list[CoverageTally]] = {}
    for name, own in tallies.items():
        kinds.setdefault(name.partition(": ")[0].partition(" ")[2], []).append(own)
    return [_row(name, situation, own) for name, own in kinds.items()]


def _kept(situation: SamplingSituation, run: CoverageRun, first: int, number: int) -> dict[str, CoverageTally]:
    key = f"{situation.design}|{_kind(situation)}|{run.seed}|{first}|{number}|{run.source}"
    name = hashlib.sha256(key.encode()).hexdigest()[:24]
    part = None if run.folder is None else run.folder / f"{name}.json"
    if part is not None and part.exists():
        try:
            return {name: CoverageTally(**own) for name, own in json.loads(part.read_text(encoding="utf-8")).items()}
        except (OSError, ValueError, TypeError):  # damaged: drawn anew
            part.unlink(missing_ok=True)
    found = _drawn(situation, _truths(situation), (run.seed, first, number))
    if part is not None:
        make_folder(part.parent)
        with writing(part, force=True) as draft:
            draft.write_text(json.dumps({name: asdict(own) for name, own in found.items()}), encoding="utf-8")
    return found


_TRUTHS: dict[tuple[str, str], dict[str, float]] = {}


def _truths(situation: SamplingSituation) -> dict[str, float]:
    key = (situation.design, _kind(situation))
    if key not in _TRUTHS:
        _TRUTHS[key] = situation.truths()
    return _TRUTHS[key]


def _kind(situation: SamplingSituation) -> str:
    return getattr(situation.truths, "__qualname__", "")


def _drawn(
    situation: SamplingSituation, truths: Mapping[str, float], which: tuple[int, int, int]
) -> dict[str, CoverageTally]:
    seed, first, number = which
    tallies: dict[str, CoverageTally] = {}
    for place in range(first, first + number):
        generator = np.random.default_rng(
            [seed, int(hashlib.sha256(situation.design.encode()).hexdigest()[:8], 16), place]
        )
        for own in situation.draw(generator):
            truth = truths.get(f"{own.actor} {own.name}")
            if truth is not None and own.status is not MeasureStatus.NOT_ASSESSABLE and _told(own):
                name = f"{own.actor} {own.name}"
                tallies[name] = tallies.get(name, CoverageTally()) + _judged(own, truth)
    return tallies


def _told(own: Measure) -> bool:
    """Return whether a measure has an interval at all: one without events has a bound, and a p-value none."""
    return own.unit != "p"


def _judged(own: Measure, truth: float) -> CoverageTally:
    if own.status is MeasureStatus.TOO_FEW or own.estimate is None:
        return CoverageTally(draws=1, few=1)
    if own.status is MeasureStatus.LOWER_BOUND:
        return CoverageTally(draws=1, bounds=1, covered=int(own.low is None or own.low <= truth))
    error = own.estimate - truth
    if own.low is None and own.high is None:
        return CoverageTally(draws=1, bare=1, error=error, squares=error**2)
    held = (own.low is None or own.low <= truth) and (own.high is None or truth <= own.high)
    two = own.low is not None and own.high is not None
    width = own.high - own.low if own.low is not None and own.high is not None else 0.0
    return CoverageTally(1, 0, 0, int(held), width, int(two), error, error**2)


def _row(name: str, situation: SamplingSituation, kinds: Sequence[CoverageTally]) -> Coverage:
    own = sum(kinds, CoverageTally())
    judged = own.draws - own.few - own.bare
    t = Z if situation.freedom is None else t_quantile(situation.freedom)
    width = own.width / own.widths if own.widths else None
    varied = [kind for kind in kinds if kind.deviation > 0]
    wanted = sum(kind.widths * 2 * t * kind.deviation for kind in varied)
    ratio = sum(kind.width for kind in varied) / wanted if wanted > 0 else None
    return Coverage(
        name,
        situation.design,
        own.draws,
        judged,
        own.covered / judged if judged else None,
        width,
        ratio,
        own.few / own.draws,
        own.bare / own.draws,
    )


def table(rows: Sequence[Coverage]) -> str:
    """Return the rows as the table of docs/intervals.md.

    Args:
        rows: from `cover`.

    Returns:
        Markdown, one line a measure and design.
    """
    return "\n".join([*TABLE_HEAD, *(line_of(asdict(row)) for row in rows)])
