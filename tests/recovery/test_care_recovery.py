"""Axes come back within their intervals, and judges of the posterior find out wrong ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from bowlby.errors import InputError
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.posterior import shipped_networks
from bowlby.recovery.care.bars import SUMMARIES, _wrong_above, least_p, uniform_p
from bowlby.recovery.care.bars import StatementRecords as ToldRecords
from bowlby.recovery.care.reading import BatchReader, read_batch
from bowlby.recovery.care.recovery import RecoveryPlan, axes_table, crps, records_of, recover_axes, rows_of


@pytest.fixture(scope="module")
def made():
    return records_of(512, 60.0, 3, 40111)


def test_intervals_hold_the_truth_and_deprivation_is_told(made):
    """Coverage of .9 in 512 records has an error of .0133: outside .9 -+ 3.5 errors once in 2,000 an axis."""
    reader = BatchReader(shipped_networks(), draws=500)
    found = read_batch(reader, made.blocks, made.age, np.full(512, 3))
    rows = {row.axis: row for row in rows_of(reader, made, found, 60.0, 3)}
    for row in rows.values():
        assert 0.853 < row.coverage90 < 0.947, row
    assert rows[Axis.DEPRIVATION].told_below > 0.3
    assert rows[Axis.DEPRIVATION].sd_ratio < 0.65
    assert rows[Axis.THREAT].told_below == 0.0
    assert str(Axis.THREAT) in axes_table(list(rows.values()))


def test_a_network_that_ignores_the_record_tells_nothing_and_is_found_out(made):
    whole = shipped_networks()
    still = tuple(
        tuple(
            (np.zeros_like(weight) if layer == 0 else weight, offset) for layer, (weight, offset) in enumerate(member)
        )
        for member in whole.axes.members
    )
    blind = BatchReader(replace(whole, axes=replace(whole.axes, members=still)), draws=300)
    told = read_batch(blind, made.blocks, made.age, np.full(512, 3)).told[Axis.DEPRIVATION]
    assert (told == 0).all()
    reader = BatchReader(whole, draws=300)
    summaries = np.nan_to_num(made.blocks.count.sum(axis=(1, 2))[:, : len(SUMMARIES)])
    draws = reader.draw(made.blocks, made.age)
    prior = whole.prior["pooled"][np.random.default_rng(1).integers(0, 4096, draws.shape[:2])]
    assert least_p(prior, made.truth, summaries)[0] < 1e-6
    assert least_p(draws, made.truth, summaries)[0] > 1e-5


def test_the_score_is_that_of_a_normal_forecast():
    """CRPS of N(0, 1) at y is y (2 F(y) - 1) + 2 f(y) - 1 / sqrt(pi) (Gneiting & Raftery 2007)."""
    draws = norm.ppf((np.arange(20_000) + 0.5) / 20_000)[None].repeat(3, axis=0)
    at = np.array([0.0, 0.7, -2.0])
    wanted = at * (2 * norm.cdf(at) - 1) + 2 * norm.pdf(at) - 1 / np.sqrt(np.pi)
    assert np.allclose(crps(draws, at), wanted, atol=2e-3)


def test_bars_fail_where_they_should():
    sure = np.full(1000, 0.95)
    wrong = ToldRecords(sure, np.arange(1000) % 4 > 0, np.ones(1000, np.int64))
    right = ToldRecords(sure, np.arange(1000) % 20 > 0, np.ones(1000, np.int64))
    few = ToldRecords(sure[:50], np.ones(50, np.bool_), np.ones(50, np.int64))
    assert [_wrong_above(Axis.THREAT, one).held for one in (wrong, right, few)] == [False, True, False]
    assert uniform_p(np.random.default_rng(0).random(1000)) > 1e-4
    assert uniform_p(np.random.default_rng(0).random(1000) ** 1.5) < 1e-6


def test_what_cannot_be_recovered_is_refused():
    with pytest.raises(InputError, match="no such template"):
        recover_axes(RecoveryPlan(8, template="none"))
    for minutes in ((), (1.0,), (float("nan"),)):
        with pytest.raises(InputError, match="some minutes"):
            recover_axes(RecoveryPlan(8, minutes))
