"""Rich Transcription Time Marked (.rttm): the output of diarisation; SPEAKER lines.

`SPEAKER file channel onset duration <NA> <NA> name <NA> <NA>`; NIST, Rich Transcription 2009 evaluation plan, app. A.
"""

from __future__ import annotations

import re

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers._events import event_frame
from bowlby.formats.readers._numbers import EITHER, EITHER_REMEDY, as_numbers, is_either, notation_of
from bowlby.formats.readers._text import head_text, lines_of, read_text
from bowlby.formats.source import SourceFile
from bowlby.records.quality import Problem, ProblemKind, problem
from bowlby.records.record import UncheckedRecord

NAME = "rttm"

_TYPES = (
    "SPEAKER",
    "SEGMENT",
    "NOSCORE",
    "NO_RT_METADATA",
    "LEXEME",
    "NON-LEX",
    "NON-SPEECH",
    "FILLER",
    "EDIT",
    "SU",
    "IP",
    "CB",
    "A/P",
    "SPKR-INFO",
)
_COMMENT = ";;"
_NAMES = ("session", "audio", "onset", "length", "actor")
_BY_BLANKS = (
    r"^\s*SPEAKER\s+(?P<session>\S+)\s+(?P<audio>\S+)\s+(?P<onset>\S+)\s+(?P<length>\S+)\s+\S+\s+\S+\s+(?P<actor>\S+)"
)
_BY_TABS = (
    r"^\s*SPEAKER\t(?P<session>[^\t]+)\t(?P<audio>[^\t]+)\t(?P<onset>[^\t]+)\t(?P<length>[^\t]+)"
    r"\t[^\t]*\t[^\t]*\t(?P<actor>[^\t]+)"
)
_FEWEST_TABS = 5
"""Between tabs a field may hold blanks, as the words of the orthography field do."""


def recognises(source: SourceFile) -> bool:
    """Return whether this is an RTTM file.

    Args:
        source: the file.

    Returns:
        True where the first line that is no comment starts with one of the format's line types and has 8 fields.
    """
    lines = (line[0].split() for line in re.finditer(r"[^\r\n]+", head_text(source)))
    first = next((fields for fields in lines if fields and not fields[0].startswith(_COMMENT)), [])
    return len(first) >= 8 and first[0] in _TYPES


def read(source: SourceFile) -> UncheckedRecord:
    """Return the SPEAKER lines; the file id is the session, the name both actor and code.

    Args:
        source: the file.

    Returns:
        Events in the file's order, on the channel "speech", with the audio channel as modifier.

    Raises:
        InputError: the file cannot be read.
        FormatError: a SPEAKER line is incomplete, its onset is no number of seconds, or its duration none >= 0.
    """
    text = read_text(source)
    lines = pl.Series("line", lines_of(text.text), dtype=pl.String).to_frame().with_row_index("row", 1)
    lines = lines.filter(~pl.col("line").str.contains(rf"^\s*(?:{_COMMENT}|$)"))
    speaking = pl.col("line").str.contains(r"^\s*SPEAKER\s")
    fields = lines.filter(speaking).select("row", _fields(tabs="\t" in text.text)).unnest("line")
    notation = notation_of((fields["onset"], fields["length"]), source.layout)
    times = fields.with_columns(as_numbers(pl.col(name), notation).alias(f"{name}_s") for name in ("onset", "length"))
    _refuse_unfit(times, source)
    rows = times.select(
        "session",
        "actor",
        "onset_s",
        "row",
        code="actor",
        offset_s=pl.col("onset_s") + pl.col("length_s"),
        modifiers=pl.format("audio={}", "audio"),
    )
    events = event_frame(rows, source.path, channel="speech")
    return UncheckedRecord(events, problems=text.problems + _left_out(lines.filter(~speaking)), is_speech=True)


def _fields(tabs: bool) -> pl.Expr:
    """Return the fields of each line, by tabs where a line has enough of them."""
    by_blanks = pl.col("line").str.extract_groups(_BY_BLANKS)
    if not tabs:
        return by_blanks
    by_tabs = pl.col("line").str.extract_groups(_BY_TABS)
    trimmed = pl.struct(by_tabs.struct.field(name).str.strip_chars() for name in _NAMES)
    divided = pl.col("line").str.count_matches("\t", literal=True) >= _FEWEST_TABS
    return pl.when(divided).then(trimmed).otherwise(by_blanks).alias("line")


def _refuse_unfit(times: pl.DataFrame, source: SourceFile) -> None:
    for column in ("actor", "onset", "length"):
        number = pl.col(column if column == "actor" else f"{column}_s")
        fit = number.is_finite() & ((number >= 0) | pl.lit(column == "onset"))
        unfit = number.is_null() if column == "actor" else ~fit.fill_null(False)
        wrong = times.filter(unfit)
        if not wrong.is_empty():
            value = wrong[column][0]
            message = "a SPEAKER line is incomplete" if column == "actor" else "a time is no number of seconds"
            remedy = "A line reads: SPEAKER file channel onset duration <NA> <NA> name <NA> <NA>."
            raise FormatError(
                EITHER if is_either(value) else message,
                file=source.path,
                row=wrong["row"][0],
                column={"actor": "name", "length": "duration"}.get(column, column),
                value=value,
                remedy=EITHER_REMEDY if is_either(value) else remedy,
            )


def _left_out(others: pl.DataFrame) -> tuple[Problem, ...]:
    lines = [f"line {row}: {line.strip()[:60]}" for row, line in others.iter_rows()]
    return problem(ProblemKind.SALVAGED, [f"{line} (only SPEAKER lines are read)" for line in lines])
