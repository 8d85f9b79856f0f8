"""Cohorts of children from birth: progress, cancel, resume, and the same life for each wherever it is lived."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bowlby.errors import BowlbyError, InputError
from bowlby.model.life.partners import meet, put_back, with_partner
from bowlby.model.life.state import from_leaves, leaves_of
from bowlby.simulation.engine.age import DAYS_PER_MONTH
from bowlby.simulation.engine.blocks import Blocks, clock_of, constants_of, deal, live, padded_state
from bowlby.simulation.engine.design import Care, CohortDesign, PartnerStage
from bowlby.simulation.engine.schedule import EpisodeStretch, schedule
from bowlby.simulation.engine.status import NumericalStatus, NumericalTrouble, first_trouble, statuses
from bowlby.simulation.store import Checkpoint, CohortStore, holding, open_store

Progress = Callable[[int, int], None]
"""Called with (episodes done, episodes in all), summed over children."""


class CancelledError(BowlbyError):
    """The run was cancelled before its end."""

    kind = "cancelled"


@dataclass(frozen=True)
class CohortResult:
    """A cohort at the end of its time.

    Args:
        design: what was asked for.
        state: float32, shape (variables, children), in the order of the design's variables.
        status: int8, shape (children,): a `NumericalStatus` each.
        trouble: episode of the first trouble, -1 without; shape (children,).
        seconds: wall time of this call, compilation included.
        lived: child episodes lived in this call; fewer than all where a store was resumed.
        store: the folder written, or None.
    """

    design: CohortDesign
    state: np.ndarray
    status: np.ndarray
    trouble: np.ndarray
    seconds: float
    lived: int
    store: Path | None

    @property
    def children(self) -> int:
        """How many children."""
        return self.design.children

    @property
    def episodes(self) -> int:
        """Episodes lived by each child from birth."""
        return self.design.episodes

    def variable(self, name: str) -> np.ndarray:
        """Return one variable of all children, NaN where a child's numbers failed, shape (children,)."""
        row = [variable.name for variable in self.design.variables].index(name)
        return np.where(self.status == NumericalStatus.FINE, self.state[row], np.nan)

    def states(self) -> dict[str, dict[str, Any]]:
        """Return mean, sd and unit of each variable over the children whose numbers stayed fine.

        Sums are taken over children in their order, in double precision. Where no child is fine both are None.
        """
        fine = self.state[:, self.status == NumericalStatus.FINE].astype(np.float64)
        variables = self.design.variables
        return {variable.name: _summary(row, variable.unit) for variable, row in zip(variables, fine, strict=True)}

    def together_with(self, slot: str | None = None, at: tuple[float, np.ndarray] | None = None) -> CohortResult:
        """Return the children as they are with one partner, so that the two may be watched.

        Args:
            slot: a place of the design's further partners; None for the first partner.
            at: age in months and state then, as given to an observer; None for the end.

        Returns:
            The same children under a design in which that partner is the only one.

        Raises:
            InputError: no one is in that place then.
        """
        age, state = at or (self.design.until, self.state)
        care = self.design.care_at(age)
        one = care if slot is None else _company(care, slot)
        place = 0 if slot is None else 1 + self.design.slots.index(slot)
        alone = Care(age, one.setting, one.spread, one.person, child=care.child)
        return replace(
            self,
            design=replace(self.design, care=(alone,), trace_at=()),
            state=np.stack(with_partner(list(state), place)),
        )

    def troubles(self) -> list[NumericalTrouble]:
        """Return the children whose numbers failed, with episode and kind."""
        numbers = self.design.child_numbers()
        return [
            NumericalTrouble(int(numbers[index]), int(self.trouble[index]), NumericalStatus(int(self.status[index])))
            for index in np.flatnonzero(self.status)
        ]

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby simulate --json` says."""
        return {
            "children": self.children,
            "episodes": self.episodes,
            "seconds": self.seconds,
            "states": self.states(),
            "troubles": [
                {"child": trouble.child, "episode": trouble.episode, "status": trouble.status.name.lower()}
                for trouble in self.troubles()
            ],
        }


def _company(care: Care, slot: str) -> PartnerStage:
    if slot not in care.others:
        known = ", ".join(care.others) or "none but the first partner"
        raise InputError("no one is in that place then", column="slot", value=slot, remedy=f"There is: {known}.")
    return care.others[slot]


def _summary(values: np.ndarray, unit: str) -> dict[str, Any]:
    if values.size == 0:
        return {"mean": None, "sd": None, "unit": unit}
    return {"mean": float(values.mean()), "sd": float(values.std()), "unit": unit}


def simulate_cohort(
    design: CohortDesign,
    store: str | Path | None = None,
    *,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
    force: bool = False,
    observe: Callable[[float, np.ndarray], None] | None = None,
) -> CohortResult:
    """Live the lives of a cohort from birth, or from where an interrupted store of the same design stopped.

    Memory does not grow with the number of episodes; each child costs its state and, while a stretch is under way, the
    copy that it began with.

    Args:
        design: of the cohort.
        store: folder for traces and checkpoints; None keeps only the end.
        progress: called with episodes done and to do after each block.
        cancel: asked before each block; True stops the run, and a store can be resumed.
        force: replace what is at `store`.
        observe: called with age in months and state, shape (variables, children), at each trace that this call reaches.

    Returns:
        The state of every child at the end, with statuses.

    Raises:
        OverwriteError: a finished run or something else is at `store` and force is False.
        BusyError: another process writes the store.
        OutputError: the store cannot be written, or the trace is larger than the free space.
        CancelledError: `cancel` said so.
    """
    began = time.perf_counter()
    with holding(store):
        kept = None if store is None else open_store(store, design, force=force)
        run = _Run(design, kept, progress, cancel, observe)
        lived = run.to_the_end()
    return CohortResult(
        design,
        run.state,
        run.status,
        run.trouble,
        time.perf_counter() - began,
        lived,
        None if kept is None else kept.path,
    )


class _Run:
    """The moving parts of one call: the children's state and how far they are."""

    def __init__(
        self,
        design: CohortDesign,
        store: CohortStore | None,
        progress: Progress | None,
        cancel: Callable[[], bool] | None,
        observe: Callable[[float, np.ndarray], None] | None,
    ) -> None:
        self._design, self._store, self._progress, self._observe = design, store, progress, observe
        self._cancel = cancel or (lambda: False)
        self._lock = threading.Lock()
        start = (store.checkpoint() if store else None) or newborn(design)
        self._episode, self.state, self.status, self.trouble = start.episode, start.state, start.status, start.trouble
        self._done = start.episode * design.children

    def to_the_end(self) -> int:
        begun = self._done
        for stretch in schedule(self._design, self._episode):
            self._live(stretch)
            self._keep(stretch)
        if self._store:
            self._store.finish(self._checkpoint())
        return self._done - begun

    def _live(self, stretch: EpisodeStretch) -> None:
        self._meet(stretch)
        blocks = Blocks(self._design, self._design.care[stretch.care])

        def work(device: Any, members: slice) -> None:
            before = padded_state(self.state, members)
            block = blocks.block(members)
            after = live(device, block, clock_of(self._design, stretch), before)

            def lived(count: int) -> np.ndarray:
                return live(device, block, clock_of(self._design, stretch, count), before)

            self._check(members, stretch, after, lived)
            self.state[:, members] = after[:, : members.stop - members.start]
            self._report((members.stop - members.start) * stretch.count)

        deal(blocks.slices(), work, self._cancel)
        if self._cancel():
            raise CancelledError(
                "the run was cancelled", remedy="Run the same command again: a store goes on from where it stopped."
            )
        self._episode = stretch.end

    def _meet(self, stretch: EpisodeStretch) -> None:
        """Let new partners be met where a stretch of care begins."""
        design = self._design
        begins = design.episode_at(design.care[stretch.care - 1].until) if stretch.care else 0
        if stretch.first == begins:
            constants = constants_of(design)
            for place in design.newcomers(stretch.care):
                leaves = list(self.state)
                met = leaves_of(meet(constants, from_leaves(with_partner(leaves, place))))
                here = [np.bool_(place == other) for other in range(1, 1 + len(design.slots))]
                self.state = np.stack(put_back(np, leaves, met, here)).astype(np.float32)

    def _check(
        self, members: slice, stretch: EpisodeStretch, after: np.ndarray, lived: Callable[[int], np.ndarray]
    ) -> None:
        found = statuses(after)[: members.stop - members.start]
        for child in np.flatnonzero((found != NumericalStatus.FINE) & (self.status[members] == NumericalStatus.FINE)):
            episode, status = first_trouble(lived, stretch.count, int(child))
            self.status[members.start + child] = status
            self.trouble[members.start + child] = stretch.first + episode

    def _report(self, episodes: int) -> None:
        with self._lock:
            self._done += episodes
            if self._progress:
                self._progress(self._done, self._design.children * self._design.episodes)

    def _keep(self, stretch: EpisodeStretch) -> None:
        if self._observe and stretch.traced:
            self._observe(stretch.end / self._design.bids_per_day / DAYS_PER_MONTH, self.state.copy())
        if self._store and stretch.traced:
            self._store.trace(stretch.end, np.where(self.status == NumericalStatus.FINE, self.state, np.float32("nan")))
        if self._store and stretch.end < self._design.episodes:
            self._store.save(self._checkpoint())

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(self._episode, self.state, self.status, self.trouble)


def newborn(design: CohortDesign) -> Checkpoint:
    """Return the cohort at birth.

    Args:
        design: of the cohort.

    Returns:
        Episode 0, every variable at its start, no trouble.
    """
    n = design.children
    state = np.repeat(np.array([[variable.start] for variable in design.variables], np.float32), n, axis=1)
    return Checkpoint(0, state, np.zeros(n, np.int8), np.full(n, -1, np.int64))
