"""`bowlby measure`: the care in numbers, for one file, many files, a folder or a whole study."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit, log
from bowlby.cli.problems import problem_lines, problem_rows

if TYPE_CHECKING:
    import polars as pl

    from bowlby.formats.manifest import Manifest
    from bowlby.measures.batch import Batch
    from bowlby.measures.value import Measure


def measure_command(
    paths: Annotated[list[Path], typer.Argument(help="Coded record files, or one folder of them.")],
    codebook: options.CodebookFile = None,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", help="Study manifest (csv): file, child, visit, coder, ratings ...")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the tidy table as .csv or .parquet, with a data dictionary."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes for many files.")] = 2,
    window: options.Window = None,
    child: options.Child = None,
    caregiver: options.Caregiver = None,
    turn_gap: options.TurnGap = None,
    turn_overlap: options.TurnOverlap = None,
    turn_mode: options.TurnMode = None,
    format: options.Format = None,
    pseudonyms: options.PseudonymKey = None,
    keep_columns: options.KeepColumn = None,
    by: Annotated[
        str,
        typer.Option(
            "--by", help="One or two columns of the manifest, by commas: write groups of children instead of sessions."
        ),
    ] = "",
    smallest_cell: Annotated[
        int | None,
        typer.Option(
            "--smallest-cell",
            min=1,
            help="With --by: children below which a cell is withheld, 5 if not said; 1 withholds nothing.",
        ),
    ] = None,
    isolated: options.Isolated = False,
    strict: options.Strict = False,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Measure the care in coded records: rates, latency, contingency, the six caregiver behaviours.

    With a folder, files that fail are listed at the end and do not stop the rest; an interrupted run with -o goes on
    where it stopped.

    Example: bowlby measure sessions/ --codebook codes.toml --manifest study.csv -o measures.csv

    Example: bowlby measure sessions/ --manifest study.csv --by site,group --smallest-cell 5 -o groups.csv
    """
    from bowlby.atomic import target_lock
    from bowlby.cli.groups import columns_of, group_rows, refuse_missing, requested_groups, show_groups
    from bowlby.formats.load import LoadOptions, load_manifest
    from bowlby.measures.batch import FileWork, measure_files, pooled
    from bowlby.measures.manifest_columns import with_columns
    from bowlby.progress import progress_bar

    how = LoadOptions(
        codebook,
        format,
        strict,
        pseudonyms=options.pseudonyms_of(pseudonyms),
        child=child,
        caregiver=caregiver,
        isolation=options.isolation(isolated),
    )
    asked = None if not by and smallest_cell is None else requested_groups(by, smallest_cell)
    study = None if manifest is None else load_manifest(manifest, how, [*(keep_columns or []), *columns_of(asked)])
    refuse_missing(asked, study)
    how = how.with_manifest(study)
    files = _files(paths)
    _tell_unmatched(files, study)
    parts = None if output is None else output.with_name(f".{output.name}.parts")
    work = FileWork(how, options.rule_of(window, turn_gap, turn_overlap, turn_mode), seed, parts)
    if output is not None:
        _check_output(output, force)
    with nullcontext() if output is None else target_lock(output):
        with progress_bar("measuring") as progress:
            batch = measure_files(files, work, workers=workers, progress=progress)
        if batch.failures and len(files) == 1:
            raise batch.failures[0].error
        table = batch.table if study is None else with_columns(batch, study.rows)
        over_all = [] if asked else pooled(batch, _dyads(batch, study))
        table = group_rows(table, asked) if asked else table
        if output is not None:
            _write(_with_pooled(table, over_all) if over_all else table, output, force=force)
            _write_problems(batch, output)
            _forget(parts)
    if asked:
        show_groups(batch, table, asked, output, seed=seed, as_json=as_json)
    else:
        _show(batch, table, over_all, output, seed=seed, as_json=as_json)
    for line in _failures(batch):
        log(line)
    if batch.failures:
        raise typer.Exit(2 if batch.table.is_empty() else 1)


def _failures(batch: Batch) -> list[str]:
    """Return what failed, a line each; one that names the same place for several files, such as a codebook's, once."""
    files: dict[str, list[str]] = {}
    for failure in batch.failures:
        files.setdefault(str(failure.error), []).append(failure.file)
    return [
        f"failed: {own[0]}{f' and {len(own) - 1} more' if len(own) > 1 else ''}: {text}" for text, own in files.items()
    ]


def _files(paths: list[Path]) -> list[Path]:
    from bowlby.measures.batch import coded_files

    return [file for path in paths for file in (coded_files(path) if path.is_dir() else [path])]


def _tell_unmatched(files: list[Path], study: Manifest | None) -> None:
    """Name files whose rows stay without the manifest's columns, and rows that nothing measured belongs to."""
    from bowlby.formats.manifest import unmatched

    if study is None:
        return
    apart = unmatched(study, files)
    for found, what in (
        (apart.files, f"without a row in {study.source}, so without its columns"),
        (apart.rows, f"in {study.source} and not among the files measured"),
    ):
        if found:
            more = f" and {len(found) - 3} more" if len(found) > 3 else ""
            log(f"{what}: {', '.join(map(str, found[:3]))}{more}")


def _dyads(batch: Batch, study: Manifest | None) -> dict[str, str]:
    if study is None or "child" not in study.rows.columns:
        return {}
    child = dict(study.rows.select("path", "child").drop_nulls().iter_rows())
    return {name: child[whole] for path, name in batch.names.items() if (whole := _resolved(path)) in child}


def _resolved(path: Path) -> str:
    return str(path.resolve())


