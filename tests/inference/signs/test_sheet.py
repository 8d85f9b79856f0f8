"""Lists of signs in files and words, and what is said of bad ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.inference.signs.sheet import parse_word, read_sheet
from bowlby.model.signs.accuracy import Informant
from bowlby.model.signs.observation import Observation, ObservedValue
from bowlby.model.signs.sign import Setting

TODAY = date(2026, 11, 22)
WHOLE = Observation("fear", ObservedValue.ABSENT, Informant.TEACHER, Setting.PRESCHOOL, date(2026, 3, 1), "t2")


def written(folder: Path, text: str, name: str = "signs.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as error:
        read_sheet(path, TODAY)
    assert error.value.file == str(path) and error.value.remedy
    return error.value


def test_words_of_the_command_line():
    assert parse_word("fear=absent:teacher:preschool:2026-03-01:t2", TODAY) == WHOLE
    assert parse_word("fear=present", TODAY) == Observation("fear", ObservedValue.PRESENT)
    assert parse_word("isolation=present", TODAY).setting == Setting.HOME
    assert parse_word("isolation=present:teacher", TODAY).setting == Setting.PRESCHOOL
    assert parse_word("Fear = not looked for", TODAY).value == ObservedValue.NOT_LOOKED_FOR
    for bad in ("fear", "fear=present:a:b:c:d:e"):
        with pytest.raises(InputError):
            parse_word(bad, TODAY)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_with_any_delimiter(tmp_path: Path, mark: str):
    text = (
        "\ufeffsign,value,informant,setting,date,rater\nfear,absent,teacher,preschool,2026-03-01,t2\n\nisolation,,,,,\n"
    )
    found = read_sheet(written(tmp_path, text.replace(",", mark)), TODAY)
    assert found.observations[0].row == 2 and found.observations[1].row == 4
    assert found.observations[0] == Observation(**{**vars(WHOLE), "row": 2})
    assert found.observations[1].value == ObservedValue.NOT_LOOKED_FOR
    assert found.unread == () and found.age is None


def test_toml_with_age(tmp_path: Path):
    row = 'sign = "fear"\nvalue = "absent"\ninformant = "teacher"\ndate = 2026-03-01\nrater = "t2"\n'
    text = f'age_months = 40\nplace = "x"\n[[sign]]\n{row}'
    found = read_sheet(written(tmp_path, text, "signs.toml"), TODAY)
    assert found.observations == (Observation(**{**vars(WHOLE), "row": 1}),)
    assert found.age == 40.0 and found.unread == ("place",)


def test_columns_that_are_not_read_are_told(tmp_path: Path):
    assert read_sheet(written(tmp_path, "sign,value,comment\nfear,present,x\n"), TODAY).unread == ("comment",)


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("feer,present,,,,", "sign", "feer"),
        (",present,,,,", "sign", ""),
        ("fear,maybe,,,,", "value", "maybe"),
        ("fear,nan,,,,", "value", "nan"),
        ("fear,present,techer,,,", "informant", "techer"),
        ("fear,present,,nursery,,", "setting", "nursery"),
        ("fear,present,,,01.03.2026,", "date", "01.03.2026"),
        ("fear,present,,,2026-02-30,", "date", "2026-02-30"),
        ("fear,present,,,2026-11-23,", "date", "2026-11-23"),
    ],
)
def test_a_bad_cell_is_named_with_its_place(tmp_path: Path, row: str, column: str, value: str):
    error = refused(written(tmp_path, f"sign,value,informant,setting,date,rater\nfear,present,,,,\n{row}\n"))
    assert (error.row, error.column, error.value) == (3, column, value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "signs.csv"),
        ("sign\nfear\n", "signs.csv"),
        ("sign,value,value\nfear,present,absent\n", "signs.csv"),
        ("sign,value\nfear,present,extra\n", "signs.csv"),
        ('sign,value\n"fear,present\n', "signs.csv"),
        ("sign = 3\n", "signs.toml"),
        ("[[sign]\n", "signs.toml"),
        ('age_months = "forty"\n', "signs.toml"),
        ('[[sign]]\nvalue = "present"\n', "signs.toml"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, name: str):
    refused(written(tmp_path, text, name))


def test_bytes_that_are_no_text_and_a_file_that_is_not_there(tmp_path: Path):
    (tmp_path / "signs.csv").write_bytes(b"sign,value\nf\xff\xfear,present\n")
    refused(tmp_path / "signs.csv")
    refused(tmp_path / "none.csv")
    refused(tmp_path)
