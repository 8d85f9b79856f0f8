"""Every measure at the edge: no event, no cue, no answer, all answered, one event, one second, all ties, all censored.

The table says what a statistician would write: `few` too few; `bare` an estimate without interval (nothing varies, or
none is defined); `floor` and `top` an estimate at the end of its interval, as 0 of 20 (0 to .16); `in` an estimate
within its interval; `from` and `upto` an interval with one end; `past` at least what was seen; `-` nothing is given.
Two words where channels, classes or tiers differ.
"""

from __future__ import annotations

import pytest

from bowlby.measures.definitions import all_definitions
from tests.measures.edges import SITUATIONS, kind, results

PROCEDURES = (
    "strange_situation.session_measures",
    "preschool_measures",
    "still_face_measures",
    "return_to_calm_measures",
)
"""Modules whose measures are silent where there is no procedure."""

TABLE = """
rate                                      : floor    floor/in floor/in floor/in floor/in floor/in floor/in floor/in
response latency median                   : few      few      past     in       few      few      bare     past
share answered                            : few      few      floor    top      few      few      top      few/floor
share answered promptly                   : few      few      floor    top      few      few      top      few/floor
share answered at once                    : few      few      floor    floor    few      few      floor    floor
share never answered, fitted              : few      few      few      in       few      few      few      few
answer latency median, fitted             : few      few      few      in       few      few      few      few
answer latency spread, fitted             : few      few      few      in       few      few      few      few
P(answer | cue)                           : few      few      floor    top      few      few      top      floor
P(answer | no cue)                        : few      few      floor    floor    few      few      floor    floor
delta P                                   : few      few      in       top      few      few      top      in
odds ratio                                : few      few      few      from     few      few      from     few
Yule's Q                                  : few      few      few      in       few      few      in       few
delta P, previous interval held           : few      few      few      top      few      few      top      few
odds ratio, previous interval held        : few      few      few      from     few      few      from     few
contingency p                             : few      few      few      bare     few      few      bare     few
no response                               : few      few      top      floor    few      few      floor    few/top
late response                             : few      few      few      floor    few      few      floor    few
scaring acts                              : floor    floor    floor    floor    floor    floor    floor    floor
no holding or cuddling                    : bare     bare     bare     bare     bare     bare     bare     bare
no play, talk or smiles                   : bare     in       bare     in       bare     in       in       bare
own interests imposed                     : few/floor few/floor floor    floor    few/floor few/floor floor    floor
warm acts                                 : floor    in       floor    in       floor    in       in       floor
warm acts noticed, share                  : few      in       few      in       few      few      in       few
warm acts noticed                         : few      in       few      in       few      few      in       few
threat density                            : floor    floor    floor    floor    floor    floor    floor    floor
affect                                    : bare     bare     bare     bare     bare     bare     bare     bare
affect coded                              : bare     bare     bare     bare     bare     bare     bare     bare
mean valence                              : few      few      few      few      few      few      few      few
joint attention                           : bare     bare     bare     bare     bare     bare     bare     bare
entropy rate of sensory signals, plug-in  : few      few      few      few      few      few      few      few
entropy rate of sensory signals, 40 transitions: few few few few few few few few
entropy rate of sensory signals           : few      few      few      few      few      few      few      few
matched share                             : bare/few bare/few bare/few bare/few bare/few few      bare/few bare/few
mismatches: few/floor few/floor few/floor few/floor few/floor few few/floor few/floor
repairs: few/floor few/floor few/floor few/floor few/floor few few/floor few/floor
time to repair                            : few      few      few      few      few      few      few      few
order of acts, lag 1                      : few      few      few      in       few      few      in       few
cue then answer, lag 1                    : few      few      few      top      few      few      top      few
turn transitions                          : few      few      few      in       few      few      in       few
utterances taken up                       : few      few      few      top      few      few      top      few
turn gap                                  : few      few      few      in       few      few      bare     few
turns in overlap                          : few      few      few      floor    few      few      floor    few
grid dispersion                           : bare/few bare/few bare/few bare/few bare/few few      bare/few bare/few
grid transitions: few/floor few/floor few/floor few/floor few/floor few few/floor few/floor
grid cells visited                        : bare/few bare/few bare/few bare/few bare/few few      bare/few bare/few
grid visit                                : few      few      few      few      few      few      few      few
grid attractor dwell                      : bare/few bare/few bare/few bare/few bare/few few      bare/few bare/few
grid attractor return                     : few      few      few      few      few      few      few      few
share of time                             : -        in       in       in       in       in       in       in
mean bout                                 : -        in       in       in       few      few      in       in
all: response latency median              : -        -        past     in       few      few      bare     past
all: share answered                       : -        -        floor    top      few      few      top      few/floor
all: share answered promptly              : -        -        floor    top      few      few      top      few/floor
all: share answered at once               : -        -        floor    floor    few      few      floor    floor
all: share never answered, fitted         : -        -        few      in       few      few      few      few
all: answer latency median, fitted        : -        -        few      in       few      few      few      few
all: answer latency spread, fitted        : -        -        few      in       few      few      few      few
all: share never answered, shared frailty : -        -        few      few      few      few      few      few
all: answer latency median, shared frailty: -        -        few      few      few      few      few      few
all: answer latency spread, shared frailty: -        -        few      few      few      few      few      few
all: latency differs between sessions     : -        -        few      few      few      few      few      few
all: latency differs between dyads        : -        -        few      few      few      few      few      few
"""


def expected() -> dict[str, dict[str, set[str]]]:
    """Return for each measure and situation the kinds of result that are right."""
    rows = [line.rpartition(": ") for line in TABLE.strip().splitlines()]
    return {
        name.strip(): dict(zip(SITUATIONS, (set(word.split("/")) for word in kinds.split()), strict=True))
        for name, _, kinds in rows
    }


def found(situation: str) -> dict[str, set[str]]:
    """Return the kinds of result of each measure; what is pooled has "all" before its name."""
    kinds: dict[str, set[str]] = {}
    for own in results(situation):
        pooled = "all: " if own.session == "all sessions" else ""
        kinds.setdefault(pooled + own.name.partition(": ")[0], set()).add(kind(own))
    return kinds


def test_the_table_speaks_of_every_definition():
    procedures = {name for module in PROCEDURES for name in _definitions(module)}
    named = {name.removeprefix("all: ") for name in expected()}
    assert named == set(all_definitions()) - procedures


def _definitions(module: str) -> set[str]:
    from importlib import import_module

    return set(import_module(f"bowlby.measures.{module}").DEFINITIONS)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_each_measure_says_what_a_statistician_would(situation: str):
    wanted = {name: kinds[situation] for name, kinds in expected().items() if kinds[situation] != {"-"}}
    assert found(situation) == wanted


def test_who_never_answers_has_no_odds_ratio_and_who_never_answers_a_cue_has_a_bound():
    never = {own.name: own for own in results("no answer") if own.session == "s"}
    assert never["delta P: distress"].estimate == 0.0
    assert never["odds ratio: distress"].note.startswith("no window, or every window")
    always = {own.name: own for own in results("all answered") if own.session == "s"}
    ratio = always["odds ratio: distress"]
    assert ratio.high is None and ratio.low is not None and ratio.low > 10 and "no upper bound" in ratio.note
