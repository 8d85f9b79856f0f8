"""Lives that a user asks for by a few words: named care or a population, how many children, until which age."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bowlby.errors import InputError, suggestion
from bowlby.model.life.exposures import exposure
from bowlby.model.life.population import ORDINARY
from bowlby.model.registry import SWITCHES
from bowlby.simulation.engine.age import parse_age
from bowlby.simulation.engine.design import CohortDesign, check_children
from bowlby.simulation.home import HomeCare
from bowlby.simulation.life_course import life_course
from bowlby.simulation.named_care import cohort
from bowlby.simulation.population import families


@dataclass(frozen=True)
class LivesPlan:
    """What is asked for.

    Args:
        exposure: named care; without effect where a population is given.
        children: how many.
        until: age at the end, as written: "18mo", "2y", "90d".
        ages: ages at which the state is kept, as written.
        without: mechanisms switched off.
        seed: of all chances.
        company: whether the standard course of further partners is there.
        population: calibrated population whose families are drawn, or None.
    """

    exposure: str = "usual"
    children: int = 1
    until: str = "12mo"
    ages: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    seed: int = 0
    company: bool = False
    population: str | None = None

    @property
    def families(self) -> str | None:
        """Population whose families are drawn; None for a setting outside the families' population."""
        return self.population or (ORDINARY if exposure(self.exposure).of_families else None)

    @property
    def care(self) -> str:
        """Whose care it is, in words."""
        if self.population:
            return f"care of {self.population} families"
        return f"{self.exposure} care" + (f" in {self.families} families" if self.families else "")

    def as_dict(self) -> dict[str, object]:
        """Return plain values, under the keys of the command contract."""
        return {
            "exposure": self.exposure,
            "population": self.population,
            "families": self.families,
            "until": self.until,
            "seed": self.seed,
            "without": list(self.without),
        }


def lives_design(plan: LivesPlan) -> CohortDesign:
    """Return the design of the lives that are asked for.

    Args:
        plan: what is asked for.

    Returns:
        The design.

    Raises:
        InputError: no such care, population or mechanism, or care that is named twice.
    """
    check_children(plan.children, "-n")
    for name in plan.without:
        if name not in SWITCHES:
            remedy = f"{suggestion(name, SWITCHES)}Known: {', '.join(SWITCHES)}."
            raise InputError("there is no such mechanism", column="--without", value=name, remedy=remedy)
    traced = tuple(parse_age(age) for age in plan.ages)
    if plan.population:
        design = replace(_of_population(plan, plan.population), trace_at=traced)
    else:
        design = cohort(plan.exposure, plan.children, plan.until, seed=plan.seed, trace_at=traced)
    if plan.company:
        course = tuple(HomeCare(care.until, care.setting, care.spread, care.person) for care in design.care)
        design = life_course(plan.children, course, seed=plan.seed, trace_at=traced)
    return replace(design, constants=dict.fromkeys(plan.without, 0.0)) if plan.without else design


def _of_population(plan: LivesPlan, name: str) -> CohortDesign:
    if plan.exposure != "usual":
        remedy = "Give --exposure or --population."
        raise InputError("care is named twice", column="--population", value=name, remedy=remedy)
    return families(name, plan.children, parse_age(plan.until), plan.seed)
