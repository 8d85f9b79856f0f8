"""A trial in words: its estimand in a sentence, a paragraph for an ethics form, and what the figures rest on."""

from __future__ import annotations

from bowlby.model.interventions.registry import intervention
from bowlby.planning.trials.answer import SizeAnswer
from bowlby.planning.trials.design import (
    BINARY,
    FROM_MODEL,
    NO_INTERVENTION,
    OUTCOME,
    Analysis,
    Arm,
    Randomisation,
    StudyDesign,
)

CAVEATS: tuple[str, ...] = (
    "Families are simulated. Calibrated populations are fitted to published shares of classes, a named care is "
    "nobody's sample, and most sizes of interventions are assumed: read an effect of the model beside the published "
    "one.",
    "All trials are drawn with replacement from one pool of children who were lived under both arms. What the pool "
    "does not hold, no trial shows; its own error is in the interval of the smallest n.",
    "Power is for one effect, taken at its mean; assurance is averaged over the doubt about that mean between trials, "
    "of which most sizes in the registry are assumed.",
    "Clusters share variance, not mechanisms: a site or therapist moves all its families alike.",
    "Formulas know the rate of drop-out and not what it depends on.",
)


def estimand(design: StudyDesign) -> str:
    """Return what is estimated, in a sentence: who, what against what, on which outcome, and what of those who leave.

    Args:
        design: of a trial with two arms.

    Returns:
        The sentence, with the attributes that ICH E9(R1) asks for.
    """
    control, treated = design.arms
    primary = design.primary
    return (
        f"The {_summary(design)} in {primary.name} at {primary.ages[-1]:g} months, as {_as_measured(design)}, between "
        f"{_given(treated)} and {_given(control)}, in all randomised children of {_who(design)}, whether or not they "
        "took it up (treatment policy); outcomes of families who leave are taken as missing."
    )


def _summary(design: StudyDesign) -> str:
    if design.analysed_by is Analysis.LOGISTIC:
        return "log odds ratio"
    return "difference in shares" if design.primary.name in BINARY else "mean difference"


def _as_measured(design: StudyDesign) -> str:
    if not design.primary.error:
        return "measured without error"
    return "a coder with error reads it from one Strange Situation" if design.primary.staged else "measured with error"


def _given(arm: Arm) -> str:
    if arm.intervention == NO_INTERVENTION or arm.start is None:
        return arm.name
    dose = "" if arm.dose == 1.0 else f" at {arm.dose:g} of its dose"
    return f"{intervention(arm.intervention).name} from {arm.start:g} months{dose}"


def _who(design: StudyDesign) -> str:
    if design.population is not None:
        return f'the population "{design.population}"'
    shares = ", ".join(f"{share:.0%} {name}" for name, share in design.exposures.items())
    return f"families of whom the care is {shares}"


def drop_out_words(design: StudyDesign) -> str:
    """Return in words who is lost.

    Args:
        design: of the trial.

    Returns:
        A clause.
    """
    lost = design.drop_out
    if lost.rate == 0:
        return "no family is lost"
    on = ""
    if lost.on is not None and lost.log_odds:
        what = "their own outcome" if lost.on == OUTCOME else f"{lost.on} at the start"
        how = "more" if lost.log_odds > 0 else "less"
        on = f", {how} often where {what} is higher (log odds {lost.log_odds:+g} for a standard deviation)"
    arm = f", with log odds {lost.treated:+g} in the treated arm" if lost.treated else ""
    return f"{lost.rate:.0%} of families are lost{on}{arm}"


def ethics(design: StudyDesign, answer: SizeAnswer) -> str:
    """Return a paragraph on sample size for an ethics form.

    Args:
        design: of the trial.
        answer: under the effect that is written of.

    Returns:
        One paragraph.
    """
    plan, at = design.trial, answer.at
    opening = (
        f"Sample size was planned by simulation with bowlby, a mechanistic model of attachment, and not by a formula "
        f"alone. {_said(design, answer)} Analysis: {_analysis(design)}, two-sided at {plan.alpha:g}; "
        f"{drop_out_words(design)}."
    )
    errors = (
        f" With {at.n} families, false alarms without an effect come to {at.type1:.1%}, and power is {at.power:.0%} "
        f"({at.low:.0%} to {at.high:.0%}). Bias is {at.bias:+.3f}, and {at.coverage:.1%} of {1.0 - plan.alpha:.0%} "
        "intervals hold the effect."
    )
    doubt = (
        ""
        if at.assurance is None
        else f" Over what is not known of the effect between trials, it would be found with a probability of "
        f"{at.assurance:.0%} (assurance)."
    )
    formula = (
        ""
        if at.closed_form is None
        else f" The closed formula ({at.formula}) gives {at.closed_form:.0%} for the same size."
    )
    burden = f" Every family gives {_burden(design)}."
    return opening + errors + doubt + formula + burden


def _said(design: StudyDesign, answer: SizeAnswer) -> str:
    effect = (
        "the effect that the model gives"
        if answer.effect == FROM_MODEL
        else f"an effect of d = {float(answer.effect):.2f}"
    )
    wanted = f"{design.trial.power:.0%}"
    if answer.stopped:
        return f"For {effect} no size is recommended: {answer.reason}."
    if answer.n is None:
        return f"For {effect} no size with a power of {wanted} was found: {answer.reason}."
    span = f"{answer.low} to {answer.high}" if answer.high is not None else f"{answer.low} or more, without upper end"
    return f"{answer.n} families in all (95 % interval {span}) detect {effect} with a power of {wanted}."


def _analysis(design: StudyDesign) -> str:
    match design.analysed_by:
        case Analysis.DIFFERENCE:
            return "difference between arms, Welch's t test" if design.sites is None else "difference within sites"
        case Analysis.ANCOVA:
            return "analysis of covariance"
        case Analysis.LOGISTIC:
            return "logistic regression, Wald test"
        case Analysis.CLUSTER_MEANS if design.therapists is not None:
            return "means of therapists' families against single families, Welch's degrees of freedom"
        case Analysis.CLUSTER_MEANS:
            return "t test of cluster means, as many degrees of freedom as clusters less two"
        case Analysis.CLUSTER_ANCOVA:
            return "t test of cluster means adjusted for the covariate's slope within clusters, clusters less two"
        case Analysis.MIXED:
            return "mixed model with an intercept of each cluster, degrees of freedom between clusters"
        case Analysis.PERIODS:
            return "means of clusters and periods on cluster, period and treatment"


def _burden(design: StudyDesign) -> str:
    measured = [f"{one.name} at {', '.join(f'{age:g}' for age in one.ages)} months" for one in design.measures]
    if design.baseline is not None:
        measured.insert(0, f"{design.baseline.name} at {design.baseline.age:g} months")
    return " and ".join(measured)


def randomised_words(design: StudyDesign) -> str:
    """Return in words how families come to their arm.

    Args:
        design: of the trial.

    Returns:
        A clause.
    """
    how = design.randomisation
    match how.kind:
        case Randomisation.SIMPLE:
            return f"simple randomisation, {how.ratio:g} treated for each control family"
        case Randomisation.BLOCKED:
            return f"randomisation in blocks of {how.block}, {how.ratio:g} treated for each control family"
        case Randomisation.CLUSTER:
            return f"randomisation of sites, {how.ratio:g} treated for each control site"
        case Randomisation.STEPPED_WEDGE:
            return f"stepped wedge of {how.steps} steps; new families in every period"
