"""Under `--pseudonyms` nobody's name is left anywhere in what a command writes or prints as its result."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.running import Done, run

PLAY = (Path(__file__).parents[2] / "examples" / "records" / "play.csv").read_text(encoding="utf-8")
SESSION = PLAY.split('"session": "', 1)[1].split('"', 1)[0]
CODEBOOK = """
[codebook]
name = "a scheme"
child = ["{child}"]
caregiver = ["{caregiver}"]
[table]
unit = "s"
onset = "on"
offset = "off"
code = "code"
actor = "who"
session = "visit"
channel = "track"
[codable]
child = ["cue.distress"]
caregiver = ["answer"]
[[code]]
code = "cry"
means = ["cue.distress"]
actor = "{child}"
[[code]]
code = "comfort"
means = ["answer"]
actor = "{caregiver}"
"""
NAME = st.text(st.sampled_from("bcdfgvwxzBCDQXZéøЖ漢 '"), min_size=5, max_size=9).map(lambda text: f"Qz{text}k".strip())
NAMES = st.lists(NAME, min_size=9, max_size=9, unique_by=lambda name: name.casefold())
"""Long and odd enough to stand in no word of a report by chance."""


def a_study(folder: Path, names: list[str]) -> tuple[list[Path], list[str]]:
    """Write two tables of a lab whose every id is somebody's name; return them and all words that must not be left."""
    child, caregiver, stranger, first, second, coder, where, extra, baby = names
    home = folder / where
    home.mkdir()
    (home / "codes.toml").write_text(CODEBOOK.format(child=child, caregiver=caregiver), encoding="utf-8")
    files = [home / f"{first}.csv", home / f"{second}.csv"]
    for number, path in enumerate(files):
        rows = [
            f'{10 * k},{10 * k + 2},"{code}","{who}","{path.stem} 1","voice of {who}"'
            for k in range(8)
            for code, who in (("cry", child), ("comfort", caregiver), ("odd", stranger))
        ]
        path.write_text("\n".join(["on,off,code,who,visit,track", *rows[number:]]) + "\n", encoding="utf-8")
    lines = ["file,child,coder,site,nickname,group"]
    lines += [
        f'"{path.name}","{who}","{coder}",north,"{extra}",a' for path, who in zip(files, (child, baby), strict=True)
    ]
    (home / "study.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = run("pseudonyms", "new", home / "study.key")
    assert done.code == 0, done.err
    return files, names


def left(words: list[str], folder: Path, done: Done) -> list[str]:
    """Return where a word still stands: in a file of a folder, in its name, or in a printed result."""
    texts = {path.name: path.read_bytes() + path.name.encode() for path in folder.rglob("*") if path.is_file()}
    texts["stdout"] = done.out.encode()
    assert all(texts.values())
    forms = {form for word in words for form in (word, json.dumps(word)[1:-1], word.replace("'", "&#39;"))}
    return [f"{form} in {name}" for name, text in texts.items() for form in forms if form.encode() in text]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names=NAMES)
def test_no_name_is_left_in_anything_that_is_written(names):
    with TemporaryDirectory() as folder:
        files, words = a_study(Path(folder), names)
        home, out = files[0].parent, Path(folder) / "out"
        out.mkdir()
        shared = ("--codebook", home / "codes.toml", "--pseudonyms", home / "study.key", "--json")
        study = ("--manifest", home / "study.csv", "--keep-column", "site")
        absent = home / f"{words[0]}.csv"
        for asked in (
            ("measure", *files, absent, *study, *shared, "-o", out / "m.csv"),
            ("measure", *files, *study, *shared, "-o", out / "m.parquet"),
            ("measure", home, *shared, "--workers", "1"),
            ("record", files[0], *shared, "-o", out / "r.csv"),
            ("record", files[1], *shared, "-o", out / "r.parquet"),
            ("record", *files, *shared),
        ):
            done = run(*asked)
            assert json.loads(done.out)["run"]["command"], done.err
            assert left(words, out, done) == []


