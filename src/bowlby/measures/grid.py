"""State-space grid: the dyad's course over the cells child state x caregiver state."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bowlby.measures.clusters import jackknife_half_width
from bowlby.measures.confidence import mean_interval, poisson_interval
from bowlby.measures.definition import Definition
from bowlby.measures.dyad_states import (
    SHIFTS,
    Channel,
    DyadStates,
    JointStates,
    chance_of,
    codable_channels,
    dyad_states,
)
from bowlby.measures.matching import FEWEST_SECONDS, NEEDS, NO_VARIATION, share_interval_over_time
from bowlby.measures.rates import not_codable
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.streams import stream
from bowlby.measures.value import Measure, MeasureStatus, missing
from bowlby.records.coded_record import CodedRecord

DISPERSION, TRANSITIONS, CELLS = "grid dispersion", "grid transitions", "grid cells visited"
VISIT, DWELL, RETURN = "grid visit", "grid attractor dwell", "grid attractor return"
UNITS = {
    DISPERSION: "index, 0 to 1",
    TRANSITIONS: "per minute",
    CELLS: "cells",
    VISIT: "s",
    DWELL: "share",
    RETURN: "s",
}


@dataclass(frozen=True)
class StateSpaceGrid:
    """One session's course over the grid.

    Args:
        seconds: shape (states, states), time in each cell, rows child, columns caregiver.
        visits: shape (states, states), number of visits to each cell.
        transitions: number of moves from cell to cell.
        returns_s: shape (k,), how long each return to the attractor took, seconds.
        away_s: how long the course was outside after a visit without a return, since coding stopped, seconds.
    """

    seconds: npt.NDArray[np.float64]
    visits: npt.NDArray[np.int64]
    transitions: int
    returns_s: npt.NDArray[np.float64]
    away_s: float

    @property
    def attractor(self) -> tuple[int, int]:
        """Return the cell with the most time, (child, caregiver); the first of equals."""
        row, column = np.unravel_index(int(self.seconds.argmax()), self.seconds.shape)
        return int(row), int(column)

    @property
    def return_s(self) -> float:
        """Return the mean time away, times that were cut short included: seconds away over returns."""
        return (float(self.returns_s.sum()) + self.away_s) / len(self.returns_s)

    def values(self) -> dict[str, float | None]:
        """Return the measures, None where the denominator is 0."""
        total = float(self.seconds.sum())
        visits = int(self.visits.sum())
        return {
            DISPERSION: float(dispersion(self.seconds.ravel())) if total else None,
            TRANSITIONS: self.transitions / (total / 60) if total else None,
            CELLS: float((self.visits > 0).sum()),
            VISIT: total / visits if visits else None,
            DWELL: float(self.seconds.max()) / total if total else None,
            RETURN: self.return_s if len(self.returns_s) else None,
        }


def grid(joint: JointStates, states: int) -> StateSpaceGrid:
    """Return the course over the cells.

    Args:
        joint: joint stretches.
        states: number of states of either person.

    Returns:
        Time, visits, moves and returns; returns are taken within stretches without a gap.
    """
    cell = joint.child * states + joint.caregiver
    seconds = np.bincount(cell, weights=joint.length_s, minlength=states * states).astype(np.float64)
    visits = np.bincount(cell, minlength=states * states)
    shape = (states, states)
    away = _away(joint, cell == int(seconds.argmax()))
    return StateSpaceGrid(
        seconds.reshape(shape), visits.reshape(shape).astype(np.int64), int(joint.follows.sum()), *away
    )


def dispersion(seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how evenly time is spread over the cells: 0 all in one, 1 the same in each.

    1 - (n sum_i (d_i / D)^2 - 1) / (n - 1), d_i the time in cell i, D all time, n the number of cells (Hollenstein
    2013, State Space Grids, ch. 5; the grid: Lewis, Lamey & Douglas 1999, Developmental Science 2:458).

    Args:
        seconds: shape (..., n), time in each cell, seconds, not all 0.

    Returns:
        Shape (...), in [0, 1].
    """
    n = seconds.shape[-1]
    share = seconds / seconds.sum(-1, keepdims=True)
    return 1 - (n * (share**2).sum(-1) - 1) / (n - 1)


