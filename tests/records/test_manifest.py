"""The manifest is checked where it can be, and keeps what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.formats.manifest import read_manifest, unmatched


def manifest(folder: Path, text: str) -> Path:
    path = folder / "study.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_ratings_become_numbers_and_other_columns_stay(tmp_path: Path):
    found = read_manifest(
        manifest(tmp_path, "file,child,sensitivity,attachment_class,room\na.csv,7,6.5,B,blue\nb.csv,8,,,\n")
    )
    assert found.rows["sensitivity"].to_list() == [6.5, None]
    assert found.rows["room"].to_list() == ["blue", None]
    assert found.files == ((tmp_path / "a.csv").resolve(), (tmp_path / "b.csv").resolve())


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("file,sensitivity\na.csv,10\n", 2, "sensitivity"),
        ("file,sensitivity\na.csv,5\nb.csv,high\n", 3, "sensitivity"),
        ("file,sensitivity\na.csv,nan\n", 2, "sensitivity"),
        ("file,attachment_class\na.csv,E\n", 2, "attachment_class"),
        ("file,avoidance_8\na.csv,0\n", 2, "avoidance_8"),
        ("file,sensitivty\na.csv,5\n", 1, "sensitivty"),
        ("file,child\na.csv,1\na.csv,2\n", 3, "file"),
        ("file,child\n,1\n", 2, "file"),
        ("file,day\na.csv,0\nb.csv,-1\n", 3, "day"),
        ("file,observed_from_s,observed_to_s\na.csv,0,9\nb.csv,x,9\n", 3, "observed_from_s"),
        ("file,observed_from_s,observed_to_s\na.csv,0,9\nb.csv,9,3\n", 3, "observed_to_s"),
        ("child\n1\n", 1, None),
    ],
)
@pytest.mark.parametrize(
    ("above", "rows"), [("", 0), ("sep=,\n", 1), ('"sep=,"\r\n\r\n', 2), ("\n\n", 2), ("\ufeffsep=,\n", 1)]
)
def test_what_cannot_be_is_named_with_its_place(
    tmp_path: Path, above: str, rows: int, text: str, row: int, column: str
):
    """Rows are those of the file, Excel's own line and blank lines above the header among them."""
    with pytest.raises(InputError) as caught:
        read_manifest(manifest(tmp_path, above + text))
    assert (caught.value.row, caught.value.column) == (rows + row, column)
    assert caught.value.remedy


def test_a_manifest_whose_lines_end_in_carriage_returns_alone_is_read(tmp_path: Path):
    found = read_manifest(manifest(tmp_path, "file,child\ra.csv,1\rb.csv,2\r"))
    assert found.rows["child"].to_list() == ["1", "2"]


def test_missing_manifest_and_missing_file_column(tmp_path: Path):
    with pytest.raises(InputError, match="no such manifest"):
        read_manifest(tmp_path / "none.csv")
    with pytest.raises(InputError, match="no column `file`"):
        read_manifest(manifest(tmp_path, "child\n1\n"))


def test_what_does_not_meet_is_told_and_nothing_met_is_refused(tmp_path: Path):
    found = read_manifest(manifest(tmp_path, "file,child\nhome/a.csv,1\nhome/b.csv,2\n"))
    apart = unmatched(found, [tmp_path / "home" / "a.csv", tmp_path / "home" / "c.csv"])
    assert (apart.files, apart.rows) == ((tmp_path / "home" / "c.csv",), ("home/b.csv",))
    with pytest.raises(InputError, match="none of the files") as caught:
        unmatched(found, [tmp_path / "a.csv"])
    assert "write a.csv" in caught.value.remedy
    assert unmatched(found, []).files == ()
