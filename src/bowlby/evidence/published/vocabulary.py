"""The closed vocabulary in which a published finding is written, so that a new one needs no code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bowlby.model.generated_pages import replace_between
from bowlby.model.life.exposures import EXPOSURES
from bowlby.model.outcomes import OUTCOMES


class Instrument(StrEnum):
    """How a variable is observed in a simulated study."""

    SECOND = "the Strange Situation with the second caregiver, scored from its record, with coder's error"
    PROCEDURE = (
        "Strange Situation to 24 months, preschool procedure from 30; scored from the record, with coder's error"
    )
    HOUR = "an ordinary hour at home, read from its record"
    SIGNALS = "the same hour, a smaller sample"
    STILL_FACE = "the still-face, read from its record"
    PLAY = "the play of the still-face, a smaller sample"
    TRAIT = "the caregiver's own traits, unseen by any study; stands for a long observation without error"
    OUTCOME = "an outcome with its reliability and with what the model leaves open"
    STATE = "a state of the child without error"


@dataclass(frozen=True)
class StudyVariable:
    """Something that a study measures.

    Args:
        name: as written in a table.
        instrument: how it is observed.
        meaning: one sentence.
        binary: whether it is 0 or 1.
        ages: months between which it has a meaning.
    """

    name: str
    instrument: Instrument
    meaning: str
    binary: bool = False
    ages: tuple[float, float] = (0.0, 300.0)


_CLASSES = {
    "secure": "B, or secure in the preschool years.",
    "insecure": "A class, and not secure.",
    "avoidant": "A, or avoidant in the preschool years.",
    "resistant": "C, or dependent in the preschool years.",
    "disorganized": "D; in the preschool years controlling or insecure-other.",
    "cannot classify": "No class fits, or no attachment was formed.",
    "disorganized or cannot classify": "Either of them.",
    "organized insecure": "A or C.",
    "insecure-other": "Insecure-other in the preschool years.",
    "secure, forced": "B where every child is put into A, B or C.",
    "avoidant, forced": "A where every child is put into A, B or C.",
    "resistant, forced": "C where every child is put into A, B or C.",
}
_SCALES = {
    "avoidance": "Score of avoidance in the second reunion, 1 to 7.",
    "resistance": "Score of resistance in the second reunion, 1 to 7.",
    "disorganization": "Score of disorganization, 1 to 9.",
}
_HOUR = {
    "rated sensitivity": "Sensitivity, 1 to 9, by a rater with error.",
    "sensitivity": "The same by a rater without error.",
    "contingency": "Share of cues answered less what chance would have answered.",
    "holding": "Share of time held.",
    "cooperation": "Minus the share of time in which the caregiver imposes.",
    "intrusiveness": "Share of time in which the caregiver imposes.",
    "positive attitude": "Share of time in which the caregiver's affect is positive.",
    "stimulation": "Play and talk, acts and share of time together.",
    "matched affect": "Share of time in which both show the same affect.",
    "cries unanswered": "Share of cries without an answer within a minute.",
    "crying": "Minutes of crying an hour.",
}
_SIGNALS = {"entropy rate": "Unpredictability of the caregiver's sensory signals, bits a transition, plug-in."}
_STILL = {
    "still-face: positive affect": "Mean affect that is positive, still less play.",
    "still-face: gaze": "Share of time looking at the caregiver, still less play.",
    "still-face: negative affect": "Share of time in protest, still less play.",
    "carry-over: positive affect": "Positive affect, reunion less play.",
    "carry-over: negative affect": "Share of time in protest, reunion less play.",
}
_PLAY = {
    "play: matched share": "Share of play in which both show the same affect.",
    "play: seconds between matches": "Mean time from the end of one match to the next.",
    "play: mismatches repaired": "Share of mismatches that end in a match at the next change.",
}
_TRAITS = {
    "frightening acts": "Logarithm of frightening, harsh and abusive acts a waking hour, as coded.",
    "threat of care": "Logarithm of their rate times magnitude times mean intensity, the axis of threat.",
    "deprivation of care": "One less the share of bids answered fittingly and warmly.",
}
_STATES = {
    "language": "Growth of language and executive functions.",
    "social cognition": "Growth of social cognition.",
    "threat reactivity": "Reactivity to threat.",
    "HPA reactivity": "Response of the HPA axis.",
}
_COMPOSITES = {
    "teacher relationship": "Teacher closeness less teacher conflict.",
    "behaviour problems": "Mean of externalizing and internalizing.",
    "adult security": "Minus the mean of adult anxiety and avoidance.",
}


def _rows() -> list[StudyVariable]:
    seen = (9.0, 84.0)
    infant = (9.0, 24.0)
    young = (1.0, 60.0)
    rows = [StudyVariable(name, Instrument.PROCEDURE, text, binary=True, ages=seen) for name, text in _CLASSES.items()]
    rows += [
        StudyVariable("secure with second caregiver", Instrument.SECOND, "B with that one.", binary=True, ages=infant)
    ]
    rows += [StudyVariable("four-way class", Instrument.PROCEDURE, "A, B, C or D, cannot classify with D.", ages=seen)]
    rows += [StudyVariable(name, Instrument.PROCEDURE, text, ages=infant) for name, text in _SCALES.items()]
    for kind, found in ((Instrument.HOUR, _HOUR), (Instrument.SIGNALS, _SIGNALS)):
        rows += [StudyVariable(name, kind, text, ages=young) for name, text in found.items()]
    for kind, found in ((Instrument.STILL_FACE, _STILL), (Instrument.PLAY, _PLAY)):
        rows += [StudyVariable(name, kind, text, ages=(2.0, 12.0)) for name, text in found.items()]
    rows += [StudyVariable(name, Instrument.TRAIT, text) for name, text in _TRAITS.items()]
    rows += [StudyVariable(one.name, Instrument.OUTCOME, one.meaning, ages=one.ages) for one in OUTCOMES.values()]
    rows += [
        StudyVariable(name, Instrument.OUTCOME, text, ages=_composite_ages(name)) for name, text in _COMPOSITES.items()
    ]
    return rows + [StudyVariable(name, Instrument.STATE, text) for name, text in _STATES.items()]


def _composite_ages(name: str) -> tuple[float, float]:
    return OUTCOMES["adult anxiety"].ages if name == "adult security" else OUTCOMES["teacher closeness"].ages


VARIABLES: dict[str, StudyVariable] = {one.name: one for one in _rows()}
"""Everything that may stand as predictor or outcome."""

CALIBRATED = ("pooled", "low-risk", "at risk")
USUAL_CUT = "maltreated"
MALTREATED: dict[str, float] = {USUAL_CUT: 0.975, "maltreated beyond .95": 0.95, "maltreated beyond .99": 0.99}
"""Families at risk beyond a quantile of low-risk families on the axis of threat or on that of deprivation."""
INSTITUTION = "institution"
POPULATIONS: dict[str, str] = {
    "pooled": "the calibrated population of all kinds of samples",
    "low-risk": "the calibrated population without families at risk",
    "at risk": "families at risk alone",
    **{
        name: f"families at risk beyond {100 * quantile:g} % of low-risk ones in threat or in deprivation of care"
        for name, quantile in MALTREATED.items()
    },
    INSTITUTION: "institutional care and no second caregiver",
    **{
        name: f"low-risk families, each with what {name} care adds to its own"
        for name, care in EXPOSURES.items()
        if care.of_families and care.contrast
    },
}
"""Who is studied; also "institution, then foster care from A to B months" with two ages."""

PLACED = r"institution, then foster care from (\d+) to (\d+) months"


class FindingMetric(StrEnum):
    """What a published figure says."""

    PERCENT = "percent"
    MEAN = "mean"
    MEDIATED = "mediated"
    R = "r"
    D = "d"
    KAPPA = "kappa"
    RATIO = "ratio"
    SIGN = "sign"
    NULL = "null"


METRICS: dict[FindingMetric, str] = {
    FindingMetric.PERCENT: "100 times the mean of the outcome, of the treated where the predictor is an intervention",
    FindingMetric.MEAN: "mean of the outcome in its unit",
    FindingMetric.R: "correlation of predictor and outcome; with two kinds of care or two arms, as many children in "
    "either",
    FindingMetric.D: "difference of means over the pooled standard deviation: of a binary predictor's two groups, of "
    "an intervention's arms, or of two kinds of care",
    FindingMetric.KAPPA: "agreement of predictor and outcome, both the four-way class",
    FindingMetric.MEDIATED: "how much smaller r is, in size, with what is held constant; the estimate is +",
    FindingMetric.RATIO: "outcome's mean under the predictor's care over that of the population",
    FindingMetric.SIGN: "sign of r, of d, or of the mean without a predictor; the estimate is + or -",
    FindingMetric.NULL: "r or d as good as nothing: r within .08, d within .15",
}

CARE, INTERVENTION, HELD = "care: ", "intervention: ", " | held: "
"""How a predictor names another kind of care, an intervention, and, behind a variable, what is held constant."""


MARKS = ("<!-- vocabulary: made by bowlby.evidence.published.vocabulary.page -->", "<!-- end of the vocabulary -->")


def with_vocabulary(text: str) -> str:
    """Return docs/published.md with the vocabulary as the code has it.

    Args:
        text: of the page.

    Returns:
        The page.

    Raises:
        ValueError: the page lacks the marks.
    """
    return replace_between(text, MARKS, page())


def page() -> str:
    """Return the vocabulary as Markdown, for the documentation.

    Returns:
        Tables of populations, variables and metrics.
    """
    lines = ["| population | who |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in POPULATIONS.items())]
    lines += ["| `institution, then foster care from A to B months` | moved between these ages |", ""]
    lines += ["| variable | what | how it is observed | months |", "|---|---|---|---|"]
    lines += [
        f"| `{one.name}` | {one.meaning} | {one.instrument} | {one.ages[0]:g} to {one.ages[1]:g} |"
        for one in VARIABLES.values()
    ]
    lines += ["", "| metric | what |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in METRICS.items())]
    return "\n".join(lines)