def test_the_names_would_be_found_if_they_were_left(tmp_path):
    """What the test above rests on: without a key each kind of name is in the results."""
    names = ["Qzchild", "Qzcaregiver", "Qzstranger", "Qzfirst", "Qzsecond", "Qzcoder", "Qzwhere", "Qzextra", "Qzbaby"]
    files, words = a_study(tmp_path, names)
    out, home = tmp_path / "out", files[0].parent
    out.mkdir()
    shared = ("--codebook", home / "codes.toml", "--json")
    measured = run("measure", *files, "--manifest", home / "study.csv", *shared, "-o", out / "m.csv")
    recorded = run("record", files[0], *shared, "-o", out / "r.csv")
    both = Done(0, measured.out + recorded.out, "")
    assert {line.partition(" in ")[0] for line in left(words, out, both)} == set(words)


@pytest.fixture
def study(tmp_path):
    """Two records of the same child, her manifest and a key; every id is a name."""
    for name in ("anna-first", "anna-second"):
        text = PLAY.replace('"file": "simulated"', f'"file": "{name}"')
        text = text.replace(f'"session": "{SESSION}"', f'"session": "{name}"')
        text = text.replace(f'\n"{SESSION}",', f'\n"{name}",')
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "study.csv").write_text("file,child\nanna-first.csv,anna\nanna-second.csv,anna\n", encoding="utf-8")
    assert run("pseudonyms", "new", tmp_path / "study.key").code == 0
    return tmp_path


def measured(study: Path, *more: object, key: str = "study.key") -> dict[str, object]:
    files = sorted(study.glob("anna-*.csv"))
    done = run("measure", *files, "--manifest", study / "study.csv", "--pseudonyms", study / key, "--json", *more)
    assert done.code == 0, done.err
    return json.loads(done.out)


def ids(result: dict[str, object]) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in ("file", "session", "child")) for row in result["measures"]]


def test_two_runs_with_one_key_agree_and_another_key_shares_nothing(study):
    run("pseudonyms", "new", study / "other.key")
    first, again, other = measured(study), measured(study), measured(study, key="other.key")
    assert ids(first) == ids(again)
    flat = [{one for row in ids(result) for one in row} for result in (first, other)]
    assert flat[0] & flat[1] == set() and len(flat[0]) == 5
    hashes = [{one["sha256"] for one in result["run"]["inputs"]} for result in (first, other)]
    assert hashes[0] & hashes[1] == set() and len(hashes[0]) == 3, "two records and the manifest; never the key"


def test_any_number_of_workers_gives_the_same_pseudonyms(study):
    for number in range(3):
        text = (study / "anna-first.csv").read_text(encoding="utf-8").replace("anna-first", f"anna-{number}")
        (study / f"anna-{number}.csv").write_text(text, encoding="utf-8")
    files = sorted(study.glob("anna-*.csv"))
    alone = run("measure", *files, "--pseudonyms", study / "study.key", "--workers", "1", "--json")
    spread = run("measure", *files, "--pseudonyms", study / "study.key", "--workers", "2", "--json")
    assert json.loads(alone.out)["measures"] == json.loads(spread.out)["measures"]
    assert len({row["file"] for row in json.loads(alone.out)["measures"]}) == 5


def test_a_file_has_one_pseudonym_wherever_it_stands(study, tmp_path):
    (study / "elsewhere").mkdir()
    (study / "elsewhere" / "copy.csv").write_bytes((study / "anna-first.csv").read_bytes())
    told = [
        json.loads(run("record", study / name, "--pseudonyms", study / "study.key", "--json").out)["files"][0]["file"]
        for name in ("anna-first.csv", "elsewhere/copy.csv", "anna-second.csv")
    ]
    assert told[0] == told[1] != told[2] and all(re.fullmatch("file-[a-z2-7]{10}", name) for name in told)
    twice = run("measure", study / "anna-first.csv", study / "elsewhere", "--pseudonyms", study / "study.key", "--json")
    assert twice.code == 2 and json.loads(twice.out)["message"].startswith(
        "two files hold the same data, byte for byte"
    )


