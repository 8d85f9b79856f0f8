"""The block program of the moment clock: W dyads through a situation, second by second."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bowlby.model.life.arithmetic import indicator
from bowlby.model.life.child import derive
from bowlby.model.life.event import Time
from bowlby.model.life.state import from_leaves, leaves_of
from bowlby.model.moment.registry import MOMENTS, Moments
from bowlby.model.moment.second import When, outset, second
from bowlby.model.moment.state import MomentWords, Scene, Seen, Voice
from bowlby.simulate.engine.blocks import Blocks, deal, padded_state
from bowlby.simulate.engine.cohort import CohortResult
from bowlby.simulate.engine.program import WIDTH, Block, block_parameters
from bowlby.simulate.procedures import Procedure
from bowlby.simulate.streams import stream_key, uniform, word

FIRST_STREAM = 64
"""Streams of the moment clock follow those of the episode clock; one a word of `MomentWords`."""
SESSION_TICKS = 1 << 20
"""Seconds between the chances of two intervals of one child."""


class Interval(NamedTuple):
    """What is played.

    Args:
        table: of the procedure's phases, shape (phases, 6).
        novelty: of the room.
        staged: 1 in a procedure.
        age: months.
        first: number of the first second, uint32.
        needs: of everyday life per waking hour.
        idle: seconds since the last episode.
    """

    table: Any
    novelty: Any
    staged: Any
    age: Any
    first: Any
    needs: Any
    idle: Any


@dataclass(frozen=True)
class Played:
    """What could be seen of some dyads, and what they had learned at the end.

    Args:
        procedure: what was played.
        numbers: of the children, shape (children,).
        age: months.
        seen: each field of `Seen`, shape (seconds, children); onsets within a second in 256ths.
        phase: number of the phase at each second, -1 after the end, int8, shape (seconds, children).
        state: learned states at the end, shape (variables, children).
        activation: of the child in 255ths, uint8, shape (seconds, children).
    """

    procedure: Procedure
    numbers: np.ndarray
    age: float
    seen: dict[str, np.ndarray]
    phase: np.ndarray
    state: np.ndarray
    activation: np.ndarray


def play(
    cohort: CohortResult,
    procedure: Procedure,
    *,
    session: int = 0,
    idle_hours: float = 1.0,
    moments: dict[str, float] | None = None,
) -> Played:
    """Play a situation with every child of a cohort and the caregiver it has at the end.

    Args:
        cohort: children with what they have learned; of several partners the first one is watched, and another where
            `together_with` has chosen it.
        procedure: what to play.
        session: number of the interval; another number gives other chances.
        idle_hours: since the last episode, > 0; 12 after a night.
        moments: constants of the moment clock that differ from the registry.

    Returns:
        What could be seen, and the states afterwards: learning goes on while it is played.

    Raises:
        InputError: the procedure is not meant for this age.
    """
    cohort = cohort.together_with() if cohort.design.slots else cohort
    design = cohort.design
    procedure.check_age(design.until)
    constants = {entry.name: entry.default for entry in MOMENTS} | (moments or {})
    values = np.array([constants[name] for name in Moments._fields], np.float32)
    hours = 12.0
    interval = Interval(
        procedure.table(),
        np.float32(procedure.novelty),
        np.float32(procedure.staged),
        np.float32(design.until),
        np.uint32((session * SESSION_TICKS) & 0xFFFFFFFF),
        np.float32(design.bids_per_day / hours),
        np.float32(3600.0 * idle_hours),
    )
    blocks = Blocks(design, design.care[-1])
    seconds, count = procedure.longest, design.children
    seen = {name: np.empty((seconds, count), np.uint8) for name in Seen._fields}
    phase = np.empty((seconds, count), np.int8)
    activation = np.empty((seconds, count), np.uint8)
    after = np.empty_like(cohort.state)

    def work(device: Any, members: slice) -> None:
        placed = jax.device_put((blocks.block(members), interval, values, padded_state(cohort.state, members)), device)
        lived, track = program(seconds)(*placed)
        width = members.stop - members.start
        for name, channel in zip(Seen._fields, track[0], strict=True):
            seen[name][:, members] = np.asarray(channel)[:, :width]
        phase[:, members] = np.asarray(track[1])[:, :width]
        activation[:, members] = np.asarray(track[2])[:, :width]
        after[:, members] = np.asarray(lived)[:, :width]

    deal(blocks.slices(), work, lambda: False)
    return Played(procedure, design.child_numbers(), design.until, seen, phase, after, activation)


@cache
def program(seconds: int) -> Any:
    """Return the compiled program of so many seconds.

    Args:
        seconds: > 0.

    Returns:
        A jitted function (block, interval, constants, state) -> (state, channels).

    Raises:
        Nothing.
    """

    def run(block: Block, interval: Interval, values: Any, state: Any) -> Any:
        return _play(block, interval, values, state, seconds)

    return jax.jit(run)


def _play(block: Block, interval: Interval, values: Any, state: Any, seconds: int) -> Any:
    parameters, moments = block_parameters(block), Moments(*values)
    streams = jnp.arange(FIRST_STREAM, FIRST_STREAM + len(MomentWords._fields), dtype=jnp.uint32)[:, None]
    key = stream_key(block.seed, block.children[None, :], streams)
    hour = jnp.ones(WIDTH, jnp.float32)
    time = Time(age=interval.age * hour, elapsed=hour, waking=hour)
    when = When(time.age, derive(parameters.constants, time), interval.needs)

    def body(carried: Any, tick: Any) -> Any:
        moment, clock, drawn = carried
        scene = _scene(interval, clock)
        moment, seen = second(parameters, moments, moment, (scene, when), MomentWords(*drawn))
        phase = jnp.where(scene.watched > 0.0, clock[0], -1).astype(jnp.int8)
        crying = indicator(moment.body.voice == Voice.CRY) * scene.watched
        clock = _advance(interval, clock, crying)
        drawn = uniform(word(key, interval.first + tick + jnp.uint32(1)))
        activation = (255.0 * moment.body.activation).astype(jnp.uint8)
        return (moment, clock, drawn), (_bytes(seen), phase, activation)

    life = from_leaves(list(state))
    start = outset(life, hour * 0.05, interval.idle)
    clock = (jnp.zeros(WIDTH, jnp.int32), jnp.zeros(WIDTH, jnp.float32), jnp.zeros(WIDTH, jnp.float32))
    carried = (start, clock, uniform(word(key, interval.first)))
    (moment, _, _), track = jax.lax.scan(body, carried, jnp.arange(seconds, dtype=jnp.uint32))
    return jnp.stack(leaves_of(moment.life)), track


def _scene(interval: Interval, clock: Any) -> Scene:
    number, passed, _ = clock
    last = interval.table.shape[0] - 1
    row = interval.table[jnp.minimum(number, last)].T
    watched = indicator(number <= last)
    return Scene(
        watched=watched,
        present=row[1],
        stranger=row[2],
        still=row[3],
        play=row[4],
        novelty=interval.novelty * jnp.ones_like(passed),
        staged=interval.staged * jnp.ones_like(passed),
        began=indicator(passed == 0.0),
        age=interval.age * jnp.ones_like(passed),
    )


def _advance(interval: Interval, clock: Any, crying: Any) -> Any:
    number, passed, run = clock
    last = interval.table.shape[0] - 1
    row = interval.table[jnp.minimum(number, last)].T
    passed, run = passed + 1.0, (run + 1.0) * crying
    ends = (passed >= row[0]) | (run >= row[5])
    return number + ends.astype(jnp.int32), jnp.where(ends, 0.0, passed), jnp.where(ends, 0.0, run)


_SHARES = frozenset({"bid_at", "answer_at"})


def _bytes(seen: Seen) -> tuple[Any, ...]:
    """Codes as they are, affect shifted by one, shares of a second in 256ths."""
    shifted = seen._asdict() | {"affect": seen.affect + 1.0, "mood": seen.mood + 1.0}
    return tuple(
        jnp.minimum(256.0 * value, 255.0).astype(jnp.uint8) if name in _SHARES else value.astype(jnp.uint8)
        for name, value in shifted.items()
    )
