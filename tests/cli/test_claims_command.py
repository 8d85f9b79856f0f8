"""The command on one row with few children: keys of the contract, disagreements first, a page, and bad input."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from bowlby.cli.claims import _text, kept_lives  # pyright: ignore[reportPrivateUsage]
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.study.claims import judge
from bowlby.study.claims.judge import ORDER, Judged
from bowlby.study.claims.lives import Numbers
from bowlby.study.claims.origin import Descent, Origin
from bowlby.study.claims.register import CLAIMS
from bowlby.study.claims.verdict import Found, Result, Rule, Ruling, Verdict
from tests.cli.running import run

KEYS = {"id", "row", "contrast", "origin", "model", "low", "high", "published", "citation", "verdict"}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(judge, "QUICK", Numbers(48, 48))


@pytest.mark.slow
def test_json_says_what_the_contract_asks_for(tmp_path: Path):
    page, kept = tmp_path / "claims.html", tmp_path / "kept"
    done = run("claims", "--row", "M5", "--quick", "--json", "-o", page, "--resume", kept)
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert all(set(row) >= KEYS for row in said["claims"])
    assert {row["row"] for row in said["claims"]} == {"M5"}
    assert sum(said["verdicts"].values()) == len(said["claims"]) == sum(said["origins"].values())
    assert said["purpose_and_limits"] == list(PURPOSE_AND_LIMITS)
    html = page.read_text(encoding="utf-8")
    assert "M5.2" in html
    assert "Disagrees" in html
    assert PURPOSE_AND_LIMITS[0][:60] in html
    assert len(list(kept.glob("*.npz"))) == 5


def test_text_tells_disagreements_first():
    made = [_judged(place, verdict) for place, verdict in enumerate(reversed(ORDER))]
    text = "\n".join(_text(made, None))
    places = [text.index(f"\n{str(verdict).upper()} (1)") for verdict in ORDER]
    assert places == sorted(places)
    assert PURPOSE_AND_LIMITS[0] in text


def _judged(place: int, verdict: Verdict) -> Judged:
    descent = Descent(Origin.ASSUMED, "It was put in.")
    ruling = Ruling(verdict, Rule.UNPUBLISHED, "By a rule.")
    return Judged(CLAIMS[place], Result(0.5, 0.4, 0.6, 0.1), Found.FOR, descent, "", ruling)


def test_finished_lives_are_kept_in_the_cache_for_a_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path))
    folder = tmp_path / "claims"
    folder.mkdir()
    for name, days in (("new", 1), ("old", 8)):
        (folder / f"{name}.npz").touch()
        os.utime(folder / f"{name}.npz", (time.time() - days * 86400.0,) * 2)
    assert kept_lives(None) == folder
    assert [file.name for file in folder.iterdir()] == ["new.npz"]
    assert kept_lives(tmp_path / "own") == tmp_path / "own"


def test_an_unknown_row_is_bad_input():
    done = run("claims", "--row", "M17", "--json")
    assert done.code == 2
    assert json.loads(done.out)["value"] == "M17"
