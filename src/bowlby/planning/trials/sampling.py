"""Drawing trials from a pool: who is in them, in which arm, in which cluster, and who is lost to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, gammaincinv, ndtr, ndtri

from bowlby.errors import InputError
from bowlby.planning.trials.design import OUTCOME, DropOut, Randomisation, StudyDesign
from bowlby.planning.trials.effects import OutcomeByArm
from bowlby.planning.trials.endpoints import TrialEndpoint, Visit, endpoints
from bowlby.planning.trials.pool import TrialPool

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FEWEST_OF_AN_ARM = 2
"""Sites of one arm of a trial that randomises them."""


@dataclass(frozen=True)
class TrialLayout:
    """The shape of a trial of some size, the same in every replicate.

    Args:
        n: families randomised.
        cluster: number of each family's cluster, in order, shape (n,); all 0 without clusters.
        period: number of its period, shape (n,); all 0 but in a stepped wedge.
        clusters: how many.
        periods: how many.
    """

    n: int
    cluster: Whole
    period: Whole
    clusters: int = 1
    periods: int = 1

    @cached_property
    def cell(self) -> Whole:
        """Number of each family's cluster and period, in order, shape (n,)."""
        return self.cluster * self.periods + self.period

    @cached_property
    def sizes(self) -> Whole:
        """Families of each cluster and period, shape (clusters * periods,)."""
        return np.bincount(self.cell, minlength=self.clusters * self.periods)

    @cached_property
    def starts(self) -> Whole:
        """Place of the first family of each cluster and period, shape (clusters * periods,)."""
        return np.concatenate([[0], np.cumsum(self.sizes)[:-1]])

    def sums(self, values: Floats) -> Floats:
        """Return sums over each cluster and period, shape (replicates, clusters * periods)."""
        return np.add.reduceat(values, self.starts, axis=1)


@dataclass(frozen=True)
class Replicates:
    """Replicates of a trial.

    Args:
        outcome: shape (replicates, n).
        arm: 0 or 1, the same shape.
        seen: whether the outcome is seen, the same shape.
        covariate: as observed, the same shape, or None.
        therapist: number of the therapist of a treated family, -1 without; the same shape, or None.
        layout: of all replicates.
        earlier: outcome and whether it is seen at each earlier visit, in order.
    """

    outcome: Floats
    arm: Whole
    seen: Mask
    covariate: Floats | None
    therapist: Whole | None
    layout: TrialLayout
    earlier: tuple[tuple[Floats, Mask], ...] = ()

    def against(self, arm: int, arms: int = 2) -> Replicates:
        """Return one treated arm beside the control, as 1 and 0; families of other arms are not seen.

        Args:
            arm: which.
            arms: how many there are.

        Returns:
            The comparison.
        """
        if arms == 2:
            return self
        mine = self.arm == arm
        here = mine | (self.arm == 0)
        earlier = tuple((outcome, seen & here) for outcome, seen in self.earlier)
        return replace(self, arm=mine.astype(np.int64), seen=self.seen & here, earlier=earlier)


