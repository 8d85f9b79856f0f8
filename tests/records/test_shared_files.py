"""Every shared real file reads, with the counts and durations that a parser of a few lines finds in it.

The parsers here share nothing with the readers: standard library only, no recognition, no checks.
"""

from __future__ import annotations

import csv
import json
import os
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.quality import ProblemKind

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("BOWLBY_SHARED", ROOT.parent / "shared")) / "data" / "records"
FILES = sorted(str(path.relative_to(SHARED)) for path in SHARED.rglob("*") if path.is_file()) if SHARED.exists() else []

Spans = list[tuple[float, float | None]]
"""(onset, offset) in seconds; offset None for a point."""

TABLES: dict[str, TableLayout] = {
    "conversations": TableLayout(TimeUnit.MILLISECONDS, "segment_onset", "speaker_type", offset="segment_offset"),
    "lena_segments": TableLayout(TimeUnit.SECONDS, "startsec", "segtype", offset="endsec"),
    "reliability": TableLayout(TimeUnit.SECONDS, "3", "2", offset="4", actor="1", header=False),
    "mother_infant_csv": TableLayout(TimeUnit.SECONDS, "1", "3", offset="2", header=False),
}

REFUSED = {
    "SOURCES.md": ("about the files; no coding in it", "no reader knows this format"),
    "mother_infant_csv/gering_codebook.txt": ("prose that explains another file", "column"),
    "mother_infant_csv/gering_SCC_ID_data_blinded_stage1.csv": ("one row a child with counts; no times", "column"),
    "mother_infant_csv/fsit_InfGaze_P6_4mo.csv": ("0 and 1 a video frame without a frame rate; no events", "no header"),
}
"""The few that no event table can come from: the true reason, and what the refusal says."""


def eaf(path: Path) -> Spans:
    """Return all annotations: references take their parent's time, subdivisions share it."""
    root = ElementTree.parse(path).getroot()
    slot = {s.get("TIME_SLOT_ID"): int(s.get("TIME_VALUE", -1)) / 1000 for s in root.iter("TIME_SLOT")}
    rule = {kind.get("LINGUISTIC_TYPE_ID"): kind.get("CONSTRAINTS") for kind in root.iter("LINGUISTIC_TYPE")}
    times = {
        a.get("ANNOTATION_ID"): (slot[a.get("TIME_SLOT_REF1")], slot[a.get("TIME_SLOT_REF2")])
        for a in root.iter("ALIGNABLE_ANNOTATION")
    }
    spans = list(times.values())
    above = {a.get("ANNOTATION_ID"): a.get("ANNOTATION_REF") for a in root.iter("REF_ANNOTATION")}
    for tier in root.iter("TIER"):
        siblings = Counter(a.get("ANNOTATION_REF") for a in tier.iter("REF_ANNOTATION"))
        divided = rule[tier.get("LINGUISTIC_TYPE_REF")] == "Symbolic_Subdivision"
        for annotation in tier.iter("REF_ANNOTATION"):
            parent = annotation.get("ANNOTATION_REF")
            while parent not in times:
                parent = above[parent]
            begin, end = times[parent]
            share = siblings[annotation.get("ANNOTATION_REF")] if divided else 1
            spans.append((begin, begin + (end - begin) / share))
    return spans


def opf(path: Path) -> Spans:
    """Return all cells."""
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.split("/")[-1] == "db")
        text = archive.read(name).decode()
    found = re.findall(r"^(\d+):(\d+):(\d+):(\d+),(\d+):(\d+):(\d+):(\d+),", text, re.M)
    cells = [[int(part) for part in cell] for cell in found]
    both = [(c[0] * 3600 + c[1] * 60 + c[2] + c[3] / 1000, c[4] * 3600 + c[5] * 60 + c[6] + c[7] / 1000) for c in cells]
    return [(onset, offset if offset > onset else None) for onset, offset in both]


def its(path: Path) -> Spans:
    """Return all segments."""
    segments = ElementTree.parse(path).getroot().iter("Segment")
    return [(float(s.get("startTime", "")[2:-1]), float(s.get("endTime", "")[2:-1])) for s in segments]


def cha(path: Path) -> Spans:
    """Return all main lines that end in a bullet."""
    lines = re.sub(r"\n\t", " ", path.read_text(encoding="utf-8")).split("\n")
    found = [re.search("\x15(\\d+)_(\\d+)\x15\\s*$", line) for line in lines if line.startswith("*")]
    return [(int(m[1]) / 1000, int(m[2]) / 1000) for m in found if m]