def test_show_tells_whose_a_pseudonym_is_to_those_who_have_the_key(study):
    child = ids(measured(study))[0][2]
    assert run("pseudonyms", "show", study / "study.key", "anna", "otto").out.splitlines()[0] == f"{child}  anna"
    file = ids(measured(study))[0][0]
    shown = run("pseudonyms", "show", study / "study.key", study / "anna-first.csv", "--kind", "file")
    assert shown.out.startswith(f"{file}  ")


def test_rerun_says_why_it_cannot(study):
    (study / "m.json").write_text(json.dumps(measured(study)), encoding="utf-8")
    done = run("rerun", study / "m.json", "--json")
    assert done.code == 2 and "may name no file" in json.loads(done.out)["message"]


def test_a_key_that_others_can_read_stops_the_command(study):
    (study / "study.key").chmod(0o644)
    done = run("record", study / "anna-first.csv", "--pseudonyms", study / "study.key", "--json")
    assert done.code == 2 and json.loads(done.out)["kind"] == "pseudonym key"
    assert "chmod 600" in json.loads(done.out)["remedy"]


def test_private_content_and_pseudonyms_do_not_go_together(study):
    done = run("record", study / "anna-first.csv", "--pseudonyms", study / "study.key", "--keep-private", "--json")
    assert done.code == 2 and json.loads(done.out)["column"] == "--keep-private"


@pytest.mark.parametrize("spelt", [["--pseudonyms={key}", "-o{out}"], ["--pseudonyms", "{key}", "--output={out}"]])
def test_every_way_of_writing_an_option_is_left_out_of_the_command(study, spelt):
    words = [word.format(key=study / "study.key", out=study / "anna.out.csv") for word in spelt]
    done = run("measure", study / "anna-first.csv", *words, "--seed", "3", "--json")
    result = json.loads(done.out)
    assert str(study) not in json.dumps(result["run"]) and "anna" not in json.dumps(result["run"])
    assert result["run"]["command"][-3:] == ["--seed", "3", "--json"]
    assert result["written"] == "anna.out.csv", "its name is the user's; its folder is nobody's business"


def test_a_report_names_nobody(study):
    out = study / "out"
    out.mkdir()
    files = sorted(study.glob("anna-*.csv"))
    words = ("--measures-only", "--one-dyad", "--pseudonyms", study / "study.key", "--json")
    done = run("report", *files, *words, "-o", out / "r.html", "--figures", out / "figures")
    assert done.code == 0, done.err
    assert left(["anna", str(study)], out, done) == []
    assert json.loads(done.out)["sessions"][0]["session"].startswith("session-")


def test_dyads_and_their_files_are_told_by_pseudonyms(study):
    from bowlby.formats.dyads import by_dyad
    from bowlby.formats.load import LoadOptions, load_manifest
    from bowlby.records.pseudonyms import read_key

    made = read_key(study / "study.key")
    how = LoadOptions(pseudonyms=made)
    dyads = by_dyad(sorted(study.glob("anna-*.csv")), how, load_manifest(study / "study.csv", how))
    assert [dyad.name for dyad in dyads] == [made.of("child", "anna")]
    assert all(re.fullmatch("file-[a-z2-7]{10}", name) for name in dyads[0].files) and len(set(dyads[0].files)) == 2
    assert dyads[0].coded.sessions == tuple(made.of("session", name) for name in ("anna-first", "anna-second"))


@pytest.mark.slow
def test_an_inference_and_its_posterior_name_nobody(study):
    out = study / "out"
    out.mkdir()
    (study / "study.csv").write_text("file,child\nanna-first.csv,anna\nanna-second.csv,annabel\n", encoding="utf-8")
    words = ("--manifest", study / "study.csv", "--pseudonyms", study / "study.key", "--json", "-o", out / "p.nc")
    done = run("infer", *sorted(study.glob("anna-*.csv")), *words)
    assert done.code == 0, done.err
    assert left(["anna", str(study)], out, done) == []
    assert {dyad["dyad"].partition("-")[0] for dyad in json.loads(done.out)["dyads"]} == {"child"}
