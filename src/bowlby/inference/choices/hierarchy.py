"""Learning parameters of many children, partially pooled: the unknowns and their log density."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jaxtyping import Array, Float

from bowlby.errors import InputError
from bowlby.inference.choices.choice import ChoiceModel, Choices, log_likelihood, pack_choices
from bowlby.inference.choices.trials import Trials
from bowlby.model.parameter import Parameter, Prior
from bowlby.model.rules.policy import INVERSE_TEMPERATURE, UNCERTAINTY_BONUS, cost_of
from bowlby.model.rules.registry import find_rule
from bowlby.model.rules.rule import AnyRule, RuleName

Floats = npt.NDArray[np.float64]

CHILD_SPREAD, GROUP_SPREAD, SESSION_SPREAD, EFFECT_SPREAD = 0.5, 0.5, 0.25, 0.5
"""Scales of the priors of spreads (half-normal) and effects (normal), as shares of the population mean's prior sd.

An effect is the change, on the transformed scale, that one sd of a number or one category brings."""
MUCH_DATA = 80
"""Known trials a child from which a child's own value is better sampled itself than as its distance from the mean."""


class Pooling(StrEnum):
    """How far children (and a child's sessions) share information."""

    PARTIAL = "partial"
    NONE = "none"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Hierarchy:
    """What is fitted; hashable.

    Args:
        rule: learning rule.
        pooling: the one switch: children within groups and sessions within children partially pooled, or each child by
            itself under the registry's priors, or one value for all.
        bonus: whether uncertainty is worth something (not for Rescorla-Wagner, which knows none).
        costs: whether acts differ in cost.
        sessions: whether a child's parameters may differ between its sessions (partial pooling only).
        covariates: pairs of parameter and covariate (group, age, condition).
        freed: parameters to infer that are otherwise held at their default.
        fixed: names and values of parameters that are not to be inferred.
        centred: parameters of children that are sampled themselves; None decides by the amount of data.
    """

    rule: RuleName = RuleName.RESCORLA_WAGNER
    pooling: Pooling = Pooling.PARTIAL
    bonus: bool = False
    costs: bool = False
    sessions: bool = False
    covariates: tuple[tuple[str, str], ...] = ()
    freed: tuple[str, ...] = ()
    fixed: tuple[tuple[str, float], ...] = ()
    centred: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ParameterLayout:
    """The unknowns of a fit and where each lies in the vector; hashable.

    Args:
        model: rule and policy.
        pooling: as fitted.
        children: how many.
        series: how many.
        groups: how many are pooled; 0 where groups are not a level.
        sessions: whether sessions are a level.
        effects: pairs of parameter and column of the covariates.
        centred: for every parameter, whether children's own values are the unknowns.
    """

    model: ChoiceModel
    pooling: Pooling
    children: int
    series: int
    groups: int
    sessions: bool
    effects: tuple[tuple[int, str], ...]
    centred: tuple[bool, ...]

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return name and shape of each block of unknowns, in order."""
        parameters = len(self.model.free)
        partial, shared = self.pooling is Pooling.PARTIAL, self.pooling is not Pooling.NONE
        wanted = {
            "mean": (parameters,) if shared else None,
            "effect": (len(self.effects),) if self.effects else None,
            "spread": (parameters,) if partial else None,
            "group_spread": (parameters,) if partial and self.groups else None,
            "group": (parameters, self.groups) if partial and self.groups else None,
            "session_spread": (parameters,) if partial and self.sessions else None,
            "child": (parameters, self.children) if self.pooling is not Pooling.COMPLETE else None,
            "session": (parameters, self.series) if partial and self.sessions else None,
        }
        return {name: shape for name, shape in wanted.items() if shape is not None}

    @property
    def size(self) -> int:
        """Return the number of unknowns."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def parts(self, unknowns: Float[Array, "... unknowns"]) -> dict[str, Float[Array, ...]]:
        """Return the blocks of a vector, or of many at once."""
        found, start = {}, 0
        for name, shape in self.shapes.items():
            end = start + int(np.prod(shape))
            found[name] = unknowns[..., start:end].reshape(*unknowns.shape[:-1], *shape)
            start = end
        return found

    def priors(self) -> tuple[Floats, Floats]:
        """Return location and scale of the population means' priors, each of shape (parameters,)."""
        priors = [prior_of(entry) for entry in self.model.free]
        return np.array([one.location for one in priors]), np.array([one.scale for one in priors])


