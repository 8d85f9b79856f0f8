"""A trial in words: its estimand in a sentence, a paragraph for an ethics form, and what the figures rest on."""

from __future__ import annotations

from bowlby.planning.trials.arm_intervention import arm_intervention
from bowlby.planning.trials.design import (
    BINARY,
    MEASURES,
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
    control = _given(design, design.arms[0])
    treated = " and of ".join(_given(design, arm) for arm in design.arms[1:])
    primary = design.primary
    return (
        f"The {summary_words(design)} in {primary.name} at {primary.ages[-1]:g} months, as {_as_measured(design)}, "
        f"between {treated} and {control}, in all randomised children of {who_words(design)}, whether or not they took "
        "it up (treatment policy), had no family left the study."
    )


def intercurrent_events(design: StudyDesign) -> tuple[tuple[str, str], ...]:
    """Return each intercurrent event of a trial with its strategy, and apart from them what is done about loss.

    Args:
        design: of the trial.

    Returns:
        Pairs of event and strategy, in the terms of ICH E9(R1); the last one is of missing data, which are no
        intercurrent event.
    """
    rows: list[tuple[str, str]] = []
    for arm in design.arms:
        entry = arm_intervention(design, arm)
        if entry is not None and entry.limits.drop_out:
            rows.append(
                (
                    f"{arm.name}: not taken up or given up ({entry.limits.drop_out:.0%} in the registry)",
                    "treatment policy: followed and analysed as randomised; the effect is diluted by them",
                )
            )
    if design.sites is not None and design.sites.lost:
        rows.append((f"a site leaves whole ({design.sites.lost:.0%})", "its outcomes are missing data"))
    lost = f"{drop_out_words(design)}; {_missing_words(design)}"
    return (*rows, ("loss to follow-up (missing data, no intercurrent event)", lost))


def _missing_words(design: StudyDesign) -> str:
    if design.analysed_by is Analysis.REPEATED:
        return "taken as missing at random given arm and the visits before, by maximum likelihood"
    if design.analysed_by is Analysis.MIXED:
        return "taken as missing at random given arm and covariate, by maximum likelihood"
    return "those seen are analysed, which takes loss as random within arms; delta-adjusted analyses beside"


def level_words(design: StudyDesign) -> str:
    """Return over what the effect is an average.

    Args:
        design: of the trial.

    Returns:
        A sentence.
    """
    alike = " In the simulation an effect does not go with the size of a site, so that both averages agree."
    match design.analysed_by:
        case Analysis.CLUSTER_MEANS | Analysis.CLUSTER_ANCOVA | Analysis.PERIODS if design.therapists is None:
            return "An average over sites, each counted alike (cluster-level)." + alike
        case Analysis.MIXED:
            return "Between an average over sites and over families, by the variance of each." + alike
        case _ if design.sites is not None:
            return "An average over families within sites (individual-level)." + alike
        case _:
            return "An average over families (individual-level)."


def summary_words(design: StudyDesign) -> str:
    """Return the summary by which arms are compared.

    Args:
        design: of the trial.

    Returns:
        A noun.
    """
    if design.analysed_by is Analysis.LOGISTIC:
        return "log odds ratio"
    return "difference in shares" if design.primary.name in BINARY else "mean difference"


def _as_measured(design: StudyDesign) -> str:
    if not design.primary.error:
        return "measured without error"
    return "a coder with error reads it from one Strange Situation" if design.primary.staged else "measured with error"


def _given(design: StudyDesign, arm: Arm) -> str:
    given = arm_intervention(design, arm)
    if given is None or arm.start is None:
        return arm.name
    dose = "" if arm.dose == 1.0 else f" at {arm.dose:g} of its dose"
    return f"{given.name} from {arm.start:g} months{dose}"


def who_words(design: StudyDesign) -> str:
    """Return in words who is in the trial.

    Args:
        design: of the trial.

    Returns:
        A noun phrase.
    """
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
        measured = lost.on in MEASURES
        what = (
            "their own outcome"
            if lost.on == OUTCOME
            else f"{lost.on} at {'its first visit' if measured else 'the start'}"
        )
        how = "more" if lost.log_odds > 0 else "less"
        on = f", {how} often where {what} is higher (log odds {lost.log_odds:+g} for a standard deviation)"
    arm = f", with log odds {lost.treated:+g} in treated arms" if lost.treated else ""
    when = ""
    if len(design.visits) > 1:
        shares = ", ".join(f"{lost.rate * design.left_by(age):.0%} by {age:g} months" for age in design.visits)
        when = f" by the last visit ({shares})"
    return f"{lost.rate:.0%} of families are lost{when}{on}{arm}"


def analysis_words(design: StudyDesign) -> str:
    """Return in words how the primary outcome is analysed.

    Args:
        design: of the trial.

    Returns:
        A clause.
    """
    match design.analysed_by:
        case Analysis.DIFFERENCE:
            return "difference between arms, Welch's t test" if design.sites is None else "difference within sites"
        case Analysis.ANCOVA:
            return "analysis of covariance"
        case Analysis.LOGISTIC:
            return "logistic regression, Wald test"
        case Analysis.REPEATED:
            return "model for repeated measures, unstructured covariance, effect at the last visit"
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
