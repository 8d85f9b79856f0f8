"""Alpha against the krippendorff package (an oracle in tests only)."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.errors import ParameterError
from bowlby.reliability.alpha import AlphaMetric, alphas_of_tables, krippendorff_alpha

gappy = st.lists(st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=8, max_size=8), min_size=2, max_size=4)


@given(gappy, st.sampled_from(AlphaMetric))
@settings(max_examples=80, deadline=None)
def test_alpha_equals_the_oracle(values: list[list[int | None]], metric: AlphaMetric):
    found = krippendorff_alpha(values, metric)
    if found.estimate is None:
        return
    data = np.array([[np.nan if value is None else value for value in row] for row in values], dtype=float)
    assert found.estimate == pytest.approx(krippendorff.alpha(data, level_of_measurement=str(metric)), abs=1e-9)


def test_krippendorffs_own_example():
    # Four coders, twelve units, gaps: Krippendorff (2011), nominal .743, ordinal .815, interval .849
    gap = None
    values = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, gap, gap, gap],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, gap, 3],
        [gap, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, gap],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, gap],
    ]
    found = {metric: krippendorff_alpha(values, metric) for metric in AlphaMetric}
    assert found[AlphaMetric.NOMINAL].estimate == pytest.approx(0.743, abs=5e-4)
    assert found[AlphaMetric.ORDINAL].estimate == pytest.approx(0.815, abs=5e-4)
    assert found[AlphaMetric.INTERVAL].estimate == pytest.approx(0.849, abs=5e-4)
    assert found[AlphaMetric.NOMINAL].n == 11
    for alpha in found.values():
        assert alpha.estimate is not None and alpha.low is not None and alpha.high is not None
        assert alpha.low < alpha.estimate < alpha.high


def test_one_value_or_no_pair_leaves_alpha_undefined():
    assert krippendorff_alpha([["x", "x"], ["x", "x"]]).estimate is None
    assert krippendorff_alpha([["x", None], [None, "y"]]).reason == "no unit was valued by two coders"


def test_words_have_no_interval():
    with pytest.raises(ParameterError, match="numbers"):
        krippendorff_alpha([["low", "high"], ["low", "low"]], AlphaMetric.INTERVAL)


def test_two_coder_tables_give_the_same_alpha():
    a, b = [1, 2, 2, 4, 4, 1, 2], [1, 2, 4, 4, 2, 1, 2]
    table = np.zeros((3, 3))
    place = {1: 0, 2: 1, 4: 2}
    for x, y in zip(a, b, strict=True):
        table[place[x], place[y]] += 1
    for metric in AlphaMetric:
        assert alphas_of_tables([table], [1, 2, 4], metric)[0] == pytest.approx(
            krippendorff_alpha([a, b], metric).estimate
        )
