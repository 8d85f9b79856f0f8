"""`bowlby validate`: published figures, or a user's own table of findings, held against simulated studies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.errors import InputError

if TYPE_CHECKING:
    from bowlby.evidence.published.finding import Finding
    from bowlby.evidence.published.validate import Validation, ValidationRow

OwnTable = Annotated[
    Path | None, typer.Option("--table", help="A csv of findings in bowlby's study language, instead of its own.")
]
Rows = Annotated[
    list[str] | None, typer.Option("--row", help="Only this row, such as B17; may be repeated.", show_default=False)
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write forest plots and tables as HTML.")]
Resume = Annotated[
    Path | None,
    typer.Option("--resume", help="Folder that keeps finished studies; without it, bowlby's cache folder."),
]


def validate_command(
    table: OwnTable = None,
    row: Rows = None,
    children: Annotated[int, typer.Option("-n", "--children", help="Children in each simulated study.")] = 1000,
    most: Annotated[
        int, typer.Option("--most", help="Children at most, where a row's Monte Carlo error needs more of them.")
    ] = 64_000,
    prior: Annotated[
        bool, typer.Option("--prior/--no-prior", help="Also hold populations from their prior against the rows.")
    ] = True,
    cuts: Annotated[
        bool, typer.Option("--cuts", help="Also give rows on maltreated families cut off at the other quantiles.")
    ] = False,
    output: Output = None,
    resume: Resume = None,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Hold the model against published figures: a simulated study of the same design for each row, misses first.

    Example: bowlby validate -o validation.html

    Example: bowlby validate --table my-findings.csv --json

    Example: bowlby validate --row B17 --row C01 -n 4000
    """
    from bowlby.atomic import refuse_overwriting
    from bowlby.cache import cache_folder
    from bowlby.simulation.entry import start_jax

    if output is not None:
        refuse_overwriting(output, force=force)
    start_jax()
    findings, unspoken = _findings(table, row or [])
    folder = resume or ((cache_folder() or Path()) / "studies" if cache_folder() else None)
    found, before = _validated(findings, (children, seed, most), unspoken, folder, prior=prior)
    if output is not None:
        from bowlby.reporting.validation_page import write_validation

        write_validation(found, output, prior=before, cache=cache_folder(), force=force)
    written = None if output is None else str(output)
    said = found.as_dict() | {"written": written}
    if before is not None:
        said["prior_shares"] = {name: share.as_dict() for name, share in before.shares().items()}
    beside = _cuts(findings, (children, seed), folder) if cuts else []
    said |= {"cuts": beside} if cuts else {}
    emit(said, [*_text(found, before, written), *map(_cut_line, beside)], as_json=as_json)


def _cuts(findings: tuple[Finding, ...], numbers: tuple[int, int], folder: Path | None) -> list[dict[str, object]]:
    """Return rows on maltreated families at the other quantiles: id, who, metric, estimate and 95 % interval."""
    from bowlby.evidence.published.figures import SampleSize
    from bowlby.evidence.published.validate import at_other_cuts
    from bowlby.evidence.published.vocabulary import MALTREATED
    from bowlby.progress import progress_bar

    with progress_bar("variables, maltreated families cut off elsewhere") as progress:
        found = at_other_cuts(findings, SampleSize(*numbers), folder=folder, told=progress)
    return [
        {
            "id": row.id,
            "families": row.predictor.care if row.predictor.care in MALTREATED else row.population,
            "metric": str(row.metric),
            "estimate": figure.estimate,
            "low": figure.interval[0],
            "high": figure.interval[1],
        }
        for row, figure in found
    ]


def _cut_line(row: dict[str, object]) -> str:
    figure = f"{row['estimate']:.3g} ({row['low']:.3g} to {row['high']:.3g})"
    return f"{row['id']!s:<7}{row['families']}: {row['metric']} {figure}"


def _findings(table: Path | None, chosen: list[str]) -> tuple[tuple[Finding, ...], dict[str, str]]:
    from bowlby.evidence.published.finding import read, shipped_findings, unmodelled_rows

    findings = shipped_findings() if table is None else read(table)
    reasons = unmodelled_rows() if table is None else {}
    if not chosen:
        return findings, reasons
    known = {one.id for one in findings} | {one.of for one in findings}
    for name in chosen:
        if name not in known and name not in reasons:
            raise InputError("there is no such row", column="--row", value=name, remedy="See the table's first column.")
    kept = tuple(one for one in findings if one.id in chosen or one.of in chosen)
    return kept, {one: why for one, why in reasons.items() if one in chosen}


def _validated(
    findings: tuple[Finding, ...],
    numbers: tuple[int, int, int],
    unspoken: dict[str, str],
    folder: Path | None,
    *,
    prior: bool,
) -> tuple[Validation, Validation | None]:
    from bowlby.evidence.published.figures import SampleSize
    from bowlby.evidence.published.lives import BLOCKS
    from bowlby.evidence.published.validate import validate
    from bowlby.progress import progress_bar

    children, seed, most = numbers
    if children < 5 * BLOCKS:
        remedy = f"Give {5 * BLOCKS} or more: intervals come from {BLOCKS} groups of them."
        raise InputError("too few children for an interval", column="-n", value=children, remedy=remedy)
    size = SampleSize(children, seed, most)
    with progress_bar("variables") as progress:
        found = validate(findings, size, unspoken=unspoken, folder=folder, told=progress)
    if not prior:
        return found, None
    with progress_bar("variables, populations from the prior") as progress:
        once = replace(size, most=children)
        return found, validate(findings, once, unspoken=unspoken, folder=folder, told=progress, prior=True)


def _text(found: Validation, prior: Validation | None, written: str | None) -> list[str]:
    from bowlby.reporting.validation_page import plain_words

    lines = [*plain_words(found, prior), ""]
    for row in found.misses_first():
        one, (low, high) = row.as_dict(), row.simulated.interval
        what = " -> ".join(filter(None, (str(one["predictor"]), row.finding.outcome)))
        lines.append(
            f"{row.standing.verdict!s:<15}{row.finding.id:<7}{what}, {row.finding.population}: {row.finding.metric} "
            f"{row.simulated.estimate:.3g} ({low:.3g} to {high:.3g}), published {row.finding.estimate:g}{_doubt(row)}"
        )
    return [*lines, f"wrote {written}"] if written else lines


def _doubt(row: ValidationRow) -> str:
    if row.rule.s is None or row.standing.z is None:
        return f"; {row.standing.reason}" if row.standing.reason else ""
    return f", s {row.rule.s:.3g}, z {row.standing.z:.1f}"
