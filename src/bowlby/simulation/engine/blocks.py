"""Cohorts cut into padded blocks and dealt out over the devices."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from bowlby.model import registry
from bowlby.model.life.traits import Constants
from bowlby.model.parameter import Parameter
from bowlby.model.scalar import Scalar
from bowlby.simulation.engine.design import Care, CohortDesign, PartnerStage, centre
from bowlby.simulation.engine.program import WIDTH, EpisodeClock, LifeBlock, program
from bowlby.simulation.engine.schedule import EpisodeStretch
from bowlby.simulation.streams import seed_words, trait_stream

NOBODY = PartnerStage(person=0, share=0.0)


class Blocks:
    """The blocks of one cohort under one stretch of care; made anew for each, so that they hold no child's past.

    Args:
        design: of the cohort.
        care: the stretch of care.
    """

    def __init__(self, design: CohortDesign, care: Care) -> None:
        self._seed = seed_words(design.seed)
        self._numbers = design.child_numbers()
        rows = _rows(design, care)
        self._streams = np.array([trait_stream(row.entry.name, row.person) for row in rows], np.uint32)
        centres = [centre(row.values, row.entry.name) for row in rows]
        self._each = {row: value for row, value in enumerate(centres) if value.shape}
        alike = [0.0 if row in self._each else float(value) for row, value in enumerate(centres)]
        self._location = np.repeat(np.array(alike, np.float32)[:, None], WIDTH, axis=1)
        spreads = [row.spread * prior_scale(row.entry) for row in rows]
        self._spread = np.repeat(np.array(spreads, np.float32)[:, None], WIDTH, axis=1)
        self._constants = each_child(list(constants_of(design)), self._numbers.size)
        shares = [care.others[slot].share if slot in care.others else 0.0 for slot in design.slots]
        self._shares = np.array(shares, np.float32)

    def slices(self) -> Iterator[slice]:
        """Yield the children of each block."""
        for start in range(0, self._numbers.size, WIDTH):
            yield slice(start, min(start + WIDTH, self._numbers.size))

    def block(self, members: slice) -> LifeBlock:
        """Return one block, padded with copies of its last child."""
        location = self._location.copy()
        for row, value in self._each.items():
            location[row] = _padded(value, members)
        return LifeBlock(
            self._seed,
            _padded(self._numbers, members),
            self._streams,
            location,
            self._spread,
            members_of(self._constants, members),
            self._shares,
        )


def constants_of(design: CohortDesign) -> Constants:
    """Return the constants of a design.

    Args:
        design: whose own settings go before the registry's.

    Returns:
        Single-precision numbers, each of shape () or, where children have values of their own, (children,).
    """
    common = {entry.name: design.constants.get(entry.name, entry.default) for entry in registry.CONSTANTS}
    return Constants(*(np.asarray(design.own_constants.get(name, common[name]), np.float32)[()] for name in common))


def each_child(constants: Sequence[Scalar], children: int) -> np.ndarray:
    """Return constants as one table, with a column a child where one of them has a value for each.

    Args:
        constants: each of shape () or (children,).
        children: how many.

    Returns:
        float32, shape (constants,) or (constants, children).
    """
    if not any(np.ndim(one) for one in constants):
        return np.array(constants, np.float32)
    return np.stack([np.broadcast_to(np.asarray(one, np.float32), (children,)) for one in constants])


def members_of(constants: np.ndarray, members: slice) -> np.ndarray:
    """Return the constants of one block, padded with copies of its last child where each child has its own.

    Args:
        constants: of `each_child`.
        members: the block's children.

    Returns:
        float32, shape (constants,) or (constants, W).
    """
    return constants if constants.ndim == 1 else padded_state(constants, members)


class _Row(NamedTuple):
    """One trait of one person: whose it is, where its centre lies and how widely it spreads."""

    entry: Parameter
    person: int
    values: Mapping[str, Any]
    spread: float


def _rows(design: CohortDesign, care: Care) -> list[_Row]:
    """Traits of the first partner and of the child, then those of the partner in each further place.

    A place that stands empty over this stretch has someone of the population in it, who is never met.
    """
    child = {**design.child, **care.child}
    first = [_Row(entry, care.person, care.setting, care.spread) for entry in registry.CAREGIVER]
    own = [_Row(entry, 0, child, design.child_spread) for entry in registry.CHILD]
    others = [care.others.get(slot, NOBODY) for slot in design.slots]
    further = [_Row(entry, one.person, one.setting, one.spread) for one in others for entry in registry.CAREGIVER]
    return [*first, *own, *further]


def prior_scale(entry: Parameter) -> float:
    """Return how widely persons spread on a trait's transformed scale.

    Args:
        entry: of the registry.

    Returns:
        Standard deviation; 0 for a constant.
    """
    return 0.0 if entry.prior is None else entry.prior.scale


def _padded(values: np.ndarray, members: slice) -> np.ndarray:
    own = values[members]
    return np.concatenate([own, np.repeat(own[-1:], WIDTH - own.size)])


def padded_state(state: np.ndarray, members: slice) -> np.ndarray:
    """Return the state of one block, padded with copies of its last child.

    Args:
        state: float32, shape (variables, children).
        members: the block's children.

    Returns:
        float32, shape (variables, W).
    """
    own = state[:, members]
    return np.concatenate([own, np.repeat(own[:, -1:], WIDTH - own.shape[1], axis=1)], axis=1)


def live(device: Any, block: LifeBlock, clock: EpisodeClock, state: np.ndarray) -> np.ndarray:
    """Live one block on one device.

    Args:
        device: of JAX.
        block: who and under what.
        clock: which episodes.
        state: before, shape (variables, W).

    Returns:
        The state after, shape (variables, W).
    """
    placed = jax.device_put((block, clock, state), device)
    return np.asarray(program()(*placed))


def clock_of(design: CohortDesign, stretch: EpisodeStretch, count: int | None = None) -> EpisodeClock:
    """Return the clock of a stretch.

    Args:
        design: of the cohort.
        stretch: its episodes.
        count: only so many of them; None for all.

    Returns:
        The clock.
    """
    episodes = stretch.count if count is None else count
    return EpisodeClock(np.uint32(stretch.first), np.int32(episodes), np.int32(design.bids_per_day))


def deal(tasks: Iterator[Any], work: Callable[[Any, Any], None], stop: Callable[[], bool]) -> None:
    """Work through tasks with one thread a device, no more devices than tasks; the first error ends all and is raised.

    Args:
        tasks: what is to be done, in order of being taken.
        work: does one task on one device.
        stop: asked before each task; True ends the work early.

    Raises:
        Exception: whatever `work` raised first.
    """
    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    failures: list[BaseException] = []

    def run(device: Any) -> None:
        while not failures and not stop():
            try:
                work(device, waiting.get_nowait())
            except queue.Empty:
                return
            except BaseException as error:
                failures.append(error)

    devices = jax.local_devices()[: max(1, waiting.qsize())]
    _join([threading.Thread(target=run, args=(device,), daemon=True) for device in devices], failures)
    if failures:
        raise failures[0]


def _join(threads: list[threading.Thread], failures: list[BaseException]) -> None:
    """Wait so that an interrupt of the main thread reaches the others."""
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(0.1)
    except KeyboardInterrupt as error:
        failures.append(error)
        for thread in threads:
            thread.join()
