"""Reading: whole days and large projects, against the readers that labs use today.

Both sides go from a path to a table of events. Ours also hashes the file, recognises its format and checks its quality.
The bar goes by wall time, the best of several alternating runs: it is what a person waits for, and each side uses the
cores as it can. Processor time stands beside it. Memory is the peak of a fresh process above what it took before.
pandas comes in two forms: as it installs by itself, texts kept in Python, and with pyarrow beside it.
"""

from __future__ import annotations

import gc
import hashlib
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from bench import Row
from bowlby.formats.read import read_record
from bowlby.records.layout import TableLayout, TimeUnit

FEWEST_TURNS = 15
LEAST_S = 3.0
"""Seconds of turns: fifteen of a small file take a third of a second, all of which one neighbour's work can fill."""
LENA = ("MAN", "FAN", "CHN", "CXN", "OLN", "SIL", "TVF", "NOF", "FAF", "MAF")
SEGMENT_LIST = TableLayout(TimeUnit.SECONDS, "startsec", "segtype", offset="endsec")
EVENTS = TableLayout(TimeUnit.SECONDS, "onset", "code", offset="offset", actor="actor", session="session")
READ_SEGMENTS = partial(read_record, layout=SEGMENT_LIST)
READ_EVENTS = partial(read_record, layout=EVENTS)
SEGMENTS_A_DAY = 22461


@dataclass(frozen=True)
class Case:
    """One file, and who reads it."""

    what: str
    make: Callable[[Path], None]
    ours: Callable[[Path], object]
    peer: Callable[[Path], object]
    peer_name: str
    suffix: str
    bar: float | None = 5


def make_eaf(path: Path, annotations: int = 8600, tiers: int = 6) -> None:
    """Write an ELAN document of 2.5 MB: as many aligned tiers as reference tiers that hang on them."""
    rng = random.Random(1)
    slots: list[str] = []
    bodies: list[str] = []
    number = 0
    for tier in range(tiers):
        rows, references, at = [], [], 0
        for _ in range(annotations // tiers // 2):
            start = at + rng.randint(100, 3000)
            at = start + rng.randint(100, 3000)
            first = len(slots) + 1
            slots += [f'        <TIME_SLOT TIME_SLOT_ID="ts{first}" TIME_VALUE="{start}"/>\n']
            slots += [f'        <TIME_SLOT TIME_SLOT_ID="ts{first + 1}" TIME_VALUE="{at}"/>\n']
            number += 2
            times = f'TIME_SLOT_REF1="ts{first}" TIME_SLOT_REF2="ts{first + 1}"'
            rows.append(eaf_annotation("ALIGNABLE", f"a{number}", times, f"code{rng.randint(0, 9)}"))
            link = f'ANNOTATION_REF="a{number}"'
            references.append(eaf_annotation("REF", f"a{number + 1}", link, f"form {rng.randint(0, 9)}"))
        head = f'PARTICIPANT="P{tier}" TIER_ID="tier{tier}"'
        bodies.append(f'    <TIER LINGUISTIC_TYPE_REF="free" {head}>\n{"".join(rows)}    </TIER>\n')
        head = f'PARENT_REF="tier{tier}" PARTICIPANT="P{tier}" TIER_ID="form@tier{tier}"'
        bodies.append(f'    <TIER LINGUISTIC_TYPE_REF="form" {head}>\n{"".join(references)}    </TIER>\n')
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-02T03:04:05+00:00" FORMAT="3.0" VERSION="3.0" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">\n'
        f'    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/>\n    <TIME_ORDER>\n{"".join(slots)}    </TIME_ORDER>\n'
        f"{''.join(bodies)}"
        '    <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="free" TIME_ALIGNABLE="true"/>\n'
        '    <LINGUISTIC_TYPE CONSTRAINTS="Symbolic_Association" LINGUISTIC_TYPE_ID="form" TIME_ALIGNABLE="false"/>\n'
        '    <CONSTRAINT DESCRIPTION="1-1 association with a parent annotation" STEREOTYPE="Symbolic_Association"/>\n'
        "</ANNOTATION_DOCUMENT>\n"
    )


def eaf_annotation(kind: str, name: str, link: str, value: str) -> str:
    """Return one annotation as ELAN indents it."""
    return (
        f'        <ANNOTATION>\n            <{kind}_ANNOTATION ANNOTATION_ID="{name}"\n                {link}>\n'
        f"                <ANNOTATION_VALUE>{value}</ANNOTATION_VALUE>\n"
        f"            </{kind}_ANNOTATION>\n        </ANNOTATION>\n"
    )


