"""Every format of the comparison, from the shipped result, with purpose and limits."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest

from bowlby.purpose import PURPOSE_AND_LIMITS
from tests.cli.running import run


def test_json_keeps_the_contract():
    said = json.loads(run("compare", "--json").out)
    assert next(aspect["key"] for aspect in said["aspects"]) == "definition"
    assert len(said["aspects"]) == 7
    assert all({"name", "trauma", "neglect", "model", "evidence", "secure"} <= set(one) for one in said["aspects"])
    assert said["purpose_and_limits"] == list(PURPOSE_AND_LIMITS)


@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_tables_hold_lines_claims_and_limits(form: str, tmp_path: Path):
    file = tmp_path / f"compare.{form}"
    done = run("compare", "--format", form, "-o", file)
    assert done.code == 0, done.err
    text = html.unescape(file.read_text(encoding="utf-8"))
    for words in (
        "M10.6",
        "M11.1",
        "Bunea et al. 2017",
        "Secure care",
        "source says" if form != "text" else "The source",
    ):
        assert words in text, words
    for sentence in PURPOSE_AND_LIMITS:
        assert sentence in text


@pytest.mark.parametrize(("form", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_the_infographic_as_a_file(form: str, start: bytes, tmp_path: Path):
    file = tmp_path / f"compare.{form}"
    assert run("compare", "--format", form, "-o", file).code == 0
    assert file.read_bytes().startswith(start)
    again = run("compare", "--format", form, "-o", file, "--json")
    assert again.code != 0
    assert run("compare", "--format", form, "-o", file, "--force").code == 0


def test_text_goes_to_the_screen():
    done = run("compare")
    assert done.code == 0
    assert done.out.startswith("Trauma and neglect, side by side")
    assert PURPOSE_AND_LIMITS[-1] in done.out


def test_a_picture_needs_a_file():
    done = run("compare", "--format", "png")
    assert done.code == 2
    assert "-o" in done.err
