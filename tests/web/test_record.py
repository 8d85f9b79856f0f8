"""Records on a page: in memory only, mapped as a codebook would, reported, cancelled, deleted."""

from __future__ import annotations

import pickle
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from bowlby.formats.load import LoadOptions, load_coded
from bowlby.formats.read import read_record
from bowlby.measures.session import measure
from bowlby.records.codebook_file import load_codebook
from bowlby.web import record_store
from bowlby.web.memory_files import path_of
from bowlby.web.view import MOST_CODES
from tests.apart import coded, endless, failing
from tests.web.conftest import TestClient

PLAY = Path(__file__).parents[2] / "examples" / "records" / "play.csv"
EVENTS = read_record(PLAY).events.height
TABLE = (
    b"start,end,actor,code\n0.5,2.0,child,cry\n2.5,4.0,parent,talking\n9,10,child,cry\n"
    b"11,11.5,parent,hold\n11.6,12,parent,odd\n"
)
CODES = [
    {"actor": "child", "code": "cry", "role": "child", "means": ["cue.distress"]},
    {"actor": "parent", "code": "talking", "role": "caregiver", "means": ["voice", "answer"]},
    {"actor": "parent", "code": "hold", "role": "caregiver", "means": ["hold"]},
    {"actor": "parent", "code": "odd", "ignore": True},
]


@pytest.fixture(autouse=True)
def _empty(client: TestClient):
    yield
    assert client.delete("/api/record").status_code == 200


def _put(client: TestClient, content: bytes, name: str = "visit.csv") -> Any:
    return client.post("/api/record", content=content, headers={"x-file-name": name})


def _ended(client: TestClient, job: str) -> dict[str, Any]:
    while True:
        now = client.get(f"/api/jobs/{job}").json()
        if now["state"] in ("done", "failed", "cancelled"):
            return now
        time.sleep(0.05)


def test_a_file_that_speaks_our_constructs_needs_no_mapping(client: TestClient):
    told = _put(client, PLAY.read_bytes(), "play.csv").json()
    assert told["mapped"] and told["speaks_bowlby"] and told["events"] == EVENTS and told["observed_s"] == 1200
    drawn = client.get(f"/api/record/{told['id']}/timeline").json()
    assert drawn["spec"]["layer"] and drawn["alt"].startswith("Timeline.")


def test_codes_come_with_suggestions_and_nothing_is_decided(client: TestClient):
    told = _put(client, TABLE).json()
    assert (
        not told["mapped"]
        and not told["speaks_bowlby"]
        and told["layout"]["onset"] == "start"
        and told["columns"][0] == "start"
    )
    assert {code["code"]: code["suggestion"] for code in told["codes"]} == {
        "cry": "cue.distress",
        "talking": "voice",
        "hold": "hold",
        "odd": None,
    }
    for path in ("timeline", "report"):
        ask = client.get if path == "timeline" else lambda url: client.post(url, json={})
        assert ask(f"/api/record/{told['id']}/{path}").status_code == 400


def test_a_mapping_on_screen_is_a_codebook(client: TestClient, tmp_path: Path):
    number = _put(client, TABLE).json()["id"]
    told = client.post(f"/api/record/{number}/codebook", json={"codes": CODES}).json()
    assert told["mapped"] and told["codable"] == ["cue.distress", "answer", "hold", "voice"] and told["unmapped"] == []
    (tmp_path / "record.csv").write_bytes(TABLE)
    (tmp_path / "book.toml").write_text(
        '[codebook]\nname="x"\n[table]\nunit="s"\nonset="start"\noffset="end"\nactor="actor"\ncode="code"\n'
        '[codable]\nchild=["cue.distress"]\ncaregiver=["voice","answer","hold"]\n'
        '[[code]]\nactor="child"\ncode="cry"\nrole="child"\nmeans=["cue.distress"]\n'
        '[[code]]\nactor="parent"\ncode="talking"\nrole="caregiver"\nmeans=["voice","answer"]\n'
        '[[code]]\nactor="parent"\ncode="hold"\nrole="caregiver"\nmeans=["hold"]\n[[ignore]]\nactor="parent"\ncode="odd"\n'
    )
    load_codebook(tmp_path / "book.toml")
    wanted = measure(load_coded([tmp_path / "record.csv"], LoadOptions(tmp_path / "book.toml")))
    read = client.app._app.state.desk.shelf.look(number, coded)
    assert [one.as_dict() for one in measure(read).measures] == [one.as_dict() for one in wanted.measures]


