"""What each measure is: its formula, source, unit, denominator, chance baseline, needs and reservation."""

from __future__ import annotations

from bowlby.measures import (
    attention,
    entropy_rate,
    grid,
    matching,
    preschool_measures,
    return_to_calm_measures,
    sequence,
    still_face_measures,
    turns,
)
from bowlby.measures.coverage import coverage_of, interval_of
from bowlby.measures.definition import NO_BASELINE, TWO_CLASSES, Definition
from bowlby.measures.strange_situation import session_measures


def definition_of(name: str) -> Definition:
    """Return the definition of a measure by its name; what follows a colon only says of what it was taken.

    Args:
        name: a measure's name, such as "rate: voice".

    Returns:
        The definition.

    Raises:
        KeyError: there is none of this name.
    """
    return all_definitions()[name.partition(": ")[0]]


_ELSEWHERE = (
    attention.DEFINITIONS,
    entropy_rate.DEFINITIONS,
    matching.DEFINITIONS,
    sequence.DEFINITIONS,
    turns.DEFINITIONS,
    grid.DEFINITIONS,
    session_measures.DEFINITIONS,
    preschool_measures.DEFINITIONS,
    still_face_measures.DEFINITIONS,
    return_to_calm_measures.DEFINITIONS,
)
"""Definitions that stand beside the measures that they define."""


def all_definitions() -> dict[str, Definition]:
    """Return the definition of every measure, those of other modules after those of this one.

    Returns:
        Name, without what follows a colon, to definition.
    """
    found = dict(DEFINITIONS)
    for own in _ELSEWHERE:
        found |= own
    return found


_GARWOOD = (
    "Garwood 1936, Biometrika 28:437; zero counts: -ln(.05) / hours (Hanley "
    "& Lippman-Hand 1983, JAMA 249:1743); clustered "
    "acts: quasi-Poisson (McCullagh & Nelder 1989)"
)
_WILSON = "score interval: Wilson 1927, Journal of the American Statistical Association 22:209"
_RENEWAL = "variance of an alternating renewal process: Takacs 1959, Theory of Probability and Its Applications 4:195"
_JACKKNIFE = "interval by leaving out each block of codable time: Künsch 1989, Annals of Statistics 17:1217"
_KM = (
    "Kaplan & Meier 1958, Journal of the American Statistical Association "
    "53:457; score interval for the trials it is worth by Greenwood's variance (Rothman 1978, Journal of Chronic "
    "Diseases 31:557), at the window's end joined with Peto's (1977, British Journal of Cancer 35:1); over sessions by "
    "CR2 (Bell & McCaffrey 2002, Survey Methodology 28:169)"
)
_CURE = (
    "mixture cure model: Berkson & Gage 1952, Journal of the American Statistical Association 47:501; fitted by EM and "
    "Newton steps"
)
_FRAILTY = (
    "lognormal shared frailty: Hougaard 2000, Analysis of Multivariate Survival Data, chapters 7 and 8; standard "
    "deviations held above zero: Chung et al. 2013, Psychometrika 78:685"
)
_CUES_AND_ANSWERS = "a cue of the class and an answer"
_SHIFT = "the same quantity with the answers shifted round codable time, in stretches of at most 30 minutes, averaged"
_WINDOWS = "windows as long as a prompt answer may take, in codable time; those without a cue lie within 5 min of one"
_CENSORED = (
    "a next cue ends the wait for the last one: if a child repeats itself because nobody came, the curve is too kind"
)
_HEARD = (
    "what happens near in time for any other reason, such as both turning "
    "to a toy, counts as contingency; control for the "
    "previous interval removes part of that"
)

