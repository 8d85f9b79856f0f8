"""`bowlby record`: what is in these files, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

if TYPE_CHECKING:
    from bowlby.records.quality import Problem
    from bowlby.records.record import Record


def record_command(
    files: options.Files,
    codebook: options.CodebookFile = None,
    format: options.Format = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the one record as bowlby's own .csv or .parquet.")
    ] = None,
    keep_private: options.KeepPrivate = False,
    pseudonyms: options.PseudonymKey = None,
    isolated: options.Isolated = False,
    strict: options.Strict = False,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Read coded files of any known format and say what is in them.

    Example: bowlby record visit1.boris visit2.eaf --json
    """
    from bowlby.errors import InputError
    from bowlby.formats.load import LoadOptions, load_record

    if keep_private and pseudonyms is not None:
        raise InputError(
            "what is private cannot be kept under pseudonyms", column="--keep-private", remedy="Give one or the other."
        )
    how = LoadOptions(
        codebook, format, strict, keep_private, options.pseudonyms_of(pseudonyms), options.isolation(isolated)
    )
    records = [(path, load_record(path, how)) for path in files]
    if output is not None:
        from bowlby.formats.write import write_record

        if len(records) != 1:
            raise InputError("one output takes one file", value=len(records), remedy="Convert files one at a time.")
        write_record(records[0][1], output, force=force)
    told = [(how.named(path), record) for path, record in records]
    described = [describe(file, record) for file, record in told]
    emit({"files": described}, [line for item in told for line in _text(*item)], as_json=as_json)


def describe(file: str, record: Record) -> dict[str, object]:
    """Return the JSON object of one file.

    Args:
        file: the file as given, or its pseudonym.
        record: its record.

    Returns:
        Keys of the command contract.
    """
    from bowlby.records.intervals import duration

    source = record.provenance[0]
    observations = [
        {
            "id": session,
            "events": rows.height,
            "observed_s": round(duration(record.observed(session)), 6),
            "observed_from": str(record.observed_from(session)),
            "actors": sorted(rows["actor"].unique()),
            "codes": dict(sorted(rows["code"].value_counts().iter_rows())),
        }
        for session in record.sessions
        for rows in [record.events.filter(session=session)]
    ]
    return {
        "file": file,
        "format": source.reader,
        "reader": source.reader,
        "version": source.version,
        "sha256": source.sha256,
        "resolution_s": source.resolution_s,
        "observations": observations,
        "quality": [found.as_dict() for found in record.quality],
    }


def _text(file: str, record: Record) -> list[str]:
    from bowlby.records.intervals import duration

    tick = record.provenance[0].resolution_s
    lines = [f"{file}  ({record.provenance[0].reader}{'' if tick is None else f', times to {tick:.4g} s'})"]
    for session in record.sessions:
        rows = record.events.filter(session=session)
        lines.append(
            f"  {session or '(no id)'}: {rows.height} events, {rows['code'].n_unique()} codes, "
            f"{duration(record.observed(session)):.1f} s observed ({record.observed_from(session)})"
        )
    return lines + [f"  ! {found.kind}: {found.count}{_example(found)}" for found in record.quality]


def _example(found: Problem) -> str:
    return f"  e.g. {found.examples[0]}" if found.examples else ""
