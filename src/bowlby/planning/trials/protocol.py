"""Paragraphs for a protocol: sample size for an ethics form, statistical analysis plan, and the expected flow."""

from __future__ import annotations

from dataclasses import dataclass

from bowlby.planning.trials.answer import SizeAnswer
from bowlby.planning.trials.arm_intervention import arm_intervention
from bowlby.planning.trials.design import Adjustment, Analysis, Randomisation, StudyDesign
from bowlby.planning.trials.doubt import spread_of
from bowlby.planning.trials.effect_words import effect_words
from bowlby.planning.trials.point import PowerGridPoint
from bowlby.planning.trials.sampling import layout
from bowlby.planning.trials.testing import primary_test
from bowlby.planning.trials.words import analysis_words, drop_out_words, randomised_words, summary_words


def ethics(design: StudyDesign, answers: tuple[SizeAnswer, ...], control: tuple[float, float]) -> str:
    """Return a paragraph on sample size for an ethics form: size, assumptions, both effects, errors and burden.

    Args:
        design: of the trial.
        answers: under each effect of the plan.
        control: mean and standard deviation of the primary outcome in the control arm.

    Returns:
        One paragraph.
    """
    first = answers[0]
    sentences = [
        "Sample size was planned by simulation with bowlby, a mechanistic model of attachment, and not by a formula "
        "alone.",
        *(said(design, one) for one in answers),
        f"With {first.at.n} families{_sites(design, first.at.n)} {_assumed(design, control)}.",
        f"Analysis: {analysis_words(design)}, {sides_words(design)}; {drop_out_words(design)}.",
        *(_performance(design, one) for one in answers),
        f"Every family gives {_burden(design)}.",
    ]
    return " ".join(sentences)


def said(design: StudyDesign, answer: SizeAnswer) -> str:
    """Return the size that an effect needs, in a sentence.

    Args:
        design: of the trial.
        answer: under the effect.

    Returns:
        The sentence.
    """
    effect, wanted = effect_words(answer.effect), f"{design.trial.power:.0%}"
    if answer.stopped:
        return f"For {effect} no size is recommended: {answer.reason}."
    if answer.n is None:
        return f"For {effect} no size with a power of {wanted} was found: {answer.reason}."
    span = f"{answer.low} to {answer.high}" if answer.high is not None else f"{answer.low} or more, without upper end"
    sites = _sites(design, answer.n)
    return (
        f"{answer.n} families in all{sites} (95 % interval {span}) detect {effect} with a power of {wanted}."
        f"{_assured(design, answer)}"
    )


def _assured(design: StudyDesign, answer: SizeAnswer) -> str:
    assured, spread = answer.assured, spread_of(design)
    if assured is None or spread is None:
        return ""
    wanted = design.trial.power if design.trial.assurance is None else design.trial.assurance
    opening = f" With a spread of the effect between trials of {spread:.0%} of its size"
    if assured.n is None:
        return f"{opening} no size has an assurance of {wanted:.0%}."
    return f"{opening} {assured.n} families{_sites(design, assured.n)} have an assurance of {wanted:.0%}."


def _sites(design: StudyDesign, n: int) -> str:
    if design.sites is None:
        return ""
    return f" in {layout(design, n).clusters} sites"


def _assumed(design: StudyDesign, control: tuple[float, float]) -> str:
    mean, sd = control
    measure = design.primary
    outcome = (
        f"a control share of {mean:.0%} is expected for {measure.name}"
        if measure.binary
        else f"a control mean of {mean:.2f} with a standard deviation of {sd:.2f} is expected for {measure.name}"
    )
    if design.sites is not None:
        sizes = f", their sizes varying by {design.sites.cv:.0%}" if design.sites.cv else ""
        outcome += f", with an intraclass correlation of {design.sites.icc:g} between sites{sizes}"
    if design.therapists is not None:
        outcome += f", with an intraclass correlation of {design.therapists.icc:g} between therapists"
    return outcome


def sides_words(design: StudyDesign) -> str:
    """Return in words how it is tested: sides, level and margin.

    Args:
        design: of the trial.

    Returns:
        A clause.
    """
    plan, test = design.trial, primary_test(design)
    if test.margin:
        return f"non-inferiority with a margin of {test.margin:g}, one-sided at {plan.alpha:g}"
    return f"{'one' if test.sign else 'two'}-sided at {plan.alpha:g}"


