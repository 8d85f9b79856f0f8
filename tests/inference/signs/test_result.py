"""The result as a command, page or web application sees it: base rates, nothing lost, nobody accused."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.errors import InputError
from bowlby.inference.signs.result import NOT_ENOUGH, read_signs
from bowlby.model.signs.accuracy import Informant
from bowlby.model.signs.observation import Observation, ObservedValue
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.sign import Setting
from bowlby.purpose import PURPOSE_AND_LIMITS

DAY = date(2026, 3, 1)
ACCUSES = re.compile(r"abus|neglect|maltreat|depriv|trauma|exposure|quadrant|mother|father|parent", re.IGNORECASE)
LOOKS = st.builds(
    Observation,
    sign=st.sampled_from(list(SIGNS)),
    value=st.sampled_from(ObservedValue),
    informant=st.sampled_from(Informant),
    setting=st.sampled_from(Setting),
    day=st.none() | st.dates(date(2025, 1, 1), DAY),
    rater=st.sampled_from(["", "a", "b"]),
)


def present(name: str, day: date | None = DAY, **said) -> Observation:
    return Observation(name, ObservedValue.PRESENT, day=day, **said)


def keys_of(value: object) -> set[str]:
    match value:
        case dict():
            return set(value) | {key for one in value.values() for key in keys_of(one)}
        case list():
            return {key for one in value for key in keys_of(one)}
        case _:
            return set()


def test_no_sign_gives_exactly_the_base_rates():
    found = read_signs([], 40)
    assert found.states == found.base_rates
    assert found.unexplained == pytest.approx(0.1, rel=1e-12)
    assert found.verdict == NOT_ENOUGH and found.signs == ()
    assert {round(state.probability, 2) for state in found.base_rates.values()} == {0.1}


def test_not_looked_for_changes_nothing():
    looks = [present("fear"), Observation("isolation", ObservedValue.ABSENT, Informant.TEACHER, Setting.PRESCHOOL)]
    unseen = [Observation(name, ObservedValue.NOT_LOOKED_FOR) for name in SIGNS]
    assert read_signs([*unseen, *looks], 40).as_dict() == read_signs(looks, 40).as_dict()
    assert read_signs(unseen, 40).as_dict() == read_signs([], 40).as_dict()


@settings(max_examples=25, deadline=None)
@given(looks=st.lists(LOOKS, max_size=30), age=st.floats(12, 72), turn=st.randoms())
def test_any_list_is_read_in_any_order_and_nothing_is_lost(looks: list[Observation], age: float, turn):
    found = read_signs(looks, age)
    turned = list(looks)
    turn.shuffle(turned)
    again = read_signs(turned, age)
    assert again.states == found.states and again.unexplained == found.unexplained
    assert again.next == found.next
    said = sum(look.value != ObservedValue.NOT_LOOKED_FOR for look in looks)
    assert said == sum(len(sign.reports) for sign in found.signs) + len(found.set_aside)
    assert all(0 <= state.probability <= 1 and state.low <= state.high for state in found.states.values())
    json.dumps(found.as_dict(), allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(looks=st.lists(LOOKS, max_size=30))
def test_no_key_and_no_word_says_what_anybody_did(looks: list[Observation]):
    told = read_signs(looks, 40).as_dict()
    assert told.pop("purpose_and_limits") == list(PURPOSE_AND_LIMITS)
    assert not [key for key in keys_of(told) if ACCUSES.search(key) or "caregiver" in key]
    for sign in told["signs"]:
        # Other meanings name what may have happened to a child, and are the only place that does.
        sign.pop("what_else")
    told.pop("what_else")
    assert not ACCUSES.search(json.dumps(told))


def test_a_present_sign_raises_its_states_and_an_absent_one_lowers_them():
    base = read_signs([], 40).states["threat_expectation"].probability
    up = read_signs([present("fear")], 40).states["threat_expectation"].probability
    down = read_signs([Observation("fear", ObservedValue.ABSENT)], 40).states["threat_expectation"].probability
    assert down < base < up


def test_the_next_looks_leave_out_what_was_looked_for_and_are_in_order():
    found = read_signs([present("fear")], 40)
    assert [look.bits for look in found.next] == sorted((look.bits for look in found.next), reverse=True)
    assert "fear" not in {look.sign for look in found.next}
    assert {look.sign for look in found.next} == {name for name, sign in SIGNS.items() if sign.shows_at(40)} - {"fear"}
    assert all(look.setting in SIGNS[look.sign].settings and look.bits > 0 for look in found.next)


def test_what_cannot_be_used_is_set_aside_with_its_reason():
    found = read_signs(
        [
            Observation("controlling", ObservedValue.PRESENT, row=1),
            Observation("withdrawal", ObservedValue.PRESENT, setting=Setting.STRANGERS, row=2),
            present("fear", row=3),
            present("fear", row=4),
            present("mistrust", row=5),
            Observation("mistrust", ObservedValue.ABSENT, day=DAY, row=6),
        ],
        24,
    )
    reasons = {one.observation.row: one.reason for one in found.set_aside}
    assert set(reasons) == {1, 2, 4, 5, 6}
    assert "42" in reasons[1] and "preschool" in reasons[2] and "again" in reasons[4]
    assert reasons[5] == reasons[6] and "present and absent" in reasons[5]
    assert [sign.sign for sign in found.signs] == ["fear"]


def test_age_at_the_look_decides_not_age_now():
    """At 44 months the sign is looked for, half a year earlier, at 38, it was not."""
    early = Observation("controlling", ObservedValue.PRESENT, day=DAY - timedelta(183))
    late = Observation("controlling", ObservedValue.PRESENT, day=DAY)
    found = read_signs([early, late], 44)
    assert [one.observation for one in found.set_aside] == [early]


def test_persistence_is_counted_and_its_lack_is_said():
    once = read_signs([present("fear")], 40)
    assert any("more than one occasion" in note for note in once.notes)
    twice = read_signs([present("fear"), present("fear", DAY - timedelta(30))], 40)
    assert not any("more than one occasion" in note for note in twice.notes)
    told = twice.signs[0].as_dict()
    assert (told["occasions"], told["present"], told["first"], told["last"]) == (2, 2, "2026-01-30", "2026-03-01")
    assert twice.signs[0].probability > once.signs[0].probability > SIGNS["fear"].base_rate
    assert any(
        "span" in note for note in read_signs([present("fear"), present("fear", DAY - timedelta(200))], 40).notes
    )


def test_ten_thousand_reports_of_many_raters_stay_finite():
    rng = np.random.default_rng(0)
    looks = [
        Observation(name, ObservedValue(said), Informant(who), where, DAY - timedelta(int(days)), f"{rater}")
        for name, said, who, where, days, rater in zip(
            rng.choice(list(SIGNS), 10_000),
            rng.choice(["present", "absent"], 10_000),
            rng.choice(list(Informant), 10_000),
            [SIGNS[name].settings[0] for name in rng.choice(list(SIGNS), 10_000)],
            rng.integers(0, 100, 10_000),
            rng.integers(0, 50, 10_000),
            strict=True,
        )
    ]
    json.dumps(read_signs(looks, 60).as_dict(), allow_nan=False)


def test_no_rater_is_told():
    told = json.dumps(
        read_signs([present("fear", rater="secret-code"), present("isolation", rater="secret-code")], 40).as_dict()
    )
    assert "secret-code" not in told


@pytest.mark.parametrize("age", [11.9, 72.1, float("nan"), float("inf"), -1.0])
def test_an_age_without_reference_children_is_refused(age: float):
    with pytest.raises(InputError) as error:
        read_signs([], age)
    assert error.value.column == "--age"


def test_an_unknown_sign_is_refused_also_from_the_library():
    with pytest.raises(InputError):
        read_signs([Observation("happiness", ObservedValue.PRESENT)], 40)
