"""`bowlby agree`: two coders over the same sessions, and where they part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.cli.problems import problem_lines, problem_rows

if TYPE_CHECKING:
    from bowlby.formats.load import LoadOptions
    from bowlby.records.coded_record import CodedRecord
    from bowlby.records.record import Record
    from bowlby.reliability.compare import Agreement, AgreementFigure
    from bowlby.reliability.icc import Icc


def agree_command(
    coder_a: Annotated[Path, typer.Argument(metavar="A", help="Coder A's file; the reference for omitted and added.")],
    coder_b: Annotated[Path, typer.Argument(metavar="B", help="Coder B's file of the same sessions.")],
    tolerance: Annotated[
        float, typer.Option("--tolerance", help="Largest difference of onsets that is the same event, s.")
    ] = 2.0,
    codebook: options.CodebookFile = None,
    translate: Annotated[
        bool, typer.Option("--constructs", help="Compare constructs instead of raw codes, and add the ICC of measures.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the disagreements as .csv, for training coders.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", help="Folder for the confusion matrix and the disagreements over time.")
    ] = None,
    format: options.Format = None,
    isolated: options.Isolated = False,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Compare two codings: event alignment within a tolerance, kappas, alpha, gamma, and each disagreement.

    Example: bowlby agree anna.csv ben.csv --codebook codes.toml --tolerance 2 -o disagreements.csv
    """
    from bowlby.atomic import writing
    from bowlby.formats.load import LoadOptions, load_coded
    from bowlby.records.spreadsheet import write_for_people
    from bowlby.reliability.compare import compare

    how = LoadOptions(codebook, format, isolation=options.isolation(isolated))
    correlations: list[dict[str, object]] = []
    if translate:
        coded = [load_coded([path], how) for path in (coder_a, coder_b)]
        found = compare(coded[0], coded[1], tolerance, seed=seed)
        correlations = _correlations(coded, seed)
        records = [one.record for one in coded]
    else:
        records = _raw(coder_a, coder_b, how)
        found = compare(*records, tolerance, seed=seed)
    named = zip((coder_a, coder_b), records, strict=True)
    problems = [(str(path), problem) for path, record in named for problem in record.quality]
    if output is not None:
        with writing(output, force=force) as draft:
            write_for_people(found.disagreements, draft)
    if figures is not None:
        from bowlby.reporting.figures.agreement import write_agreement_figures

        write_agreement_figures(found, figures, force=force)
    text = [*_text(found), *(_icc_line(row) for row in correlations if row["estimate"] is not None)]
    result = found.as_dict() | {"icc": correlations, "seed": seed, "problems": problem_rows(problems)}
    emit(result, [*text, *problem_lines(problems)], as_json=as_json)


def _raw(coder_a: Path, coder_b: Path, how: LoadOptions) -> tuple[Record, Record]:
    """Return both records with their own codes; a codebook says whose they are and what could not be coded."""
    from bowlby.formats.load import load_record
    from bowlby.reliability.roles import by_role

    a, b = load_record(coder_a, how), load_record(coder_b, how)
    book = how.book()
    return (a, b) if book is None else by_role(a, b, book)


def _correlations(coded: list[CodedRecord], seed: int) -> list[dict[str, object]]:
    from bowlby.measures.session import measure
    from bowlby.reliability.icc import icc_of_measures

    found = icc_of_measures([measure(one, seed=seed).measures for one in coded])
    return [_icc_row(actor, name, one) for (actor, name), forms in found.items() for one in forms]


def _icc_row(actor: str, name: str, found: Icc) -> dict[str, object]:
    return {
        "actor": actor,
        "name": name,
        "form": str(found.form),
        "estimate": found.estimate,
        "low": found.low,
        "high": found.high,
        "n": found.n,
        "reason": found.reason,
    }


def _icc_line(row: dict[str, object]) -> str:
    return f"  ICC {row['form']} of {row['name']} ({row['actor']}): {row['estimate']:.3f}  sessions {row['n']}"


def _text(found: Agreement) -> list[str]:
    counts = (
        f"{found.matched} matched, {found.omitted} omitted, {found.added} added, {found.confused} confused "
        f"(tolerance {found.tolerance_s:g} s)"
    )
    return [counts, *(_line(figure) for figure in found.agreement), *(f"note: {note}" for note in found.notes)]


def _line(figure: AgreementFigure) -> str:
    if figure.estimate is None:
        return f"  {figure.name:<48} undefined: {figure.reason}"
    between = "" if figure.low is None or figure.high is None else f" ({figure.low:.2f} to {figure.high:.2f})"
    return f"  {figure.name:<48} {figure.estimate:.3f}{between}  n {figure.n}"
