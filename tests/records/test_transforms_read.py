"""Times all shifted, and rows in another order, in a file of every format: the record moves with the file, or stays."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bowlby.formats.read import read_record, readers
from bowlby.formats.write import write_record
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, Record, UncheckedRecord, assemble

Row = tuple[str, str, int, int]
"""Actor, code, start and end in ms; each actor does one thing at a time, and no two touch."""
Rows = list[Row]
ROWS: Rows = [
    ("CHI", "cry", 1000, 2500), ("MOT", "hold", 3010, 5125), ("CHI", "look", 6000, 7250), ("MOT", "pat", 6500, 7010),
    ("CHI", "cry", 8330, 9990), ("MOT", "hold", 9000, 11005), ("CHI", "look", 12000, 13337),
]  # fmt: skip
MS = TableLayout(TimeUnit.MILLISECONDS, "start", "code", offset="end", actor="actor")


def ends(rows: Rows) -> tuple[int, int]:
    """Return from when to when the visit was watched, ms."""
    return min(row[2] for row in rows) - 1000, max(row[3] for row in rows) + 2000


def turns(rows: Rows) -> list[tuple[str, str, str, int]]:
    """Return a row for each start and stop, in the order of the rows."""
    return [
        (who, code, what, at) for who, code, on, off in rows for what, at in (("START", on), ("STOP", off))
    ]  # fmt: skip


def native(rows: Rows, path: Path) -> None:
    low, high = ends(rows)
    table = [("s", who, "", "", code, on / 1000, off / 1000, "", n) for n, (who, code, on, off) in enumerate(rows, 1)]
    windows = [("s", "observed", None, None, low / 1000, high / 1000, "", "stated")]
    frames = (pl.DataFrame(table, EVENT_SCHEMA, orient="row"), pl.DataFrame(windows, WINDOW_SCHEMA, orient="row"))
    write_record(assemble(UncheckedRecord(*frames), Provenance("a", "", "test", "0")), path, force=True)


def lines(head: str, *body: str) -> str:
    return "\n".join([head, *body]) + "\n"


def table(rows: Rows) -> str:
    return lines("actor,code,start,end", *(",".join(map(str, row)) for row in rows))


def boris(rows: Rows) -> str:
    conf = {
        str(n): {"type": "State event", "code": code, "category": ""}
        for n, code in enumerate(("cry", "hold", "look", "pat"))
    }
    events = [[at / 1000, who, code, "", ""] for who, code, _, at in turns(rows)]
    return json.dumps({"behaviors_conf": conf, "observations": {"o": {"events": events}}})


def boris_tabular(rows: Rows) -> str:
    names = "Time,Media file path,Total length,FPS,Subject,Behavior,Behavioral category,Comment,Status"
    head = "Observation id\to\n\n" + names.replace(",", "\t")
    return lines(
        head, *(f"{at / 1000:.3f}\tNA\tNA\tNA\t{who}\t{code}\t\t\t{what}" for who, code, what, at in turns(rows))
    )


def boris_aggregated(rows: Rows) -> str:
    head = "Observation id,Observation date,Total length,FPS,Subject,Behavior,"
    head += "Behavioral category,Behavior type,Start (s),Stop (s)"
    return lines(
        head,
        *(f"o,2024-01-01,NA,NA,{who},{code},,STATE,{on / 1000:.3f},{off / 1000:.3f}" for who, code, on, off in rows),
    )


def elan(rows: Rows) -> str:
    slots = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{2 * n + side}" TIME_VALUE="{at}"/>'
        for n, row in enumerate(rows)
        for side, at in enumerate(row[2:])
    )
    tiers = ""
    for actor in ("CHI", "MOT"):
        own = "".join(
            f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{n}" '
            f'TIME_SLOT_REF1="ts{2 * n}" TIME_SLOT_REF2="ts{2 * n + 1}">'
            f"<ANNOTATION_VALUE>{code}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
            for n, (who, code, _, _) in enumerate(rows)
            if who == actor
        )
        tiers += f'<TIER LINGUISTIC_TYPE_REF="free" PARTICIPANT="{actor}" TIER_ID="{actor}">{own}</TIER>'
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT FORMAT="3.0" VERSION="3.0">'
        f'<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/><TIME_ORDER>{slots}</TIME_ORDER>{tiers}'
        '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="free" TIME_ALIGNABLE="true"/></ANNOTATION_DOCUMENT>'
    )


def opf(rows: Rows) -> bytes:
    def clock(ms: int) -> str:
        return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}:{ms % 1000:03}"

    body = "#4\n"
    for actor in ("CHI", "MOT"):
        body += f"{actor} (MATRIX,true,)-act|NOMINAL\n"
        body += "".join(f"{clock(on)},{clock(off)},({code})\n" for who, code, on, off in rows if who == actor)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("project", "!project\nname: a\nversion: 5\n")
        archive.writestr("db", body)
    return packed.getvalue()


def datavyu_csv(rows: Rows) -> str:
    own = [[row for row in rows if row[0] == actor] for actor in ("CHI", "MOT")]
    cells = [[f"{n},{on},{off},{code}" for n, (_, code, on, off) in enumerate(part, 1)] for part in own]
    longest = max(map(len, cells))
    padded = [part + [",,,"] * (longest - len(part)) for part in cells]
    head = ",".join(f"{who}.{name}" for who in ("CHI", "MOT") for name in ("ordinal", "onset", "offset", "act"))
    return lines(head, *(",".join(pair) for pair in zip(*padded, strict=True)))


def textgrid(rows: Rows) -> str:
    low, high = ends(rows)
    text = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
    text += f"xmin = {low / 1000}\nxmax = {high / 1000}\ntiers? <exists>\n"
    tiers = list(dict.fromkeys(row[0] for row in rows))
    text += f"size = {len(tiers)}\nitem []:\n"
    for place, actor in enumerate(tiers, 1):
        at, spans = low, []
        for _, code, on, off in sorted((row for row in rows if row[0] == actor), key=lambda row: row[2]):
            spans += [(at, on, ""), (on, off, code)]
            at = off
        spans.append((at, high, ""))
        text += (
            f'item [{place}]:\nclass = "IntervalTier"\nname = "{actor}"\nxmin = {low / 1000}\nxmax = {high / 1000}\n'
        )
        text += f"intervals: size = {len(spans)}\n"
        for n, (on, off, code) in enumerate(spans, 1):
            text += f'intervals [{n}]:\nxmin = {on / 1000}\nxmax = {off / 1000}\ntext = "{code}"\n'
    return text


def chat(rows: Rows) -> str:
    said = [f"*{who}:\t{code} . \x15{on}_{off}\x15" for who, code, on, off in rows]
    return lines("@UTF8\n@Begin\n@Languages:\teng\n@Participants:\tCHI Target_Child, MOT Mother", *said, "@End")


def rttm(rows: Rows) -> str:
    return "".join(
        f"SPEAKER s 1 {on / 1000:.3f} {(off - on) / 1000:.3f} <NA> <NA> {who} <NA> <NA>\n" for who, _, on, off in rows
    )


def its(rows: Rows) -> str:
    low, high = (f"PT{at / 1000:.3f}S" for at in ends(rows))
    name = {"CHI": "CHN", "MOT": "FAN"}
    segments = "".join(
        f'<Segment spkr="{name[who]}" startTime="PT{on / 1000:.3f}S" endTime="PT{off / 1000:.3f}S" />'
        for who, _, on, off in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" ?><ITS fileName="a" version="4.6.0"><ProcessingUnit>'
        f'<Recording num="1" startTime="{low}" endTime="{high}"><Pause num="1" startTime="{low}" endTime="{high}">'
        f"{segments}</Pause></Recording></ProcessingUnit></ITS>"
    )


def jwatcher(rows: Rows) -> str:
    head = "FirstLineOfData=5\n# Format: Focal Data File 1.0\nFocalMasterFile=a.fmf\nStartTime=1704103200000"
    return lines(head, *(f"{on}, {code}" for _, code, on, _ in rows), f"{ends(rows)[1]}, EOF")


def noldus(rows: Rows) -> str:
    head = "Date_dmy;Time_Relative_sf;Duration_sf;Observation;Event_Log;Subject;Behavior;Event_Type;Comment"
    return lines(
        head,
        *(
            f"2024-01-01;{at / 1000:.3f};0;o;log;{who};{code};State {what.lower()};"
            for who, code, what, at in turns(rows)
        ),
    )


def mangold(rows: Rows) -> str:
    low, high = (at / 1000 for at in ends(rows))
    coded = (
        f"3,,{n},{on / 1000},{off / 1000},{(off - on) / 1000},{f'{code},' if who == 'CHI' else f',{code}'}"
        for n, (who, code, on, off) in enumerate(rows, 1)
    )
    head = "Level,Description,Number,Onset_Time,Offset_Time,Duration_Time,CHI Act,MOT Act"
    return lines(head, f"1,play,0,{low},{high},{high - low},,", *coded)


TEXTS: dict[str, tuple[str, Callable[[Rows], str | bytes]]] = {
    "table": ("a.csv", table),
    "boris": ("a.boris", boris),
    "boris tabular": ("a.tsv", boris_tabular),
    "boris aggregated": ("a.csv", boris_aggregated),
    "elan": ("a.eaf", elan),
    "datavyu": ("a.opf", opf),
    "datavyu csv": ("a.csv", datavyu_csv),
    "textgrid": ("a.TextGrid", textgrid),
    "chat": ("a.cha", chat),
    "rttm": ("a.rttm", rttm),
    "lena its": ("a.its", its),
    "jwatcher": ("a.dat", jwatcher),
    "noldus": ("a.csv", noldus),
    "mangold": ("a.csv", mangold),
}
FORMATS = ["native csv", "native parquet", *TEXTS]


def read(rows: Rows, kind: str, folder: Path) -> Record:
    """Write the rows as a file of this format, and read it."""
    if kind.startswith("native"):
        path = folder / f"a.{kind.split()[1]}"
        native(rows, path)
        return read_record(path)
    name, text = TEXTS[kind]
    path, content = folder / name, text(rows)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_record(path, MS) if kind == "table" else read_record(path)


def events(record: Record, by_ms: int = 0) -> list[tuple[object, ...]]:
    """Return the events, times in ms less a shift, in an order of their own."""
    names = ["session", "actor", "channel", "code", "modifiers"]
    return record.events.select(*names, *_ms("onset_s", "offset_s", by_ms)).sort(pl.all()).rows()


def _ms(onset: str, offset: str, by_ms: int) -> list[pl.Expr]:
    return [(pl.col(name) * 1000 - by_ms).round(6) for name in (onset, offset)]


def windows(record: Record, by_ms: int = 0) -> list[tuple[object, ...]]:
    """Return the windows, times in ms less a shift."""
    return record.windows.select("session", "kind", "observed_from", *_ms("onset_s", "offset_s", by_ms)).rows()


FEW = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("kind", FORMATS)
@FEW
@given(st.integers(1, 20_000_000))
def test_times_that_are_all_shifted_shift_the_record(tmp_path: Path, kind: str, by_ms: int):
    still = read(ROWS, kind, tmp_path)
    moved = read([(who, code, on + by_ms, off + by_ms) for who, code, on, off in ROWS], kind, tmp_path)
    assert events(moved, by_ms) == events(still)
    assert moved.events.height == len(ROWS)
    if kind == "jwatcher":  # observed from its clock's zero
        assert [row[:3] for row in windows(moved)] == [row[:3] for row in windows(still)]
    else:
        assert windows(moved, by_ms) == windows(still)


@pytest.mark.parametrize("kind", FORMATS)
@FEW
@given(st.permutations(ROWS))
def test_rows_in_another_order_are_the_same_record(tmp_path: Path, kind: str, rows: Rows):
    one, other = read(ROWS, kind, tmp_path), read(list(rows), kind, tmp_path)
    assert events(other) == events(one)
    assert windows(other) == windows(one)


def test_every_reader_has_a_file(tmp_path: Path):
    used = {read(ROWS, kind, tmp_path).provenance[0].reader for kind in FORMATS}
    assert {reader.NAME for reader in readers()} - used == set()
