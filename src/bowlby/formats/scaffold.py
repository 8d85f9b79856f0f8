"""A first codebook for files: every code found, a suggestion where a word gives one, nothing decided."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bowlby.errors import InputError
from bowlby.formats.read import choose_reader, read_record
from bowlby.formats.readers import table
from bowlby.formats.scaffold_table import doubts_of, scaffold_table
from bowlby.formats.source import source_of
from bowlby.formats.templates import Template, TemplateCode, template_of
from bowlby.records.code_suggestions import CodeSuggestion, suggest_codes
from bowlby.records.constructs import Construct, Role, roles_of
from bowlby.records.layout import TableLayout
from bowlby.records.pattern import escaped
from bowlby.records.record import Record

_OPENING = """\
# Codebook for {files}, begun by `bowlby codebook init`. Nothing is mapped yet.
# Lines that begin with a single # and no blank are suggestions: take the # off those you agree with.
# Suggestions come from words in the codes alone. Check each against your coding manual.
# One act can mean several things: means = ["answer", "voice"].
# Lines that begin with ## have no suggestion: fill in a meaning, or list the code under [[ignore]].
"""

_GUESSED = "# Which column holds what. Check each guess, above all the unit: what stands here is not guessed again."

_MODIFIERS_SHOWN = 5

_CODABLE = """\
# What your coders could have caught, whether or not it happened. A construct listed here and never coded counts as
# absent; a construct that is not listed gives "not assessable", never zero. Every construct that a mapping below
# means must be listed, and every one listed needs the code that coders would have used.
"""


@dataclass(frozen=True)
class SkippedFile:
    """A file that no codebook can be begun from.

    Args:
        path: of the file.
        error: why.
    """

    path: Path
    error: InputError

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {"file": str(self.path), "reason": self.error.message, "remedy": self.error.remedy}


@dataclass(frozen=True)
class Scaffold:
    """A codebook to be finished by a person.

    Args:
        text: TOML that `load_codebook` accepts as it is, and with its suggestions uncommented.
        codes: every code found, most frequent first, in JSON form.
        files: that were read.
        skipped: files that were left out.
    """

    text: str
    codes: tuple[dict[str, object], ...]
    files: tuple[str, ...]
    skipped: tuple[SkippedFile, ...] = ()

    @property
    def unmapped(self) -> tuple[dict[str, object], ...]:
        """Return the codes without a suggestion."""
        return tuple(code for code in self.codes if code["suggestion"] is None)

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "codes": list(self.codes),
            "unmapped": list(self.unmapped),
            "files": list(self.files),
            "skipped": [one.as_dict() for one in self.skipped],
        }


def scaffold(
    paths: Sequence[Path], covers: str, *, format: str | None = None, skip: bool = False, template: str | None = None
) -> Scaffold:
    """Return a first codebook for some files; for plain tables it also proposes which column holds what.

    Args:
        paths: coded files of any known formats, at least one.
        covers: what the codebook is called.
        format: a reader's name, to skip recognition.
        skip: leave out files that cannot be read, and say so, instead of refusing them.
        template: name of the kind of scheme, see `TEMPLATES`, or None.

    Returns:
        The codebook's text, the codes found, and what was left out.

    Raises:
        InputError: a file is missing, empty, or in no known format, or tables do not have the same columns.
        FormatError: a file's content breaks its format, or no column of a plain table looks like an onset or a code.
    """
    scheme = None if template is None else template_of(template)
    records: dict[Path, Record] = {}
    layouts: dict[Path, TableLayout] = {}
    skipped: list[SkippedFile] = []
    for path in paths:
        try:
            layout = _layout(path, format)
            if layout is not None:
                layouts[path] = _one_of(layout, path, layouts)
            records[path] = read_record(path, layout, format=format)
        except InputError as error:
            if not skip or len(paths) == 1:
                raise
            layouts.pop(path, None)
            skipped.append(SkippedFile(path, error))
    if not records:
        raise InputError(
            "none of the files can be read", file=paths[0].parent, remedy=f"The first: {skipped[0].error.message}."
        )
    codes = suggest_codes(*records.values(), names=[str(path) for path in records])
    covered = [code.as_dict() for code in codes if scheme is not None and code.code in scheme.covers]
    codes = codes if scheme is None else scheme.suggest(codes)
    text = codebook_text(codes, covers, [path.name for path in records], _shared(layouts), scheme)
    listed = [code.as_dict() for code in codes] + [code | {"suggestion": f"template {template}"} for code in covered]
    return Scaffold(text, tuple(listed), tuple(map(str, records)), tuple(skipped))


def name_of(paths: Sequence[Path]) -> str:
    """Return what a codebook for some files or folders is called.

    Args:
        paths: as given on the command line, at least one.

    Returns:
        A folder's name, a file's name without its suffix, or for several the name of the folder that holds them all.
    """
    first = paths[0].resolve()
    if len(paths) == 1:
        return first.name if first.is_dir() else first.stem
    return Path(os.path.commonpath([path.resolve().parent for path in paths])).name or "several files"


def _layout(path: Path, format: str | None) -> TableLayout | None:
    return scaffold_table(path) if choose_reader(source_of(path), format).NAME == table.NAME else None


def _one_of(layout: TableLayout, path: Path, others: Mapping[Path, TableLayout]) -> TableLayout:
    """Return a layout that can stand in one codebook with others: the same, or all stated by the headers alone."""
    for other, known in others.items():
        if layout != known and (doubts_of(layout) or doubts_of(known)):
            raise InputError(
                f"its columns are not those of {other.name}, and one codebook has one [table]",
                file=path,
                remedy=f"Run `bowlby codebook init {path} -o {path.stem}.toml` for a codebook of its own.",
            )
    return layout


def _shared(layouts: Mapping[Path, TableLayout]) -> TableLayout | None:
    """The layout of all tables; None where there is none, or where each header states its own."""
    different = list(dict.fromkeys(layouts.values()))
    return different[0] if len(different) == 1 else None


def codebook_text(
    codes: Sequence[CodeSuggestion],
    covers: str,
    files: Sequence[str],
    layout: TableLayout | None = None,
    template: Template | None = None,
) -> str:
    """Return a first codebook for codes.

    Args:
        codes: as found.
        covers: name of the codebook.
        files: names of the files read, at least one.
        layout: written as [table], for plain tables.
        template: of the kind of scheme, whose codes that were not found are listed too.

    Returns:
        TOML.
    """
    template = template or Template("")
    of = _quoted(files[0]) if len(files) == 1 else f"{len(files)} files of {_quoted(covers)}"
    parts = [
        _OPENING.format(files=of),
        f'[codebook]\nname = {_quoted(covers)}\nversion = "1"\n',
        "" if layout is None else table_section(layout),
        "".join(f"# {note}\n" for note in template.notes),
        _CODABLE + "[codable]\n" + "".join(_codable_lines(codes, template.codable)),
        re.sub(r"(?m)^(?=.)", "#", template.entries),
        *(_entry(code, len(files)) for code in codes),
        *map(_unmet, template.unmet(codes)),
        _vocabulary(),
    ]
    return "\n".join(part for part in parts if part)


def table_section(layout: TableLayout) -> str:
    """Return a [table] section; what is a guess says so in its line.

    Args:
        layout: the mapping.

    Returns:
        TOML text.
    """
    doubts = doubts_of(layout)
    keys = ("unit", "onset", "offset", "duration", "code", "session", "actor", "partner", "channel")
    values = {key: _quoted(str(value)) for key in keys if (value := getattr(layout, key)) is not None}
    if layout.more_codes:
        values["code"] = f"[{', '.join(map(_quoted, layout.codes))}]"
    lines = [_GUESSED if doubts else "# Which column holds what, as the header states it.", "[table]"]
    lines += [f"{key} = {value}{_doubt(doubts.get(key))}" for key, value in values.items()]
    if layout.modifiers:
        lines.append(f"modifiers = [{', '.join(map(_quoted, layout.modifiers))}]")
    if layout.frames_per_second is not None:
        lines.append(f"frames_per_second = {layout.frames_per_second:g}{_doubt('no column says it')}")
    if layout.decimal is not None or layout.thousands is not None:
        lines.append("# A number such as 1,500 can mean two things. Check which: thousands or decimals.")
    lines += [f"{key} = {_quoted(mark)}" for key in ("decimal", "thousands") if (mark := getattr(layout, key))]
    if not layout.header:
        lines.append("header = false")
    return "\n".join(lines) + "\n"


def _doubt(reason: str | None) -> str:
    return "" if reason is None else f"  # a guess, {reason}"


def _codable_lines(codes: Sequence[CodeSuggestion], more: Sequence[tuple[Role, Construct]]) -> Iterable[str]:
    meant = {(code.role, construct) for code in codes for construct in code.means} | set(more)
    for role in Role:
        names = [str(one) for one in Construct if (role, one) in meant and one != Construct.UNCODABLE]
        if names:
            yield f"#{role} = [{', '.join(map(_quoted, names))}]\n"


def _unmet(code: TemplateCode) -> str:
    note = f": {code.note}" if code.note else ""
    lines = ["[[code]]", f"codes = [{', '.join(map(_quoted, code.codes))}]", f"role = {_quoted(str(code.role))}"]
    lines.append(f"means = [{', '.join(_quoted(str(one)) for one in code.means)}]")
    return "\n".join([f"# not found in the files{note}", *(f"##{line}" for line in lines)]) + "\n"


def _entry(code: CodeSuggestion, files: int) -> str:
    hashes = "##" if code.construct is None else "#"
    lines = ["[[code]]"]
    places = (("actor", code.actor), ("channel", code.channel))
    lines += [f"{key} = {_quoted(escaped(label))}" for key, label in places if label]
    lines.append(f"code = {_quoted(code.code if code.whole_tier else escaped(code.code))}")
    if code.construct is None:
        lines.append('means = ["..."]')
    else:
        lines.append(f"role = {_quoted(str(code.role))}")
        lines.append(f"means = [{', '.join(_quoted(str(one)) for one in code.means)}]")
    if code.value is not None:
        lines.append(f"value = {code.value:g}")
    events = "1 event" if code.count == 1 else f"{code.count} events"
    where = f" in {len(code.files)} of {files} files" if files > 1 else ""
    return "\n".join([f"# {events}{where}", *_modifiers(code), *(hashes + line for line in lines)]) + "\n"


def _modifiers(code: CodeSuggestion) -> Iterable[str]:
    if code.modifiers:
        shown = [f"{_quoted(text)} ({count})" for text, count in islice(code.modifiers.items(), _MODIFIERS_SHOWN)]
        more = ", ..." if len(code.modifiers) > _MODIFIERS_SHOWN else ""
        yield f"# modifiers: {', '.join(shown)}{more}"


def _vocabulary() -> str:
    lines = ["# The vocabulary (docs/codebooks.md says what each means):"]
    for role in Role:
        names = ", ".join(str(construct) for construct in Construct if role in roles_of(construct))
        lines.append(f"#   {role}: {names}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, save for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
