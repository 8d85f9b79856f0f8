"""Reading a codebook from TOML, with every mistake named and the nearest right name suggested."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from bowlby.errors import CodebookError, suggestion, unreadable
from bowlby.input_file import toml_tables
from bowlby.records.codebook import Codebook, CodebookEntry
from bowlby.records.constructs import Construct, Role, roles_of
from bowlby.records.layout import TableLayout, TimeUnit, Timing
from bowlby.records.modifiers import Allowed, ModifierTest, NumberCondition
from bowlby.records.observed_section import observed_section
from bowlby.records.pattern import ANYTHING, pattern
from bowlby.records.selection import Selection

_SECTIONS = ("codebook", "table", "observed", "codable", "code", "ignore", "episodes", "turns")


def load_codebook(path: str | Path) -> Codebook:
    """Read a codebook from TOML.

    Args:
        path: the file; docs/codebooks.md describes it.

    Returns:
        The codebook.

    Raises:
        CodebookError: it is missing, not TOML, or names what does not exist (the nearest name is suggested).
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        tables = toml_tables(text, path, CodebookError, "Mend the line named.")
    except OSError as error:
        raise unreadable(error, path, "codebook", CodebookError) from None
    except UnicodeDecodeError as error:
        raise CodebookError(
            "the codebook is not UTF-8 text", file=path, value=str(error.reason), remedy="Save it as UTF-8."
        ) from None
    return codebook_from(tables, path)


def codebook_from(tables: Mapping[str, Any], path: Path | None = None) -> Codebook:
    """Build a codebook from parsed TOML tables.

    Args:
        tables: sections codebook, table, observed, codable, code, ignore, episodes, turns.
        path: named in errors.

    Returns:
        The codebook.

    Raises:
        CodebookError: a section, key, role, construct or unit is unknown, or codable and mapped do not agree.
    """
    for name in tables:
        _known(name, _SECTIONS, "section", path)
    head = _table(tables, "codebook", path)
    _known_keys(head, ("name", "version", "description", "child", "caregiver", "others", "same"), "codebook", path)
    others = _texts(head, "others", path)
    roles = {label: role for role in (Role.CHILD, Role.CAREGIVER) for label in _texts(head, str(role), path)}
    if "codable" not in tables:
        raise CodebookError(
            "the codebook does not say what was codable",
            file=path,
            column="codable",
            remedy='Add [codable] with child = [...] and caregiver = [...]; what is not listed is "not assessable".',
        )
    codable = codable_pairs(_table(tables, "codable", path), path)
    entries = tuple(_entry(row, roles, path, number) for number, row in enumerate(_rows(tables, "code", path), start=1))
    ignored = tuple(_ignored(row, path, number) for number, row in enumerate(_rows(tables, "ignore", path), start=1))
    _agree(codable, entries, path)
    _one_place_each(roles, others, entries, path)
    _not_both(entries, ignored, path)
    return Codebook(
        name=str(head.get("name", path.stem if path else "unnamed")),
        codable=codable,
        entries=entries,
        ignored=ignored,
        observed=observed_section(_table(tables, "observed", path), path) if "observed" in tables else None,
        layout=_layout(_table(tables, "table", path), path) if "table" in tables else None,
        settings=_settings(tables, path),
        description=str(head.get("description", "")),
        roles=roles,
        others=others,
        same=_same(head, path),
    )


def _settings(tables: Mapping[str, Any], path: Path | None) -> dict[str, object]:
    """Return the choices for measures: the keys of [episodes], and the table of [turns]."""
    settings: dict[str, object] = dict(_table(tables, "episodes", path))
    if "turns" in tables:
        settings["turns"] = dict(_table(tables, "turns", path))
    return settings


