"""Episodes, scales and classes of the Strange Situation on courses written by hand."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bowlby.errors import InputError, ParameterError
from bowlby.measures.strange_situation import (
    CLASSES,
    ClassThresholds,
    EpisodeCriteria,
    FormationThresholds,
    classify,
    episodes_of_procedure,
    scales,
    shares,
)
from bowlby.records.constructs import VOCABULARY, Construct, Role
from tests.measures.strange_room import (
    END_S,
    R5,
    R8,
    ROOM,
    STRATEGIES,
    avoidant,
    coded,
    crying,
    pair,
    resistant,
    room,
    secure,
)

SCALES = ("proximity_seeking_8", "contact_maintaining_8", "avoidance_8", "resistance_8")


def row(acts, **options) -> dict:
    return scales(coded({"s": acts}, **options)).row(0, named=True)


def class_of(acts, rule: ClassThresholds | None = None, **options) -> dict:
    return classify(scales(coded({"s": acts}, **options)), rule).row(0, named=True)


def episodes(acts, **options) -> dict[int, tuple[float, float]]:
    found = episodes_of_procedure(coded({"s": acts}, **options))
    return {episode: (onset, offset) for _, episode, onset, offset in found.iter_rows()}


def without(index: int) -> list:
    return [act for number, act in enumerate(ROOM) if number != index]


def test_the_episodes_are_found_from_who_is_in_the_room():
    assert episodes(ROOM) == {
        2: (0.0, 240.0),
        3: (240.0, 420.0),
        4: (420.0, 600.0),
        5: (600.0, 780.0),
        6: (780.0, 960.0),
        7: (960.0, 1140.0),
        8: (1140.0, END_S),
    }


def test_a_separation_coded_in_two_pieces_that_touch_is_one():
    acts = [*without(2), ("separation", 780.0, 960.0), ("separation", 960.0, 1140.0)]
    assert episodes(acts) == episodes(ROOM)


def test_a_stranger_who_stays_for_the_first_seconds_of_a_reunion_does_no_harm():
    acts = [("stranger", 240.0, 610.0), *without(0)]
    assert episodes(acts) == episodes(ROOM)
    assert 5 not in episodes([("stranger", 240.0, 700.0), *without(0)])


@pytest.mark.parametrize(
    ("people", "missing"),
    [
        (without(0), [3, 4]),
        (without(3), [7]),
        (without(2), [6, 7, 8]),
        ([("stranger", 240.0, 600.0), ("separation", 420.0, 600.0)], [6, 7, 8]),
        ([*ROOM[:3], ("stranger", 780.0, 1140.0)], [6]),
        ([], [3, 4, 5, 6, 7, 8]),
    ],
)
def test_a_missing_episode_is_found_and_said(people, missing):
    found = row(people)
    assert found["missing"] == missing
    named = class_of(people)
    assert named["class"] == "CC" and named["second"] is None
    assert named["reason"] == f"episode missing: {', '.join(map(str, missing))}"


def test_a_reunion_that_could_hardly_be_coded_is_missing():
    acts = secure()
    hidden = [("s", None, None, R8, END_S - 29.0)]
    found = row(acts, masks=hidden)
    assert found["missing"] == [8] and found["avoidance_8"] is None and found["scorable_8"] is None
    assert row(acts, masks=[("s", None, None, R8, END_S - 31.0)])["missing"] == []
    assert class_of(acts, masks=hidden)["class"] == "CC"


def test_an_episode_that_a_lab_does_without_is_a_setting():
    acts = [act for act in secure() if act[:2] != ("stranger", 960.0)]
    assert class_of(acts)["class"] == "CC"
    assert class_of(acts, ClassThresholds(needed=(5, 8)))["class"] == "B"
    with pytest.raises(ParameterError):
        ClassThresholds(needed=(9,))


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_strategy_lands_in_its_class(name):
    course, expected = STRATEGIES[name]
    named = class_of(course())
    assert named["class"] == expected
    assert named["second"] == ("B" if expected == "D" else None)


def test_the_indifferent_child_is_said_to_have_formed_no_attachment():
    named = class_of(STRATEGIES["indifferent"][0]())
    assert (named["reason"], named["attachment_formed"]) == ("no attachment formed", False)


def test_seeking_the_stranger_as_much_as_the_caregiver_is_no_attachment():
    friendly = [("approach", at + 3, at + 8, "caregiver") for at in (R5, R8)]
    friendly += [("approach", at + 3, at + 8, "stranger") for at in (245.0, 425.0, 960.0)]
    assert class_of(room(*friendly))["class"] == "CC"
    choosy = [act for act in friendly if act[3] == "caregiver"]
    assert class_of(room(*choosy))["class"] == "B"


def test_an_unnamed_approach_while_only_the_stranger_is_there_is_for_the_stranger():
    before = row(room())["seeking_preference"]
    assert row(room(("approach", 1000.0, 1004.0)))["seeking_preference"] < before
    assert row(room(("cue.bid", 1000.0, 1004.0)))["seeking_preference"] == before
    assert row(room(("approach", 300.0, 304.0)))["seeking_preference"] == before


def test_crying_alone_tells_no_person_from_another():
    assert row(room(*crying((780, 960))))["separation_distress"] == 0.0
    assert row(room(*crying((420, 600))))["separation_distress"] == pytest.approx(0.5)


def test_an_avoidant_child_is_not_taken_for_one_without_attachment():
    found = row(avoidant())
    assert found["seeking_preference"] == found["greeting_preference"] == found["separation_distress"] == 0.0
    assert class_of(avoidant())["attachment_formed"]
    assert class_of(avoidant(), ClassThresholds(formation=FormationThresholds(reunion_change=0.6)))["class"] == "CC"


def test_the_scales_of_typical_courses_lie_where_they_should():
    free, far, angry = row(secure()), row(avoidant()), row(resistant())
    assert free["proximity_seeking_8"] > 4.5 and free["contact_maintaining_8"] > 4 and free["avoidance_8"] == 1.0
    assert far["avoidance_8"] > 5.5 and far["proximity_seeking_8"] < 1.5 and far["contact_maintaining_8"] < 1.5
    assert angry["resistance_8"] > 5 and angry["contact_maintaining_8"] > 5.5 and angry["unsettled_8"]
    assert free["proximity_avoidance"] > far["proximity_avoidance"]
    assert angry["anger_resistance"] > free["anger_resistance"] == 1.0
    assert (free["settle_8"], free["distress_6"], free["distress_7"]) == (25.0, pytest.approx(170 / 180), 1.0)
    assert free["explore_after_8"] == 85.0 and angry["explore_after_8"] is None


def test_settling_needs_half_a_quiet_minute_and_a_quiet_end():
    assert row(room(*crying((R8, R8 + 40), (R8 + 60, R8 + 70))))["settle_8"] == 70.0
    assert row(room(*crying((R8 + 50, R8 + 60))))["settle_8"] == 0.0
    late = row(room(*crying((R8 + 50, R8 + 60), (END_S - 10, END_S))))
    assert late["settle_8"] is None and late["unsettled_8"]


def test_avoidance_and_resistance_both_high_cannot_be_classified_unless_disorganized():
    mixed = [*avoidant(), ("resist", R8 + 111, R8 + 150, "caregiver"), ("resist", R5 + 111, R5 + 150, "caregiver")]
    named = class_of(mixed)
    assert (named["class"], named["reason"]) == ("CC", "avoidance and resistance both high")
    assert named["second"] in ("A", "B", "C")
    frozen = [*mixed, ("disorganized", R8 + 1, R8 + 30, "caregiver", "theme=2;strength=2")]
    assert class_of(frozen)["class"] == "D"


def test_the_rule_is_the_one_of_the_design():
    base = {name: [1.0] for name in ("avoidance_8", "contact_maintaining_8", "resistance_5", "resistance_8")}
    rest = {
        "session": ["s"],
        "missing": [[]],
        "not_codable": [[]],
        "disorganization": [1.0],
        "settle_8": [10.0],
        "unsettled_8": [False],
        "seeking_preference": [1.0],
        "separation_distress": [0.0],
        "greeting_preference": [0.0],
        "reunion_change": [0.0],
    }
    types = {"missing": pl.List(pl.Int64()), "not_codable": pl.List(pl.String())}

    def named(**changes: object) -> str:
        table = pl.DataFrame(base | rest | {k: [v] for k, v in changes.items()}, schema_overrides=types)
        return classify(table)["class"][0]

    assert named() == "B"
    assert named(disorganization=5.51) == "D" and named(disorganization=5.49) == "B"
    assert named(avoidance_8=3.6) == "A" and named(avoidance_8=3.4) == "B"
    assert named(avoidance_8=4.0, contact_maintaining_8=3.4) == "A"
    assert named(avoidance_8=4.0, contact_maintaining_8=3.6) == "B"
    assert named(avoidance_8=4.0, resistance_8=3.4) == "A"
    assert named(avoidance_8=4.0, resistance_8=4.0) == "CC"
    assert named(resistance_8=4.0) == "B"
    assert named(resistance_8=4.0, contact_maintaining_8=4.0) == "C"
    assert named(resistance_8=4.0, settle_8=130.0) == "C"
    assert named(resistance_8=4.0, settle_8=None, unsettled_8=True) == "C"
    assert named(resistance_5=4.0, resistance_8=3.0, contact_maintaining_8=4.0) == "C"
    assert named(resistance_5=4.0, resistance_8=2.4, contact_maintaining_8=4.0) == "B"
    assert named(resistance_5=3.4, resistance_8=3.4, contact_maintaining_8=4.0) == "B"
    assert named(seeking_preference=0.0, disorganization=9.0) == "CC"
    assert named(missing=[4]) == "CC" and named(missing=[2]) == "B"


def test_a_code_that_nobody_looked_for_gives_no_class():
    every = frozenset(VOCABULARY)
    for name in ("avoid", "resist", "contact.maintain"):
        codable = [str(c) for role, c in every - {pair(name)} if c is not Construct.AFFECT and role is not Role.CONTEXT]
        named = class_of(secure(), codable=codable)
        assert named["class"] is None and named["reason"] == f"not codable: {name}"
    codable = [str(c) for _, c in every if c not in (Construct.DISORGANIZED, Construct.AFFECT)]
    assert row(secure(), codable=codable)["disorganization"] is None
    assert class_of(secure(), codable=codable)["class"] == "B"


def test_themes_are_read_and_impossible_ones_refused():
    event = ("disorganized", R8 + 5, R8 + 8, "caregiver")
    assert row(room((*event, "theme=3;strength=2")))["themes"] == [3]
    assert row(room((*event, "strength=2")))["disorganization"] > row(room(event))["disorganization"]
    for modifiers in ("theme=8", "theme=x", "strength=-1", "strength=much"):
        with pytest.raises(InputError) as caught:
            row(room((*event, modifiers)))
        assert caught.value.value == modifiers and caught.value.column == "modifiers"


def test_acts_for_the_stranger_and_acts_outside_reunions_are_not_scored():
    silent = row(room())
    elsewhere = row(room(("avoid", 300, 400, "caregiver"), ("resist", R8 + 5, R8 + 30, "stranger")))
    assert [elsewhere[name] for name in SCALES] == [silent[name] for name in SCALES] == [1.0] * 4


def test_a_session_is_scored_the_same_alone_among_others_and_in_any_order():
    courses = {name: course() for name, (course, _) in STRATEGIES.items()}
    together = scales(coded(courses))
    turned = scales(coded(dict(reversed(courses.items()))))
    assert_frame_equal(together, turned.reverse())
    assert_frame_equal(classify(together), classify(turned).reverse())
    for name, acts in courses.items():
        assert_frame_equal(together.filter(pl.col("session") == name), scales(coded({name: acts})))


def test_time_without_events_dilutes_shares_and_never_raises_a_scale():
    longer = coded({"s": resistant()}, observed=(0.0, END_S + 120.0))
    short, long = row(resistant()), scales(longer).row(0, named=True)
    for name in SCALES:
        assert long[name] <= short[name]
    assert long["contact_maintaining_8"] < short["contact_maintaining_8"]
    assert long["avoidance_5"] == short["avoidance_5"] and long["disorganization"] == short["disorganization"]
    assert short["unsettled_8"] and not long["unsettled_8"]


def test_no_sessions_and_no_events_are_answered():
    assert scales(coded({})).is_empty()
    assert classify(scales(coded({}))).is_empty()
    empty = shares(classify(scales(coded({}))))
    assert empty.sessions == 0 and empty.table["estimate"].to_list() == [None] * 5
    assert class_of([])["class"] == "CC"


def test_four_thousand_sessions_at_once():
    courses = [(course(), expected) for course, expected in STRATEGIES.values()]
    few = {str(k): courses[k % 6][0] for k in range(60)}
    base = coded(few)
    tags = pl.DataFrame({"tag": [f"-{k}" for k in range(67)]})
    acts = base.acts.with_columns(pl.lit(None, pl.UInt32()).alias("event")).join(tags, how="cross")
    acts = acts.with_columns(pl.col("session") + pl.col("tag"), event=pl.int_range(pl.len(), dtype=pl.UInt32()))
    windows = base.record.windows.join(tags, how="cross").with_columns(pl.col("session") + pl.col("tag")).drop("tag")
    partners = base.record.events.join(tags, how="cross").drop("tag")
    many = type(base)(type(base.record)(partners, windows), acts.drop("tag"), base.masks, base.codable, (), "test", {})
    named = classify(scales(many))
    assert named.height == 4020
    expected = [courses[int(session.split("-")[0]) % 6][1] for session in named["session"]]
    assert named["class"].to_list() == expected
    assert shares(named).as_dict()["shares"]["B"]["estimate"] == pytest.approx(2 / 6)


def test_shares_come_with_intervals_and_with_what_the_thresholds_do():
    courses = {name: course() for name, (course, _) in STRATEGIES.items()}
    border = room(
        ("approach", R8 + 5, R8 + 8, "caregiver"), ("avoid", R8 + 10, R8 + 35, "caregiver"), *crying((430, 500))
    )
    found = shares(classify(scales(coded(courses | {"border": border}))))
    table = {item["class"]: item for item in found.table.iter_rows(named=True)}
    assert list(table) == list(CLASSES) and sum(item["estimate"] for item in table.values()) == pytest.approx(1)
    assert all(item["low"] <= item["estimate"] <= item["high"] for item in table.values())
    assert table["A"]["lowest_moved"] < table["A"]["highest_moved"]
    assert found.reasons == {"no attachment formed": 1}
    assert found.organized == {"A": pytest.approx(2 / 6), "B": pytest.approx(3 / 6), "C": pytest.approx(1 / 6)}
    assert set(found.moved) == {
        f"{t}{b}" for t in ("disorganized", "avoidance", "contact", "resistance") for b in ("-1", "+1")
    }


def test_the_rule_describes_itself():
    assert "disorganization 5 or more" in ClassThresholds(disorganized=5).describe()
    assert "bowlby's own" in ClassThresholds().describe()


spans = st.lists(
    st.tuples(st.floats(R8, END_S - 2), st.floats(0.5, 60)).map(lambda s: (s[0], min(s[0] + s[1], END_S))),
    max_size=5,
)


SCALE_OF = {
    "avoid": "avoidance_8",
    "resist": "resistance_8",
    "contact.maintain": "contact_maintaining_8",
    "approach": "proximity_seeking_8",
    "disorganized": "disorganization",
}


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Eight pairs a call are no smaller for being shrunk, which would take minutes."""


