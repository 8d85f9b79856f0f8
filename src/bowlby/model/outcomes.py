"""What is measured of a life: outcomes of school, friendship and adulthood as readings of what a child carries.

An outcome is a weighted sum of the child's states, in standard deviations of a reference population, and it has a share
of variance that this model does not speak of: genes, schooling, poverty, chance. What a study sees has error on top.
Nothing here is an instrument: names say what is meant, and instruments that measure something like it are only named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bowlby.errors import InputError, suggestion
from bowlby.model.parameter import Basis


@dataclass(frozen=True)
class Outcome:
    """One outcome.

    Args:
        name: key.
        meaning: one sentence.
        informant: who is asked or watches.
        ages: months between which it has a meaning.
        loadings: weight of each state, in reference standard deviations; "school." and the like name a partner's place.
        explained: share of its variance in the reference population that these states carry.
        reliability: share of the measured variance that is not error.
        unit: "1" for a standard score, else the scale's name.
        centre: mean of the measured scale in the reference population.
        spread: its standard deviation there.
        source: of loadings and numbers.
        basis: measured, calibrated or assumed.
    """

    name: str
    meaning: str
    informant: str
    ages: tuple[float, float]
    loadings: Mapping[str, float]
    explained: float
    reliability: float
    unit: str
    centre: float
    spread: float
    source: str
    basis: Basis = Basis.ASSUMED


_SCHOOL = (37.0, 216.0)
_CHILD = (24.0, 216.0)
_ADULT = (217.0, 1200.0)
_RELATION = (
    "facets of the relationship: Pianta 1999, Enhancing Relationships between Children and Teachers; size assumed"
)
_PROBLEMS = "direction: Fearon et al. 2010, Child Dev 81:435 and Groh et al. 2012, Child Dev 83:591; size assumed"
_PEERS = "direction: Groh et al. 2014, Attach Hum Dev 16:103; size assumed"
_SCHOOLING = "direction: Roorda et al. 2011, Rev Educ Res 81:493; size assumed"
_BONDS = (
    "two dimensions: Brennan, Clark & Shaver 1998, in Simpson & Rholes; Fraley et al. 2011, Psychol Assess 23:615; "
    "means and spread of adult samples from memory, size of loadings assumed"
)


def _z(
    about: tuple[str, str, str],
    ages: tuple[float, float],
    loadings: dict[str, float],
    numbers: tuple[float, float],
    source: str,
) -> Outcome:
    """Return an outcome in standard scores; `about` is name, meaning and informant."""
    return Outcome(*about, ages, MappingProxyType(loadings), *numbers, "1", 0.0, 1.0, source)


_ENTRIES = (
    _z(
        ("teacher closeness", "Warmth and open communication with the teacher.", "teacher"),
        _SCHOOL,
        {"school.relief_express": 1.0, "school.formation": 0.5, "school.minimising": -1.0},
        (0.4, 0.8),
        _RELATION,
    ),
    _z(
        ("teacher conflict", "Struggle and anger with the teacher.", "teacher"),
        _SCHOOL,
        {"school.intensifying": 1.0, "school.distance": 0.5, "frustration": 0.5, "school.threat_unprovoked": 0.5},
        (0.4, 0.85),
        _RELATION,
    ),
    _z(
        ("teacher dependency", "Leaning on the teacher beyond what the child's age asks for.", "teacher"),
        _SCHOOL,
        {"school.intensifying": 1.0, "school.surprise": 0.5, "regulation": -0.5, "school.relief_minimise": -0.5},
        (0.3, 0.65),
        _RELATION,
    ),
    _z(
        (
            "attachment to the teacher",
            "Use of the teacher as a haven: seeks, is comforted, does not avoid, resist or freeze.",
            "observer",
        ),
        _SCHOOL,
        {
            "school.relief_express": 1.0,
            "school.minimising": -1.0,
            "school.freezing": -1.0,
            "school.threat_unprovoked": -0.5,
            "school.intensifying": -0.5,
        },
        (0.5, 0.7),
        "sorted or observed security with professionals: Ahnert, Pinquart & Lamb 2006, Child Dev 77:664; size assumed",
    ),
    _z(
        ("externalizing", "Aggression, defiance, acting out.", "teacher or caregiver"),
        _CHILD,
        {"frustration": 1.0, "adults_threat": 0.7, "threat_reactivity": 0.5, "regulation": -0.7, "adults_relief": -0.5},
        (0.2, 0.8),
        _PROBLEMS,
    ),
    _z(
        ("internalizing", "Worry, low mood, withdrawal.", "teacher or caregiver"),
        _CHILD,
        {"worth": -0.7, "adults_threat": 0.5, "hpa_basal": 0.7, "autonomic_load": 0.3, "adults_relief": -0.3},
        (0.1, 0.75),
        _PROBLEMS,
    ),
    _z(
        ("peer competence", "Being liked, making and keeping friends.", "teacher and peers"),
        _SCHOOL,
        {"social_cognition": 1.0, "regulation": 0.5, "peer.relief_express": 0.5, "peer.distance": -0.5, "worth": 0.3},
        (0.2, 0.8),
        _PEERS,
    ),
    _z(
        ("school engagement", "Taking part, effort and interest in class.", "teacher"),
        _SCHOOL,
        {
            "school.relief_express": 0.7,
            "school.distance": -0.7,
            "regulation": 0.7,
            "frustration": -0.5,
            "language": 0.3,
        },
        (0.3, 0.8),
        _SCHOOLING,
    ),
    _z(
        ("school adjustment", "Learning and getting on at school.", "teacher and tests"),
        _SCHOOL,
        {"language": 1.0, "regulation": 0.7, "school.relief_express": 0.3, "frustration": -0.3},
        (0.25, 0.85),
        _SCHOOLING,
    ),
    _z(
        (
            "language and executive tests",
            "Scores of language, memory and self-control, tested by a stranger.",
            "tests",
        ),
        (24.0, 300.0),
        {"language": 1.0},
        (0.2, 0.85),
        "direction: Johnson et al. 2021, JAMA Pediatr 175:e212511, and Lum et al. 2015, J Speech Lang Hear Res 58:961; "
        "size assumed",
    ),
    _z(
        ("cortisol response", "Rise of cortisol under a social stressor in the laboratory.", "saliva"),
        (48.0, 300.0),
        {"hpa_reactivity": 1.0},
        (0.1, 0.6),
        "direction left open: Bunea et al. 2017, Transl Psychiatry 7:1274 found it blunted; size assumed",
    ),
    Outcome(
        "adult anxiety",
        "Fear of being left and need of reassurance in close bonds.",
        "self-report",
        _ADULT,
        MappingProxyType(
            {
                "partner.intensifying": 1.0,
                "partner.surprise": 0.7,
                "worth": -0.7,
                "adults_threat": 0.5,
                "regulation": -0.5,
            }
        ),
        0.2,
        0.9,
        "1 to 7",
        3.56,
        1.12,
        _BONDS,
    ),
    Outcome(
        "adult avoidance",
        "Discomfort with closeness and with relying on others.",
        "self-report",
        _ADULT,
        MappingProxyType(
            {"partner.minimising": 1.0, "partner.relief_express": -0.7, "adults_relief": -1.0, "social_cognition": -0.3}
        ),
        0.2,
        0.9,
        "1 to 7",
        2.92,
        1.19,
        _BONDS,
    ),
    _z(
        ("relationship stability", "How well the bond with the adult partner holds.", "self-report and records"),
        _ADULT,
        {"partner.formation": 1.0, "partner.distance": -1.0, "partner.conflict": -0.5, "regulation": 0.3},
        (0.15, 0.8),
        "direction: Hadden, Smith & Webster 2014, Pers Soc Psychol Rev 18:42; size assumed",
    ),
    _z(
        ("intimacy", "Closeness and being known in the bond with the adult partner.", "self-report"),
        _ADULT,
        {"partner.formation": 1.0, "partner.relief_express": 0.7, "partner.minimising": -0.7, "social_cognition": 0.5},
        (0.2, 0.8),
        "direction: Mikulincer & Shaver 2007, Attachment in Adulthood; size assumed",
    ),
)
OUTCOMES: Mapping[str, Outcome] = MappingProxyType({entry.name: entry for entry in _ENTRIES})


def outcome(name: str) -> Outcome:
    """Return an outcome by name.

    Args:
        name: one of `OUTCOMES`; hyphens and underscores count as spaces.

    Returns:
        The outcome.

    Raises:
        InputError: there is none of that name; the nearest is suggested.
    """
    plain = name.strip().lower().replace("-", " ").replace("_", " ")
    if plain in OUTCOMES:
        return OUTCOMES[plain]
    remedy = f"{suggestion(plain, OUTCOMES)}Known: {', '.join(OUTCOMES)}."
    raise InputError("there is no such outcome", column="outcome", value=name, remedy=remedy)