def _entry(row: Mapping[str, Any], roles: Mapping[str, Role], path: Path | None, number: int) -> CodebookEntry:
    _known_keys(row, (*_CONDITIONS, "means", "role", "value", "blocks", "person", "note"), f"code {number}", path)
    codes = _codes(row, path, number)
    means = tuple(_construct(name, path, number) for name in _texts(row, "means", path))
    if not means:
        raise CodebookError(
            "a mapping says no meaning",
            file=path,
            row=number,
            column="means",
            value=codes[0],
            remedy='Add means = ["..."], or move the code to [[ignore]].',
        )
    actor = _text(row, "actor", path, number)
    entry = CodebookEntry(
        codes=codes,
        means=means,
        role=_role_of(row, means, roles.get(actor or ""), path, number),
        actor=actor,
        channel=_text(row, "channel", path, number),
        value=_value(row, path, number),
        blocks=tuple(_pair(text, path, number) for text in _texts(row, "blocks", path)),
        modifiers=_modifiers(row, path, number),
        actor_from=_text(row, "actor_from", path, number),
        person=_person(row, path, number),
    )
    _refuse_without_bounds(entry, path, number)
    _refuse_nobody(entry, roles, path, number)
    return entry


_CONDITIONS = ("code", "codes", "actor", "channel", "modifiers", "actor_from")
_COMPARISON = re.compile(r"\s*(<=|>=|==|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*")


def _codes(row: Mapping[str, Any], path: Path | None, number: int) -> tuple[str, ...]:
    codes = _texts(row, "codes", path) or _texts(row, "code", path)
    if not codes:
        raise CodebookError("a mapping names no code", file=path, row=number, column="code", remedy="Add code = ...")
    return codes


def _text(row: Mapping[str, Any], name: str, path: Path | None, number: int) -> str | None:
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value
    raise CodebookError(
        "one text is wanted",
        file=path,
        row=number,
        column=name,
        value=value,
        remedy="Write one text in quotes; * in it stands for any text, and ? for one character.",
    )


def _modifiers(row: Mapping[str, Any], path: Path | None, number: int) -> tuple[ModifierTest, ...]:
    given = row.get("modifiers", {})
    if not isinstance(given, Mapping):
        raise CodebookError(
            "modifiers are no table",
            file=path,
            row=number,
            column="modifiers",
            value=given,
            remedy='Write modifiers = { name = "value" }.',
        )
    tests = cast("Mapping[str, object]", given)
    return tuple(ModifierTest(name, _allowed(name, value, path, number)) for name, value in tests.items())


def _allowed(name: str, value: object, path: Path | None, number: int) -> tuple[Allowed, ...]:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    allowed = tuple(one for text in values if (one := _test(text)) is not None)
    if len(allowed) < len(values) or not allowed:
        raise CodebookError(
            "a modifier's value is neither a text, nor a finite number, nor a list of these",
            file=path,
            row=number,
            column=f"modifiers.{name}",
            value=value,
            remedy=f'Write modifiers = {{ {name} = "value" }}, or ["one", "another"] for either, or ">0".',
        )
    return allowed


def _test(value: object) -> Allowed | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return NumberCondition("==", float(value)) if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    compared = _COMPARISON.fullmatch(value)
    return NumberCondition(compared[1], float(compared[2])) if compared else pattern(value)


def _refuse_without_bounds(entry: CodebookEntry, path: Path | None, number: int) -> None:
    """Refuse a mapping of every code of a file to one meaning: it is a slip far more often than a wish."""
    if ANYTHING in entry.codes and entry.actor is None and entry.channel is None and not entry.modifiers:
        raise CodebookError(
            'code = "*" would give every event of a file this meaning',
            file=path,
            row=number,
            column="code",
            value=ANYTHING,
            remedy='Add channel = "..." or actor = "...": the tier, the column or the person that is meant. '
            'A code that is a star is written "\\\\*".',
        )


