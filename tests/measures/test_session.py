"""One call measures everything, whatever the record lacks, and each measure has its definition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bowlby.errors import CodebookError
from bowlby.measures import entropy_rate
from bowlby.measures.day import DAY_SCHEMA, answers_by_hour
from bowlby.measures.definitions import all_definitions, definition_of, page
from bowlby.measures.episodes import EpisodeRule
from bowlby.measures.pooled_latency import pooled_latency
from bowlby.measures.session import GRID_SCHEMA, PAIR_EPISODE_SCHEMA, measure, windows_grid
from bowlby.measures.value import MeasureStatus
from tests.measures.strange_room import STILL_FACE, secure
from tests.measures.strange_room import coded as watched
from tests.measures.test_preschool import END, PEOPLE, in_charge

ROOT = Path(__file__).parents[2]


def dyad(seed=0, without=None):
    """Return the acts of half an hour in which much happens, one of them left out by its index."""
    generator = np.random.default_rng(seed)
    acts = []
    for name, n, length in (
        ("cue.vocal", 60, 1.0),
        ("cue.distress", 12, 8.0),
        ("answer", 70, 2.0),
        ("voice", 50, 2.0),
        ("smile", 30, None),
        ("hold", 10, 20.0),
        ("intrude", 8, 2.0),
        ("fright.harsh", 2, None),
    ):
        onsets = generator.uniform(0, 1770, n)
        acts += [(name, t, None if length is None else t + length) for t in onsets]
    return [act for k, act in enumerate(acts) if k != without]


def taken(coded, **how):
    return measure(coded, EpisodeRule(), shifts=99, **how)


@pytest.mark.parametrize(
    ("acts", "options"),
    [
        ([], {}),
        ([], {"observed": []}),
        ([], {"codable": []}),
        ([("answer", 3.0, 4.0), ("voice", 3.0, 4.0)] * 8, {}),
        ([("cue.bid", 30.0 * k, None) for k in range(9)], {}),
        ([("cue.vocal", 0.0, 1.0), ("answer", 0.5, None)], {"observed": [(0, 1)]}),
        ([("cue.distress", 5.0, 9.0)], {"masks": [(None, 0, 600)]}),
        ([("cue.bid", 700.0, 710.0), ("answer", 705.0, None)], {"observed": [(0, 600)]}),
        (dyad(), {"observed": [(0, 1800)]}),
    ],
)
def test_no_record_raises_and_nothing_is_nan(make_coded, acts, options):
    table = taken(make_coded(acts, **options))
    assert dict(table.episodes.schema) == PAIR_EPISODE_SCHEMA
    for item in table.measures:
        assert item.name == item.name.strip()
        assert (item.estimate is None) == (item.status not in (MeasureStatus.ASSESSED, MeasureStatus.LOWER_BOUND))
        assert item.note or item.status == MeasureStatus.ASSESSED
        assert item.n >= 0
        if item.estimate is not None and item.low is not None and item.high is not None:
            assert item.low - 1e-9 <= item.estimate <= item.high + 1e-9, item


def test_sessions_keep_their_order_and_names_are_unique_within_one(make_coded):
    acts = [("cue.bid", 10.0, None, None, "z"), ("answer", 12.0, None, None, "a")]
    table = taken(make_coded(acts, sessions=["z", "a"]))
    assert list(dict.fromkeys(m.session for m in table.measures)) == ["z", "a"]
    names = [(m.actor, m.name) for m in table.of("z")]
    assert len(set(names)) == len(names)
    assert names == [(m.actor, m.name) for m in table.of("a")]
    assert table.named("rate: cue.bid", "a").n == 0


def test_one_seed_one_result_whatever_else_is_measured(make_coded):
    coded = make_coded(dyad(), observed=[(0, 1800)])
    assert taken(coded, seed=3).measures == taken(coded, seed=3).measures
    two = make_coded([(*act, None, "s") for act in dyad()], observed=[(0, 1800)], sessions=["first", "s"])
    assert taken(two, seed=3).of("s") == taken(coded, seed=3).measures


def test_removing_one_code_changes_its_own_rows_and_no_unrelated_measure(make_coded):
    whole = {(m.actor, m.name): m for m in taken(make_coded(dyad(), observed=[(0, 1800)])).measures}

    def changed(index):
        coded = make_coded(dyad(without=index), observed=[(0, 1800)])
        return {key[1] for key, m in {(m.actor, m.name): m for m in taken(coded).measures}.items() if m != whole[key]}

    # Acts are listed by kind: 60 vocal, 12 distress, 70 answer, 50 voice, 30 smile, 10 hold, 8 intrude, 2 harsh.
    harsh, smile, hold = changed(241), changed(200), changed(230)
    assert harsh == {"rate: fright.harsh", "scaring acts: fright.harsh", "threat density"}
    assert {"rate: smile", "no play, talk or smiles", "warm acts"} <= smile
    assert {"rate: hold", "share of time: hold", "no holding or cuddling"} <= hold
    warm = {"warm acts", "warm acts noticed", "warm acts noticed, share"}
    order = {"order of acts, lag 1", "cue then answer, lag 1"}
    assert smile <= {"rate: smile", "no play, talk or smiles", *warm, *order}
    holding = {"rate: hold", "share of time: hold", "mean bout: hold", "no holding or cuddling"}
    touch_signal = set(entropy_rate.DEFINITIONS)
    assert hold <= {*holding, *warm, *order, *touch_signal}


def test_the_codebooks_rule_is_used_and_a_bad_one_refused(make_coded):
    coded = make_coded([])
    object.__setattr__(coded, "settings", {"window_s": 4})
    assert measure(coded).rule.window_s == 4
    object.__setattr__(coded, "settings", {"windwo_s": 4})
    with pytest.raises(CodebookError, match="window_s"):
        measure(coded)


def test_results_over_a_grid_of_windows(make_coded):
    coded = make_coded(dyad(), observed=[(0, 1800)])
    grid = windows_grid(coded, EpisodeRule(), [2.0, 5.0, 10.0], shifts=50)
    assert dict(grid.schema) == GRID_SCHEMA
    share = grid.filter(pl.col("name") == "share answered: other cues")
    assert share["window_s"].to_list() == [2, 5, 10]
    assert share["estimate"].is_sorted()
    assert share["estimate"][0] < share["estimate"][2]


def test_answers_over_the_day(make_coded):
    acts = [("cue.bid", 100.0, None), ("answer", 101.0, None), ("answer", 3000.0, None), ("cue.bid", 4000.0, None)]
    day = answers_by_hour(make_coded(acts, observed=[(0, 9000)], masks=[(None, 7200, 9000)]), EpisodeRule(), "s")
    assert dict(day.schema) == DAY_SCHEMA
    assert day.select("start_s", "end_s", "codable_s", "answers", "cues", "answered").rows() == [
        (0, 3600, 3600, 2, 1, 1),
        (3600, 7200, 3600, 0, 1, 0),
        (7200, 9000, 0, 0, 0, 0),
    ]
    assert day["answers_per_hour"].to_list() == [2, 0, None]
    assert day["share_answered"].to_list() == [1, 0, None]


def test_every_measure_has_a_definition_and_its_section(make_coded):
    table = taken(make_coded(dyad(), observed=[(0, 1800)]))
    text = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    for item in table.measures:
        assert f"## {item.name.partition(': ')[0]}\n" in text
        assert definition_of(item.name).formula
    over_sessions = pooled_latency(table.episodes, table.rule)
    strange, still = watched({"s": secure()}), watched({"s": STILL_FACE}, observed=(0.0, 360.0))
    preschool = watched({"s": [*PEOPLE, *in_charge("punitive")]}, observed=END)
    procedures = [measure for one in (strange, still, preschool) for measure in taken(one).measures]
    emitted = {m.name.partition(": ")[0] for m in [*table.measures, *over_sessions, *procedures]}
    assert set(all_definitions()) == emitted


def test_the_page_is_the_one_the_definitions_give():
    assert (ROOT / "docs" / "measures.md").read_text(encoding="utf-8") == page()


DATA = ROOT.parent / "shared" / "data" / "records"


@pytest.mark.skipif(not DATA.exists(), reason="the shared data folder is not beside this clone")
def test_a_day_of_an_infants_vocal_life():
    from bowlby.formats.read import read_record
    from bowlby.records.codebook_file import load_codebook

    codebook = load_codebook(ROOT / "examples" / "codebooks" / "lena-segments.toml")
    path = DATA / "lena_segments" / "warlaumont_0300_000607_segments.csv"
    coded = codebook.apply(read_record(path, codebook.layout))
    table = measure(coded, shifts=200)
    (session,) = coded.sessions
    assert table.named("rate: cue.vocal").n == 715
    assert table.named("rate: answer").n == 315
    at_once = table.named("share answered at once: other cues")
    assert at_once.estimate > 0 and "tiles" in at_once.note
    assert table.named("threat density").status == MeasureStatus.NOT_ASSESSABLE
    assert table.named("rate: touch").status == MeasureStatus.NOT_ASSESSABLE
    # A baseline from shifting across the whole day is that of sleep: the stretches of 30 min give a much higher one.
    assert table.named("P(answer | cue): other cues").baseline > 0.05
    assert answers_by_hour(coded, table.rule, session)["answers"].sum() == 315
