"""The inputs that once gave a wrong number: docs/cases.md says what each gives now, recomputed here."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bowlby.errors import BowlbyError
from bowlby.formats.load import LoadOptions, load_coded, load_record
from bowlby.formats.read import read_record
from bowlby.formats.scaffold import scaffold
from bowlby.measures.batch import FileWork, measure_files, pooled
from bowlby.measures.session import measure
from bowlby.measures.value import Measure, MeasureStatus
from bowlby.records.codebook_file import codebook_from, load_codebook
from bowlby.records.coded_record import CodedRecord
from bowlby.records.quality import ProblemKind
from bowlby.reliability.compare import compare
from bowlby.reliability.roles import by_role

ROOT = Path(__file__).parents[2]
CASES = Path(os.environ.get("BOWLBY_SHARED", ROOT.parent / "shared")) / "data" / "cases"
PAGE = ROOT / "docs" / "cases.md"


def coded(folder: str, file: str, book: str, observed: str = "") -> CodedRecord:
    """Return a case under its codebook, with lines of an [observed] section where they are given."""
    text = (CASES / folder / book).read_text(encoding="utf-8")
    with TemporaryDirectory() as place:
        own = Path(place) / book
        own.write_text(f"{text}\n[observed]\n{observed}\n" if observed else text, encoding="utf-8")
        return load_coded([CASES / folder / file], LoadOptions(own))


def measured(record: CodedRecord, name: str) -> list[Measure]:
    """Return a measure of every session, pair and span of a record."""
    return [one for one in measure(record, shifts=20).measures if one.name == name]


def shown(found: list[Measure]) -> str:
    """Return measures in words: the estimate, or why there is none."""
    return "; ".join(
        (f"{one.estimate:.4g} {one.unit}" if one.estimate is not None else "no number")
        + ("" if one.status is MeasureStatus.ASSESSED else f" ({one.status})")
        for one in found
    )


def refused_or(compute: Callable[[], str]) -> str:
    """Return what is computed, or that the file is refused."""
    try:
        return compute()
    except BowlbyError as error:
        return f"refused: {error.message}"


def events_of(folder: str, file: str, book: str | None = None) -> str:
    """Return how many events a file gives."""

    def compute() -> str:
        how = LoadOptions(None if book is None else CASES / folder / book)
        return f"read, {load_record(CASES / folder / file, how).events.height} events"

    return refused_or(compute)


def differing(files: tuple[str, str], book: str) -> str:
    """Return in how many measures two codings of one film differ."""
    first, second = (measure(coded("resolution", file, book), shifts=20).measures for file in files)
    unlike = sum(
        (a.estimate, a.low, a.high, a.n, a.status) != (b.estimate, b.low, b.high, b.n, b.status)
        for a, b in zip(first, second, strict=True)
    )
    return f"{unlike} of {len(first)} measures differ"


def lost() -> str:
    return shown(measured(coded("lost", "b_strtime.boris", "b.toml"), "rate: cue.distress"))


def midnight() -> str:
    return refused_or(lambda: shown(measured(coded("midnight", "mid2.csv", "tc.toml"), "rate: cue.distress")))


def addressee() -> str:
    found = measured(
        load_coded([CASES / "addressee" / "one_twin_answered.csv"], LoadOptions()), "share answered: distress"
    )
    texts = [f"{one.child}: {'-' if one.estimate is None else round(one.estimate * one.n)} of {one.n}" for one in found]
    return "; ".join(texts)


def agreement() -> str:
    book = load_codebook(CASES / "agreement" / "ag.toml")
    a, b = (read_record(CASES / "agreement" / file, book.layout) for file in ("un_a.csv", "un_b.csv"))
    found = next(one for one in compare(*by_role(a, b, book)).agreement if one.name == "time-unit kappa")
    return f"kappa {found.estimate:.3f} over {found.n} units"


def unpaired() -> str:
    problems = read_record(CASES / "formats" / "agg_de2.csv").quality
    return "; ".join(f"{one.kind} ({one.count})" for one in problems if one.kind is ProblemKind.UNPAIRED_STATE)


def beyond() -> str:
    problems = read_record(CASES / "formats" / "tg1.TextGrid").quality
    return "; ".join(f"{one.kind} ({one.count})" for one in problems)


def part() -> str:
    found = [coded("observed", "part.csv", "part.toml", stated) for stated in ("", "from_s = 600\nto_s = 900")]
    texts = [shown(measured(one, "rate: voice")) for one in found]
    return f"unstated: {texts[0]}; from 600 to 900 s: {texts[1]}"


def clips() -> str:
    found = [coded("observed", "elan.eaf", "elan.toml", stated) for stated in ("", 'clips = { channel = "clip" }')]
    texts = [shown(measured(one, "rate: cue.vocal")) for one in found]
    return f"unstated: {texts[0]}; clips named: {texts[1]}"


def clusters() -> str:
    files = [CASES / "clusters" / name for name in ("two_s1.csv", "two_s2.csv")]
    batch = measure_files(files, FileWork(LoadOptions(CASES / "clusters" / "base_ns.toml")), workers=1)
    one = next(found for found in pooled(batch, {}) if found.name == "share answered: distress")
    if one.estimate is None or one.low is None or one.high is None:
        return str(one.status)
    return f"{one.estimate:.2f} ({one.low:.2f} to {one.high:.2f})"


def turns() -> str:
    record = read_record(CASES / "turns" / "touch.cha")
    book = codebook_from(
        {
            "codebook": {"name": "turns"},
            "codable": {"child": ["cue.vocal"], "caregiver": ["voice"]},
            "code": [
                {"code": "utterance", "actor": "CHI", "means": ["cue.vocal"]},
                {"code": "utterance", "actor": "MOT", "means": ["voice"]},
            ],
        }
    )
    found = measured(book.apply(record), "utterances taken up")[0]
    assert found.estimate is not None and found.denominator is not None
    return f"{found.estimate * found.denominator:.0f} of {found.denominator:.0f}"


def speakers(folder: str, file: str) -> str:
    events = read_record(CASES / folder / file).events
    counts = events.group_by("actor", "code", maintain_order=True).len().rows()
    return "; ".join(f"{actor} {code} {count}" for actor, code, count in counts)


def suggested() -> str:
    found = scaffold([CASES / "scaffold" / "neg.csv"], "neg.csv").codes
    return "; ".join(f"{one['code']}: {one['suggestion'] or 'nothing'}" for one in found)


NOW: dict[str, Callable[[], str]] = {
    "lost/b_strtime.boris": lost,
    "midnight/mid2.csv": midnight,
    "addressee/one_twin_answered.csv": addressee,
    "agreement/un_a.csv, un_b.csv": agreement,
    "formats/agg_de2.csv": unpaired,
    "formats/us_thousand.csv": lambda: events_of("formats", "us_thousand.csv", "tms.toml"),
    "formats/de_sep.csv": lambda: events_of("formats", "de_sep.csv", "tms.toml"),
    "formats/dv_neg.csv": lambda: events_of("formats", "dv_neg.csv"),
    "formats/tg1.TextGrid": beyond,
    "observed/part.csv": part,
    "observed/elan.eaf": clips,
    "resolution/b_gap0.boris, b_gap1.boris": lambda: differing(("b_gap0.boris", "b_gap1.boris"), "aff.toml"),
    "resolution/fc0.csv, fc1.csv": lambda: differing(("fc0.csv", "fc1.csv"), "ms.toml"),
    "clusters/two_s1.csv, two_s2.csv": clusters,
    "turns/touch.cha": turns,
    "formats/tabs.rttm": lambda: speakers("formats", "tabs.rttm"),
    "formats/c3.cha": lambda: speakers("formats", "c3.cha"),
    "scaffold/neg.csv": suggested,
}


def rows() -> dict[str, str]:
    """Return the last column of the page's table by its first."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {row[0].strip("`"): row[-1] for row in cells}


def filled(page: str) -> str:
    """Return the page with its last column worked out again: python -m tests.records.test_cases."""
    lines = page.splitlines()
    for place, line in enumerate(lines):
        if line.startswith("| `"):
            *cells, _ = line.strip("|").split(" | ")
            lines[place] = f"|{' | '.join(cells)} | {NOW[cells[0].strip().strip('`')]()} |"
    return "\n".join(lines) + "\n"


def test_the_page_has_a_row_for_each_case():
    assert list(rows()) == list(NOW)


@pytest.mark.parametrize("case", NOW)
def test_a_case_gives_what_the_page_says(case: str):
    if not CASES.exists():
        pytest.skip("needs ../shared beside the clone, or BOWLBY_SHARED")
    assert NOW[case]() == rows()[case]


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
