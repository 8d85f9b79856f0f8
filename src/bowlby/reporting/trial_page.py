"""A simulated trial as one HTML file: what it could find, what it would cost, and what that rests on."""

from __future__ import annotations

from pathlib import Path

from bowlby.atomic import write_text
from bowlby.planning.trials.answer import SizeAnswer
from bowlby.planning.trials.cautions import model_d
from bowlby.planning.trials.design import FROM_MODEL
from bowlby.planning.trials.effect_words import effect_words
from bowlby.planning.trials.protocol import said
from bowlby.planning.trials.publications import grades, published_of
from bowlby.planning.trials.trial import Trial
from bowlby.planning.trials.words import (
    CAVEATS,
    drop_out_words,
    estimand,
    intercurrent_events,
    level_words,
    randomised_words,
    summary_words,
    who_words,
)
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.figure import Table
from bowlby.reporting.figures.power import power_figure
from bowlby.reporting.sections import Section, sections_html


def write_trial(found: Trial, path: str | Path, *, cache: Path | None = None, force: bool = False) -> Path:
    """Write a trial's page, whole or not at all.

    Args:
        found: the trial.
        path: the target file.
        cache: folder in which the drawing script is kept between runs, or None.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    return write_text(path, trial_html(found, cache), force=force)


def trial_html(found: Trial, cache: Path | None = None) -> str:
    """Return a trial's page.

    Args:
        found: the trial.
        cache: folder in which the drawing script is kept between runs, or None.

    Returns:
        The whole document.

    Raises:
        OSError: the cache folder cannot be written.
    """
    design = found.design
    subtitle = (
        f"{found.pool['children']} simulated children lived under both arms; {found.points[0].replicates} trials for "
        f"each size; seed {found.seed}"
    )
    sections = (
        Section("plain", "In plain words", (ReportBlock("", bullets=plain_words(found)), *_cautions(found))),
        Section("power", "What it could find", _powers(found)),
        *_several(found),
        Section("lost", "Families who leave", (_lost(found),)),
        Section("effect", "The effect: true, as observed, and as published", (_effect(found), *_published(found))),
        Section("form", "For an ethics form", (ReportBlock("", text=(found.ethics,)),)),
        Section(
            "estimand", "Estimand and analysis plan", (_estimand(found), ReportBlock("", text=(found.analysis_plan,)))
        ),
        Section("flow", "Expected flow of families", (ReportBlock("", tables=(flow_table(found),)),)),
        Section("rests", "What this rests on", (ReportBlock("", bullets=(*CAVEATS, _pool(found))),)),
    )
    return sections_html(design.title, subtitle, sections, cache)


def plain_words(found: Trial) -> tuple[str, ...]:
    """Return a trial in a few sentences.

    Args:
        found: the trial.

    Returns:
        Sentences, the estimand first.
    """
    design = found.design
    lines = [estimand(design), f"Design: {randomised_words(design)}; {drop_out_words(design)}."]
    lines += [said(design, answer) for answer in found.answers]
    taken = found.effect["attenuation"]
    if taken is not None and design.primary.error:
        lines.append(f"Error of coder or instrument leaves {taken:.0%} of the true standardised effect.")
    return tuple(lines)


def _cautions(found: Trial) -> tuple[ReportBlock, ...]:
    return (ReportBlock("Cautions", bullets=found.cautions),) if found.cautions else ()


def _powers(found: Trial) -> tuple[ReportBlock, ...]:
    figures = tuple(
        power_figure(found, effect, f"power-{place}") for place, effect in enumerate(found.design.trial.effects, 1)
    )
    return (ReportBlock("", figures=figures, tables=(_detectable(found),)),)


def _detectable(found: Trial) -> Table:
    effect = found.design.trial.effects[0]
    rows = tuple((str(point.n), f"{point.mde:.3f}", f"{point.mde_d:.2f}") for point in found.points_of(effect))
    caption = f"Smallest effect that is found with a power of {found.design.trial.power:.0%}, by size."
    return Table(caption, ("families", "in the outcome's unit", "standardised"), rows, numeric=(1, 2))


def _effect(found: Trial) -> ReportBlock:
    effect = found.effect
    rows = (
        ("true", _number(effect["true"]), _number(effect["true_d"])),
        ("as observed", _number(effect["observed"]), _number(effect["observed_d"])),
    )
    caption = "What the treatment does to all children of the pool under the model."
    head = ("", "difference", "standardised")
    text = (
        f"The observed difference has a standard error of {_number(effect['observed_error'])} in this pool; the "
        f"control arm's mean is {_number(effect['control_mean'])}, its standard deviation "
        f"{_number(effect['control_sd'])}."
    )
    return ReportBlock("", text=(text,), tables=(Table(caption, head, rows, numeric=(1, 2)),))


def _several(found: Trial) -> tuple[Section, ...]:
    """Return the tests of a trial beside one another, where there are several."""
    if found.design.multiplicity is None:
        return ()
    return (Section("tests", "Several tests", tuple(_tests(found, answer) for answer in found.answers)),)


def _tests(found: Trial, answer: SizeAnswer) -> ReportBlock:
    at, many = answer.at, len(found.design.arms) > 2
    head = (
        "test",
        "d",
        "estimand",
        "bias",
        "coverage",
        "alone",
        "adjusted",
        "false alarms",
        "seen",
    )
    rows = tuple(
        (
            f"{one.measure}, {one.age:g} months{f', {one.arm}' if many else ''} ({one.analysis})",
            f"{one.d:+.2f}",
            f"{one.estimand:+.3f}",
            f"{one.bias:+.3f}",
            f"{one.coverage:.1%}",
            f"{one.power:.1%}",
            f"{one.adjusted:.1%}",
            f"{one.type1:.1%}",
            f"{one.analysed:.0%}",
        )
        for one in at.results
    )
    text = (
        f"With {at.n} families any test finds its effect in {at.any_found:.1%} of trials, all in {at.all_found:.1%}; "
        f"without any effect one is found in {at.familywise:.1%}."
    )
    caption = (
        f"Tests under {effect_words(answer.effect)}, {at.n} families: power of each alone and adjusted, and "
        "its false alarms alone."
    )
    return ReportBlock("", text=(text,), tables=(Table(caption, head, rows, numeric=tuple(range(1, len(head)))),))


def _lost(found: Trial) -> ReportBlock:
    """Return power where the lost of treated arms did worse than those seen there."""
    at = found.first.at
    head = ("delta", "mean estimate", "power")
    rows = tuple((f"{one.delta:g}", f"{one.estimate:+.3f}", f"{one.power:.1%}") for one in at.deltas)
    tipped = (
        "No delta up to 4 loses half of the findings."
        if at.tipping is None
        else f"Half of the findings are lost at delta = {at.tipping:.2f}: the tipping point."
    )
    relative = "" if at.relative_bias is None else f", {at.relative_bias:+.0%} of the effect"
    text = (
        f"{_capital(drop_out_words(found.design))}. With {at.n} families {at.analysed:.0%} are analysed; bias is "
        f"{at.bias:+.3f}{relative} (Monte-Carlo error {at.bias_error:.3f}), and {at.coverage:.1%} of intervals hold "
        f"the effect. {tipped}"
    )
    caption = (
        f"Power with {at.n} families if the lost of the treated arm did worse than those seen there by delta standard "
        "deviations."
    )
    return ReportBlock("", text=(text,), tables=(Table(caption, head, rows, numeric=(1, 2)),))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _published(found: Trial) -> tuple[ReportBlock, ...]:
    """Return what trials of the interventions found, beside the model's effect here, and the evidence grades."""
    design = found.design
    at = next((one.at for one in found.answers if one.effect == FROM_MODEL), None)
    rows = tuple(
        (
            row.id,
            f"{row.intervention}: {row.measure} at {row.months:g} months, {row.population}",
            row.figure,
            f"{row.d:+.2f}",
            "" if row.low is None or row.high is None else f"{row.low:+.2f} to {row.high:+.2f}",
            _beside(None if at is None else model_d(at, row, design)),
            row.citation,
        )
        for row in published_of(design)
    )
    head = ("row", "effect", "published", "d", "95 %", "model here", "source")
    caption = "Published effects of the interventions, as standardised differences; shares as ln(OR) / 1.81."
    tables = (Table(caption, head, rows, numeric=(3, 5)),) if rows else ()
    bullets = tuple(f"{name}: {said}" for name, said in grades(design).items())
    none = () if rows or not bullets else ("The published table has no trial of these interventions.",)
    return (
        (ReportBlock("Published effects and evidence", text=none, tables=tables, bullets=bullets),) if bullets else ()
    )


