"""`bowlby study`: a study of many sessions, from a folder of coded files to tables, reliability and a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

if TYPE_CHECKING:
    from bowlby.laboratory.problem import StudyProblem

app = typer.Typer(
    help="Studies: from a folder of coded sessions to tables, reliability, groups and a report.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

StudyPath = Annotated[Path, typer.Argument(metavar="STUDY.toml", help="The study file (bowlby study init).")]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="Folder for what is written; finished work is kept there.")
]

Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes.")]


@app.callback()
def study_commands() -> None:
    """Studies: from a folder of coded sessions to tables, reliability, groups and a report."""


@app.command("init")
def init_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of coded sessions.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the study file goes.")] = Path("study.toml"),
    title: Annotated[str, typer.Option("--title", help="Title of the study.")] = "A study of care",
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Begin a study: find sessions, guess child, visit and coder, and write study file, manifest and one codebook.

    Example: bowlby study init sessions/ -o study.toml
    """
    from bowlby.atomic import refuse_overwriting
    from bowlby.laboratory.begin import begin_study, beside, write_beginning
    from bowlby.measures.batch import coded_files

    own = {output.resolve(), *(path.resolve() for path in beside(output))}
    for path in (output, *beside(output)):
        refuse_overwriting(path, force=force)
    files = [path for path in coded_files(folder) if path.resolve() not in own]
    found = begin_study(files, folder, output.parent)
    written = write_beginning(found, output, title, force=force)
    counts: dict[str, object] = {
        "sessions": found.rows.height - found.pairs,
        "children": found.rows["child"].n_unique(),
        "pairs": found.pairs,
    }
    _show(written, counts, found.problems, [f"next: correct them, then bowlby study check {output}"], as_json=as_json)


@app.command("check")
def check_command(study: StudyPath, as_json: options.Json = False) -> None:
    """List everything that is wrong with a study, once each, with what to do.

    Example: bowlby study check study.toml
    """
    from bowlby.laboratory.check import check_study
    from bowlby.laboratory.sessions import open_study
    from bowlby.progress import progress_bar

    opened = open_study(study, strict=False)
    with progress_bar("checking") as progress:
        problems = check_study(opened, progress)
    after = ["nothing is wrong" if not problems else "", f"next: bowlby study run {study} -o results"]
    _show([], opened.counts(), problems, [line for line in after if line], as_json=as_json)


@app.command("run")
def run_command(
    study: StudyPath,
    output: Output = Path("results"),
    workers: Workers = 2,
    parquet: Annotated[bool, typer.Option("--parquet", help="Also write the tables as Parquet.")] = False,
    as_json: options.Json = False,
) -> None:
    """Measure every session and write the tables: long, wide, by person, dictionary, SPSS and a script for R.

    An interrupted run goes on where it stopped; what has not changed is not measured again.

    Example: bowlby study run study.toml -o results
    """
    from bowlby.atomic import target_lock
    from bowlby.laboratory.run import run_study
    from bowlby.laboratory.sessions import open_study
    from bowlby.laboratory.table_files import write_tables
    from bowlby.progress import progress_bar

    opened = open_study(study)
    with target_lock(output):
        found = run_study(opened, output, workers, progress_bar)
        written, unwritten = write_tables(found.tables, output, parquet=parquet)
    counts = opened.counts() | {"measures": len(found.tables.variables), "reused": found.measured.reused}
    after = [f"next: bowlby study report {study} -o {output}"]
    _show(written, counts, [*found.problems, *unwritten], after, as_json=as_json)
    _leave(found.problems, len(opened.main))


def _leave(problems: Sequence[StudyProblem], sessions: int) -> None:
    """Leave with 1 where some sessions failed, and with 2 where all did, as `bowlby measure` does."""
    if problems:
        raise typer.Exit(2 if len(problems) >= sessions else 1)


def _show(
    written: Sequence[Path],
    counts: dict[str, object],
    problems: Sequence[StudyProblem],
    after: Sequence[str],
    *,
    as_json: bool,
) -> None:
    """Print what every command of a study prints: what was written, how much there is, and what is wrong."""
    result: dict[str, object] = {
        "written": [str(path) for path in written],
        **counts,
        "problems": [one.as_dict() for one in problems],
    }
    text = [", ".join(f"{count} {name}" for name, count in counts.items())]
    text += [f"wrote {path}" for path in written]
    text += [f"  {one.file}: {one.kind}. {one.remedy}" for one in problems]
    emit(result, [*text, *after], as_json=as_json)
