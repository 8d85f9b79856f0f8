"""`bowlby infer`: what records say of care, axis by axis, of one dyad or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.cli.problems import problem_lines, problem_rows

if TYPE_CHECKING:
    from bowlby.formats.dyads import Dyad
    from bowlby.inference.care.care_of_dyads import CareOfDyads, CarePlan
    from bowlby.inference.care.child_states import ChildStates
    from bowlby.inference.care.known_coder import KnownCoder
    from bowlby.inference.care.pooled_care import GroupFigure, PooledCare
    from bowlby.inference.care.statement import CareStatement

Population = Annotated[
    str,
    typer.Option("--population", help="Families that are taken to write such records: pooled, low-risk or at-risk."),
]
BaseRates = Annotated[
    str,
    typer.Option(
        "--base-rates",
        help="How frequent neither, threat, deprivation and both are in your setting: .55,.2,.15,.1. Severity within "
        "each stays as simulated.",
    ),
]
Coder = Annotated[
    str,
    typer.Option(
        "--coder", help="Error of the coder: JSON of `bowlby agree --json`, or missed=.1,false=.05,jitter=.3."
    ),
]


def infer_command(
    files: options.Files,
    codebook: options.CodebookFile = None,
    base_rates: BaseRates = "",
    population: Population = "pooled",
    coder: Coder = "",
    manifest: options.ManifestFile = None,
    one_dyad: options.OneDyad = False,
    pooling: Annotated[
        bool, typer.Option("--pooling/--no-pooling", help="Put several dyads under one hierarchy, or leave each alone.")
    ] = True,
    by: Annotated[
        str | None,
        typer.Option("--by", help="Column of the manifest that says which group a dyad is in: contrasts of groups."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the posterior as .nc or .zarr, in ArviZ's layout.")
    ] = None,
    child: options.Child = None,
    caregiver: options.Caregiver = None,
    format: options.Format = None,
    pseudonyms: options.PseudonymKey = None,
    isolated: options.Isolated = False,
    strict: options.Strict = False,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Infer the care behind coded records: threat and deprivation, each by itself, and what is missing to tell them.

    Several records need to say whose they are: by a manifest, by their own metadata, or by --one-dyad. A visit is a
    day: the manifest's column day, or the record's own, counts days from the first visit.

    Example: bowlby infer visit.boris --codebook codes.toml --json

    Example: bowlby infer visit1.boris visit2.boris --one-dyad --codebook codes.toml -o post.nc

    Example: bowlby infer c01.csv c02.csv c03.csv --manifest study.csv --by group --coder agree.json
    """
    from bowlby.atomic import refuse_overwriting
    from bowlby.formats.dyads import dyads_of
    from bowlby.formats.load import LoadOptions, load_manifest
    from bowlby.inference.care.base_rates import base_rates_of
    from bowlby.inference.care.care_of_dyads import CarePlan
    from bowlby.inference.care.posterior import population_name
    from bowlby.inference.care.reading import ReadingPlan
    from bowlby.inference.choices.trials import refuse_trials

    if output is not None:
        refuse_overwriting(output, force=force)
        _refuse_ending(output)
    reading = ReadingPlan(population_name(population), known_coder(coder), checked_seed(seed))
    plan = CarePlan(reading, base_rates_of(base_rates), pooling, by)
    how = LoadOptions(
        codebook,
        format,
        strict,
        pseudonyms=options.pseudonyms_of(pseudonyms),
        child=child,
        caregiver=caregiver,
        isolation=options.isolation(isolated),
    )
    study = None if manifest is None else load_manifest(manifest, how, [by] if by else [])
    refuse_trials(files)
    dyads = dyads_of(files, how, study, one_dyad=one_dyad)
    if len(dyads) == 1:
        _one(dyads[0], plan, output, force=force, as_json=as_json)
    else:
        _several(dyads, plan, output, force=force, as_json=as_json)


def known_coder(text: str) -> KnownCoder:
    """Return what `--coder` says of the coder.

    Args:
        text: a file, values, or empty.

    Returns:
        The coder.

    Raises:
        InputError: the file or the values cannot be read.
        ParameterError: no such coder was learnt.
    """
    from bowlby.inference.care.known_coder import UNKNOWN, coder_from, coder_with

    if not text:
        return UNKNOWN
    if "=" in text and not Path(text).is_file():
        from bowlby.cli.visits import error_values

        return coder_with(error_values(text, "--coder"))
    return coder_from(Path(text))


def checked_seed(seed: int) -> int:
    """Return a seed that can be used.

    Args:
        seed: as given.

    Returns:
        The same.

    Raises:
        InputError: it is out of range.
    """
    from bowlby.errors import InputError

    if not 0 <= seed < 2**63:
        remedy = "Give another."
        raise InputError("a seed is a whole number from 0 to 2**63 - 1", column="--seed", value=seed, remedy=remedy)
    return seed


def _refuse_ending(output: Path) -> None:
    from bowlby.errors import InputError

    if output.suffix not in (".nc", ".zarr"):
        raise InputError("the ending tells no format", file=output, remedy="End the name in .zarr or .nc.")


