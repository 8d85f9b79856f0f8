"""Interventions that change where and with whom a child lives: an end of threat, another home."""

from __future__ import annotations

from bowlby.model.interventions.intervention import (
    Dose,
    EvidenceLevel,
    Indication,
    Intervention,
    Placement,
    Shift,
    TraitTarget,
    moves,
)
from bowlby.model.registry import THREAT_TIERS

ENDED = -4.0
"""Log rate and log odds of frightening, harsh and abusive acts once threat has ended: to a fiftieth."""

_ENDS = tuple(
    Shift(f"{when}_{tier}", TraitTarget.HOME, ENDED, mean_sd=0.5, family_sd=0.5)
    for when in ("unprovoked", "provoked")
    for tier in THREAT_TIERS
)

SAFE_ENVIRONMENT = Intervention(
    name="safe predictable environment",
    statement=(
        "Threat is brought to an end by whatever protects, and days get an order: frightening, harsh and abusive acts "
        "become rare, availability lasts, separations are fewer. Families in whom this fails count as drop-out."
    ),
    covers=("safe predictable environment", "safety first"),
    moves=(
        *_ENDS,
        *moves(
            TraitTarget.HOME,
            EvidenceLevel.RANDOMIZED,
            {
                "unprovoked_startling": -1.0,
                "provoked_startling": -1.0,
                "background_stress": -0.5,
                "signal_order": 0.5,
                "sojourn_available": 0.5,
                "separation_rate": -0.5,
            },
        ),
    ),
    dose=Dose(sessions=None, duration=12.0, delay=3.0, kept=1.0, fade=12.0),
    limits=Indication(youngest=0.0, oldest=216.0, drop_out=0.2),
    evidence=EvidenceLevel.RANDOMIZED,
    says=(
        "Programmes against physical abuse and neglect lower the share reported again by about a half in randomized "
        "trials; that threat ends where they succeed is assumed, and little is known of what the child then becomes."
    ),
    citations=(
        "Chaffin et al. 2004, J Consult Clin Psychol 72:500",
        "Chaffin, Hecht, Bard, Silovsky & Beasley 2012, Pediatrics 129:509",
        "Olds et al. 1997, JAMA 278:637",
    ),
)

FOSTER_PLACEMENT = Intervention(
    name="foster placement",
    statement=(
        "Another home: a new caregiver, chosen and supported, whom the child meets as a stranger. Whoever else lived "
        "at home is left too. Placements that break down are not modelled."
    ),
    covers=("foster placement",),
    moves=(),
    placement=Placement(
        person=41,
        moves=moves(
            TraitTarget.HOME,
            EvidenceLevel.RANDOMIZED,
            {
                "answer_base": 0.5,
                "warmth": 0.5,
                "presence": 0.3,
                "intrusion": -0.3,
                "unprovoked_frightening": -0.7,
                "unprovoked_harsh": -0.7,
                "unprovoked_abusive": -0.7,
                "provoked_frightening": -0.7,
                "provoked_harsh": -0.7,
                "provoked_abusive": -0.7,
            },
        ),
    ),
    dose=Dose(sessions=None, duration=12.0, delay=1.0, kept=1.0, fade=1.0),
    limits=Indication(youngest=0.0, oldest=216.0, drop_out=0.0),
    evidence=EvidenceLevel.RANDOMIZED,
    says=(
        "One randomized trial, of children moved from institutions to supported foster families: more security, better "
        "development, more where placement was early. It does not speak of removal from families."
    ),
    citations=(
        "Nelson et al. 2007, Science 318:1937",
        "Smyke et al. 2010, Child Dev 81:212",
    ),
)

ENTRIES: tuple[Intervention, ...] = (SAFE_ENVIRONMENT, FOSTER_PLACEMENT)