def _away(joint: JointStates, inside: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.float64], float]:
    """Return how long the course was outside before each return, and after the last visits of stretches without gap."""
    run = np.cumsum(~joint.follows)
    at = np.flatnonzero(inside)
    near = (run[at[1:]] == run[at[:-1]]) & (np.diff(at) > 1)
    last = np.searchsorted(run, run[at], side="right") - 1
    final = np.append(run[at[1:]] != run[at[:-1]], len(at) > 0)[: len(at)]
    cut = (joint.end[last] - joint.end[at])[final]
    return joint.start[at[1:]][near] - joint.end[at[:-1]][near], float(cut.sum())


def measures_of(
    coded: CodedRecord, rule: EpisodeRule, session: str, seed: int, *, shifts: int = SHIFTS
) -> list[Measure]:
    """Return the grid measures of affect and of gaze, with the mean over circular shifts as chance baseline.

    Args:
        coded: a record in the closed vocabulary.
        rule: not read; every family takes it.
        session: a session id.
        seed: of the shifts.
        shifts: how many, >= 1; they make the chance baseline and nothing else.

    Returns:
        Dispersion, transitions per minute, cells visited, mean visit, share of time in the attractor and mean return
        time, for each channel.
    """
    codable = codable_channels(coded)
    return [
        found for channel in Channel for found in _of_channel(coded, session, (seed, shifts), channel, codable[channel])
    ]


def _of_channel(
    coded: CodedRecord, session: str, drawn: tuple[int, int], channel: Channel, codable: bool
) -> list[Measure]:
    if not codable:
        return [not_codable(session, "dyad", f"{name}: {channel}", UNITS[name], NEEDS[channel]) for name in UNITS]
    states = dyad_states(coded, session, channel)
    joint = states.joint()
    if float(joint.length_s.sum()) < FEWEST_SECONDS:
        note = f"{joint.length_s.sum():.0f} s in which both have a state; fewer than {FEWEST_SECONDS:.0f}"
        return [
            missing(session, "dyad", f"{name}: {channel}", UNITS[name], note, status=MeasureStatus.TOO_FEW)
            for name in UNITS
        ]
    count = len(states.states)
    found = grid(joint, count)
    seed, shifts = drawn
    generator = stream(seed, session, f"grid {channel}")
    chance = chance_of(states, lambda shifted: grid(shifted, count).values(), generator, shifts)
    blank = Measure(session, "dyad", "", None, None, None, "", 0, float(joint.length_s.sum()), "s")
    return [_measure(replace(blank, baseline=chance[name]), name, channel, (found, joint, states)) for name in UNITS]


def _measure(
    blank: Measure, name: str, channel: Channel, seen: tuple[StateSpaceGrid, JointStates, DyadStates]
) -> Measure:
    found, _, states = seen
    estimate = found.values()[name]
    named = replace(blank, name=f"{name}: {channel}", unit=UNITS[name])
    if estimate is None:
        return replace(named, baseline=None, note="the course never came back", status=MeasureStatus.TOO_FEW)
    if name == VISIT and found.visits.sum() < 2:
        return replace(
            named, baseline=None, note="a single visit, cut short on both sides", status=MeasureStatus.TOO_FEW
        )
    low, high = _interval(name, seen)
    row, column = found.attractor
    where = f"attractor: child {states.states[row]}, caregiver {states.states[column]}"
    note = where if name in (DWELL, RETURN) else ""
    if low is None and high is None:
        note = f"{NO_VARIATION}; {note}" if note else NO_VARIATION
    counts = {TRANSITIONS: found.transitions, RETURN: len(found.returns_s)}
    n = counts.get(name, int(found.visits.sum()))
    if name == CELLS:
        named = replace(named, denominator=float(found.visits.size), denominator_unit="cells")
        note = "no interval: a longer session visits more cells"
    if name == RETURN:
        named = replace(named, denominator=float(n), denominator_unit="returns")
    return replace(named, estimate=estimate, low=low, high=high, n=n, note=note)


