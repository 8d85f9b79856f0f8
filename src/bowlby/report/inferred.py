"""The section on what was inferred: verdict, conditions, axes, expectations, and what cannot be identified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bowlby.infer.edition import FIRST_EDITION
from bowlby.report.blocks import Block
from bowlby.report.figure import Figure, Table
from bowlby.report.figures.axes import axis_figure, probability_figure, quadrant_figure
from bowlby.report.figures.belief import belief_figure
from bowlby.report.inference import Inference
from bowlby.report.numbers import NOTHING, interval, number

if TYPE_CHECKING:
    from bowlby.study.differential import Differential
    from bowlby.study.differential_evidence import Weight

BIT_SHOWN = 0.05
"""Bits that are not rounded to nothing."""

UNIT_OF_ONE = {"1": "", "": ""}


def verdict_sentence(inference: Inference) -> str:
    """Return the verdict in one sentence; the table of conditions below it says which failed.

    Args:
        inference: the model run backward.

    Returns:
        The sentence.
    """
    found = inference.differential
    if str(found.verdict) in (found.quadrant or {}):
        share = (found.quadrant or {})[str(found.verdict)]
        return (
            f"{_named(str(found.verdict))} has a probability of {number(share)} under this model and its assumptions."
        )
    failed = [condition for condition in found.conditions if not condition.met]
    return (
        f"Not enough to tell threat from deprivation: {len(failed)} of {len(found.conditions)} conditions "
        f"{'is' if len(failed) == 1 else 'are'} not met."
    )


def short_verdict(inference: Inference) -> str:
    """Return the verdict in a few words for the summary.

    Args:
        inference: the model run backward.

    Returns:
        Two or three sentences; the last says that this inference is being replaced.
    """
    found = inference.differential
    if str(found.verdict) in (found.quadrant or {}):
        return f"{verdict_sentence(inference)} {FIRST_EDITION}"
    failed = [condition.name for condition in found.conditions if not condition.met]
    return (
        f"Threat, deprivation, both or neither: not enough to tell, which is a result. {len(failed)} of "
        f"{len(found.conditions)} conditions are not met, the first being “{failed[0]}”. {FIRST_EDITION}"
    )


def method_of(inference: Inference) -> str:
    """Return the part of the methods paragraph that speaks of inference.

    Args:
        inference: the model run backward.

    Returns:
        One paragraph.
    """
    found = inference.differential
    seen = found.posterior.diagnostics
    trust = f"R-hat {seen.r_hat:.3f}" if seen.r_hat is not None else f"Pareto k {number(seen.pareto_k)}"
    return (
        f"Caregiver parameters were inferred by {seen.method} ({seen.draws} draws, {trust}, effective draws "
        f"{seen.ess:.0f}); intervals of inferred quantities hold 90 %. Threat and deprivation were compared with the "
        f"{found.reference.name} (cuts at its 90th percentiles, {number(found.reference.threat_cut)} and "
        f"{number(found.reference.deprivation_cut)}). Quadrant probabilities were to be given only if all of "
        f"{len(found.conditions) - 1} conditions held, and a verdict only from a probability of .8; the result was "
        f"“{found.verdict}”. {found.reference.statement}"
    )


def inferred_blocks(inference: Inference) -> tuple[Block, ...]:
    """Return the section's blocks in the order they are read.

    Args:
        inference: the model run backward.

    Returns:
        The blocks.
    """
    found = inference.differential
    return (
        Block(
            "The verdict and its conditions",
            text=(FIRST_EDITION, verdict_sentence(inference)),
            tables=(_conditions(found),),
        ),
        Block("Rare events", text=(found.rare_event,)),
        *_next(found),
        _axes(found),
        _bits(found),
        *_expectations(inference),
        _parameters(found),
        *_checks(found),
        Block(
            "What a record of this kind cannot identify",
            text=("These stay open whatever the record shows; the model carries them at what was assumed.",),
            bullets=found.not_identifiable,
        ),
    )


def _named(verdict: str) -> str:
    return {
        "neither": "Neither threat nor deprivation",
        "threat": "Threat without deprivation",
        "deprivation": "Deprivation without threat",
        "both": "Threat together with deprivation",
    }[verdict]


def _conditions(found: Differential) -> Table:
    rows = tuple(
        (condition.name, "met" if condition.met else "not\u00a0met", condition.value, condition.needed_for)
        for condition in found.conditions
    )
    caption = "Conditions that must hold before probabilities, or a verdict, are given."
    return Table(caption, ("condition", "", "found", "needed for"), rows)


def _next(found: Differential) -> tuple[Block, ...]:
    return (Block("What to observe next", bullets=found.next),) if found.next else ()


def _axes(found: Differential) -> Block:
    drawn = [axis for axis in found.axes if axis.name in ("threat", "deprivation")]
    figures = [axis_figure(found, axis, f"axis-{axis.name}") for axis in drawn]
    figures.append(quadrant_figure(found, "quadrants"))
    bars = probability_figure(found, "quadrant-probabilities")
    rows = tuple(
        (
            axis.name,
            interval(axis.mean, axis.low, axis.high),
            number(axis.cut),
            number(axis.sd_ratio),
            "yes" if axis.assessable else "no",
            axis.note,
        )
        for axis in found.axes
    )
    head = ("axis", "after the record (90 %)", "cut", "sd, after over before", "assessable", "what it is")
    table = Table("The axes.", head, rows, (1, 2, 3))
    return Block(
        "Threat and deprivation",
        text=(found.reference.statement,),
        figures=tuple([*figures, bars] if bars is not None else figures),
        tables=(table,),
    )


def _bits(found: Differential) -> Block:
    text = (
        "Bits by which each kind of evidence moved the odds that an axis lies above its cut: one bit doubles the odds, "
        "minus one halves them. Each figure is what the odds lose when that evidence alone is left out.",
    )
    rows = tuple((one.row, one.axis, _signed(one), "yes" if one.sound else "no") for one in found.evidence)
    table = Table("Weight of evidence.", ("evidence", "axis", "bits", "draws to be trusted"), rows, (2,))
    return Block("What moved the axes", text=text, tables=(table,))


def _signed(one: Weight) -> str:
    figure = f"{one.bits:+.1f}".replace("-", "\u2212")
    return f"{figure} or more" if one.at_least and abs(one.bits) >= BIT_SHOWN else figure


def _expectations(inference: Inference) -> tuple[Block, ...]:
    blocks: list[Block] = []
    alone = len(inference.trajectories) == 1
    for place, path in enumerate(inference.trajectories, 1):
        if len(path.times_s) < 2:
            continue
        figures: tuple[Figure, ...] = tuple(
            belief_figure(path, band, f"belief-{place}-{number_}") for number_, band in enumerate(path.bands, 1)
        )
        title = "What the child may have come to expect" + ("" if alone else f": {path.session}")
        text = (
            "A model of a child’s learning, run over the episodes of this record. It says what a child who learns so "
            f"would expect, not what this child expects. {path.informative} episodes were informative. The bands rest "
            "on:",
        )
        blocks.append(Block(title, text=text, bullets=path.assumptions, figures=figures))
    return tuple(blocks)


def _parameters(found: Differential) -> Block:
    rows = tuple(
        (
            parameter.name.replace("_", " "),
            interval(parameter.mean, parameter.low, parameter.high),
            interval(parameter.prior_mean, parameter.prior_low, parameter.prior_high),
            UNIT_OF_ONE.get(parameter.unit, parameter.unit),
            "moved" if parameter.moved else "as\u00a0before",
            parameter.note or "",
        )
        for parameter in found.posterior.parameters
    )
    head = ("parameter", "after the record (90 %)", "before (90 %)", "unit", "", "note")
    return Block("The caregiver’s parameters", tables=(Table("Before and after the record.", head, rows, (1, 2)),))


def _checks(found: Differential) -> tuple[Block, ...]:
    if not found.checks:
        return ()
    several = len({check.session for check in found.checks}) > 1
    rows = tuple(
        (
            f"{check.session}: {check.name}" if several else check.name,
            number(check.observed),
            interval(check.expected, check.low, check.high),
            UNIT_OF_ONE.get(check.unit, check.unit) or NOTHING,
            number(check.p),
            "fit" if check.fit else "level",
        )
        for check in found.checks
    )
    head = ("summary of the record", "observed", "model would give (90 %)", "unit", "share as large", "decides")
    text = (
        "Records simulated from the fitted model, beside this one. A share near 0 or 1 says that the model does not "
        "give what was seen. Summaries of fit decide the probability that the model does not explain the record "
        f"({number(found.unexplained)}).",
    )
    table = Table("Posterior predictive checks.", head, rows, (1, 2, 4))
    return (Block("Does the model give what was seen?", text=text, tables=(table,)),)
