"""Care in the terms of the likelihood, given to the full child: the same axes, another generator of the record."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bowlby.model import registry as life
from bowlby.model.caregiver import Caregiver, available_share, willingness
from bowlby.model.parameters import default
from bowlby.model.registry import MOMENT_REGISTRY as MOMENTS
from bowlby.records.excerpt import first_minutes
from bowlby.records.record import Record
from bowlby.simulate.engine.design import Care, CohortDesign
from bowlby.simulate.observed import VisitPlan, observe
from bowlby.simulate.procedures import ordinary

Floats = npt.NDArray[np.float64]

NONE = 1e-4
"""A share or rate as good as none: supports are open."""
MOST = 0.985
"""Largest willingness; beyond it the logit means nothing."""
BUSY = 0.75
"""Share of the acts of a bout that are shown; answering takes the rest. Found by simulation, checked by a test."""
VOICES = 1.9
"""Stretches of voice in one round of sensory signals, found and checked likewise."""
PACES = 7.0
"""Sounding states in a round."""
LOG_RATES = np.linspace(-12.0, 6.0, 1000)
"""Log rates of engagement among which the setting is sought."""

TIERS = {
    "startling": "fright_startle_rate",
    "frightening": "fright_frightening_rate",
    "harsh": "fright_harsh_rate",
    "abusive": "fright_abusive_rate",
}


def engagement_seen(rate: Floats, available: Floats | float) -> Floats:
    """Return play, smiles and stretches of voice an hour that the full child's caregiver shows unasked.

    Args:
        rate: the full child's engagement rate, > 0, any shape.
        available: share of time in which the caregiver is available, one number or of the same shape.

    Returns:
        Acts an hour, same shape.
    """
    acts = rate * MOMENTS["engagement_acts"].default
    silence = 3600.0 * 4.0 / acts
    return BUSY * acts * available + VOICES * 3600.0 / (silence + PACES * MOMENTS["signal_pace"].default)


def setting_of(caregiver: Caregiver) -> dict[str, float]:
    """Return the full child's caregiver whose records show the care that the likelihood's caregiver would give.

    Answering is matched at the signals expressed and intensified, latency at the first act of an answer, engagement at
    the acts that are seen; spells of unavailability have the same length and share. Strain is left out and all fright
    is unprovoked, so that the axes of the one are those of the other.

    Args:
        caregiver: the likelihood's parameters, numbers.

    Returns:
        Parameters by name, in the units of the full child's registry.
    """
    share = float(available_share(caregiver))
    sojourn = float(caregiver.regime_sojourn) / 60.0
    base, slope = _answering(caregiver, share)
    values = {
        "answer_base": base,
        "answer_slope": slope,
        "sojourn_unavailable": sojourn,
        "sojourn_available": sojourn * share / (1.0 - share),
        "latency_median": float(caregiver.latency_median) / (60.0 * MOMENTS["first_act_share"].default),
        "latency_spread": float(caregiver.latency_spread),
        "engagement_rate": _engagement(float(caregiver.engagement_rate), share),
        "warmth": float(caregiver.warm_share),
        "holding": float(caregiver.warm_share),
        "presence": float(caregiver.presence_share),
        "intrusion": float(caregiver.intrusion_share),
    }
    none = ("answer_unavailable", "never_share", "background_stress", "stress_gain")
    values |= dict.fromkeys((*none, *(f"provoked_{tier}" for tier in TIERS)), NONE**2)
    return values | {f"unprovoked_{tier}": float(getattr(caregiver, rate)) for tier, rate in TIERS.items()}


def _answering(caregiver: Caregiver, available: float) -> tuple[float, float]:
    """Solve detectability * willingness = answering while available, at both signals that are cues."""
    odds: list[float] = []
    for level in ("express", "intensify"):
        wanted = float(willingness(caregiver.answer_probability, caregiver.answer_slope, default(f"signal_{level}")))
        willing = min(wanted / available / life.REGISTRY[f"detect_{level}"].default, MOST)
        odds.append(math.log(willing) - math.log1p(-willing))
    plain, strong = (life.REGISTRY[f"signal_{level}"].default for level in ("express", "intensify"))
    slope = (odds[1] - odds[0]) / (strong - plain)
    return odds[0] - slope * (plain - 0.5), slope


def _engagement(wanted: float, available: float) -> float:
    seen = np.log(engagement_seen(np.exp(LOG_RATES), available))
    return math.exp(float(np.interp(math.log(wanted), seen, LOG_RATES)))


def watch_full_children(caregivers: Sequence[Caregiver], minutes: float, age_months: float, seed: int) -> list[Record]:
    """Return an ordinary interval at home of one full child for each caregiver, raised by it from birth.

    Args:
        caregivers: the likelihood's parameters, numbers.
        minutes: length of each interval, > 0.
        age_months: age at which the children are watched, > 0.
        seed: of all chances.

    Returns:
        One record a caregiver.

    Raises:
        InputError: the minutes, the age or the seed cannot be used.
    """
    settings = [setting_of(caregiver) for caregiver in caregivers]
    columns = {name: np.array([one[name] for one in settings]) for name in settings[0]}
    design = CohortDesign(len(settings), (Care(age_months, columns, spread=0.0),), seed=seed)
    record = observe(design, VisitPlan(ordinary(minutes), departure=0.0)).record
    return [first_minutes(record, minutes, str(number)) for number in range(len(settings))]