class HierarchyData(NamedTuple):
    """What the log density conditions on.

    Args:
        choices: padded trials.
        child: index of each series's child, shape (series,).
        group: index of each child's group, shape (children,); zeros where groups are not a level.
        design: value of each effect's covariate in each series, shape (effects, series).
        power: exponent of the priors of means, spreads and effects; 1 but in sensitivity analyses.
    """

    choices: Choices
    child: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    design: Floats
    power: float


@dataclass(frozen=True)
class HierarchyProblem:
    """A hierarchy over given trials, ready to be fitted.

    Args:
        trials: the trials.
        hierarchy: what was asked for.
        layout: the unknowns.
        data: the arrays.
        notes: what was decided on the way, a sentence each.
    """

    trials: Trials
    hierarchy: Hierarchy
    layout: ParameterLayout
    data: HierarchyData
    notes: tuple[str, ...]


def prior_of(entry: Parameter) -> Prior:
    """Return a parameter's prior on the transformed scale.

    Args:
        entry: a registry entry.

    Returns:
        The prior.

    Raises:
        InputError: it is a constant.
    """
    if entry.prior is None:
        raise InputError("this parameter is a constant", value=entry.name, remedy="Leave it at its value.")
    return entry.prior


def hierarchy_problem(trials: Trials, hierarchy: Hierarchy) -> HierarchyProblem:
    """Return the problem that a hierarchy poses over trials.

    Args:
        trials: trials of one or more children.
        hierarchy: what is to be fitted.

    Returns:
        The problem; with one child, partial pooling gives way to none.

    Raises:
        InputError: an unknown parameter or covariate, a constant covariate, or a bonus that cannot be inferred.
    """
    model = choice_model(hierarchy, trials.acts)
    notes: list[str] = []
    pooling = hierarchy.pooling
    if pooling is Pooling.PARTIAL and len(trials.children) == 1:
        pooling = Pooling.NONE
        notes.append("One child says nothing about a spread over children: it is fitted under the registry's priors.")
    if hierarchy.sessions and pooling is not Pooling.PARTIAL:
        raise InputError(
            "sessions can differ only under partial pooling of several children",
            value=pooling,
            remedy="Leave out sessions.",
        )
    if hierarchy.covariates and pooling is Pooling.NONE:
        raise InputError("a covariate needs children to be pooled", value=pooling, remedy="Leave out covariates.")
    effects, design = _design(trials, hierarchy, model)
    groups = () if any(kind == "group" for _, kind in hierarchy.covariates) else trials.groups
    grouped = len(groups) if len(groups) > 1 and pooling is Pooling.PARTIAL else 0
    layout = ParameterLayout(
        model,
        pooling,
        len(trials.children),
        len(trials.series),
        grouped,
        hierarchy.sessions,
        effects,
        _centred(trials, hierarchy, model, pooling),
    )
    order = {child: place for place, child in enumerate(trials.children)}
    child = np.array([order[one.child] for one in trials.series])
    group = _groups_of(trials, groups) if grouped else np.zeros(len(order), dtype=np.int64)
    return HierarchyProblem(
        trials, hierarchy, layout, HierarchyData(pack_choices(trials), child, group, design, 1.0), tuple(notes)
    )


