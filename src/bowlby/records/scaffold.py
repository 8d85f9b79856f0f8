"""A first codebook for a file: every code found, a suggestion where a word gives one, nothing decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bowlby.records.constructs import Construct, Role, roles_of
from bowlby.records.layout import TableLayout
from bowlby.records.pattern import escaped
from bowlby.records.persons import role_suggested
from bowlby.records.read import choose_reader, read_record, source_of
from bowlby.records.readers import table
from bowlby.records.record import Record
from bowlby.records.scaffold_table import scaffold_table
from bowlby.records.synonyms import meaning_suggested, valence_of

_OPENING = """\
# Codebook for {file}, begun by `bowlby codebook init`. Nothing is mapped yet.
# Lines that begin with a single # and no blank are suggestions: take the # off those you agree with.
# Suggestions come from words in the codes alone. Check each against your coding manual.
# One act can mean several things: means = ["answer", "voice"].
# Lines that begin with ## have no suggestion: fill in a meaning, or list the code under [[ignore]].
"""

_CODABLE = """\
# What your coders could have caught, whether or not it happened. A construct listed here and never coded counts as
# absent; a construct that is not listed gives "not assessable", never zero. Every construct that a mapping below
# means must be listed, and every one listed needs the code that coders would have used.
"""

_LARGEST_VALENCE = 10


@dataclass(frozen=True)
class FoundCode:
    """One code of a file and what it may mean.

    Args:
        actor: actor label, "" where the file has none.
        channel: channel, "" where the file has none.
        code: the code.
        count: number of events, >= 1.
        role: whose act, or None where no suggestion is made.
        construct: what it may mean, or None.
        value: affect valence, where the code is a number in a channel of affect.
    """

    actor: str
    channel: str
    code: str
    count: int
    role: Role | None = None
    construct: Construct | None = None
    value: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        suggestion = None if self.construct is None else str(self.construct)
        return {
            "actor": self.actor,
            "channel": self.channel,
            "code": self.code,
            "count": self.count,
            "suggestion": suggestion,
        }


@dataclass(frozen=True)
class Scaffold:
    """A codebook to be finished by a person.

    Args:
        text: TOML that `load_codebook` accepts as it is, and with its suggestions uncommented.
        codes: every code found, most frequent first, in JSON form.
    """

    text: str
    codes: tuple[dict[str, object], ...]

    @property
    def unmapped(self) -> tuple[dict[str, object], ...]:
        """Return the codes without a suggestion."""
        return tuple(code for code in self.codes if code["suggestion"] is None)


def scaffold(path: str | Path, *, format: str | None = None) -> Scaffold:
    """Return a first codebook for a file; for a plain table it also proposes which column holds what.

    Args:
        path: a coded file of any known format.
        format: a reader's name, to skip recognition.

    Returns:
        The codebook's text and the codes found.

    Raises:
        InputError: the file is missing, empty, or in no known format.
        FormatError: its content breaks its format, or no column of a plain table looks like an onset or a code.
    """
    source = source_of(path)
    layout = scaffold_table(path) if choose_reader(source, format).NAME == table.NAME else None
    return scaffold_record(read_record(path, layout, format=format), path, layout)


def scaffold_record(record: Record, path: str | Path, layout: TableLayout | None = None) -> Scaffold:
    """Return a first codebook for a record.

    Args:
        record: the record as read.
        path: the file it was read from; named in the codebook.
        layout: written as [table], for plain tables.

    Returns:
        The codebook's text and the codes found.

    Raises:
        Nothing.
    """
    codes = found_codes(record)
    parts = [
        _OPENING.format(file=_quoted(Path(path).name)),
        f'[codebook]\nname = {_quoted(Path(path).stem)}\nversion = "1"\n',
        "" if layout is None else table_section(layout),
        _CODABLE + "[codable]\n" + "".join(_codable_lines(codes)),
        *map(_entry, codes),
        _vocabulary(),
    ]
    return Scaffold("\n".join(part for part in parts if part), tuple(code.as_dict() for code in codes))


def table_section(layout: TableLayout) -> str:
    """Return a [table] section.

    Args:
        layout: the mapping.

    Returns:
        TOML text.

    Raises:
        Nothing.
    """
    keys = ("onset", "offset", "duration", "code", "session", "actor", "partner", "channel")
    lines = [
        "# Which column holds what, proposed from the columns' names. Check the unit: bowlby never guesses it later."
    ]
    lines += ["[table]", f"unit = {_quoted(str(layout.unit))}"]
    lines += [f"{key} = {_quoted(value)}" for key in keys if (value := getattr(layout, key)) is not None]
    if layout.more_codes:
        lines[lines.index(f"code = {_quoted(layout.code)}")] = f"code = [{', '.join(map(_quoted, layout.codes))}]"
    if layout.modifiers:
        lines.append(f"modifiers = [{', '.join(map(_quoted, layout.modifiers))}]")
    if layout.frames_per_second is not None:
        lines.append(f"frames_per_second = {layout.frames_per_second:g}")
    if not layout.header:
        lines.append("header = false")
    return "\n".join(lines) + "\n"


def found_codes(record: Record) -> tuple[FoundCode, ...]:
    """Return every code of a record, most frequent first, with a suggestion where a word gives one.

    Args:
        record: as read.

    Returns:
        One entry an actor, channel and code.

    Raises:
        Nothing.
    """
    counts = (
        record.events.group_by("actor", "channel", "code")
        .len("count")
        .sort(["count", "actor", "channel", "code"], descending=[True, False, False, False])
    )
    return tuple(_suggest(**row) for row in counts.iter_rows(named=True))


def _suggest(actor: str, channel: str, code: str, count: int) -> FoundCode:
    role = role_suggested(actor, channel)
    value = _valence(channel, code)
    if role is not None and value is not None:
        return FoundCode(actor, channel, code, count, role, Construct.AFFECT, value)
    meaning = meaning_suggested(actor, channel, code)
    if meaning is None or meaning[1] == Construct.AFFECT:
        return FoundCode(actor, channel, code, count)
    return FoundCode(actor, channel, code, count, *meaning)


def _valence(channel: str, code: str) -> float | None:
    own = valence_of(code)
    if own is not None or "affect" not in channel.lower():
        return own
    try:
        value = float(code)
    except ValueError:
        return None
    return value if abs(value) <= _LARGEST_VALENCE else None


def _codable_lines(codes: Sequence[FoundCode]) -> Iterable[str]:
    for role in Role:
        meant = {code.construct for code in codes if code.role == role and code.construct is not None}
        names = [str(construct) for construct in Construct if construct in meant - {Construct.UNCODABLE}]
        if names:
            yield f"#{role} = [{', '.join(map(_quoted, names))}]\n"


def _entry(code: FoundCode) -> str:
    hashes = "##" if code.construct is None else "#"
    lines = ["[[code]]"]
    places = (("actor", code.actor), ("channel", code.channel))
    lines += [f"{key} = {_quoted(escaped(label))}" for key, label in places if label]
    lines.append(f"code = {_quoted(escaped(code.code))}")
    if code.construct is None:
        lines.append('means = ["..."]')
    else:
        lines.append(f"role = {_quoted(str(code.role))}")
        lines.append(f"means = [{_quoted(str(code.construct))}]")
    if code.value is not None:
        lines.append(f"value = {code.value:g}")
    events = "1 event" if code.count == 1 else f"{code.count} events"
    return "\n".join([f"# {events}", *(hashes + line for line in lines)]) + "\n"


def _vocabulary() -> str:
    lines = ["# The vocabulary (docs/codebooks.md says what each means):"]
    for role in Role:
        names = ", ".join(str(construct) for construct in Construct if role in roles_of(construct))
        lines.append(f"#   {role}: {names}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, save for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
