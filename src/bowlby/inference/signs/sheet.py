"""Lists of signs as people write them: a csv or TOML file, or words on a command line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from bowlby.errors import BowlbyError, FormatError, InputError, suggestion
from bowlby.input_file import toml_tables
from bowlby.model.signs.accuracy import Informant
from bowlby.model.signs.observation import Observation, ObservedValue, usual_setting
from bowlby.model.signs.registry import find_sign
from bowlby.model.signs.sign import Setting

COLUMNS = ("sign", "value", "informant", "setting", "date", "rater")
"""What a row may say, in the order of the words of `--sign`; only the first two must be there."""

_WRITTEN = {"yes": ObservedValue.PRESENT, "no": ObservedValue.ABSENT, "": ObservedValue.NOT_LOOKED_FOR}
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class SignSheet:
    """A list of signs.

    Args:
        observations: one a row.
        age: months, where the file says it.
        unread: columns that are none of `COLUMNS`.
    """

    observations: tuple[Observation, ...]
    age: float | None = None
    unread: tuple[str, ...] = ()


def read_sheet(file: Path, today: date) -> SignSheet:
    """Read a list of signs from a csv or TOML file.

    Args:
        file: csv with a header, or TOML with `age_months` and a table `[[sign]]` a row.
        today: no look may be later.

    Returns:
        The list.

    Raises:
        InputError: a sign, value, informant, setting or date cannot be used; file, row and column are named.
        FormatError: the file cannot be read as what its ending says.
    """
    text = _text(file)
    if file.suffix.lower() == ".toml":
        return _from_toml(file, text, today)
    return _from_csv(file, text, today)


def parse_word(text: str, today: date) -> Observation:
    """Read NAME=VALUE[:INFORMANT[:SETTING[:DATE[:RATER]]]].

    Args:
        text: such as "fear=present" or "fear=absent:teacher:preschool:2026-03-01".
        today: no look may be later.

    Returns:
        The observation.

    Raises:
        InputError: the text is not of that form, or a part of it cannot be used.
    """
    name, equals, rest = text.partition("=")
    words = rest.split(":")
    if not equals or len(words) >= len(COLUMNS):
        raise InputError(
            "a sign is written as NAME=VALUE",
            column="--sign",
            value=text,
            remedy="For example fear=present, or fear=absent:teacher:preschool:2026-03-01.",
        )
    return observe(dict(zip(COLUMNS, [name, *words], strict=False)), today)


def observe(cells: Mapping[str, str], today: date, row: int | None = None) -> Observation:
    """Return an observation from words by column.

    Args:
        cells: by name in `COLUMNS`; `sign` must be there, what is empty takes its default.
        today: no look may be later.
        row: of the file.

    Returns:
        The observation.

    Raises:
        InputError: a word cannot be used; its column and value are named.
    """
    words = {name: cells.get(name, "").strip() for name in COLUMNS}
    sign = find_sign(words["sign"])
    informant = _choice(words["informant"], Informant, "informant") or Informant.CAREGIVER
    return Observation(
        sign=sign.name,
        value=_value(words["value"]),
        informant=informant,
        setting=_choice(words["setting"], Setting, "setting") or usual_setting(sign, informant),
        day=_day(words["date"], today),
        rater=words["rater"],
        row=row,
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror or type(error).__name__}", file=file, remedy="Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise FormatError("the file is not UTF-8 text", file=file, remedy="Save it as UTF-8 csv.") from error


def _from_csv(file: Path, text: str, today: date) -> SignSheet:
    header = text.partition("\n")[0]
    mark = max(",;\t", key=header.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        raise FormatError(f"the csv cannot be read: {error}", file=file, remedy="Check its quotes.") from error
    names = [name.strip().lower() for name in rows[0]] if rows else []
    _check_header(file, names)
    found: list[Observation] = []
    for number, cells in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in cells):
            found.append(_placed(file, number, _cells(file, number, names, cells), today))
    return SignSheet(tuple(found), None, tuple(name for name in names if name not in COLUMNS))


def _check_header(file: Path, names: Sequence[str]) -> None:
    for name in COLUMNS[:2]:
        if name not in names:
            raise InputError(
                "a column is missing",
                file=file,
                row=1,
                column=name,
                remedy=f"Name the columns in the first line: {', '.join(COLUMNS)}.",
            )
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError("a column is there twice", file=file, row=1, column=twice[0], remedy="Remove one.")


def _cells(file: Path, number: int, names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if len(cells) > len(names):
        raise InputError(
            "a row has more cells than the header has columns",
            file=file,
            row=number,
            value=len(cells),
            remedy="Put cells that hold the delimiter into quotes.",
        )
    return dict(zip(names, cells, strict=False))


def _from_toml(file: Path, text: str, today: date) -> SignSheet:
    whole = toml_tables(text, file, FormatError, "Mend that line.")
    rows = whole.get("sign", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError("signs are tables", file=file, column="sign", remedy='Write [[sign]], then sign = "fear".')
    found = [
        _placed(file, number, {str(key): str(value) for key, value in row.items()}, today)
        for number, row in enumerate(rows, 1)
    ]
    extra = {str(key) for row in rows for key in row if key not in COLUMNS} | set(whole) - {"sign", "age_months"}
    return SignSheet(tuple(found), _age(file, whole.get("age_months")), tuple(sorted(extra)))


def _age(file: Path, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(
            "an age is a number of months", file=file, column="age_months", value=value, remedy="Write age_months = 40."
        )
    return float(value)


def _placed(file: Path, number: int, cells: Mapping[str, str], today: date) -> Observation:
    try:
        return observe(cells, today, number)
    except BowlbyError as error:
        raise InputError(
            error.message, file=file, row=number, column=error.column, value=error.value, remedy=error.remedy
        ) from None


def _value(word: str) -> ObservedValue:
    plain = word.lower().replace("_", " ").replace("-", " ")
    if plain in _WRITTEN:
        return _WRITTEN[plain]
    if plain in list(ObservedValue):
        return ObservedValue(plain)
    raise InputError(
        "a sign is present, absent or not looked for",
        column="value",
        value=word,
        remedy=f"Choose: {', '.join(ObservedValue)}.",
    )


def _choice(word: str, known: type[Choice], column: str) -> Choice | None:
    plain = word.lower()
    if not plain:
        return None
    if plain in list(known):
        return known(plain)
    hint = suggestion(plain, known)
    raise InputError(
        f"there is no such {column}", column=column, value=word, remedy=f"{hint}Known: {', '.join(known)}."
    )


def _day(word: str, today: date) -> date | None:
    if not word:
        return None
    try:
        day = date.fromisoformat(word)
    except ValueError:
        raise InputError(
            "this is no date", column="date", value=word, remedy="Write year-month-day, as in 2026-03-01."
        ) from None
    if day > today:
        raise InputError("a look cannot lie in the future", column="date", value=word, remedy="Check the year.")
    return day
