"""The studies of a screening: those behind the rows that are judged and some key figures, as they are and moved."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from bowlby.atomic import make_folder, writing
from bowlby.evidence.published import metrics
from bowlby.evidence.published.figures import RequiredVariable, SampleSize, finding_estimate, required_variables
from bowlby.evidence.published.finding import Finding, shipped_findings
from bowlby.evidence.published.lives import SimulatedStudy, live
from bowlby.evidence.published.observed_children import ObservedChildren
from bowlby.evidence.published.rule import FindingQuestion, rule_of
from bowlby.evidence.published.validate import BEHIND
from bowlby.evidence.screening.design import REACH, with_own_constants
from bowlby.evidence.screening.slopes import Statistic
from bowlby.model.life.population import reference_file
from bowlby.simulation.engine.design import CohortDesign
from bowlby.source import source

Floats = npt.NDArray[np.float64]

LATE = 84.0
"""Months from which on a study is lived by fewer children: its lives are long."""


@dataclass(frozen=True)
class ScreeningSampleSizes:
    """How many children live.

    Args:
        children: of each study, 20 or more.
        late: of studies that go on beyond `LATE` months.
        seed: of all chances.
        reach: widths of doubt by which each child's constants are drawn, > 0.
    """

    children: int = 2048
    late: int = 512
    seed: int = 0
    reach: float = REACH

    def size(self, months: float) -> SampleSize:
        """Return the size of a study that ends at an age."""
        return SampleSize(self.late if months > LATE else self.children, self.seed)


@dataclass(frozen=True)
class ScreenedFigure:
    """A figure whose slopes are wanted.

    Args:
        name: id of the published row, or words.
        needs: variables, in the order in which the statistic takes them.
        statistic: from them and the children's weights to the figure.
        finding: the published row, or None.
    """

    name: str
    needs: tuple[RequiredVariable, ...]
    statistic: Statistic
    finding: Finding | None = None


class ConstantMove(NamedTuple):
    """How the constants of a study are moved.

    Args:
        reach: widths of doubt by which each child's are drawn; 0 for those of the registry, < 0 for the other side.
        seed: of the screening.
    """

    reach: float
    seed: int


class ScreenedStudy(NamedTuple):
    """One study as it was lived.

    Args:
        numbers: of its children, uint32, shape (children,).
        columns: by what was asked, each of shape (children,).
    """

    numbers: np.ndarray
    columns: dict[RequiredVariable, Floats]


def figures(numbers: ScreeningSampleSizes) -> tuple[ScreenedFigure, ...]:
    """Return the judged rows and the key figures.

    Args:
        numbers: of children.

    Returns:
        Rows in the table's order, then key figures.
    """
    rows = [one for one in shipped_findings() if one.role != "calibrate" and one.source_seen and _judged(one)]
    found = [
        ScreenedFigure(
            one.id, required_variables(one, numbers.size(one.age_outcome)), partial(finding_estimate, one), finding=one
        )
        for one in rows
    ]
    return (*found, *_key_figures(numbers))


def _judged(finding: Finding) -> bool:
    rule = rule_of(finding)
    return rule.question is FindingQuestion.NUMERIC and None not in (rule.s, rule.null_z, rule.baseline_z)


SHARES = {"A": "avoidant", "B": "secure", "C": "resistant", "D": "disorganized"}
PAIRS = (
    ("externalizing", "internalizing"),
    ("externalizing", "peer competence"),
    ("externalizing", "teacher closeness"),
)
CLASSED, MEASURED = 13.0, 84.0
"""Ages in months of the classes and of the outcomes whose shares and correlations are key figures."""


def _key_figures(numbers: ScreeningSampleSizes) -> list[ScreenedFigure]:
    study = SimulatedStudy("pooled", numbers.children, numbers.seed)
    shares = [
        ScreenedFigure(f"share of {name}", (RequiredVariable(study, variable, CLASSED),), _share)
        for name, variable in SHARES.items()
    ]
    pairs = [
        ScreenedFigure(
            f"r({one}, {other})",
            (RequiredVariable(study, one, MEASURED), RequiredVariable(study, other, MEASURED)),
            _correlation,
        )
        for one, other in PAIRS
    ]
    return [*shares, *pairs]


def _share(columns: Sequence[Floats], weights: Sequence[Floats]) -> float:
    return metrics.mean(columns[0], weights[0])


def _correlation(columns: Sequence[Floats], weights: Sequence[Floats]) -> float:
    return metrics.correlation(columns[0], columns[1], weights[0])


def studies_in_order(wanted: Sequence[ScreenedFigure]) -> tuple[SimulatedStudy, ...]:
    """Return the studies behind figures, those that most figures need first: an interrupted run then has most to show.

    Args:
        wanted: figures.

    Returns:
        Each study once.
    """
    counts = Counter(need.study for one in wanted for need in one.needs)
    return tuple(sorted(counts, key=lambda study: (-counts[study], str(study))))


def run_study(
    study: SimulatedStudy, needs: Sequence[RequiredVariable], move: ConstantMove, folder: Path, *, so_far: bool = False
) -> ScreenedStudy | None:
    """Return a study, kept in the folder from before or lived now.

    Args:
        study: who is studied.
        needs: all that is asked, of this study and of others.
        move: of the constants.
        folder: where each finished study is kept.
        so_far: live nothing.

    Returns:
        The study; None where it is not kept and is not to be lived.
    """
    own = sorted({one for one in needs if one.study == study}, key=lambda one: (one.age, one.variable))
    path = folder / f"{_name(study, own, move)}.npz"
    kept = _read(path, own)
    if kept is None and not so_far:
        make_folder(folder)
        kept = _observed(study, own, partial(with_own_constants, seed=move.seed, reach=move.reach))
        _write(path, kept)
    return kept


def pair_lives(one: ScreenedStudy, other: ScreenedStudy) -> ScreenedStudy:
    """Return the children of a study and their second lives, each child beside itself.

    Args:
        one: their first lives.
        other: their second lives.

    Returns:
        Twice as long.
    """
    both = {asked: np.stack([own, other.columns[asked]], 1).ravel() for asked, own in one.columns.items()}
    return ScreenedStudy(np.repeat(one.numbers, 2), both)


def _observed(
    study: SimulatedStudy, own: Sequence[RequiredVariable], change: Callable[[CohortDesign], CohortDesign]
) -> ScreenedStudy:
    numbers: list[np.ndarray] = []
    parts: list[list[Floats]] = []
    for design in study.designs(sorted({one.age for one in own})):
        seen = ObservedChildren(live(change(design)), study.seed)
        parts.append([seen.variable(one.variable, one.age) for one in own])
        numbers.append(design.child_numbers())
    whole = np.concatenate(numbers)
    order = np.argsort(whole, kind="stable")
    columns = [np.concatenate(column)[order] for column in zip(*parts, strict=True)]
    return ScreenedStudy(whole[order], dict(zip(own, columns, strict=True)))


def _name(study: SimulatedStudy, own: Sequence[RequiredVariable], move: ConstantMove) -> str:
    """Name of a kept study: who, what, how far moved, the code that it depends on, and the fitted populations."""
    behind = source(*BEHIND, "evidence/screening/design.py")
    variables = [(one.variable, one.age) for one in own]
    said = f"{study} {variables} {move} {behind} {reference_file()['posterior']['draws']}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _write(path: Path, kept: ScreenedStudy) -> None:
    with writing(path, force=True) as draft, draft.open("wb") as file:
        np.savez_compressed(file, kept.numbers, *kept.columns.values())


def _read(path: Path, own: Sequence[RequiredVariable]) -> ScreenedStudy | None:
    """Return a kept study, or None where there is none that can be read: it is lived again then."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return ScreenedStudy(kept["arr_0"], {one: kept[f"arr_{place + 1}"] for place, one in enumerate(own)})
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