def test_other_columns_and_another_unit_read_the_file_anew(client: TestClient):
    number = _put(client, TABLE.replace(b"actor,code", b"who,what")).json()["id"]
    layout = {"unit": "ms", "onset": "start", "offset": "end", "actor": "who", "code": "what"}
    told = client.post(f"/api/record/{number}/layout", json=layout).json()
    assert told["observed_s"] == pytest.approx(0.0115, abs=6e-4) and not told["mapped"]
    assert {code["code"] for code in told["codes"]} == {"cry", "talking", "hold", "odd"}
    wrong = client.post(f"/api/record/{number}/layout", json={**layout, "onset": "nothing"})
    assert wrong.status_code == 400 and "nothing" in wrong.json()["message"] + str(wrong.json()["column"])
    other = _put(client, PLAY.read_bytes(), "play.csv").json()["id"]
    assert client.post(f"/api/record/{other}/layout", json=layout).status_code == 400


def test_quality_problems_are_marked_where_they_are(client: TestClient):
    twice = TABLE + b"9,10,child,cry\n"
    number = _put(client, twice).json()["id"]
    client.post(f"/api/record/{number}/codebook", json={"codes": CODES})
    drawn = client.get(f"/api/record/{number}/timeline").json()
    marks = [one for one in drawn["marked"] if one["kind"] == "duplicate"]
    assert [one["second"] for one in marks] == [8.5] and drawn["counts"]["duplicate"] == 1
    assert drawn["spec"]["layer"][-1]["mark"]["type"] == "rule"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "input"),
        (b"\x00\x01\x02" * 50, "format"),
        (b"MZ\x90\x00" + b"\xff" * 300, "format"),
        (b"PK\x03\x04" + b"\x00" * 60, "format"),
        (b'{"project_format_version": "7.0"', "format"),
        (b"<html><body>no record</body></html>", "format"),
    ],
)
def test_what_is_no_record_is_refused_with_its_reason(client: TestClient, content: bytes, kind: str):
    answer = _put(client, content)
    assert answer.status_code == 400 and answer.json()["kind"] in {kind, "input"} and answer.json()["message"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..%2F..%2Fetc%2Fpasswd",
        "C:\\x\\visit.csv",
        "%00.csv",
        "a" * 500,
        "<script>.csv",
        "....//x.csv",
        "",
    ],
)
def test_a_name_opens_no_path_and_writes_no_markup(client: TestClient, name: str):
    told = _put(client, TABLE, name.encode("latin-1").decode()).json()
    assert not set(told["name"]) & set('/\\<>:"|?*\x00') and len(told["name"]) <= 80
    assert not told["name"].startswith(".")


def test_an_error_names_the_file_as_its_owner_does_and_no_path_of_ours(client: TestClient):
    told = _put(client, b"a,b\n1,2\n", "mine.csv").json()
    assert told["file"] == "mine.csv" and "/tmp" not in str(told) and "/proc" not in str(told)


