"""`bowlby measure --by`: groups of children, small ones withheld, and no file named."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.running import run

PLAY = (Path(__file__).parents[2] / "examples" / "records" / "play.csv").read_text(encoding="utf-8")
SITES = {"north": 2, "south": 3, "west": 4}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Records of nine children at three sites, the first child seen twice; no two are the same."""
    children = [(f"qz{site}{k}", site) for site, count in SITES.items() for k in range(count)]
    lines = PLAY.splitlines(keepends=True)[:40]
    rows = ["file,child,site,group"]
    for number, (child, site) in enumerate([*children, children[0]]):
        name = f"{child}-{number}.csv"
        (tmp_path / name).write_text("".join(lines[: len(lines) - number]), encoding="utf-8")
        rows.append(f"{name},{child},{site},a")
    (tmp_path / "study.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def asked(study: Path, *more: object) -> tuple[object, ...]:
    return ("measure", *sorted(study.glob("qz*.csv")), "--manifest", study / "study.csv", "--workers", "1", *more)


def test_groups_are_written_with_small_ones_withheld_and_nobody_named(study):
    out = study / "out"
    out.mkdir()
    done = run(*asked(study, "--by", "site", "--smallest-cell", "3", "--json", "-o", out / "groups.csv"))
    assert done.code == 0, done.err
    result = json.loads(done.out)
    told = {row["site"]: row["children"] for row in result["cells"] if row["name"] == "children"}
    assert told == {"(all)": 9, "north": None, "south": None, "west": 4}, "south would give north away"
    assert (result["by"], result["smallest_cell"], result["written"]) == (["site"], 3, "groups.csv")
    assert result["run"]["inputs"] == [] and result["run"]["command"][-6:-3] == ["site", "--smallest-cell", "3"]
    assert sorted(path.name for path in out.iterdir()) == ["groups.csv", "groups.dictionary.csv", "groups.problems.csv"]
    written = [done.out.encode(), *(path.read_bytes() for path in out.iterdir())]
    assert not any(b"qz" in text for text in written)


def test_the_table_and_its_dictionary_say_what_each_column_is(study):
    out = study / "groups.parquet"
    assert run(*asked(study, "--by", "site,group", "-o", out)).code == 0
    table = pl.read_parquet(out)
    assert table.filter(name="children", site="(all)", group="(all)")["children"].to_list() == [9]
    assert table.filter(pl.col("children") < 5).filter(pl.col("children") > 0).is_empty(), "five if nothing is said"
    with (study / "groups.dictionary.csv").open(encoding="utf-8") as file:
        meanings = {row["item"]: row["meaning"] for row in csv.DictReader(file)}
    assert set(table.columns) | set(table["name"]) <= set(meanings)
    assert meanings["mean"].startswith("mean over children") and meanings["site"].startswith("from the study manifest")


def test_one_withholds_nothing_and_says_so(study):
    done = run(*asked(study, "--by", "site", "--smallest-cell", "1", "--json"))
    assert {row["children"] for row in json.loads(done.out)["cells"] if row["name"] == "children"} == {9, 2, 3, 4}
    assert "nothing is withheld" in done.err


def test_the_text_says_what_is_withheld(study):
    done = run(*asked(study, "--by", "site", "--smallest-cell", "3"))
    assert "site north\n" in done.out and "withheld: fewer than 3 children" in done.out and "qz" not in done.out


def test_groups_and_pseudonyms_go_together(study):
    run("pseudonyms", "new", study / "k.key")
    plain = run(*asked(study, "--by", "site", "--smallest-cell", "3", "--json"))
    hidden = run(*asked(study, "--by", "site", "--smallest-cell", "3", "--pseudonyms", study / "k.key", "--json"))
    counted = [
        [(row["site"], row["name"], row["children"], row["mean"]) for row in json.loads(done.out)["cells"]]
        for done in (plain, hidden)
    ]
    drawn = "contingency"  # its chance baseline is drawn by session, whose name is another
    assert [row for row in counted[0] if drawn not in row[1]] == [row for row in counted[1] if drawn not in row[1]]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--by", "sit"), "no such column"),
        (("--by", "path"), "no such column"),
        (("--smallest-cell", "5"), "one or two columns"),
        (("--by", ","), "one or two columns"),
        (("--by", "site", "--smallest-cell", "0"), "not in the range"),
        (("--by", "child"), "one or two columns"),
    ],
)
def test_what_cannot_be_asked_is_refused(study, words, told):
    done = run(*asked(study, *words, "--json"))
    assert done.code == 2 and told in json.loads(done.out)["message"]


def test_without_a_manifest_or_a_child_it_is_refused(study):
    done = run("measure", study / "qznorth0-0.csv", "--by", "site", "--json")
    assert done.code == 2 and "--manifest" in json.loads(done.out)["remedy"]
    (study / "study.csv").write_text("file,site\nqznorth0-0.csv,north\n", encoding="utf-8")
    done = run("measure", study / "qznorth0-0.csv", "--by", "site", "--manifest", study / "study.csv", "--json")
    assert done.code == 2 and json.loads(done.out)["column"] == "child"


def test_a_record_that_the_manifest_does_not_know_is_refused(study):
    (study / "study.csv").write_text("file,child,site\nqznorth0-0.csv,a,north\n", encoding="utf-8")
    done = run(*asked(study, "--by", "site", "--json"))
    assert done.code == 2 and json.loads(done.out)["message"] == "a record has no child"
