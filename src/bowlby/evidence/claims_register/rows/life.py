"""Claims on what lasts into adulthood (M12) and on recognising signs early (M13)."""

from __future__ import annotations

from bowlby.evidence.claims_register import findings as f
from bowlby.evidence.claims_register.claim import Aspect, Claim, Expected, Published, Shown, Side
from bowlby.evidence.claims_register.contrast import Association, Difference, Groups, InBoth, Telling
from bowlby.evidence.claims_register.reading import classed, outcome, sign, state
from bowlby.evidence.claims_register.rows.care import NEGLECT, POOLED, SECURE, TRAUMA

_UP, _DOWN, _SAME = Expected.HIGHER, Expected.LOWER, Expected.SAME
_MORE, _LESS = Shown.HIGHER, Shown.LOWER
_T, _N, _B = Side.TRAUMA, Side.NEGLECT, Side.BOTH
_LONG = Aspect.LONG_TERM
_ADULT = 300.0

LIFE_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "M12.1",
        _B,
        _LONG,
        "Both lead to anxiety in adult bonds.",
        InBoth((TRAUMA, NEGLECT), SECURE, outcome("adult anxiety", _ADULT)),
        _UP,
        (Published(f.ADULT_ANXIETY, _MORE),),
    ),
    Claim(
        "M12.2",
        _B,
        _LONG,
        "Both lead to avoidance in adult bonds.",
        InBoth((TRAUMA, NEGLECT), SECURE, outcome("adult avoidance", _ADULT)),
        _UP,
        (Published(f.ADULT_AVOIDANCE, _MORE),),
    ),
    Claim(
        "M12.3",
        _T,
        _LONG,
        "Trauma leaves lasting mistrust: harm is still expected of adults at 25 years.",
        Difference(TRAUMA, SECURE, state("adults_threat", _ADULT)),
        _UP,
        (Published(f.ADULT_ANXIETY, _MORE),),
        "threat_learning",
    ),
    Claim(
        "M12.4",
        _T,
        _LONG,
        "Trauma leaves lasting hypervigilance: reactivity to threat at 25 years.",
        Difference(TRAUMA, SECURE, state("threat_reactivity", _ADULT)),
        _UP,
        (Published(f.AMYGDALA, _MORE),),
    ),
    Claim(
        "M12.5",
        _T,
        _LONG,
        "An adult partner is met with the fear that home has taught.",
        Difference(TRAUMA, SECURE, state("partner.threat_unprovoked", 216.1)),
        _UP,
        (Published(f.ADULT_ANXIETY, _MORE),),
        "adults",
    ),
    Claim(
        "M12.6",
        _N,
        _LONG,
        "Neglect leads to detachment: little relief is expected of an adult partner.",
        Difference(NEGLECT, SECURE, state("partner.relief_express", 216.1)),
        _DOWN,
        (Published(f.ADULT_AVOIDANCE, _LESS),),
        "adults",
    ),
    Claim(
        "M12.7",
        _N,
        _LONG,
        "The detachment lasts: the partner is still expected to relieve little after seven years.",
        Difference(NEGLECT, SECURE, state("partner.relief_express", _ADULT)),
        _DOWN,
        (Published(f.LONG_STABILITY, Shown.SAME), Published(f.ADULT_AVOIDANCE, _LESS)),
        "adults",
    ),
    Claim(
        "M12.8",
        _N,
        _LONG,
        "Neglect impairs social skills for life.",
        Difference(NEGLECT, SECURE, state("social_cognition", _ADULT)),
        _DOWN,
        (Published(f.ORPHANAGE_IQ, _LESS),),
        "plasticity_decline",
    ),
    Claim(
        "M12.9",
        _N,
        _LONG,
        "Neglect leaves emotional scarcity: less intimacy with an adult partner.",
        Difference(NEGLECT, SECURE, outcome("intimacy", _ADULT)),
        _DOWN,
        (Published(f.ADULT_AVOIDANCE, _LESS),),
    ),
    Claim(
        "M12.10",
        _B,
        _LONG,
        "Both make adult bonds less stable.",
        InBoth((TRAUMA, NEGLECT), SECURE, outcome("relationship stability", _ADULT), -1.0),
        _DOWN,
    ),
    Claim(
        "M12.11",
        _B,
        _LONG,
        "Whoever is insecure in infancy is more avoidant as an adult.",
        Groups(POOLED, classed("insecure"), outcome("adult avoidance", _ADULT)),
        _UP,
        (Published(f.LONG_STABILITY, Shown.SAME), Published(f.ADULT_TRACE, _MORE)),
    ),
    Claim(
        "M12.12",
        _B,
        _LONG,
        "Children who were secure early are liked and have friends.",
        Groups(POOLED, classed("secure"), outcome("peer competence", 78.0)),
        _UP,
        (Published(f.PEERS, _MORE, comparable=True),),
    ),
    Claim(
        "M12.13",
        _B,
        _LONG,
        "Disorganized infants act out more as schoolchildren.",
        Groups(POOLED, classed("disorganized"), outcome("externalizing", 78.0)),
        _UP,
        (Published(f.D_EXTERNALIZING, _MORE, comparable=True),),
    ),
    Claim(
        "M12.14",
        _B,
        _LONG,
        "What a child expects of its caregiver in infancy is what it expects at school age.",
        Association(POOLED, state("comfort_expectation", 18.0), state("comfort_expectation", 78.0)),
        _UP,
        (Published(f.STABILITY, _MORE),),
    ),
    Claim(
        "M13.1",
        _T,
        Aspect.BEHAVIOUR,
        "Persistent signs tell early which children live with trauma: hypervigilance.",
        Telling((TRAUMA, SECURE), sign("hypervigilance", 36.0)),
        _UP,
        (Published(f.INFORMANTS, Shown.BOTH_WAYS),),
    ),
    Claim(
        "M13.2",
        _N,
        Aspect.BEHAVIOUR,
        "Persistent signs tell early which children live with neglect: little comfort seeking.",
        Telling((NEGLECT, SECURE), sign("little_comfort_seeking", 36.0)),
        _UP,
        (Published(f.INFORMANTS, Shown.BOTH_WAYS),),
    ),
    Claim(
        "M13.3",
        _B,
        Aspect.BEHAVIOUR,
        "Signs tell trauma from neglect: hypervigilance.",
        Telling((TRAUMA, NEGLECT), sign("hypervigilance", 36.0)),
        _UP,
        (Published(f.NEGLECT_WITHDRAWS, _MORE),),
    ),
    Claim(
        "M13.4",
        _B,
        Aspect.BEHAVIOUR,
        "A sign of both, withdrawal, already tells a child in trouble from one under secure care.",
        Telling((NEGLECT, SECURE), sign("withdrawal", 36.0)),
        _UP,
        (Published(f.DEPRIVATION_PROBLEMS, _MORE),),
    ),
)
