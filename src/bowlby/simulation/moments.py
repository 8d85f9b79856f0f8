"""The block program of the moment clock: W dyads through a situation, second by second.

One program serves every procedure, and one every ordinary watch, which is the faster for its single phase. Each plays
up to `SPAN` seconds and hands on what is under way, so that how long a situation lasts is not compiled into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bowlby.model.life.arithmetic import indicator
from bowlby.model.life.child import derive
from bowlby.model.life.event import EpisodeTime
from bowlby.model.life.state import from_leaves, leaves_of
from bowlby.model.moment.constants import MomentConstants
from bowlby.model.moment.second import MomentAge, outset, second
from bowlby.model.moment.state import Moment, MomentWords, Observables, Scene, Voice
from bowlby.model.registry import CAREGIVER, MOMENTS, REGISTRY
from bowlby.simulation.draws import standard
from bowlby.simulation.engine.blocks import Blocks, deal, each_child, members_of, padded_state, prior_scale
from bowlby.simulation.engine.cohort import CohortResult
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.engine.program import WIDTH, LifeBlock, block_parameters
from bowlby.simulation.procedures import Procedure
from bowlby.simulation.streams import stream_key, uniform, word

FIRST_STREAM = 64
"""Streams of the moment clock follow those of the episode clock; one a word of `MomentWords`."""
SESSION_TICKS = 1 << 20
"""Seconds between the chances of two intervals of one child."""
SPAN = 480
"""Seconds of one call of the program: its channels stay below the size up to which XLA makes one function of a loop."""
PHASES = 8
"""Rows of a table of several phases are padded to a multiple of it."""


class SituationInterval(NamedTuple):
    """What is played.

    Args:
        table: of the procedure's phases, shape (phases, 6), padded at the end.
        last: number of the last phase.
        novelty: of the room.
        staged: 1 in a procedure.
        age: months.
        first: number of the first second, uint32.
        needs: of everyday life per waking hour.
        idle: seconds since the last episode.
    """

    table: Any
    last: Any
    novelty: Any
    staged: Any
    age: Any
    first: Any
    needs: Any
    idle: Any


@dataclass(frozen=True)
class SituationRun:
    """What could be seen of some dyads, and what they had learned at the end.

    Args:
        procedure: what was played.
        numbers: of the children, shape (children,).
        age: months.
        seen: each field of `Observables`, shape (seconds, children); onsets within a second in 256ths.
        phase: number of the phase at each second, -1 after the end, int8, shape (seconds, children).
        state: learned states at the end, shape (variables, children).
        activation: of the child in 255ths, uint8, shape (seconds, children).
        seed: of all chances.
        session: number of the interval.
    """

    procedure: Procedure
    numbers: np.ndarray
    age: float
    seen: dict[str, np.ndarray]
    phase: np.ndarray
    state: np.ndarray
    activation: np.ndarray
    seed: int
    session: int


def play(
    cohort: CohortResult,
    procedure: Procedure,
    *,
    session: int = 0,
    idle_hours: float = 1.0,
    departure: float = 0.0,
    moments: dict[str, float] | None = None,
) -> SituationRun:
    """Play a situation with every child of a cohort and the caregiver it has at the end.

    Args:
        cohort: children with what they have learned; of several partners the first one is watched, and another where
            `together_with` has chosen it.
        procedure: what to play.
        session: number of the interval; another number gives other chances.
        idle_hours: since the last episode, > 0; 12 after a night.
        departure: of this session's care from usual care, in units of each caregiver trait's spread, >= 0.
        moments: constants of the moment clock that differ from the registry.

    Returns:
        What could be seen, and the states afterwards: learning goes on while it is played.

    Raises:
        InputError: the procedure is not meant for this age.
    """
    cohort = cohort.together_with() if cohort.design.slots else cohort
    design = cohort.design
    procedure.check_age(design.until)
    constants = {entry.name: entry.default for entry in MOMENTS} | (moments or {}) | dict(design.own_constants)
    values = each_child([np.asarray(constants[name]) for name in MomentConstants._fields], design.children)
    interval = _interval(cohort, procedure, session, idle_hours)
    blocks = Blocks(design, design.care[-1])
    shift = departures(design, session, departure)
    seconds, count = procedure.longest, design.children
    seen = {name: np.empty((seconds, count), np.uint8) for name in Observables._fields}
    phase = np.empty((seconds, count), np.int8)
    activation = np.empty((seconds, count), np.uint8)
    after = np.empty_like(cohort.state)

    def work(device: Any, members: slice) -> None:
        block = _departing(blocks.block(members), shift, members)
        own = members_of(values, members)
        placed = jax.device_put((block, interval, own, padded_state(cohort.state, members)), device)
        width = members.stop - members.start
        under_way = outset_program()(*placed)
        for start, count in spans(seconds):
            under_way, track = program()(*placed[:3], under_way, np.uint32(start), np.int32(count))
            span = slice(start, start + count)
            for name, channel in zip(Observables._fields, track[0], strict=True):
                seen[name][span, members] = np.asarray(channel)[:count, :width]
            phase[span, members] = np.asarray(track[1])[:count, :width]
            activation[span, members] = np.asarray(track[2])[:count, :width]
        after[:, members] = np.stack(leaves_of(under_way.moment.life))[:, :width]

    deal(blocks.slices(), work, lambda: False)
    return SituationRun(
        procedure, design.child_numbers(), design.until, seen, phase, after, activation, design.seed, session
    )


def departures(design: CohortDesign, session: int, departure: float) -> np.ndarray:
    """Return how far the caregiver of one session departs from usual care: g(trait of the session) - g(trait) = u s z.

    Here u is the departure, s the trait's spread in the registry, and z standard normal by seed, child, trait and
    session; g is the trait's transform.

    Args:
        design: of the cohort.
        session: number of the interval.
        departure: u, >= 0.

    Returns:
        On the transformed scales, float32, shape (caregiver traits, children).
    """
    numbers = design.child_numbers()
    rows = [
        departure * prior_scale(entry) * standard(numbers, design.seed, f"session/{entry.name}", session)
        for entry in CAREGIVER
    ]
    return np.stack(rows).astype(np.float32)


def _departing(block: LifeBlock, shift: np.ndarray, members: slice) -> LifeBlock:
    location = block.location.copy()
    location[: len(shift)] += padded_state(shift, members)
    return block._replace(location=location)


def spans(seconds: int) -> list[tuple[int, int]]:
    """Return how the seconds of a situation are cut into calls of the program; it changes nothing in what is played.

    Args:
        seconds: of the situation, > 0.

    Returns:
        The first second of each call, and how many it plays, at most `SPAN`.
    """
    return [(start, min(SPAN, seconds - start)) for start in range(0, seconds, SPAN)]


def _interval(cohort: CohortResult, procedure: Procedure, session: int, idle_hours: float) -> SituationInterval:
    design, table = cohort.design, procedure.table()
    waking_hours = design.constants.get("waking_hours", REGISTRY["waking_hours"].default)
    return SituationInterval(
        np.pad(table, ((0, -len(table) % PHASES if len(table) > 1 else 0), (0, 0))),
        np.int32(len(table) - 1),
        np.float32(procedure.novelty),
        np.float32(procedure.staged),
        np.float32(design.until),
        np.uint32((session * SESSION_TICKS) & 0xFFFFFFFF),
        np.float32(design.bids_per_day / waking_hours),
        np.float32(3600.0 * idle_hours),
    )


class DyadBlock(NamedTuple):
    """W dyads between two seconds.

    Args:
        moment: what was learned, and what is going on.
        clock: number of the phase, seconds in it, seconds of crying without a break; each of shape (W,).
        drawn: words of the next second, one array of shape (W,) a field of `MomentWords`.
    """

    moment: Moment
    clock: tuple[Any, Any, Any]
    drawn: Any


@cache
def outset_program() -> Any:
    """Return the compiled program (block, interval, constants, state) -> `DyadBlock` before the first second.

    Returns:
        A jitted function.
    """

    def begin(block: LifeBlock, interval: SituationInterval, _: Any, state: Any) -> DyadBlock:
        hour = jnp.ones(WIDTH, jnp.float32)
        moment = outset(from_leaves(list(state)), hour * 0.05, interval.idle)
        clock = (jnp.zeros(WIDTH, jnp.int32), jnp.zeros(WIDTH, jnp.float32), jnp.zeros(WIDTH, jnp.float32))
        return DyadBlock(moment, clock, uniform(word(_keys(block), interval.first)))

    return jax.jit(begin)


@cache
def program() -> Any:
    """Return the compiled program of up to `SPAN` seconds.

    Returns:
        A jitted function (block, interval, constants, under way, first second, seconds) -> (under way, channels);
        channels are of shape (SPAN, W), of which as many rows count as there were seconds.
    """
    return jax.jit(_play)


def _keys(block: LifeBlock) -> Any:
    streams = jnp.arange(FIRST_STREAM, FIRST_STREAM + len(MomentWords._fields), dtype=jnp.uint32)[:, None]
    return stream_key(block.seed, block.children[None, :], streams)


def _play(
    block: LifeBlock, interval: SituationInterval, values: Any, under_way: DyadBlock, start: Any, seconds: Any
) -> Any:
    parameters, moments, key = block_parameters(block), MomentConstants(*values), _keys(block)
    hour = jnp.ones(WIDTH, jnp.float32)
    time = EpisodeTime(age=interval.age * hour, elapsed=hour, waking=hour)
    when = MomentAge(time.age, derive(parameters.constants, time), interval.needs)

    def one_second(tick: Any, now: DyadBlock) -> tuple[DyadBlock, Any]:
        scene = _scene(interval, now.clock)
        moment, seen = second(parameters, moments, now.moment, (scene, when), MomentWords(*now.drawn))
        phase = jnp.where(scene.watched > 0.0, now.clock[0], -1).astype(jnp.int8)
        crying = indicator(moment.body.voice == Voice.CRY) * scene.watched
        drawn = uniform(word(key, interval.first + start + tick.astype(jnp.uint32) + jnp.uint32(1)))
        activation = jnp.asarray(255.0 * moment.body.activation).astype(jnp.uint8)
        return DyadBlock(moment, _advance(interval, now.clock, crying), drawn), (_bytes(seen), phase, activation)

    def body(tick: Any, carried: tuple[DyadBlock, Any]) -> tuple[DyadBlock, Any]:
        now, rows = one_second(tick, carried[0])
        return now, jax.tree.map(lambda channel, row: _with_row(channel, row, tick), carried[1], rows)

    shapes = jax.eval_shape(one_second, jnp.int32(0), under_way)[1]
    channels = jax.tree.map(lambda row: jnp.zeros((SPAN, WIDTH), row.dtype), shapes)
    return jax.lax.fori_loop(0, seconds, body, (under_way, channels))


def _with_row(channel: Any, row: Any, place: Any) -> Any:
    return jax.lax.dynamic_update_index_in_dim(channel, row, place, 0)


def _scene(interval: SituationInterval, clock: Any) -> Scene:
    number, passed, _ = clock
    row = interval.table[jnp.minimum(number, interval.last)].T
    watched = indicator(number <= interval.last)
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


def _advance(interval: SituationInterval, clock: Any, crying: Any) -> Any:
    number, passed, run = clock
    row = interval.table[jnp.minimum(number, interval.last)].T
    passed, run = passed + 1.0, (run + 1.0) * crying
    ends = (passed >= row[0]) | (run >= row[5])
    return number + ends.astype(jnp.int32), jnp.where(ends, 0.0, passed), jnp.where(ends, 0.0, run)


_SHARES = frozenset({"bid_at", "answer_at", "grave"})


def _bytes(seen: Observables) -> tuple[Any, ...]:
    """Codes as they are, affect shifted by one, shares of a second in 256ths."""
    shifted = seen._asdict() | {"affect": seen.affect + 1.0, "mood": seen.mood + 1.0}
    return tuple(
        jnp.minimum(256.0 * value, 255.0).astype(jnp.uint8) if name in _SHARES else jnp.asarray(value).astype(jnp.uint8)
        for name, value in shifted.items()
    )
