"""`bowlby infer`: the model run backward, on the records of one dyad or of several."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.cli.problems import problem_lines, problem_rows
from bowlby.infer.edition import FIRST_EDITION

if TYPE_CHECKING:
    from collections.abc import Sized

    from bowlby.infer.pooled import GroupRow, Pooled
    from bowlby.records.dyads import Dyad
    from bowlby.study.differential import Differential
    from bowlby.study.dyads import Asked, Several


def infer_command(
    files: options.Files,
    codebook: options.CodebookFile = None,
    base_rates: Annotated[
        str,
        typer.Option(
            "--base-rates",
            help="How frequent neither, threat, deprivation and both are in your setting: .55,.2,.15,.1.",
        ),
    ] = "",
    manifest: options.ManifestFile = None,
    one_dyad: options.OneDyad = False,
    pooling: Annotated[
        bool, typer.Option("--pooling/--no-pooling", help="Let several dyads tell of each other, or take each alone.")
    ] = True,
    covariates: Annotated[
        list[str] | None,
        typer.Option("--covariate", help="Column of the manifest that may move the group's means; may be repeated."),
    ] = None,
    nuts: options.Nuts = False,
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
    """Infer the care behind coded records, and tell threat from deprivation where they allow it.

    Several records need to say whose they are: by a manifest, by their own metadata, or by --one-dyad. Dyads are pooled
    under one hierarchy; verdicts rest on each dyad's own records.

    Example: bowlby infer visit.boris --codebook codes.toml --json

    Example: bowlby infer visit1.boris visit2.boris --one-dyad --codebook codes.toml --json

    Example: bowlby infer c01.csv c02.csv c03.csv --manifest study.csv --covariate age_months -o group.nc
    """
    from bowlby.atomic import refuse_overwriting
    from bowlby.cli.cache import use_compile_cache
    from bowlby.records.dyads import dyads_of
    from bowlby.records.load import Loading, load_manifest

    if output is not None:
        refuse_overwriting(output, force=force)
    rates = _base_rates(base_rates)
    how = Loading(
        codebook,
        format,
        strict,
        pseudonyms=options.pseudonyms_of(pseudonyms),
        child=child,
        caregiver=caregiver,
        isolation=options.isolation(isolated),
    )
    study = None if manifest is None else load_manifest(manifest, how, covariates or [])
    dyads = dyads_of(files, how, study, one_dyad=one_dyad)
    use_compile_cache()
    from bowlby.study.dyads import Asked

    asked = Asked(pooling, rates, nuts, seed)
    if len(dyads) == 1:
        _refuse_covariates(covariates)
        _one(dyads[0], asked, output, force=force, as_json=as_json)
    else:
        _several(dyads, (covariates or [], manifest), asked, (output, force), as_json=as_json)


def _refuse_covariates(covariates: list[str] | None) -> None:
    from bowlby.errors import InputError

    if covariates:
        raise InputError(
            "the records are of one dyad, which no covariate can tell from others",
            column="--covariate",
            value=", ".join(covariates),
            remedy="Give records of several dyads and a manifest.",
        )


def _one(dyad: Dyad, asked: Asked, output: Path | None, *, force: bool, as_json: bool) -> None:
    from bowlby.study.differential import differential

    found = differential(dyad.coded, base_rates=asked.base_rates, nuts=asked.nuts, seed=asked.seed)
    if output is not None:
        from bowlby.infer.saved import save

        save(found.posterior, output, force=force)
    result = found.as_dict() | {"seed": asked.seed, "written": None if output is None else str(output)}
    result |= {"problems": problem_rows(dyad.problems)}
    emit(result, [*_text(found), *problem_lines(dyad.problems)], as_json=as_json)


def _several(
    dyads: tuple[Dyad, ...],
    covariates: tuple[list[str], Path | None],
    asked: Asked,
    target: tuple[Path | None, bool],
    *,
    as_json: bool,
) -> None:
    from bowlby.cli.progress import watched
    from bowlby.study.dyads import covariates_of, infer_several

    moved = covariates_of(dyads, *covariates) if asked.pooling or covariates[0] else ()
    with watched("dyads") as progress:
        found = infer_several(dyads, moved, asked, progress)
    output, force = target
    if output is not None:
        from bowlby.infer.saved_dyads import save_dyads

        names = [dyad.name for dyad in dyads]
        save_dyads(names, [one.posterior for one in found.alone], found.pooled, output, force=force)
    result = found.as_dict() | {"seed": asked.seed, "written": None if output is None else str(output)}
    problems = [one for dyad in dyads for one in dyad.problems]
    result |= {"problems": problem_rows(problems)}
    emit(result, [*_text_of_several(found), *problem_lines(problems)], as_json=as_json)


def _base_rates(text: str) -> dict[str, float] | None:
    from bowlby.study.reference import QUADRANTS, checked_base_rates

    if not text:
        return None
    try:
        values = [float(word) for word in text.split(",")]
    except ValueError:
        values = []
    return checked_base_rates(dict(zip(QUADRANTS, values, strict=False)))


def _text(found: Differential) -> list[str]:
    lines = [FIRST_EDITION, f"verdict: {found.verdict}"]
    rates = ", ".join(f"{name} {share:.2f}" for name, share in found.base_rates.items())
    lines.append(f"base rates: {rates}")
    if found.quadrant is not None:
        lines += [f"  {name:<14} {share:.2f}" for name, share in found.quadrant.items()]
    lines += [f"  {'met' if item.met else 'NOT met'}: {item.name} ({item.value})" for item in found.conditions]
    lines += [found.rare_event, "what to observe next:", *(f"  {line}" for line in found.next)]
    lines += ["what a record of this kind cannot tell:", *(f"  {line}" for line in found.not_identifiable)]
    return lines


def _text_of_several(found: Several) -> list[str]:
    lines = [FIRST_EDITION, f"{len(found.dyads)} dyads, {'pooled' if found.pooled else 'each by itself'}"]
    for place, (dyad, alone) in enumerate(zip(found.dyads, found.alone, strict=True)):
        held = f"{_counted(alone.posterior.evidence.sessions, 'session')} in {_counted(dyad.files, 'file')}"
        lines += ["", f"{dyad.name}: {held}, verdict: {alone.verdict}"]
        among = alone.posterior if found.pooled is None else found.pooled.together[place]
        for own, row in zip(alone.posterior.parameters, among.parameters, strict=True):
            pooled = "" if found.pooled is None else f"  pooled {row.mean:.3g} ({row.low:.3g} to {row.high:.3g})"
            lines.append(f"  {own.name:<26} {own.mean:.3g} ({own.low:.3g} to {own.high:.3g}) {own.unit}{pooled}")
    return lines if found.pooled is None else [*lines, "", *_text_of_group(found.pooled)]


def _counted(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def _text_of_group(found: Pooled) -> list[str]:
    seen = found.diagnostics
    lines = ["the group's means (90 % intervals):", *(_line(row) for row in found.means)]
    lines += ["sds between dyads:", *(_line(row) for row in found.sds)]
    if found.slopes:
        lines += ["effects on the means:", *(_line(row) for row in found.slopes)]
    trust = "" if seen.converged else ": not to be trusted yet"
    return [*lines, f"R-hat {seen.r_hat:.3f}, effective draws {seen.ess:.0f}{trust}"]


def _line(row: GroupRow) -> str:
    name = f"{row.name}, {row.covariate}" if row.covariate else row.name
    return (
        f"  {name:<40} {row.mean:.3g} ({row.low:.3g} to {row.high:.3g}) {row.unit}; "
        f"before {row.prior_low:.3g} to {row.prior_high:.3g}"
    )
