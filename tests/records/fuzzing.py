"""Mutated files thrown at the readers: what may come back, how long it may take."""

from __future__ import annotations

import io
import os
import random
import re
import signal
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from bowlby.errors import BowlbyError
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.read import BUILT_IN, HEAD_BYTES, Source, read_record, readers
from bowlby.records.record import Record
from bowlby.records.write import write_record

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
SHARED = Path(os.environ.get("BOWLBY_SHARED", ROOT.parent / "shared")) / "data" / "records"
LARGEST_SPECIMEN = 200_000
DEADLINE_S = 5
MEMORY_BYTES = 1 << 30
LAYOUT = TableLayout(TimeUnit.SECONDS, "onset", "code", offset="offset", actor="who")
TABLE = b"who,onset,offset,code\nchild,1,2.5,cry\ncaregiver,3.25,,pat\n"

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


@dataclass(frozen=True)
class Outcome:
    """What one mutated file led to: the kind of result, and what was wrong about it, or nothing."""

    result: str
    fault: str = ""


def specimens(folder: Path) -> list[Specimen]:
    """Return all examples: the golden files, bowlby's own formats, and the shared real files where there are any."""
    golden = [path for path in sorted(GOLDEN.iterdir()) if path.is_file()]
    found = [_specimen(path) for path in golden if not (GOLDEN / path.stem).is_file()]
    own = write_record(read_record(GOLDEN / "play.eaf"), folder / "own.csv", force=True)
    found += [_specimen(own), Specimen("table", "plain.csv", TABLE)]
    real = [path for path in sorted(SHARED.rglob("*")) if path.is_file()] if SHARED.exists() else []
    found += [_specimen(path) for path in real if path.stat().st_size <= LARGEST_SPECIMEN]
    return [specimen for specimen in found if specimen.reader]


def _specimen(path: Path) -> Specimen:
    data = path.read_bytes()
    source = Source(path, data[:HEAD_BYTES])
    reader = next((reader.NAME for reader in readers() if reader.recognises(source)), "")
    return Specimen(reader, path.name, data)


def fuzzed_readers() -> list[str]:
    """Return the names under which the built-in readers present themselves."""
    return [reader.NAME for reader in readers()][-len(BUILT_IN) :]


def mutated(specimen: Specimen, rng: random.Random) -> bytes:
    """Return a damaged copy: of the file's bytes, or, for archives, of one member as often."""
    if specimen.data.startswith(b"PK") and rng.random() < 0.6:
        return _repacked(specimen.data, rng)
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


def recode(data: bytes, rng: random.Random) -> bytes:
    """Write the text in another encoding."""
    return data.decode("utf-8", "replace").encode(rng.choice(("utf-16", "utf-16-be", "utf-32", "cp500")), "replace")


MUTATIONS = (flip, truncate, delete, repeat, insert, insert, renumber, renumber, swap_lines, recode)


def attempt(path: Path, reader: str | None) -> Outcome:
    """Read one file and say what came of it; anything but a record or a typed error is a fault."""
    started = time.perf_counter()
    try:
        with _deadline(DEADLINE_S):
            record = read_record(path, LAYOUT, format=reader)
        result, fault = "read", _unsound(record)
    except BowlbyError as error:
        result, fault = type(error).__name__, "" if error.message and error.file else "an error without its file"
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of a compiled library is no Exception
        result, fault = "fault", f"{type(error).__name__}: {str(error)[:300]}"
    if time.perf_counter() - started > DEADLINE_S:
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
def _deadline(seconds: int) -> Iterator[None]:
    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fuzz(own: list[Specimen], count: int, folder: Path, seed: int = 0) -> tuple[Counter[str], list[str]]:
    """Throw `count` mutated copies of one reader's specimens at it.

    Half of them are read without saying the format, so that recognition is tried as well.

    Returns:
        (How often each result came, a line for each fault with what is needed to repeat it.)
    """
    reader = own[0].reader
    results: Counter[str] = Counter()
    faults: list[str] = []
    for number in range(count):
        rng = random.Random(f"{reader} {seed} {number}")
        specimen = rng.choice(own)
        path = folder / f"fuzzed{Path(specimen.name).suffix}"
        path.write_bytes(mutated(specimen, rng))
        outcome = attempt(path, rng.choice((reader, None)))
        results[outcome.result] += 1
        if outcome.fault:
            faults.append(f"{specimen.name}, seed {seed}, number {number}: {outcome.fault}")
            path.rename(folder / f"fault-{reader}-{seed}-{number}{path.suffix}")
    return results, faults
