"""Codebooks completed by hand reach all that the shared real records distinguish; the page shows the run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bowlby.formats.read import read_record
from bowlby.records.codebook import EventFate
from bowlby.records.codebook_file import load_codebook
from checks.schemes import EXAMPLES, ODD, PAGE, SCHEMES, Scheme, acts_reached, page, scheme_reach

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("BOWLBY_SHARED", ROOT.parent / "shared")) / "data" / "records"
WITHOUT_EVENTS = {
    "SOURCES.md",
    "fsit_InfGaze_P6_4mo.csv",
    "gering_SCC_ID_data_blinded_stage1.csv",
    "gering_codebook.txt",
}
needs_records = pytest.mark.skipif(not SHARED.exists(), reason="the shared data folder is not beside this clone")


@pytest.mark.parametrize("path", sorted([*EXAMPLES.glob("*.toml"), *ODD.glob("*.toml")]), ids=lambda path: path.stem)
def test_a_codebook_loads_and_says_why_it_leaves_out(path: Path):
    load_codebook(path)
    assert path.read_text(encoding="utf-8").count("[[ignore]]") == path.read_text(encoding="utf-8").count("reason = ")


@needs_records
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_nothing_of_a_scheme_is_out_of_reach(scheme: Scheme):
    found = scheme_reach(scheme, SHARED)
    assert found.files and found.reached == found.acts
    if found.events[EventFate.UNMAPPED]:
        assert load_codebook(scheme.path).description, "what stays unmapped has a reason"


@needs_records
def test_every_file_with_events_has_a_scheme():
    named = {path for scheme in SCHEMES for files in scheme.files for path in SHARED.glob(files)}
    left = {path.name for path in SHARED.rglob("*") if path.is_file() and path not in named}
    assert left == WITHOUT_EVENTS


@needs_records
def test_the_page_is_what_a_run_gives():
    assert PAGE.read_text(encoding="utf-8") == page(SHARED), "run python -m checks.schemes"


def test_an_act_that_has_the_modifiers_of_another_and_more_is_told_from_it(golden: Path):
    for name in ("boris.boris", "play.opf", "play.cha", "play.its", "play.TextGrid", "noldus.csv", "play_datavyu.csv"):
        record = read_record(golden / name)
        keys = ["actor", "channel", "code", "modifiers"]
        assert acts_reached(record) == record.events.select(keys).n_unique(), name