def _beside(d: float | None) -> str:
    return "not tested" if d is None else f"{d:+.2f}"


def _estimand(found: Trial) -> ReportBlock:
    design = found.design
    rows = (
        ("treatment", " against ".join(arm.name for arm in reversed(design.arms))),
        ("population", f"all randomised children of {who_words(design)}"),
        ("variable", f"{design.primary.name} at {design.primary.ages[-1]:g} months"),
        *intercurrent_events(design),
        ("summary", f"{summary_words(design)}. {level_words(design)}"),
    )
    return ReportBlock("", tables=(Table("Estimand by the attributes of ICH E9(R1).", ("attribute", "here"), rows),))


def flow_table(found: Trial) -> Table:
    """Return the expected flow of families as CONSORT's diagram counts it.

    Args:
        found: the trial.

    Returns:
        One row an arm.
    """
    ages = found.design.visits
    head = ("arm", "randomised", "take it up", *(f"lost by {age:g} months" for age in ages), "analysed")
    rows = tuple(
        (one.arm, str(one.randomised), str(one.received), *(str(count) for _, count in one.lost), str(one.analysed))
        for one in found.flow
    )
    caption = f"Families expected with {found.first.at.n} randomised; analysed are those whose primary outcome is seen."
    return Table(caption, head, rows, numeric=tuple(range(1, len(head))))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _pool(found: Trial) -> str:
    first, second = found.pool["half_effects"]
    return (
        f"Two independent halves of the pool show standardised effects of {first:.2f} and {second:.2f}; the largest "
        f"trial takes {found.pool['largest_trial_over_pool']:.2f} of the pool's number of children; "
        f"{found.pool['unscored']} children could not be scored and are left out."
    )
