"""The demo is no fixture: its seed decides every figure, and each act moves only what rests on it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from bowlby.measures.session import measure
from bowlby.records.constructs import FRIGHT_TIERS, Construct
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import Record
from tests.cli.running import run
from tests.inference.care.visits import FRIGHTENING, HARSH, visit

THREAT_FAMILIES = ("rate: fright", "share of time: fright", "mean bout: fright", "scaring acts", "threat density")


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """Return what the demo prints for two seeds."""
    found: list[dict[str, object]] = []
    for seed in (1, 2):
        folder = tmp_path_factory.mktemp("demo")
        done = run("demo", "--seed", seed, "-o", folder, "--json")
        assert done.code == 0, done.err
        assert (folder / "report.html").stat().st_size > 100_000
        found.append(json.loads(done.out))
    return found


def estimates(demo: dict[str, object]) -> dict[str, float]:
    """Return every number that rests on at least five events and is not at the edge of its scale."""
    rows = demo["measures"]
    return {
        f"{row['actor']} {row['name']}": row["estimate"]
        for row in rows
        if row["estimate"] not in (None, 0.0, 1.0) and row["n"] >= 5
    }


def test_another_seed_changes_every_figure(demos: list[dict[str, object]]):
    first, second = map(estimates, demos)
    both = first.keys() & second.keys()
    assert len(both) > 15
    # Counts are whole numbers: two sessions may agree in one by chance, hardly in more than a tenth of them.
    same = [name for name in both if first[name] == second[name]]
    assert len(same) <= len(both) / 10, same
    means = [{name: axis["mean"] for name, axis in demo["axes"].items()} for demo in demos]
    assert all(means[0][name] != means[1][name] for name in means[0])


def test_the_demo_speaks_of_itself(demos: list[dict[str, object]]):
    for demo in demos:
        assert demo["simulated"]["population"] == "pooled"
        assert demo["simulated"]["visits"] == demo["evidence"]["days"] == len(demo["records"]) == 3
        for axis in ("threat", "deprivation"):
            assert demo["axes"][axis]["statement"] in {"above", "below", "not told"}
            assert demo["axes"][axis]["conditions"]
        assert demo["beside"]


def without(record: Record, *constructs: Construct) -> Record:
    """Return the record without the events of some constructs."""
    codes = [str(construct) for construct in constructs]
    return replace(record, events=record.events.filter(~pl.col("code").is_in(codes)))


def changed(before: Record, after: Record) -> set[str]:
    """Return the names of the measures that differ between two records."""
    was, now = (
        {(found.actor, found.name): found.as_dict() for found in measure(coded_as_itself(record), seed=5).measures}
        for record in (before, after)
    )
    return {name for actor, name in was.keys() | now.keys() if was.get((actor, name)) != now.get((actor, name))}


@pytest.mark.parametrize("acts", [[FRIGHTENING] * 5, [FRIGHTENING, HARSH] * 3])
def test_frightening_acts_move_the_threat_rows_and_no_other_measure(acts: list[str]):
    record = visit(0, 60.0, acts)
    moved = changed(record, without(record, *FRIGHT_TIERS))
    assert {"rate: fright.frightening", "threat density"} <= moved
    assert {name for name in moved if not name.startswith(THREAT_FAMILIES)} == set()


def test_talk_moves_warmth_and_nothing_of_threat_or_answers():
    record = visit(0, 60.0, distress=6)
    moved = changed(record, without(record, Construct.VOICE))
    assert {"rate: voice", "warm acts", "no play, talk or smiles"} <= moved
    # The order of acts is of all acts: taking one out moves what stood on either side of it.
    others = [name for name in moved if "lag" not in name]
    assert not [name for name in others if any(word in name for word in ("answer", "threat", "fright", "latency"))]


def test_the_picture_in_the_readme_is_there():
    root = Path(__file__).parents[2]
    assert (root / "docs" / "figures" / "report.png").stat().st_size > 20_000