def _check_output(output: Path, force: bool) -> None:
    from bowlby.atomic import refuse_overwriting
    from bowlby.errors import InputError

    if output.suffix not in (".csv", ".parquet"):
        raise InputError(
            "a table is written as .csv or .parquet", file=output, value=output.suffix, remedy="Change the name's end."
        )
    refuse_overwriting(output, force=force)


def _with_pooled(table: pl.DataFrame, over_all: list[Measure]) -> pl.DataFrame:
    import polars as pl

    from bowlby.measures.batch import measure_table

    rows = measure_table(over_all).with_columns(file=pl.lit(None, pl.String))
    return pl.concat([table, rows], how="diagonal")


def _write(table: pl.DataFrame, output: Path, *, force: bool) -> None:
    from bowlby.atomic import writing
    from bowlby.laboratory.dictionary import data_dictionary
    from bowlby.records.spreadsheet import write_for_people

    with writing(output, force=force) as draft:
        if output.suffix == ".csv":
            write_for_people(table, draft)
        else:
            table.write_parquet(draft)
    with writing(output.with_suffix(".dictionary.csv"), force=True) as draft:
        write_for_people(data_dictionary(table), draft)


def _write_problems(batch: Batch, output: Path) -> None:
    """Write what is wrong with the files beside the table, an empty list included: it says that nothing is."""
    import polars as pl

    from bowlby.atomic import writing
    from bowlby.records.spreadsheet import write_for_people

    rows = [(file, str(one.kind), one.count, "; ".join(one.examples)) for file, one in batch.problems]
    schema = {"file": pl.String(), "kind": pl.String(), "count": pl.Int64(), "examples": pl.String()}
    with writing(output.with_suffix(".problems.csv"), force=True) as draft:
        write_for_people(pl.DataFrame(rows, schema=schema, orient="row"), draft)


def _forget(parts: Path | None) -> None:
    import shutil

    if parts is not None:
        shutil.rmtree(parts, ignore_errors=True)


def _show(
    batch: Batch, table: pl.DataFrame, over_all: list[Measure], output: Path | None, *, seed: int, as_json: bool
) -> None:
    from bowlby.measures.batch import measure_table

    result: dict[str, object] = {
        "rule": batch.rule_as_dict(),
        "seed": seed,
        "sessions": list(batch.sessions),
        "measures": list(table.iter_rows(named=True)),
        "pooled": [found.as_dict() for found in over_all],
        "problems": problem_rows(batch.problems),
        "assessed": _assessed(table),
        "failures": [failure.as_dict() for failure in batch.failures],
        "written": None if output is None else str(output),
    }
    text = _text(table, batch) if output is None else [f"wrote {output}: {table.height} rows"]
    text += ["all sessions", *(_line(row) for row in measure_table(over_all).iter_rows(named=True))] if over_all else []
    emit(result, [*text, *problem_lines(batch.problems)], as_json=as_json)
    log(_assessment(batch, table))
    if batch.reused:
        log(f"{batch.reused} files were finished by an earlier run")


def _assessed(table: pl.DataFrame) -> dict[str, int]:
    """Return how many measures there are, and how many of them have a number."""
    import polars as pl

    return {"measures": table.height, "assessed": table.filter(pl.col("estimate").is_not_null()).height}


def _assessment(batch: Batch, table: pl.DataFrame) -> str:
    counts = _assessed(table)
    line = f"{counts['assessed']:,} of {counts['measures']:,} assessed"
    if not batch.unmapped:
        return line
    if len(batch.unmapped) == len(batch.names):
        return f"{line}: nothing is mapped. Write the codes under [[code]] in the codebook as the files have them."
    return f"{line}; nothing is mapped in {len(batch.unmapped)} of {len(batch.names)} files, first {batch.unmapped[0]}"


def _text(table: pl.DataFrame, batch: Batch) -> list[str]:
    lines: list[str] = []
    sources = {(row["file"], row["session"]): row["observed_from"] for row in batch.sessions}
    pairs = Counter(table.select("file", "session", "child", "caregiver").unique().select("file", "session").rows())
    for (file, session, *pair), rows in table.group_by("file", "session", "child", "caregiver", maintain_order=True):
        who = f"  {pair[0] or 'child'} with {pair[1] or 'caregiver'}" if pairs[file, session] > 1 else ""
        lines.append(f"{file}  {session}{who}  (observed: {sources.get((file, session), 'unknown')})")
        lines += [_line(row) for row in rows.iter_rows(named=True)]
    return lines


def _between(low: object, high: object) -> str:
    """Return an interval in brackets; one with an end alone says which."""
    if low is None and high is None:
        return ""
    if high is None:
        return f"  (at least {low:.3g})"
    return f"  (up to {high:.3g})" if low is None else f"  ({low:.3g} to {high:.3g})"


def _line(row: dict[str, object]) -> str:
    from bowlby.measures.value import MeasureStatus

    reason = "" if str(row["note"]).startswith("not codable") else f": {row['note']}"
    if row["estimate"] is None:
        return f"  {row['name']:<44} {row['status']}{reason if row['status'] == MeasureStatus.NOT_ASSESSABLE else ''}"
    between = _between(row["low"], row["high"])
    chance = "" if row["baseline"] is None else f"  chance {row['baseline']:.3g}"
    told = row["note"] if row["status"] == MeasureStatus.WINDOW_NOT_STATED else f"{row['status']}{reason}"
    status = "" if row["status"] == MeasureStatus.ASSESSED else f"  {told}"
    return f"  {row['name']:<44} {row['estimate']:.3g} {row['unit']}{between}  n {row['n']}{chance}{status}"