def make_its(path: Path, hours: float = 16) -> None:
    """Write a LENA file of a day, with the attributes that LENA gives each kind of segment."""
    rng = random.Random(2)
    at, block, lines = 0.0, 0, []
    while at < hours * 3600:
        block += 1
        kind = rng.choice(("Pause", "Conversation"))
        start, segments = at, []
        for _ in range(rng.randint(2, 24)):
            stop = at + round(rng.uniform(0.6, 3.2), 2)
            segments.append(its_segment(rng, at, stop))
            at = stop
        span = f'startTime="PT{start:.2f}S" endTime="PT{at:.2f}S"'
        sums = " ".join(f'{name}="P{rng.uniform(0, 60):.2f}S"' for name in LENA)
        lines.append(f'            <{kind} num="{block}" average_dB="-24.23" peak_dB="-1.11" {sums} {span}>\n')
        lines += [*segments, f"            </{kind}>\n"]
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE ITS SYSTEM "its.dtd" >\n<ITS fileName="synthetic">\n'
        "    <!-- made by the bench -->\n    <ProcessingUnit>\n"
        f'        <Recording num="1" startTime="PT0.00S" endTime="PT{at:.2f}S">\n{"".join(lines)}        </Recording>\n'
        "    </ProcessingUnit>\n</ITS>\n"
    )


def its_segment(rng: random.Random, start: float, stop: float) -> str:
    """Return one segment."""
    speaker = rng.choice(LENA)
    more = ""
    if speaker == "CHN":
        more = 'childUttCnt="1" childUttLen="P0.80S" childCryVfxLen="PT0.20S" startUtt1="PT1.00S" endUtt1="PT1.80S" '
    if speaker in ("FAN", "MAN"):
        sex = "female" if speaker == "FAN" else "male"
        more = f'{sex}AdultWordCnt="{rng.uniform(0, 9):.2f}" {sex}AdultNonSpeechLen="P0.00S" {sex}AdultUttCnt="0" '
    level = f'average_dB="-{rng.uniform(20, 50):.2f}" peak_dB="-{rng.uniform(5, 40):.2f}"'
    times = f'startTime="PT{start:.2f}S" endTime="PT{stop:.2f}S"'
    return f'                <Segment spkr="{speaker}" {level} {more}{times} />\n'


def make_cha(path: Path, utterances: int = 20000) -> None:
    """Write a CHAT transcript with morphology tiers."""
    rng = random.Random(3)
    lines, at = [], 0
    for _ in range(utterances):
        start = at + rng.randint(0, 900)
        at = start + rng.randint(200, 3000)
        lines.append(
            f"*{rng.choice(('CHI', 'MOT'))}:\tlook at the ball over there . \x15{start}_{at}\x15\n"
            "%mor:\tv|look prep|at det|the n|ball adv|over adv|there .\n"
            "%gra:\t1|0|ROOT 2|1|JCT 3|4|DET 4|2|POBJ 5|1|JCT 6|1|JCT 7|1|PUNCT\n"
        )
    people = "@Participants:\tCHI Target_Child, MOT Mother\n@ID:\teng|x|CHI|||||Target_Child|||\n"
    head = f"@UTF8\n@Begin\n@Languages:\teng\n{people}@ID:\teng|x|MOT|||||Mother|||\n@Media:\t{path.stem}, audio\n"
    path.write_text(f"{head}{''.join(lines)}@End\n")


