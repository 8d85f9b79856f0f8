"""How the interval of each measure is made, from how many sessions or events on, and how often it held the truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TypeAlias, cast

from bowlby.measures.clusters import BOUTS_A_BLOCK, FEWEST_BLOCKS, FEWEST_CLUSTERS, FEWEST_STRETCHES
from bowlby.measures.confidence import JACKKNIFE_BLOCKS, share_interval
from bowlby.measures.contingency import FEWEST_WINDOWS
from bowlby.measures.entropy_rate import EQUAL, FEWEST_VISITS, FIXED
from bowlby.measures.frailty import FEWEST_SESSIONS
from bowlby.measures.latency import FEWEST
from bowlby.measures.latency_fit import FEWEST_ANSWERS, LEAST_SEEN
from bowlby.measures.matching import FEWEST_SECONDS
from bowlby.measures.sequence import FEWEST_TRANSITIONS
from bowlby.measures.turns import FEWEST_UTTERANCES

Row: TypeAlias = Mapping[str, object]

_OVER = (
    f"over sessions CR2 with Satterthwaite's degrees of freedom, from {FEWEST_CLUSTERS} sessions (dyads, where there "
    f"are several) on; within one session over twentieths of its time, from {FEWEST_STRETCHES} with data on"
)
_SCORE = f"score interval for the trials that the share is worth, {_OVER}; one session, from {FEWEST} episodes on"
_WINDOWS = f"one session, from {FEWEST_WINDOWS} windows after a cue and as many without on"
_POISSON = "one session; exact Poisson, counts divided by their dispersion where acts cluster; zero acts give a bound"
_RENEWAL = (
    "one session; renewal process on the logit scale, Student's t for the bouts; none where the act never or always "
    "held"
)
_TWENTIETHS = "one session, leaving out each twentieth of codable time, Student's t"
_BLOCKS = (
    f"one session, leaving out each block of codable time, Student's t; {FEWEST_BLOCKS} to {JACKKNIFE_BLOCKS} blocks "
    f"of at least {BOUTS_A_BLOCK:g} mean bouts"
)
_FIT = (
    f"from {FEWEST_ANSWERS} answers on, and where {LEAST_SEEN:.0%} of all answers to come fall within what was in "
    f"view; from the likelihood's curvature, no smaller than the sandwich's; {_OVER}"
)
_SEEN_BY = (
    "score interval for the trials that the share is worth, its variance the mean of Greenwood's and of Peto's, which "
    f"looks at who is left in view; {_OVER}; one session, from {FEWEST} episodes on"
)
_SIDES = f"{_WINDOWS}; score interval of either share over twentieths of the time"
_CODER = "a coder's error as assumed, or none: no sampling interval"
_ORDER = f"one session, from {FEWEST_TRANSITIONS} transitions on"
_JOINT = f"one session, from {FEWEST_SECONDS:g} s on in which both have a state"

INTERVALS: Mapping[str, str] = {
    **dict.fromkeys(("rate", "scaring acts", "own interests imposed", "warm acts", "threat density"), _POISSON),
    **dict.fromkeys(("share of time", "no holding or cuddling", "no play, talk or smiles"), _RENEWAL),
    **dict.fromkeys(("affect", "affect coded"), _RENEWAL),
    "mean bout": "one session, from two bouts on; delta method on the log scale",
    "response latency median": "every time at which the band of the curve holds one half, a lower bound where the "
    f"curve does not fall so far; {_SCORE}",
    **dict.fromkeys(("share answered", "share answered promptly", "no response"), _SEEN_BY),
    **dict.fromkeys(("share answered at once", "late response"), _SCORE),
    "share never answered, fitted": _FIT,
    "answer latency median, fitted": f"{_FIT}; Student's t for the answers",
    "answer latency spread, fitted": f"{_FIT}; the chi-square interval of a variance, or the wider; what the jackknife "
    "says that few sessions miss is added above",
    **dict.fromkeys(
        (
            "share never answered, shared frailty",
            "answer latency median, shared frailty",
            "answer latency spread, shared frailty",
            "latency differs between sessions",
            "latency differs between dyads",
        ),
        f"from {FEWEST_SESSIONS} sessions with an answer on; the likelihood's curvature, no smaller than the "
        "sandwich's over dyads (CR2); Student's t for the dyads",
    ),
    **dict.fromkeys(("P(answer | cue)", "P(answer | no cue)"), _SIDES),
    "delta P": f"{_SIDES}, joined (Newcombe 1998, Statistics in Medicine 17:873)",
    **dict.fromkeys(
        ("odds ratio", "Yule's Q"),
        f"{_SIDES}, joined on the logit scale (Zou & Donner 2008, Statistics in Medicine 27:1693); one end with an "
        "empty cell, none with an empty margin",
    ),
    **dict.fromkeys(
        ("delta P, previous interval held", "odds ratio, previous interval held"),
        f"{_WINDOWS}; leaving out twentieths of the time, never narrower than with windows independent (Greenland & "
        "Robins 1985; Robins, Breslow & Greenland 1986)",
    ),
    "contingency p": "none: it is a p",
    "warm acts noticed": _TWENTIETHS,
    "warm acts noticed, share": f"{_TWENTIETHS}, on the log scale of the share missed, no narrower than what the "
    "interval of the acts' rate makes of it",
    "mean valence": _BLOCKS,
    "joint attention": _RENEWAL,
    "entropy rate of sensory signals, plug-in": "none: for comparison with the literature only",
    "entropy rate of sensory signals": f"one session, from {FEWEST_VISITS} visits on; posterior",
    EQUAL: f"one session, from {FIXED + 1} transitions on, leaving out each in turn; none where nothing varies",
    "matched share": f"{_JOINT}; {_BLOCKS}",
    **dict.fromkeys(
        ("mismatches", "repairs"),
        f"{_JOINT}; Poisson, counts divided by the squared coefficient of variation of the times between",
    ),
    "time to repair": f"{_JOINT}; exact Poisson for the repairs",
    "order of acts, lag 1": f"{_ORDER}; leaving out each twentieth of them",
    "cue then answer, lag 1": f"{_ORDER}; log odds, transitions taken as independent",
    "turn transitions": f"one session, from {FEWEST_UTTERANCES} utterances of either on; the wider of Poisson and "
    "leaving out each twentieth of the time",
    **dict.fromkeys(
        ("utterances taken up", "turns in overlap"),
        f"one session, from {FEWEST_UTTERANCES} utterances of either on; score interval over twentieths of the time",
    ),
    "turn gap": "one session, from six gaps on; order statistics, interpolated to 95 %; none where gaps are tied",
    "grid dispersion": f"{_JOINT}; {_BLOCKS}; drawn round the value that the blocks' bias is taken from",
    "grid attractor dwell": f"{_JOINT}; {_BLOCKS}",
    "grid transitions": f"{_JOINT}; exact Poisson",
    "grid cells visited": "none: a longer session visits more cells",
    **dict.fromkeys(("grid visit", "grid attractor return"), f"{_JOINT}, from two on; delta method on the log scale"),
    "return to calm": "one session; exact Poisson for the returns seen",
    **dict.fromkeys(("still-face effect", "still-face carry-over", "still-face recovery"), _TWENTIETHS),
}
"""By definition; what is not here is scored by a procedure."""


def interval_of(name: str) -> str:
    """Return how the interval of a measure is made and from how many sessions or events on.

    Args:
        name: name of a definition.

    Returns:
        One phrase.
    """
    return INTERVALS.get(name, _CODER)


@lru_cache(maxsize=1)
def measured_coverage() -> tuple[Row, ...]:
    """Return the committed results of `bowlby recover intervals`.

    Returns:
        One row a measure and design.
    """
    text = files("bowlby.measures").joinpath("coverage.json").read_text(encoding="utf-8")
    return tuple(cast("Sequence[Row]", json.loads(text)["intervals"]))


def coverage_of(name: str) -> str:
    """Return the measured coverage of a measure in a sentence.

    Args:
        name: name of a definition.

    Returns:
        The lowest and highest coverage over the designs, or that it was not simulated.
    """
    rows = [row for row in measured_coverage() if row["measure"] == name and row["coverage"] is not None]
    if not rows:
        return (
            "not simulated" if name in INTERVALS and not INTERVALS[name].startswith("none") else "has no meaning here"
        )
    ordered = sorted(rows, key=lambda row: cast(float, row["coverage"]))
    low, high = ordered[0], ordered[-1]
    if len(rows) == 1:
        return f"{_said(low)} ({low['design']})"
    return (
        f"{_said(low)} ({low['design']}) to {_said(high)} ({high['design']}) over {len(rows)} designs; see intervals.md"
    )


def _said(row: Row) -> str:
    return f"{cast(float, row['coverage']):.3f} of {row['n']}"


def page() -> str:
    """Return docs/intervals.md, made from the committed results.

    Returns:
        Markdown.
    """
    return "\n".join([_HEAD, *TABLE_HEAD, *(line_of(row) for row in measured_coverage())]) + "\n"


_HEAD = """# Intervals

