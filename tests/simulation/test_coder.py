"""A coder who errs: by as much as is stated, never into what cannot be, and nobody's error is another's."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest

from bowlby.errors import InputError, ParameterError
from bowlby.records.constructs import Construct
from bowlby.records.record import Record
from bowlby.simulation.acts import CONTEXT, LASTING, TOGETHER, Acts, acts_of_record, kinds_of, segment_of
from bowlby.simulation.coder import LAPSE_S, WITHOUT_ERROR, Coder, CoderError, miscode
from bowlby.simulation.coding import acts_of
from bowlby.simulation.procedures import STRANGE_SITUATION, Procedure, ordinary
from bowlby.simulation.visits import VisitedChildren, VisitPlan, observe
from tests.simulation.moments.watching import design

CHILDREN = 64
BRIEF = ~LASTING & ~CONTEXT
LARGE = CoderError(missed=0.2, false=0.1, displaced_s=0.5)
Z = 4.0
"""A test that looks at one figure in these standard errors fails falsely once in 15,000 seeds; the seed is fixed."""


@cache
def watched(procedure: Procedure) -> VisitedChildren:
    return observe(design("frightening", CHILDREN), VisitPlan(procedure))


@cache
def acts(procedure: Procedure) -> Acts:
    """Return the acts as if none of them were faint."""
    found = acts_of(watched(procedure).played)
    return replace(found, noticed=np.ones(len(found)))


def coder(error: CoderError, seed: int = 1, name: str = "a", children: int = CHILDREN) -> Coder:
    return Coder(error, seed, np.arange(children, dtype=np.uint32), name)


def rows(found: Acts) -> set[tuple[float, ...]]:
    """Return child, kind and onset of each act."""
    return set(zip(found.child.tolist(), found.kind.tolist(), found.onset.tolist(), strict=True))


def seconds(found: Acts, chosen: np.ndarray) -> float:
    return float(np.nansum((found.offset - found.onset)[chosen[found.kind]]))


def test_a_coder_without_error_codes_what_there_was():
    for procedure in (ordinary(20.0), STRANGE_SITUATION):
        there, coded = acts(procedure), coder(WITHOUT_ERROR).code(acts(procedure))
        assert np.array_equal(coded.onset, there.onset)
        assert np.array_equal(coded.offset, there.offset, equal_nan=True)
        assert np.array_equal(coded.kind, there.kind)
        assert np.array_equal(coded.child, there.child)


def test_acts_are_coded_as_often_as_stated():
    """Coded = played (1 - missed) + played false: binomial each, so that the variance is n (m (1 - m) + f (1 - f))."""
    there = acts(ordinary(20.0))
    played = int(BRIEF[there.kind].sum())
    for missed, false in ((0.2, 0.0), (0.0, 0.1), (0.3, 0.05)):
        coded = int(BRIEF[coder(CoderError(missed, false, 0.0)).code(there).kind].sum())
        error = np.sqrt(played * (missed * (1 - missed) + false * (1 - false)))
        assert abs(coded - played * (1 - missed + false)) < Z * error


def test_of_what_is_coded_all_the_time_stretches_are_missed_and_no_more_than_stated():
    """Each stretch of s seconds is missed by itself: the time missed has variance m (1 - m) times the sum of s^2."""
    there = acts(ordinary(20.0))
    missed = 0.2
    coded = coder(CoderError(missed, 0.0, 0.0)).code(there)
    length = (there.offset - there.onset)[LASTING[there.kind]]
    whole, rest = np.floor(length / LAPSE_S), length % LAPSE_S
    error = np.sqrt(missed * (1 - missed) * (whole * LAPSE_S**2 + rest**2).sum())
    assert abs(seconds(coded, LASTING) - (1 - missed) * length.sum()) < Z * error
    present = int(kinds_of(Construct.PRESENT)[0])
    gaps = there.some(there.kind == present), coded.some(coded.kind == present)
    assert (
        gaps[0].onset.size < gaps[1].onset.size < gaps[0].onset.size + (gaps[0].offset - gaps[0].onset).sum() / LAPSE_S
    )


def test_what_a_coder_misses_it_does_not_move():
    there, coded = acts(ordinary(20.0)), coder(CoderError(0.3, 0.0, 0.0)).code(acts(ordinary(20.0)))
    brief = rows(coded.some(BRIEF[coded.kind]))
    assert brief < rows(there)


def impossible(found: Acts) -> list[str]:
    """Return what cannot be of coded acts: overlap in a stream, time outside the visit, no length."""
    ends = np.where(np.isnan(found.offset), found.onset, found.offset)
    segment = segment_of(found)
    wrong: list[str] = []
    if (np.diff(segment) < 0).any():
        wrong.append("order")
    if ((segment[1:] == segment[:-1]) & (found.onset[1:] < ends[:-1])).any():
        wrong.append("overlap")
    if (found.onset < 0).any() or (ends > found.watched[found.child]).any():
        wrong.append("outside")
    if (found.offset <= found.onset).any():
        wrong.append("length")
    return wrong


@pytest.mark.parametrize("procedure", [ordinary(20.0), STRANGE_SITUATION], ids=lambda found: found.name)
@pytest.mark.parametrize(
    "error",
    [LARGE, CoderError(0.0, 0.5, 0.0), CoderError(0.5, 0.9, 3.0), CoderError(0.0, 0.0, 30.0)],
    ids=["large", "false", "wild", "moved"],
)
def test_no_error_makes_what_cannot_be(procedure: Procedure, error: CoderError):
    assert impossible(acts(procedure)) == []
    assert impossible(coder(error).code(acts(procedure))) == []


def test_nobody_imagines_a_caregiver_who_is_out_of_the_room():
    there = acts(STRANGE_SITUATION)
    coded = coder(CoderError(0.0, 0.9, 0.0)).code(there)
    apart = there.some(np.isin(there.kind, kinds_of(Construct.SEPARATION)))
    played = rows(there)
    imagined = np.array([row not in played for row in zip(coded.child, coded.kind, coded.onset, strict=True)])
    needs = coded.some(TOGETHER[coded.kind] & imagined)
    assert len(needs) > 1000
    assert len(apart) == 2 * CHILDREN
    for child, onset, offset in zip(apart.child, apart.onset, apart.offset, strict=True):
        ends = np.where(np.isnan(needs.offset), needs.onset + 1e-9, needs.offset)
        assert not ((needs.child == child) & (needs.onset < offset) & (ends > onset)).any()


def test_what_frames_a_procedure_is_never_missed():
    there = acts(STRANGE_SITUATION)
    coded = coder(CoderError(missed=0.9)).code(there)
    one, other = (found.some(CONTEXT[found.kind]) for found in (there, coded))
    assert np.array_equal(one.onset, other.onset)
    assert np.array_equal(one.offset, other.offset)


def test_onsets_move_by_the_stated_spread():
    """Of acts with two seconds of room on both sides nothing is cut off; the spread of n normal moves is known to
    1 / sqrt(2 n) of itself."""
    there = acts(ordinary(20.0))
    answers = there.some(there.kind == kinds_of(Construct.OBJECT)[0])
    alone = np.ones(len(answers), bool)
    alone[1:] &= (answers.child[1:] != answers.child[:-1]) | (answers.onset[1:] - answers.offset[:-1] > 4.0)
    alone[:-1] &= (answers.child[1:] != answers.child[:-1]) | (answers.onset[1:] - answers.offset[:-1] > 4.0)
    alone &= (answers.onset > 2.0) & (answers.offset < 1198.0)
    moved = coder(CoderError(0.0, 0.0, 0.3)).code(answers)
    for one, other in ((moved.onset, answers.onset), (moved.offset, answers.offset)):
        moves = (one - other)[alone]
        assert moves.size > 300
        assert abs(moves.mean()) < Z * 0.3 / np.sqrt(moves.size)
        # The quantile function is an approximation: its spread is .996 of 1.
        assert abs(moves.std() / 0.3 - 1.0) < Z / np.sqrt(2 * moves.size) + 0.01


def test_two_coders_agree_as_their_errors_imply():
    """Of n acts both code (1 - m)^2 and at least one 1 - m^2, and each imagines f n of its own: agreed share
    (1 - m)^2 / (1 - m^2 + 2 f). The number matched is binomial; that of the others has variance below its mean."""
    there = acts(ordinary(20.0))
    there = there.some(BRIEF[there.kind])
    missed, false = 0.2, 0.1
    one, other = (rows(coder(CoderError(missed, false, 0.0), name=name).code(there)) for name in ("a", "b"))
    n = len(there)
    both, either = len(one & other), len(one | other)
    p = (1 - missed) ** 2
    assert abs(both - p * n) < Z * np.sqrt(n * p * (1 - p))
    assert abs(either - (1 - missed**2 + 2 * false) * n) < Z * np.sqrt(n * (missed**2 * (1 - missed**2) + 2 * false))
    assert both / either == pytest.approx(p / (1 - missed**2 + 2 * false), abs=Z * np.sqrt(0.25 / n))


def shown(found: Acts, kind: int) -> np.ndarray:
    """Return whether something was coded at the middle of each second, shape (children, seconds)."""
    own = found.some(found.kind == kind)
    moments = np.arange(1200) + 0.5
    state = np.zeros((CHILDREN, 1200), bool)
    for child, onset, offset in zip(own.child, own.onset, own.offset, strict=True):
        state[child] |= (moments >= onset) & (moments < offset)
    return state


def test_kappa_of_two_coders_is_what_their_errors_imply():
    """With prevalence p and m missed: agreement p ((1 - m)^2 + m^2) + 1 - p, chance q^2 + (1 - q)^2 with q = p (1 - m).

    Each child's agreement has exactly that mean; the standard error is taken over children, who err independently.
    """
    there = acts(ordinary(20.0))
    look = int(kinds_of(Construct.LOOK)[0])
    missed = 0.2
    truth = shown(there, look)
    one, other = (shown(coder(CoderError(missed, 0.0, 0.0), name=name).code(there), look) for name in ("a", "b"))
    p = truth.mean(axis=1)
    agreed = (one == other).mean(axis=1)
    implied = p * ((1 - missed) ** 2 + missed**2) + 1 - p
    error = (agreed - implied).std(ddof=1) / np.sqrt(CHILDREN)
    assert abs((agreed - implied).mean()) < Z * error
    q = truth.mean() * (1 - missed)
    chance = q**2 + (1 - q) ** 2
    kappa, wanted = ((share.mean() - chance) / (1 - chance) for share in (agreed, implied))
    assert 0.3 < wanted < 0.9
    assert abs(kappa - wanted) < Z * error / (1 - chance)


def test_a_faint_act_is_noticed_with_its_own_chance_by_each_coder():
    """Binomial: n acts of chance .3 are coded 0.3 (1 - m) n times, by both coders the square of that."""
    there = acts(ordinary(20.0))
    there = there.some(BRIEF[there.kind])
    faint = replace(there, noticed=np.full(len(there), 0.3))
    missed = 0.1
    one, other = (rows(coder(CoderError(missed, 0.0, 0.0), name=name).code(faint)) for name in ("a", "b"))
    n, p = len(there), 0.3 * (1 - missed)
    for count, share in ((len(one), p), (len(other), p), (len(one & other), p * p)):
        assert abs(count - share * n) < Z * np.sqrt(n * share * (1 - share))


def test_a_coder_of_more_children_codes_these_alike():
    there = acts(ordinary(20.0))
    few = replace(there.some(there.child < 5), watched=there.watched[:5])
    every, some = coder(LARGE).code(there), coder(LARGE, children=5).code(few)
    own = every.some(every.child < 5)
    assert np.array_equal(own.onset, some.onset)
    assert np.array_equal(own.offset, some.offset, equal_nan=True)


def said(record: Record) -> pl.DataFrame:
    return record.events.drop("row")


def test_a_record_is_coded_anew_as_its_acts_are():
    record = watched(ordinary(20.0)).record
    assert said(miscode(record, WITHOUT_ERROR, 1)).equals(said(record))
    coded = miscode(record, CoderError(), seed=3)
    assert impossible(acts_of_record(coded)) == []
    assert coded.metadata["coder"] == {"missed": 0.1, "false": 0.05, "displaced_s": 0.3, "seed": 3}
    assert not said(miscode(record, CoderError(), seed=4)).equals(said(coded))


def test_what_no_simulated_dyad_shows_is_refused():
    record = watched(ordinary(20.0)).record
    strange = replace(record, events=record.events.with_columns(code=pl.lit("sings")))
    with pytest.raises(InputError, match="sings"):
        miscode(strange, CoderError(), 1)


@pytest.mark.parametrize("changed", [{"missed": 1.0}, {"false": -0.1}, {"displaced_s": float("nan")}])
def test_an_error_that_means_nothing_is_refused(changed: dict[str, float]):
    with pytest.raises(ParameterError):
        CoderError(**changed)
