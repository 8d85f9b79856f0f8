"""State matching: how much of the time child and caregiver share a state, and how mismatches are repaired."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bowlby.measures.clusters import jackknife_half_width
from bowlby.measures.confidence import evenness, poisson_interval
from bowlby.measures.definition import Definition
from bowlby.measures.dyad_states import (
    SHIFTS,
    Channel,
    JointStates,
    chance_of,
    codable_channels,
    dyad_states,
)
from bowlby.measures.rates import not_codable
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records.coded_record import CodedRecord

SHARE, MISMATCHES, REPAIRS, TIME_TO_REPAIR = "matched share", "mismatches", "repairs", "time to repair"
UNITS = {SHARE: "share", MISMATCHES: "per minute", REPAIRS: "per minute", TIME_TO_REPAIR: "s"}
NEEDS = {Channel.AFFECT: "affect of child and caregiver", Channel.GAZE: "child gaze.partner and caregiver look"}
FEWEST_SECONDS = 20.0
NO_VARIATION = "no variation over time to draw an interval from"


@dataclass(frozen=True)
class Matching:
    """Matching of one session.

    Args:
        both_s: time in which both have a state, seconds.
        matched_s: part of it in which the states are the same.
        mismatches: number of mismatches that began.
        repairs: number of mismatches that ended in a match.
        mismatched_s: time in mismatch, seconds, ended by a match or not.
        begun: shape (mismatches,), when each began, seconds of joint time.
        mended: shape (repairs,), when each was repaired.
    """

    both_s: float
    matched_s: float
    mismatches: int
    repairs: int
    mismatched_s: float
    begun: npt.NDArray[np.float64]
    mended: npt.NDArray[np.float64]

    def values(self) -> dict[str, float | None]:
        """Return the measures, None where the denominator is 0."""
        minutes = self.both_s / 60
        return {
            SHARE: self.matched_s / self.both_s if self.both_s else None,
            MISMATCHES: self.mismatches / minutes if minutes else None,
            REPAIRS: self.repairs / minutes if minutes else None,
            TIME_TO_REPAIR: self.mismatched_s / self.repairs if self.repairs else None,
        }


def matching(joint: JointStates) -> Matching:
    """Return how often and for how long the two share a state.

    A mismatch lasts until a match, through changes from one mismatch to another; a repair is a change from mismatch to
    match without a gap (Tronick & Cohn 1989, Child Development 60:85; Tronick & Gianino 1986, Zero to Three 6(3):1).

    Args:
        joint: joint stretches.

    Returns:
        The matching; all zero without joint time.
    """
    same = joint.child == joint.caregiver
    before = np.concatenate([[False], ~same[:-1]])[: len(same)] & joint.follows
    begins = ~same & ~before
    repaired = same & before
    length = joint.length_s
    since = np.cumsum(length) - length
    return Matching(
        float(length.sum()),
        float(length[same].sum()),
        int(begins.sum()),
        int(repaired.sum()),
        float(length[~same].sum()),
        since[begins],
        since[repaired],
    )


def measures_of(
    coded: CodedRecord, rule: EpisodeRule, session: str, seed: int, *, shifts: int = SHIFTS
) -> list[Measure]:
    """Return matching of affect and of gaze, with the mean over circular shifts as chance baseline.

    Args:
        coded: a record in the closed vocabulary.
        rule: not read; every family takes it.
        session: a session id.
        seed: of the shifts.
        shifts: how many, >= 1; they make the chance baseline and nothing else.

    Returns:
        Matched share, mismatches and repairs per minute and time to repair, for each channel.
    """
    codable = codable_channels(coded)
    return [
        found for channel in Channel for found in _of_channel(coded, session, (seed, shifts), channel, codable[channel])
    ]


def _of_channel(
    coded: CodedRecord, session: str, drawn: tuple[int, int], channel: Channel, codable: bool
) -> list[Measure]:
    names = {name: f"{name}: {channel}" for name in UNITS}
    if not codable:
        return [not_codable(session, "dyad", full, UNITS[name], NEEDS[channel]) for name, full in names.items()]
    states = dyad_states(coded, session, channel)
    joint = states.joint()
    found = matching(joint)
    if found.both_s < FEWEST_SECONDS:
        note = f"{found.both_s:.0f} s in which both have a state; fewer than {FEWEST_SECONDS:.0f}"
        return [
            missing(session, "dyad", full, UNITS[name], note, status=MeasureStatus.TOO_FEW)
            for name, full in names.items()
        ]
    seed, shifts = drawn
    generator = stream(seed, session, f"matching {channel}")
    chance = chance_of(states, lambda shifted: matching(shifted).values(), generator, shifts)
    seen = _MatchedSession(found, chance, joint, states.total_s)
    return [_measure(session, name, channel, seen) for name in UNITS]


@dataclass(frozen=True)
class _MatchedSession:
    found: Matching
    chance: dict[str, float | None]
    joint: JointStates
    total_s: float


def _measure(session: str, name: str, channel: Channel, seen: _MatchedSession) -> Measure:
    found = seen.found
    full, estimate = f"{name}: {channel}", found.values()[name]
    if estimate is None:
        note = "no mismatch was repaired"
        return missing(session, "dyad", full, UNITS[name], note, status=MeasureStatus.TOO_FEW, n=found.mismatches)
    low, high = _interval(name, seen)
    blank = Measure(session, "dyad", full, estimate, low, high, UNITS[name], 0, found.both_s, "s", seen.chance[name])
    if low is None and high is None:
        blank = replace(blank, note=NO_VARIATION)
    match name:
        case "matched share":
            return replace(blank, n=found.mismatches + found.repairs)
        case "mismatches":
            return replace(blank, n=found.mismatches)
        case "repairs":
            return replace(blank, n=found.repairs)
        case _:
            note = "mean time in mismatch per repair, mismatches cut short included"
            return replace(
                blank, n=found.repairs, denominator=float(found.repairs), denominator_unit="repairs", note=note
            )


def _interval(name: str, seen: _MatchedSession) -> tuple[float | None, float | None]:
    found, joint = seen.found, seen.joint
    if name == SHARE:
        return share_interval_over_time(joint, joint.child == joint.caregiver, seen.total_s)
    if name == TIME_TO_REPAIR:
        low, high = poisson_interval(found.repairs, found.mismatched_s)
        return 1 / high, (1 / low if low > 0 else None)
    onset = found.begun if name == MISMATCHES else found.mended
    return poisson_interval(len(onset), found.both_s / 60, evenness(onset))


def share_interval_over_time(
    joint: JointStates, chosen: npt.NDArray[np.bool_], total_s: float
) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a share of joint time, by leaving out each block of codable time.

    Args:
        joint: joint stretches.
        chosen: shape (n,), which stretches are counted.
        total_s: codable seconds.

    Returns:
        (low, high) within [0, 1], or (None, None) where a part left out leaves no joint time, or nothing varies.
    """
    every = joint.seconds_by_block(np.ones(len(chosen), dtype=bool), total_s)
    sums = np.column_stack([joint.seconds_by_block(chosen, total_s), every])
    if every.sum() - every.max() <= 0:
        return None, None
    share = float(sums[:, 0].sum() / sums[:, 1].sum())
    half = jackknife_half_width(sums, lambda s: s[..., 0] / s[..., 1], sums[:, 1])
    if not half > 0:
        return None, None
    return max(0.0, share - half), min(1.0, share + half)