def choice_model(hierarchy: Hierarchy, acts: tuple[str, ...]) -> ChoiceModel:
    """Return rule and policy of a hierarchy, with what is free and what is fixed.

    Args:
        hierarchy: what is to be fitted.
        acts: names of the acts.

    Returns:
        The model.

    Raises:
        InputError: an unknown parameter, a value outside its support, or a bonus that cannot be inferred.
    """
    rule = find_rule(hierarchy.rule)
    if hierarchy.bonus and not rule.tells_uncertainty:
        raise InputError("this rule knows no uncertainty that could be worth anything", value=rule.title)
    entries = _entries(rule, hierarchy, acts)
    named = {entry.name: entry for entry in entries}
    for name in (*hierarchy.freed, *(name for name, _ in hierarchy.fixed)):
        if name not in named:
            raise InputError("no such parameter here", value=name, remedy=f"Choose from {', '.join(named)}.")
    given = dict(hierarchy.fixed)
    for name, value in given.items():
        named[name].free(value)
    held = set(rule.held) - set(hierarchy.freed)
    free = tuple(
        entry for entry in entries if entry.prior is not None and entry.name not in given and entry.name not in held
    )
    fixed = tuple((entry.name, given.get(entry.name, entry.default)) for entry in entries if entry not in free)
    return ChoiceModel(rule.name, free, fixed, len(acts))


def _entries(rule: AnyRule, hierarchy: Hierarchy, acts: tuple[str, ...]) -> tuple[Parameter, ...]:
    bonus = (UNCERTAINTY_BONUS,) if hierarchy.bonus else ()
    costs = tuple(cost_of(act, acts[0]) for act in acts[1:]) if hierarchy.costs else ()
    return (*rule.parameters, INVERSE_TEMPERATURE, *bonus, *costs)


def _centred(trials: Trials, hierarchy: Hierarchy, model: ChoiceModel, pooling: Pooling) -> tuple[bool, ...]:
    if pooling is not Pooling.PARTIAL:
        return (False,) * len(model.free)
    if hierarchy.centred is not None:
        return tuple(name in hierarchy.centred for name in model.names)
    much = trials.trials / len(trials.children) >= MUCH_DATA
    return tuple(much and name in WELL_TOLD for name in model.names)


WELL_TOLD = ("learning_rate", "inverse_temperature", "salience")
"""Parameters that a child's own choices determine well."""


def _groups_of(trials: Trials, groups: tuple[str, ...]) -> npt.NDArray[np.int64]:
    own = {one.child: one.group for one in trials.series}
    for child, group in own.items():
        if group is None:
            raise InputError("a child without a group among others with one", column="group", value=child)
    return np.array([groups.index(str(own[child])) for child in trials.children])


def _design(trials: Trials, hierarchy: Hierarchy, model: ChoiceModel) -> tuple[tuple[tuple[int, str], ...], Floats]:
    """Return the effects as pairs of parameter and column, and each column's value in each series."""
    effects: list[tuple[int, str]] = []
    columns: list[Floats] = []
    for name, covariate in hierarchy.covariates:
        if name not in model.names:
            raise InputError("no such free parameter", value=name, remedy=f"Choose from {', '.join(model.names)}.")
        for label, values in _columns(trials, covariate).items():
            effects.append((model.names.index(name), label))
            columns.append(values)
    return tuple(effects), np.array(columns).reshape(len(effects), len(trials.series))


def _columns(trials: Trials, covariate: str) -> dict[str, Floats]:
    if covariate not in ("group", "age", "condition"):
        raise InputError("no such covariate", value=covariate, remedy="Choose from group, age, condition.")
    found = [getattr(one, covariate) for one in trials.series]
    if any(value is None for value in found):
        raise InputError("a covariate is missing in a session", column=covariate, remedy="Fill it in, or leave it out.")
    if len(set(found)) == 1:
        raise InputError(
            "a covariate that never varies tells nothing", column=covariate, value=found[0], remedy="Leave it out."
        )
    if covariate == "age":
        values = np.array(found, dtype=float)
        return {"age": (values - values.mean()) / values.std()}
    levels = sorted(set(found))
    return {f"{covariate}={level}": np.array([float(value == level) for value in found]) for level in levels[1:]}