How often does a 95 % interval of bowlby hold the truth? `bowlby recover intervals` draws records, or tables of
episodes, from processes whose parameters are known, measures each as `bowlby measure` does, and counts. It goes on
where it was interrupted. The table is made from the results that are shipped (`bowlby.measures.coverage`), and each
measure's section of [the measures](measures.md) quotes the same rows.

```sh
bowlby recover intervals --design sessions --draws 2000 --seed 1
```

Sessions *alike* have the same chance of an answer; sessions *that differ* differ by .9 on the logit scale, and in log
latency by half of that, and so do dyads. One session lasts 5, 20 or 60 minutes, with cues frequent (4 a minute), usual
(2), in bursts of four, or rare (one in two minutes). *Units* are labelled by two coders who agree in three quarters of
them, or rated by two. The truth is the parameter where theory gives one, else the mean of four sessions of 20 hours or
a study of 3,000 sessions from the same process. *To t interval*: mean width over that of the t interval with the same
degrees of freedom (sessions or dyads less one; normal for one session) and the true standard error. *Draws* counts a
measure once for each of its kinds (classes of cues, constructs, channels), *intervals* those that were judged: what is
too few or without an interval is apart, in the last columns. The brackets hold the Monte Carlo error.

Read with this in mind:

- An interval over sessions that happen to be alike is held at what independent events would give, so that with three
  to five sessions it covers more than 95 %.
