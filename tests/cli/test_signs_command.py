"""`bowlby signs` as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bowlby.model.signs.registry import SIGNS
from tests.cli.running import run

HEAVY = {"jax", "numpyro", "polars", "scipy.stats", "pandas", "xarray", "zarr", "altair"}


def test_json_has_the_keys_of_the_contract():
    done = run("signs", "--age", 40, "--sign", "fear=present", "--sign", "isolation=absent:teacher", "--json")
    told = json.loads(done.out)
    assert done.code == 0
    assert set(told["states"]) == set(told["base_rates"])
    assert told["states"]["threat_expectation"]["probability"] > told["base_rates"]["threat_expectation"]["probability"]
    assert 0 < told["unexplained"] < 1 and {"sign", "bits"} <= set(told["next"][0])
    assert told["purpose_and_limits"] and told["verdict"] == "not enough to tell"


def test_no_sign_prints_base_rates():
    told = json.loads(run("signs", "--age", 40, "--json").out)
    assert told["states"] == told["base_rates"]


def test_text_shows_base_rates_other_meanings_help_and_limits():
    done = run("signs", "--age", 40, "--sign", "fear=present")
    assert done.code == 0
    for words in ("base", "not enough to tell", "what else", "what helps whatever the cause", "Not for diagnosis"):
        assert words in done.out
    row = next(line for line in done.out.splitlines() if "threat expectation, high" in line)
    assert "│" in row and row.split()[-1] == "0.10"


def test_a_file_and_words_add_up(tmp_path: Path):
    path = tmp_path / "signs.toml"
    path.write_text('age_months = 40\n[[sign]]\nsign = "fear"\nvalue = "present"\n', encoding="utf-8")
    told = json.loads(run("signs", path, "--sign", "volatility=absent", "--json").out)
    assert [sign["sign"] for sign in told["signs"]] == ["fear", "volatility"] and told["age_months"] == 40


def test_the_list_names_every_sign():
    told = json.loads(run("signs", "--list", "--json").out)
    assert [row["sign"] for row in told["known"]] == list(SIGNS)
    assert all(name in run("signs", "--list").out for name in SIGNS)


def test_bad_input_ends_in_two_with_place_and_remedy():
    for words, column in (
        (("--age", 40, "--sign", "feer=present"), "sign"),
        (("--sign", "fear=present"), "--age"),
        (("--age", 400), "--age"),
        (("--age", "nan"), "--age"),
        (("--age", 40, "--sign", "fear=present:::2999-01-01"), "date"),
    ):
        done = run("signs", *words, "--json")
        error = json.loads(done.out)
        assert (done.code, error["column"]) == (2, column) and error["remedy"]


def test_signs_load_neither_jax_nor_polars():
    code = (
        "from bowlby.cli import main\n"
        "try: main(['signs', '--age', '40', '--sign', 'fear=present', '--json'])\n"
        "except SystemExit as leaving: assert not leaving.code\n"
        "import sys; print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stderr.split()) & HEAVY
