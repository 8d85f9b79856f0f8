"""Learning rules on trials: one hierarchical fit, and which rule predicts choices best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from bowlby.errors import InputError
from bowlby.inference.choices.trials import TrialColumns, Trials, joined, read_trials, trials_of
from bowlby.progress import progress_bar
from bowlby.simulation.entry import start_jax
from bowlby.surface.inputs import Frame, PathLike, inputs, is_frame, polars_frame
from bowlby.surface.result import Result, ResultOrigin

if TYPE_CHECKING:
    import xarray as xr

    from bowlby.inference.choices.compare import RulePrediction  # noqa: F401  (named in a base class)
    from bowlby.inference.choices.fit import Fit
    from bowlby.model.rules.rule import RuleName
    from bowlby.reporting.figure import Figure

TrialTable = Frame | PathLike | Trials
RULES = ("rescorla-wagner", "pearce-hall", "volatile-kalman", "hgf")
"""Rules that are compared where none are named; "volatile-kalman-binary" is there too."""
CHILD_COLUMNS = ("child", "mean", "low", "high")
DENSITIES = ("elpd", "se", "waic", "difference", "difference_se")
NOT_TRUSTED = "not to be trusted"


@dataclass(frozen=True, repr=False, eq=False)
class FittedRule(Result["Fit"]):
    """The posterior of a learning rule over the trials of many children."""

    dimensions: ClassVar = ("parameter",)

    @property
    def title(self) -> str:
        """Return the rule, how much was fitted, how, and whether that can be trusted."""
        found = self.value
        trust = "" if found.diagnostics.trusted else f"; {NOT_TRUSTED}"
        trials = found.problem.trials
        return (
            f"{found.problem.layout.model.rule}: {len(trials.children)} children, {trials.trials} trials, by "
            f"{found.diagnostics.method}{trust}"
        )

    @property
    def trusted(self) -> bool:
        """Return whether nothing speaks against the draws."""
        return self.value.diagnostics.trusted

    @property
    def lines(self) -> Sequence[str]:
        """Return a line a population figure, beside its prior, and what the fit's diagnostics say."""
        known = self.value.diagnostics
        rows = [
            f"{row['parameter']} ({row['kind']}): {row['mean']:.3f}, 90 % {row['low']:.3f} to {row['high']:.3f} "
            f"(prior {row['prior_low']:.3f} to {row['prior_high']:.3f}) {row['unit']}"
            for row in self.to_polars().iter_rows(named=True)
        ]
        checks = f"R-hat {known.r_hat:.3f}, effective draws {known.ess:.0f}, divergences {known.divergences}"
        return [*rows, checks, *self.value.problem.notes, *self.provenance.notes]

    def to_polars(self) -> pl.DataFrame:
        """Return a row a population figure: parameter, kind, unit, mean, 90 % interval, prior interval."""
        rows = pl.DataFrame([row.as_dict() for row in self.value.rows()], infer_schema_length=None)
        return rows.rename({"name": "parameter"}).with_columns(trusted=pl.lit(self.trusted))

    def children(self) -> pl.DataFrame:
        """Return a row a child and parameter: posterior mean and 90 % interval in the child's first session."""
        names = self.value.problem.trials.children
        parts = [
            pl.DataFrame(
                {
                    "child": list(names),
                    "parameter": name,
                    "mean": draws.mean(axis=(0, 1)),
                    "low": _quantile(draws, 0.05),
                    "high": _quantile(draws, 0.95),
                }
            )
            for name in self.value.names
            for draws in [self.value.of_children(name)]
        ]
        return pl.concat(parts)

    def as_dict(self) -> dict[str, object]:
        """Return population figures, predictive checks, sensitivity to the priors, and diagnostics."""
        from bowlby.inference.choices.choice_checks import predictive_checks, prior_sensitivity

        found = self.value
        return {
            "parameters": [row.as_dict() for row in found.rows()],
            "checks": [check.as_dict() for check in predictive_checks(found)],
            "prior_sensitivity": [row.as_dict() for row in prior_sensitivity(found)],
            "diagnostics": found.diagnostics.as_dict(),
            "notes": list(found.problem.notes),
        }

    def to_xarray(self) -> xr.Dataset:
        """Return the draws: population figures by (chain, draw), each child's parameters by (chain, draw, child)."""
        found = self.tree()["posterior"].to_dataset()
        for variable in found.data_vars.values():
            variable.attrs["units"] = variable.attrs.pop("unit", "1")
        return found.assign_attrs(self._attributes())

    def tree(self) -> xr.DataTree:
        """Return posterior, prior, log likelihood, sample statistics and data, as ArviZ takes them."""
        from bowlby.inference.choices.saved_fit import fit_tree

        return fit_tree(self.value)

    def figures(self) -> tuple[Figure, ...]:
        """Return each parameter of the children with its interval, the population's mean as a stroke."""
        from bowlby.reporting.figures.estimates import Estimate, estimates_figure

        means = {row.name: row.mean for row in self.value.rows() if row.kind == "mean"}
        units = {entry.name: entry.unit for entry in self.value.problem.layout.model.free}
        caption = "Posterior mean and 90 % interval of each child; the grey stroke is the population's mean."
        return tuple(
            estimates_figure(
                str(name).replace("_", " "),
                [Estimate(*row, reference=means.get(str(name))) for row in own.select(CHILD_COLUMNS).iter_rows()],
                units[str(name)],
                str(name).replace("_", "-"),
                caption,
            )
            for (name,), own in self.children().group_by("parameter", maintain_order=True)
        )

    def _save_arrays(self, path: Path, *, force: bool) -> Path:
        from bowlby.inference.draw_files import save_tree

        return save_tree(self.tree(), path, force=force)


