"""Several partners in one life: the same life wherever it is lived, and each partner's doing reaches the child."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.model.life.state import NAMES
from bowlby.simulation.engine.cohort import CancelledError, CohortResult, simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign, PartnerStage
from tests.simulation.engine.test_store import contents
from tests.simulation.extremes import extreme

KIND, STERN = PartnerStage(5, 0.3, extreme("sensitive"), 0.5), PartnerStage(6, 0.2, extreme("rejecting"), 0.5)


def design(children: int = 300, home: str = "rejecting", **changes: object) -> CohortDesign:
    """Return children who go to a teacher from two months on, and later to another one."""
    setting = extreme(home)
    care = (
        Care(2.0, setting, 0.5),
        Care(3.0, setting, 0.5, others={"school": KIND}),
        Care(4.0, setting, 0.5, others={"school": STERN, "friend": KIND}),
    )
    return CohortDesign(children, care, **{"seed": 7, **changes})


@pytest.fixture(scope="module")
def lived() -> CohortResult:
    return simulate_cohort(design())


def test_who_is_new_is_met_once():
    assert [design().newcomers(stretch) for stretch in range(3)] == [(), (1,), (1, 2)]
    back = (*design().care, Care(5.0, {}, others={"school": STERN}), Care(6.0, {}, person=9, others={"friend": KIND}))
    again = CohortDesign(3, back)
    assert [again.newcomers(stretch) for stretch in (3, 4)] == [(), (0,)]


@pytest.mark.parametrize("children", [1, 40])
def test_fewer_children_change_no_child(lived: CohortResult, children: int):
    assert np.array_equal(simulate_cohort(design(children)).state, lived.state[:, :children])


def test_order_changes_no_child(lived: CohortResult):
    numbers = np.random.default_rng(1).permutation(300)
    shuffled = simulate_cohort(design(numbers=numbers.astype(np.uint32))).state
    assert np.array_equal(shuffled, lived.state[:, numbers])


def test_looking_more_often_changes_no_child(lived: CohortResult):
    assert np.array_equal(simulate_cohort(design(trace_at=(0.4, 2.0, 2.1, 3.5))).state, lived.state)


def test_a_place_that_stands_empty_changes_nothing_in_law():
    """One episode after two months alone, means of 512 children differ by less than four standard errors."""
    setting, end = extreme("rejecting"), 2.0 + 1 / 12 / 30.4375
    alone = simulate_cohort(CohortDesign(512, (Care(end, setting, 0.5),), seed=7))
    then = Care(end, setting, 0.5, others={"school": PartnerStage(5, 1e-4)})
    empty = simulate_cohort(CohortDesign(512, (Care(2.0, setting, 0.5), then), seed=7))
    for name in NAMES:
        spread = alone.variable(name).std() / np.sqrt(256)
        assert abs(empty.variable(name).mean() - alone.variable(name).mean()) < 4 * spread + 1e-6, name


@pytest.mark.slow
def test_an_interrupted_life_with_several_partners_goes_on(tmp_path: Path):
    simulate_cohort(design(20, trace_at=(2.5,)), tmp_path / "whole")
    for after in (1, 2, 3):
        done: list[int] = []
        with pytest.raises(CancelledError):
            simulate_cohort(
                design(20, trace_at=(2.5,)),
                tmp_path / str(after),
                progress=lambda lived, _, done=done: done.append(lived),
                cancel=lambda done=done, after=after: len(done) >= after,
            )
        simulate_cohort(design(20, trace_at=(2.5,)), tmp_path / str(after))
        assert contents(tmp_path / str(after)) == contents(tmp_path / "whole")


def test_what_a_kind_friend_teaches_is_not_what_home_and_a_stern_teacher_teach(lived: CohortResult):
    """Differences of a third of the scale; a standard error is below .01."""
    relief = {name: lived.variable(f"{name}relief_express").mean() for name in ("", "school.", "friend.")}
    assert relief["friend."] > relief[""] + 0.15
    assert relief["friend."] > relief["school."] + 0.15


def test_a_partner_can_be_watched_alone(lived: CohortResult):
    friend = lived.together_with("friend")
    assert friend.design.slots == ()
    assert friend.design.care[-1].setting == KIND.setting
    assert np.array_equal(friend.variable("relief_express"), lived.variable("friend.relief_express"))
    assert np.array_equal(friend.variable("worth"), lived.variable("worth"))
    with pytest.raises(InputError, match="no one is in that place"):
        lived.together_with("aunt")


@pytest.mark.parametrize(
    "others",
    [
        {"a": PartnerStage(1, 0.0)},
        {"a": PartnerStage(1, 1.0)},
        {"a": PartnerStage(1, 0.6), "b": PartnerStage(2, 0.4)},
        {"a": PartnerStage(0, 0.3)},
        {"a": PartnerStage(2, 0.3), "b": PartnerStage(2, 0.3)},
        {"a": PartnerStage(1, 0.3, {"warmth": 1.5})},
        {"a": PartnerStage(1, 0.3, {"irritability": 0.5})},
        {"a": PartnerStage(1, 0.3, spread=-1.0)},
    ],
)
def test_impossible_company_is_refused(others: dict[str, PartnerStage]):
    with pytest.raises(InputError):
        CohortDesign(3, (Care(1.0, others=others),))


def test_child_traits_of_a_stretch_go_before_those_of_the_design():
    calm = {"irritability": 0.05}
    usual = simulate_cohort(CohortDesign(64, (Care(1.0),)))
    other = simulate_cohort(CohortDesign(64, (Care(1.0, child=calm),)))
    same = simulate_cohort(CohortDesign(64, (Care(1.0),), child=calm))
    assert np.array_equal(other.state, same.state)
    assert other.variable("arousal").mean() < usual.variable("arousal").mean()
