"""The axes of care of every dyad of a study: estimate, interval and probability, never a statement."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.atomic import writing
from bowlby.errors import BowlbyError
from bowlby.formats.dyads import number_of
from bowlby.formats.load import load_coded, merge
from bowlby.formats.read import file_hash
from bowlby.inference.care.axes import UNITS, Axis
from bowlby.inference.care.posterior import population_name
from bowlby.inference.care.reading import ReadingPlan, read_care
from bowlby.inference.care.statement import care_statement
from bowlby.laboratory.problem import StudyProblem, problem_of
from bowlby.laboratory.sessions import OpenStudy, StudySession
from bowlby.records.coded_record import CodedRecord
from bowlby.records.days import DAY, on_day

Floats = npt.NDArray[np.float64]

LEVEL_WORDS = "90 % interval"
"""What the interval of an axis is, in words: the measures have 95 % ones."""


@dataclass(frozen=True)
class AxisEstimate:
    """One axis of one dyad.

    Args:
        median: of the posterior, in the unit of the axis; None where the axis was not codable.
        low: lower end of the 90 % interval, likewise.
        high: upper end, likewise.
        above: P(above the 90th percentile of simulated families); None likewise, and for an axis that has no cut.
    """

    median: float | None
    low: float | None
    high: float | None
    above: float | None


@dataclass(frozen=True)
class DyadAxes:
    """What the records of one dyad say of its care.

    Args:
        dyad: child and caregiver.
        axes: by axis.
        draws: of the posterior by axis, those that were codable, on their own scales.
        prior: draws of the population, likewise.
    """

    dyad: tuple[str, str]
    axes: Mapping[Axis, AxisEstimate]
    draws: Mapping[Axis, Floats]
    prior: Mapping[Axis, Floats]


@dataclass(frozen=True)
class StudyAxes:
    """The axes of all dyads.

    Args:
        dyads: those whose records could be read, in the order of the manifest.
        problems: those whose records could not.
    """

    dyads: tuple[DyadAxes, ...] = ()
    problems: tuple[StudyProblem, ...] = ()

    def rows(self) -> dict[tuple[str, str], dict[str, float | None]]:
        """Return the columns of each dyad, by child and caregiver."""
        return {one.dyad: _columns(one.axes) for one in self.dyads}


def axis_columns(axis: Axis) -> dict[str, str]:
    """Return the columns of an axis and what each is.

    Args:
        axis: which.

    Returns:
        By name.
    """
    unit = UNITS[axis]
    found = {
        f"{axis}_median": f"{axis}, posterior median ({unit})",
        f"{axis}_low": f"{axis}, lower end of the {LEVEL_WORDS} ({unit})",
        f"{axis}_high": f"{axis}, upper end of the {LEVEL_WORDS} ({unit})",
    }
    above = {f"{axis}_p_above": f"{axis}, P(above the 90th percentile of simulated families) at the base rates"}
    return found | (above if axis is not Axis.UNPREDICTABILITY else {})


def _columns(axes: Mapping[Axis, AxisEstimate]) -> dict[str, float | None]:
    return {
        name: value
        for axis, one in axes.items()
        for name, value in zip(axis_columns(axis), (one.median, one.low, one.high, one.above), strict=False)
    }


def study_axes(study: OpenStudy, keep: Path, progress: Callable[[int, int], None] | None = None) -> StudyAxes:
    """Return the axes of every dyad, from the main codings of all its visits.

    Args:
        study: opened.
        keep: folder that keeps finished dyads, so that an interrupted run goes on.
        progress: called with dyads done and in all.

    Returns:
        The axes.

    Raises:
        OutputError: a finished dyad cannot be kept.
    """
    by_dyad: dict[tuple[str, str], list[StudySession]] = {}
    for one in (one for one in study.main if one.file.is_file()):
        by_dyad.setdefault(one.dyad, []).append(one)
    found, problems = list[DyadAxes](), list[StudyProblem]()
    for done, (dyad, sessions) in enumerate(by_dyad.items(), 1):
        try:
            found.append(_of_dyad(study, dyad, sessions, keep))
        except BowlbyError as error:
            problems.append(problem_of(error, sessions[0].label))
        if progress is not None:
            progress(done, len(by_dyad))
    return StudyAxes(tuple(found), tuple(problems))


def _of_dyad(study: OpenStudy, dyad: tuple[str, str], sessions: Sequence[StudySession], keep: Path) -> DyadAxes:
    part = keep / f"axes-{_key(study, sessions)}.npz"
    kept = _kept(part, dyad)
    if kept is not None:
        return kept
    coded = merge([dated(of_session(load_coded([one.file], study.how), one.session), one) for one in sessions])
    ages = [age for one in sessions if (age := number_of(one.said("age_months") or "nan")) is not None]
    if ages:
        metadata = {**coded.record.metadata, "age_months": float(np.mean(ages))}
        coded = replace(coded, record=replace(coded.record, metadata=metadata))
    plan = ReadingPlan(population_name(study.plan.inference.population), seed=study.plan.seed)
    said = care_statement(read_care(coded, plan))
    evidence = said.posterior.evidence
    axes = {
        axis: AxisEstimate(one.median, one.low, one.high, one.above if evidence.codable[axis] else None)
        for axis, one in said.axes.items()
    }
    codable = [axis for axis in Axis if evidence.codable[axis]]
    draws = {axis: said.posterior.draws[axis] for axis in codable}
    found = DyadAxes(dyad, axes, draws, {axis: said.posterior.prior[axis] for axis in codable})
    _keep(found, part)
    return found


def dated(coded: CodedRecord, one: StudySession) -> CodedRecord:
    """Return a record on the day that the manifest states, and with a session id that no other visit has.

    Args:
        coded: of one session.
        one: its row.

    Returns:
        The record.
    """
    day = one.said(DAY)
    return replace(coded, record=on_day(coded.record, int(day) if day else None))


def of_session(coded: CodedRecord, session: str | None) -> CodedRecord:
    """Return a record with one of its sessions.

    Args:
        coded: a record in the closed vocabulary.
        session: id, or None for the record as it is.

    Returns:
        The record.
    """
    if session is None or coded.sessions == (session,):
        return coded
    own = pl.col("session") == session
    record = replace(coded.record, windows=coded.record.windows.filter(own))
    lost = coded.lost.filter(own | pl.col("session").is_null())
    return replace(coded, record=record, acts=coded.acts.filter(own), masks=coded.masks.filter(own), lost=lost)


def _key(study: OpenStudy, sessions: Sequence[StudySession]) -> str:
    """Return what the result depends on: content, codebook, who and when, settings, and bowlby's version."""
    rows = [
        (file_hash(one.file), one.file.name, one.session, one.said(DAY), one.said("age_months"),
         repr(study.how.stated_for(one.file, None)))
        for one in sessions
    ]  # fmt: skip
    book = study.codebook
    settings = [
        version("bowlby"),
        None if book is None else file_hash(book),
        study.plan.inference.population,
        study.plan.seed,
        study.rule,
        rows,
    ]
    return hashlib.sha256(json.dumps(settings, default=str, sort_keys=True).encode()).hexdigest()[:32]


def _keep(found: DyadAxes, part: Path) -> None:
    said = {str(axis): [one.median, one.low, one.high, one.above] for axis, one in found.axes.items()}
    arrays: dict[str, Any] = {"axes": np.array(json.dumps(said))}
    arrays |= {f"draws-{axis}": values for axis, values in found.draws.items()}
    arrays |= {f"prior-{axis}": values for axis, values in found.prior.items()}
    with writing(part, force=True) as draft, draft.open("wb") as file:
        np.savez(file, **arrays)


def _kept(part: Path, dyad: tuple[str, str]) -> DyadAxes | None:
    if not part.exists():
        return None
    try:
        with np.load(part) as arrays:
            said = json.loads(str(arrays["axes"]))
            own = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, KeyError):  # damaged: read anew
        return None
    axes = {Axis(name): AxisEstimate(*values) for name, values in said.items()}
    draws, prior = (
        {axis: own[f"{what}-{axis}"] for axis in Axis if f"{what}-{axis}" in own} for what in ("draws", "prior")
    )
    return DyadAxes(dyad, axes, draws, prior)
