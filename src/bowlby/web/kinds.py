"""Named kinds of care to start from, in words, and the sliders that move care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bowlby.errors import ParameterError
from bowlby.model.life.exposures import exposure
from bowlby.model.registry import REGISTRY

PRESETS: Mapping[str, str] = MappingProxyType(
    {
        "usual": "Usual: what low-risk families do",
        "sensitive": "Secure: soon, warm, to the need",
        "rejecting": "Rejecting: turns away when the child protests",
        "inconsistent": "Inconsistent: comes and goes, answers protest",
        "intrusive": "Intrusive: own agenda in place of the need",
        "harsh": "Harsh: answers a bid with a rebuke",
        "frightening": "Frightening: far more frightening acts, answers as in families",
        "deprived": "Depriving: little response, little presence",
        "frightening and deprived": "Both: little response, and at times frightening",
        "institution": "Institution: hardly any response by anyone; no family lives so",
    }
)


NEVER = 1e-9
"""A rate an hour, or a share of bids, under which nothing happens in any simulated life: once in a hundred thousand
years of days. Rates live on a logarithmic scale, on which there is no zero."""


@dataclass(frozen=True)
class Slider:
    """One slider: a caregiver parameter between two ends.

    Args:
        parameter: name in the registry of the episode clock.
        group: heading under which it stands.
        label: a few words.
        left: what its low end means.
        right: what its high end means.
        low: least value of the moving part, on the parameter's own scale.
        high: greatest value.
        never: whether its left end stands for never; the moving part begins one step to the right.
    """

    parameter: str
    group: str
    label: str
    left: str
    right: str
    low: float
    high: float
    never: bool = False

    @property
    def least(self) -> float:
        """Least value that is taken."""
        return NEVER if self.never else self.low

    def free(self, value: float) -> float:
        """Return a value on the scale on which the slider moves evenly."""
        return REGISTRY[self.parameter].free(value)


FRIGHT, ANSWERS, NEARNESS, BODY_CARE, APART, STRESS = (
    "Fright",
    "When the child asks",
    "When it does not ask",
    "Care of the body",
    "Separations",
    "Strain",
)

_RARE = 2e-4

SLIDERS: tuple[Slider, ...] = (
    Slider("unprovoked_frightening", FRIGHT, "Frightening, out of the blue", "never", "often", _RARE, 4.0, True),
    Slider("provoked_frightening", FRIGHT, "Frightening, when the child asks", "never", "often", _RARE, 0.9, True),
    Slider("unprovoked_harsh", FRIGHT, "Harsh, out of the blue", "never", "often", _RARE, 4.0, True),
    Slider("provoked_harsh", FRIGHT, "Harsh, when the child asks", "never", "often", _RARE, 0.9, True),
    Slider("unprovoked_abusive", FRIGHT, "Abusive, out of the blue", "never", "often", 2e-5, 1.0, True),
    Slider("provoked_abusive", FRIGHT, "Abusive, when the child asks", "never", "often", 2e-5, 0.5, True),
    Slider("unprovoked_startling", FRIGHT, "Loud, abrupt acts, out of the blue", "never", "often", _RARE, 4.0, True),
    Slider("provoked_startling", FRIGHT, "Loud, abrupt acts, when the child asks", "never", "often", _RARE, 0.9, True),
    Slider("answer_base", ANSWERS, "Willing to answer", "hardly ever", "nearly always", -4.0, 4.5),
    Slider("answer_slope", ANSWERS, "Which signals", "rejects protest", "protest only", -12.0, 8.0),
    Slider("latency_median", ANSWERS, "Time to an answer", "at once", "late", 0.2, 12.0),
    Slider("warmth", ANSWERS, "Warmth", "cold", "warm", 0.05, 0.95),
    Slider("holding", ANSWERS, "Holding and cuddling", "hardly ever", "nearly always", 0.03, 0.95),
    Slider("intrusion", ANSWERS, "Own agenda instead", "hardly ever", "mostly", 0.02, 0.9),
    Slider("presence", NEARNESS, "Calmly near", "seldom", "mostly", 0.03, 0.95),
    Slider("engagement_rate", NEARNESS, "Play, talk, smiles", "few", "many", 0.1, 12.0),
    Slider("engagement_burst", NEARNESS, "Density of warm acts", "each alone", "many together", 1.0, 12.0),
    Slider("sojourn_unavailable", NEARNESS, "Spells of absence of mind", "short", "long", 0.2, 16.0),
    Slider("routine", BODY_CARE, "Fed and changed on schedule", "seldom", "nearly always", 0.05, 0.98),
    Slider("separation_rate", APART, "How often apart", "never", "often", 0.005, 2.0, True),
    Slider("separation_length", APART, "How long apart", "an hour", "days", 1.0, 72.0),
    Slider("background_stress", STRESS, "Strain on the caregiver", "little", "much", 0.02, 0.9),
)

_BY_NAME = {slider.parameter: slider for slider in SLIDERS}


def setting_of(kind: str, moved: Mapping[str, float]) -> dict[str, float]:
    """Return the setting of the median family under a named kind of care, with some sliders moved.

    Args:
        kind: an exposure.
        moved: values of sliders by parameter, on its own scale.

    Returns:
        Caregiver parameters by name.

    Raises:
        InputError: there is no such kind of care.
        ParameterError: there is no such slider, or its value lies beyond its ends.
    """
    _check(moved)
    return {**exposure(kind).of_the_median_family(), **moved}


def shifts_of(kind: str, moved: Mapping[str, float]) -> dict[str, float]:
    """Return by how much moved sliders shift each family's trait: g(slider) - g(median family under that care).

    Args:
        kind: an exposure.
        moved: values of sliders by parameter, on its own scale.

    Returns:
        Shifts on the transformed scales.

    Raises:
        InputError: there is no such kind of care.
        ParameterError: there is no such slider, or its value lies beyond its ends.
    """
    _check(moved)
    median = exposure(kind).of_the_median_family()
    entries = {name: REGISTRY[name] for name in moved}
    return {
        name: entry.free(moved[name]) - entry.free(median.get(name, entry.default)) for name, entry in entries.items()
    }


def _check(moved: Mapping[str, float]) -> None:
    for name, value in moved.items():
        if name not in _BY_NAME:
            raise ParameterError("there is no such slider", column=name, remedy=f"Known: {', '.join(_BY_NAME)}.")
        slider = _BY_NAME[name]
        if not slider.least <= value <= slider.high:
            remedy = f"Give a value from {slider.least:g} to {slider.high:g} {REGISTRY[name].unit}."
            raise ParameterError("a slider lies beyond its ends", column=name, value=value, remedy=remedy)