DEFINITIONS: dict[str, Definition] = {
    "rate": Definition(
        "How often an act began, per hour in which it could have been coded.",
        "number of onsets / codable hours",
        _GARWOOD,
        "per hour",
        "codable seconds of this role and construct",
        NO_BASELINE,
        "the construct",
        "an act that was cut in two by the coder counts twice",
    ),
    "share of time": Definition(
        "The share of codable time in which an act went on; given where the act was coded with an end.",
        "seconds of the union of its bouts / codable seconds",
        _RENEWAL,
        "share",
        "codable seconds of this role and construct",
        NO_BASELINE,
        "the construct, coded as a state",
        "the interval takes bouts as independent; no interval where the act never or always held",
    ),
    "mean bout": Definition(
        "How long an act lasted once it began.",
        "mean length of the bouts, touching bouts joined",
        "delta method on the log scale",
        "s",
        "bouts",
        NO_BASELINE,
        "the construct, coded as a state",
        "bouts under way where coding stops are cut short",
    ),
    "response latency median": Definition(
        f"The time by which half of the cues were answered, {TWO_CLASSES}.",
        "smallest t with S(t) <= 1/2, S the Kaplan-Meier curve of informative episodes",
        f"{_KM}; Brookmeyer & Crowley 1982, Biometrics 38:29",
        "s",
        "informative episodes",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        f"at least what was in view where fewer than half were answered by then; {_CENSORED}",
    ),
    "share answered": Definition(
        f"The share of cues answered within the window, {TWO_CLASSES}.",
        "1 - S(window)",
        _KM,
        "share",
        "informative episodes",
        'none here; see "no response" and the contingency',
        _CUES_AND_ANSWERS,
        f"counts any act that comes in time, meant as an answer or not; {_CENSORED}",
    ),
    "share answered promptly": Definition(
        f"The share of cues answered within the time that counts as prompt, {TWO_CLASSES}.",
        "1 - S(5 s), or the time set in the rule",
        f"{_KM}; 5 s: Tamis-LeMonda, Bornstein & Baumwell 2001, Child Development 72:748",
        "share",
        "informative episodes",
        'none here; see "P(answer | cue)"',
        _CUES_AND_ANSWERS,
        "as share answered",
    ),
    "share answered at once": Definition(
        f"The share of cues with a latency of exactly zero, {TWO_CLASSES}.",
        "informative episodes answered at 0 s / informative episodes",
        _WILSON,
        "share",
        "informative episodes",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        "in formats whose segments tile time (LENA), the answer's segment "
        "starts where the cue's ends, so that this mass at "
        "zero holds all short gaps; elsewhere it holds answers that began during the cue",
    ),
    "share never answered, fitted": Definition(
        f"The share of cues that would never be answered, {TWO_CLASSES}.",
        "(1 - p0) c in P(T > t) = (1 - p0) (c + (1 - c) (1 - Phi((ln t - mu) / sigma)))",
        _CURE,
        "share",
        "informative episodes",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        "depends on the shape assumed beyond the longest latency in view; no number where less than 80 % of the "
        "answers to come fall before it",
    ),
    "answer latency median, fitted": Definition(
        f"The median latency of the answers that come, those at once left out, {TWO_CLASSES}.",
        "exp(mu) of the same fit",
        _CURE,
        "s",
        "informative episodes",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        "a lognormal shape is assumed; answers that no cue asked for count as late ones",
    ),
    "answer latency spread, fitted": Definition(
        f"How much latencies differ from one answer to the next, {TWO_CLASSES}.",
        "sigma of the same fit, the standard deviation of log latency",
        _CURE,
        "log s",
        "informative episodes",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        "in a short record hard to tell from the share never answered",
    ),
    "share never answered, shared frailty": Definition(
        f"Over all sessions, the share of cues not answered at once that never would be, {TWO_CLASSES}.",
        "c in P(T > t | u, v) = c + (1 - c) (1 - Phi((ln t - mu - u_dyad - v_session) / sigma)), u and v normal",
        _FRAILTY,
        "share",
        "sessions",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        "one share for all: sessions may differ in it more than in latency",
    ),
    "answer latency median, shared frailty": Definition(
        f"The median latency, beyond those at once, in a typical session of a typical dyad, {TWO_CLASSES}.",
        "exp(mu) of the same model",
        _FRAILTY,
        "s",
        "sessions",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        "not the median over all answers of all dyads",
    ),
    "answer latency spread, shared frailty": Definition(
        f"How much latencies differ from cue to cue within a session, {TWO_CLASSES}.",
        "sigma of the same model",
        _FRAILTY,
        "log s",
        "sessions",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        "one spread for all sessions",
    ),
    "latency differs between sessions": Definition(
        f"How much the typical latency differs between the sessions of one dyad, {TWO_CLASSES}.",
        "standard deviation of v_session in the same model; with one session a dyad, of u and v together",
        _FRAILTY,
        "log s",
        "sessions",
        "0 where sessions do not differ; the estimate is held above zero",
        _CUES_AND_ANSWERS,
        "few sessions tell little of it: look at the interval",
    ),
    "latency differs between dyads": Definition(
        f"How much the typical latency differs between dyads, {TWO_CLASSES}.",
        "standard deviation of u_dyad in the same model",
        _FRAILTY,
        "log s",
        "sessions",
        "0 where dyads do not differ; the estimate is held above zero",
        f"{_CUES_AND_ANSWERS}; several sessions of a dyad",
        "few dyads tell little of it: look at the interval",
    ),
    "P(answer | cue)": Definition(
        f"The share of windows after a cue in which an answer starts, {TWO_CLASSES}.",
        "answered windows after a cue / windows after a cue",
        _WILSON,
        "share",
        _WINDOWS,
        _SHIFT,
        _CUES_AND_ANSWERS,
        "windows that reach into uncodable time are left out; interval takes windows as independent",
    ),
    "P(answer | no cue)": Definition(
        f"The share of matched windows without any cue in which an answering act starts, {TWO_CLASSES}.",
        "answered windows without a cue / windows without a cue",
        _WILSON,
        "share",
        _WINDOWS,
        _SHIFT,
        _CUES_AND_ANSWERS,
        "as P(answer | cue)",
    ),
    "delta P": Definition(
        f"How much more often an answering act starts after a cue than without one, {TWO_CLASSES}.",
        "P(answer | cue) - P(answer | no cue)",
        f"Allan 1980, Bulletin of the Psychonomic Society 15:147; {_JACKKNIFE}",
        "difference of shares",
        _WINDOWS,
        _SHIFT,
        _CUES_AND_ANSWERS,
        _HEARD,
    ),
    "odds ratio": Definition(
        f"The odds of an answer after a cue over those without one, {TWO_CLASSES}.",
        "(a + 1/2)(d + 1/2) / ((b + 1/2)(c + 1/2)) of the fourfold table",
        f"Haldane 1956, Annals of Human Genetics 20:309; {_JACKKNIFE}, on the log scale",
        "ratio",
        _WINDOWS,
        f"{_SHIFT} over the summed table before the ratio is taken",
        _CUES_AND_ANSWERS,
        _HEARD,
    ),
    "Yule's Q": Definition(
        f"The odds ratio on a scale from -1 to 1, {TWO_CLASSES}.",
        "(odds ratio - 1) / (odds ratio + 1)",
        f"Yule 1900, Philosophical Transactions A 194:257; Bakeman, McArthur & Quera 1996; {_JACKKNIFE}",
        "-1 to 1",
        _WINDOWS,
        f"{_SHIFT} over the summed table before Q is taken",
        _CUES_AND_ANSWERS,
        _HEARD,
    ),
    "delta P, previous interval held": Definition(
        "Delta P with the caregiver's own bouts held: windows with and "
        "without an answering act just before are compared "
        f"within themselves and pooled, {TWO_CLASSES}.",
        "sum_i (a_i n0_i - b_i n1_i) / N_i over sum_i n1_i n0_i / N_i, i = answering act in the interval before or not",
        f"Greenland & Robins 1985, Biometrics 41:55; {_JACKKNIFE}",
        "difference of shares",
        _WINDOWS,
        _SHIFT,
        _CUES_AND_ANSWERS,
        "holds one interval of the past, not the whole rhythm of the exchange",
    ),
    "odds ratio, previous interval held": Definition(
        f"The odds ratio pooled over windows with and without an answering act just before, {TWO_CLASSES}.",
        "Mantel-Haenszel odds ratio, 1/2 added to each cell",
        f"Mantel & Haenszel 1959, Journal of the National Cancer Institute 22:719; {_JACKKNIFE}, on the log scale",
        "ratio",
        _WINDOWS,
        f"{_SHIFT} over the summed table before the ratio is taken",
        _CUES_AND_ANSWERS,
        "as delta P, previous interval held",
    ),
    "contingency p": Definition(
        f"How seldom delta P would lie as far from its baseline by chance, {TWO_CLASSES}.",
        "(1 + shifts with |delta P - mean| at least as large) / (1 + shifts)",
        "circular shift surrogates: Lancaster et al. 2018, Physics Reports 748:1",
        "p",
        "shifts",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        "two-sided; a shared rhythm slower than half an hour is kept, a faster one is not",
    ),
    "no response": Definition(
        f"Caregiver behaviour 1 of 6: the share of cues without an answer by the window's end, {TWO_CLASSES}.",
        "S(window)",
        _KM,
        "share",
        "informative episodes",
        "1 - the share of moments that an answering act starts within the window of, over the stretches of at most "
        "30 minutes in which the cues fell (exact mean over all shifts)",
        _CUES_AND_ANSWERS,
        f"what was not coded as an answer may still have been one; {_CENSORED}",
    ),
    "late response": Definition(
        "Caregiver behaviour 2 of 6: the share of answers that came after "
        f"the time that counts as prompt, {TWO_CLASSES}.",
        "answers after 5 s (or the time set in the rule) / answers within the window",
        _WILSON,
        "share",
        "answered episodes",
        NO_BASELINE,
        _CUES_AND_ANSWERS,
        "answers cut off by a next cue are not among them, and late ones are more often cut off",
    ),
    "scaring acts": Definition(
        "Caregiver behaviour 3 of 6: loud, abrupt, frightening, harsh or abusive acts, tier by tier.",
        "number of acts of the tier / codable hours",
        _GARWOOD,
        "per hour",
        "codable seconds of the tier",
        NO_BASELINE,
        "the tier",
        "rare acts are not ruled out by not being seen; startling acts alone say nothing of threat",
    ),
    "no holding or cuddling": Definition(
        "Caregiver behaviour 4 of 6: the share of codable time without holding or touch.",
        "1 - seconds of the union of hold and touch / codable seconds; points count 1 s",
        _RENEWAL,
        "share",
        "codable seconds of those of hold and touch that were codable",
        NO_BASELINE,
        "hold or touch",
        "time at play apart is time without holding; only more than is usual for the setting means anything",
    ),
    "no play, talk or smiles": Definition(
        "Caregiver behaviour 5 of 6: the share of codable time without play, voice or smiles.",
        "1 - seconds of the union of play, voice and smile / codable seconds; points count 1 s",
        _RENEWAL,
        "share",
        "codable seconds of those of play, voice and smile that were codable",
        NO_BASELINE,
        "play, voice or smile",
        "quiet presence is not neglect; the note says which of the three were codable",
    ),
    "own interests imposed": Definition(
        "Caregiver behaviour 6 of 6: intrusive acts, per hour and as the share of cues met by one.",
        "intrusive acts / codable hours; episodes in which one goes on between cue and answer's end / episodes",
        f"{_GARWOOD}; {_WILSON}",
        "per hour, or share",
        "codable seconds of intrusion, or episodes",
        NO_BASELINE,
        "intrude, and a cue for the share",
        "what intrudes is the coder's judgement; see the agreement between coders",
    ),
    "warm acts": Definition(
        "How often a warm act began: hold, touch, voice, smile or play, those that were codable.",
        "number of onsets / codable hours",
        _GARWOOD,
        "per hour",
        "codable seconds of the warm acts",
        NO_BASELINE,
        "one of the warm acts",
        "the total; whether it could be noticed is the next measure",
    ),
    "warm acts noticed, share": Definition(
        "The share of warm acts that the child could notice, given how many came shortly before.",
        "mean of 1 - exp(-D_k / threshold), D_k = sum over earlier acts of exp(-(t_k - t_i) / tau), plus what acts "
        "from before the window leave if they came as often: rate tau exp(-t_k / tau); tau 60 s, threshold 1",
        f"assumed: no study gives the kernel or its constants; {_JACKKNIFE}",
        "share",
        "warm acts",
        "the same number of acts at random times: 1 - exp(-rate tau Ein(1 / "
        "threshold)) (Rice 1944, Bell System Technical "
        "Journal 23:282)",
        "one of the warm acts",
        "compare records with the same warm acts codable only; tau runs on codable time",
    ),
    "warm acts noticed": Definition(
        "Warm acts that the child could notice, per hour.",
        "sum of 1 - exp(-D_k / threshold) / codable hours",
        f"as the share; {_JACKKNIFE}",
        "per hour",
        "codable seconds of the warm acts",
        "the rate times the share expected at random times",
        "one of the warm acts",
        "as the share",
    ),
    "threat density": Definition(
        "Frightening, harsh and abusive acts (tiers 2 to 4) together; startling acts are left out.",
        "number of acts / codable hours, unweighted",
        _GARWOOD,
        "per hour",
        "codable seconds of the tiers",
        NO_BASELINE,
        "one of the three tiers",
        "rare acts are not ruled out by not being seen; a short record says how many an hour it is compatible with",
    ),
    "affect": Definition(
        "The share of codable time with negative, neutral or positive affect, of child and of caregiver.",
        "seconds coded with a valence below, at or above zero / codable seconds",
        _RENEWAL,
        "share",
        "codable seconds of affect",
        NO_BASELINE,
        "affect",
        "time without a code of known valence belongs to none of the three; see affect coded",
    ),
    "affect coded": Definition(
        "The share of codable time that carries an affect code of known valence.",
        "seconds with a valence / codable seconds",
        _RENEWAL,
        "share",
        "codable seconds of affect",
        NO_BASELINE,
        "affect",
        "codes that the codebook leaves unmapped lower it",
    ),
    "mean valence": Definition(
        "Mean affect, over the time with a valence, in steps of the lab's own scale.",
        "sum of valence times seconds / seconds with a valence",
        _JACKKNIFE,
        "valence",
        "seconds with a valence",
        NO_BASELINE,
        "affect",
        "takes the steps of the scale as equal; not comparable between labs with other scales",
    ),
}


