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
    from bowlby.model.rules.rule import RuleName
    from bowlby.recovery.model_recovery import RuleConfusion
    from bowlby.surface.choices import RuleComparison

TrialsFile = Annotated[
    Path,
    typer.Argument(help="csv with columns child, act, outcome and maybe session, trial, group, age, condition."),
]
Rules = Annotated[str, typer.Option("--rules", help="Rules, by commas; volatile-kalman-binary is one more.")]


def compare_models_command(
    file: TrialsFile,
    rules: Rules = "rescorla-wagner,pearce-hall,volatile-kalman,hgf",
    columns: Annotated[
        str, typer.Option("--columns", help="What the file calls its columns, by commas: child=subjID,act=choice.")
    ] = "",
    rescale: Annotated[
        bool, typer.Option("--rescale", help="Move outcomes from their own range, such as -1 to 1, to 0 to 1.")
    ] = False,
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

    Example: bowlby compare-models reversal.csv --columns child=subjID,act=choice --rescale
    """
    from bowlby.surface.choices import compare_rules

    found = compare_rules(
        file,
        rules=_words(rules),
        columns=_columns(columns),
        rescale=rescale,
        acts=_words(acts),
        join=join,
        costs=costs,
        covariates=_pairs(covariates or []),
        nuts=nuts,
        seed=seed,
    )
    for note in found.provenance.notes:
        log(note)
    written = [] if output is None else _save(found.fits, output, force=force)
    confused = _confusion(found, simulate, seed, costs=costs) if simulate else None
    said = {"confusion": None if confused is None else confused.as_dict(), "seed": seed, "written": written}
    emit(found.as_dict() | said, _text(found.value, found.fits, confused), as_json=as_json)


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


def _columns(text: str) -> dict[str, str]:
    """Return bowlby's names by the file's own, from words such as child=subjID,act=choice."""
    from bowlby.errors import InputError

    found: dict[str, str] = {}
    for word in _words(text):
        name, equals, own = (part.strip() for part in word.partition("="))
        if not (name and equals and own) or name in found:
            remedy = "Write each once, as in child=subjID,act=choice."
            raise InputError("NAME=COLUMN is wanted", column="--columns", value=word, remedy=remedy)
        found[name] = own
    return found


def _save(fits: Mapping[RuleName, Fit], folder: Path, *, force: bool) -> list[str]:
    from bowlby.atomic import make_folder
    from bowlby.inference.choices.saved_fit import save_fit

    make_folder(folder)
    return [str(save_fit(found, folder / f"{name}.nc", force=force)) for name, found in fits.items()]


def _confusion(found: RuleComparison, replicates: int, seed: int, *, costs: bool) -> RuleConfusion:
    """Return the confusion matrix of data sets of the size of the one given."""
    from bowlby.inference.choices.hierarchy import Hierarchy
    from bowlby.progress import progress_bar
    from bowlby.recovery.choices import ChoiceDesign
    from bowlby.recovery.model_recovery import confusion

    trials = found.trials
    children = len(trials.children)
    sessions = max(1, round(len(trials.series) / children))
    known = sum(len(one) for one in trials.series)
    length = max(1, round(known / len(trials.series)))
    missing = min(trials.missing_outcomes / max(trials.trials, 1), 0.99)
    design = ChoiceDesign(children, sessions, length, len(trials.acts), missing)
    with progress_bar("simulated fits") as progress:
        return confusion(
            design, replicates, rules=list(found.fits), hierarchy=Hierarchy(costs=costs), seed=seed, progress=progress
        )


def _text(table: Sequence[RulePrediction], fits: Mapping[RuleName, Fit], confused: RuleConfusion | None) -> list[str]:
    from bowlby.recovery.model_recovery import confusion_table

    lines = [
        "| rule | elpd (PSIS-LOO) | below the best | se | bits an act above chance | k > .7 | fit |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.rule} | {row.elpd:.1f} | {row.difference:.1f} | {row.difference_se:.1f} | {row.bits_per_act:.3f} | "
        f"{row.unreliable} | {'trusted' if row.trusted else 'not to be trusted'} |"
        for row in table
    ]
    others = [str(row.rule) for row in table[1:] if not row.told_apart]
    if others:
        lines.append(f"not distinguishable from {table[0].rule}: {', '.join(others)}")
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
