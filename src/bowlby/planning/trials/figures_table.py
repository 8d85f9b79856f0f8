"""Every figure of a trial's grid as a csv: one row a size, effect and test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from bowlby.atomic import refuse_overwriting, writing
from bowlby.planning.trials.point import PowerGridPoint
from bowlby.planning.trials.trial import Trial

_APART = ("results", "deltas", "formula")


def figures(found: Trial) -> pl.DataFrame:
    """Return every figure of a trial.

    Args:
        found: the trial.

    Returns:
        One row a size, effect and test; figures of the size stand in each of its rows. Power by delta has a column a
        delta. `planned` says which sizes of the plan there are and which were found by the search.
    """
    of_plan = [(point, "plan") for point in found.points]
    known = {(point.n, point.effect) for point in found.points}
    answered = [(one.at, "found") for one in found.answers if (one.at.n, one.at.effect) not in known]
    rows = [row for point, planned in (*of_plan, *answered) for row in _rows(point, planned)]
    return pl.DataFrame(rows, infer_schema_length=None)


def _rows(point: PowerGridPoint, planned: str) -> list[dict[str, Any]]:
    plain = {name: value for name, value in point.as_dict().items() if name not in _APART}
    plain |= {"effect": str(point.effect), "planned": planned, "formula": point.formula}
    plain |= {f"power_at_delta_{one.delta:g}": one.power for one in point.deltas}
    return [plain | {f"test_{name}": value for name, value in one.items()} for one in point.as_dict()["results"]]


def write_figures(found: Trial, path: Path, *, force: bool = False) -> Path:
    """Write every figure of a trial as csv, whole or not at all.

    Args:
        found: the trial.
        path: the target file.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    refuse_overwriting(path, force=force)
    with writing(path, force=force) as draft:
        figures(found).write_csv(draft)
    return path
