"""One coding with and without one-tick holes: what each measure makes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from bowlby.formats.read import read_record
from bowlby.measures.session import measure
from bowlby.measures.value import Measure
from bowlby.records.codebook_file import load_codebook

Row = tuple[str, str, int, int]
BOOK = """
[codebook]
name = "ticks"
child = ["Baby"]
caregiver = ["Mum"]
[table]
unit = "ms"
onset = "start"
offset = "end"
code = "code"
actor = "actor"
channel = "tier"
[codable]
child = ["cue.distress", "affect", "gaze.partner", "gaze.away"]
caregiver = ["answer", "hold", "affect"]
"""
MEANT = {
    "fuss": ("cue.distress",), "cry": ("cue.distress",), "at": ("gaze.partner",), "off": ("gaze.away",),
    "pick up": ("answer", "hold"),
}  # fmt: skip
AFFECT = {"neg": -1, "neu": 0, "pos": 1}
SHIFTS = 20


def book(folder: Path) -> Path:
    """Write the codebook of these tests."""
    entries = [f'[[code]]\ncode = "{code}"\nmeans = {list(means)}\n' for code, means in MEANT.items()]
    for role, actor in (("child", "Baby"), ("caregiver", "Mum")):
        entries += [
            f'[[code]]\ncode = "{code}"\nactor = "{actor}"\nrole = "{role}"\nmeans = ["affect"]\nvalue = {value}\n'
            for code, value in AFFECT.items()
        ]
    path = folder / "book.toml"
    path.write_text(BOOK + "".join(entries))
    return path


def measured(folder: Path, rows: Iterable[tuple[str, str, str, int, int]]) -> list[Measure]:
    """Return every measure of a table of tier, actor, code, start and end in ms."""
    path = folder / "visit.csv"
    path.write_text("tier,actor,code,start,end\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    known = load_codebook(book(folder))
    coded = known.apply(read_record(path, known.layout))
    return measure(coded, shifts=SHIFTS).measures


def visit(ends_early_ms: int) -> list[tuple[str, str, str, int, int]]:
    """Return six minutes of states that follow each other, each stopped so long before the next."""
    rows: list[tuple[str, str, str, int, int]] = []
    # No two times are a whole number of seconds apart, so that no window ends just where an act begins.
    for at in (10_000 + 58_137 * place for place in range(6)):
        rows += [
            ("cue", "Baby", "fuss", at, at + 4000 - ends_early_ms),
            ("cue", "Baby", "cry", at + 4000, at + 9000),
            ("act", "Mum", "pick up", at + 7000 + at // 90, at + 20_000),
        ]
    for tier, actor, step, codes in (
        ("affect", "Baby", 7000, ("pos", "neu", "neg")),
        ("affect", "Mum", 11_000, ("neu", "pos", "neg")),
        ("gaze", "Baby", 5000, ("at", "off")),
    ):
        starts = range(0, 360_000, step)
        ends = [*(at - ends_early_ms for at in starts[1:]), 360_000]
        rows += [
            (tier, actor, codes[place % len(codes)], at, end)
            for place, (at, end) in enumerate(zip(starts, ends, strict=True))
        ]
    return rows


def test_an_automatic_stop_a_tick_early_changes_no_measure(tmp_path: Path):
    touching = measured(tmp_path, visit(0))
    assert measured(tmp_path, visit(1)) == touching
    repairs = next(found for found in touching if found.name == "repairs: affect")
    assert repairs.estimate is not None
    assert repairs.estimate > 1


def test_two_ticks_are_a_hole(tmp_path: Path):
    def repairs(ends_early_ms: int) -> float | None:
        found = measured(tmp_path, visit(ends_early_ms))
        return next(one for one in found if one.name == "repairs: affect").estimate

    assert repairs(2) != repairs(1)


@pytest.mark.parametrize(
    ("book_name", "names", "repairs"),
    [("aff.toml", ("b_gap0.boris", "b_gap1.boris"), 7.4), ("ms.toml", ("fc0.csv", "fc1.csv"), None)],
)
def test_shared_codings_with_and_without_holes_are_one(
    tmp_path: Path, book_name: str, names: tuple[str, str], repairs: float | None
):
    folder = Path(__file__).parents[3] / "shared" / "data" / "cases" / "resolution"
    if not folder.exists():
        pytest.skip("needs ../shared/data/cases/resolution beside the clone")
    known = load_codebook(folder / book_name)
    found: list[list[Measure]] = []
    for name in names:
        same = tmp_path / f"visit{Path(name).suffix}"  # chance baselines draw by the session's name
        same.write_bytes((folder / name).read_bytes())
        found.append(measure(known.apply(read_record(same, known.layout)), shifts=SHIFTS).measures)
    assert found[0] == found[1]
    if repairs is not None:
        estimate = next(one for one in found[1] if one.name == "repairs: affect").estimate
        assert estimate == pytest.approx(repairs, abs=1e-9)
