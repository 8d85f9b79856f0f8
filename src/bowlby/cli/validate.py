"""`bowlby validate`: published figures, or a user's own table of findings, held against simulated studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

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
    from bowlby.surface.evidence import findings_of, studies_folder, validate

    if output is not None:
        refuse_overwriting(output, force=force)
    result = validate(table, rows=row or [], children=children, most=most, prior=prior, folder=resume, seed=seed)
    found, before = result.value, result.prior
    if output is not None:
        result.save_page(output, force=force)
    written = None if output is None else str(output)
    said = found.as_dict() | {"written": written}
    if before is not None:
        said["prior_shares"] = {name: share.as_dict() for name, share in before.shares().items()}
    findings = findings_of(table, row or [])[0]
    beside = _cuts(findings, (children, seed), studies_folder(resume)) if cuts else []
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