def make_csv(path: Path, rows: int = 1_000_000) -> None:
    """Write a plain table of events."""
    codes = pl.Series(["cry", "bid", "pat", "look"] * (rows // 4))
    at = pl.int_range(rows, eager=True) * 0.75
    frame = pl.DataFrame({"session": "s1", "actor": codes, "code": codes, "onset": at, "offset": at + 0.5})
    frame.write_csv(path, float_precision=3)


def make_segments(path: Path, rows: int = SEGMENTS_A_DAY) -> None:
    """Write a day's list of LENA segments."""
    rng = random.Random(4)
    at, lines = 0.0, ["segtype,startsec,endsec\n"]
    for _ in range(rows):
        stop = at + rng.uniform(0.6, 4)
        lines.append(f"{rng.choice(LENA)},{at:.2f},{stop:.2f}\n")
        at = stop
    path.write_text("".join(lines))


def make_month_of_segments(path: Path, rows: int = 30 * SEGMENTS_A_DAY) -> None:
    """Write a study's list of LENA segments: thirty days in one file."""
    make_segments(path, rows)


def read_eaf_with_pympi(path: Path) -> pd.DataFrame:
    """Return all annotations of all tiers by pympi-ling."""
    import pympi

    document = pympi.Elan.Eaf(str(path))
    rows = [
        (tier, item[0] / 1000, item[1] / 1000, item[2])
        for tier in document.get_tier_names()
        for item in document.get_annotation_data_for_tier(tier)
    ]
    return pd.DataFrame(rows, columns=["tier", "onset", "offset", "code"])


def read_its_with_dom(path: Path) -> pd.DataFrame:
    """Return all segments from a document tree, one mapping a segment, as corpus tools in Python do."""
    from lxml import etree

    seconds = re.compile(r"^PT?(\d+(?:\.\d+)?)S$")
    rows = []
    for recording in etree.parse(str(path)).xpath("/ITS/ProcessingUnit/Recording"):
        for segment in recording.xpath("./Pause/Segment|./Conversation/Segment"):
            start, stop = (seconds.match(segment.get(name)) for name in ("startTime", "endTime"))
            row = {"onset": float(start[1]), "offset": float(stop[1]), "speaker": segment.get("spkr")}
            row["block"] = int(segment.getparent().get("num"))
            row["words"] = sum(float(segment.get(f"{sex}AdultWordCnt", 0)) for sex in ("female", "male"))
            row["utterances"] = int(segment.get("childUttCnt", 0))
            row["cries"] = segment.get("childCryVfxLen", "")
            row["level"] = float(segment.get("average_dB"))
            rows.append(row)
    return pd.DataFrame(rows)


def read_cha_with_pylangacq(path: Path) -> pd.DataFrame:
    """Return all utterances with their times by pylangacq."""
    import pylangacq

    utterances = pylangacq.read_chat(str(path)).utterances()
    return pd.DataFrame([(item.participant, item.time_marks) for item in utterances], columns=["speaker", "time"])


def read_csv_with_pandas(path: Path) -> pd.DataFrame:
    """Return a table by pandas as it comes: no check, no hash."""
    return pd.read_csv(path)


def check_csv_with_pandas(path: Path) -> tuple[pd.DataFrame, dict[str, int], pd.DataFrame, str]:
    """Return a table by pandas after the checks that a record goes through, its windows, and the file's hash."""
    frame = pd.read_csv(path)
    onset, offset = (frame[name] for name in frame.columns[-2:])
    if not np.isfinite(frame[[onset.name, offset.name]].to_numpy()).all():
        raise ValueError("a time is no number")
    sessions = frame["session"] if "session" in frame else pd.Series("one", frame.index)
    found = {
        "offset before onset": int((offset < onset).sum()),
        "zero length": int((offset == onset).sum()),
        "unsorted": int((onset < onset.groupby(sessions).shift()).sum()),
        "duplicates": int(frame.duplicated().sum()),
        "without code": int((frame.select_dtypes(exclude="number") == "").sum().sum()),
    }
    frame["row"] = np.arange(2, len(frame) + 2)
    frame = frame.assign(session=sessions).sort_values(["session", onset.name], kind="stable")
    windows = frame.groupby("session").agg({onset.name: "min", offset.name: "max"})
    with path.open("rb") as handle:
        return frame, found, windows, hashlib.file_digest(handle, "sha256").hexdigest()


def check_csv_with_plain_pandas(path: Path) -> tuple[pd.DataFrame, dict[str, int], pd.DataFrame, str]:
    """Return the same by pandas as it installs by itself."""
    with pd.option_context("mode.string_storage", "python"):
        return check_csv_with_pandas(path)


SAME_CHECKS = "pandas with the same checks"
WITH_PYARROW = "pandas with the same checks, pyarrow beside it"
A_MONTH = "LENA list, 30 days"
CASES = (
    Case("ELAN, 2.5 MB", make_eaf, read_record, read_eaf_with_pympi, "pympi-ling", ".eaf", 4),
    Case("LENA .its, 16 h", make_its, read_record, read_its_with_dom, "lxml tree to pandas", ".its"),
    Case("CHAT, 20,000 utterances", make_cha, read_record, read_cha_with_pylangacq, "pylangacq", ".cha"),
    Case("csv, 1,000,000 rows", make_csv, READ_EVENTS, check_csv_with_plain_pandas, SAME_CHECKS, ".csv", 3),
    Case("csv, 1,000,000 rows", make_csv, READ_EVENTS, check_csv_with_pandas, WITH_PYARROW, ".csv", None),
    Case("csv, 1,000,000 rows", make_csv, READ_EVENTS, read_csv_with_pandas, "pandas, parsing only", ".csv", None),
    Case("LENA list, 1 day", make_segments, READ_SEGMENTS, check_csv_with_plain_pandas, SAME_CHECKS, ".csv", 3),
    Case("LENA list, 1 day", make_segments, READ_SEGMENTS, check_csv_with_pandas, WITH_PYARROW, ".csv", None),
    Case("LENA list, 1 day", make_segments, READ_SEGMENTS, read_csv_with_pandas, "pandas, parsing only", ".csv", None),
    Case(A_MONTH, make_month_of_segments, READ_SEGMENTS, check_csv_with_plain_pandas, SAME_CHECKS, ".csv", None),
    Case(A_MONTH, make_month_of_segments, READ_SEGMENTS, check_csv_with_pandas, WITH_PYARROW, ".csv", None),
)


def run() -> list[Row]:
    """Return time and memory of each case."""
    rows: list[Row] = []
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(CASES):
            path = Path(folder) / f"case{number}{case.suffix}"
            case.make(path)
            rows += time_rows(case, path) + ([memory_row(number, path)] if case.bar else [])
    return rows


def time_rows(case: Case, path: Path) -> list[Row]:
    """Return the best times of both sides, measured in turns: wall time, and processor time without a bar."""
    ours, theirs = [], []
    started = time.perf_counter()
    while len(ours) < FEWEST_TURNS or time.perf_counter() - started < LEAST_S:
        ours.append(seconds_of(case.ours, path))
        theirs.append(seconds_of(case.peer, path))
    what = f"{case.what} ({path.stat().st_size / 1e6:.1f} MB)"
    rows: list[Row] = []
    for clock, (name, bar) in enumerate((("time", case.bar), ("processor time", None))):
        best, peer = (min(spent[clock] for spent in side) for side in (ours, theirs))
        named = f"{peer * 1000:.1f} ms, {case.peer_name}"
        rows.append(Row(f"{what}: {name}", f"{best * 1000:.1f} ms", named, peer / best, bar))
    return rows


def seconds_of(read: Callable[[Path], object], path: Path) -> tuple[float, float]:
    """Return the wall time and the processor time of one reading, free of what the other side left to be collected."""
    gc.collect()
    wall, processor = time.perf_counter(), time.process_time()
    read(path)
    return time.perf_counter() - wall, time.process_time() - processor


def memory_row(number: int, path: Path) -> Row:
    """Return the added memory of both sides as multiples of the file."""
    ours, theirs = (added_memory(number, side, path) for side in ("ours", "peer"))
    size = path.stat().st_size
    bar = 10 if size > 1e6 else None
    times = [f"{bytes_ / 1e6:.0f} MB" for bytes_ in (ours, theirs)]
    return Row(f"{CASES[number].what}: added memory over file size", times[0], times[1], ours / size, bar, at_most=True)


def added_memory(number: int, side: str, path: Path) -> float:
    """Return the bytes that a fresh process adds to what it took after a first, tiny reading."""
    script = "import sys; from bench.reading import print_memory; print_memory(*sys.argv[1:])"
    command = [sys.executable, "-c", script, str(number), side, str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def print_memory(number: str, side: str, path: str) -> None:
    """Print the bytes by which the peak exceeds what the process took before."""
    case = CASES[int(number)]
    read = case.ours if side == "ours" else case.peer
    with tempfile.TemporaryDirectory() as folder:
        tiny = Path(folder) / f"tiny{case.suffix}"
        case.make(tiny, **TINY[case.make.__name__])
        read(tiny)
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    table = read(Path(path))
    print(resident("VmHWM") - before)
    del table


TINY: dict[str, dict[str, int]] = {
    "make_eaf": {"annotations": 24},
    "make_its": {"hours": 1},
    "make_cha": {"utterances": 20},
    "make_csv": {"rows": 40},
    "make_segments": {"rows": 40},
    "make_month_of_segments": {"rows": 40},
}


def resident(name: str) -> int:
    """Return a figure of /proc/self/status in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{name}:")[1].split()[0]) * 1024
