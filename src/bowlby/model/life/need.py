"""What the child needs, by kind and age."""

from __future__ import annotations

from bowlby.model.life.arithmetic import indicator, namespace
from bowlby.model.life.event import EpisodeWords
from bowlby.model.life.traits import Constants, DerivedConstants
from bowlby.model.scalar import Scalar


def next_need(constants: Constants, derived: DerivedConstants, words: EpisodeWords) -> tuple[Scalar, Scalar]:
    """Return the intensity of the next need and whether it is of the body: fear, comfort, physical care, or contact.

    Physical needs give way to contact and play with age. Intensity is even over a range around the kind's mean.

    Args:
        constants: shares and intensities.
        derived: the share of physical needs at this age.
        words: of this episode.

    Returns:
        Intensity in [.05, 1]; 1 for a physical need, else 0.
    """
    xp = namespace(words.need_kind)
    kind = words.need_kind
    comfort = constants.need_fear_share + constants.need_comfort_share
    body = kind < comfort + derived.physical_share  # (E51) assumed
    mean = xp.where(body, constants.intensity_physical, constants.intensity_contact)
    mean = xp.where(kind < comfort, constants.intensity_comfort, mean)
    mean = xp.where(kind < constants.need_fear_share, constants.intensity_fear, mean)
    intensity = mean + constants.intensity_range * (words.need_intensity - 0.5)  # (E52) assumed
    physical = indicator(body & (kind >= comfort))
    return xp.minimum(xp.maximum(intensity, 0.05), 1.0), physical