def layout(design: StudyDesign, n: int) -> TrialLayout:
    """Return the shape of a trial of a size.

    All n families are in it: where n is no multiple of what sites hold, sites differ by one family. With `sites.cv`
    their sizes are quantiles of a gamma distribution with that coefficient of variation.

    Args:
        design: of the trial.
        n: families wanted.

    Returns:
        The layout.

    Raises:
        InputError: n fills fewer sites than the design needs.
    """
    none = np.zeros(n, np.int64)
    if design.sites is None:
        return TrialLayout(n, none, none)
    whole = families_of_site(design)
    clusters, least = round(n / whole), fewest_sites(design)
    if clusters < least:
        raise InputError(
            f"a trial with {_kind(design)} has at least {least} sites of {whole} families",
            column="trial.n",
            value=n,
            remedy=f"Give n from {least * whole} on, or fewer families_each.",
        )
    periods = whole // design.sites.families_each
    sizes = whole_sizes(n, np.repeat(relative_sizes(clusters, design.sites.cv), periods))
    cells = np.repeat(np.arange(len(sizes)), sizes)
    return TrialLayout(n, cells // periods, cells % periods, clusters, periods)


def families_of_site(design: StudyDesign) -> int:
    """Return the families of one site over all its periods, on average; 1 without sites.

    Args:
        design: of the trial.

    Returns:
        Families.
    """
    if design.sites is None:
        return 1
    wedge = design.randomisation.kind is Randomisation.STEPPED_WEDGE
    return design.sites.families_each * (design.randomisation.steps + 1 if wedge else 1)


def fewest_sites(design: StudyDesign) -> int:
    """Return the smallest number of sites of a trial.

    Args:
        design: of the trial.

    Returns:
        Sites; 0 without any.
    """
    if design.sites is None:
        return 0
    match design.randomisation.kind:
        case Randomisation.STEPPED_WEDGE:
            return max(design.randomisation.steps, 2)
        case Randomisation.CLUSTER:
            return FEWEST_OF_AN_ARM * max(len(design.arms), 2)
        case Randomisation.SIMPLE | Randomisation.BLOCKED:
            return 2


def _kind(design: StudyDesign) -> str:
    return f"{design.randomisation.kind} randomisation"


def relative_sizes(clusters: int, cv: float) -> Floats:
    """Return sizes of clusters over their mean: quantiles of a gamma distribution with mean 1 and this cv.

    Args:
        clusters: how many.
        cv: coefficient of variation of their sizes.

    Returns:
        Shape (clusters,), mean 1.
    """
    if cv == 0.0:
        return np.ones(clusters)
    shape = 1.0 / cv**2
    middle = (np.arange(clusters) + 0.5) / clusters
    found = gammaincinv(shape, middle) / shape
    return found / found.mean()


def whole_sizes(n: int, weight: Floats) -> Whole:
    """Return whole numbers, each 1 or more, that sum to n and are as near to the weights as rounding allows.

    Args:
        n: their sum.
        weight: of each.

    Returns:
        The numbers.
    """
    spare = n - len(weight)
    ends = np.round(np.cumsum(np.concatenate([[0.0], weight])) / weight.sum() * spare)
    return np.diff(ends).astype(np.int64) + 1


@dataclass(frozen=True)
class Recruits:
    """Families of replicates: who they are, in which arm, and when they leave; each array (replicates, n).

    Args:
        child: place in the pool.
        arm: its number, 0 for the control.
        therapist: number of the therapist of a treated family, -1 without; None without therapists.
        leaves: whether the family leaves before the last visit.
        when: where among those who leave it does so, in [0, 1); 0 for a site that leaves whole.
        layout: of all replicates.
        generator: of further chances.
        shares: standard normal share of each family's cluster, by measure.
    """

    child: Whole
    arm: Whole
    therapist: Whole | None
    leaves: Mask
    when: Floats
    layout: TrialLayout
    generator: np.random.Generator
    shares: dict[str, Floats] = field(default_factory=dict[str, Floats])

    def seen(self, left_by: float) -> Mask:
        """Return who is still there at a visit by which a share of those who leave has left."""
        return ~(self.leaves & (self.when < left_by))


class TrialSampler:
    """Draws trials of a design from a pool.

    Args:
        design: of the trial.
        pool: children.
    """

    def __init__(self, design: StudyDesign, pool: TrialPool) -> None:
        self._design, self._pool = design, pool
        on_outcome = design.drop_out.on == OUTCOME
        self._stays = None if on_outcome else _staying(design.drop_out, pool.drop_on, pool.true.shape)

    def trials(
        self, arms: OutcomeByArm, size: TrialLayout, replicates: int, generator: np.random.Generator
    ) -> Replicates:
        """Return replicates of a trial, with the primary outcome.

        Args:
            arms: outcomes of the pool's children.
            size: of the trial.
            replicates: how many.
            generator: random numbers.

        Returns:
            The replicates.
        """
        endpoint = endpoints(self._design)[0]
        return self.drawn(self.recruits(arms, size, replicates, generator), {endpoint.visit: arms}, endpoint)

    def recruits(
        self,
        arms: OutcomeByArm,
        size: TrialLayout,
        replicates: int,
        generator: np.random.Generator,
        *,
        at_random: bool = False,
    ) -> Recruits:
        """Return families drawn with replacement, each in one arm.

        Args:
            arms: primary outcomes, on which drop-out may depend.
            size: of the trial.
            replicates: how many.
            generator: random numbers.
            at_random: families leave by chance alone, in each arm at the rate that it has.

        Returns:
            The families.
        """
        shape = (replicates, size.n)
        child = generator.integers(0, self._pool.children, shape)
        arm = self._arms(size, replicates, generator)
        staying = self._staying(arms)
        if at_random:
            staying = np.repeat(staying.mean(axis=1, keepdims=True), staying.shape[1], axis=1)
        leaves = generator.random(shape) >= staying[arm, child]
        when = generator.random(shape)
        gone = self._sites_gone(size, replicates, generator)
        return Recruits(child, arm, self._therapists(arm), leaves | gone, np.where(gone, 0.0, when), size, generator)

    def drawn(self, who: Recruits, arms: Mapping[Visit, OutcomeByArm], endpoint: TrialEndpoint) -> Replicates:
        """Return what one test of a trial looks at, all arms in it.

        Args:
            who: families.
            arms: outcomes of the pool at each visit.
            endpoint: what is tested.

        Returns:
            The outcomes at its visit, and at the earlier ones that the analysis takes in.
        """
        outcomes = [self._clustered(arms[visit], who, visit[0]) for visit in endpoint.visits]
        seen = [who.seen(self._design.left_by(age)) for _, age in endpoint.visits]
        baseline = self._pool.baseline
        covariate = None if baseline is None else baseline[who.child]
        earlier = tuple(zip(outcomes[:-1], seen[:-1], strict=True))
        return Replicates(outcomes[-1], who.arm, seen[-1], covariate, who.therapist, who.layout, earlier)

    def _staying(self, arms: OutcomeByArm) -> Floats:
        """Return the chance of staying; where it depends on the outcome, on the one that the arms have here."""
        if self._stays is not None:
            return self._stays
        return _staying(self._design.drop_out, arms.outcome, arms.outcome.shape)

    def _sites_gone(self, size: TrialLayout, replicates: int, generator: np.random.Generator) -> Mask:
        """Return which families are of a site that leaves whole, shape (replicates, n) or (1, 1)."""
        lost = 0.0 if self._design.sites is None else self._design.sites.lost
        if lost == 0.0:
            return np.zeros((1, 1), bool)
        return (generator.random((replicates, size.clusters)) < lost)[:, size.cluster]

    def _arms(self, size: TrialLayout, replicates: int, generator: np.random.Generator) -> Whole:
        how, weights = self._design.randomisation, self._design.weights
        match how.kind:
            case Randomisation.SIMPLE:
                return _of_shares(generator.random((replicates, size.n)), weights[1:], len(weights))
            case Randomisation.BLOCKED:
                treated = np.array([round(how.block * one) for one in weights[1:]])
                return _in_blocks_of_sites(size, how.block, treated, replicates, generator)
            case Randomisation.CLUSTER:
                order = np.argsort(generator.random((replicates, size.clusters)), axis=1)
                chosen = _of_shares(order, _clusters_of_arms(size.clusters, weights), len(weights))
                return chosen[:, size.cluster]
            case Randomisation.STEPPED_WEDGE:
                order = np.argsort(generator.random((replicates, size.clusters)), axis=1)
                step = 1 + order % how.steps
                return (size.period[None, :] >= step[:, size.cluster]).astype(np.int64)

    def _therapists(self, arm: Whole) -> Whole | None:
        who = self._design.therapists
        if who is None:
            return None
        place = np.cumsum(arm, axis=1) - 1
        return np.where(arm == 1, place // who.families_each, -1)

    def _clustered(self, arms: OutcomeByArm, who: Recruits, measure: str) -> Floats:
        """Return outcomes of which a share of the variance lies between clusters, arms' means and variance kept.

        Each measure has a share of its own for a cluster, the same at all of its visits.
        """
        outcome = arms.outcome[who.arm, who.child]
        sites, therapists = self._design.sites, self._design.therapists
        if sites is not None and sites.icc > 0:
            return _shared(outcome, arms, who.arm, self._share(who, measure), sites.icc, who.generator)
        if therapists is not None and therapists.icc > 0:
            moved = _shared(outcome, arms, who.arm, self._share(who, measure), therapists.icc, who.generator)
            return np.where(who.arm == 1, moved, outcome)
        return outcome

    def _share(self, who: Recruits, measure: str) -> Floats:
        if measure not in who.shares:
            sites, therapist = self._design.sites, who.therapist
            if sites is not None:
                who.shares[measure] = _site_effect(who.layout, sites.autocorrelation, len(who.arm), who.generator)
            elif therapist is not None:
                own = who.generator.standard_normal((len(therapist), int(therapist.max()) + 1))
                who.shares[measure] = np.take_along_axis(own, np.maximum(therapist, 0), axis=1)
        return who.shares[measure]


def _of_shares(place: npt.NDArray[Any], treated: Sequence[float] | Whole, arms: int) -> Whole:
    """Return the arm of each place: the first ones in the first treated arm, and so on, the rest in the control."""
    return (np.searchsorted(np.cumsum(treated), place, side="right") + 1) % arms


def _clusters_of_arms(clusters: int, weights: Sequence[float]) -> Whole:
    """Return the number of clusters in each treated arm, two or more in each and in the control."""
    counts = np.array([max(2, round(one * clusters)) for one in weights[1:]])
    while counts.sum() > clusters - 2:
        counts[np.argmax(counts)] -= 1
    return counts


def _in_blocks(n: int, block: int, treated: Whole, replicates: int, generator: np.random.Generator) -> Whole:
    """Return arms in blocks, each with its number of treated; the last one may be cut off."""
    count = -(-n // block)
    order = np.argsort(generator.random((replicates, count, block)), axis=2)
    return _of_shares(order, treated, len(treated) + 1).reshape(replicates, -1)[:, :n]


def _in_blocks_of_sites(
    size: TrialLayout, block: int, treated: Whole, replicates: int, generator: np.random.Generator
) -> Whole:
    """Return arms in blocks that begin anew in each site."""
    if size.clusters == 1:
        return _in_blocks(size.n, block, treated, replicates, generator)
    parts = [_in_blocks(int(count), block, treated, replicates, generator) for count in size.sizes]
    return np.concatenate(parts, axis=1)


def _site_effect(size: TrialLayout, autocorrelation: float, replicates: int, generator: np.random.Generator) -> Floats:
    """Return each site's standard normal share, of which a part is of its period alone, shape (replicates, n)."""
    lasting = generator.standard_normal((replicates, size.clusters))[:, size.cluster]
    if autocorrelation == 1.0:
        return lasting
    passing = generator.standard_normal((replicates, size.clusters * size.periods))[:, size.cell]
    return np.sqrt(autocorrelation) * lasting + np.sqrt(1.0 - autocorrelation) * passing


def _shared(
    outcome: Floats, arms: OutcomeByArm, arm: Whole, effect: Floats, icc: float, generator: np.random.Generator
) -> Floats:
    """Return outcomes of which a share icc of the variance is the cluster's.

    Continuous: y' = m + sqrt(1 - icc) (y - m) + sqrt(icc) s u, with m and s of the arm. Yes or no: the same on a
    standard normal scale behind it that is cut at the arm's share, with the correlation there that gives icc for what
    is seen.
    """
    if not arms.binary:
        mean, sd = arms.means[arm], arms.outcome.std(axis=1)[arm]
        return mean + np.sqrt(1.0 - icc) * (outcome - mean) + np.sqrt(icc) * sd * effect
    found = np.empty_like(outcome)
    for number, share in enumerate(np.clip(arms.means, 1e-6, 1 - 1e-6)):
        behind = latent_icc(icc, float(share))
        cut = ndtri(1.0 - share)
        chance = generator.random(outcome.shape)
        below = ndtri(chance * (1.0 - share))
        above = ndtri(1.0 - share + chance * share)
        scale = np.where(outcome == 1, above, below)
        moved = np.sqrt(1.0 - behind) * scale + np.sqrt(behind) * effect > cut
        found = np.where(arm == number, moved, found)
    return found


def latent_icc(icc: float, share: float) -> float:
    """Return the correlation of normal scales that gives an intraclass correlation of what is cut from them.

    P(both yes) = E[Phi((sqrt(r) u - t) / sqrt(1 - r))^2] over a standard normal u, with t the cut; solved for
    (P - p^2) / (p (1 - p)) = icc.

    Args:
        icc: of what is seen, in [0, 1).
        share: of yes, p, in (0, 1).

    Returns:
        r, in [0, 1).

    Raises:
        InputError: no correlation gives it.
    """
    if icc == 0.0:
        return 0.0
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    cut = ndtri(1.0 - share)

    def seen(r: float) -> float:
        given = ndtr((np.sqrt(r) * nodes - cut) / np.sqrt(1.0 - r))
        return float(((weights * given**2).sum() - share**2) / (share * (1.0 - share)))

    highest = 0.99
    if seen(highest) < icc:
        raise InputError("no such correlation within clusters", column="icc", value=icc, remedy="Give a smaller one.")
    return _root(lambda r: seen(r) - icc, 0.0, highest)


def _root(of: Callable[[float], float], low: float, high: float) -> float:
    solved: Any = brentq(of, low, high, xtol=1e-6)
    return float(solved)


def _staying(drop_out: DropOut, on: Floats | None, shape: tuple[int, ...]) -> Floats:
    """Return the chance of each child under each arm of being there at the end, shape (arms, children).

    logit P(drop) = a + b z + c arm, with z what it depends on in standard deviations, and a such that the rate over
    all arms is the one asked for.
    """
    if drop_out.rate == 0.0:
        return np.ones(shape)
    moved = np.zeros(shape) + drop_out.treated * (np.arange(shape[0]) > 0)[:, None]
    if on is not None:
        moved = moved + drop_out.log_odds * _standardised(on, drop_out)
    level = _root(lambda a: float(expit(a + moved).mean()) - drop_out.rate, -60.0, 60.0)
    return 1.0 - expit(level + moved)


def _standardised(on: Floats, drop_out: DropOut) -> Floats:
    spread = on[0].std()
    if spread == 0:
        raise InputError(
            "what drop-out depends on is the same for every child",
            column="drop_out.on",
            value=drop_out.on,
            remedy="Choose another variable.",
        )
    return (on - on[0].mean()) / spread
