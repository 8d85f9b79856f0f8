"""How far each constant moves the validation: slopes of every judged row's z, of skill, and of key figures."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.evidence.published.bands import SimulatedFigure
from bowlby.evidence.published.finding import Finding
from bowlby.evidence.published.headline import ScoredRow, headline
from bowlby.evidence.published.lives import SimulatedStudy
from bowlby.evidence.published.rule import JudgementRule, rule_of
from bowlby.evidence.published.standing import standing
from bowlby.evidence.screening.design import FACTORS, HELD, NAMES, deviates
from bowlby.evidence.screening.slopes import Slopes, duals, slopes
from bowlby.evidence.screening.studies import (
    ConstantMove,
    ScreenedFigure,
    ScreenedStudy,
    ScreeningSampleSizes,
    figures,
    pair_lives,
    run_study,
    studies_in_order,
)
from bowlby.input_file import kept_result

Floats = npt.NDArray[np.float64]
Told = Callable[[str], None]

VERSION = 1
FILE = Path(__file__).with_name("result.json")
REMAKE = "python -m bowlby.evidence.screening FOLDER"


@dataclass(frozen=True)
class FigureSensitivity:
    """A figure as it is, and what a width of each constant does to it.

    Args:
        figure: what it is.
        as_it_is: with the constants of the registry.
        mean: over children who each have constants of their own.
        slopes: by width, on the figure's own scale, or in s (as z) where it is a published row.
        z: of a published row with the constants of the registry, else None.
    """

    figure: ScreenedFigure
    as_it_is: float
    mean: float
    slopes: Slopes
    z: float | None


def z_of(finding: Finding, rule: JudgementRule, estimate: float) -> float:
    """Return how far a figure lies from the published one, in s.

    Args:
        finding: the published row.
        rule: how it is judged.
        estimate: the model's figure.

    Returns:
        z; NaN where there is no figure.
    """
    found = standing(finding, rule, SimulatedFigure(estimate, 1e-9, 1e-9, estimate)).z
    return float("nan") if found is None else found


def _moved(
    one: ScreenedFigure, arms: Mapping[SimulatedStudy, Arms], tilts: Mapping[SimulatedStudy, Floats]
) -> FigureSensitivity:
    columns, plain = ([arms[need.study][arm].columns[need] for need in one.needs] for arm in (0, 1))
    own = [tilts[need.study] for need in one.needs]
    ones = [np.ones(len(column)) for column in columns]
    as_it_is = one.statistic(plain, [np.ones(len(column)) for column in plain])
    if one.finding is None:
        return FigureSensitivity(one, as_it_is, one.statistic(columns, ones), slopes(one.statistic, columns, own), None)
    finding, rule = one.finding, rule_of(one.finding)

    def in_s(values: Sequence[Floats], weights: Sequence[Floats]) -> float:
        return z_of(finding, rule, one.statistic(values, weights))

    mean = one.statistic(columns, ones)
    return FigureSensitivity(one, as_it_is, mean, slopes(in_s, columns, own), z_of(finding, rule, as_it_is))


def screening(
    numbers: ScreeningSampleSizes, folder: Path, told: Told | None = None, *, so_far: bool = False
) -> dict[str, Any]:
    """Live the studies as they are and with moved constants, and return what each constant does.

    Args:
        numbers: of children.
        folder: where finished studies are kept, so that an interrupted run goes on.
        told: called with what has been done.
        so_far: live nothing, and leave out figures whose studies are not kept.

    Returns:
        Plain values: figures as they are, and factors with what a width does, most sensitive first.

    Raises:
        InputError: so far there is no row whose studies are kept.
    """
    started = time.process_time()
    wanted = figures(numbers)
    arms = {
        study: _arms(study, wanted, numbers, folder, so_far=so_far) for study in _told(studies_in_order(wanted), told)
    }
    arms = {study: own for study, own in arms.items() if own is not None}
    ready = [one for one in wanted if all(need.study in arms for need in one.needs)]
    if not any(one.finding for one in ready):
        raise InputError("no study of the screening is kept here", file=folder, remedy=f"Run {REMAKE}")
    tilts = {study: duals(_points(own[0].numbers[::2], numbers)) for study, own in arms.items()}
    moved = [_moved(one, arms, tilts) for one in ready]
    missing = [one.name for one in wanted if one not in ready]
    return _result(numbers, moved, time.process_time() - started) | {"missing": missing}


Arms = tuple[ScreenedStudy, ScreenedStudy]
"""One study with its constants moved to both sides, and as they are."""


def _arms(
    study: SimulatedStudy,
    wanted: Sequence[ScreenedFigure],
    numbers: ScreeningSampleSizes,
    folder: Path,
    *,
    so_far: bool,
) -> Arms | None:
    needs = [need for one in wanted for need in one.needs]
    one, other, plain = (
        run_study(study, needs, ConstantMove(reach, numbers.seed), folder, so_far=so_far)
        for reach in (numbers.reach, -numbers.reach, 0.0)
    )
    return None if one is None or other is None or plain is None else (pair_lives(one, other), plain)


def _told(studies: Sequence[SimulatedStudy], told: Told | None) -> Iterator[SimulatedStudy]:
    """Yield studies, telling of each that is done."""
    for done, study in enumerate(studies, 1):
        yield study
        if told:
            told(f"{done} of {len(studies)} studies: {study.population} {study.intervention}".rstrip())


def _points(children: np.ndarray, numbers: ScreeningSampleSizes) -> Floats:
    """Return where each child's two lives lie, one beside the other, shape (rows, 2 children)."""
    own = numbers.reach * deviates(children, numbers.seed)
    return np.stack([own, -own], 2).reshape(len(own), -1)


