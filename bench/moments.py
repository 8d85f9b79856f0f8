"""What a second of the moment clock costs, beside an episode of the episode clock; no bar: the cost is reported."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench import Row
from bowlby.simulation.entry import prepare_jax

CHILDREN = 1024
DAYS = 30
REPEATS = 5


def run() -> list[Row]:
    """Return child seconds per second of the moment clock, beside child episodes per second."""
    prepare_jax()
    from bowlby.simulation.engine.age import DAYS_PER_MONTH
    from bowlby.simulation.engine.cohort import simulate_cohort
    from bowlby.simulation.moments import play
    from bowlby.simulation.named_care import cohort
    from bowlby.simulation.procedures import STRANGE_SITUATION

    design, older = cohort("usual", CHILDREN, DAYS / DAYS_PER_MONTH, seed=1), cohort("usual", CHILDREN, 12.0, seed=1)
    lived = simulate_cohort(older)
    seconds, episodes = CHILDREN * STRANGE_SITUATION.longest, CHILDREN * DAYS * design.bids_per_day
    moment = _fastest(lambda: play(lived, STRANGE_SITUATION), seconds)
    episode = _fastest(lambda: simulate_cohort(design), episodes)
    what = f"moment clock, {CHILDREN} Strange Situations, beside the episode clock"
    ours, peer = (
        f"{moment / 1e6:.2f} M child seconds a processor second",
        f"{episode / 1e6:.2f} M child episodes a processor second",
    )
    return [Row(what, ours, peer, moment / episode, None)]


def _fastest(work: Callable[[], object], amount: int) -> float:
    """Return the amount done a processor second, compiled before it is timed: the best of some runs."""
    work()
    speeds: list[float] = []
    for _ in range(REPEATS):
        begun = time.process_time()
        work()
        speeds.append(amount / (time.process_time() - begun))
    return max(speeds)