def pairs_of(sessions: list[tuple[list, list]]) -> list[tuple[dict, dict]]:
    """Return the rows of pairs of courses: all of them are sessions of one record, for each call has its price."""
    named = {f"{place} {when}": acts for place, both in enumerate(sessions) for when, acts in enumerate(both)}
    found = {one["session"]: one for one in scales(coded(named)).iter_rows(named=True)}
    return [(found[f"{place} 0"], found[f"{place} 1"]) for place in range(len(sessions))]


@settings(max_examples=5, deadline=None, phases=UNSHRUNK)
@given(st.lists(st.tuples(spans, spans.filter(len), st.sampled_from([*SCALE_OF])), min_size=8, max_size=8))
def test_more_of_an_act_never_lowers_its_scale(drawn):
    def acts(name, times):
        return room(*((name, start, end, "caregiver") for start, end in times))

    courses = [(acts(act, old), acts(act, [*old, *new])) for old, new, act in drawn]
    for (before, after), (_, _, act) in zip(pairs_of(courses), drawn, strict=True):
        scale = SCALE_OF[act]
        assert after[scale] >= before[scale] - 1e-9
        ends = (1, 9) if act == "disorganized" else (1, 7)
        assert ends[0] <= before[scale] <= ends[1]
        others = {"avoidance_8", "resistance_8"} - {scale}
        assert all(after[name] == before[name] for name in others)


