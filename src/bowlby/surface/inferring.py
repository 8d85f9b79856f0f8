"""What records say of care."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from bowlby.errors import InputError
from bowlby.formats.dyads import Dyad, dyads_of
from bowlby.formats.load import load_manifest
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.base_rates import QUADRANTS, checked
from bowlby.inference.care.care_of_dyads import CareOfDyads, CarePlan, care_of_dyads
from bowlby.inference.care.child_states import ChildStates, child_states
from bowlby.inference.care.known_coder import UNKNOWN, KnownCoder, coder_from, coder_in, coder_with
from bowlby.inference.care.posterior import population_name
from bowlby.inference.care.reading import ReadingPlan
from bowlby.inference.care.saved_care import care_tree, save_care, save_dyads
from bowlby.inference.care.statement import AxisStatement, CareStatement
from bowlby.inference.choices.trials import refuse_trials
from bowlby.progress import progress_bar
from bowlby.records.codebook import Codebook
from bowlby.records.coded_record import CodedRecord
from bowlby.surface.inputs import Given, PathLike, files_of, holds_frames, inputs
from bowlby.surface.measuring import CodersAgreement, coded_of
from bowlby.surface.records import CodedSessions, loading, problem_lines
from bowlby.surface.result import Result, ResultOrigin

if TYPE_CHECKING:
    import xarray as xr

    from bowlby.reporting.figure import Figure

Coder = Mapping[str, float] | PathLike | CodersAgreement
"""Errors by name (missed, false, displaced_s), what `bowlby.agree` returned, or the JSON that it saved."""


@dataclass(frozen=True, repr=False, eq=False)
class CareInference(Result[CareOfDyads]):
    """What records say of care, axis by axis; of one dyad, or of several, each by its own records.

    Args:
        plan: how the records were read.
    """

    plan: CarePlan = field(default_factory=CarePlan, kw_only=True)

    dimensions: ClassVar = ("dyad", "axis")

    @property
    def statement(self) -> CareStatement:
        """What the records of the only dyad say.

        Raises:
            InputError: there are several dyads.
        """
        if len(self.value.alone) != 1:
            names = ", ".join(dyad.name for dyad in self.value.dyads)
            raise InputError("there are several dyads", value=names, remedy="See .value.alone, one statement a dyad.")
        return self.value.alone[0]

    @property
    def axes(self) -> Mapping[Axis, AxisStatement]:
        """Threat, deprivation and unpredictability of the only dyad, each by itself."""
        return self.statement.axes

    @property
    def children(self) -> tuple[ChildStates, ...]:
        """What the child of each dyad has come to expect."""
        how = self.plan.reading
        return tuple(child_states(dyad.coded, how.population, how.seed, how.coder.context) for dyad in self.value.dyads)

    @property
    def title(self) -> str:
        """Return how much was observed, of whom."""
        count = len(self.value.dyads)
        hours = sum(one.posterior.evidence.hours for one in self.value.alone)
        days = sum(one.posterior.evidence.days for one in self.value.alone)
        whose = "one dyad" if count == 1 else f"{count} dyads"
        day = "day" if days == 1 else "days"
        return f"{whose}, {hours:.3g} hours on {days} {day}; {self.plan.reading.population} families"

    @property
    def lines(self) -> Sequence[str]:
        """Return intervals first, then statements, then what stands beside every statement."""
        found = self.value
        if len(found.dyads) == 1:
            problems = [one for dyad in found.dyads for _, one in dyad.problems]
            return [*self.statement.lines, *problem_lines(problems)]
        each = [
            f"{dyad.name}: {', '.join(f'{axis} {one.told.words}' for axis, one in said.axes.items())}"
            for dyad, said in zip(found.dyads, found.alone, strict=True)
        ]
        return [*each, *found.alone[0].beside]

    def to_polars(self) -> pl.DataFrame:
        """Return a row a dyad and axis: mean, median, 90 % interval, prior, P(above the cut), statement."""
        rows = [
            _axis_row(dyad.name, axis, one)
            for dyad, said in zip(self.value.dyads, self.value.alone, strict=True)
            for axis, one in said.axes.items()
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby infer --json` says."""
        if len(self.value.dyads) > 1:
            return self.value.as_dict()
        child = {"child": self.children[0].as_dict()}
        codable = next(iter(self.value.dyads)).coded.codable_by_construct()
        return self.statement.as_dict() | {"codable": codable} | child

    def to_xarray(self) -> xr.Dataset:
        """Return the draws of one dyad's posterior, by chain and draw; of several, the table by dyad and axis."""
        if len(self.value.alone) > 1:
            return super().to_xarray()
        found = care_tree(self.statement)["posterior"].to_dataset()
        for variable in found.data_vars.values():
            variable.attrs.setdefault("units", variable.attrs.pop("unit", "1"))
        return found.assign_attrs(self._attributes())

    def figures(self) -> tuple[Figure, ...]:
        """Return each axis before and after the record."""
        from bowlby.reporting.figures.axes import axis_figure

        return tuple(
            axis_figure(said, axis, f"{axis}-{place}" if len(self.value.alone) > 1 else str(axis))
            for place, said in enumerate(self.value.alone[:4], 1)
            for axis, one in said.axes.items()
            if one.median is not None
        )

    def _save_arrays(self, path: Path, *, force: bool) -> Path:
        if len(self.value.alone) == 1:
            return save_care(self.statement, path, force=force)
        about = {"population": self.plan.reading.population, "each": "every dyad by itself, whatever was pooled"}
        posteriors = [one.posterior for one in self.value.alone]
        return save_dyads([dyad.name for dyad in self.value.dyads], posteriors, path, about, force=force)