def textgrid(path: Path) -> Spans:
    """Return all intervals whose text is not empty (the shared files hold no points)."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r'xmin = (\S+)\s+xmax = (\S+)\s+text = "([^"]*)"', text)
    return [(float(a), float(b)) for a, b, label in found if label.strip()]


def rttm(path: Path) -> Spans:
    """Return all lines."""
    rows = [line.split() for line in path.read_text().splitlines()]
    return [(float(row[3]), float(row[3]) + float(row[4])) for row in rows]


def boris(path: Path) -> Spans:
    """Return points, and states paired by parity; a state left over is a point."""
    project = json.loads(path.read_text())
    states = {b["code"] for b in project["behaviors_conf"].values() if b["type"].startswith("State")}
    spans: Spans = []
    for observation in project["observations"].values():
        running: dict[str, list[float]] = defaultdict(list)
        timed = [event for event in observation["events"] if event[0] == event[0]]
        for event in sorted(timed, key=lambda event: event[0]):
            if event[2] not in states:
                spans.append((event[0], None))
            else:
                running[json.dumps([event[1], event[2], event[3].strip()])].append(event[0])
        for times in running.values():
            spans += [(times[i], times[i + 1] if i + 1 < len(times) else None) for i in range(0, len(times), 2)]
    return spans


def boris_rows(rows: list[list[str]]) -> Spans:
    """Return the spans of a tabular export's rows, or of an aggregated one's."""
    if "Start (s)" in rows[0]:
        start, stop = rows[0].index("Start (s)"), rows[0].index("Stop (s)")
        times = [(float(row[start]), float(row[stop])) for row in rows[1:]]
        return [(a, b if b > a else None) for a, b in times]
    edges = [row for row in rows if "START" in row or "STOP" in row]
    starts = [float(row[0]) for row in edges if "START" in row]
    stops = [float(row[0]) for row in edges if "STOP" in row]
    return list(zip(starts, stops, strict=True))


def boris_tsv(path: Path) -> Spans:
    """Return the spans of an export as tsv."""
    return boris_rows(list(csv.reader(path.read_text().splitlines(), delimiter="\t")))


def boris_xlsx(path: Path) -> Spans:
    """Return the spans of an export as xlsx."""
    sheet = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return boris_rows([["".join(cell.itertext()) for cell in row] for row in root.iter(f"{sheet}row")])


def jwatcher(path: Path) -> Spans:
    """Return the key presses but the last, which marks the end."""
    lines = path.read_text().split("#BEGIN DATA")[1].split("\n")
    return [(float(line.split(",")[0]) / 1000, None) for line in lines if "," in line and "EOF" not in line]


def mangold(path: Path) -> Spans:
    """Return one event a filled cell of an event row."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    plain = {"Level", "Description", "Number", "Onset_Time", "Offset_Time", "Duration_Time"}
    spans: Spans = []
    for row in rows:
        filled = [name for name, cell in row.items() if name not in plain and cell and cell.strip()]
        if int(row["Level"]) > 2:
            spans += [(float(row["Onset_Time"]), float(row["Offset_Time"]))] * len(filled)
    return spans


def table(path: Path) -> Spans:
    """Return the rows of a plain table by its layout."""
    layout = TABLES[path.parent.name]
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    header = rows.pop(0) if layout.header else [str(number) for number in range(1, len(rows[0]) + 1)]
    onset, offset = header.index(layout.onset), header.index(layout.offset or "")
    unit = 1000 if layout.unit == TimeUnit.MILLISECONDS else 1
    return [(float(row[onset]) / unit, float(row[offset]) / unit) for row in rows]


PARSERS: dict[str, Callable[[Path], Spans]] = {
    ".eaf": eaf,
    ".opf": opf,
    ".its": its,
    ".cha": cha,
    ".TextGrid": textgrid,
    ".rttm": rttm,
    ".boris": boris,
    ".tsv": boris_tsv,
    ".xlsx": boris_xlsx,
    ".dat": jwatcher,
}


def parser_of(name: str) -> Callable[[Path], Spans]:
    """Return the parser for a shared file."""
    if name.startswith("mangold/"):
        return mangold
    return PARSERS.get(Path(name).suffix, table)


def test_the_shared_files_are_there():
    if not FILES:
        pytest.skip("needs ../shared beside the clone, or BOWLBY_SHARED")
    assert set(REFUSED) <= set(FILES)


@pytest.mark.parametrize("name", [name for name in FILES if name not in REFUSED])
def test_counts_and_durations_are_those_of_a_plain_parser(name: str):
    record = read_record(SHARED / name, TABLES.get(name.split("/")[0]))
    expected = parser_of(name)(SHARED / name)
    positive = [offset - onset for onset, offset in expected if offset is not None and offset > onset]
    lengths = (record.events["offset_s"] - record.events["onset_s"]).drop_nulls()
    assert record.events.height == len(expected) > 0
    assert lengths.len() == len(positive)
    # A hole of one tick is closed; a plain parser leaves it open.
    holes = sum(found.count for found in record.quality if found.kind == ProblemKind.TICKS_CLOSED)
    longest = holes * (record.provenance[0].resolution_s or 0.0)
    assert -1e-6 <= lengths.sum() - sum(positive) <= longest + 1e-6
    assert sorted(record.events["onset_s"]) == pytest.approx(sorted(onset for onset, _ in expected), abs=1e-9)


@pytest.mark.parametrize("name", [name for name in FILES if name in REFUSED])
def test_what_holds_no_events_is_refused(name: str):
    _, says = REFUSED[name]
    with pytest.raises(FormatError, match=says) as caught:
        read_record(SHARED / name)
    assert caught.value.remedy
