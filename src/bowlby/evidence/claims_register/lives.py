"""The lives that claims are tested on: each kind of care lived once, kept on disk, and read as claims ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bowlby.evidence.claims_register.kinds_of_care import design_of
from bowlby.evidence.claims_register.reading import CLASSES, Reading, ReadingKind
from bowlby.lives.arm_lives import ArmLives, ArmRuns, RunMonitor
from bowlby.lives.counterfactual import plan, with_plan
from bowlby.measures import strange_situation
from bowlby.model.life.state import NAMES as OWN_STATES
from bowlby.model.life.state import from_leaves
from bowlby.model.life.traits import Constants
from bowlby.model.outcomes import OUTCOMES
from bowlby.model.registry import CONSTANTS
from bowlby.model.signs.reference import ReferenceChildren, load_reference
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.response import GENERAL_NODES, GENERAL_WEIGHTS, intercept
from bowlby.model.signs.states import sign_states
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.coding import record_of
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.moments import play
from bowlby.simulation.outcomes import children_at_age, measure
from bowlby.simulation.procedures import STRANGE_SITUATION

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ContrastArm:
    """Lives that differ from others by what is named here and by nothing else.

    Args:
        care: one of `bowlby.evidence.claims_register.kinds_of_care.CARES`.
        off: mechanism that is switched off; empty for none.
        plan: interventions by name and age at start, in order.
        surety: of their mean shifts, in standard deviations between trials.
        few: lived by fewer children, as all with an intervention or an ablation are.
    """

    care: str
    off: str = ""
    plan: tuple[tuple[str, float], ...] = ()
    surety: float = 0.0
    few: bool = False

    def without(self, mechanism: str) -> ContrastArm:
        """Return the same arm with a mechanism switched off; fewer children live it."""
        return replace(self, off=mechanism, few=True)


Need = tuple[ContrastArm, float]
"""An arm and an age at which it is read."""


@dataclass(frozen=True)
class ClaimSampleSizes:
    """How many children live.

    Args:
        children: of each kind of care.
        fewer: of arms with an intervention or an ablation; the first of the same children.
        seed: of all chances.
    """

    children: int = 1024
    fewer: int = 512
    seed: int = 0


class ClaimLives:
    """Arms, lived when first asked for and each only once.

    Args:
        needs: everything that will be read, so that each arm is lived to its last age with all its traces.
        numbers: how many children.
        folder: where finished arms are kept, or None.
        watching: called with child episodes done and to do, and asked whether to stop.
    """

    def __init__(
        self,
        needs: Iterable[Need],
        numbers: ClaimSampleSizes,
        *,
        folder: Path | None = None,
        watching: RunMonitor | None = None,
    ) -> None:
        self.numbers = numbers
        self._folder, self._watching = folder, watching or RunMonitor()
        ages: dict[ContrastArm, set[float]] = {}
        for arm, age in needs:
            ages.setdefault(arm, set()).add(age)
        self._designs = {arm: self._design(arm, tuple(sorted(own))) for arm, own in ages.items()}
        self._whole = sum(one.children * one.episodes for one in self._designs.values())
        self._done = 0
        self._lived: dict[ContrastArm, ArmLives] = {}
        self._read: dict[tuple[ContrastArm, Reading], Floats] = {}
        self._classes: dict[tuple[ContrastArm, float], np.ndarray] = {}

    def _design(self, arm: ContrastArm, ages: tuple[float, ...]) -> CohortDesign:
        count = self.numbers.fewer if arm.few else self.numbers.children
        design = design_of(arm.care, count, ages, self.numbers.seed)
        if arm.off:
            design = replace(design, constants={arm.off: 0.0})
        return with_plan(plan(*arm.plan), design, surety=arm.surety) if arm.plan else design

    def design(self, arm: ContrastArm) -> CohortDesign:
        """Return the design of an arm that was asked for."""
        return self._designs[arm]

    def lived(self, arm: ContrastArm) -> ArmLives:
        """Return the lives of an arm."""
        if arm not in self._lived:
            design = self._designs[arm]
            mine = RunMonitor(lambda done, _: self._tell(done), self._watching.cancel)
            self._lived[arm] = ArmRuns(self._folder, mine, 1).live(design)
            self._done += design.children * design.episodes
        return self._lived[arm]

    def _tell(self, done: int) -> None:
        if self._watching.progress:
            self._watching.progress(min(self._done + done, self._whole), self._whole)

    def read(self, arm: ContrastArm, reading: Reading) -> Floats:
        """Return a reading of each child of an arm, NaN where there is none."""
        key = (arm, reading)
        if key not in self._read:
            self._read[key] = self._values(arm, reading)
        return self._read[key]

    def _values(self, arm: ContrastArm, reading: Reading) -> Floats:
        lived = self.lived(arm)
        at = _nearest(lived, reading.age)
        match reading.kind:
            case ReadingKind.STATE:
                values = states_of(lived, at)[reading.name]
            case ReadingKind.SIGN:
                values = chance_of_sign(reading.name, reading.age, states_of(lived, at))
            case ReadingKind.OUTCOME:
                about = OUTCOMES[reading.name]
                found = measure(children_at_age(lived.result, at), [reading.name], seed=self.numbers.seed)[reading.name]
                values = (found - about.centre) / about.spread
            case ReadingKind.CLASS:
                values = np.isin(self._classified(arm, at), CLASSES[reading.name]).astype(float)
        return np.where(lived.result.status == 0, values, np.nan)

    def _classified(self, arm: ContrastArm, at: tuple[float, np.ndarray]) -> np.ndarray:
        """Return the class of each child with its first caregiver, read from a coded record of the procedure."""
        key = (arm, at[0])
        if key not in self._classes:
            children = self.lived(arm).result.together_with(at=at)
            scored = strange_situation.scales(coded_as_itself(record_of(play(children, STRANGE_SITUATION), {})))
            table = strange_situation.classify(scored)
            named = dict(zip(table["session"], table["class"], strict=True))
            self._classes[key] = np.array([named[str(number)] or "" for number in children.design.child_numbers()])
        return self._classes[key]


def _nearest(lived: ArmLives, age: float) -> tuple[float, np.ndarray]:
    """Return the state at a trace under the age that was asked for; it differs by less than an episode."""
    return age, min(lived.traces, key=lambda one: abs(one[0] - age))[1]


def states_of(lived: ArmLives, at: tuple[float, np.ndarray]) -> Mapping[str, Floats]:
    """Return what a child carries at one age: variables, those of other partners, and the states that signs load on.

    Args:
        lived: lives of one arm.
        at: age in months and state then.

    Returns:
        By name, each of shape (children,).
    """
    own = dict(children_at_age(lived.result, at).states)
    child = from_leaves([own[name] for name in OWN_STATES]).child
    switched = lived.result.design.constants
    constants = Constants(*(np.float64(switched.get(entry.name, entry.default)) for entry in CONSTANTS))
    return {**own, **{name: np.asarray(value, float) for name, value in sign_states(child, constants).items()}}


def chance_of_sign(name: str, age: float, states: Mapping[str, Floats]) -> Floats:
    """Return each child's probability of showing a sign persistently, as the sign layer has it of reference children.

    P = E_g sigmoid(a + sum b z + g), z the normal score that the state has among the reference children; beyond their
    most extreme one it stays at that one's.

    Args:
        name: of the sign.
        age: months.
        states: by name, each of shape (children,).

    Returns:
        Shape (children,).
    """
    sign, reference = SIGNS[name], load_reference().at(age)
    slopes = sign.slopes()
    base = np.sum([slope * reference.scores[one] for one, slope in slopes.items()], axis=0)
    constant = intercept(base[:, None] + GENERAL_NODES[None, :], sign.base_rate)
    linear = np.sum([slope * _score(reference, one, states[one]) for one, slope in slopes.items()], axis=0)
    return 1.0 / (1.0 + np.exp(-(linear[:, None] + GENERAL_NODES[None, :] + constant))) @ GENERAL_WEIGHTS


def _score(reference: ReferenceChildren, name: str, values: Floats) -> Floats:
    order = np.argsort(reference.values[name])
    return np.interp(values, reference.values[name][order], reference.scores[name][order])
