"""`bowlby infer --base-rates`, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import run

PLAY = Path(__file__).parents[2] / "examples" / "records" / "play.csv"


def test_base_rates_are_used_and_reported():
    done = run("infer", PLAY, "--base-rates", ".55,.2,.15,.1", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["base_rates"]["stated"] == {"neither": 0.55, "threat": 0.2, "deprivation": 0.15, "both": 0.1}
    plain = json.loads(run("infer", PLAY, "--json").out)
    assert plain["base_rates"]["stated"] == plain["base_rates"]["simulated"] == found["base_rates"]["simulated"]
    # More threat where more is expected.
    assert found["axes"]["threat"]["above_cut"] > plain["axes"]["threat"]["above_cut"]
    assert "severity" in found["base_rates"]["note"]


@pytest.mark.parametrize("rates", [".5,.5", "a,b,c,d", ".9,.2,.1,.1", "1,0,0,0", ".5,.2,.2,.1,.0", "nan,.2,.2,.1"])
def test_base_rates_that_mean_nothing_are_refused_with_a_remedy(rates: str):
    done = run("infer", PLAY, "--base-rates", rates, "--json")
    assert done.code == 2 and "together 1" in json.loads(done.out)["remedy"]


def test_base_rates_far_from_what_was_simulated_are_refused():
    done = run("infer", PLAY, "--base-rates", ".000001,.000001,.000001,.999997", "--json")
    assert done.code == 2 and "effective draws" in json.loads(done.out)["message"]
