"""What the arms of a design are given: an entry of the registry, or a programme of the design's own."""

from __future__ import annotations

from bowlby.model.interventions.intervention import Intervention
from bowlby.model.interventions.registry import intervention
from bowlby.planning.trials.design import NO_INTERVENTION, Arm, StudyDesign


def arm_intervention(design: StudyDesign, arm: Arm) -> Intervention | None:
    """Return what an arm is given.

    Args:
        design: of the study.
        arm: one of its arms.

    Returns:
        The entry, None for an arm without an intervention.
    """
    if arm.intervention == NO_INTERVENTION:
        return None
    own = {one.name: one for one in design.programmes}
    return own[arm.intervention].entry() if arm.intervention in own else intervention(arm.intervention)
