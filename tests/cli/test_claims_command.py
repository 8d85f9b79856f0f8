"""The command on one row with few children: keys of the contract, contrary evidence first, a page, and bad input."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from bowlby.cli.claims import _text  # pyright: ignore[reportPrivateUsage]
from bowlby.evidence.claims_register import judge
from bowlby.evidence.claims_register.aspects import EvidenceMark
from bowlby.evidence.claims_register.judge import JudgedClaim
from bowlby.evidence.claims_register.lives import ClaimSampleSizes
from bowlby.evidence.claims_register.lives_folder import lives_folder
from bowlby.evidence.claims_register.marks import PublishedEvidence
from bowlby.evidence.claims_register.origin import Origin, OriginEvidence
from bowlby.evidence.claims_register.result import ContrastResult, ResultDirection
from bowlby.evidence.claims_register.rows import CLAIMS
from bowlby.purpose import PURPOSE_AND_LIMITS
from tests.cli.running import run

KEYS = {"id", "row", "contrast", "origin", "model", "low", "high", "published", "citation", "evidence", "model_mark"}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(judge, "QUICK", ClaimSampleSizes(48, 48))


@pytest.mark.slow
def test_json_says_what_the_contract_asks_for(tmp_path: Path):
    page, kept = tmp_path / "claims.html", tmp_path / "kept"
    done = run("claims", "--row", "M5", "--quick", "--json", "-o", page, "--resume", kept)
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert all(set(row) >= KEYS for row in said["claims"])
    assert {row["row"] for row in said["claims"]} == {"M5"}
    for counts in ("evidence_marks", "model_marks", "origins"):
        assert sum(said[counts].values()) == len(said["claims"])
    assert not {"verdict", "verdicts", "rule"} & {*said, *(key for row in said["claims"] for key in row)}
    assert said["purpose_and_limits"] == list(PURPOSE_AND_LIMITS)
    html = page.read_text(encoding="utf-8")
    assert "M5.2" in html
    assert "No evidence at hand" in html
    assert PURPOSE_AND_LIMITS[0][:60] in html
    assert len(list(kept.glob("*.npz"))) == 5


def test_text_tells_contrary_evidence_first():
    made = [_judged(place, mark) for place, mark in enumerate(reversed(EvidenceMark))]
    text = "\n".join(_text(made, None))
    places = [text.index(f"\nEVIDENCE: {str(mark).upper()} (1)") for mark in EvidenceMark]
    assert places == sorted(places)
    assert text.count("model: put in.") == len(made)
    assert PURPOSE_AND_LIMITS[0] in text


def _judged(place: int, mark: EvidenceMark) -> JudgedClaim:
    descent, evidence = OriginEvidence(Origin.ASSUMED, "It was put in."), PublishedEvidence(mark, "By a rule.")
    return JudgedClaim(CLAIMS[place], ContrastResult(0.5, 0.4, 0.6, 0.1), ResultDirection.FOR, descent, "", evidence)


def test_finished_lives_are_kept_in_the_cache_for_a_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path))
    folder = tmp_path / "claims"
    folder.mkdir()
    for name, days in (("new", 1), ("old", 8)):
        (folder / f"{name}.npz").touch()
        os.utime(folder / f"{name}.npz", (time.time() - days * 86400.0,) * 2)
    assert lives_folder(None) == folder
    assert [file.name for file in folder.iterdir()] == ["new.npz"]
    assert lives_folder(tmp_path / "own") == tmp_path / "own"


def test_an_unknown_row_is_bad_input():
    done = run("claims", "--row", "M17", "--json")
    assert done.code == 2
    assert json.loads(done.out)["value"] == "M17"
