"""What a study is: the schema of a design file, refused with its reason where it could not be run or not be trusted."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from bowlby.errors import InputError
from bowlby.model.interventions.intervention import TraitTarget
from bowlby.model.interventions.registry import intervention
from bowlby.model.life.exposures import EXPOSURES
from bowlby.model.life.state import NAMES as STATES
from bowlby.model.outcomes import OUTCOMES
from bowlby.planning.trials.part import Age, Amount, Part, Share
from bowlby.planning.trials.programme import Programme

POPULATIONS = ("pooled", "low-risk", "at risk")
WINDOW = (12.0, 20.0)
"""Months for which the Strange Situation is meant (Ainsworth et al. 1978, Patterns of Attachment)."""
NO_INTERVENTION = "none"
FROM_MODEL = "model"
STRESS = "caregiver stress"
OUTCOME = "outcome"


MOST_CHILDREN = 1 << 32
"""Children of a data set, which are numbered with 32 bits."""
MOST_FAMILIES = 100_000
"""Families of one trial, of which hundreds are drawn at once."""
MOST_OF_A_POOL = 1 << 20
MOST_OF_ONE = 1000
"""Families of one site, of one therapist or in one block."""


def _share(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("true and false are no numbers; write the number")
    return value


class Randomisation(StrEnum):
    """How families come to their arm."""

    SIMPLE = "simple"
    BLOCKED = "blocked"
    CLUSTER = "cluster"
    STEPPED_WEDGE = "stepped wedge"


class Analysis(StrEnum):
    """How the trial is analysed."""

    DIFFERENCE = "difference"
    ANCOVA = "ancova"
    LOGISTIC = "logistic"
    REPEATED = "repeated measures"
    CLUSTER_MEANS = "cluster means"
    CLUSTER_ANCOVA = "cluster ancova"
    MIXED = "mixed"
    PERIODS = "cluster and period"


CLASS = "class"
CLASSES = {"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0}
"""Values that stand for the classes of attachment in a data set."""
STRANGE_SITUATION = ("security", "disorganized", "avoidance", "resistance", "disorganization", CLASS)
"""What is read from one Strange Situation: two classes as yes or no, three scales, and the class of four."""
COVARIATES = ("stress", "sex", "ses")
BINARY = ("security", "disorganized")
RATED_SENSITIVITY = "rated sensitivity"
MEASURES = (*STRANGE_SITUATION, RATED_SENSITIVITY, *OUTCOMES)


class StudyMeasure(Part):
    """What is measured, at which visits, with which error."""

    name: str = Field(description=f"One of: {', '.join(MEASURES)}.")
    ages: tuple[Age, ...] = Field(min_length=1, description="Ages at its visits; the last is the one analysed.")
    error: bool = Field(True, description="false: a coder or instrument without error.")
    reliability: float | None = Field(
        None, gt=0.0, le=1.0, description="Reliability in place of the usual one: ICC of coders, or of the instrument."
    )
    minutes: float = Field(60.0, gt=0.0, le=600.0, description="Length of the watched interval of a rating.")

    @property
    def binary(self) -> bool:
        """Whether it is yes or no."""
        return self.name in BINARY

    @property
    def staged(self) -> bool:
        """Whether it is read from a Strange Situation."""
        return self.name in STRANGE_SITUATION

    @model_validator(mode="after")
    def _possible(self) -> StudyMeasure:
        if self.name not in MEASURES:
            raise ValueError(f"there is no measure {self.name!r}; known: {', '.join(MEASURES)}")
        if list(self.ages) != sorted(set(self.ages)):
            raise ValueError("ages are given in order, each once")
        if self.staged:
            _check_strange_situation(self.name, self.ages)
        elif self.name in OUTCOMES:
            low, high = OUTCOMES[self.name].ages
            if not all(low <= age <= high for age in self.ages):
                raise ValueError(f"{self.name} has a meaning between {low:g} and {high:g} months only")
        return self


def _check_strange_situation(name: str, ages: tuple[float, ...]) -> None:
    low, high = WINDOW
    outside = [age for age in ages if not low <= age <= high]
    if outside:
        raise ValueError(
            f"{name} is read from the Strange Situation, which is meant for {low:g} to {high:g} months, "
            f"not {outside[0]:g}; older children have procedures of their own"
        )
    if len(ages) > 1:
        raise ValueError(
            f"{name} is read from the Strange Situation, which is done once: a repetition within months changes what "
            "it measures (Ainsworth et al. 1978); give one age"
        )


class Arm(Part):
    """One arm: an intervention, or none."""

    name: str = Field(min_length=1)
    intervention: str = Field(NO_INTERVENTION, description="Name from the registry of interventions, or none.")
    start: Age | None = Field(None, description="Age at its start.")
    dose: float = Field(1.0, gt=0.0, le=2.0, description="Multiple of the programme's mean shifts. Assumed linear.")

    @model_validator(mode="after")
    def _possible(self) -> Arm:
        if self.intervention == NO_INTERVENTION:
            return self
        if self.start is None:
            raise ValueError(f"say at which age {self.intervention} starts")
        try:
            entry = intervention(self.intervention)
        except InputError as error:
            if NONE_SUCH in error.message:  # a programme of one's own, which the design knows
                return self
            raise ValueError(f"{error.message}: {self.intervention!r}. {error.remedy}") from error
        if not entry.limits.youngest <= self.start <= entry.limits.oldest:
            raise ValueError(
                f"{entry.name} starts between {entry.limits.youngest:g} and {entry.limits.oldest:g} months"
            )
        return self


NONE_SUCH = "no such intervention"


class Sites(Part):
    """Clusters that families come from."""

    families_each: int = Field(
        ge=2,
        le=MOST_OF_ONE,
        description="Families of one site, on average; in a stepped wedge, in one period.",
    )
    icc: Share = Field(description="Share of the variance that lies between sites.")
    cv: float = Field(0.0, ge=0.0, le=1.5, description="Coefficient of variation of the families of a site.")
    autocorrelation: float = Field(
        1.0,
        ge=0.0,
        le=1.0,
        description="Stepped wedge: correlation of one site's share in two periods; 1: it stays as it is.",
    )
    lost: Share = Field(0.0, description="Share of sites that leave whole.")


class Therapists(Part):
    """Those who deliver the intervention; families of one do alike."""

    families_each: int = Field(ge=2, le=MOST_OF_ONE, description="Families of one therapist.")
    icc: Share = Field(description="Share of the treated arm's variance that lies between therapists.")


class Allocation(Part):
    """Randomisation."""

    kind: Randomisation = Randomisation.SIMPLE
    ratio: float = Field(1.0, gt=0.0, le=10.0, description="Treated families for each one in the control arm.")
    block: int = Field(4, ge=2, le=MOST_OF_ONE, description="Size of a block.")
    steps: int = Field(3, ge=1, le=20, description="Steps of a stepped wedge; it has one period more.")

    @model_validator(mode="after")
    def _fills_blocks(self) -> Allocation:
        treated = self.block * self.ratio / (1.0 + self.ratio)
        if self.kind is Randomisation.BLOCKED and (abs(treated - round(treated)) > 1e-6 or round(treated) == 0):
            raise ValueError(f"a block of {self.block} cannot hold {self.ratio:g} treated for each control family")
        return self


class DropOut(Part):
    """Families of whom the outcome is never seen."""

    rate: Share = 0.0
    on: str | None = Field(
        None,
        description=f'"{STRESS}", "{OUTCOME}" (the primary one), a measure at its first visit, the baseline, or a '
        "variable of the state at the start; None for chance alone.",
    )
    log_odds: float = Field(0.0, ge=-5.0, le=5.0, description="Change in log odds for one standard deviation more.")
    treated: float = Field(0.0, ge=-5.0, le=5.0, description="Change in log odds in the treated arms.")
    by_visit: tuple[Annotated[float, Field(ge=0.0, le=1.0)], ...] = Field(
        (),
        description="Share of those who leave that has left by each visit after the start, in order, the last one 1; "
        "by default evenly over time.",
    )

    @model_validator(mode="after")
    def _known(self) -> DropOut:
        if self.on is not None and self.on not in (STRESS, OUTCOME, *MEASURES, *STATES):
            raise ValueError(
                f'drop-out depends on "{STRESS}", "{OUTCOME}", a measure or a variable of the state, not {self.on!r}'
            )
        if self.by_visit and (list(self.by_visit) != sorted(self.by_visit) or self.by_visit[-1] != 1.0):
            raise ValueError("by_visit rises to 1: the share of those who leave that has left by each visit")
        if self.on is None and self.log_odds:
            raise ValueError("log_odds needs `on`: what drop-out depends on")
        return self


class Baseline(Part):
    """A covariate measured before the intervention starts."""

    name: str
    age: Age
    reliability: float | None = Field(None, gt=0.0, le=1.0)


class Costs(Part):
    """What a study costs."""

    fixed: Amount = 0.0
    family: Amount = Field(0.0, description="Of recruiting one family.")
    treated: Amount = Field(0.0, description="Of the intervention for one family.")
    measurement: Amount = Field(0.0, description="Of one measure at one visit of one family that is still there.")
    currency: str = "EUR"


_EFFECT = re.compile(r"model|(difference -?|odds ratio )\d+(\.\d+)?")


def _effect(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(_EFFECTS)
    if isinstance(value, str) and not _EFFECT.fullmatch(value):
        raise ValueError(_EFFECTS)
    return value


_EFFECTS = 'an effect is "model", a number for d, "difference 0.4" in the outcome\'s own unit, or "odds ratio 1.5"'
Effect: TypeAlias = Annotated[
    float | str, BeforeValidator(_effect), WithJsonSchema({"type": ["number", "string"], "description": _EFFECTS})
]


class Adjustment(StrEnum):
    """How several tests of one trial share its false alarms."""

    NONE = "none"
    HOLM = "holm"
    HIERARCHY = "hierarchy"


class Multiplicity(Part):
    """Secondary outcomes and further arms that are tested, and how their false alarms are held together."""

    method: Adjustment = Field(
        Adjustment.HOLM, description="hierarchy: in the order of measures and arms, until one fails."
    )
    visits: Literal["last", "all"] = Field("last", description="Visits of each measure that are tested.")


class SimulationPlan(Part):
    """What the simulation of the trial goes through."""

    n: tuple[int, ...] = Field((100, 200, 400, 800), min_length=1, description="Families randomised, all arms.")
    centres: tuple[int, ...] = Field((), description="Numbers of sites, in place of n.")
    effects: tuple[Effect, ...] = Field(("model",), min_length=1)
    power: float = Field(0.8, gt=0.0, lt=1.0)
    assurance: float | None = Field(
        None, gt=0.0, lt=1.0, description="Assurance that is wanted of the second size; by default as much as power."
    )
    spread: float | None = Field(
        None,
        ge=0.0,
        le=2.0,
        description="Standard deviation of the mean effect between trials over the mean; by default the registry's.",
    )
    alpha: float = Field(0.05, gt=0.0, lt=0.5)
    sides: Literal[1, 2] = Field(2, description="1: the primary outcome is tested on the side of `direction` alone.")
    direction: Literal["more", "less"] | None = Field(
        None, description="Which way the treatment is to move the primary outcome; needed by sides = 1 and by a margin."
    )
    margin: float | None = Field(
        None,
        gt=0.0,
        description="Of non-inferiority, on the scale of the estimate: how much worse is still taken as no worse.",
    )
    replicates: int = Field(2000, ge=100, le=100_000)
    pool: int = Field(
        4096, ge=256, le=MOST_OF_A_POOL, description="Children lived under every arm, from whom trials are drawn."
    )

    @model_validator(mode="after")
    def _ordered(self) -> SimulationPlan:
        if list(self.n) != sorted(set(self.n)) or self.n[0] < 8:
            raise ValueError("n is given in order, each once, from 8 families on")
        if self.centres and "n" in self.model_fields_set:
            raise ValueError("give n or centres, one of the two")
        if list(self.centres) != sorted(set(self.centres)):
            raise ValueError("centres are given in order, each once")
        if (self.sides == 1 or self.margin is not None) != (self.direction is not None):
            raise ValueError("direction goes with sides = 1 or a margin, and they with it: more or less of the outcome")
        if self.margin is not None and self.sides == 2:
            raise ValueError("non-inferiority is tested on one side; give sides = 1")
        if self.n[-1] > MOST_FAMILIES:
            raise ValueError(f"n goes up to {MOST_FAMILIES} families")
        return self


class StudyDesign(Part):
    """A study: who is in it, what is done, what is measured, how it is analysed."""

    title: str = Field(min_length=1)
    population: str | None = Field(None, description=f"One of {', '.join(POPULATIONS)}, or a named exposure.")
    exposures: dict[str, Annotated[float, Field(gt=0.0, le=1.0), BeforeValidator(_share)]] = Field(
        default_factory=dict[str, float], description="Shares of named exposures, in place of a population."
    )
    children: int = Field(1000, ge=1, le=MOST_CHILDREN, description="Children of a cohort data set (bowlby cohort).")
    company: bool | None = Field(None, description="Teachers, peers and partners beside home; by itself as needed.")
    programmes: tuple[Programme, ...] = Field((), description="Programmes of one's own, which arms may name.")
    arms: tuple[Arm, ...] = Field((Arm(name="everyone"),), min_length=1)  # pyright: ignore[reportCallIssue]
    measures: tuple[StudyMeasure, ...] = Field((), description="The first one is the primary outcome.")
    covariates: tuple[Literal["stress", "sex", "ses"], ...] = Field(
        (), description="Of each child of a cohort: caregiver stress at the start, sex, and socio-economic status."
    )
    truth: tuple[Age, ...] = Field((), description="Further ages at which the truth of a cohort is kept.")
    sites: Sites | None = None
    therapists: Therapists | None = None
    randomisation: Allocation = Allocation()  # pyright: ignore[reportCallIssue]
    drop_out: DropOut = DropOut()  # pyright: ignore[reportCallIssue]
    baseline: Baseline | None = None
    analysis: Analysis | None = Field(None, description="By default the one that fits the randomisation.")
    multiplicity: Multiplicity | None = Field(
        None, description="Test the other measures and arms too; without it the first measure alone."
    )
    costs: Costs | None = None
    trial: SimulationPlan = SimulationPlan()  # pyright: ignore[reportCallIssue]

    @property
    def primary(self) -> StudyMeasure:
        """The measure that is analysed."""
        return self.measures[0]

    @property
    def until(self) -> float:
        """Age at which the last thing happens, months."""
        return max(*(age for one in self.measures for age in one.ages), *self.truth, 0.0)

    @property
    def visits(self) -> tuple[float, ...]:
        """Ages after the start at which anything is measured, in order."""
        first = self.start or 0.0
        return tuple(sorted({age for one in self.measures for age in one.ages if age > first}))

    def left_by(self, age: float) -> float:
        """Return the share of those who leave that has left by a visit: as stated, or evenly over time."""
        first, last = self.start or 0.0, self.visits[-1] if self.visits else self.until
        if age <= first:
            return 0.0
        if self.drop_out.by_visit:
            return self.drop_out.by_visit[self.visits.index(age)]
        return min((age - first) / (last - first), 1.0) if last > first else 1.0

    @property
    def weights(self) -> tuple[float, ...]:
        """Share of families in each arm."""
        ratios = (1.0, *[self.randomisation.ratio] * (len(self.arms) - 1))
        return tuple(one / sum(ratios) for one in ratios)

    @property
    def start(self) -> float | None:
        """Age at which the first intervention starts, or None without any."""
        starts = [arm.start for arm in self.arms if arm.start is not None]
        return min(starts) if starts else None

    @property
    def sizes(self) -> tuple[int, ...]:
        """Families randomised in the trials of the plan, whether families or sites were given."""
        if self.sites is None or not self.trial.centres:
            return self.trial.n
        wedge = self.randomisation.kind is Randomisation.STEPPED_WEDGE
        each = self.sites.families_each * (self.randomisation.steps + 1 if wedge else 1)
        return tuple(count * each for count in self.trial.centres)

    @property
    def needs_company(self) -> bool:
        """Whether anyone beside the caregiver at home is there."""
        if self.company is not None:
            return self.company
        states = (name for one in self.measures if one.name in OUTCOMES for name in OUTCOMES[one.name].states)
        return any("." in name for name in states)

    @property
    def analysed_by(self) -> Analysis:
        """The analysis asked for, or the one that fits."""
        if self.analysis is not None:
            return self.analysis
        match self.randomisation.kind:
            case Randomisation.STEPPED_WEDGE:
                return Analysis.PERIODS
            case Randomisation.CLUSTER:
                return Analysis.CLUSTER_ANCOVA if self.baseline else Analysis.CLUSTER_MEANS
            case Randomisation.SIMPLE | Randomisation.BLOCKED:
                if self.therapists:
                    return Analysis.CLUSTER_MEANS
                return Analysis.ANCOVA if self.baseline else Analysis.DIFFERENCE

    @model_validator(mode="after")
    def _hangs_together(self) -> StudyDesign:
        for check in (
            _check_who,
            _check_what,
            _check_arms,
            _check_interventions,
            _check_many,
            _check_loss,
            _check_once,
            _check_baseline,
            _check_clusters,
            _check_analysis,
            _check_nothing_idle,
            _check_idle_of_one,
        ):
            check(self)
        return self


def _check_who(design: StudyDesign) -> None:
    if (design.population is None) == (not design.exposures):
        raise ValueError("population: name a population, or give shares of exposures, one of the two")
    unknown = [name for name in design.exposures if name not in EXPOSURES]
    if unknown:
        raise ValueError(f"exposures: there is no exposure {unknown[0]!r}; known: {', '.join(EXPOSURES)}")
    if design.population is not None and design.population not in (*POPULATIONS, *EXPOSURES):
        known = ", ".join((*POPULATIONS, *EXPOSURES))
        raise ValueError(f"population: there is no population {design.population!r}; known: {known}")
    if design.exposures and abs(sum(design.exposures.values()) - 1.0) > 1e-6:
        raise ValueError(f"exposures: shares sum to 1, not {sum(design.exposures.values()):g}")


def _check_what(design: StudyDesign) -> None:
    if not design.measures and not design.truth:
        raise ValueError("measures: nothing is measured and no truth is kept; give one of the two")


def _check_arms(design: StudyDesign) -> None:
    names = [arm.name for arm in design.arms]
    if len(set(names)) < len(names):
        raise ValueError("arms: each has a name of its own")
    last = design.primary.ages[-1] if design.measures else design.until
    late = [arm.name for arm in design.arms if arm.start is not None and arm.start >= last]
    if late:
        raise ValueError(f"arms: {late[0]!r} starts when the primary outcome has been measured already")


def _check_interventions(design: StudyDesign) -> None:
    own = {one.name: one for one in design.programmes}
    if len(own) < len(design.programmes):
        raise ValueError("programmes: each has a name of its own")
    for one in own:
        if _registered(one):
            raise ValueError(f"programmes: {one!r} is in the registry of interventions; give it another name")
    used = {arm.intervention for arm in design.arms}
    idle = [name for name in own if name not in used]
    if idle:
        raise ValueError(f"programmes: no arm is given {idle[0]!r}; name it in an arm, or leave it out")
    for arm in design.arms:
        if arm.intervention != NO_INTERVENTION and arm.intervention not in own:
            _known_intervention(arm)
            if TraitTarget.SCHOOL in intervention(arm.intervention).targets and not design.needs_company:
                raise ValueError(f"company: {arm.intervention} works through a teacher; set company = true")


def _registered(name: str) -> bool:
    try:
        intervention(name)
    except InputError as error:
        return NONE_SUCH not in error.message
    return True


def _known_intervention(arm: Arm) -> None:
    try:
        intervention(arm.intervention)
    except InputError as error:
        raise ValueError(
            f"arms: {error.message}: {arm.intervention!r}; name one of the registry or of [[programmes]]. "
            f"{error.remedy}"
        ) from error


def _check_many(design: StudyDesign) -> None:
    """Check three arms and more, and what is tested of them."""
    many = len(design.arms) > 2
    how = design.randomisation
    if many and design.measures and design.therapists is not None:
        raise ValueError("therapists: they are simulated in trials of two arms")
    if many and how.kind is Randomisation.STEPPED_WEDGE:
        raise ValueError("arms: a stepped wedge has two, before and after")
    if many and how.kind is Randomisation.BLOCKED:
        filled = [how.block * one for one in design.weights]
        if any(abs(one - round(one)) > 1e-6 or round(one) == 0 for one in filled):
            raise ValueError(f"randomisation: a block of {how.block} cannot hold {len(design.arms)} arms")
    tested = design.multiplicity
    if tested is None:
        return
    visits = max((len(one.ages) for one in design.measures), default=0)
    if not many and len(design.measures) == 1 and (tested.visits == "last" or visits == 1):
        raise ValueError("multiplicity: there is one test, so that it changes nothing; leave it out")
    if tested.visits == "all" and visits == 1:
        raise ValueError('multiplicity: each measure has one visit, so that visits = "all" changes nothing')


def _check_loss(design: StudyDesign) -> None:
    lost = design.drop_out
    measured = [one.name for one in design.measures] + ([design.baseline.name] if design.baseline else [])
    if lost.on in MEASURES and lost.on not in measured:
        raise ValueError(f"drop_out: it depends on {lost.on!r}, which is not among the measures of this design")
    if lost.by_visit and len(lost.by_visit) != len(design.visits):
        ages = ", ".join(f"{age:g}" for age in design.visits)
        raise ValueError(f"drop_out: by_visit has a share for each visit after the start: {ages} months")


def _check_once(design: StudyDesign) -> None:
    staged = {one.ages[0] for one in design.measures if one.staged}
    if design.baseline and design.baseline.name in STRANGE_SITUATION:
        _check_strange_situation(design.baseline.name, (design.baseline.age,))
        staged.add(design.baseline.age)
    if len(staged) > 1:
        ages = " and ".join(f"{age:g}" for age in sorted(staged))
        raise ValueError(
            f"measures: the Strange Situation is done once with a child, here it is asked for at {ages} months; "
            "give all that is read from it the same age"
        )
    keys = [one.name for one in design.measures]
    if len(set(keys)) < len(keys):
        raise ValueError("measures: each is named once; give it several ages instead")


def _check_baseline(design: StudyDesign) -> None:
    if design.baseline is None:
        return
    if design.baseline.name not in MEASURES:
        raise ValueError(f"baseline: there is no measure {design.baseline.name!r}; known: {', '.join(MEASURES)}")
    if design.baseline.name == CLASS:
        raise ValueError("baseline: a class is no covariate; take security or disorganized")
    if design.start is not None and design.baseline.age > design.start:
        raise ValueError("baseline: a covariate is measured before the intervention starts, or at its start")


def _check_clusters(design: StudyDesign) -> None:
    kind = design.randomisation.kind
    clustered = kind in (Randomisation.CLUSTER, Randomisation.STEPPED_WEDGE)
    if clustered and design.sites is None:
        raise ValueError(f"sites: a {kind} randomisation needs sites, with families_each and icc")
    if clustered and design.therapists is not None:
        raise ValueError("therapists: in a trial of sites a therapist's share is part of the site's icc")
    if design.sites is not None and design.therapists is not None:
        raise ValueError("therapists: give either sites or therapists; both together are not simulated")


_ONE_BY_ONE = (
    Analysis.DIFFERENCE,
    Analysis.ANCOVA,
    Analysis.LOGISTIC,
    Analysis.REPEATED,
    Analysis.CLUSTER_MEANS,
)
_FITS = {
    Randomisation.SIMPLE: (
        Analysis.DIFFERENCE,
        Analysis.ANCOVA,
        Analysis.LOGISTIC,
        Analysis.REPEATED,
        Analysis.CLUSTER_MEANS,
    ),
    Randomisation.BLOCKED: (
        Analysis.DIFFERENCE,
        Analysis.ANCOVA,
        Analysis.LOGISTIC,
        Analysis.REPEATED,
        Analysis.CLUSTER_MEANS,
    ),
    Randomisation.CLUSTER: (Analysis.CLUSTER_MEANS, Analysis.CLUSTER_ANCOVA, Analysis.MIXED),
    Randomisation.STEPPED_WEDGE: (Analysis.PERIODS,),
}


def _check_analysis(design: StudyDesign) -> None:
    if not design.measures:
        return
    chosen, kind = design.analysed_by, design.randomisation.kind
    if chosen not in _FITS[kind]:
        fitting = ", ".join(_FITS[kind])
        raise ValueError(f"analysis: {chosen} does not fit a {kind} randomisation; fitting: {fitting}")
    if chosen in (Analysis.ANCOVA, Analysis.CLUSTER_ANCOVA) and design.baseline is None:
        raise ValueError(f"analysis: {chosen} needs a baseline")
    if chosen is Analysis.LOGISTIC and not design.primary.binary:
        raise ValueError(f"analysis: logistic is for {' or '.join(BINARY)}")
    if chosen is Analysis.REPEATED:
        _check_repeated(design)
    if chosen is Analysis.MIXED and design.primary.binary:
        raise ValueError("analysis: mixed is for continuous outcomes; take cluster means for a binary one")
    if chosen is Analysis.CLUSTER_MEANS and kind is not Randomisation.CLUSTER and design.therapists is None:
        raise ValueError("analysis: cluster means need sites that are randomised, or therapists")


def _check_repeated(design: StudyDesign) -> None:
    after = [age for age in design.primary.ages if age > (design.start or 0.0)]
    if len(after) < 2:
        raise ValueError("analysis: repeated measures need two visits or more of the primary outcome after the start")
    if design.primary.binary:
        raise ValueError("analysis: repeated measures are for continuous outcomes")


_TAKE_A_COVARIATE = (Analysis.ANCOVA, Analysis.REPEATED, Analysis.LOGISTIC, Analysis.CLUSTER_ANCOVA, Analysis.MIXED)


def _check_nothing_idle(design: StudyDesign) -> None:
    """Refuse keys that would change nothing in this design: a planner takes them for used."""
    kind, sites = design.randomisation.kind, design.sites
    given = design.randomisation.model_fields_set
    wedge = kind is Randomisation.STEPPED_WEDGE
    if "ratio" in given and wedge:
        raise ValueError("randomisation: a stepped wedge has no ratio; its steps say who is treated when; leave it out")
    if "block" in given and kind is not Randomisation.BLOCKED:
        raise ValueError(f'randomisation: block changes nothing in a {kind} randomisation; take kind = "blocked"')
    if "steps" in given and not wedge:
        raise ValueError(f'randomisation: steps change nothing in a {kind} randomisation; take kind = "stepped wedge"')
    if design.trial.centres and sites is None:
        raise ValueError("trial: centres need sites, with families_each and icc")
    if sites is not None and sites.autocorrelation < 1.0 and not wedge:
        raise ValueError("sites: autocorrelation changes nothing outside a stepped wedge; leave it out")
    if design.measures and design.baseline is not None and design.analysed_by not in _TAKE_A_COVARIATE:
        fitting = ", ".join(one for one in _FITS[kind] if one in _TAKE_A_COVARIATE)
        way = f"take one of {fitting}, or leave it out" if fitting else "leave it out"
        raise ValueError(f"baseline: it changes nothing in an analysis by {design.analysed_by}; {way}")
    if design.measures and sites is not None and design.analysed_by is Analysis.LOGISTIC:
        raise ValueError("analysis: logistic takes no account of sites; take difference, which compares within them")


def _check_idle_of_one(design: StudyDesign) -> None:
    """Refuse keys of an arm, a measure or drop-out that change nothing."""
    lost = design.drop_out
    if lost.rate == 0.0 and (lost.on is not None or lost.treated):
        raise ValueError("drop_out: without a rate no family leaves; give rate, or leave the other keys out")
    if lost.on is not None and not lost.log_odds:
        raise ValueError("drop_out: `on` changes nothing without log_odds; give it, or leave `on` out")
    if lost.rate == 0.0 and lost.by_visit:
        raise ValueError("drop_out: without a rate no family leaves; give rate, or leave by_visit out")
    if any(effect for effect in design.trial.effects if str(effect).startswith("odds")) and not (
        design.measures and design.primary.binary
    ):
        raise ValueError(f"trial: an odds ratio is of {' or '.join(BINARY)}")
    for arm in design.arms:
        if arm.intervention == NO_INTERVENTION and (arm.start is not None or arm.dose != 1.0):
            raise ValueError(f"arms: {arm.name!r} has no intervention, so that start and dose change nothing")
    for one in design.measures:
        if "minutes" in one.model_fields_set and one.name != RATED_SENSITIVITY:
            raise ValueError(f"measures: minutes change nothing in {one.name}; they are of {RATED_SENSITIVITY}")
        if one.reliability is not None and not one.error:
            raise ValueError(f"measures: {one.name} without error has no reliability; give one of the two")