def test_nothing_is_left_on_disk(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for content in (TABLE, PLAY.read_bytes(), b"\x00" * 100):
        _put(client, content)
    assert list(tmp_path.rglob("*")) == []
    with path_of(TABLE, "x.csv") as path:
        assert path.read_bytes() == TABLE
        assert path.is_symlink() or not hasattr(__import__("os"), "memfd_create")
        assert sum(one.lstat().st_size for one in tmp_path.rglob("*") if not one.is_dir()) < 100
    assert list(tmp_path.rglob("*")) == []


def test_there_is_room_for_so_much_and_no_more(small: TestClient):
    numbers = [_put(small, TABLE).json()["id"] for _ in range(2)]
    answer = _put(small, TABLE)
    assert answer.status_code == 409 and "Delete" in answer.json()["remedy"]
    assert small.delete(f"/api/record/{numbers[0]}").status_code == 200
    assert _put(small, TABLE).status_code == 201


def test_what_is_deleted_is_gone_with_all_that_was_made_of_it(client: TestClient):
    number = _put(client, PLAY.read_bytes()).json()["id"]
    job = client.post(f"/api/record/{number}/report", json={"infer": False}).json()["id"]
    assert _ended(client, job)["state"] == "done"
    report = client.get(f"/api/jobs/{job}/report")
    assert "Care as recorded" in report.text and "sandbox" in report.headers["content-security-policy"]
    assert client.delete(f"/api/record/{number}").status_code == 200
    for path in (f"record/{number}", f"record/{number}/timeline", f"jobs/{job}", f"jobs/{job}/report"):
        assert client.get(f"/api/{path}").status_code == 404


def test_work_that_is_cancelled_stops_and_leaves_no_result(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(record_store, "report_view", endless)
    number = _put(client, PLAY.read_bytes()).json()["id"]
    job = client.post(f"/api/record/{number}/report", json={"infer": True}).json()["id"]
    while not (step := client.get(f"/api/jobs/{job}").json()["step"]).startswith("process "):
        time.sleep(0.05)
    process = Path(f"/proc/{step.removeprefix('process ')}")
    assert process.exists() or not Path("/proc/self").exists()
    assert client.delete(f"/api/jobs/{job}").status_code == 200
    while process.exists():
        time.sleep(0.05)
    assert client.get(f"/api/jobs/{job}").status_code == 404
    assert client.get(f"/api/record/{number}").status_code == 200


def test_an_unexpected_error_in_long_work_says_its_kind_only(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(record_store, "report_view", failing)
    number = _put(client, PLAY.read_bytes()).json()["id"]
    now = _ended(client, client.post(f"/api/record/{number}/report", json={}).json()["id"])
    assert now["state"] == "failed" and "ValueError" in now["error"]["message"] and "record said" not in str(now)


def test_a_report_that_takes_more_than_it_may_ends_and_the_server_goes_on(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(record_store, "report_view", endless)
    monkeypatch.setattr(record_store, "REPORT_SECONDS", 1.0)
    number = _put(client, PLAY.read_bytes()).json()["id"]
    now = _ended(client, client.post(f"/api/record/{number}/report", json={}).json()["id"])
    assert now["state"] == "failed" and now["error"]["column"] == "processor time"
    assert client.get(f"/api/record/{number}").status_code == 200


def test_the_server_never_has_a_record_itself(client: TestClient):
    """What it holds of a table of 20,000 codes is the bytes of its file and what a page shows."""
    content = ("onset_s,code,actor\n" + "".join(f"{n},code {n},child\n" for n in range(20_000))).encode()
    number = _put(client, content).json()["id"]
    held = client.app._app.state.desk.shelf.get(number)
    assert held.content == content
    assert len(pickle.dumps(held.view)) < 1 << 19


def test_codes_that_cannot_be_mapped_on_a_page_are_counted_and_not_listed(client: TestClient):
    rows = [f"{n},code{n:04},child" for n in range(MOST_CODES + 5)] + [f"9000,{'long' * 100},child"] * 3
    told = _put(client, ("onset_s,code,actor\n" + "\n".join(rows) + "\n").encode()).json()
    assert len(told["codes"]) == MOST_CODES and told["codes_left_out"] == 6
    assert max(len(one["code"]) for one in told["codes"]) <= 300
    few = _put(client, TABLE).json()
    assert few["codes_left_out"] == 0 and len(few["codes"]) == 4
