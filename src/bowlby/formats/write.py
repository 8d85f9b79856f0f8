"""Records written to bowlby's own csv and Parquet files."""

from __future__ import annotations

import io
import json
from pathlib import Path

from bowlby.atomic import writing
from bowlby.errors import InputError
from bowlby.formats.readers.native import PARQUET_KEY, SIGNATURE
from bowlby.records.record import Record


def write_record(record: Record, path: str | Path, *, force: bool = False) -> Path:
    """Write a record to a file that `read_record` gives back: same events, windows, metadata and problems.

    Args:
        record: the record.
        path: ends in .csv or .parquet.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        InputError: the name ends in neither, or the metadata cannot be written as JSON.
        OverwriteError: the file exists and force is False.
        OutputError: it cannot be written.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".csv", ".parquet"):
        raise InputError(
            "a record is written as csv or Parquet", file=path, remedy="Let the name end in .csv or .parquet."
        )
    heading = _heading(record)
    with writing(path, force=force) as draft:
        if kind == ".csv":
            draft.write_text(_csv(record, heading), encoding="utf-8", newline="")
        else:
            record.events.write_parquet(draft, metadata={PARQUET_KEY: _json(heading)})
    return path


def record_csv(record: Record) -> str:
    """Return a record as the text of bowlby's csv file.

    Args:
        record: the record.

    Returns:
        Signature, one commented line of JSON a part, and the event table; texts are quoted, so that "#" in a code
        is no comment to other programs. They are raw, formulas too: what is read back is what was there.

    Raises:
        InputError: the metadata cannot be written as JSON.
    """
    return _csv(record, _heading(record))


def _csv(record: Record, heading: dict[str, object]) -> str:
    table = io.StringIO()
    record.events.write_csv(table, quote_style="non_numeric")
    lines = [SIGNATURE, *(f"# {_json({key: part})}" for key, part in heading.items())]
    return "\n".join(lines) + "\n" + table.getvalue()


def _heading(record: Record) -> dict[str, object]:
    return {
        "metadata": dict(record.metadata),
        "windows": record.windows.to_dicts(),
        "provenance": [vars(entry) for entry in record.provenance],
        "quality": [{**entry.as_dict(), "losses": [vars(loss) for loss in entry.losses]} for entry in record.quality],
    }


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"the record's metadata cannot be written as JSON: {error}",
            column="metadata",
            remedy="Keep numbers, texts, lists and mappings only.",
        ) from None
