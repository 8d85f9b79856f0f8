"""The glossary: the field's words in ours, a sentence or two each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One word of the field.

    Args:
        word: as the field writes it.
        means: in our words.
        source: who gave it this meaning, or "".
    """

    word: str
    means: str
    source: str = ""


GLOSSARY: tuple[Term, ...] = (
    Term("attachment", "The tie of a child to the few people it turns to when in need.", "Bowlby 1969"),
    Term(
        "autonomy support",
        "Following the child's lead: helping no more than is needed, giving a choice, taking its aim seriously.",
        "Whipple, Bernier & Mageau 2011",
    ),
    Term(
        "avoidant (A)",
        "A child that turns away from its caregiver in a reunion. Organized, insecure, in the normal range.",
        "Ainsworth et al. 1978",
    ),
    Term(
        "base rate", "How common something is before anything was looked for. Every probability here stands beside one."
    ),
    Term("bid", "Any signal by which a child asks for something: a cry, a reach, a look, a word."),
    Term("both", "Care that is little responsive and at times frightening."),
    Term("caregiver", "Whoever looks after the child: any parent, relative, foster or professional carer."),
    Term("cannot classify", "No class is given: an episode is missing, no attachment was formed, or signs contradict."),
    Term(
        "censored", "An answer that had not come when the watching ended: counted as longer than that, never as none."
    ),
    Term("contingency", "How much likelier an answer is after a bid than at other times; chance alone gives none."),
    Term(
        "deprivation",
        "Absence of responsiveness and presence, without active harm: what popular texts call attachment neglect. One "
        "axis, apart from threat.",
        "McLaughlin, Sheridan & Lambert 2014",
    ),
    Term(
        "disorganized (D)",
        "A child that freezes or contradicts itself in a reunion. No diagnosis; it has many causes.",
        "Main & Solomon 1990",
    ),
    Term("dyad", "A child and one caregiver, seen together."),
    Term(
        "entropy rate", "Bits of surprise a change of signal: how hard it is to foresee what the caregiver does next."
    ),
    Term("expectation", "What a child has learned will follow its signals: relief, threat, or nothing."),
    Term("evidence grade", "How good the trials of an intervention are; without an adequate one it is never ranked."),
    Term("exposure", "A named kind of care: what it adds to a family's own. A name never reaches the simulated child."),
    Term("fan", "Bands that hold half and nine tenths of many simulated lives, with the median between."),
    Term("frustration", "Need that stays unmet, as a running mean."),
    Term(
        "internal working model",
        "What a child expects of others and of itself, learned with each partner.",
        "Bowlby 1973",
    ),
    Term(
        "joint attention",
        "Child and caregiver attend to one object: the child looks at it while the caregiver handles or shows it.",
        "Bakeman & Adamson 1984",
    ),
    Term("latency", "Time from a bid to its answer."),
    Term(
        "neglect (deprivation)",
        "What popular texts call attachment neglect: needs that go unanswered and unseen, without any harm done. On "
        "these "
        "pages the two words stand together; of one record only the axis is named, never neglect.",
    ),
    Term("not assessable", "Nobody coded it, so that nothing can be said: uncoded is not absent."),
    Term(
        "above, below, not told",
        "What is said of an axis of care: where it lies against the 90th percentile of simulated families, or that the "
        "record does not tell. It speaks of simulated caregivers who would write such a record.",
    ),
    Term("not enough to tell", "A result: what there is does not settle the question."),
    Term("posterior", "What is believed after the data, as a spread of values, not one."),
    Term(
        "pseudonym",
        "What stands for a person's id: made from it with a secret key, so that nobody else can test a guess.",
    ),
    Term("quadrants", "Threat, deprivation, both, neither; and always a share that this model does not explain."),
    Term(
        "resilience",
        "The rate, a second, at which a child's arousal returns to rest after an upset: measured, not a trait. "
        "In a simulated child it is read from arousal, in a record only from how soon coded distress ends.",
    ),
    Term(
        "resistant (C)",
        "A child that seeks contact and pushes it away in anger. Organized, insecure, in the normal range.",
        "Ainsworth et al. 1978",
    ),
    Term(
        "secure (B)",
        "A child that seeks its caregiver when in need, is comforted, and goes back to play.",
        "Ainsworth et al. 1978",
    ),
    Term(
        "secure base",
        "The person from whom a child sets out to explore and to whom it returns.",
        "Ainsworth et al. 1978",
    ),
    Term("sign", "Something that can be seen in a child. It informs states of the child, never what anybody did."),
    Term("simulated forward", "Followed from simulated lives only: no observation record shows it, none infers it."),
    Term(
        "small cell",
        "A group of so few children that a table of it tells of each: withheld, and whatever would betray it.",
    ),
    Term(
        "Strange Situation",
        "Eight short episodes in a strange room with two separations and two reunions, for one-year-olds.",
        "Ainsworth et al. 1978",
    ),
    Term("strategy", "How a child handles its needs with one partner: shows them, plays them down, or turns them up."),
    Term(
        "threat",
        "Frightening, harsh or abusive acts: what popular texts call attachment trauma. One axis, apart from "
        "deprivation. "
        "Startling alone does not count.",
        "McLaughlin, Sheridan & Lambert 2014",
    ),
    Term(
        "trauma (threat)",
        "What popular texts call attachment trauma: harm or fright by the one whom the child depends on. On these "
        "pages "
        "the two words stand together; of one record only the axis is named, never trauma. It is no diagnosis.",
    ),
    Term(
        "unexplained by this model",
        "The probability of another cause: illness, senses, language, autism, loss, stress.",
    ),
    Term("unpredictability", "Care that cannot be foreseen, whatever its amount: a third axis of its own."),
    Term("worth", "How far a child expects to be noticed although it asks for nothing."),
)
"""In the order of the alphabet."""
