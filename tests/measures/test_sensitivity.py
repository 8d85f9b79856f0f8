"""The rater of sensitivity: what moves the rating, what does not, and how far two raters agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bowlby.errors import ParameterError
from bowlby.measures.sensitivity import TERMS, Rater, rate
from bowlby.reliability.icc import icc

CODES = ["cue.distress", "cue.bid", "answer", "hold", "touch", "smile", "play", "voice", "object", "present", "intrude"]
HARSH = ["fright.startle", "fright.frightening", "fright.harsh", "fright.abusive", "ignore"]


def bids(every: float = 60.0, until: float = 540.0) -> list[tuple]:
    return [("cue.bid", float(at), float(at) + 1) for at in np.arange(20.0, until, every)]


def answered(latency: float, kind: str = "answer") -> list[tuple]:
    return [(kind, onset + latency, onset + latency + 3) for _, onset, _ in bids()]


WARM = [("hold", 100.0, 160.0), ("play", 200.0, 330.0), ("present", 0.0, 600.0), ("smile", 20.0, 25.0)]


def of(make_coded, acts, codable=(*CODES, *HARSH), **options) -> dict:
    return rate(make_coded(acts, codable=list(codable), **options), Rater()).row(0, named=True)


def test_sensitive_care_is_rated_high_and_absent_care_low(make_coded):
    good = of(make_coded, [*bids(), *answered(2.0), *WARM])
    absent = of(make_coded, [*bids(), ("ignore", 100.0, 400.0)])
    harsh = of(make_coded, [*bids(), ("fright.harsh", 50.0, 52.0), ("intrude", 100.0, 200.0)])
    assert good["rated"] >= 7 and absent["rated"] <= 3 and harsh["rated"] <= 4
    assert good["left_out"] == []


@pytest.mark.parametrize(
    ("term", "more"),
    [
        ("promptness", None),
        ("answering", ("answer", 261.0, 264.0)),
        ("warmth", ("hold", 400.0, 440.0)),
        ("engagement", ("voice", 400.0, 440.0)),
        ("calm_presence", ("present", 400.0, 410.0)),
    ],
)
def test_each_term_raises_the_rating(make_coded, term, more):
    base = [*bids(), *answered(6.0)[:3], ("present", 0.0, 100.0)]
    better = [*bids(), *answered(3.0)[:3], ("present", 0.0, 100.0)] if more is None else [*base, more]
    low, high = of(make_coded, base), of(make_coded, better)
    assert high[term] > low[term] and high["sensitivity"] > low["sensitivity"]
    assert all(high[other] == pytest.approx(low[other]) for other in TERMS if other not in (term, "promptness"))


@pytest.mark.parametrize(
    ("term", "act"),
    [("attunement", "intrude"), ("gentleness", "fright.frightening"), ("gentleness", "ignore")],
)
def test_intruding_frightening_and_ignoring_lower_it(make_coded, term, act):
    base = [*bids(), *answered(3.0), *WARM]
    low, high = of(make_coded, [*base, (act, 450.0, 470.0)]), of(make_coded, base)
    assert low[term] < high[term] == 1.0 and low["sensitivity"] < high["sensitivity"]
    startled = of(make_coded, [*base, ("fright.startle", 450.0, 470.0)])
    assert startled["sensitivity"] == high["sensitivity"]


def test_a_worse_tier_counts_for_more(make_coded):
    found = [of(make_coded, [*bids(), (act, 450.0, 451.0)])["gentleness"] for act in HARSH[1:4]]
    assert found[0] > found[1] > found[2]


def test_what_could_not_be_coded_is_left_out_and_said(make_coded):
    acts = [*bids(), *answered(2.0), *WARM]
    found = of(make_coded, acts, codable=("cue.bid", "answer", "hold"))
    assert found["left_out"] == ["attunement", "engagement", "calm_presence", "gentleness"]
    assert found["attunement"] is None and found["promptness"] is not None and found["rated"] is not None
    mute = of(make_coded, acts, codable=("hold",))
    assert {"promptness", "answering"} <= set(mute["left_out"]) and mute["cues"] is None
    nothing = of(make_coded, acts, codable=("gaze.partner",))
    assert nothing["rated"] is None and nothing["sensitivity"] is None and set(nothing["left_out"]) == set(TERMS)


def test_without_a_cue_answering_is_unknown_and_not_bad(make_coded):
    found = of(make_coded, WARM)
    assert found["answering"] is None and found["promptness"] is None and found["left_out"] == []
    assert found["sensitivity"] > 5


def test_a_cue_whose_window_is_not_in_view_is_not_unanswered(make_coded):
    late = [("cue.bid", 595.0, 596.0)]
    assert of(make_coded, late)["cues"] is None
    hidden = of(make_coded, [("cue.bid", 100.0, 101.0)], masks=[("answer", 103.0, 120.0)])
    assert hidden["answering"] is None


def test_contingency_stands_apart(make_coded):
    contingent = of(make_coded, [*bids(), *answered(2.0)])
    # answers every 10 s whatever the child does: each cue is met within 10 s, and chance alone would meet it too
    noise = [("answer", float(at), float(at) + 1) for at in range(3, 590, 10)]
    steady = of(make_coded, [*bids(), *noise])
    assert contingent["contingency"] == pytest.approx(1 - 9 * 10 / 600)
    assert steady["answering"] == 1.0 and abs(steady["contingency"]) < 0.05


def test_distress_is_waited_for_longer(make_coded):
    late = [("answer", 45.0, 47.0)]
    assert of(make_coded, [("cue.distress", 20.0, 30.0), *late])["answering"] == 1.0
    assert of(make_coded, [("cue.bid", 20.0, 21.0), *late])["answering"] == 0.0


def many(make_coded, n: int = 300):
    rng = np.random.default_rng(4)
    acts: list[tuple] = []
    for k in range(n):
        care = rng.beta(1.2, 1.2)
        for _, at, _ in bids():
            acts.append(("cue.bid", at, at + 1, None, f"s{k}"))
            if rng.uniform() < care:
                acts.append(("answer", at + rng.exponential(2 + 8 * (1 - care)), None, None, f"s{k}"))
        acts.append(("hold", 100.0, 100.0 + 120 * care, None, f"s{k}"))
        acts += [
            ("intrude", float(t), float(t) + 2, None, f"s{k}") for t in rng.uniform(0, 590, rng.poisson(8 * (1 - care)))
        ]
    return make_coded(acts, codable=CODES, sessions=[f"s{k}" for k in range(n)])


def test_two_raters_agree_as_their_reliability_says(make_coded):
    coded = many(make_coded)
    true = rate(coded)["sensitivity"].to_numpy()
    rater = Rater(reliability=0.8, spread=float(true.std()))
    pair = [rate(coded, rater, np.random.default_rng(seed))["rated"].to_numpy() for seed in (1, 2)]
    # 300 sessions, ICC .8: standard error about .02; rounding to points costs about .03 and clipping moves it by as
    # much; a bound of .12 either way fails by chance less than once in 10,000 runs
    found = icc(np.column_stack(pair))
    assert found.estimate is not None and abs(found.estimate - 0.8) < 0.12
    exact = rate(coded, Rater(reliability=1.0), np.random.default_rng(1))
    assert_frame_equal(exact, rate(coded))


def test_order_and_company_of_sessions_change_nothing(make_coded):
    coded = many(make_coded, 6)
    turned = type(coded)(
        type(coded.record)(coded.record.events, coded.record.windows.reverse()),
        coded.acts,
        coded.masks,
        coded.codable,
        (),
        "test",
        {},
    )
    both = [rate(one, Rater(), np.random.default_rng(3)) for one in (coded, turned)]
    assert both[0]["session"].to_list() == both[1]["session"].to_list()[::-1]
    assert_frame_equal(both[0], both[1].reverse())
    alone = rate(make_coded([("cue.bid", 20.0, 21.0)], codable=CODES, sessions=("a",)))
    beside = rate(make_coded([("cue.bid", 20.0, 21.0, None, "a")], codable=CODES, sessions=("a", "b")))
    assert_frame_equal(alone, beside.head(1))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.0, 9.5), min_size=9, max_size=9))
def test_a_rating_stays_on_its_scale(make_coded, latencies):
    acts = [*bids(), *[("answer", at + wait, None) for (_, at, _), wait in zip(bids(), latencies, strict=True)]]
    found = rate(make_coded(acts, codable=CODES), Rater(), np.random.default_rng(0)).row(0, named=True)
    assert 1 <= found["rated"] <= 9 and found["rated"] == round(found["rated"])
    assert 1 <= found["sensitivity"] <= 9 and found["answering"] == 1.0


@pytest.mark.parametrize(
    "wrong", [{"reliability": 0.0}, {"reliability": 1.2}, {"prompt_s": 0.0}, {"weights": {"warmth": 1.0}}]
)
def test_impossible_raters_are_refused(wrong):
    with pytest.raises(ParameterError):
        Rater(**wrong)
