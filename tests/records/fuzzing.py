"""Mutated files thrown at the readers and the codebook: what may come back, how long it may take."""

from __future__ import annotations

import io
import os
import random
import re
import signal
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from bowlby.errors import BowlbyError
from bowlby.formats.read import BUILT_IN, read_record, readers
from bowlby.formats.source import HEAD_BYTES, SourceFile
from bowlby.formats.write import write_record
from bowlby.records.codebook_file import load_codebook
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.record import Record

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
SHARED = Path(os.environ.get("BOWLBY_SHARED", ROOT.parent / "shared")) / "data" / "records"
LARGEST_SPECIMEN = 200_000
CODEBOOKS = ROOT / "examples" / "codebooks"
CODEBOOK = "codebook"
"""What is fuzzed beside the readers, under a name of the same kind."""
DEADLINE_S = 5
LONGEST_WAIT_S = 60
MEMORY_BYTES = 1 << 30
LAYOUT = TableLayout(TimeUnit.SECONDS, "onset", "code", offset="offset", actor="who")
LAYOUTS = (
    LAYOUT,
    TableLayout(TimeUnit.CLOCK, "from", "what", offset="to", actor="who", session="film", channel="tier"),
    TableLayout(TimeUnit.FRAMES, "frame", "code", duration="frames", modifiers=("how",), frames_per_second=25),
    TableLayout(TimeUnit.MILLISECONDS, "segment_onset", "speaker_type", offset="segment_offset"),
    TableLayout(TimeUnit.SECONDS, "startsec", "segtype", offset="endsec"),
    TableLayout(TimeUnit.SECONDS, "3", "2", offset="4", actor="1", header=False),
    TableLayout(TimeUnit.SECONDS, "1", "3", offset="2", header=False),
)
"""Tables are read by the first of these under which the undamaged file reads."""