def _performance(design: StudyDesign, answer: SizeAnswer) -> str:
    at, alpha = answer.at, design.trial.alpha
    analysed = round(at.analysed * at.n)
    relative = "" if at.relative_bias is None else f" ({at.relative_bias:+.0%} of the effect)"
    doubt = "" if at.assurance is None else f", assurance {at.assurance:.0%}"
    formula = "" if at.closed_form is None else f"; the closed formula ({at.formula}) gives {at.closed_form:.0%}"
    random = "" if at.type1_random is None else f" ({at.type1_random:.1%} if as many were lost by chance)"
    return (
        f"Under {effect_words(answer.effect)} (d = {at.d:+.2f}), {at.n} families, {analysed} of them analysed, have a "
        f"power of {at.power:.0%} ({at.low:.0%} to {at.high:.0%}){doubt}{formula}; bias {at.bias:+.3f}{relative}, "
        f"coverage of {1.0 - alpha:.0%} intervals {at.coverage:.1%}, false alarms without an effect {at.type1:.1%}"
        f"{random}."
    )


def _burden(design: StudyDesign) -> str:
    measured = [f"{one.name} at {', '.join(f'{age:g}' for age in one.ages)} months" for one in design.measures]
    if design.baseline is not None:
        measured.insert(0, f"{design.baseline.name} at {design.baseline.age:g} months")
    return " and ".join(measured)


def analysis_plan(design: StudyDesign, at: PowerGridPoint) -> str:
    """Return a paragraph for a statistical analysis plan.

    Args:
        design: of the trial.
        at: the trial at its planned size.

    Returns:
        One paragraph.
    """
    primary = design.primary
    covariate = _covariate(design)
    sentences = [
        f"The primary outcome is {primary.name} at {primary.ages[-1]:g} months. {_capital(randomised_words(design))}. "
        f"All randomised families are analysed in the arm to which they were allotted. The {summary_words(design)} is "
        f"estimated by {analysis_words(design)}{covariate}, and tested {sides_words(design)}, with a "
        f"{1.0 - design.trial.alpha:.0%} interval.",
        _several(design, at),
        _lost(at),
        "No interim analysis is planned.",
    ]
    return " ".join(one for one in sentences if one)


def _covariate(design: StudyDesign) -> str:
    before = design.baseline
    if before is None or design.analysed_by is Analysis.DIFFERENCE:
        return ""
    return f", adjusted for {before.name} at {before.age:g} months"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _several(design: StudyDesign, at: PowerGridPoint) -> str:
    many = design.multiplicity
    if many is None:
        others = [one.name for one in design.measures[1:]]
        return f"Of {', '.join(others)} estimates and intervals are given without tests." if others else ""
    tests = "; ".join(f"{one.measure} at {one.age:g} months in {one.arm} ({one.analysis})" for one in at.results)
    how = {
        Adjustment.HOLM: "Their p values are adjusted by Holm's method",
        Adjustment.HIERARCHY: "They are tested in this order, each only if those before it reject",
        Adjustment.NONE: "They are not adjusted for one another",
    }[many.method]
    alarms = f"without any effect {at.familywise:.1%} of simulated trials find one"
    return f"Tested are, in this order: {tests}. {how}; {alarms}."


def _lost(at: PowerGridPoint) -> str:
    if at.analysed > 0.9999:
        return ""
    tipped = (
        f"with {at.n} families half of the findings are lost at delta = {at.tipping:.2f}"
        if at.tipping is not None
        else "no delta up to 4 loses half of the findings"
    )
    return (
        "Sensitivity to families who leave: delta-adjusted analyses set the lost of treated arms below the seen there "
        f"by 0.25, 0.5 and 1 standard deviation, and the tipping point is reported; in simulation {tipped}."
    )


@dataclass(frozen=True)
class Flow:
    """What is expected of one arm, as CONSORT's diagram counts it.

    Args:
        arm: its name.
        randomised: families.
        received: families who take up what the arm is given.
        lost: families gone by each visit after the start, age by age.
        analysed: families whose primary outcome is seen.
    """

    arm: str
    randomised: int
    received: int
    lost: tuple[tuple[float, int], ...]
    analysed: int


def flow(design: StudyDesign, at: PowerGridPoint) -> tuple[Flow, ...]:
    """Return the expected flow of families through a trial.

    Args:
        design: of the trial.
        at: the trial at its planned size.

    Returns:
        One row an arm; in a stepped wedge one row, since every site changes its arm.
    """
    stay = 1.0 - (0.0 if design.sites is None else design.sites.lost)
    wedge = design.randomisation.kind is Randomisation.STEPPED_WEDGE
    shares = (1.0,) if wedge else design.weights
    rows: list[Flow] = []
    for place, weight in enumerate(shares):
        arm = design.arms[-1 if wedge else place]
        entry = arm_intervention(design, arm)
        count = round(at.n * weight)
        take_up = 1.0 if entry is None else 1.0 - entry.limits.drop_out
        gone = [
            (age, round(count * (1.0 - stay * (1.0 - design.drop_out.rate * design.left_by(age)))))
            for age in design.visits
        ]
        last = dict(gone).get(design.primary.ages[-1], 0)
        name = "all sites, before and after" if wedge else arm.name
        rows.append(Flow(name, count, round(count * take_up), tuple(gone), count - last))
    return tuple(rows)