_SOURCE = "Tronick & Gianino 1986, Zero to Three 6(3):1; Tronick & Cohn 1989, Child Development 60:85"
_COUNT = (
    "Poisson interval (Garwood 1936, Biometrika 28:437) for the counts divided by the squared coefficient of variation "
    "of the times between"
)
_CHANCE = f"mean over {SHIFTS} circular shifts of the caregiver's states against the child's in codable time"
_NEEDS = "affect (valence) of both, or child gaze.partner and caregiver look"

DEFINITIONS: dict[str, Definition] = {
    SHARE: Definition(
        "The share of joint time in which child and caregiver are in the same state.",
        "seconds in the same state / seconds in which both have a state",
        f"{_SOURCE}; interval by leaving out each block of codable time: Künsch 1989, Annals of Statistics 17:1217",
        "share",
        "seconds in which both have a state",
        _CHANCE,
        _NEEDS,
        "most pairs mismatch most of the time and do well; more matching is not better care",
    ),
    MISMATCHES: Definition(
        "How often a mismatch of states began, per minute of joint time.",
        "mismatches begun / joint minutes",
        f"{_SOURCE}; {_COUNT}",
        "per minute",
        "seconds in which both have a state",
        _CHANCE,
        _NEEDS,
        "depends on how finely coders cut states",
    ),
    REPAIRS: Definition(
        "How often a mismatch changed into a match, per minute of joint time.",
        "changes from mismatch to match / joint minutes",
        f"{_SOURCE}; {_COUNT}",
        "per minute",
        "seconds in which both have a state",
        _CHANCE,
        _NEEDS,
        "a pair that never mismatches cannot repair: read it beside the mismatches",
    ),
    TIME_TO_REPAIR: Definition(
        "How long a mismatch lasts before a match, on average.",
        "seconds in mismatch / repairs: the censored exponential mean",
        f"{_SOURCE}; interval from that of the Poisson count of repairs",
        "s",
        "repairs",
        _CHANCE,
        _NEEDS,
        "takes the chance of repair as constant while a mismatch lasts",
    ),
}
