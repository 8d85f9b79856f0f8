"""Cohorts: child episodes per second against the limit and against what users would write, in one run on all cores.

The limit is the same step by hand in C (kernel.c). Every side lives the same children through the same episodes with
the same random words; the engine is timed whole, from design to final state. Each figure is the best of some runs.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench import Row
from bowlby.simulation.entry import prepare_jax

if TYPE_CHECKING:
    import numpy as np

    from bowlby.simulation.engine.design import CohortDesign

CHILDREN = 4096
DAYS = 180
REPEATS = 5
SMALL = {"NumPy": (4096, 10), "Numba": (4096, 400), "Mesa": (128, 12)}
"""Children and episodes for the peers, enough for a second or so; each peer's best size was looked for."""


@dataclass(frozen=True)
class Speed:
    """Child episodes a second, or why there are none."""

    episodes: float
    missing: str = ""

    def __str__(self) -> str:
        return self.missing or f"{self.episodes / 1e6:.3g} M episodes/s"


def best(work: Callable[[], object], episodes: int, repeats: int) -> float:
    """Return the largest number of episodes a second over some runs."""
    speeds: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        speeds.append(episodes / (time.perf_counter() - start))
    return max(speeds)


def design(children: int, days: float) -> CohortDesign:
    """Return the cohort that is timed: mixed care."""
    from bowlby.simulation.engine.age import DAYS_PER_MONTH
    from bowlby.simulation.named_care import cohort

    return cohort("usual", children, days / DAYS_PER_MONTH, seed=1)


def ours(children: int, days: float) -> Callable[[], object]:
    """Return the engine's run of a cohort, compiled."""
    from bowlby.simulation.engine.cohort import simulate_cohort

    simulate_cohort(design(1024, 1))
    return lambda: simulate_cohort(design(children, days))


def people(children: int) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return birth states and traits, keys and constants of the same children for kernel and peers."""
    import numpy as np

    from bench.kernel import keys_of, traits_of
    from bowlby.simulation.engine.blocks import Blocks
    from bowlby.simulation.engine.cohort import newborn

    cohort = design(children, 1)
    dealt = Blocks(cohort, cohort.care[0])
    blocks = [dealt.block(members) for members in dealt.slices()]
    traits = np.concatenate([traits_of(block) for block in blocks], axis=1)
    keys = np.concatenate([keys_of(block) for block in blocks], axis=2)
    return newborn(cohort).state, (traits, keys, blocks[0].constants)


def kernel_speed(episodes: int) -> tuple[Speed, Speed]:
    """Return the speeds of engine and C kernel, in alternating runs."""
    from bench import kernel

    run = ours(CHILDREN, DAYS)
    if kernel.compiler() is None:
        return Speed(best(run, episodes, REPEATS)), Speed(0.0, "no gcc here")
    state, persons = people(CHILDREN)

    def by_hand() -> object:
        return kernel.live(state, persons, (0, DAYS * 12, 12))

    by_hand()
    pairs = [(best(run, episodes, 1), best(by_hand, episodes, 1)) for _ in range(REPEATS)]
    return Speed(max(pair[0] for pair in pairs)), Speed(max(pair[1] for pair in pairs))


def peer_speed(name: str) -> tuple[Speed, Speed]:
    """Return the speeds of engine and peer in alternating runs, or why the peer could not be run."""
    from bench import peers

    makers = {"NumPy": lambda: peers.numpy_live, "Numba": peers.numba_live, "Mesa": peers.mesa_live}
    children, count = SMALL[name]
    try:
        live = makers[name]()
    except ImportError:
        return Speed(0.0), Speed(0.0, f"{name} is not installed")
    state, persons = people(children)
    live(state, persons, (0, 1, 12))
    run, mine = ours(CHILDREN, DAYS), CHILDREN * DAYS * 12
    peer = partial(live, state, persons, (0, count, 12))
    pairs = [(best(run, mine, 1), best(peer, children * count, 1)) for _ in range(3)]
    return Speed(max(pair[0] for pair in pairs)), Speed(max(pair[1] for pair in pairs))


def ratio_row(what: str, mine: Speed, other: Speed, bar: float) -> Row:
    """Return one ratio; without the peer there is no bar to meet."""
    if other.missing:
        return Row(what, str(mine), str(other), float("nan"), None)
    return Row(what, str(mine), str(other), mine.episodes / other.episodes, bar)


def memory(children: int, days: float) -> float:
    """Return the peak memory that a cohort adds to a process that has run one before, bytes."""
    command = [sys.executable, "-m", "bench.cohort", str(children), str(days)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    return float(done.stdout.split()[-1])


def peak(children: int, days: float) -> float:
    """Run a cohort in this process and return the peak of memory above what stood before, bytes (Linux)."""
    run = ours(children, days)
    run_small = ours(1024, days)
    run_small()
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    run()
    return _status("VmHWM") - before


def _status(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(field)).split()[1]) * 1024


def memory_rows() -> list[Row]:
    """Return what a child costs, and whether ten times the episodes cost more."""
    if not Path("/proc/self/clear_refs").exists():
        return []
    large, small = memory(1_000_000, 2), memory(200_000, 2)
    child = (large - small) / 800_000
    longer = (memory(200_000, 20) - small) / 200_000
    return [
        Row("memory of a child, bytes", f"{child:.0f}", "limit 400", child, 400.0, at_most=True),
        Row("more of it for ten times the episodes, bytes", f"{longer:.0f}", "none", longer, 20.0, at_most=True),
    ]


def scaling() -> list[str]:
    """Return a markdown table of seconds over children and days, all cores."""
    rows = ["| children | 30 days | 180 days | 540 days |", "|---|---|---|---|"]
    for children in (1, 256, 2048, 20720):
        seconds = []
        for days in (30, 180, 540):
            start = time.perf_counter()
            ours(children, days)()
            seconds.append(time.perf_counter() - start)
        rows.append(f"| {children} | " + " | ".join(f"{value:.2f} s" for value in seconds) + " |")
    return rows


def cohort_of_the_field() -> Row:
    """Return the time of 20,720 children from birth to 18 months at 12 bids a day."""
    run = ours(20720, 548)
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    return Row(
        "20,720 children to 18 months, 12 bids a day", f"{seconds:.1f} s", "a minute", seconds / 60, 1.0, at_most=True
    )


def run() -> list[Row]:
    """Run all of it; prints the scaling table on the way."""
    prepare_jax()
    mine, limit = kernel_speed(CHILDREN * DAYS * 12)
    rows = [ratio_row("cohort against a hand-written C kernel", mine, limit, 0.4)]
    for name, bar in (("NumPy", 8.0), ("Numba", 2.0), ("Mesa", 1000.0)):
        rows.append(ratio_row(f"cohort against {name}", *peer_speed(name), bar))
    rows.append(cohort_of_the_field())
    rows += memory_rows()
    print("\n".join(scaling()), flush=True)
    return rows


if __name__ == "__main__":
    prepare_jax()
    print(peak(int(sys.argv[1]), float(sys.argv[2])))