def _quantile(draws: object, share: float) -> object:
    import numpy as np

    return np.quantile(np.asarray(draws), share, axis=(0, 1))


@dataclass(frozen=True, repr=False, eq=False)
class RuleComparison(Result["tuple[RulePrediction, ...]"]):
    """Which rule predicts each act best from the others; a row whose fit cannot be trusted says so.

    Args:
        fits: of each rule.
    """

    fits: Mapping[RuleName, Fit] = field(kw_only=True)

    dimensions: ClassVar = ("rule",)
    units: ClassVar = dict.fromkeys(("elpd", "se", "waic", "difference", "difference_se"), "nat") | {
        "bits_per_act": "bit"
    }

    @property
    def title(self) -> str:
        """Return the best rule, and from which it cannot be distinguished."""
        best, *others = self.value
        near = [str(row.rule) for row in others if not row.told_apart]
        return f"{best.rule} predicts best" + (f"; not distinguishable from {', '.join(near)}" if near else "")

    @property
    def lines(self) -> Sequence[str]:
        """Return a line a rule."""
        return [
            f"{row.rule}: elpd {row.elpd:.1f}, below the best {row.difference:.1f} (se {row.difference_se:.1f}), "
            f"{row.bits_per_act:.3f} bits an act above chance, Pareto k > .7 for {row.unreliable} acts"
            + ("" if row.trusted else f"; its fit is {NOT_TRUSTED}")
            for row in self.value
        ]

    @property
    def trials(self) -> Trials:
        """Return the trials that all of them were fitted to."""
        return next(iter(self.fits.values())).problem.trials

    def __getitem__(self, rule: str) -> FittedRule:
        """Return the fit of one rule.

        Args:
            rule: its name.
        """
        from bowlby.model.rules.registry import find_rule

        name = find_rule(rule).name
        if name not in self.fits:
            known = ", ".join(self.fits)
            raise InputError("this rule was not compared", value=rule, remedy=f"Compared were: {known}.")
        return FittedRule(self.fits[name], provenance=self.provenance)

    def to_polars(self) -> pl.DataFrame:
        """Return a row a rule: elpd, se, difference to the best, whether distinguished from it, whether trusted."""
        return pl.DataFrame([row.as_dict() for row in self.value], infer_schema_length=None)

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby compare-models --json` says."""
        trials = self.trials
        return {
            "children": len(trials.children),
            "sessions": len(trials.series),
            "trials": trials.trials,
            "acts": list(trials.acts),
            "missing_outcomes": trials.missing_outcomes,
            "unused_columns": list(trials.unused),
            "comparison": [row.as_dict() for row in self.value],
            "fits": {str(name): FittedRule(found).as_dict() for name, found in self.fits.items()},
        }

    def figures(self) -> tuple[Figure, ...]:
        """Return how far each rule predicts worse than the best."""
        from bowlby.reporting.figures.estimates import Estimate, estimates_figure

        rows = [
            Estimate(
                f"{row.rule}{'' if row.trusted else f' ({NOT_TRUSTED})'}",
                row.difference,
                row.difference - 2 * row.difference_se,
                row.difference + 2 * row.difference_se,
                0.0,
            )
            for row in self.value
        ]
        caption = "Expected log predictive density below the best rule's, nats, and two standard errors to either side."
        return (estimates_figure("How well each rule predicts", rows, "nat", "rules", caption),)


def fit(
    trials: TrialTable,
    *,
    rule: str = "rescorla-wagner",
    columns: Mapping[str, str] | None = None,
    rescale: bool = False,
    acts: Sequence[str] = (),
    join: bool = False,
    costs: bool = False,
    covariates: Sequence[tuple[str, str]] = (),
    nuts: bool = False,
    seed: int = 0,
) -> FittedRule:
    """Fit a learning rule to choices and outcomes of many children, partially pooled.

    Args:
        trials: a data frame of polars or pandas, or a csv file: child, act, outcome, and if there are any session,
            trial, group, age, condition.
        rule: "rescorla-wagner", "pearce-hall", "volatile-kalman", "volatile-kalman-binary" or "hgf".
        columns: bowlby's names to the table's own, as in {"child": "subjID", "act": "choice"}.
        rescale: move outcomes linearly from their own range, such as -1 to 1, to 0 to 1.
        acts: names of all acts, where some were never chosen.
        join: let learning carry over from session to session.
        costs: let acts differ in cost.
        covariates: pairs of parameter and covariate, as in [("learning_rate", "age")].
        nuts: draw by NUTS instead of the fast approximation.
        seed: of the draws.

    Returns:
        The posterior, and whether it can be trusted.

    Raises:
        InputError: the table cannot be used; the error names row, column and remedy.

    Example:
        >>> import bowlby
        >>> own = {"child": "subjID", "act": "choice"}
        >>> found = bowlby.fit(bowlby.example("reversal"), columns=own, rescale=True)  # doctest: +SKIP
        >>> found.to_polars()  # doctest: +SKIP
    """
    notes = start_jax()
    known, hashes = _trials(trials, TrialColumns(columns or {}, rescale), acts, join)
    from bowlby.model.rules.registry import find_rule

    name = find_rule(rule).name
    found = _fitted(known, {name: tuple(covariates)}, costs=costs, nuts=nuts, seed=seed)[name]
    settings = {"rule": str(name), "columns": dict(columns or {}), "rescale": rescale, "nuts": nuts, "seed": seed}
    return FittedRule(found, provenance=ResultOrigin("fit", settings, hashes, notes))


def compare_rules(
    trials: TrialTable,
    *,
    rules: Sequence[str] = RULES,
    columns: Mapping[str, str] | None = None,
    rescale: bool = False,
    acts: Sequence[str] = (),
    join: bool = False,
    costs: bool = False,
    covariates: Sequence[tuple[str, str]] = (),
    nuts: bool = False,
    seed: int = 0,
) -> RuleComparison:
    """Fit learning rules to the same trials, and compare how well they predict each act from the others.

    Args:
        trials: as for `fit`.
        rules: names of the rules.
        columns: as for `fit`.
        rescale: as for `fit`.
        acts: as for `fit`.
        join: as for `fit`.
        costs: as for `fit`.
        covariates: as for `fit`; a rule without the parameter is fitted without.
        nuts: as for `fit`.
        seed: of the draws.

    Returns:
        The rules, best first, and their fits.

    Raises:
        InputError: the table cannot be used.

    Example:
        >>> import bowlby
        >>> own = {"child": "subjID", "act": "choice"}
        >>> found = bowlby.compare_rules(bowlby.example("reversal"), columns=own, rescale=True)  # doctest: +SKIP
        >>> found["hgf"].plot()  # doctest: +SKIP
    """
    notes = start_jax()
    known, hashes = _trials(trials, TrialColumns(columns or {}, rescale), acts, join)
    from bowlby.inference.choices.compare import compare
    from bowlby.inference.choices.hierarchy import Hierarchy, choice_model
    from bowlby.model.rules.registry import find_rule

    names = [find_rule(rule).name for rule in rules]
    plain = {name: choice_model(Hierarchy(rule=name, costs=costs), known.acts).names for name in names}
    own = {name: tuple(pair for pair in covariates if pair[0] in plain[name]) for name in names}
    left = [
        f"{name} has no {parameter}: {covariate} is left out there"
        for name in names
        for parameter, covariate in covariates
        if (parameter, covariate) not in own[name]
    ]
    fits = _fitted(known, own, costs=costs, nuts=nuts, seed=seed)
    settings = {"rules": list(map(str, names)), "columns": dict(columns or {}), "rescale": rescale, "seed": seed}
    origin = ResultOrigin("compare_rules", settings, hashes, (*notes, *left))
    return RuleComparison(compare(fits), fits=fits, provenance=origin)


def _trials(
    table: TrialTable, layout: TrialColumns, acts: Sequence[str], join: bool
) -> tuple[Trials, tuple[tuple[str, str], ...]]:
    if isinstance(table, Trials):
        found, hashes = table, ()
    elif is_frame(table):
        found, hashes = trials_of(polars_frame(table), None, acts, layout), ()
    else:
        path = Path(str(table))
        found, hashes = read_trials(path, acts, layout), inputs([path])
    return (joined(found) if join else found), hashes


def _fitted(
    trials: Trials,
    rules: Mapping[RuleName, tuple[tuple[str, str], ...]],
    *,
    costs: bool,
    nuts: bool,
    seed: int,
) -> dict[RuleName, Fit]:
    """Return the fit of each rule with its covariates."""
    from bowlby.inference.choices.fit import fit as fit_hierarchy
    from bowlby.inference.choices.hierarchy import Hierarchy
    from bowlby.inference.choices.sampling import SamplerSettings

    found: dict[RuleName, Fit] = {}
    for name, own in rules.items():
        hierarchy = Hierarchy(rule=name, costs=costs, covariates=own)
        settings = SamplerSettings() if nuts else None
        with progress_bar(str(name)) as progress:
            found[name] = fit_hierarchy(trials, hierarchy, settings=settings, seed=seed, progress=progress)
    return found
