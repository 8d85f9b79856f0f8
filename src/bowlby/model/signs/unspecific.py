"""Signs that go with expecting threat and with expecting little alike, and so say little about which it is."""

from __future__ import annotations

from bowlby.model.signs.entries import ASSUMED_RATE, assumed_loading, measured_loading
from bowlby.model.signs.sign import Family, Setting, Sign

_HOME, _PRESCHOOL, _VISIT = Setting.HOME, Setting.PRESCHOOL, Setting.VISIT
_EVERYWHERE = (_HOME, _PRESCHOOL, _VISIT)

SHARED_SIGNS: tuple[Sign, ...] = (
    Sign(
        "dysregulation",
        Family.SHARED,
        "Once upset, stays so for long, with help or without.",
        (12, 84),
        _EVERYWHERE,
        0.12,
        ASSUMED_RATE,
        (
            measured_loading(
                "regulation",
                -0.20,
                "r = .20 of security and effortful control (Pallini et al. 2018, Psychol Bull 144:458)",
            ),
            assumed_loading("threat_expectation", 0.18, "Lavi et al. 2019, Child Dev 90:1503"),
            assumed_loading("arousal", 0.15, "Lavi et al. 2019, Child Dev 90:1503"),
        ),
        (
            "The age: calming oneself is learned up to school and beyond.",
            "A strong temperament.",
            "Too little sleep, hunger, pain or illness.",
            "Sounds, touch or change felt too strongly, as in autism.",
            "Attention difficulties.",
        ),
        "Calm together first, explain later; sleep, food and quiet at regular hours.",
    ),
    Sign(
        "difficulty_forming_bonds",
        Family.SHARED,
        "After months with a kind new adult or the same group is still not close to anybody.",
        (24, 84),
        (_PRESCHOOL, _HOME),
        0.08,
        ASSUMED_RATE,
        (
            assumed_loading("threat_expectation", 0.25, "Howes & Spieker 2016, in Handbook of Attachment"),
            assumed_loading("trust_in_adults", -0.25, "O'Connor & McCartney 2006, Early Educ Dev 17:301"),
        ),
        (
            "A reserved temperament.",
            "Changes of staff, of group or of home.",
            "Autism or a language difficulty.",
            "Loss: a new bond can feel like betraying the old one.",
            "Another language or other manners at home.",
        ),
        "One adult who is there every day and does not take distance personally.",
    ),
    Sign(
        "withdrawal",
        Family.SHARED,
        "Draws back when approached and takes itself out of contact.",
        (12, 84),
        _EVERYWHERE,
        0.10,
        ASSUMED_RATE,
        (
            assumed_loading("threat_expectation", 0.20, "Lee et al. 2024, Dev Psychopathol, threat r = .21 to .26"),
            measured_loading(
                "comfort_expectation",
                -0.18,
                "d = .37 of insecurity and internalizing, .19 adjusted (Madigan et al. 2013, Dev Psychol 49:672)",
            ),
        ),
        (
            "Shyness, or simply enough company for the day.",
            "Illness, pain, or too little sleep.",
            "Low mood or grief.",
            "Autism, or noise and touch felt too strongly.",
            "Being teased or excluded.",
        ),
        "Stay near without asking for anything; a quiet place that the child may leave when it wants.",
    ),
    Sign(
        "angry_when_comforted",
        Family.SHARED,
        "Wants comfort and fights it: pushes, kicks or stiffens in the arms and does not settle.",
        (12, 60),
        (_HOME, _VISIT),
        0.07,
        ASSUMED_RATE,
        (
            assumed_loading("frustration", 0.20, "Ainsworth et al. 1978, Patterns of Attachment"),
            assumed_loading("threat_expectation", 0.15, "Main & Hesse 1990, in Attachment in the Preschool Years"),
            assumed_loading("protest", 0.15, "Cassidy & Berlin 1994, Child Dev 65:971"),
        ),
        (
            "Pain: ears, teeth, stomach.",
            "Touch felt too strongly, or hunger and tiredness.",
            "The defiance of two-year-olds.",
            "A long separation just before: anger at reunion is usual.",
            "A resistant way of showing attachment, which is organized and within the normal range.",
        ),
        "Hold without holding fast, say that it is all right to be angry, stay.",
    ),
    Sign(
        "little_exploration",
        Family.SHARED,
        "In a safe place, with a familiar adult near, does not look round, handle things or play.",
        (12, 60),
        _EVERYWHERE,
        0.09,
        ASSUMED_RATE,
        (
            assumed_loading("exploration", -0.25, "Ainsworth et al. 1978, Patterns of Attachment"),
            assumed_loading("threat_expectation", 0.18, "Cassidy & Berlin 1994, Child Dev 65:971"),
        ),
        (
            "A cautious temperament, or a place that is new.",
            "Tiredness, hunger or illness.",
            "Seeing badly, or a motor or developmental delay.",
            "Toys that do not suit the age.",
        ),
        "Sit down with the child, let it look first, and follow what it picks.",
    ),
)
