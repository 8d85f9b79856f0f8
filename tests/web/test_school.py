"""School and later life: every history with every teacher; sentences say the lives' numbers."""

from __future__ import annotations

from bowlby.web.lessons.cares import CARES
from bowlby.web.lessons.school import LOOKS, TEACHERS
from bowlby.web.school import beside_published, ends_of, groups, kind_teacher, values_of
from tests.web.conftest import TestClient


def test_every_look_holds_every_history_with_every_teacher():
    for look in LOOKS:
        values = values_of(look)
        assert set(values) == {f"{care}/{teacher.key}" for care in CARES for teacher in TEACHERS}
        low, high = ends_of(look)
        assert all(low <= row["mean"] <= high and row["low"] <= row["high"] for row in values.values()), look.key


def test_the_story_of_the_kind_teacher_says_the_lives_numbers():
    trust = values_of(LOOKS[0])
    told = " ".join(kind_teacher())
    for key in ("trauma/withdraws", "trauma/kind", "neglect/withdraws", "neglect/kind"):
        assert f"{trust[key]['mean']:.2f}" in told
    assert trust["neglect/kind"]["mean"] > trust["neglect/withdraws"]["mean"]
    look = {one.key: values_of(one) for one in LOOKS}
    for care in ("trauma", "neglect"):
        assert look["acting_out"][f"{care}/kind"]["mean"] > look["acting_out"]["secure/withdraws"]["mean"]
        assert look["friends"][f"{care}/kind"]["mean"] < look["friends"]["secure/withdraws"]["mean"]


def test_pictures_stand_under_their_headings_and_published_figures_beside_the_model_s(client: TestClient):
    assert sum(len(pictures) for pictures in groups().values()) == len(LOOKS)
    rows = beside_published()
    assert {row["id"].partition(".")[0] for row in rows} == {"M8", "M12"} and all(row["published"] for row in rows)
    told = client.get("/api/school").json()
    assert len(told["looks"]) == len(LOOKS) and set(told["histories"]) == set(CARES)