def series_values(
    layout: ParameterLayout, unknowns: Float[Array, " unknowns"], data: HierarchyData
) -> tuple[Float[Array, "parameters series"], Float[Array, ""]]:
    """Return every series's parameters on the transformed scale, and the log prior of all unknowns.

    theta_s = m + g_group + z_child tau + X_s b + z_session rho

    with m, b normal, tau, rho half-normal; a centred child's own value stands for z.

    Args:
        layout: the unknowns.
        unknowns: the vector, in units of the priors.
        data: child and group of each series, covariates.

    Returns:
        Shape (parameters, series), and the log prior up to a constant.
    """
    location, scale = (jnp.asarray(part) for part in layout.priors())
    parts = layout.parts(unknowns)
    top = jnp.zeros(())
    centre = location[:, None]
    if "mean" in parts:
        centre = (location + scale * parts["mean"])[:, None]
        top = top + _normal(parts["mean"])
    for name in ("spread", "group_spread", "session_spread"):
        if name in parts:
            top = top + _half_normal(parts[name])
    below = jnp.zeros(())
    if "group" in parts:
        spread = GROUP_SPREAD * scale * jnp.exp(parts["group_spread"])
        centre = centre + (spread[:, None] * parts["group"])[:, data.group]
        below = below + _normal(parts["group"])
    own, of_children = _children(layout, parts, centre, (location, scale))
    below = below + of_children
    values = own[:, data.child]
    if "session" in parts:
        spread = SESSION_SPREAD * scale * jnp.exp(parts["session_spread"])
        values = values + spread[:, None] * parts["session"]
        below = below + _normal(parts["session"])
    if "effect" in parts:
        for place, (parameter, _) in enumerate(layout.effects):
            slope = EFFECT_SPREAD * scale[parameter] * parts["effect"][place]
            values = values.at[parameter].add(slope * data.design[place])
        top = top + _normal(parts["effect"])
    return values, data.power * top + below


def _children(
    layout: ParameterLayout,
    parts: dict[str, Float[Array, ...]],
    centre: Float[Array, "parameters _"],
    prior: tuple[Float[Array, " parameters"], Float[Array, " parameters"]],
) -> tuple[Float[Array, "parameters children"], Float[Array, ""]]:
    location, scale = prior
    centre = jnp.broadcast_to(centre, (len(scale), layout.children))
    if "child" not in parts:
        return centre, jnp.zeros(())
    standard = parts["child"]
    spread = CHILD_SPREAD * scale * jnp.exp(parts["spread"]) if "spread" in parts else scale
    free = centre + spread[:, None] * standard
    if not any(layout.centred):
        return free, _normal(standard)
    itself = location[:, None] + scale[:, None] * standard
    distance = (itself - centre) / spread[:, None]
    centred = jnp.asarray(layout.centred)[:, None]
    density = jnp.where(centred, -0.5 * distance**2 - jnp.log(spread / scale)[:, None], -0.5 * standard**2)
    return jnp.where(centred, itself, free), jnp.sum(density)


def _normal(standard: Float[Array, ...]) -> Float[Array, ""]:
    return -0.5 * jnp.sum(standard**2)


def _half_normal(log_spread: Float[Array, ...]) -> Float[Array, ""]:
    return jnp.sum(log_spread - 0.5 * jnp.exp(2.0 * log_spread))


def log_density(layout: ParameterLayout, unknowns: Float[Array, " unknowns"], data: HierarchyData) -> Float[Array, ""]:
    """Return the log posterior density of the unknowns, up to a constant.

    Args:
        layout: the unknowns.
        unknowns: the vector.
        data: what was seen.

    Returns:
        A scalar.
    """
    values, prior = series_values(layout, unknowns, data)
    return prior + jnp.sum(log_likelihood(layout.model, values, data.choices))