def _result(numbers: ScreeningSampleSizes, moved: Sequence[FigureSensitivity], seconds: float) -> dict[str, Any]:
    rows = [one for one in moved if one.figure.finding is not None and _usable(one)]
    others = [one for one in moved if one.figure.finding is None and _usable(one)]
    unusable = [one.figure.name for one in moved if not _usable(one)]
    weights = _weights(rows)
    size = np.array([one.slopes.by_width for one in rows])
    error = np.array([one.slopes.error for one in rows])
    mean_square = _known(weights, error) @ (size**2 - error**2)
    chance = float(np.max(mean_square[len(FACTORS) :]))
    order = np.argsort(-mean_square[: len(FACTORS)], kind="stable")
    skills = _skills(rows, size[:, : len(FACTORS)])
    return {
        "version": VERSION,
        "made_by": REMAKE,
        "children": numbers.children,
        "late": numbers.late,
        "seed": numbers.seed,
        "reach": numbers.reach,
        "cpu_seconds": round(seconds, 1),
        "held": dict(HELD),
        "unusable": unusable,
        "skill": _short(skills[-1][0]),
        "chance": _root(chance),
        "nothing": len(NAMES) - len(FACTORS),
        "rows": [_row(one) for one in rows],
        "figures": [_row(one) for one in others],
        "factors": [
            {
                "name": FACTORS[place].name,
                "z": _root(float(mean_square[place])),
                "beyond_chance": bool(mean_square[place] > chance),
                "skill_up": _short(skills[place][0] - skills[-1][0]),
                "skill_down": _short(skills[place][1] - skills[-1][0]),
                "most": _most(rows, place),
                "figures": {one.figure.name: _with_error(one.slopes, place) for one in others},
            }
            for place in order
        ],
    }


def _usable(one: FigureSensitivity) -> bool:
    return bool(np.isfinite([one.as_it_is, *one.slopes.by_width, *one.slopes.error]).all())


def _weights(rows: Sequence[FigureSensitivity]) -> Floats:
    """Return the weight of each row: rows of one source share weight 1; together they are 1."""
    sources = [_source(one) for one in rows]
    counts = Counter(sources)
    weights = np.array([1.0 / counts[one] for one in sources])
    return weights / weights.sum()


def _source(one: FigureSensitivity) -> str:
    finding = one.figure.finding
    return one.figure.name if finding is None else finding.citation or finding.id


def _known(weights: Floats, error: Floats) -> Floats:
    """Return the weights of rows, less where their slopes are known less: w / (1 + e^2), e the row's median error."""
    known = weights / (1.0 + np.square(np.median(error, axis=1)))
    return known / known.sum()


def _root(value: float) -> float:
    return _short(float(np.sqrt(max(value, 0.0))))


def _skills(rows: Sequence[FigureSensitivity], size: Floats) -> list[tuple[float, float]]:
    """Return skill with each constant a width up and down, and last as it is."""
    z = np.array([one.z for one in rows], np.float64)
    found = [(_skill(rows, z + size[:, place]), _skill(rows, z - size[:, place])) for place in range(size.shape[1])]
    return [*found, (_skill(rows, z), _skill(rows, z))]


def _skill(rows: Sequence[FigureSensitivity], z: Floats) -> float:
    scored: list[ScoredRow] = []
    for one, now in zip(rows, z, strict=True):
        if one.figure.finding is not None:
            rule = rule_of(one.figure.finding)
            scored.append(
                ScoredRow(one.figure.name, _source(one), float(now), rule.null_z or 0.0, rule.baseline_z or 0.0)
            )
    return headline(scored).skill or 0.0


def _most(rows: Sequence[FigureSensitivity], place: int) -> list[dict[str, Any]]:
    """Return the three rows that a constant moves most, by z over its error."""
    found = sorted(rows, key=lambda one: -abs(one.slopes.by_width[place]))[:3]
    return [{"row": one.figure.name} | _with_error(one.slopes, place) for one in found]


def _with_error(own: Slopes, place: int) -> dict[str, Any]:
    return {"by_width": _short(float(own.by_width[place])), "error": _short(float(own.error[place]))}


def _row(one: FigureSensitivity) -> dict[str, Any]:
    z = {} if one.z is None else {"z": _short(one.z)}
    return {"name": one.figure.name, "as_it_is": _short(one.as_it_is), "moved": _short(one.mean)} | z


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def load_screening(file: Path = FILE) -> dict[str, Any]:
    """Return the kept result.

    Args:
        file: of the result.

    Returns:
        As `screening` gives it.

    Raises:
        InputError: the file is missing, damaged or of another version.
    """
    return kept_result(file, VERSION, "the result of the screening is", f"Run {REMAKE}")
