"""Arms lived once: progress over all of them, and finished ones kept so that a long comparison can go on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from bowlby.atomic import make_folder, writing
from bowlby.simulation.engine.cohort import CohortResult, Progress, simulate_cohort
from bowlby.simulation.engine.design import CohortDesign
from bowlby.source import source


@dataclass(frozen=True)
class ArmLives:
    """Lives of one arm.

    Args:
        result: at the design's end.
        traces: age in months and state, shape (variables, children), at each of the design's traces, in order.
    """

    result: CohortResult
    traces: tuple[tuple[float, np.ndarray], ...]


@dataclass(frozen=True)
class RunMonitor:
    """Who is informed of progress, and who may stop it.

    Args:
        progress: called with child episodes done and to do, over all arms.
        cancel: asked now and then; True stops, and kept arms stay.
    """

    progress: Progress | None = None
    cancel: Callable[[], bool] | None = None


class ArmRuns:
    """Lives arms one after the other.

    Args:
        folder: where finished arms are kept, or None.
        watching: who is informed.
        arms: how many there will be.
    """

    def __init__(self, folder: Path | None, watching: RunMonitor | None, arms: int) -> None:
        self._folder, self._watching, self._arms = folder, watching or RunMonitor(), arms
        self._finished = 0
        if folder is not None:
            make_folder(folder)

    def live(self, design: CohortDesign) -> ArmLives:
        """Return the lives of a design, lived now or kept from before."""
        path = None if self._folder is None else self._folder / f"{_name(design)}.npz"
        lived = _read(path, design) if path is not None and path.is_file() else None
        if lived is None:
            lived = self._now(design)
            if path is not None:
                _write(path, lived)
        self._finished += 1
        self._tell(design, 0)
        return lived

    def _now(self, design: CohortDesign) -> ArmLives:
        traces: list[tuple[float, np.ndarray]] = []
        result = simulate_cohort(
            design,
            progress=lambda done, _: self._tell(design, done),
            cancel=self._watching.cancel,
            observe=lambda age, state: traces.append((age, state)),
        )
        return ArmLives(result, tuple(traces))

    def _tell(self, design: CohortDesign, done: int) -> None:
        if self._watching.progress:
            each = design.children * design.episodes
            self._watching.progress(self._finished * each + done, max(self._arms, self._finished) * each)


def _name(design: CohortDesign) -> str:
    """Name of an arm: its design and the code that lives it, so that none outlives a change of the model."""
    return hashlib.sha256(f"{design.digest()} {source()}".encode()).hexdigest()[:32]


def _write(path: Path, lived: ArmLives) -> None:
    result = lived.result
    with writing(path, force=True) as draft, draft.open("wb") as file:
        np.savez(
            file,
            state=result.state,
            status=result.status,
            trouble=result.trouble,
            ages=np.array([age for age, _ in lived.traces]),
            traces=np.array([state for _, state in lived.traces]),
        )


def _read(path: Path, design: CohortDesign) -> ArmLives | None:
    """Return a kept arm, or None where the file cannot be read: it is lived again then."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            result = CohortResult(design, kept["state"], kept["status"], kept["trouble"], 0.0, 0, None)
            return ArmLives(
                result, tuple((float(age), state) for age, state in zip(kept["ages"], kept["traces"], strict=True))
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
