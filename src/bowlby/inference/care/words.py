"""What is said of one record, and beside it: the words of a statement, in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bowlby.inference.care.axes import Axis
from bowlby.inference.care.rule import WATCHED_SHARE, StatementCode

CUT = "the 90th percentile of simulated families"
ABOUT = (
    "A statement about simulated caregivers who would write such a record. No real family has been classified against "
    "an outside criterion."
)
NO_EVIDENCE = (
    "Not evidence for or against anyone in custody, protection or adoption matters; whoever worries about a child "
    "follows the local safeguarding procedure now, whatever is written here."
)
ONE_VISIT = "one visit: no statement about usual care"
ESTIMATE_ONLY = "an estimate and its interval alone: no statement is calibrated for this axis"
DISTRESS_IS_RARE = (
    "Usual children give 0 to 2 distress cues an hour: what rests on answers to distress is known slowly, and visits "
    "at times of need show more of it."
)
NOT_IDENTIFIABLE: tuple[str, ...] = (
    "Acts when nobody watches, other caregivers, and what lies before or after the record.",
    "What this child feels. An estimate of care is no statement about a child, and what a child is estimated to have "
    "come to expect is none about care.",
    "Whether a caregiver is ill, poor, under strain or alone: these are causes of care, not readings of it.",
    "Why care is as it is, and whose doing it is.",
)


def wrong_per_hundred(probability: float) -> str:
    """Return how many of 100 records so called are wrong.

    Args:
        probability: of the stated side of the cut at the stated base rates.

    Returns:
        A sentence.
    """
    wrong = 100.0 * (1.0 - probability)
    number = "fewer than 1" if wrong < 0.5 else f"about {wrong:.0f}"
    return f"Of 100 records so called at these base rates {number} {'is' if round(wrong) == 1 else 'are'} wrong."


def statement_notes(told: Sequence[tuple[Axis, StatementCode, float]]) -> tuple[str, ...]:
    """Return what stands beside every statement.

    Args:
        told: axis, side and its probability at the stated base rates, of each statement that was made.

    Returns:
        Sentences.
    """
    wrong = tuple(f"{axis.capitalize()} {side.words}. {wrong_per_hundred(share)}" for axis, side, share in told)
    return (ABOUT, *wrong, NO_EVIDENCE)


def statement(axis: Axis, told: StatementCode) -> str:
    """Return a statement as a sentence.

    Args:
        axis: of it.
        told: what was found.

    Returns:
        The sentence.
    """
    match told:
        case StatementCode.ABOVE | StatementCode.BELOW:
            return f"{axis.capitalize()} {told.words} {CUT}."
        case StatementCode.NOT_TOLD:
            return f"{axis.capitalize()} not told."
        case StatementCode.NOT_ASSESSABLE:
            return f"{axis.capitalize()} not assessable: it could not be coded in this record; not coded is not absent."


def statement_pair(told: Mapping[str, str]) -> str:
    """Return two statements as the pair that they are.

    Args:
        told: side by axis.

    Returns:
        Such as "Threat below, deprivation below."
    """
    words = ", ".join(f"{axis} {side}" for axis, side in told.items())
    return f"{words[0].upper()}{words[1:]}."


def threat_below(hours: float, visits: int, detected: float) -> str:
    """Return the sentence of "threat below".

    Args:
        hours: in which frightening acts could be coded, > 0.
        visits: days on which the dyad was watched.
        detected: share of acts that the coder sees, in (0, 1].

    Returns:
        The sentence; U = 3 / (T times the share detected) an hour (rule of three, Hanley & Lippman-Hand 1983).
    """
    bound = 3.0 / (hours * detected)
    return (
        f"In {hours:.3g} hours over {visits} visits no frightening act was coded. More than {bound:.2g} an hour while "
        "being watched is unlikely (95 %). Not seen is not absent: rarer acts, acts when nobody watches and other "
        "caregivers are not excluded; this clears nobody. Nothing is said of harsh or abusive acts. It holds also if "
        f"only {'one act in four' if WATCHED_SHARE == 0.25 else f'a share of {WATCHED_SHARE:g} of all acts'} happens "
        "while watched."
    )
