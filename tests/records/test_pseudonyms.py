"""A pseudonym hangs on key, kind and identity, and on nothing else; a key is guarded; collisions are told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import pickle
import re
import stat

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowlby.errors import InputError, OutputError, OverwriteError
from bowlby.formats.manifest import Manifest
from bowlby.formats.pseudonymisation import pseudonymous_coded, pseudonymous_manifest, pseudonymous_record
from bowlby.formats.read import read_record
from bowlby.formats.write import record_csv
from bowlby.records import pseudonyms
from bowlby.records.codebook import Codebook, CodebookEntry
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.pseudonyms import LETTERS, CollisionError, KeyFileError, Pseudonyms, new_key, read_key
from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, Provenance, Record
from bowlby.records.role_words import ROLE_LABELS
from tests.records.test_shared_files import SHARED

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
IDENTITY = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=20)
SHA = hashlib.sha256(b"a file").hexdigest()


def of(key: bytes, kind: str, identity: str) -> str:
    return Pseudonyms(key).of(kind, identity)


@given(identity=IDENTITY)
def test_the_same_key_gives_the_same_pseudonym_and_another_key_another(identity):
    """Two hundred pairs of 50 bits agree by chance once in 5e12 runs."""
    first = of(KEY, "child", identity)
    assert first == of(KEY, "child", identity)
    assert first.partition("-")[2] != of(OTHER, "child", identity).partition("-")[2]
    assert first.partition("-")[2] != of(KEY, "session", identity).partition("-")[2]
    assert re.fullmatch(rf"child-[a-z2-7]{{{LETTERS}}}", first)


def test_it_is_the_beginning_of_hmac_sha256_worked_out_by_hand():
    whole = hmac.new(KEY, b"bowlby 1 5 child c01", hashlib.sha256).digest()
    assert of(KEY, "child", "c01") == "child-" + base64.b32encode(whole).decode()[:10].lower()


def test_a_kind_that_swallows_the_name_has_another_pseudonym():
    assert of(KEY, "a b", "c")[-LETTERS:] != of(KEY, "a", "b c")[-LETTERS:]


def test_accents_and_spaces_around_do_not_count_and_nobody_stays_nobody():
    assert of(KEY, "child", " Jose\u0301 ") == of(KEY, "child", "Jos\u00e9")
    assert of(KEY, "child", "") == of(KEY, "child", "  ") == ""


def test_two_identities_with_one_pseudonym_are_an_error(monkeypatch):
    monkeypatch.setattr(pseudonyms, "LETTERS", 1)
    made = Pseudonyms(KEY)
    with pytest.raises(CollisionError, match="same pseudonym"):
        for number in range(33):  # one more than there are letters
            made.of("child", f"c{number}")


def test_a_collision_between_processes_is_an_error_and_agreement_is_none():
    here, there = Pseudonyms(KEY), Pseudonyms(KEY)
    told = here.of("child", "c01")
    there.of("child", "c01")
    here.admit(there.made)
    with pytest.raises(CollisionError):
        here.admit({told: "00"})


def test_the_key_is_in_no_text_that_python_makes_of_it():
    made = Pseudonyms(KEY)
    made.of("child", "c01")
    assert KEY.hex() not in repr(made) and repr(KEY) not in repr(made) and "c01" not in repr(made)
    assert "c01" not in str(made.made)
    assert pickle.loads(pickle.dumps(made)).of("child", "c01") == made.of("child", "c01")


def test_a_new_key_is_for_its_owner_alone_and_never_written_over(tmp_path):
    path = new_key(tmp_path / "study.key")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(OverwriteError, match="no pseudonym can be made again"):
        new_key(path)
    assert path.read_bytes() == before
    assert len(read_key(path).key) == 32 and read_key(path).key != read_key(new_key(tmp_path / "b.key")).key


def test_a_new_key_is_for_its_owner_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        path = new_key(tmp_path / "study.key")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_cannot_be_written_whole_is_not_left_in_part(tmp_path, monkeypatch):
    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutputError, match="No space left"):
        new_key(tmp_path / "study.key")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
def test_a_key_that_others_may_use_is_refused_with_the_remedy(tmp_path, mode):
    path = new_key(tmp_path / "study.key")
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=r"chmod 600 study\.key"):
        read_key(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no key"),
        ("bowlby pseudonym key 1\n", "holds no key"),
        ("secret\n" + "0" * 64, "holds no key"),
        ("bowlby pseudonym key 1\n" + "0" * 62, "too short: 31 bytes"),
        ("bowlby pseudonym key 1\n" + "0" * 66, "too long: 33 bytes"),
        ("bowlby pseudonym key 1\n" + "x" * 64, "hexadecimal"),
        ("bowlby pseudonym key 1\n" + "é" * 64, "not plain text"),
    ],
)
def test_what_is_no_key_is_refused_without_printing_it(tmp_path, text, told):
    path = tmp_path / "study.key"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match=told) as refusal:
        read_key(path)
    assert refusal.value.remedy and refusal.value.value is None


def test_a_key_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_key(tmp_path / "none.key")


def record(labels: list[str], *, channel: str = "", code: str = "cry", reader: str = "table", **about) -> Record:
    """A record of one session, an event an actor."""
    rows = [("visit of Karl", one, "", channel, code, float(k), None, "", k + 1) for k, one in enumerate(labels)]
    window = [("visit of Karl", "observed", None, None, 0.0, 100.0, "", "stated")]
    return Record(
        events=pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"),
        windows=pl.DataFrame(window, schema=WINDOW_SCHEMA, orient="row"),
        metadata=about,
        provenance=(Provenance("karl.csv", SHA, reader, "0"),),
        quality=(Problem(ProblemKind.DUPLICATE, 2, ("row 1: Anna cry at 0 s",)),),
    )


def test_labels_of_persons_are_replaced_and_words_for_roles_stay():
    found = pseudonymous_record(record(["Anna", "Mother", "infant", "MOT", "mother 17", "Mal Anna"]), Pseudonyms(KEY))
    anna = of(KEY, "actor", "Anna")
    told = found.events["actor"].to_list()
    assert told[:4] == [anna, "Mother", "infant", "MOT"]
    assert told[4:] == [of(KEY, "actor", "mother 17"), of(KEY, "actor", "Mal Anna")]


def test_a_record_says_nothing_of_its_file_session_and_examples():
    about = {"private": "Anna", "child": "c01", "age_months": 12.0, "codable": {"child": ["cue.distress"], "Anna": []}}
    found = pseudonymous_record(record(["Anna"], **about), Pseudonyms(KEY))
    assert found.sessions == (of(KEY, "session", "visit of Karl"),)
    assert found.metadata["child"] == of(KEY, "child", "c01") and found.metadata["age_months"] == 12.0
    assert "private" not in found.metadata
    assert found.provenance[0].file == of(KEY, "file", SHA)
    assert found.provenance[0].sha256 == Pseudonyms(KEY).fingerprint(SHA) and SHA not in found.provenance[0].sha256
    assert found.quality == (Problem(ProblemKind.DUPLICATE, 2, ()),)


def test_words_of_the_scheme_stay_save_for_labels_within_them():
    made = Pseudonyms(KEY)
    found = pseudonymous_record(record(["Anna", "Bo"], channel="gaze@anna", code="Annabel Bo"), made)
    assert found.events["channel"].to_list() == [f"gaze@{of(KEY, 'actor', 'Anna')}"] * 2
    assert found.events["code"].to_list() == ["Annabel Bo"] * 2, "a label of two letters is not looked for in words"


def test_modifiers_keep_their_names_and_codes_that_were_only_declared_do_not_stay():
    sets = [{"code": "look at Anna", "names": ["toward Anna", "side"]}]
    found = pseudonymous_record(record(["Anna"], modifier_names=sets, codes_declared=["Karl"]), Pseudonyms(KEY))
    anna = of(KEY, "actor", "Anna")
    assert found.metadata["modifier_names"] == [{"code": f"look at {anna}", "names": [f"toward {anna}", "side"]}]
    assert "codes_declared" not in found.metadata
    assert pseudonymous_record(found, Pseudonyms(KEY)).metadata == found.metadata


@pytest.mark.parametrize(("reader", "hidden"), [("textgrid", True), ("elan", True), ("datavyu", False)])
def test_a_tier_is_taken_for_who_speaks_where_formats_are_used_so(reader, hidden):
    found = pseudonymous_record(record([""], channel="Anna", code="Anna", reader=reader), Pseudonyms(KEY))
    told = of(KEY, "actor", "Anna") if hidden else "Anna"
    assert found.events.select("channel", "code").row(0) == (told, told)


def test_a_codebook_speaks_of_the_labels_of_the_file_and_the_result_does_not():
    entry = CodebookEntry(("cry",), (Construct.CUE_DISTRESS,), Role.CHILD, actor="Anna")
    book = Codebook("lab", frozenset({(Role.CHILD, Construct.CUE_DISTRESS)}), (entry,))
    plain = book.apply(record(["Anna", "Otto"]))
    found = pseudonymous_coded(plain, Pseudonyms(KEY))
    assert isinstance(found, CodedRecord) and found.acts.height == 1
    assert found.acts["actor"].to_list() == [of(KEY, "actor", "Anna")]
    assert [one.actor for one in found.unmapped] == [of(KEY, "actor", "Otto")]
    said = ("session", "actor", "person")
    assert found.acts.drop(*said).equals(plain.acts.drop(*said))


def test_pseudonyms_of_pseudonyms_are_the_same_under_one_key_and_others_under_another():
    once = pseudonymous_record(record(["Anna"], child="c01", actors={"child": ["Anna"]}), Pseudonyms(KEY))
    again = pseudonymous_record(once, Pseudonyms(KEY))
    assert again.events.equals(once.events) and again.metadata == once.metadata
    assert once.metadata["actors"] == {"child": [of(KEY, "actor", "Anna")]}
    other = pseudonymous_record(once, Pseudonyms(OTHER))
    assert set(other.events["actor"]) & set(once.events["actor"]) == set()
    assert other.metadata["child"] != once.metadata["child"]


def test_a_manifest_keeps_ratings_and_what_is_asked_for_and_nothing_else(tmp_path):
    columns = {"file": "a.csv", "path": "/x/a.csv", "child": "c01", "coder": "Eva", "site": "north", "name": "Anna"}
    plain = pl.DataFrame({**columns, "group": "a", "sensitivity": 5.0, "age_months": None})
    found = pseudonymous_manifest(Manifest(plain, tmp_path), Pseudonyms(KEY), ["site"]).rows
    assert found.columns == plain.columns
    kept = ["file", "path", "site", "group", "sensitivity", "age_months"]
    assert found.select(kept).equals(plain.select(kept))
    told = {name: of(KEY, name, columns[name]) for name in ("child", "coder", "name")}
    assert found.select(list(told)).row(0, named=True) == told


REAL = ("boris", "boris_exports", "cha", "eaf", "its", "mangold", "opf", "rttm", "textgrid")


@pytest.mark.parametrize("folder", REAL)
def test_no_label_or_session_of_a_real_file_is_left_in_the_record(folder):
    """Names of four letters and more, the table's own words aside: shorter ones stand in words by chance."""
    files = sorted(path for path in (SHARED / folder).rglob("*") if path.is_file() and path.stat().st_size < 1_000_000)
    if not files:
        pytest.skip(f"there are no shared files of {folder} here")
    for path in files[:4]:
        try:
            read = read_record(path)
        except InputError:
            continue
        text = record_csv(pseudonymous_record(read, Pseudonyms(KEY)))
        labels = [label for label in read.events["actor"].unique() if label.lower() not in ROLE_LABELS]
        names = {*read.sessions, *labels, path.name} - {*EVENT_SCHEMA, "No focal subject"}
        assert [name for name in names if len(name) >= 4 and name in text] == [], path.name
