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


@app.command("agree")
def agree_command(
    study: StudyPath, output: Output = Path("results"), workers: Workers = 2, as_json: options.Json = False
) -> None:
    """Compare all sessions that were coded twice: by code and construct, by coder and month, ICC of every measure.

    Example: bowlby study agree study.toml -o results
    """
    from bowlby.atomic import target_lock
    from bowlby.laboratory.agreement import agree_study
    from bowlby.laboratory.findings import write_agreement
    from bowlby.laboratory.measurements import measure_study
    from bowlby.laboratory.sessions import open_study
    from bowlby.progress import progress_bar

    opened = open_study(study)
    with target_lock(output):
        with progress_bar("measuring") as progress:
            measured = measure_study(opened, output, workers, progress)
        with progress_bar("comparing coders") as progress:
            found = agree_study(opened, measured, progress)
        written = write_agreement(found, output)
    worst = [f"{row.stream} {row.code}: kappa {row.estimate:.2f}" for row in found.worst[:5]]
    after = [found.sentence, *(["lowest: " + "; ".join(worst)] if worst else [])]
    more: dict[str, object] = {"sentence": found.sentence, "worst": [vars(row) for row in found.worst[:5]]}
    problems = [*measured.problems, *found.problems]
    _show(written, opened.counts(), problems, after, as_json=as_json, more=more)
    _leave(problems, len(opened.main))


@app.command("demo")
def demo_command(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the study and its results.")] = Path(
        "bowlby-study"
    ),
    workers: Workers = 2,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Simulate a study of twenty families, two visits each, a fifth coded twice, and walk it whole to its report.

    Example: bowlby study demo -o bowlby-study
    """
    from bowlby.atomic import make_folder
    from bowlby.cache import cache_folder, use_compile_cache
    from bowlby.cli.infer import checked_seed
    from bowlby.cli.output import log
    from bowlby.simulation.entry import prepare_jax

    use_compile_cache()
    prepare_jax()
    from bowlby.laboratory.demo import write_demo

    log("twenty children are raised and visited twice")
    make_folder(output)
    study = write_demo(output, checked_seed(seed))
    _report(study, output / "results", workers, cache_folder(), as_json=as_json)


@app.command("report")
def report_command(
    study: StudyPath, output: Output = Path("results"), workers: Workers = 2, as_json: options.Json = False
) -> None:
    """Write the report of a study, and every table that it rests on.

    Example: bowlby study report study.toml -o results
    """
    from bowlby.cache import cache_folder

    _report(study, output, workers, cache_folder(), as_json=as_json)


@app.command("boris-plugin")
def boris_plugin_command(
    output: Annotated[Path, typer.Option("--output", "-o", help="The plug-in, a file that ends in .py.")],
    child: Annotated[str, typer.Option("--child", help="Subject of BORIS that is the child.")] = "child",
    caregiver: Annotated[str, typer.Option("--caregiver", help="Subject that is the caregiver.")] = "caregiver",
    window: Annotated[float, typer.Option("--window", min=0.1, help="Longest wait for an answer, s.")] = 5.0,
    tolerance: Annotated[float, typer.Option("--tolerance", min=0.0, help="Largest difference of onsets, s.")] = 2.0,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Write an analysis plug-in for BORIS 9 and later: latency, contingency with chance, agreement of two coders.

    Example: bowlby study boris-plugin -o bowlby_plugin.py --child infant --caregiver mother
    """
    from bowlby.atomic import write_text
    from bowlby.errors import InputError
    from bowlby.laboratory.boris_plugin import plugin_text

    if output.suffix != ".py":
        raise InputError("a plug-in of BORIS is a Python file", file=output, remedy="Let the name end in .py.")
    written = write_text(output, plugin_text(child, caregiver, window, tolerance), force=force)
    counts: dict[str, object] = {"sessions": 0, "children": 0, "pairs": 0}
    _show([written], counts, [], ["Put it into BORIS's folder of personal plug-ins."], as_json=as_json)


def _report(study: Path, output: Path, workers: int, cache: Path | None, *, as_json: bool) -> None:
    """Run a study whole and print what was written."""
    from bowlby.atomic import target_lock
    from bowlby.cli.output import log
    from bowlby.laboratory.check import check_study
    from bowlby.laboratory.findings import study_findings, write_agreement, write_findings
    from bowlby.laboratory.run import run_study
    from bowlby.laboratory.sessions import open_study
    from bowlby.laboratory.table_files import write_tables
    from bowlby.progress import progress_bar
    from bowlby.reporting.study_page import write_study_report

    opened = open_study(study)
    with target_lock(output):
        noted = check_study(opened)
        run = run_study(opened, output, workers, progress_bar)
        found = study_findings(run, progress_bar)
        written, unwritten = write_tables(run.tables, output)
        written += [*write_agreement(found.agreement, output), *write_findings(found, output)]
        log("drawing")
        written.append(write_study_report(found, output / "report.html", cache=cache))
    failed = [*run.problems, *found.agreement.problems]
    after = [found.agreement.sentence, f"report: {output / 'report.html'}"]
    problems = list(dict.fromkeys([*noted, *failed, *found.problems, *unwritten]))
    _show(written, opened.counts(), problems, after, as_json=as_json)
    _leave(failed, len(opened.main))


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
    more: dict[str, object] | None = None,
) -> None:
    """Print what every command of a study prints: what was written, how much there is, and what is wrong."""
    result: dict[str, object] = {
        "written": [str(path) for path in written],
        **counts,
        "problems": [one.as_dict() for one in problems],
        **(more or {}),
    }
    text = [", ".join(f"{count} {name}" for name, count in counts.items())]
    text += [f"wrote {path}" for path in written]
    text += [f"  {one.file}: {one.kind}. {one.remedy}" for one in problems]
    emit(result, [*text, *after], as_json=as_json)