- Where the truth is nearly 0 (a share answered at once, a rare act), the t interval is none: the exact one is wider,
  and covers more.
- In one session answers that no cue asked for mix with those to cues. The fitted latency takes all for one kind; its
  truth is what the same fit gives in 20 hours, most of all in the spread.
- A median that lies beyond what was in view is a lower bound and counts as an interval without an upper end.
- Bars that are not met stand in the table as they are: coverage under .90 by more than its Monte Carlo error is a
  reservation of that measure in that design.
- Scales and classes of procedures carry a coder's error that is assumed, which is no sampling interval: they are not
  here. Nor are the still-face measures and the return to calm, which need a procedure.
"""
TABLE_HEAD = (
    "| measure | design | draws | intervals | coverage | width | to t interval | too few | no interval |",
    "|---|---|---|---|---|---|---|---|---|",
)


def line_of(row: Row) -> str:
    """Return one line of the table.

    Args:
        row: keys measure, design, draws, n, coverage, width, ratio, too_few and bare.

    Returns:
        Markdown.
    """
    coverage, width, ratio = (row[key] for key in ("coverage", "width", "ratio"))
    n = cast(int, row["n"])
    said = ""
    if coverage is not None:
        low, high = share_interval(round(cast(float, coverage) * n), n)
        said = f"{cast(float, coverage):.3f} ({low:.3f} to {high:.3f})"
    cells = (
        str(row["measure"]).replace("|", "\\|"),
        row["design"],
        row["draws"],
        n,
        said,
        "" if width is None else f"{cast(float, width):.3g}",
        "" if ratio is None else f"{cast(float, ratio):.2f}",
        f"{cast(float, row['too_few']):.2f}",
        f"{cast(float, row['bare']):.2f}",
    )
    return f"| {' | '.join(map(str, cells))} |"