def _axis_row(dyad: str, axis: Axis, one: AxisStatement) -> dict[str, object]:
    prior = dict(zip(("prior_median", "prior_low", "prior_high"), one.prior, strict=True))
    return {
        "dyad": dyad,
        "axis": str(axis),
        "mean": one.mean,
        "median": one.median,
        "low": one.low,
        "high": one.high,
        "unit": one.unit,
        **prior,
        "cut": one.cut,
        "above_cut": one.above,
        "bayes_factor": one.factor,
        "statement": one.told.words,
    }


def infer(
    records: Given | CodedSessions | CodedRecord,
    *,
    codebook: PathLike | Codebook | None = None,
    manifest: PathLike | None = None,
    one_dyad: bool = False,
    population: str = "pooled",
    base_rates: Mapping[str, float] | Sequence[float] | None = None,
    coder: Coder | None = None,
    pooling: bool = True,
    by: str | None = None,
    seed: int = 0,
) -> CareInference:
    """Infer the care behind coded records: threat, deprivation and unpredictability, each by itself.

    Args:
        records: one path or many, a folder, data frames, or what `bowlby.load` returned.
        codebook: maps your codes; None where they are bowlby's own, or already mapped.
        manifest: says whose records they are, where there are several.
        one_dyad: all records are of one child with one caregiver.
        population: families that are taken to write such records: "pooled", "low-risk" or "at risk".
        base_rates: how frequent neither, threat, deprivation and both are in your setting; None for the population's.
        coder: what is known of the coder's error: errors by name, what `bowlby.agree` returned, or the JSON of that.
        pooling: put several dyads under one hierarchy too.
        by: column of the manifest that says which group a dyad is in.
        seed: of the draws.

    Returns:
        Intervals, statements with their conditions, and what is missing for one.

    Raises:
        InputError: a record cannot be read so, or nothing says whose it is.

    Example:
        >>> import bowlby
        >>> care = bowlby.infer(bowlby.example("play"))
        >>> care.axes["threat"].told.words
        'not told'
    """
    reading = ReadingPlan(population_name(population), known_coder(coder), seed)
    plan = CarePlan(reading, _rates(base_rates), pooling, by)
    asked = {"population": population, "base_rates": plan.base_rates, "pooling": pooling, "by": by, "seed": seed}
    if isinstance(records, CodedSessions | CodedRecord) or holds_frames(records):
        loaded = coded_of(records, codebook=codebook)
        problems = tuple(("", one) for one in loaded.value.record.quality)
        dyads: tuple[Dyad, ...] = (Dyad("", (), loaded.value, problems=problems),)
        hashes = loaded.provenance.inputs
    else:
        how = loading(codebook, None, None)
        with files_of(records) as paths:
            refuse_trials(paths)
            study = None if manifest is None else load_manifest(manifest, how, [by] if by else [])
            dyads, hashes = dyads_of(paths, how, study, one_dyad=one_dyad), inputs(paths)
    with progress_bar("dyads") as progress:
        found = care_of_dyads(dyads, plan, progress)
    return CareInference(found, plan=plan, provenance=ResultOrigin("infer", asked, hashes))


def known_coder(coder: Coder | None) -> KnownCoder:
    """Return what is known of the coder's error.

    Args:
        coder: as `infer` takes it.

    Returns:
        The coder.

    Raises:
        ParameterError: no such coder was learnt.
    """
    if coder is None:
        return UNKNOWN
    if isinstance(coder, CodersAgreement):
        return coder_in(coder.as_dict())
    if isinstance(coder, str | Path):
        return coder_from(Path(coder))
    return coder_with({"missed": 0.0, "false": 0.0, "displaced_s": 0.0} | dict(coder))


def _rates(rates: Mapping[str, float] | Sequence[float] | None) -> dict[str, float] | None:
    if rates is None:
        return None
    stated = rates if isinstance(rates, Mapping) else dict(zip(QUADRANTS, rates, strict=False))
    return checked(stated)
