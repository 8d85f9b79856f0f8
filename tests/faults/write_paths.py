"""The ways in which bowlby writes: a command for each, what it leaves, and what stood there before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORD = str(ROOT / "examples" / "records" / "play.csv")
BOWLBY = ("-c", "from bowlby.cli import main; main()")
COHORT = """title = "A small cohort"
population = "pooled"
children = 40
truth = ["6mo"]

[[measures]]
name = "rated sensitivity"
ages = ["6mo"]
"""


class Kind(Enum):
    """What a target may be after a fault, beside absent, old and new."""

    WHOLE = auto()  # nothing else
    FOLDER_OF_WHOLE = auto()  # a folder of files, each of them new, old or absent
    RESUMED = auto()  # begun: the same command goes on


@dataclass(frozen=True)
class WritePath:
    """A way of writing.

    Args:
        name: what is written, as the table says it.
        by: the command, as the table says it.
        words: Python's arguments, given the folder of the disk.
        targets: names in that folder.
        kind: what a target may be.
        old: makes what `--force` replaces, given the folder; None where nothing is replaced.
        points: how many of the writing calls are made to fail.
    """

    name: str
    by: str
    words: Callable[[Path], tuple[str, ...]]
    targets: tuple[str, ...]
    kind: Kind = Kind.WHOLE
    old: Callable[[Path], None] | None = None
    points: int = 3


def _command(*words: str) -> Callable[[Path], tuple[str, ...]]:
    """Return the words of a command; those that begin with @ are names on the disk."""
    return lambda disk: (*BOWLBY, *(str(disk / word[1:]) if word.startswith("@") else word for word in words))


def _posterior(name: str) -> Callable[[Path], tuple[str, ...]]:
    return lambda disk: ("-m", "tests.faults.save_posterior", str(disk / name))


def _old_files(*names: str) -> Callable[[Path], None]:
    def make(disk: Path) -> None:
        for name in names:
            (disk / name).parent.mkdir(parents=True, exist_ok=True)
            (disk / name).write_text("old\n")

    return make


def _session_files(disk: Path) -> str:
    """Lay four sessions, no two of them the same, beside the disk, so that their parts are kept one by one."""
    folder = disk.with_name("sessions")
    folder.mkdir(exist_ok=True)
    lines = Path(RECORD).read_bytes().splitlines(keepends=True)
    for number in range(4):
        (folder / f"{number}.csv").write_bytes(b"".join(lines[: len(lines) - number]))
    return str(folder)


def _measured_study(disk: Path) -> tuple[str, ...]:
    return (*BOWLBY, "measure", _session_files(disk), "--workers", "1", "-o", str(disk / "study.parquet"))


def _cohort(disk: Path) -> tuple[str, ...]:
    design = disk.with_name("cohort.toml")
    design.write_text(COHORT)
    return (*BOWLBY, "cohort", str(design), "--csv", "-o", str(disk / "cohort"))


CODEBOOK = WritePath(
    "text: codebook, page, record as BORIS or SDIS",
    "codebook init -o",
    _command("codebook", "init", RECORD, "-o", "@codes.toml"),
    ("codes.toml",),
    old=_old_files("codes.toml"),
    points=6,
)
RECORD_COPY = WritePath(
    "record as csv or parquet",
    "record -o",
    _command("record", RECORD, "-o", "@record.parquet"),
    ("record.parquet",),
)
TABLE = WritePath(
    "table of measures, its dictionary and problems",
    "measure -o",
    _command("measure", RECORD, "-o", "@m.csv"),
    ("m.csv", "m.dictionary.csv", "m.problems.csv"),
    old=_old_files("m.csv", "m.dictionary.csv", "m.problems.csv"),
)
STUDY = WritePath(
    "parts of an interrupted measure run",
    "measure FOLDER -o",
    _measured_study,
    ("study.parquet", "study.dictionary.csv", "study.problems.csv"),
    points=4,
)
FIGURES = WritePath(
    "figures, svg and png",
    "agree --figures",
    _command("agree", RECORD, RECORD, "--figures", "@figures"),
    ("figures",),
    Kind.FOLDER_OF_WHOLE,
    points=3,
)
REPORT = WritePath(
    "report page",
    "report -o",
    _command("report", RECORD, "--measures-only", "-o", "@report.html"),
    ("report.html",),
    old=_old_files("report.html"),
    points=2,
)
NETCDF = WritePath(
    "posterior as netCDF",
    "infer -o x.nc",
    _posterior("posterior.nc"),
    ("posterior.nc",),
    old=_old_files("posterior.nc"),
)
ZARR = WritePath(
    "posterior as Zarr",
    "infer -o x.zarr",
    _posterior("posterior.zarr"),
    ("posterior.zarr",),
    old=_old_files("posterior.zarr/.zgroup", "posterior.zarr/posterior/x/0.0"),
)
STORE = WritePath(
    "cohort store with checkpoints",
    "simulate -o",
    _command("simulate", "-n", "4", "--until", "3mo", "--trace", "1mo,2mo", "-o", "@cohort.zarr"),
    ("cohort.zarr",),
    Kind.RESUMED,
    old=_old_files("cohort.zarr/zarr.json", "cohort.zarr/c/0"),
    points=3,
)
DATA_SET = WritePath(
    "data set of a cohort and its manifest",
    "cohort -o",
    _cohort,
    ("cohort",),
    Kind.RESUMED,
    old=_old_files("cohort/manifest.json", "cohort/observed/part-000000.parquet"),
    points=3,
)

ALL = {
    "text": CODEBOOK,
    "record": RECORD_COPY,
    "table": TABLE,
    "parts": STUDY,
    "figures": FIGURES,
    "page": REPORT,
    "netcdf": NETCDF,
    "zarr": ZARR,
    "store": STORE,
    "data-set": DATA_SET,
}