@settings(max_examples=4, deadline=None, phases=UNSHRUNK)
@given(
    st.lists(
        st.tuples(st.floats(1, 100), st.floats(1, 60), st.sampled_from(["avoid", "approach", "disorganized"])),
        min_size=8,
        max_size=8,
    )
)
def test_the_later_an_act_comes_the_less_it_counts(drawn):
    def acts(name, at):
        return room((name, R8 + at, R8 + at + 8, "caregiver"))

    courses = [(acts(act, at), acts(act, at + later)) for at, later, act in drawn]
    for (early, late), (_, _, act) in zip(pairs_of(courses), drawn, strict=True):
        assert late[SCALE_OF[act]] < early[SCALE_OF[act]]


def test_an_approach_that_ends_in_contact_is_more_than_one_that_does_not():
    half = room(("approach", R8 + 5, R8 + 10, "caregiver"))
    whole = [*half, ("hold", R8 + 11, R8 + 40)]
    picked_up = [*half, ("hold", R8 + 60, R8 + 90)]
    assert row(whole)["proximity_seeking_8"] > row(half)["proximity_seeking_8"]
    assert row(picked_up)["proximity_seeking_8"] == row(half)["proximity_seeking_8"]
    assert row(whole)["contact_maintaining_8"] > row(picked_up)["contact_maintaining_8"]