ODDITIES = (
    *(b"NaN", b"nan", b"inf", b"-inf", b"1e999", b"1e308", b"-1", b"0", b"-0.0", b"9" * 40, b"00:61:61:999"),
    *(b"\x00", b"\x15", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\t", b"\r", b"\n"),
    *(b"<", b">", b"&", b"&#0;", b"&#xD800;", b"&#1114112;", b"]]>", b"<![CDATA[", b"<!--", b"<!DOCTYPE a ["),
    *(b'"', b"'", b"{", b"[", b"(", b"\\", b",", b";", b"#", b"|", b"null", b"true"),
)
"""What has broken readers before, put in anywhere and in the place of numbers."""


@dataclass(frozen=True)
class Specimen:
    """A file that its reader reads."""

    reader: str
    name: str
    data: bytes
    layout: TableLayout = LAYOUT


@dataclass(frozen=True)
class Outcome:
    """What one mutated file led to: the kind of result, and what was wrong about it, or nothing."""

    result: str
    fault: str = ""


@dataclass
class Findings:
    """What many mutated files led to: how often each result came, the slowest, and a line to repeat each fault."""

    results: Counter[str] = field(default_factory=Counter[str])
    slowest_s: float = 0.0
    slowest: str = ""
    faults: list[str] = field(default_factory=list[str])


def specimens(folder: Path) -> list[Specimen]:
    """Return all examples: the golden files, bowlby's own formats, and the shared real files where there are any."""
    golden = [path for path in sorted(GOLDEN.iterdir()) if path.is_file()]
    paths = [path for path in golden if not (GOLDEN / path.stem).is_file()]
    paths += [write_record(read_record(GOLDEN / "play.eaf"), folder / "own.csv", force=True), *_tables(folder)]
    real = [path for path in sorted(SHARED.rglob("*")) if path.is_file()] if SHARED.exists() else []
    paths += [path for path in real if path.stat().st_size <= LARGEST_SPECIMEN]
    found = [specimen for path in paths if (specimen := _specimen(path))]
    return found + [Specimen(CODEBOOK, path.name, path.read_bytes()) for path in sorted(CODEBOOKS.glob("*.toml"))]


def _tables(folder: Path) -> list[Path]:
    """Write plain tables of different make: seconds, clock times in quotes, frames with decimal commas."""
    rng = random.Random(0)
    starts = [number * 3 + rng.randint(0, 200) / 100 for number in range(40)]
    made = {
        "seconds.csv": ["who,onset,offset,code"],
        "clock.tsv": ['film\ttier\t"who"\tfrom\tto\twhat'],
        "frames.csv": ["frame;frames;code;how;note"],
    }
    for start in starts:
        who, code = rng.choice(("child", "caregiver")), rng.choice(("cry", "pat", "look"))
        made["seconds.csv"] += [f"{who},{start},{start + 1.25 if code == 'pat' else ''},{code}"]
        clock = "\t".join(f"00:{int(at // 60):02}:{at % 60:06.3f}" for at in (start, start + 1))
        made["clock.tsv"] += [f'film {start // 60:.0f}\tvoice\t"{who}"\t{clock}\t{code}']
        made["frames.csv"] += [f'{start * 25:.1f};12,5;{code};soft;"he said ""no"""'.replace(".", ",")]
    for name, lines in made.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    return [folder / name for name in made]


def _specimen(path: Path) -> Specimen | None:
    data = path.read_bytes()
    source = SourceFile(path, data[:HEAD_BYTES])
    reader = next((reader.NAME for reader in readers() if reader.recognises(source)), "")
    if reader != "table":
        return Specimen(reader, path.name, data) if reader else None
    return next((Specimen(reader, path.name, data, layout) for layout in LAYOUTS if _reads(path, layout)), None)


def _reads(path: Path, layout: TableLayout) -> bool:
    try:
        read_record(path, layout)
    except BowlbyError:
        return False
    return True


def fuzzed_readers() -> list[str]:
    """Return the names under which the built-in readers present themselves, and the codebook."""
    return [*(reader.NAME for reader in readers()[-len(BUILT_IN) :]), CODEBOOK]


def mutated(specimen: Specimen, rng: random.Random) -> bytes:
    """Return a damaged copy: of the file's bytes, or, for archives, of one member as often."""
    if specimen.data.startswith(b"PK") and rng.random() < 0.6:
        return _repacked(specimen.data, rng)
    if specimen.reader in ("table", CODEBOOK) and rng.random() < 0.6:
        return rng.choice(GENTLE)(specimen.data, rng)
    return _damaged(specimen.data, rng)


def _damaged(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        data = rng.choice(MUTATIONS)(data, rng)
    return data


def _repacked(data: bytes, rng: random.Random) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as copy:
        names = archive.namelist()
        chosen = rng.choice(names)
        for name in names:
            content = archive.read(name)
            copy.writestr(name, _damaged(content, rng) if name == chosen or name.endswith("db") else content)
    return packed.getvalue()


def _place(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.choice((1, 2, 5, 20, 100, 1000)))


def flip(data: bytes, rng: random.Random) -> bytes:
    """Change bits of a few bytes."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 20)) if data else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncate(data: bytes, rng: random.Random) -> bytes:
    """Cut the end off."""
    return data[: rng.randrange(len(data) + 1)]


def delete(data: bytes, rng: random.Random) -> bytes:
    """Take a stretch out."""
    start, stop = _place(data, rng)
    return data[:start] + data[stop:]


def repeat(data: bytes, rng: random.Random) -> bytes:
    """Put a stretch in several times."""
    start, stop = _place(data, rng)
    return data[:stop] + data[start:stop] * rng.choice((1, 2, 50)) + data[stop:]


def insert(data: bytes, rng: random.Random) -> bytes:
    """Put something odd in."""
    start, _ = _place(data, rng)
    return data[:start] + rng.choice(ODDITIES) * rng.choice((1, 1, 1, 2, 100)) + data[start:]


def renumber(data: bytes, rng: random.Random) -> bytes:
    """Put something odd in the place of a number."""
    numbers = list(re.finditer(rb"\d+(?:\.\d+)?", data[:LARGEST_SPECIMEN]))
    if not numbers:
        return insert(data, rng)
    number = rng.choice(numbers)
    return data[: number.start()] + rng.choice(ODDITIES) + data[number.end() :]


def swap_lines(data: bytes, rng: random.Random) -> bytes:
    """Exchange two lines."""
    lines = data.split(b"\n")
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


def recell(data: bytes, rng: random.Random) -> bytes:
    """Put another cell of the same file, or nothing, in the place of a cell."""
    cells = list(re.finditer(rb"[^,;\t\r\n|=]+", data[:LARGEST_SPECIMEN]))
    if not cells:
        return insert(data, rng)
    cell = rng.choice(cells)
    return data[: cell.start()] + rng.choice((rng.choice(cells)[0], b"", b" ", b'""')) + data[cell.end() :]


def repeat_line(data: bytes, rng: random.Random) -> bytes:
    """Put a line in again, elsewhere."""
    lines = data.split(b"\n")
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    return b"\n".join(lines)


def drop_line(data: bytes, rng: random.Random) -> bytes:
    """Leave a line out."""
    lines = data.split(b"\n")
    del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def end_lines(data: bytes, rng: random.Random) -> bytes:
    """End lines as other systems do, with blank ones between."""
    return data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b" \n", b"\r\r\n")))


def recode(data: bytes, rng: random.Random) -> bytes:
    """Write the text in another encoding."""
    return data.decode("utf-8", "replace").encode(rng.choice(("utf-16", "utf-16-be", "utf-32", "cp500")), "replace")


MUTATIONS = (flip, truncate, delete, repeat, insert, insert, renumber, renumber, swap_lines, recode)
GENTLE = (flip, recell, recell, repeat_line, drop_line, end_lines, renumber, swap_lines)
"""What leaves most of a strict format standing: else nearly every damaged table stops at its header."""


def attempt(path: Path, reader: str | None, layout: TableLayout = LAYOUT) -> Outcome:
    """Read one file and say what came of it; anything but a record or a typed error is a fault."""

    def read() -> str:
        return _unsound(read_record(path, layout, format=reader))

    return _outcome(read)


def attempt_codebook(path: Path) -> Outcome:
    """Load one codebook and say what came of it; anything but a codebook or a typed error is a fault."""

    def load() -> str:
        load_codebook(path)
        return ""

    return _outcome(load)


def _outcome(read: Callable[[], str]) -> Outcome:
    started = time.process_time()
    try:
        with _deadline():
            result, fault = "read", read()
    except BowlbyError as error:
        result, fault = type(error).__name__, "" if error.message and error.file else "an error without its file"
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of a compiled library is no Exception
        result, fault = "fault", f"{type(error).__name__}: {str(error)[:300]}"
    if time.process_time() - started > DEADLINE_S:
        result, fault = "fault", f"took longer than {DEADLINE_S} s"
    return Outcome(result, fault)


def _unsound(record: Record) -> str:
    times = [record.events["onset_s"], record.events["offset_s"].drop_nulls(), record.windows["onset_s"]]
    if not all(column.is_finite().all() for column in times) or record.events["onset_s"].null_count():
        return "a time that is no finite number"
    events = record.events
    if events["code"].null_count():
        return "a code that is null, not text"
    if ((events["offset_s"] - events["onset_s"]).drop_nulls() <= 0).any():
        return "an event that does not end after its onset"
    missing = set(events["session"]) - set(record.sessions)
    return f"sessions without a window: {missing}" if missing else ""


@contextmanager
def _deadline() -> Iterator[None]:
    """Stop what computes for too long, whatever else the machine does meanwhile, or waits for what never comes."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer within {DEADLINE_S} s")

    before = [signal.signal(kind, late) for kind in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, DEADLINE_S)
    signal.alarm(LONGEST_WAIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        for kind, handler in zip((signal.SIGPROF, signal.SIGALRM), before, strict=True):
            signal.signal(kind, handler)


def fuzz(own: list[Specimen], numbers: range, folder: Path, seed: int = 0) -> Findings:
    """Throw numbered mutated copies of one reader's specimens at it; a number and a seed make the same copy again.

    Half of them are read without saying the format, so that recognition is tried as well.
    """
    findings = Findings()
    for number in numbers:
        rng = random.Random(f"{own[0].reader} {seed} {number}")
        specimen = rng.choice(own)
        path = folder / f"fuzzed{Path(specimen.name).suffix}"
        path.write_bytes(mutated(specimen, rng))
        started = time.process_time()
        outcome = _attempted(specimen, path, rng)
        spent = time.process_time() - started
        findings.results[outcome.result] += 1
        where = f"{specimen.name}, seed {seed}, number {number}"
        if spent > findings.slowest_s:
            findings.slowest_s, findings.slowest = spent, where
        if outcome.fault:
            findings.faults.append(f"{where}: {outcome.fault}")
            path.rename(folder / f"fault-{specimen.reader}-{seed}-{number}{path.suffix}")
    return findings


def _attempted(specimen: Specimen, path: Path, rng: random.Random) -> Outcome:
    if specimen.reader == CODEBOOK:
        return attempt_codebook(path)
    return attempt(path, rng.choice((specimen.reader, None)), specimen.layout)