def page() -> str:
    """Return docs/measures.md.

    Returns:
        Markdown, one section a measure.
    """
    return "\n".join([_HEAD, *(_section(name, definition) for name, definition in all_definitions().items())])


_HEAD = """# Measures

Generated from `bowlby.measures.definitions`; a test keeps the two alike.

Each number carries a 95 % interval, what it is a share or rate of, what chance alone would give where that has a
meaning, and a reservation. Where a construct was not codable the measure is *not assessable*: not zero, not small,
unknown. Where too little happened it is *too few*. Cues and answers are paired by the episode rule, a value printed
with every result; `windows_grid` gives latency and contingency over other windows. An episode is informative when its
outcome was in view for more than no time. Time counts only where it could be coded, for each role and construct apart.

Events that could not be placed (no time, a state without start or stop, a file that breaks off, an act that names
nobody in a session of several) reach the numbers that rest on them. A plain count over time is then a *lower bound*,
without an upper end; so is a median that lies beyond what was in view. Any other measure keeps its number, with a note,
where at most one event in twenty was lost, and is *not assessable* beyond that; a bound of nothing is none either.
`infer` takes a construct that lost more for one that was not coded, and a lost answer or cue for the loss of all of
them. Groups and pooled latencies leave such sessions out.

Each measure is of one child with one caregiver (`child`, `caregiver`); `actor` is the role.

Where neither codebook nor manifest nor the file itself states when coding took place, observed time is the recording's,
or reaches from the first event to the last. If what was coded does not bear that out (fewer than ten acts, or silences
far longer than the acts' own make likely), what rests on observed time has the status *window not stated*: it is given
over the recording and from the first coded act to the last, and `span` says which. State the window: codebooks.md,
`[observed]`.

What follows the colon in a measure's name says of what it was taken: a construct, a class of cues, a valence.
"""


def _section(name: str, definition: Definition) -> str:
    return f"""## {name}

{definition.meaning}

- Formula: {definition.formula}
- Source: {definition.source}
- Interval: {interval_of(name)}
- Measured coverage of the 95 % interval: {coverage_of(name)}
- Unit: {definition.unit}
- Denominator: {definition.denominator}
- Chance baseline: {definition.baseline}
- Needs: {definition.needs}
- Reservation: {definition.reservation}
"""
