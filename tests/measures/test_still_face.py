"""Phases, seconds and contrasts of the still face on courses written by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bowlby.errors import ParameterError
from bowlby.measures.still_face import (
    CONTRASTS,
    OUTCOMES,
    PHASE_SCHEMA,
    StillFaceCriteria,
    effect,
    phases,
    seconds,
    summary,
)

WINDOW = [(0.0, 360.0)]
STILL = ("ignore", 120.0, 240.0)
CODES = ["child:affect", "gaze.partner", "gaze.away", "explore", "cue.distress", "resist", "cue.positive", "ignore"]


def course(session: str | None = None) -> list[tuple]:
    """Return play (looks 90 s, glad 60), still face (60 s of toys, 30 of protest), reunion (looks 30 s, cries 15)."""
    acts = [
        ("gaze.partner", 0.0, 90.0, None),
        ("child:affect", 0.0, 60.0, 1.0),
        ("child:affect", 60.0, 120.0, 0.0),
        ("explore", 120.0, 180.0, None),
        ("cue.distress", 190.0, 220.0, None),
        ("child:affect", 190.0, 220.0, -1.0),
        ("gaze.partner", 260.0, 290.0, None),
        ("child:affect", 240.0, 360.0, 0.5),
        ("cue.distress", 240.0, 255.0, None),
        ("ignore", 5.0, 20.0, None),
        (*STILL, None),
    ]
    return [(*act, session) for act in acts] if session else acts


def found(make_coded, acts=None, **options) -> dict[tuple[str, str], dict]:
    coded = make_coded(course() if acts is None else acts, observed=WINDOW, codable=CODES, **options)
    return {(row["outcome"], row["contrast"]): row for row in effect(coded).iter_rows(named=True)}


def test_the_longest_ignoring_is_the_still_face(make_coded):
    coded = make_coded(course(), observed=WINDOW, codable=CODES)
    assert phases(coded).rows() == [
        ("s", "play", 0.0, 120.0),
        ("s", "still", 120.0, 240.0),
        ("s", "reunion", 240.0, 360.0),
    ]
    assert phases(coded, StillFaceCriteria(fewest_s=121.0)).is_empty()
    brief = make_coded([("ignore", 100.0, 144.0)], observed=WINDOW)
    assert phases(brief).is_empty() and effect(brief).is_empty()
    last = phases(make_coded([("ignore", 300.0, 360.0)], observed=WINDOW))
    assert last["phase"].to_list() == ["play", "still"]


def test_each_second_is_named_by_what_holds_at_its_middle(make_coded):
    coded = make_coded(course(), observed=WINDOW, codable=CODES)
    rows = seconds(coded, phases(coded))
    count = dict(
        rows.group_by("phase", "state").len().select(pl.concat_str("phase", pl.lit(" "), "state"), "len").rows()
    )
    assert count == {
        "play positive": 60,
        "play withdrawn": 60,
        "still object": 60,
        "still protest": 30,
        "still withdrawn": 30,
        "reunion protest": 15,
        "reunion positive": 30,
        "reunion withdrawn": 75,
    }


def test_effect_carry_over_and_recovery_by_hand(make_coded):
    rows = found(make_coded)
    assert rows["positive", "effect"]["estimate"] == pytest.approx(-60 / 120)
    assert rows["positive", "carry_over"]["estimate"] == pytest.approx((30 - 60) / 120)
    assert rows["positive", "recovery"]["estimate"] == pytest.approx(30 / 120)
    assert rows["protest", "effect"]["estimate"] == pytest.approx(30 / 120)
    assert rows["gaze", "effect"]["estimate"] == pytest.approx(-90 / 120)
    assert rows["gaze", "carry_over"]["estimate"] == pytest.approx((30 - 90) / 120)
    assert rows["affect", "effect"]["estimate"] == pytest.approx(-1.0 - 0.5)
    assert set(rows) == {(outcome, contrast) for outcome in (*OUTCOMES, "affect") for contrast in CONTRASTS}
    assert all(row["low"] <= row["estimate"] <= row["high"] for row in rows.values() if row["low"] is not None)
    assert rows["gaze", "effect"]["low"] is not None and rows["gaze", "effect"]["seconds"] == 240


def test_time_that_could_not_be_coded_is_in_no_share(make_coded):
    rows = found(make_coded, masks=[("child:gaze.partner", 60.0, 120.0)])
    assert rows["gaze", "effect"]["from_share"] == 1.0 and rows["gaze", "effect"]["seconds"] == 180
    everything = found(make_coded, masks=[(None, 0.0, 120.0)])
    assert {contrast for _, contrast in everything} == {"recovery"}


def test_only_what_was_codable_is_told(make_coded):
    coded = make_coded(course(), observed=WINDOW, codable=["gaze.partner", "ignore"])
    assert set(effect(coded)["outcome"]) == {"positive", "gaze"}
    assert effect(make_coded(course(), observed=WINDOW, codable=["ignore"])).is_empty()


def test_the_stop_rule_is_noted(make_coded):
    assert found(make_coded)["gaze", "effect"]["note"] == ""
    short = [act for act in course() if act[:3] != STILL]
    crying = [*short, ("ignore", 120.0, 200.0, None), ("cue.distress", 185.0, 205.0, None)]
    assert found(make_coded, crying)["gaze", "effect"]["note"] == "still face ended after 80 s of crying: the stop rule"
    calm = [*short, ("ignore", 120.0, 185.0, None)]
    assert found(make_coded, calm)["gaze", "effect"]["note"] == "still face ended after 65 s"


def test_phases_may_be_given(make_coded):
    coded = make_coded([act for act in course() if act[0] != "ignore"], observed=WINDOW, codable=CODES)
    rows = [("s", "play", 0.0, 120.0), ("s", "still", 120.0, 240.0), ("s", "reunion", 240.0, 360.0)]
    given = pl.DataFrame(rows, schema=PHASE_SCHEMA, orient="row")
    with_ignore = make_coded(course(), observed=WINDOW, codable=CODES)
    assert_frame_equal(effect(coded, given=given), effect(with_ignore))
    with pytest.raises(ParameterError):
        effect(coded, given=given.with_columns(phase=pl.lit("pause")))
    with pytest.raises(ParameterError):
        effect(coded, given=given.with_columns(offset_s=pl.col("onset_s")))


def test_many_sessions_at_once_are_the_same_as_one_by_one(make_coded):
    names = [f"s{k}" for k in range(500)]
    acts = [act for name in names for act in course(name)]
    coded = make_coded(acts, observed=WINDOW, codable=CODES, sessions=names)
    rows = effect(coded)
    assert rows.height == 500 * 18
    alone = effect(make_coded(course(), observed=WINDOW, codable=CODES)).drop("session")
    for name in ("s0", "s77", "s499"):
        assert_frame_equal(rows.filter(pl.col("session") == name).drop("session"), alone)
    totals = summary(rows)
    assert totals["sessions"].to_list() == [500] * 18
    assert totals.row(by_predicate=(pl.col("outcome") == "gaze") & (pl.col("contrast") == "effect"))[
        2
    ] == pytest.approx(-0.75)


def looking(rng: np.random.Generator, share: float, start: float, end: float) -> list[tuple]:
    acts: list[tuple] = []
    at = start
    while at < end:
        on = rng.exponential(8 * share)
        acts.append(("gaze.partner", at, min(at + on, end), None))
        at += on + rng.exponential(8 * (1 - share))
    return acts


def test_the_interval_holds_the_true_effect(make_coded):
    # Looks and looks away with a mean cycle of 8 s: the true effect is -.4. 150 sessions at 90 % coverage or more:
    # fewer than 122 hits come with probability under .1 %
    rng = np.random.default_rng(5)
    names = [f"s{k}" for k in range(150)]
    acts: list[tuple] = []
    for name in names:
        own = [*looking(rng, 0.7, 0, 120), *looking(rng, 0.3, 120, 240), *looking(rng, 0.5, 240, 360), (*STILL, None)]
        acts += [(*act, name) for act in own]
    rows = effect(make_coded(acts, observed=WINDOW, codable=CODES, sessions=names))
    gaze = rows.filter((pl.col("outcome") == "gaze") & (pl.col("contrast") == "effect"))
    held = ((gaze["low"] <= -0.4) & (gaze["high"] >= -0.4)).sum()
    assert held >= 122
    over_all = summary(rows).filter((pl.col("outcome") == "gaze") & (pl.col("contrast") == "effect")).row(0, named=True)
    # standard error about .01: beyond .04 less than once in 10,000 runs
    assert abs(over_all["estimate"] + 0.4) < 0.04 and over_all["low"] < over_all["estimate"] < over_all["high"]


@pytest.mark.parametrize("wrong", [{"fewest_s": 0.0}, {"nominal_s": -1.0}, {"stopped_after_s": float("nan")}])
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ParameterError):
        StillFaceCriteria(**wrong)
