"""`bowlby compare-models`: which learning rule predicts these choices best, and could it have been told?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit, log

if TYPE_CHECKING:
    from bowlby.inference.choices.compare import RulePrediction
    from bowlby.inference.choices.fit import Fit
    from bowlby.inference.choices.hierarchy import Hierarchy
    from bowlby.inference.choices.trials import Trials
    from bowlby.model.rules.rule import RuleName
    from bowlby.recovery.model_recovery import RuleConfusion

TrialsFile = Annotated[
    Path, typer.Argument(help="csv with columns child, session, trial, act, outcome and maybe group, age, condition.")
]
Rules = Annotated[str, typer.Option("--rules", help="Rules to compare, by commas.")]


def compare_models_command(
    file: TrialsFile,
    rules: Rules = "rescorla-wagner,pearce-hall,volatile-kalman,hgf",
    acts: Annotated[str, typer.Option("--acts", help="All acts, by commas, where some were never chosen.")] = "",
    join: Annotated[bool, typer.Option("--join", help="Let learning carry over from session to session.")] = False,
    costs: Annotated[bool, typer.Option("--costs", help="Let acts differ in cost.")] = False,
    covariates: Annotated[
        list[str] | None, typer.Option("--covariate", help="PARAMETER:age, :group or :condition; may be repeated.")
    ] = None,
    simulate: Annotated[
        int, typer.Option("--simulate", min=0, help="Also simulate so many data sets a rule: the confusion matrix.")
    ] = 0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for every fit as RULE.nc, which ArviZ opens.")
    ] = None,
    nuts: options.Nuts = False,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Fit learning rules to choices and outcomes of many children, and compare how well they predict.

    Example: bowlby compare-models trials.csv --simulate 5 --seed 1 -o fits --json
    """
    from bowlby.simulation.entry import start_jax

    start_jax()
    from bowlby.inference.choices.compare import compare
    from bowlby.inference.choices.hierarchy import Hierarchy
    from bowlby.inference.choices.trials import joined, read_trials
    from bowlby.model.rules.registry import find_rule

    trials = read_trials(file, _words(acts))
    trials = joined(trials) if join else trials
    names = [find_rule(word).name for word in _words(rules)]
    base = Hierarchy(costs=costs)
    fits = _fits(trials, base, names, _pairs(covariates or []), nuts=nuts, seed=seed)
    table = compare(fits)
    written = [] if output is None else _save(fits, output, force=force)
    confused = _confusion(trials, base, names, simulate, seed) if simulate else None
    result = _result(trials, fits, table, confused) | {"seed": seed, "written": written}
    emit(result, _text(table, fits, confused), as_json=as_json)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _pairs(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    from bowlby.errors import InputError

    pairs = [tuple(word.split(":")) for word in words]
    for word, pair in zip(words, pairs, strict=True):
        if len(pair) != 2:
            raise InputError(
                "PARAMETER:COVARIATE is wanted", column="--covariate", value=word, remedy="As in learning_rate:age."
            )
    return tuple((pair[0], pair[1]) for pair in pairs)


def _fits(
    trials: Trials,
    base: Hierarchy,
    names: Sequence[RuleName],
    covariates: tuple[tuple[str, str], ...],
    *,
    nuts: bool,
    seed: int,
) -> dict[RuleName, Fit]:
    from dataclasses import replace

    from bowlby.inference.choices.fit import fit
    from bowlby.inference.choices.hierarchy import choice_model
    from bowlby.inference.choices.sampling import SamplerSettings
    from bowlby.progress import progress_bar

    found: dict[RuleName, Fit] = {}
    for name in names:
        plain = replace(base, rule=name)
        own = tuple(pair for pair in covariates if pair[0] in choice_model(plain, trials.acts).names)
        for parameter, covariate in set(covariates) - set(own):
            log(f"{name} has no {parameter}: {covariate} is left out there")
        with progress_bar(str(name)) as progress:
            found[name] = fit(
                trials,
                replace(plain, covariates=own),
                settings=SamplerSettings() if nuts else None,
                seed=seed,
                progress=progress,
            )
    return found


def _save(fits: Mapping[RuleName, Fit], folder: Path, *, force: bool) -> list[str]:
    from bowlby.atomic import make_folder
    from bowlby.inference.choices.saved_fit import save_fit

    make_folder(folder)
    return [str(save_fit(found, folder / f"{name}.nc", force=force)) for name, found in fits.items()]


def _confusion(trials: Trials, base: Hierarchy, names: Sequence[RuleName], replicates: int, seed: int) -> RuleConfusion:
    """Return the confusion matrix of data sets of the size of the one given."""
    from bowlby.progress import progress_bar
    from bowlby.recovery.choices import ChoiceDesign
    from bowlby.recovery.model_recovery import confusion

    children = len(trials.children)
    sessions = max(1, round(len(trials.series) / children))
    known = sum(len(one) for one in trials.series)
    length = max(1, round(known / len(trials.series)))
    missing = min(trials.missing_outcomes / max(trials.trials, 1), 0.99)
    design = ChoiceDesign(children, sessions, length, len(trials.acts), missing)
    with progress_bar("simulated fits") as progress:
        return confusion(design, replicates, rules=names, hierarchy=base, seed=seed, progress=progress)


def _result(
    trials: Trials, fits: Mapping[RuleName, Fit], table: Sequence[RulePrediction], confused: RuleConfusion | None
) -> dict[str, object]:
    from bowlby.inference.choices.choice_checks import predictive_checks, prior_sensitivity

    return {
        "children": len(trials.children),
        "sessions": len(trials.series),
        "trials": trials.trials,
        "acts": list(trials.acts),
        "missing_outcomes": trials.missing_outcomes,
        "unused_columns": list(trials.unused),
        "comparison": [row.as_dict() for row in table],
        "fits": {
            str(name): {
                "parameters": [row.as_dict() for row in found.rows()],
                "checks": [check.as_dict() for check in predictive_checks(found)],
                "prior_sensitivity": [row.as_dict() for row in prior_sensitivity(found)],
                "diagnostics": found.diagnostics.as_dict(),
                "notes": list(found.problem.notes),
            }
            for name, found in fits.items()
        },
        "confusion": None if confused is None else confused.as_dict(),
    }


def _text(table: Sequence[RulePrediction], fits: Mapping[RuleName, Fit], confused: RuleConfusion | None) -> list[str]:
    from bowlby.recovery.model_recovery import confusion_table

    lines = [
        "| rule | elpd (PSIS-LOO) | below the best | se | bits an act above chance | k > .7 |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.rule} | {row.elpd:.1f} | {row.difference:.1f} | {row.difference_se:.1f} | {row.bits_per_act:.3f} | "
        f"{row.unreliable} |"
        for row in table
    ]
    others = [str(row.rule) for row in table[1:] if not row.told_apart]
    if others:
        lines.append(f"not told apart from {table[0].rule}: {', '.join(others)}")
    for row in table:
        known = fits[row.rule].diagnostics
        if not known.trusted:
            lines.append(f"the fit of {row.rule} is not to be trusted: {known.as_dict()}")
    for figure in fits[table[0].rule].rows():
        lines.append(
            f"  {figure.name:<34} {figure.mean:8.3f}  90 % {figure.low:.3f} to {figure.high:.3f}  ({figure.kind}, "
            f"{figure.unit}; prior {figure.prior_low:.3f} to {figure.prior_high:.3f})"
        )
    if confused is not None:
        lines += ["", "data sets of this size, simulated by one rule and fitted by all:", confusion_table(confused)]
    return lines
