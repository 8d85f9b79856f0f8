"""A simulated trial as one HTML file: what it could find, what it would cost, and what that rests on."""

from __future__ import annotations

from pathlib import Path

from bowlby.atomic import write_text
from bowlby.planning.trials.answer import SizeAnswer
from bowlby.planning.trials.trial import Trial
from bowlby.planning.trials.words import CAVEATS, drop_out_words, estimand, randomised_words
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.figure import Table
from bowlby.reporting.figures.power import effect_words, power_figure
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
        Section("plain", "In plain words", (ReportBlock("", bullets=plain_words(found)),)),
        Section("power", "What it could find", _powers(found)),
        Section("effect", "The effect, true and as observed", (_effect(found),)),
        Section("form", "For an ethics form", (ReportBlock("", text=(found.ethics,)),)),
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
    lines += [smallest_size_text(answer, design.trial.power) for answer in found.answers]
    taken = found.effect["attenuation"]
    if taken is not None and design.primary.error:
        lines.append(f"Error of coder or instrument leaves {taken:.0%} of the true standardised effect.")
    return tuple(lines)


def smallest_size_text(answer: SizeAnswer, power: float) -> str:
    """Return the smallest size under an effect in a sentence.

    Args:
        answer: of the search.
        power: that is wanted.

    Returns:
        The sentence.
    """
    if answer.stopped:
        return f"Under {effect_words(answer.effect)} no size is recommended: {answer.reason}."
    if answer.n is None:
        return f"Under {effect_words(answer.effect)} there is no size with a power of {power:.0%}: {answer.reason}."
    high = "without upper end" if answer.high is None else f"to {answer.high}"
    return (
        f"Under {effect_words(answer.effect)}, {answer.n} families ({answer.low} {high}) give a power of {power:.0%}."
        f"{_assured(answer)}"
    )


def _assured(answer: SizeAnswer) -> str:
    """Return what doubt about the effect makes of the size, in a sentence; nothing where the doubt is not known."""
    if answer.at.assurance is None or answer.assured is None:
        return ""
    size = (
        f"as much assurance takes {answer.assured.n}"
        if answer.assured.n is not None
        else "no size up to 50,000 has as much assurance"
    )
    return f" Over the doubt about the effect between trials that is {answer.at.assurance:.0%} assured; {size}."


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


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _pool(found: Trial) -> str:
    first, second = found.pool["half_effects"]
    return (
        f"Two independent halves of the pool show standardised effects of {first:.2f} and {second:.2f}; the largest "
        f"trial takes {found.pool['largest_trial_over_pool']:.2f} of the pool's number of children; "
        f"{found.pool['unscored']} children could not be scored and are left out."
    )
