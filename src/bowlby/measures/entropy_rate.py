"""Unpredictability of a caregiver's sensory signals: the entropy rate of the order in which they follow each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bowlby.measures.definition import NO_BASELINE, Definition
from bowlby.measures.independence import expected_counts
from bowlby.measures.rarefaction import RarefiedRate, rarefied
from bowlby.measures.rates import not_codable
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records import intervals
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.intervals import Spans
from bowlby.records.quality import ProblemKind

Floats: TypeAlias = npt.NDArray[np.float64]
Sequences: TypeAlias = Sequence[npt.NDArray[np.int64]]
"""One array of visited states for each stretch without a gap; neighbours differ."""

STATES = 8
"""Visual, tactile and auditory signal, each on or off; bits 1, 2 and 4; the all-off state counts."""
CEILING = math.log2(STATES - 1)
"""Bits: every other state equally likely next."""
POINT_S = 1.0
"""Length given to a point event of voice or touch, seconds."""
MOST_UNCODABLE = 0.10
FEWEST_VISITS = 50
FIXED = 40
"""Transitions at which records of any length are compared; an assessed record without a cut has nine to spare."""
DRAWS = 1000
CONCENTRATIONS = np.exp(np.linspace(math.log(1e-3), math.log(1e3), 80))
"""Grid of Dirichlet concentrations: from rows of one successor to rows of equal successors."""

TACTILE = (Construct.TOUCH, Construct.HOLD)
GAZE = (Construct.GAZE_PARTNER, Construct.GAZE_OBJECT)
PLUG_IN = "entropy rate of sensory signals, plug-in"
CORRECTED = "entropy rate of sensory signals"
EQUAL = f"entropy rate of sensory signals, {FIXED} transitions"
_NAMES = (PLUG_IN, CORRECTED, EQUAL)
UNIT = "bits per transition"


@dataclass(frozen=True)
class EntropyRate:
    """The entropy rate of one sequence of states.

    Args:
        plug_in: from row shares and visit shares as they are, bits per transition; the literature's value.
        estimate: corrected for the few transitions, bits per transition.
        low: lower end of the 95 % interval of `estimate`.
        high: upper end of it.
        rarefied: at the fixed number of transitions, or None where there were fewer.
        order_free: what the same visits would give in random order, bits per transition.
        visits: number of visits to states.
        transitions: number of transitions.
    """

    plug_in: float
    estimate: float
    low: float
    high: float
    rarefied: RarefiedRate | None
    order_free: float
    visits: int
    transitions: int


def entropy_rate(visits: Sequences, generator: np.random.Generator) -> EntropyRate:
    """Return the entropy rate of a first-order chain without self-transitions, plug-in and corrected.

    H = - sum_i w_i sum_j p_ij log2 p_ij, w the shares of all visits (the last one too), p the row-normalised counts
    (Davis et al. 2017, PNAS 114:10390; Vegetabile et al. 2019, Annals of Applied Statistics 13:1, on estimating it).
    With tens of visits the plug-in falls short by tenths of a bit. The correction is Bayesian: each row is a draw from
    a symmetric Dirichlet over the 7 other states, one concentration is shared by all rows, and its prior makes the
    expected entropy uniform (Nemenman, Shafee & Bialek 2002, NIPS 14:471). Sharing it is what removes the bias at 60
    to 120 visits, where rows hold 5 to 15 transitions each (docs/measures-sequence.md compares six estimators). The
    interval is the posterior's, with the weights of each drawn chain's own stationary distribution; it reaches the
    ceiling where equal chances for all successors are not refuted at the 2.5 % level, since the posterior itself
    never touches it.

    Args:
        visits: visited states 0 to 7 of each stretch; neighbours differ; at least one transition in all.
        generator: random numbers of the interval.

    Returns:
        Plug-in, corrected value, interval and the order-free value.

    Raises:
        ValueError: there is no transition.
    """
    counts, shares = transition_counts(visits)
    if counts.sum() == 0:
        raise ValueError("an entropy rate needs a transition")
    rows = counts[~np.eye(STATES, dtype=bool)].reshape(STATES, STATES - 1)
    log_posterior, entropies = _posterior_of_concentration(rows)
    posterior = np.exp(log_posterior - log_posterior.max())
    posterior /= posterior.sum()
    estimate = float(posterior @ entropies @ shares)
    low, high = np.quantile(_draws(rows, posterior, generator), [0.025, 0.975])
    if _may_be_uniform(rows, generator):
        high = CEILING
    return EntropyRate(
        plug_in=plug_in(visits),
        estimate=estimate,
        low=min(float(low), estimate),
        high=max(float(high), estimate),
        rarefied=rarefied(counts, FIXED) if counts.sum() >= FIXED else None,
        order_free=float(_row_entropies(expected_counts(counts, ~np.eye(STATES, dtype=bool))) @ shares),
        visits=sum(len(part) for part in visits),
        transitions=int(counts.sum()),
    )


def plug_in(visits: Sequences) -> float:
    """Return the entropy rate from row shares and visit shares as they are, as the literature does.

    Args:
        visits: visited states 0 to 7 of each stretch.

    Returns:
        Bits per transition; it falls short, and by the more the fewer transitions there are.
    """
    counts, shares = transition_counts(visits)
    return float(_row_entropies(counts) @ shares)


def transition_counts(visits: Sequences) -> tuple[Floats, Floats]:
    """Return how often each state followed each, and each state's share of all visits.

    Args:
        visits: visited states 0 to 7 of each stretch.

    Returns:
        Counts, shape (8, 8), and shares, shape (8,), summing to 1 where there is a visit.
    """
    counts = np.zeros((STATES, STATES))
    for part in visits:
        np.add.at(counts, (part[:-1], part[1:]), 1)
    number = np.bincount(np.concatenate([np.empty(0, np.int64), *visits]), minlength=STATES).astype(float)
    return counts, number / max(number.sum(), 1.0)


def _row_entropies(counts: Floats) -> Floats:
    total = counts.sum(1, keepdims=True)
    share = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    return -(share * np.log2(np.where(share > 0, share, 1.0))).sum(1)


def _posterior_of_concentration(rows: Floats) -> tuple[Floats, Floats]:
    """Return log p(concentration | rows), shape (grid,), and each row's expected entropy given it, shape (grid, rows).

    E[H | n, b] = psi(N + Kb + 1) - sum_j (n_j + b)/(N + Kb) psi(n_j + b + 1), in nats (Wolpert & Wolf 1995, Physical
    Review E 52:6841).
    """
    kinds = rows.shape[1]
    b = CONCENTRATIONS[:, None]
    n, total = rows.astype(np.int64), rows.sum(1).astype(np.int64)
    most = int(total.max())
    rising, rising_all = _log_rising(b, most), _log_rising(kinds * b, most)
    evidence = rising[:, n].sum(-1) - rising_all[:, total]
    above = _digamma(b + np.arange(most + 1, dtype=float) + 1)[:, n]
    share = (n[None] + b[..., None]) / (total[None, :] + kinds * b)[..., None]
    all_above = _digamma(rows.sum(1)[None, :] + kinds * b + 1)
    nats = all_above - (share * above).sum(-1)
    prior_mean = (_digamma(kinds * b + 1) - _digamma(b + 1))[:, 0]
    flat = np.gradient(prior_mean, np.log(CONCENTRATIONS))
    return evidence.sum(1) + np.log(flat), nats / math.log(2)


def _log_rising(b: Floats, most: int) -> Floats:
    """Return log of b (b + 1) ... (b + n - 1) for n = 0 to most, shape (grid, most + 1)."""
    return np.concatenate([np.zeros_like(b), np.cumsum(np.log(b + np.arange(most)), axis=1)], axis=1)


def _digamma(x: Floats) -> Floats:
    """Return the digamma function: recurrence up to 6, then the asymptotic series (error below 1e-10)."""
    shift = np.zeros_like(x)
    for _ in range(6):
        small = x < 6
        shift = shift - np.where(small, 1 / x, 0.0)
        x = np.where(small, x + 1, x)
    inverse = 1 / (x * x)
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
    return shift + np.log(x) - 1 / (2 * x) - series


def _draws(rows: Floats, posterior: Floats, generator: np.random.Generator) -> Floats:
    """Return entropy rates of chains drawn from the posterior, shape (draws,)."""
    b = CONCENTRATIONS[generator.choice(len(posterior), p=posterior, size=DRAWS)]
    drawn = generator.standard_gamma(rows[None] + b[:, None, None]) + 1e-300
    drawn /= drawn.sum(-1, keepdims=True)
    chain = np.zeros((DRAWS, STATES, STATES))
    chain[:, ~np.eye(STATES, dtype=bool)] = drawn.reshape(DRAWS, -1)
    entropies = -(drawn * np.log2(drawn)).sum(-1)
    return (entropies * _stationary(chain)).sum(-1)


def _stationary(chain: Floats) -> Floats:
    """Return the stationary shares of many chains: pi P = pi by squaring the lazy chain to 65,536 steps."""
    power = (chain + np.eye(STATES)) / 2
    for _ in range(16):
        power = power @ power
        power /= power.sum(-1, keepdims=True)
    return power[:, 0]


def _may_be_uniform(rows: Floats, generator: np.random.Generator) -> bool:
    """Return whether rows as uneven as these come from equal chances more often than once in 40."""
    total = rows.sum(1).astype(np.int64)
    kinds = rows.shape[1]
    equal = generator.multinomial(total, np.full(kinds, 1 / kinds), size=(500, len(total))).astype(float)
    return bool(_evenness(rows[None])[0] >= np.quantile(_evenness(equal), 0.025))


def _evenness(rows: Floats) -> Floats:
    """Return the log likelihood of rows under their own shares, sign changed; shape of the leading axis."""
    total = rows.sum(-1, keepdims=True)
    share = np.divide(rows, total, out=np.ones_like(rows), where=total > 0)
    return -(rows * np.log(np.where(share > 0, share, 1.0))).sum((-2, -1))


@dataclass(frozen=True)
class Signals:
    """A session as a sequence of sensory states.

    Args:
        visits: visited states of each codable stretch; bit 1 visual, 2 tactile, 4 auditory.
        span_s: from the start to the last end, seconds.
        codable_s: codable part of it, seconds.
    """

    visits: tuple[npt.NDArray[np.int64], ...]
    span_s: float
    codable_s: float

    @property
    def uncodable_share(self) -> float:
        """Return the share of the span that could not be coded, in [0, 1]."""
        return 1 - self.codable_s / self.span_s if self.span_s > 0 else 0.0


def signals_of(coded: CodedRecord, session: str) -> Signals:
    """Return one session as a sequence of sensory states, by the rules of Davis et al. (2017, PNAS 114:10390).

    Visual: the caregiver manipulates an object and the infant's gaze is on the caregiver or on what the caregiver does
    (gaze.partner, and gaze.object where a scheme separates them); tactile: touch or hold; auditory: voice. Points of
    voice and touch last 1 s; visual ones do not last. Equal neighbours are merged; what changes at the same microsecond
    is one transition. The span runs from 0 (from the first observed moment where observation is stated to start later)
    to the last end of any of these acts. The sequence is cut, not bridged, where it could not be coded or observed.

    Args:
        coded: a record in the closed vocabulary.
        session: a session id.

    Returns:
        The sequence and how much of the span was codable.
    """
    objects = _lasting(coded, session, Role.CAREGIVER, (Construct.OBJECT,), 0.0)
    gaze = _lasting(coded, session, Role.CHILD, GAZE, 0.0)
    tactile = _lasting(coded, session, Role.CAREGIVER, TACTILE, POINT_S)
    auditory = _lasting(coded, session, Role.CAREGIVER, (Construct.VOICE,), POINT_S)
    ends = [float(part[-1, 1]) for part in (objects, gaze, tactile, auditory) if len(part)]
    start = _start(coded, session)
    if max(ends, default=start) <= start:
        return Signals((), 0.0, 0.0)
    span = _without_gaps(coded, session, np.array([[start, max(ends)]]))
    codable = intervals.intersect(span, _codable(coded, session, span))
    channels = (intervals.intersect(objects, gaze), tactile, auditory)
    visits = tuple(_visits(channels, float(start), float(end)) for start, end in codable)
    return Signals(visits, intervals.duration(span), intervals.duration(codable))


def _lasting(coded: CodedRecord, session: str, role: Role, constructs: tuple[Construct, ...], point_s: float) -> Spans:
    acts = coded.of(session, role, constructs)
    onset = np.round(acts["onset_s"].to_numpy(), 6)
    offset = np.round(acts["offset_s"].fill_null(float("nan")).to_numpy(), 6)
    end = np.where(np.isnan(offset), np.round(onset + point_s, 6), offset)
    return intervals.union(intervals.spans(np.column_stack([onset, end])))


def _start(coded: CodedRecord, session: str) -> float:
    observed = coded.observed(session)
    assumed = any(found.kind is ProblemKind.OBSERVED_ASSUMED for found in coded.record.quality)
    return 0.0 if assumed or len(observed) == 0 else float(observed[0, 0])


def _without_gaps(coded: CodedRecord, session: str, span: Spans) -> Spans:
    """Return the span without what lies between observed windows: that is not uncodable, it was not observed."""
    observed = coded.observed(session)
    if len(observed) < 2:
        return span
    hull = np.array([[observed[0, 0], observed[-1, 1]]])
    return intervals.subtract(span, intervals.subtract(hull, observed))


def _codable(coded: CodedRecord, session: str, span: Spans) -> Spans:
    """Return the part of the span in which every signal could be coded; the second after the last act is part of it."""
    observed = coded.observed(session)
    if len(observed) == 0:
        return span
    tactile = tuple(construct for construct in TACTILE if coded.is_codable(Role.CAREGIVER, construct))
    gaze = tuple(construct for construct in GAZE if coded.is_codable(Role.CHILD, construct))
    codable = intervals.intersect(
        coded.codable_time(session, Role.CAREGIVER, Construct.OBJECT, *tactile, Construct.VOICE),
        coded.codable_time(session, Role.CHILD, *gaze),
    )
    return intervals.subtract(span, intervals.subtract(observed, codable))


def _visits(channels: Sequence[Spans], start: float, end: float) -> npt.NDArray[np.int64]:
    edges = np.unique(np.concatenate([[start, end], *(part.ravel() for part in channels)]))
    edges = edges[(edges >= start) & (edges <= end)]
    middle = (edges[:-1] + edges[1:]) / 2
    states = sum((intervals.covers(part, middle).astype(np.int64) << bit for bit, part in enumerate(channels)), 0)
    states = np.asarray(states, dtype=np.int64)
    return states[np.concatenate([[True], states[1:] != states[:-1]])]


def measures_of(coded: CodedRecord, rule: EpisodeRule, session: str, seed: int) -> list[Measure]:
    """Return the entropy rate of the caregiver's sensory signals: plug-in, corrected, and at 40 transitions.

    Args:
        coded: a record in the closed vocabulary.
        rule: not read; every family takes it.
        session: a session id.
        seed: of the interval's random numbers.

    Returns:
        Three measures in bits per transition; n counts visits, the denominator transitions, and the baseline of the
        first two is what the same visits would give in random order.
    """
    lacking = _lacking(coded)
    if lacking:
        return [not_codable(session, "caregiver", name, UNIT, lacking) for name in _NAMES]
    signals = signals_of(coded, session)
    n = sum(len(part) for part in signals.visits)
    if signals.uncodable_share >= MOST_UNCODABLE:
        note = f"{signals.uncodable_share:.0%} of the span could not be coded; no value from {MOST_UNCODABLE:.0%}"
        return _without(session, note, MeasureStatus.NOT_ASSESSABLE, n)
    if n < FEWEST_VISITS:
        note = f"{n} visits to signal states; fewer than {FEWEST_VISITS} leave the entropy rate to chance"
        return _without(session, note, MeasureStatus.TOO_FEW, n)
    found = entropy_rate(signals.visits, stream(seed, session, CORRECTED))
    return _assessed(session, found, signals)


def _lacking(coded: CodedRecord) -> str:
    """Return which signal could not be coded, or empty text."""
    needed = {
        "caregiver object": coded.is_codable(Role.CAREGIVER, Construct.OBJECT),
        "child gaze.partner or gaze.object": coded.is_codable(Role.CHILD, *GAZE),
        "caregiver touch or hold": coded.is_codable(Role.CAREGIVER, *TACTILE),
        "caregiver voice": coded.is_codable(Role.CAREGIVER, Construct.VOICE),
    }
    return ", ".join(name for name, codable in needed.items() if not codable)


def _without(session: str, note: str, status: MeasureStatus, n: int) -> list[Measure]:
    return [missing(session, "caregiver", name, UNIT, note, status=status, n=n) for name in _NAMES]


def _assessed(session: str, found: EntropyRate, signals: Signals) -> list[Measure]:
    cut = f"; {signals.uncodable_share:.1%} of the span could not be coded" if signals.uncodable_share > 0 else ""
    short = f"falls short where visits are few ({found.visits} here): for comparison with the literature only"
    whole = f"ceiling {CEILING:.3f}; baseline: the same visits in random order{cut}"
    plug_in = Measure(
        session,
        "caregiver",
        PLUG_IN,
        found.plug_in,
        None,
        None,
        UNIT,
        n=found.visits,
        denominator=float(found.transitions),
        denominator_unit="transitions",
        baseline=found.order_free,
        note=short,
    )
    corrected = replace(plug_in, name=CORRECTED, estimate=found.estimate, low=found.low, high=found.high, note=whole)
    return [plug_in, corrected, _at_equal_number(plug_in, found.rarefied, cut)]


def _at_equal_number(plug_in: Measure, found: RarefiedRate | None, cut: str) -> Measure:
    """Return the rate at the fixed number of transitions, with 1.96 standard errors to either side."""
    n, transitions = plug_in.n, plug_in.denominator
    if found is None:
        note = f"{transitions:g} transitions between states; {FIXED} are needed{cut}"
        return missing(plug_in.session, "caregiver", EQUAL, UNIT, note, status=MeasureStatus.TOO_FEW, n=n)
    reach = None if found.error is None else 1.96 * found.error
    return replace(
        plug_in,
        name=EQUAL,
        estimate=found.estimate,
        low=None if reach is None else max(found.estimate - reach, 0.0),
        high=None if reach is None else found.estimate + reach,
        baseline=None,
        note=f"for comparing records of different length or amount of signals; its level is not the rate's{cut}",
    )


_SOURCE = "Davis et al. 2017, PNAS 114:10390; Vegetabile et al. 2019, Annals of Applied Statistics 13:1"
_BASELINE = "the rate of the same visits in random order: rows from counts expected under quasi-independence"
_NEEDS = "caregiver object, child gaze.partner or gaze.object, caregiver touch or hold, caregiver voice: all four"

DEFINITIONS: dict[str, Definition] = {
    PLUG_IN: Definition(
        "How unpredictable the next sensory signal is, given the present one; uncorrected, as published.",
        "H = - sum w_i sum p_ij log2 p_ij over eight states (visual, tactile, auditory on or off)",
        _SOURCE,
        UNIT,
        "transitions between states",
        _BASELINE,
        _NEEDS,
        f"falls short by tenths of a bit where visits are few; no value under {FEWEST_VISITS} visits or from 10 % "
        "uncodable time; ceiling log2 7 = 2.807",
    ),
    CORRECTED: Definition(
        "How unpredictable the next sensory signal is, given the present one; corrected for few visits.",
        "posterior mean of H under rows from a Dirichlet whose concentration is shared and makes entropy uniform",
        f"{_SOURCE}; correction: Nemenman, Shafee & Bialek 2002, NIPS 14:471; Wolpert & Wolf 1995, Physical Review E "
        "52:6841; interval: posterior",
        UNIT,
        "transitions between states",
        _BASELINE,
        _NEEDS,
        "order of signals, not their amount nor their timing; takes the next state to depend on the present one only; "
        f"what bias is left depends on the number of transitions: compare records by '{EQUAL}'",
    ),
    EQUAL: Definition(
        "How unpredictable the next sensory signal is, given the present one, on equal footing for all records.",
        f"plug-in of {FIXED} transitions drawn without replacement, in expectation, plus Miller's correction by row",
        f"{_SOURCE}; rarefaction: Hurlbert 1971, Ecology 52:577; correction: Miller 1955, Information Theory in "
        "Psychology; interval: leaving out each transition",
        UNIT,
        "transitions between states",
        NO_BASELINE,
        _NEEDS,
        f"lies below the rate by as much as {FIXED} transitions do, the same whatever the length of a record or the "
        "amount of signals: for comparison between records, not for its level",
    ),
}