def _interval(name: str, seen: tuple[StateSpaceGrid, JointStates, DyadStates]) -> tuple[float | None, float | None]:
    found, joint, states = seen
    match name:
        case "grid dispersion":
            return _dispersion_interval(joint, states)
        case "grid transitions":
            return poisson_interval(found.transitions, float(joint.length_s.sum()) / 60)
        case "grid visit":
            return mean_interval(joint.length_s)
        case "grid attractor dwell":
            inside = (joint.child == found.attractor[0]) & (joint.caregiver == found.attractor[1])
            return share_interval_over_time(joint, inside, states.total_s)
        case "grid attractor return":
            low, high = mean_interval(found.returns_s)
            scale = found.return_s / float(found.returns_s.mean())
            return low * scale, high * scale
        case _:
            return None, None


def _dispersion_interval(joint: JointStates, states: DyadStates) -> tuple[float | None, float | None]:
    count = len(states.states)
    cell = joint.child * count + joint.caregiver
    sums = np.column_stack([joint.seconds_by_block(cell == own, states.total_s) for own in range(count * count)])
    if sums.sum() - sums.sum(1).max() <= 0:
        return None, None
    middle = float(dispersion(sums.sum(0)))
    half = jackknife_half_width(sums, dispersion, sums.sum(1))
    if not half > 0:
        return None, None
    # Squares of estimated shares are too large by their variance: what leaving out a block adds is put back.
    short = (len(sums) - 1) * (middle - float(dispersion(sums.sum(0) - sums).mean()))
    centre = middle + min(max(short, 0.0), half)
    return max(0.0, min(middle, centre - half)), min(1.0, centre + half)


_SOURCE = "Lewis, Lamey & Douglas 1999, Developmental Science 2:458; Hollenstein 2013, State Space Grids (Springer)"
_CHANCE = f"mean over {SHIFTS} circular shifts of the caregiver's states against the child's in codable time"
_NEEDS = "affect (valence) of both, or child gaze.partner and caregiver look"
_JACKKNIFE = "interval by leaving out each block of codable time: Künsch 1989, Annals of Statistics 17:1217"
_JOINT = "seconds in which both have a state"

DEFINITIONS: dict[str, Definition] = {
    DISPERSION: Definition(
        "How evenly the dyad's time is spread over the cells of the grid: 0 all in one cell, 1 the same in each.",
        "1 - (n sum (d_i / D)^2 - 1) / (n - 1), d_i time in cell i, D all time, n cells",
        f"{_SOURCE}; {_JACKKNIFE}",
        UNITS[DISPERSION],
        _JOINT,
        _CHANCE,
        _NEEDS,
        "flexible and chaotic dyads both score high",
    ),
    TRANSITIONS: Definition(
        "How often the dyad moved from one cell to another, per minute of joint time.",
        "moves / joint minutes",
        f"{_SOURCE}; exact Poisson interval: Garwood 1936, Biometrika 28:437",
        UNITS[TRANSITIONS],
        _JOINT,
        _CHANCE,
        _NEEDS,
        "depends on how finely coders cut states; moves in a row are not independent, so the interval is approximate",
    ),
    CELLS: Definition(
        "How many cells of the grid were visited.",
        "number of cells with time in them",
        _SOURCE,
        UNITS[CELLS],
        "cells of the grid",
        _CHANCE,
        _NEEDS,
        "no interval; grows with the length of the session",
    ),
    VISIT: Definition(
        "How long the dyad stays in a cell, on average.",
        "joint seconds / visits",
        f"{_SOURCE}; delta method on the log scale",
        UNITS[VISIT],
        _JOINT,
        _CHANCE,
        _NEEDS,
        "visits under way where coding stops are cut short",
    ),
    DWELL: Definition(
        "The share of joint time in the attractor, the cell with the most time.",
        "seconds in the attractor / joint seconds",
        f"{_SOURCE}; {_JACKKNIFE}",
        UNITS[DWELL],
        _JOINT,
        _CHANCE,
        _NEEDS,
        "the cell is chosen by the same data, so the share is a little high; neutral affect is often it",
    ),
    RETURN: Definition(
        "How long the dyad stays away from the attractor before it comes back, on average.",
        "seconds from leaving the attractor to the next entry, or to the end of coding, / returns: the censored "
        "exponential mean, within stretches without a gap",
        f"{_SOURCE}; delta method on the log scale",
        UNITS[RETURN],
        "returns",
        _CHANCE,
        _NEEDS,
        "takes the chance of a return as constant while the dyad is away; where no cell has most of the time the "
        "attractor is chosen by chance, and its return time reads short",
    ),
}
