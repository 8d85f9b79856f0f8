"""Entropy rate and circular-shift null on one hour of a dense simulated dyad, against plain loops over the record."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import polars as pl

from bench import Row
from bowlby.measures import contingency, entropy_rate
from bowlby.measures.rule import EpisodeRule
from bowlby.records.coded_record import ACT_SCHEMA, MASK_SCHEMA, CodedRecord
from bowlby.records.constructs import VOCABULARY, Construct, Role
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Record

HOUR_S = 3600.0
SHIFTS = 10_000
LOOPED = 100
"""Shifts that the plain loop is timed on; its time grows in proportion."""

Acts = list[tuple[Role, Construct, float, float]]


def run() -> list[Row]:
    """Return the time of the null against its bar, and both measures against plain loops."""
    coded = _hour()
    rule = EpisodeRule()
    shifted = _seconds(lambda: contingency.measures_of(coded, rule, "s", 0, shifts=SHIFTS))
    looped = _seconds(lambda: _looped_shifts(coded)) * SHIFTS / LOOPED
    entropy = _seconds(lambda: entropy_rate.signals_of(coded, "s"))
    grid = _seconds(lambda: _looped_states(coded))
    whole = _seconds(lambda: entropy_rate.measures_of(coded, rule, "s", 0))
    return [
        Row(f"contingency, all of it, {SHIFTS} shifts of an hour", f"{shifted:.2f} s", "bar 2 s", shifted, 2.0, True),
        Row("the same", f"{shifted:.2f} s", f"{looped:.1f} s, a loop over shifts and bids", looped / shifted, None),
        Row("sensory states of an hour", f"{entropy:.4f} s", f"{grid:.3f} s, a loop over 0.1 s", grid / entropy, None),
        Row(
            "entropy rate of an hour with its interval",
            f"{whole:.3f} s",
            f"{grid:.3f} s, the loop for its states alone",
            grid / whole,
            None,
        ),
    ]


def _seconds(work: Callable[[], object]) -> float:
    work()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _hour() -> CodedRecord:
    rng = np.random.default_rng(0)
    acts: Acts = []
    for role, construct, silence in (
        (Role.CHILD, Construct.CUE_BID, 15.0),
        (Role.CHILD, Construct.CUE_DISTRESS, 60.0),
        (Role.CHILD, Construct.GAZE_PARTNER, 6.0),
        (Role.CAREGIVER, Construct.ANSWER, 10.0),
        (Role.CAREGIVER, Construct.VOICE, 5.0),
        (Role.CAREGIVER, Construct.TOUCH, 10.0),
        (Role.CAREGIVER, Construct.OBJECT, 10.0),
    ):
        start = np.cumsum(rng.exponential(silence, size=int(2 * HOUR_S / silence)) + 1.0)
        acts += [(role, construct, float(t), float(t) + 1.0) for t in start[start < HOUR_S - 1]]
    return _coded(acts)


def _coded(acts: Acts) -> CodedRecord:
    rows = [
        {
            "session": "s",
            "event": number,
            "role": str(role),
            "actor": "",
            "construct": str(construct),
            "channel": "",
            "code": str(construct),
            "onset_s": onset,
            "offset_s": offset,
            "value": None,
            "modifiers": "",
        }
        for number, (role, construct, onset, offset) in enumerate(sorted(acts, key=lambda act: act[2]))
    ]
    window = [("s", "observed", None, None, 0.0, HOUR_S, "", "stated")]
    record = Record(pl.DataFrame(schema=EVENT_SCHEMA), pl.DataFrame(window, schema=WINDOW_SCHEMA, orient="row"))
    acts_table, masks = pl.DataFrame(rows, schema=ACT_SCHEMA), pl.DataFrame(schema=MASK_SCHEMA)
    return CodedRecord(record, acts_table, masks, frozenset(VOCABULARY), (), "bench", {})


def _looped_shifts(coded: CodedRecord) -> list[int]:
    """Count answered bids under each shift, one bid after the other."""
    bids = coded.onsets("s", Role.CHILD, Construct.CUE_BID, Construct.CUE_DISTRESS).tolist()
    answers = coded.onsets("s", Role.CAREGIVER, Construct.ANSWER).tolist()
    counts: list[int] = []
    for shift in np.random.default_rng(0).uniform(0, HOUR_S, LOOPED).tolist():
        moved = [(time + shift) % HOUR_S for time in answers]
        counts.append(sum(any(bid <= time <= bid + 5.0 for time in moved) for bid in bids))
    return counts


def _looped_states(coded: CodedRecord) -> list[int]:
    """Return the visited sensory states by looking at every tenth of a second."""
    names = (Construct.OBJECT, Construct.GAZE_PARTNER, Construct.TOUCH, Construct.VOICE)
    spans = [coded.acts.filter(pl.col("construct") == str(name)).select("onset_s", "offset_s").rows() for name in names]
    places, visits = [0, 0, 0, 0], [-1]
    for tick in range(int(HOUR_S * 10)):
        on: list[bool] = []
        for channel, own in enumerate(spans):
            while places[channel] < len(own) and own[places[channel]][1] <= tick / 10:
                places[channel] += 1
            on.append(places[channel] < len(own) and own[places[channel]][0] <= tick / 10)
        state = (on[0] and on[1]) + 2 * on[2] + 4 * on[3]
        if state != visits[-1]:
            visits.append(state)
    return visits[1:]
