"""`bowlby report`: one self-contained page from coded files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.infer import checked_seed
from bowlby.cli.output import emit, log
from bowlby.cli.problems import problem_lines, problem_rows

if TYPE_CHECKING:
    from bowlby.records.coded_record import CodedRecord
    from bowlby.reporting.build import ReportOptions
    from bowlby.reporting.parts import ReportParts

Output = Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write.")]
Figures = Annotated[Path | None, typer.Option("--figures", help="Also write every figure as SVG and PNG here.")]
MeasuresOnly = Annotated[bool, typer.Option("--measures-only", help="Leave the model out; nothing is inferred.")]


def report_command(
    files: options.Files,
    output: Output,
    codebook: options.CodebookFile = None,
    manifest: options.ManifestFile = None,
    one_dyad: options.OneDyad = False,
    measures_only: MeasuresOnly = False,
    figures: Figures = None,
    window: options.Window = None,
    child: options.Child = None,
    caregiver: options.Caregiver = None,
    turn_gap: options.TurnGap = None,
    turn_overlap: options.TurnOverlap = None,
    turn_mode: options.TurnMode = None,
    format: options.Format = None,
    pseudonyms: options.PseudonymKey = None,
    isolated: options.Isolated = False,
    strict: options.Strict = False,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Write a report: what was seen, the care in numbers, what may be inferred of it, and what is unknown.

    Several records need to say whose they are, as for `bowlby infer`; a report is of one child with one caregiver.

    Example: bowlby report visit.boris --codebook codes.toml -o report.html

    Example: bowlby report visit1.boris visit2.boris --one-dyad --codebook codes.toml -o report.html
    """
    from bowlby.atomic import refuse_overwriting
    from bowlby.cache import cache_folder
    from bowlby.formats.dyads import dyads_of, one_of
    from bowlby.formats.load import LoadOptions, load_manifest
    from bowlby.inference.choices.trials import refuse_trials

    refuse_overwriting(output, force=force)
    how = LoadOptions(
        codebook,
        format,
        strict,
        pseudonyms=options.pseudonyms_of(pseudonyms),
        child=child,
        caregiver=caregiver,
        isolation=options.isolation(isolated),
    )
    study = None if manifest is None else load_manifest(manifest, how)
    refuse_trials(files)
    dyad = one_of(dyads_of(files, how, study, one_dyad=one_dyad))
    from bowlby.reporting.build import ReportOptions

    rule = options.rule_of(window, turn_gap, turn_overlap, turn_mode)
    settings = ReportOptions(rule, not measures_only, seed=checked_seed(seed), cache=cache_folder())
    parts = make_report(dyad.coded, settings, output, figures, force=force)
    result = report_json(parts, output) | {"problems": problem_rows(dyad.problems)}
    emit(result, [*report_text(parts, output), *problem_lines(dyad.problems)], as_json=as_json)


def make_report(
    coded: CodedRecord, how: ReportOptions, output: Path, figures: Path | None = None, *, force: bool = False
) -> ReportParts:
    """Build a report and write it.

    Args:
        coded: the record in the closed vocabulary.
        how: settings of the report.
        output: the HTML file.
        figures: folder for the figures, or None.
        force: replace existing files.

    Returns:
        The parts of the report.

    Raises:
        OverwriteError: a target exists and force is False.
        OutputError: a target cannot be written.
    """
    from bowlby.reporting.build import build
    from bowlby.reporting.page import write_figures, write_report

    parts = build(coded, how, log)
    log("drawing")
    write_report(parts, output, force=force)
    if figures is not None:
        for suffix in ("svg", "png"):
            write_figures(parts, figures, suffix, force=force)
    return parts


def report_json(parts: ReportParts, output: Path) -> dict[str, object]:
    """Return the JSON object of a report.

    Args:
        parts: the parts of the report.
        output: where it was written.

    Returns:
        Keys of the command contract: those of `measure` and `infer`, and the sessions.
    """
    coded = parts.coded
    inferred = {} if parts.inference is None else parts.inference.as_dict()
    return {
        **inferred,
        "written": str(output),
        "sessions": _sessions(coded),
        "codable": coded.codable_by_construct(),
        "rule": parts.rule.describe(),
        "seed": parts.seed,
        "version": parts.version,
        "measures": [found.as_dict() for found in parts.measured.measures],
        "quality": [found.as_dict() for found in coded.record.quality],
        "unmapped": [code.as_dict() for code in coded.unmapped],
    }


def report_text(parts: ReportParts, output: Path) -> list[str]:
    """Return the five lines that a person reads first, and where the report is.

    Args:
        parts: the parts of the report.
        output: where it was written.

    Returns:
        Lines of text.
    """
    from bowlby.reporting.summary import summary

    return [*(f"- {line}" for line in summary(parts)), f"report: {output}"]


def _sessions(coded: CodedRecord) -> list[dict[str, object]]:
    from bowlby.measures.batch import session_rows
    from bowlby.records.intervals import duration

    return [
        {
            **row,
            "observed_s": round(duration(coded.observed(session)), 6),
            "codable_s": {name: round(value, 6) for name, value in coded.codable_s(session).items()},
        }
        for session, row in zip(coded.sessions, session_rows(coded.record), strict=True)
    ]
