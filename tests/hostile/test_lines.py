"""A format made of lines has lines of some length; what is longer is refused with its row, wherever it stands."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.formats.readers._text import LONGEST_LINE, refuse_long_lines
from bowlby.formats.unstated_files import read_unstated
from tests.hostile.attacks import project

LONG = "x" * (LONGEST_LINE + 1)
FILES: dict[str, tuple[str, str]] = {
    "table": ("a.csv", f"onset_s,code\n0,cry\n1,{LONG}\n"),
    "own": ("a.csv", f"# bowlby-record 1\n# {{}}\nsession,code,onset_s\ns,{LONG},1\n"),
    "own heading": ("a.csv", f'# bowlby-record 1\n# {{"a": "{LONG}"}}\nsession,code,onset_s\ns,a,1\n'),
    "export": ("a.csv", f"Time_Relative_sf,Subject,Behavior,Event_Type\n1.5,child,{LONG},Point\n"),
    "CHAT": ("a.cha", f"@UTF8\n@Begin\n@Participants:\tCHI Child\n*CHI:\t{LONG} .\n@End\n"),
    "RTTM": ("a.rttm", f"SPEAKER file 1 0.1 1.2 <NA> <NA> {LONG} <NA> <NA>\n"),
    "TextGrid": ("a.TextGrid", f'File type = "ooTextFile"\nObject class = "TextGrid"\n\n{LONG}\n'),
    "JWatcher": ("a.dat", f"FirstLineOfData=6\n{LONG}\n"),
    "Datavyu csv": ("a.csv", f"a.ordinal,a.onset,a.offset,a.code01\n1,0,9,{LONG}\n"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_line_that_is_too_long_is_refused(tmp_path: Path, what: str):
    name, text = FILES[what]
    (tmp_path / name).write_text(text)
    with pytest.raises(FormatError, match="longer than") as refused:
        read_unstated(tmp_path / name)
    lines = text.split("\n")
    assert refused.value.row == 1 + next(place for place, line in enumerate(lines) if len(line) > LONGEST_LINE)


def test_a_line_of_a_project_s_database_counts_too(tmp_path: Path):
    (tmp_path / "a.opf").write_bytes(project("#4\n" + random.Random(1).randbytes(LONGEST_LINE).hex()))
    with pytest.raises(FormatError, match="longer than"):
        read_record(tmp_path / "a.opf")


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("before", [0, 1, 1000, LONGEST_LINE - 1, LONGEST_LINE])
def test_the_limit_holds_to_the_byte_wherever_a_line_begins(end: bytes, more: int, before: int):
    data = b"a" * before + end + b"b" * (LONGEST_LINE + more) + end + b"c"
    if not more:
        refuse_long_lines(data, Path("a"))
        return
    with pytest.raises(FormatError):
        refuse_long_lines(data, Path("a"))


def test_a_project_of_one_line_is_read(tmp_path: Path):
    """JSON and XML may stand on one line, however long."""
    (tmp_path / "a.boris").write_text(
        '{"project_format_version": "7.0", "project_description": "' + LONG + '", "subjects_conf": {}, '
        '"behaviors_conf": {"0": {"type": "Point event", "code": "cry"}}, '
        '"observations": {"o": {"events": [[1.5, "child", "cry", "", ""]], "file": {"1": []}, "type": "LIVE"}}}'
    )
    assert read_record(tmp_path / "a.boris").events["code"].to_list() == ["cry"]