def _one(dyad: Dyad, plan: CarePlan, output: Path | None, *, force: bool, as_json: bool) -> None:
    from bowlby.errors import InputError
    from bowlby.inference.care.reading import read_care
    from bowlby.inference.care.statement import care_statement

    if plan.by:
        raise InputError(
            "the records are of one dyad, which is no group",
            column="--by",
            value=plan.by,
            remedy="Give records of several dyads and a manifest.",
        )
    found = care_statement(read_care(dyad.coded, plan.reading), plan.base_rates)
    if output is not None:
        from bowlby.inference.care.saved_care import save_care

        save_care(found, output, force=force)
    child = child_of(dyad, plan)
    result = found.as_dict() | _about(plan, output) | {"codable": dyad.coded.codable_by_construct()}
    result |= {"child": child.as_dict(), "problems": problem_rows(dyad.problems)}
    text = [*statement_text(found), *child_text(child), *_written(output), *problem_lines(dyad.problems)]
    emit(result, text, as_json=as_json)


def _several(dyads: tuple[Dyad, ...], plan: CarePlan, output: Path | None, *, force: bool, as_json: bool) -> None:
    from bowlby.inference.care.care_of_dyads import care_of_dyads
    from bowlby.progress import progress_bar

    with progress_bar("dyads") as progress:
        found = care_of_dyads(dyads, plan, progress)
    if output is not None:
        from bowlby.inference.care.saved_care import save_dyads

        about = {"population": plan.reading.population, "each": "every dyad by itself, whatever was pooled"}
        posteriors = [one.posterior for one in found.alone]
        save_dyads([dyad.name for dyad in dyads], posteriors, output, about, force=force)
    problems = [one for dyad in dyads for one in dyad.problems]
    children = [child_of(dyad, plan) for dyad in dyads]
    said = found.as_dict() | _about(plan, output)
    each = [one | {"child": child.as_dict()} for one, child in zip(found.each, children, strict=True)]
    text = [*_text_of_several(found, children), *_written(output), *problem_lines(problems)]
    emit(said | {"dyads": each, "problems": problem_rows(problems)}, text, as_json=as_json)


def child_of(dyad: Dyad, plan: CarePlan) -> ChildStates:
    """Return what the child of a dyad has come to expect.

    Args:
        dyad: with its records.
        plan: how they are read.

    Returns:
        Estimates, none where nothing of the child could be coded.
    """
    from bowlby.inference.care.child_states import child_states

    how = plan.reading
    return child_states(dyad.coded, how.population, how.seed, how.coder.context)


def child_text(found: ChildStates) -> list[str]:
    """Return the section on the child, in lines.

    Args:
        found: of one dyad.

    Returns:
        Lines of text.
    """
    return ["", "what the child has come to expect", *found.lines]


def _about(plan: CarePlan, output: Path | None) -> dict[str, object]:
    return {"seed": plan.reading.seed, "written": None if output is None else str(output)}


def _written(output: Path | None) -> list[str]:
    return [] if output is None else [f"wrote {output}"]


def statement_text(found: CareStatement) -> list[str]:
    """Return what records say of care, in lines: what they hold, intervals, statements, what stands beside them.

    Args:
        found: of one dyad.

    Returns:
        Lines of text.
    """
    evidence = found.posterior.evidence
    held = (
        f"{_counted(len(evidence.sessions), 'session')} on {_counted(evidence.days, 'known day')}, "
        f"{evidence.hours:.3g} hours; the child {evidence.age_months:.3g} months old"
    )
    rates = ", ".join(f"{name} {share:.2f}" for name, share in found.base_rates.stated.items())
    read = (
        f"read among {found.posterior.population} families; base rates {rates}; coder {found.reading.plan.coder.source}"
    )
    return [held, *evidence.problems, read, "", *found.lines]


def _text_of_several(found: CareOfDyads, children: Sequence[ChildStates]) -> list[str]:
    lines = [f"{len(found.dyads)} dyads, each by its own records"]
    for dyad, alone, child in zip(found.dyads, found.alone, children, strict=True):
        lines += ["", f"{dyad.name} ({_counted(len(dyad.files), 'file')})", *statement_text(alone), *child_text(child)]
    return lines if found.pooled is None else [*lines, "", *_text_of_group(found.pooled)]


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _text_of_group(found: PooledCare) -> list[str]:
    lines = ["all dyads under one hierarchy (90 % intervals):"]
    for axis, one in found.axes.items():
        trust = "" if one.trusted else "; not to be trusted"
        lines.append(f"{axis} (largest Pareto k {one.pareto_k.max():.2f}{trust})")
        lines += [_line(figure, one.as_dict()) for figure in (*one.means, one.spread, *one.contrasts)]
    return lines


def _line(figure: GroupFigure, axis: Mapping[str, object]) -> str:
    return f"  {figure.name:<32} {figure.median:.3g} ({figure.low:.3g} to {figure.high:.3g}) {axis['unit']}"