def _refuse_nobody(entry: CodebookEntry, roles: Mapping[str, Role], path: Path | None, number: int) -> None:
    """Refuse `actor_from` where it cannot be said whose acts are meant, or where two conditions speak of one value."""
    if entry.actor_from is None:
        return
    if any(test.name == entry.actor_from for test in entry.modifiers):
        raise CodebookError(
            "actor_from and modifiers speak of the same modifier",
            file=path,
            row=number,
            column=f"modifiers.{entry.actor_from}",
            value=entry.actor_from,
            remedy='Say with actor = "..." which of its values is meant, and take it out of modifiers.',
        )
    if entry.actor is None and entry.role not in roles.values():
        raise CodebookError(
            "it is not clear which values of the modifier stand for whom",
            file=path,
            row=number,
            column="actor_from",
            value=entry.actor_from,
            remedy=f'Add actor = "...", or list the labels of the {entry.role} under [codebook].',
        )


def _role_of(
    row: Mapping[str, Any], means: Sequence[Construct], of_actor: Role | None, path: Path | None, number: int
) -> Role:
    possible = frozenset.intersection(*(roles_of(construct) for construct in means))
    stated = row.get("role")
    if stated is not None:
        possible &= {_role(str(stated), path, number)}
    elif of_actor is not None and len(possible) > 1:
        possible &= {of_actor}
    if len(possible) != 1:
        raise CodebookError(
            "it is not clear whose act this is",
            file=path,
            row=number,
            column="role",
            value=", ".join(means),
            remedy='Add role = "child" or role = "caregiver", and give acts of different roles mappings of their own.',
        )
    return next(iter(possible))


def _person(row: Mapping[str, Any], path: Path | None, number: int) -> str | None:
    person = row.get("person")
    if person is None or (isinstance(person, str) and person.strip()):
        return person
    raise CodebookError(
        "a person is named by a text",
        file=path,
        row=number,
        column="person",
        value=person,
        remedy='Write person = "A".',
    )


def _same(head: Mapping[str, Any], path: Path | None) -> dict[str, str]:
    """Return each label of a person to the first of them."""
    groups = head.get("same", [])
    rows = cast("list[object]", groups) if isinstance(groups, list) else [groups]
    found: dict[str, str] = {}
    for row in rows:
        labels = cast("list[object]", row) if isinstance(row, list) else []
        texts = [label for label in labels if isinstance(label, str)]
        if len(texts) < 2 or len(texts) < len(labels) or found.keys() & set(texts):
            raise CodebookError(
                "same wants lists of labels of one person, each label in one list",
                file=path,
                column="codebook.same",
                value=row,
                remedy='Write same = [["Baby", "baby"]].',
            )
        found |= dict.fromkeys(texts, texts[0])
    return found


def _value(row: Mapping[str, Any], path: Path | None, number: int) -> float | None:
    value = row.get("value")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise CodebookError("a valence must be a number", file=path, row=number, column="value", value=value)
    return float(value)


def _pair(text: str, path: Path | None, number: int) -> tuple[Role, Construct]:
    role, _, name = text.partition(":")
    return _role(role, path, number), _construct(name, path, number)


def _ignored(row: Mapping[str, Any], path: Path | None, number: int) -> Selection:
    _known_keys(row, (*_CONDITIONS, "reason"), f"ignore {number}", path)
    return Selection(
        codes=_codes(row, path, number),
        actor=_text(row, "actor", path, number),
        channel=_text(row, "channel", path, number),
        modifiers=_modifiers(row, path, number),
        actor_from=_text(row, "actor_from", path, number),
    )


def codable_pairs(table: Mapping[str, object], path: Path | None) -> frozenset[tuple[Role, Construct]]:
    """Return the (role, construct) pairs of a `[codable]` table.

    Args:
        table: role names to lists of construct names.
        path: named in errors.

    Returns:
        The pairs.

    Raises:
        CodebookError: a role or construct is unknown, or the construct is no act of that role.
    """
    pairs: set[tuple[Role, Construct]] = set()
    for name in table:
        role = _role(name, path, None)
        for text in _texts(table, name, path):
            construct = _construct(text, path, None)
            if role not in roles_of(construct):
                raise CodebookError(
                    f"{construct} is no act of the {role}", file=path, column=f"codable.{role}", value=text
                )
            pairs.add((role, construct))
    return frozenset(pairs)