def test_a_shorter_settling_wait_is_procedure_not_code():
    assert row(secure(), masks=[("s", None, None, R8, END_S - 100)])["missing"] == []
    strict = scales(
        coded({"s": secure()}, masks=[("s", None, None, R8, END_S - 100)]), procedure=EpisodeCriteria(fewest_s=120.0)
    )
    assert strict["missing"][0].to_list() == [8]


def test_several_short_refusals_are_more_than_one_of_their_length():
    one = room(("resist", R8 + 10, R8 + 22, "caregiver"))
    many = room(*(("resist", R8 + at, R8 + at + 4, "caregiver") for at in (10, 40, 70)))
    assert row(many)["resistance_8"] > row(one)["resistance_8"]


def test_a_late_act_is_no_greeting():
    assert row(room(("cue.bid", R8 + 14, R8 + 15, "caregiver")))["greeting_preference"] == 1.0
    assert row(room(("cue.bid", R8 + 16, R8 + 17, "caregiver")))["greeting_preference"] == 0.0


def test_a_change_of_grip_is_no_new_contact_and_a_pause_is():
    reach, first = ("cue.bid", R8 + 5, R8 + 40, "caregiver"), ("hold", R8 + 6, R8 + 20)
    held = row(room(reach, first))["proximity_seeking_8"]
    assert row(room(reach, first, ("hold", R8 + 20.5, R8 + 30)))["proximity_seeking_8"] == held
    assert row(room(reach, first, ("hold", R8 + 25, R8 + 30)))["proximity_seeking_8"] > held


def test_moving_resistance_moves_what_must_be_kept_of_it():
    assert ClassThresholds().moved("resistance", 1) == ClassThresholds(resistance=5, resistance_kept=4)
    assert ClassThresholds().moved("avoidance", -1) == ClassThresholds(avoidance=3)


def test_a_strangers_hold_is_not_the_caregivers():
    held = coded({"s": room(("hold", R8 + 6, R8 + 60))})
    by_stranger = type(held)(
        held.record,
        held.acts.with_columns(
            actor=pl.when(pl.col("construct") == "hold").then(pl.lit("Stranger")).otherwise("actor")
        ),
        held.masks,
        held.codable,
        (),
        "test",
        {},
    )
    assert scales(held)["contact_8"][0] == 54.0 and scales(by_stranger)["contact_8"][0] == 0.0
