"""When the engine stops to look up: at changes of care, at traces, and often enough to report, cancel and resume."""

from __future__ import annotations

from dataclasses import dataclass

from bowlby.simulation.engine.design import CohortDesign

CHECKPOINT_DAYS = 180
"""Of life, between checkpoints where nothing else stops the engine: some seconds of work for a large cohort, and long
enough that the cost of starting a block is small."""


@dataclass(frozen=True)
class EpisodeStretch:
    """Episodes lived without a stop.

    Args:
        first: number of its first episode.
        count: how many, >= 1.
        care: index of the stretch of care.
        traced: whether the state is kept at its end.
    """

    first: int
    count: int
    care: int
    traced: bool

    @property
    def end(self) -> int:
        """Episodes lived when it ends."""
        return self.first + self.count


def schedule(design: CohortDesign, start: int = 0) -> list[EpisodeStretch]:
    """Return the stretches from an episode to the end.

    Args:
        design: of the cohort.
        start: episodes lived already, >= 0.

    Returns:
        Stretches in order; empty where nothing is left.
    """
    traces = trace_episodes(design)
    turns = [design.episode_at(care.until) for care in design.care]
    regular = range(0, design.episodes, CHECKPOINT_DAYS * design.bids_per_day)
    stops = sorted({stop for stop in (*traces, *turns, *regular) if stop > start})
    stretches: list[EpisodeStretch] = []
    for stop in stops:
        care = next(index for index, turn in enumerate(turns) if start < turn)
        stretches.append(EpisodeStretch(start, stop - start, care, stop in traces))
        start = stop
    return stretches


def trace_episodes(design: CohortDesign) -> list[int]:
    """Return the episodes after which the state is kept, the last one among them.

    Args:
        design: of the cohort.

    Returns:
        Episode counts in order, each once.
    """
    ends = {max(1, design.episode_at(age)) for age in design.trace_at} | {design.episodes}
    return sorted(ends)
