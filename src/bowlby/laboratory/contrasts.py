"""Groups of a study compared: mixed models with the child random, standardised differences, and multiplicity."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import combinations
from typing import Any, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.laboratory.problem import StudyProblem
from bowlby.laboratory.variables import Missing, Variable
from bowlby.measures.confidence import holm_adjusted

Floats = npt.NDArray[np.float64]

ALPHA, POWER = 0.05, 0.80
FEWEST = 3
"""Children of a group below which nothing is compared."""
PRIMARY, EXPLORATORY = "primary", "exploratory"
BOUNDS = "some visits have a lower bound alone, which a model would take for a value"
FEW = f"fewer than {FEWEST} children with a number in a group"
CONSTANT = "all values are the same"
NO_FIT = "the mixed model could not be fitted"
WITHOUT_EXTRA = StudyProblem(
    "contrasts.csv",
    "groups are not compared: the part that fits mixed models is not installed",
    "Install it with pip install 'bowlby[study]' and run the command again.",
)


class TestedResult(Protocol):
    """What is tested in a family of tests."""

    @property
    def family(self) -> str:
        """The family whose false alarms it shares."""
        ...

    @property
    def p(self) -> float | None:
        """Its p value, None where it could not be tested."""
        ...


Corrected = TypeVar("Corrected", bound=TestedResult)


@dataclass(frozen=True)
class GroupContrast:
    """One outcome in two groups, the first less the second.

    Args:
        outcome: variable.
        label: of it, with its unit.
        family: "primary" or "exploratory"; each has its own multiplicity.
        first: name of a group.
        second: name of the other.
        children_first: children with a number.
        children_second: likewise.
        visits: visits with a number, of both.
        mean_first: mean of the children's means, in the outcome's unit.
        mean_second: likewise.
        difference: fixed effect of the mixed model, covariates held; None where there is a reason.
        low: lower end of its 95 % interval.
        high: upper end.
        freedom: degrees of freedom.
        p: two-sided.
        p_holm: the same after Holm, within the family and over all pairs of groups.
        g: Hedges' g of children, adjusted for how many visits they have.
        g_low: lower end of its 95 % interval.
        g_high: upper end.
        detectable: g that so many children show with a power of .8.
        reason: why there is no contrast, or empty.
    """

    outcome: str
    label: str
    family: str
    first: str
    second: str
    children_first: int
    children_second: int
    visits: int
    mean_first: float | None = None
    mean_second: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    freedom: float | None = None
    p: float | None = None
    p_holm: float | None = None
    g: float | None = None
    g_low: float | None = None
    g_high: float | None = None
    detectable: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class FixedEffect:
    """What a mixed model says of the difference of two groups.

    Args:
        difference: first less second.
        error: standard error.
        freedom: degrees of freedom.
    """

    difference: float
    error: float
    freedom: float


@dataclass(frozen=True)
class ContrastData:
    """Visits of two groups.

    Args:
        outcome: of each visit.
        first: whether it is of the first group.
        child: number of the child.
        covariates: shape (visits, covariates).
    """

    outcome: Floats
    first: npt.NDArray[np.bool_]
    child: npt.NDArray[np.int64]
    covariates: Floats

    @property
    def repeated(self) -> bool:
        """Whether a child has several visits."""
        return len(np.unique(self.child)) < len(self.child)

    def means(self, *, of_first: bool) -> Floats:
        """Return the mean of each child of a group."""
        return np.array(
            [self.outcome[self.child == child].mean() for child in np.unique(self.child[self.first == of_first])]
        )


def fixed_effect(data: ContrastData) -> FixedEffect | None:
    """Return the difference of two groups by REML, the child a random intercept: y = b0 + b1 group + b x + u_child + e.

    Degrees of freedom are those between children: children less fixed effects. With as many visits for each child this
    is the t test of the children's means, wherever children differ more than their visits do.

    Args:
        data: of both groups.

    Returns:
        The effect; None where the model cannot be fitted.
    """
    scale = float(data.outcome.std())
    columns = np.column_stack([np.ones(len(data.outcome)), data.first.astype(float), data.covariates])
    freedom = len(np.unique(data.child)) - columns.shape[1]
    if freedom < 1 or scale == 0.0 or np.linalg.matrix_rank(columns) < columns.shape[1]:
        return None
    fitted = _mixed if data.repeated else _plain
    found = fitted((data.outcome - data.outcome.mean()) / scale, columns, data.child)
    if found is None or not all(map(math.isfinite, found)) or found[1] <= 0:
        return None
    return FixedEffect(found[0] * scale, found[1] * scale, float(freedom))


def _mixed(outcome: Floats, columns: Floats, child: npt.NDArray[np.int64]) -> tuple[float, float] | None:
    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings():
        # A variance of zero between children is a result; the package warns of it, and its methods that follow the
        # gradient do not end there, so that one without is taken.
        warnings.simplefilter("ignore")
        try:
            fit: Any = MixedLM(outcome, columns, groups=child).fit(reml=True, method=["powell"])
        except np.linalg.LinAlgError:
            return None
    return float(fit.fe_params[1]), float(fit.bse_fe[1])


def _plain(outcome: Floats, columns: Floats, child: npt.NDArray[np.int64]) -> tuple[float, float] | None:
    from statsmodels.regression.linear_model import OLS

    fit: Any = OLS(outcome, columns).fit()
    return float(fit.params[1]), float(fit.bse[1])


def group_contrasts(
    wide: pl.DataFrame,
    variables: Sequence[Variable],
    by: str,
    primary: Sequence[str],
    covariates: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> tuple[GroupContrast, ...]:
    """Return every outcome in every pair of groups, primary outcomes first.

    Args:
        wide: a row a child and visit.
        variables: outcomes.
        by: column of the groups.
        primary: outcomes that were fixed before the data were looked at.
        covariates: numeric columns that are held constant.
        progress: called with outcomes done and in all.

    Returns:
        Contrasts, with reasons where there are none.
    """
    groups = sorted(wide[by].drop_nulls().unique().to_list())
    pairs = list(combinations(groups, 2))
    ordered = sorted(variables, key=lambda one: one.name not in primary)
    found: list[GroupContrast] = []
    for done, variable in enumerate(ordered, 1):
        family = PRIMARY if variable.name in primary else EXPLORATORY
        found += [contrast(wide, variable, (by, *pair), family, covariates) for pair in pairs]
        if progress is not None:
            progress(done, len(ordered))
    return tuple(with_holm(found, (PRIMARY, EXPLORATORY)))


def contrast(
    wide: pl.DataFrame, variable: Variable, groups: tuple[str, str, str], family: str, covariates: Sequence[str]
) -> GroupContrast:
    """Return one outcome in two groups.

    Args:
        wide: a row a child and visit.
        variable: the outcome.
        groups: the column, and the two groups.
        family: "primary" or "exploratory".
        covariates: numeric columns.

    Returns:
        The contrast; p is not yet corrected.
    """
    by, first, second = groups
    name = variable.name
    both = wide.filter(pl.col(by).is_in([first, second]))
    rows = both.filter(pl.all_horizontal(pl.col(name, *covariates).is_not_null()))
    counts = [rows.filter(pl.col(by) == group)["child"].n_unique() for group in (first, second)]
    empty = GroupContrast(name, variable.label, family, first, second, counts[0], counts[1], rows.height)
    if (both[f"{name}_miss"] == int(Missing.LOWER_BOUND)).any():
        return replace(empty, reason=BOUNDS)
    if min(counts) < FEWEST:
        return replace(empty, reason=FEW)
    data = contrast_data(rows, name, by, first, covariates)
    if np.ptp(data.outcome) == 0:
        return replace(empty, reason=CONSTANT)
    effect = fixed_effect(data)
    return replace(empty, reason=NO_FIT) if effect is None else _filled(empty, data, effect)


def contrast_data(rows: pl.DataFrame, name: str, by: str, first: str, covariates: Sequence[str]) -> ContrastData:
    """Return the visits of two groups as arrays.

    Args:
        rows: of a wide table.
        name: of the outcome.
        by: column of the groups.
        first: name of the first group.
        covariates: numeric columns.

    Returns:
        The visits.
    """
    return ContrastData(
        rows[name].to_numpy().astype(float),
        (rows[by] == first).to_numpy(),
        rows["child"].rank("dense").to_numpy().astype(np.int64),
        rows.select(pl.col(list(covariates)).cast(pl.Float64)).to_numpy().reshape(rows.height, len(covariates)),
    )


def _filled(empty: GroupContrast, data: ContrastData, effect: FixedEffect) -> GroupContrast:
    from scipy.special import stdtr, stdtrit

    reach = float(stdtrit(effect.freedom, 1 - ALPHA / 2)) * effect.error
    t = effect.difference / effect.error
    sizes = (empty.children_first, empty.children_second)
    g, g_low, g_high = hedges(t, effect.freedom, sizes)
    return replace(
        empty,
        mean_first=float(data.means(of_first=True).mean()),
        mean_second=float(data.means(of_first=False).mean()),
        difference=effect.difference,
        low=effect.difference - reach,
        high=effect.difference + reach,
        freedom=effect.freedom,
        p=float(2 * stdtr(effect.freedom, -abs(t))),
        g=g,
        g_low=g_low,
        g_high=g_high,
        detectable=detectable(sizes),
    )


def hedges(t: float, freedom: float, sizes: tuple[int, int]) -> tuple[float, float, float]:
    """Return Hedges' g with its 95 % interval from the t of a contrast.

    g = J t sqrt(1 / n1 + 1 / n2), J = Gamma(f / 2) / (sqrt(f / 2) Gamma((f - 1) / 2)) (Hedges 1981, Journal of
    Educational Statistics 6:107); the ends are those of the noncentral t (Steiger & Fouladi 1997).

    Args:
        t: of the contrast.
        freedom: degrees of freedom, > 1.
        sizes: children of both groups.

    Returns:
        g and its ends.
    """
    from scipy.special import gammaln, nctdtrinc

    if freedom <= 1:
        correction = 1.0
    else:
        correction = math.exp(gammaln(freedom / 2) - gammaln((freedom - 1) / 2) - math.log(freedom / 2) / 2)
    unit = correction * math.sqrt(1 / sizes[0] + 1 / sizes[1])
    low, high = (float(nctdtrinc(freedom, share, t)) for share in (1 - ALPHA / 2, ALPHA / 2))
    return unit * t, unit * low, unit * high


def detectable(sizes: tuple[int, int]) -> float:
    """Return the standardised difference that two groups show with a power of .8, two-sided at .05.

    Args:
        sizes: children of both groups.

    Returns:
        In standard deviations of children's means.
    """
    from scipy.special import nctdtrinc, stdtrit

    freedom = sum(sizes) - 2
    bar = float(stdtrit(freedom, 1 - ALPHA / 2))
    return float(nctdtrinc(freedom, 1 - POWER, bar)) * math.sqrt(1 / sizes[0] + 1 / sizes[1])


def with_holm(found: Sequence[Corrected], families: Sequence[str]) -> list[Corrected]:
    """Return results with p after Holm, each family by itself.

    Args:
        found: contrasts or associations of all families.
        families: that are corrected.

    Returns:
        In the same order.
    """
    corrected: dict[int, float] = {}
    for family in families:
        known = [(at, one.p) for at, one in enumerate(found) if one.family == family and one.p is not None]
        adjusted = holm([p for _, p in known])
        corrected |= {at: p for (at, _), p in zip(known, adjusted, strict=True)}
    return [replace(cast(Any, one), p_holm=corrected.get(at)) for at, one in enumerate(found)]


def holm(values: Sequence[float]) -> list[float]:
    """Return p values after Holm.

    Args:
        values: in any order.

    Returns:
        In the same order, at most 1.
    """
    return holm_adjusted(np.array(values, dtype=float)).tolist()


def can_compare() -> bool:
    """Return whether the package that fits mixed models is installed.

    Returns:
        True where it is.
    """
    return find_spec("statsmodels") is not None