def _agree(codable: frozenset[tuple[Role, Construct]], entries: Sequence[CodebookEntry], path: Path | None) -> None:
    mapped = {(entry.role, construct) for entry in entries for construct in entry.means}
    mapped = {pair for pair in mapped if pair[1] != Construct.UNCODABLE}
    for role, construct in sorted(mapped - codable):
        raise CodebookError(
            "a code is mapped to what [codable] does not list",
            file=path,
            column=f"codable.{role}",
            value=construct,
            remedy=f'Add "{construct}" to codable.{role}, or take the mapping out.',
        )
    for role, construct in sorted(codable - mapped):
        raise CodebookError(
            "declared codable, but no code means it",
            file=path,
            column=f"codable.{role}",
            value=construct,
            remedy="Map the code that coders would have used, even if it never occurred, or take it off the list.",
        )


def _one_place_each(
    roles: Mapping[str, Role], others: Sequence[str], entries: Sequence[CodebookEntry], path: Path | None
) -> None:
    """Refuse a label of `others` that is the child's or the caregiver's, or that a mapping gives an act."""
    for text in others:
        for label, role in roles.items():
            if pattern(text).matches(label):
                raise CodebookError(
                    f"a label stands both for the {role} and for others",
                    file=path,
                    column="codebook.others",
                    value=label,
                    remedy="Keep it in one of the lists.",
                )
        for number, entry in enumerate(entries, start=1):
            literal = None if entry.actor is None else pattern(entry.actor).literal
            if literal is not None and entry.role != Role.CONTEXT and pattern(text).matches(literal):
                raise CodebookError(
                    f"an act of the {entry.role} is mapped for a label that is listed under others",
                    file=path,
                    row=number,
                    column="actor",
                    value=literal,
                    remedy=f"Take {literal!r} from [codebook] others, or take the mapping out.",
                )


def _not_both(entries: Sequence[CodebookEntry], ignored: Sequence[Selection], path: Path | None) -> None:
    """Refuse a code that is mapped and ignored under the same conditions."""
    for number, one in enumerate(ignored, start=1):
        for entry in entries:
            shared = [code for code in one.codes if code in entry.codes]
            if shared and _conditions(one) == _conditions(entry):
                raise CodebookError(
                    "a code is mapped and ignored under the same conditions",
                    file=path,
                    row=number,
                    column="ignore",
                    value=shared[0],
                    remedy="Take it out of [[ignore]], or take the mapping out.",
                )


def _conditions(one: CodebookEntry | Selection) -> tuple[object, ...]:
    return (one.actor, one.channel, one.actor_from, frozenset(one.modifiers))


_COLUMNS = ("onset", "offset", "duration", "code", "session", "actor", "partner", "channel")
_TIMING = ("frames_per_second", "tick", "decimal", "thousands")
_THOUSANDS = (",", ".", " ", "'", "\u00a0", "\u202f")


def _layout(table: Mapping[str, Any], path: Path | None) -> Timing:
    """Return a table's layout, or what is stated of times alone, which goes for files of any format."""
    _known_keys(table, ("unit", *_COLUMNS, "modifiers", "header", *_TIMING), "table", path)
    timing = _timing(table, path)
    if set(table) <= set(_TIMING):
        return Timing(**timing)
    for needed in ("unit", "onset", "code"):
        if needed not in table:
            raise CodebookError(
                f"[table] does not say {needed}",
                file=path,
                column=f"table.{needed}",
                remedy=f"Units are {', '.join(map(repr, map(str, TimeUnit)))}; they are stated, never guessed.",
            )
    unit = str(table["unit"])
    _known(unit, [str(member) for member in TimeUnit], "unit", path)
    if TimeUnit(unit).needs_rate and timing["frames_per_second"] is None:
        raise CodebookError(
            "frames need a rate", file=path, column="table.frames_per_second", remedy="Add frames_per_second = 25."
        )
    code, *more = _codes_of_table(table, path)
    return TableLayout(
        unit=TimeUnit(unit),
        code=code,
        more_codes=tuple(more),
        modifiers=_texts(table, "modifiers", path),
        header=bool(table.get("header", True)),
        **timing,
        **cast("dict[str, Any]", {name: str(table[name]) for name in _COLUMNS if name in table and name != "code"}),
    )


