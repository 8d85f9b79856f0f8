"""Real records under codebooks: what each scheme's codes become, as the table of docs/schemes.md.

`python -m checks.schemes FOLDER` reads the public records in FOLDER and writes the page; a test holds the page to it.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from bowlby.formats.read import read_record
from bowlby.records.codebook import EventFate
from bowlby.records.codebook_file import load_codebook
from bowlby.records.modifiers import NOT_GIVEN, ModifierNames, ModifierTest
from bowlby.records.pattern import escaped, pattern
from bowlby.records.record import Record
from bowlby.records.selection import Selection, selection_matches

ROOT = Path(__file__).parents[1]
EXAMPLES, ODD = ROOT / "examples" / "codebooks", ROOT / "tests" / "records" / "schemes"
PAGE = ROOT / "docs" / "schemes.md"
MARKS = "<!-- schemes begin: made by checks.schemes -->", "<!-- schemes end -->"
ACT = ["actor", "channel", "code", "modifiers"]
"""What one coded act can be told from another by, beside its time."""


_SHOWN = (EventFate.MAPPED, EventFate.IGNORED, EventFate.OTHERS, EventFate.OBSERVED, EventFate.UNMAPPED)


@dataclass(frozen=True)
class Scheme:
    """Files coded alike, and the codebook that a person completed for them.

    Args:
        name: of the scheme, for a reader.
        files: patterns of paths below the folder of records.
        codebook: name of the codebook, without its ending.
    """

    name: str
    files: tuple[str, ...]
    codebook: str

    @property
    def path(self) -> Path:
        """Where the codebook is: among the examples where it has a use beyond this table."""
        example = EXAMPLES / f"{self.codebook}.toml"
        return example if example.exists() else ODD / f"{self.codebook}.toml"

    def records(self, folder: Path) -> list[Record]:
        """Return the records of the scheme."""
        layout = load_codebook(self.path).layout
        return [read_record(path, layout) for files in self.files for path in sorted(folder.glob(files))]


SCHEMES = (
    Scheme("affect of mother and infant (INTERACT)", ("mangold/*.csv",), "affect-interact"),
    Scheme("maternal affect, event lists", ("mother_infant_csv/fsit_Maternal*.csv",), "affect-events"),
    Scheme("affect of two, a column each", ("mother_infant_csv/fsit_MoInf*.csv",), "affect-array"),
    Scheme("infant affect, event lists", ("mother_infant_csv/fsit_InfantAffect*.csv",), "infant-affect"),
    Scheme("day-long segment lists (LENA)", ("lena_segments/*.csv",), "lena-segments"),
    Scheme("day-long recording (LENA .its)", ("its/*.its",), "lena-its"),
    Scheme("infant sounds and speech (CHAT)", ("cha/childproject_vandam.cha",), "chat-utterances"),
    Scheme("vocalisations by kind (ELAN)", ("eaf/childproject_solis.eaf",), "elan-vcm"),
    Scheme("speakers' tiers (ELAN)", ("eaf/childproject_any_tier.eaf",), "elan-tiers"),
    Scheme("voices (RTTM)", ("rttm/childproject_vtc.rttm",), "speakers-rttm"),
    Scheme("kinds of vocalisation (RTTM)", ("rttm/childproject_vcm.rttm",), "kinds-rttm"),
    Scheme("speakers' segments (table)", ("conversations/*.csv",), "speakers-table"),
    Scheme("hands and looks (Datavyu)", ("opf/datavyur_*.opf",), "datavyu-hands"),
    Scheme("speech and objects (Datavyu)", ("opf/pyvyu_*.opf",), "datavyu-objects"),
    Scheme("walking beside a parent (Datavyu, old)", ("opf/datavyu_old*.opf",), "unexplained"),
    Scheme("letters with modifiers (BORIS)", ("boris/*.boris", "boris_exports/*"), "unexplained"),
    Scheme("speech of adults (CHAT, ELAN, Praat)", ("cha/batch*", "eaf/speach*", "textgrid/batch*"), "adults"),
    Scheme("tiers of one letter (ELAN, Praat)", ("eaf/pygamma*", "textgrid/pygamma*"), "unexplained"),
    Scheme("tiers of numbers (Praat)", ("textgrid/childproject*",), "unexplained"),
    Scheme("classes of words, three annotators", ("reliability/pygamma_3by100.csv",), "words"),
    Scheme("units, three annotators", ("reliability/pygamma_Alex*.csv",), "units"),
)


@dataclass(frozen=True)
class SchemeReach:
    """What became of a scheme's codes.

    Args:
        files: number of files.
        codes: number of codes, told apart by actor and channel.
        acts: number of acts that differ in actor, channel, code or modifiers.
        reached: how many of these an entry of a codebook can mean alone.
        events: number of events of each fate.
    """

    files: int
    codes: int
    acts: int
    reached: int
    events: dict[EventFate, int]


def scheme_reach(scheme: Scheme, folder: Path) -> SchemeReach:
    """Return what became of the codes of a scheme.

    Args:
        scheme: files and codebook.
        folder: of the records.

    Returns:
        Counts over all files of the scheme.
    """
    book, records = load_codebook(scheme.path), scheme.records(folder)
    events = pl.concat([record.events for record in records])
    fates = pl.concat([book.fates(record) for record in records])
    return SchemeReach(
        files=len(records),
        codes=events.select(ACT[:3]).n_unique(),
        acts=sum(record.events.select(ACT).n_unique() for record in records),
        reached=sum(map(acts_reached, records)),
        events={fate: int((fates == fate).sum()) for fate in EventFate},
    )


def acts_reached(record: Record) -> int:
    """Return how many acts of a record an entry can mean without meaning any other.

    Args:
        record: as read.

    Returns:
        Number of distinct acts for which an entry written from its labels means exactly the events that bear them.
    """
    events = record.events.with_row_index("event")
    acts = events.group_by(ACT, maintain_order=True).agg(pl.col("event"))
    names: dict[tuple[str, ...], dict[str, None]] = {}
    for *labels, text in acts.select(ACT).iter_rows():
        names.setdefault(tuple(labels), {}).update(dict.fromkeys(_values(text)))
    rows = list(acts.select(ACT).iter_rows(named=True))
    alone = [_alone(act, list(names[act["actor"], act["channel"], act["code"]])) for act in rows]
    found = selection_matches(events, alone, ModifierNames.of(record))
    meant = {entry: set(rows) for entry, rows in found.group_by("entry").agg(pl.col("event")).iter_rows()}
    return sum(meant.get(number) == set(rows) for number, rows in enumerate(acts["event"]))


def _alone(act: Mapping[str, str], names: Sequence[str]) -> Selection:
    """The selection that a person would write for one act: what it has, and that it has nothing else."""
    values = _values(act["modifiers"])
    tests = tuple(ModifierTest(name, (pattern(escaped(values.get(name, ""))),)) for name in names)
    return Selection((escaped(act["code"]),), escaped(act["actor"]), escaped(act["channel"]), tests)


def _values(modifiers: str) -> dict[str, str]:
    """Values by name, or by place where they have none."""
    values: dict[str, str] = {}
    for place, part in enumerate(modifiers.split("|") if modifiers else (), start=1):
        name, given, value = part.partition("=")
        values[name if given else str(place)] = value if given else part.replace(NOT_GIVEN, "")
    return values


def reasons(scheme: Scheme) -> str:
    """Return why codes of a scheme are not mapped, in the words of its codebook.

    Args:
        scheme: with its codebook.

    Returns:
        The description and the reasons of what is ignored, in their order.
    """
    tables: dict[str, Any] = tomllib.loads(scheme.path.read_text(encoding="utf-8"))
    said = [tables["codebook"].get("description", ""), *(one.get("reason", "") for one in tables.get("ignore", []))]
    return "; ".join(text.rstrip(".") for text in dict.fromkeys(said) if text)


def table(folder: Path) -> str:
    """Return the table of all schemes.

    Args:
        folder: of the records.

    Returns:
        Markdown.
    """
    heads = ("scheme", "codebook", "files", "codes", "acts distinguished", "events", *map(str, _SHOWN), "why not")
    rows = [_row(scheme, folder) for scheme in SCHEMES]
    return "\n".join([f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *rows])


def _row(scheme: Scheme, folder: Path) -> str:
    found = scheme_reach(scheme, folder)
    link = f"`{scheme.codebook}`"
    counts = [found.files, found.codes, f"{found.reached} of {found.acts}", sum(found.events.values())]
    counts += [found.events[fate] for fate in _SHOWN]
    return f"| {' | '.join(map(str, [scheme.name, link, *counts, reasons(scheme)]))} |"


def page(folder: Path) -> str:
    """Return the page with its table made anew.

    Args:
        folder: of the records.

    Returns:
        The text of docs/schemes.md.
    """
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(MARKS[0])
    return f"{before}{MARKS[0]}\n\n{table(folder)}\n\n{MARKS[1]}{rest.partition(MARKS[1])[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1])), encoding="utf-8")
