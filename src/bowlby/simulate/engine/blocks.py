"""Cohorts cut into padded blocks and dealt out over the devices."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from bowlby.model.life import registry
from bowlby.model.parameter import Group
from bowlby.simulate.engine.design import Care, CohortDesign, centre
from bowlby.simulate.engine.program import TRAITS, WIDTH, Block, Clock, program
from bowlby.simulate.engine.schedule import Stretch
from bowlby.simulate.streams import seed_words, trait_stream


class Blocks:
    """The blocks of one cohort under one stretch of care; made anew for each, so that they hold no child's past.

    Args:
        design: of the cohort.
        care: the stretch of care.
    """

    def __init__(self, design: CohortDesign, care: Care) -> None:
        self._seed = seed_words(design.seed)
        self._numbers = design.child_numbers()
        self._streams = np.array([_stream(entry.name, entry.group, care) for entry in TRAITS], np.uint32)
        centres = [centre(_values(design, care, entry.group), entry.name) for entry in TRAITS]
        self._each = {row: value for row, value in enumerate(centres) if value.shape}
        alike = [0.0 if row in self._each else float(value) for row, value in enumerate(centres)]
        self._location = np.repeat(np.array(alike, np.float32)[:, None], WIDTH, axis=1)
        spreads = [_spread(design, care, entry.group) * _prior_scale(entry) for entry in TRAITS]
        self._spread = np.repeat(np.array(spreads, np.float32)[:, None], WIDTH, axis=1)
        constants = [design.constants.get(entry.name, entry.default) for entry in registry.CONSTANTS]
        self._constants = np.array(constants, np.float32)

    def slices(self) -> Iterator[slice]:
        """Yield the children of each block."""
        for start in range(0, self._numbers.size, WIDTH):
            yield slice(start, min(start + WIDTH, self._numbers.size))

    def block(self, members: slice) -> Block:
        """Return one block, padded with copies of its last child."""
        location = self._location.copy()
        for row, value in self._each.items():
            location[row] = _padded(value, members)
        return Block(
            self._seed, _padded(self._numbers, members), self._streams, location, self._spread, self._constants
        )


def _stream(name: str, group: Group, care: Care) -> int:
    return trait_stream(name, care.person if group == Group.CAREGIVER else 0)


def _values(design: CohortDesign, care: Care, group: Group) -> Any:
    return care.setting if group == Group.CAREGIVER else design.child


def _spread(design: CohortDesign, care: Care, group: Group) -> float:
    return care.spread if group == Group.CAREGIVER else design.child_spread


def _prior_scale(entry: Any) -> float:
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

    Raises:
        Nothing.
    """
    own = state[:, members]
    return np.concatenate([own, np.repeat(own[:, -1:], WIDTH - own.shape[1], axis=1)], axis=1)


def live(device: Any, block: Block, clock: Clock, state: np.ndarray) -> np.ndarray:
    """Live one block on one device.

    Args:
        device: of JAX.
        block: who and under what.
        clock: which episodes.
        state: before, shape (variables, W).

    Returns:
        The state after, shape (variables, W).

    Raises:
        Nothing.
    """
    placed = jax.device_put((block, clock, state), device)
    return np.asarray(program()(*placed))


def clock_of(design: CohortDesign, stretch: Stretch, count: int | None = None) -> Clock:
    """Return the clock of a stretch.

    Args:
        design: of the cohort.
        stretch: its episodes.
        count: only so many of them; None for all.

    Returns:
        The clock.

    Raises:
        Nothing.
    """
    episodes = stretch.count if count is None else count
    return Clock(np.uint32(stretch.first), np.int32(episodes), np.int32(design.bids_per_day))


def deal(tasks: Iterator[Any], work: Callable[[Any, Any], None], stop: Callable[[], bool]) -> None:
    """Work through tasks with one thread a device, no more devices than tasks; the first error ends all and is raised.

    Args:
        tasks: what is to be done, in order of being taken.
        work: does one task on one device.
        stop: asked before each task; True ends the work early.

    Returns:
        None.

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
