"""From kept studies to the result: a constant that was made to matter comes first, and a run goes on from a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.evidence.published.figures import RequiredVariable
from bowlby.evidence.screening import studies
from bowlby.evidence.screening.design import FACTORS, deviates
from bowlby.evidence.screening.screen import VERSION, load_screening, screening
from bowlby.evidence.screening.studies import ConstantMove, ScreenedStudy, ScreeningSampleSizes, figures
from bowlby.reporting.screening_page import most_sensitive, screening_markdown

SMALL = ScreeningSampleSizes(children=800, late=600, seed=3)
PLANTED = [entry.name for entry in FACTORS].index("freeze_base")
SIZE = 0.4
"""By which a width of the planted constant raises what all variables of a child share, and, twice, their mean."""


def write_studies(folder: Path, reach: float, most: int | None = None) -> None:
    """Write what a screening would have kept, from made-up children in whom one constant matters and no other."""
    needs = [need for one in figures(SMALL) for need in one.needs]
    for place, study in enumerate(studies.studies_in_order(figures(SMALL))[:most]):
        own = sorted({one for one in needs if one.study == study}, key=lambda one: (one.age, one.variable))
        numbers = np.arange(study.children, dtype=np.uint32)
        noise = np.random.default_rng(place).standard_normal((len(own) + 1, study.children))
        moved = SIZE * reach * deviates(numbers, SMALL.seed)[PLANTED]
        shared = (0.6 + moved) * noise[-1] + 2.0 * moved
        columns = {one: _variable(one, noise[row] + shared) for row, one in enumerate(own)}
        name = studies._name(study, own, ConstantMove(reach, SMALL.seed))  # pyright: ignore[reportPrivateUsage]
        studies._write(folder / f"{name}.npz", ScreenedStudy(numbers, columns))  # pyright: ignore[reportPrivateUsage]


def _variable(one: RequiredVariable, values: np.ndarray) -> np.ndarray:
    classed = ("secure", "insecure", "avoidant", "resistant", "disorganized")
    return (values > 0.0).astype(float) if one.variable in classed else values


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("screening")
    for reach in (0.0, SMALL.reach, -SMALL.reach):
        write_studies(folder, reach)
    return screening(SMALL, folder)


def test_the_constant_that_matters_comes_first(result: dict[str, object]):
    """Of 134 constants one matters; each other lies beyond the largest of 40 that are nothing with a chance of 1 in 41,
    so that more than 15 of them do once in some 30,000 times (binomial), were they independent.
    """
    factors: Sequence[dict[str, object]] = result["factors"]  # pyright: ignore[reportAssignmentType]
    assert len(factors) == len(FACTORS)
    assert factors[0]["name"] == "freeze_base"
    assert factors[0]["beyond_chance"]
    assert sum(bool(one["beyond_chance"]) for one in factors) <= 16
    shares: dict[str, dict[str, float]] = factors[0]["figures"]  # pyright: ignore[reportAssignmentType]
    assert shares["share of D"]["by_width"] > 5.0 * shares["share of D"]["error"] > 0.0


def test_every_judged_row_and_key_figure_is_in_it(result: dict[str, object]):
    rows, others = result["rows"], result["figures"]
    named = [one["name"] for one in (*rows, *others)]  # pyright: ignore[reportGeneralTypeIssues]
    unusable: list[str] = result["unusable"]  # pyright: ignore[reportAssignmentType]
    assert sorted([*named, *unusable]) == sorted(one.name for one in figures(SMALL))
    assert not unusable
    assert not result["missing"]
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_the_tables_name_every_constant_once(result: dict[str, object]):
    page = screening_markdown(result)
    assert all(page.count(f"| `{entry.name}` |") == 1 for entry in FACTORS)
    assert most_sensitive(result)[0] == "freeze_base"
    assert len(most_sensitive(result)) == 10


def test_so_far_shows_the_rows_whose_studies_are_kept(tmp_path: Path):
    with pytest.raises(InputError, match="no study"):
        screening(SMALL, tmp_path, so_far=True)
    for reach in (0.0, SMALL.reach, -SMALL.reach):
        write_studies(tmp_path, reach, most=1)
    part = screening(SMALL, tmp_path, so_far=True)
    named = [one["name"] for one in (*part["rows"], *part["figures"])]
    first = studies.studies_in_order(figures(SMALL))[0]
    assert named == [one.name for one in figures(SMALL) if all(need.study == first for need in one.needs)]
    assert sorted([*named, *part["missing"]]) == sorted(one.name for one in figures(SMALL))
    assert "left out" in screening_markdown(part)


def test_a_kept_study_is_not_lived_again_and_one_moved_otherwise_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_studies(tmp_path, 0.0)

    def refuse(*_: object) -> None:
        raise AssertionError("it would be lived")

    monkeypatch.setattr(studies, "_observed", refuse)
    needs = [need for one in figures(SMALL) for need in one.needs]
    for study in studies.studies_in_order(figures(SMALL)):
        assert studies.run_study(study, needs, ConstantMove(0.0, SMALL.seed), tmp_path) is not None
        for move in (ConstantMove(0.5, SMALL.seed), ConstantMove(0.0, SMALL.seed + 1)):
            assert studies.run_study(study, needs, move, tmp_path, so_far=True) is None
            with pytest.raises(AssertionError, match="would be lived"):
                studies.run_study(study, needs, move, tmp_path)


def test_a_damaged_or_other_result_is_refused(tmp_path: Path):
    damaged, other = tmp_path / "damaged.json", tmp_path / "other.json"
    damaged.write_text("{")
    other.write_text(json.dumps({"version": VERSION + 1}))
    for file in (damaged, other, tmp_path / "missing.json"):
        with pytest.raises(InputError, match="result of the screening"):
            load_screening(file)