def _timing(table: Mapping[str, Any], path: Path | None) -> dict[str, Any]:
    for name in ("frames_per_second", "tick"):
        if name in table and not _positive(table[name]):
            raise CodebookError(
                "a number above 0 is wanted",
                file=path,
                column=f"table.{name}",
                value=table[name],
                remedy=f"Write {name} = {25 if name == 'frames_per_second' else 0.001}, or take the line out.",
            )
    for name, marks in {"decimal": (".", ","), "thousands": _THOUSANDS}.items():
        if table.get(name, marks[0]) not in marks:
            raise CodebookError(
                "there is no such mark",
                file=path,
                column=f"table.{name}",
                value=table[name],
                remedy=f"Known: {', '.join(map(repr, marks))}.",
            )
    if table.get("decimal") is not None and table.get("decimal") == table.get("thousands"):
        raise CodebookError(
            "decimals and thousands cannot have one mark",
            file=path,
            column="table.thousands",
            value=table["thousands"],
            remedy="Take one of the two lines out.",
        )
    return {name: table.get(name) for name in _TIMING}


def _codes_of_table(table: Mapping[str, Any], path: Path | None) -> tuple[str, ...]:
    """Return the columns of codes; where there are several, each is a channel, and there is no other."""
    codes = _texts(table, "code", path)
    if not codes or len(set(codes)) < len(codes) or (len(codes) > 1 and "channel" in table):
        raise CodebookError(
            "[table] code names no column, or one twice, or several beside a column of channels",
            file=path,
            column="table.code",
            value=table["code"],
            remedy="Name one column, or a list of columns without channel: each is then a channel of its own name.",
        )
    return codes


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _construct(name: str, path: Path | None, number: int | None) -> Construct:
    _known(name, [str(member) for member in Construct], "construct", path, number)
    return Construct(name)


def _role(name: str, path: Path | None, number: int | None) -> Role:
    _known(name, [str(member) for member in Role], "role", path, number)
    return Role(name)


def _known_keys(table: Mapping[str, object], names: Sequence[str], what: str, path: Path | None) -> None:
    for name in table:
        _known(name, names, f"key in {what}", path)


def _known(name: str, names: Sequence[str], what: str, path: Path | None, number: int | None = None) -> None:
    if name in names:
        return
    remedy = suggestion(name, names, 0.5).rstrip() or f"Known: {', '.join(names)}."
    raise CodebookError(f"there is no such {what}", file=path, row=number, value=name, remedy=remedy)


def _table(tables: Mapping[str, Any], name: str, path: Path | None) -> Mapping[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, Mapping):
        raise CodebookError(f"{name} must be a table", file=path, column=name, remedy=f"Write [{name}].")
    return cast(Mapping[str, Any], table)


def _rows(tables: Mapping[str, Any], name: str, path: Path | None) -> Sequence[Mapping[str, Any]]:
    rows = tables.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in cast(list[object], rows)):
        raise CodebookError(f"{name} must be a list of tables", file=path, column=name, remedy=f"Write [[{name}]].")
    return cast(Sequence[Mapping[str, Any]], rows)


def _texts(table: Mapping[str, Any], name: str, path: Path | None) -> tuple[str, ...]:
    value = table.get(name, ())
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in cast(list[object], value)):
        raise CodebookError("a text or a list of texts is wanted", file=path, column=name, value=value)
    return tuple(cast("list[str]", value))
