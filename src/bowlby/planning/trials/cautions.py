"""What a planner has to be warned of: a model away from what was published, effects too large, evidence too thin."""

from __future__ import annotations

from collections.abc import Sequence

from bowlby.model.interventions.intervention import EvidenceLevel
from bowlby.planning.trials.answer import SizeAnswer
from bowlby.planning.trials.arm_intervention import arm_intervention
from bowlby.planning.trials.design import FROM_MODEL, StudyDesign
from bowlby.planning.trials.effect_words import effect_words
from bowlby.planning.trials.point import PowerGridPoint
from bowlby.planning.trials.publications import PublishedEffect, published_of

FEW = 40
"""Families in all below which a trial relies on an effect that is rarely there."""
LARGE = 0.8
"""Standardised difference above which an effect is larger than what trials of such programmes have shown."""
FALSE_ALARMS = 1.4
"""Times alpha above which false alarms are warned of."""


def cautions(design: StudyDesign, answers: Sequence[SizeAnswer]) -> tuple[str, ...]:
    """Return warnings, the gravest first.

    Args:
        design: of the trial.
        answers: of all effects.

    Returns:
        Sentences; none where there is nothing to warn of.
    """
    found = [*_of_answers(design, answers), *_of_the_model(design, answers), *_of_evidence(design)]
    return tuple(dict.fromkeys(found))


def _of_answers(design: StudyDesign, answers: Sequence[SizeAnswer]) -> list[str]:
    found: list[str] = []
    for one in answers:
        words = effect_words(one.effect)
        if one.stopped:
            found.append(f"Under {words} no size is recommended: {one.reason}.")
        if one.at.type1_low > FALSE_ALARMS * design.trial.alpha:
            found.append(
                f"Without an effect {one.at.type1:.0%} of trials of {one.at.n} families find one, where "
                f"{design.trial.alpha:.0%} are planned: {_why_false(one.at)}."
            )
        if one.n is not None and (one.n < FEW or abs(one.at.d) > LARGE):
            found.append(
                f"Under {words} {one.n} families are enough only because the effect is d = {abs(one.at.d):.2f}, larger "
                "than trials of such programmes have shown; a trial that small finds nothing of a usual effect. Plan "
                "for a smaller one."
            )
    return found


def _why_false(at: PowerGridPoint) -> str:
    if at.type1_random is not None and at.type1_random < at.type1 / 2.0:
        return f"it is who leaves; by chance alone it would be {at.type1_random:.0%}"
    return "the analysis is too free for this design"


def _of_the_model(design: StudyDesign, answers: Sequence[SizeAnswer]) -> list[str]:
    """Return where the model's effect lies outside what was published of the same intervention and outcome."""
    model = [one.at for one in answers if one.effect == FROM_MODEL]
    if not model:
        return []
    found: list[str] = []
    for row in published_of(design):
        d = model_d(model[0], row, design)
        if d is not None and row.holds(d) is False:
            found.append(
                f"The model's effect of {row.intervention} on {row.measure} here is d = {d:+.2f}; published is "
                f"{row.d:+.2f} ({row.low:+.2f} to {row.high:+.2f}; {row.id}, {row.citation}, {row.population}). Plan "
                "by the published one, or say why not."
            )
    return found


def model_d(point: PowerGridPoint, row: PublishedEffect, design: StudyDesign) -> float | None:
    """Return the model's standardised effect on a published outcome, None where this trial does not test it.

    Args:
        point: of a trial under the model's effect.
        row: the published effect.
        design: of the trial.

    Returns:
        d as observed.
    """
    given = {arm.name: entry.name for arm in design.arms if (entry := arm_intervention(design, arm)) is not None}
    for result in point.results:
        if result.measure == row.measure and given.get(result.arm) == row.intervention:
            return result.d
    return None


def _of_evidence(design: StudyDesign) -> list[str]:
    thin = {
        EvidenceLevel.MIXED: "few, small or disagreeing trials",
        EvidenceLevel.NO_ADEQUATE_TRIAL: "no adequate trial",
    }
    own = {one.name for one in design.programmes}
    found: list[str] = []
    for arm in design.arms:
        entry = arm_intervention(design, arm)
        if entry is None:
            continue
        if entry.name in own:
            found.append(f"What {entry.name} does to care was written into this design; nobody has measured it.")
        elif entry.evidence in thin:
            found.append(f"The evidence for {entry.name} is {thin[entry.evidence]}; its effect here is assumed.")
    return found
