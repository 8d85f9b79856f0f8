"""The lines of the comparison: what the source says of trauma and of neglect, restated, and what secure care is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line of the comparison.

    Args:
        key: as claims name the aspect.
        name: heading.
        trauma: what the source says of "attachment trauma", restated.
        neglect: what it says of "attachment neglect", restated.
        both: what it says of both, or nothing.
        secure: what secure care is or brings here, in the field's words.
    """

    key: str
    name: str
    trauma: str
    neglect: str
    both: str
    secure: str


LINES: tuple[Line, ...] = (
    Line(
        "definition",
        "Definition",
        "Active harm or fright by the caregiver.",
        "Responsiveness that is missing, in feeling and in body, without direct harm.",
        "They occur alone and together.",
        "Someone who is near, calm and able to be reached, and who answers most of the time.",
    ),
    Line(
        "causes",
        "Causes",
        "Abuse, abandonment, betrayal, severe disruption, frightening care; loud and abrupt acts.",
        "Needs ignored or met late, no holding, no play and talk, own interests imposed, a neglectful environment.",
        "Inconsistent care.",
        "Sensitive care, good enough and not perfect; poverty and stress make it harder to give.",
    ),
    Line(
        "emotion",
        "Emotional signs",
        "Fear, anxiety, hypervigilance, volatility.",
        "Numbness, low self-esteem, trouble with emotional expression, feeling unseen.",
        "Dysregulation; difficulty forming bonds.",
        "Feelings are shown, shared and soothed; the child expects to be noticed.",
    ),
    Line(
        "behaviour",
        "Behavioural signs",
        "Aggression, mistrust, clinginess, fear of abandonment, a post-traumatic pattern; reactive attachment "
        "disorder.",
        "Isolation, passivity, little seeking of comfort and help, unresponsiveness, detachment.",
        "Withdrawal; insecurity with teachers.",
        "The caregiver is a secure base to explore from and a haven to come back to.",
    ),
    Line(
        "body and brain",
        "Body and brain",
        "A heightened stress response; amygdala and hippocampus affected.",
        "Pathways of emotion and social cognition underdeveloped; delays in development.",
        "",
        "Arousal is soothed together until the child can do it alone; exchange lets language grow.",
    ),
    Line(
        "therapy",
        "What helps",
        "Safety first; steady support, secure relationships, regulation skills, trauma-focused cognitive behavioural "
        "therapy, EMDR, mindfulness, somatic experiencing, a predictable environment.",
        "Responsive, consistent care; training in it; repair of the attachment; dyadic developmental and child-parent "
        "psychotherapy; sensory integration; attachment-focused play.",
        "Therapy that fits the disturbance; resilience.",
        "No therapy is needed; those who care may need rest, money and company.",
    ),
    Line(
        "long term",
        "In the long term",
        "Lasting symptoms, trouble with trust, hypervigilance.",
        "Emotional scarcity, impaired social skills, detachment.",
        "Anxiety and avoidance in adult bonds, less stable and intimate ones; less help from school.",
        "On average more ease in close bonds; the link over decades is weak, and later care counts.",
    ),
)
"""Claims are the source's, restated; bowlby neither endorses nor hides them."""
