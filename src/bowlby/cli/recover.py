"""`bowlby recover`: do simulated values come back, and do stated probabilities mean what they say?"""

from __future__ import annotations

from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.errors import InputError

RuleOption = Annotated[
    str, typer.Option("--rule", help="Learning rule: rescorla-wagner, pearce-hall, volatile-kalman or hgf.")
]


WhatOption = Annotated[
    str,
    typer.Option(
        "--what",
        help="choices: what children choose by. axes: threat and deprivation of care. intervals: of measures.",
    ),
]
Minutes = Annotated[str, typer.Option("--minutes", help="Of axes: minutes watched in all, by commas.")]
Children = Annotated[int, typer.Option("--children", min=3, help="Simulated children, or dyads.")]
Trials = Annotated[int, typer.Option("--trials", min=1, help="Trials a session.")]
Sessions = Annotated[str, typer.Option("--sessions", help="Sessions a child to try, by commas.")]
Missing = Annotated[float, typer.Option("--missing", min=0.0, max=0.99, help="Share of outcomes that nobody saw.")]
Visits = Annotated[int, typer.Option("--sessions", min=1, max=10, help="Visits on as many days.")]
Template = Annotated[
    str, typer.Option("--template", help="What is coded: everything, answers, warmth, voices, fright and others.")
]

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def recover_command(
    context: typer.Context,
    what: WhatOption = "choices",
    rule: RuleOption = "rescorla-wagner",
    minutes: Minutes = "20,60,180,600",
    children: Children = 30,
    trials: Trials = 40,
    sessions: Sessions = "",
    missing: Missing = 0.0,
    nuts: options.Nuts = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Simulate, infer from the records, and say what comes back and what does not; --what names a command below it.

    Example: bowlby recover --rule pearce-hall --children 30 --trials 40 --sessions 1,5,20 --seed 1 --json

    Example: bowlby recover --what axes --children 512 --minutes 20,60 --sessions 3 --seed 1
    """
    if context.invoked_subcommand is not None:
        return
    match what:
        case "choices":
            tried = _numbers(sessions or "1,5,20", "--sessions")
            _choices((rule, children, trials, missing), tried, seed, nuts, as_json=as_json)
        case "axes":
            visits = _numbers(sessions or "3", "--sessions")
            _axes((_numbers(minutes, "--minutes"), children, visits[0], "everything", False), seed, as_json=as_json)
        case "intervals":
            _intervals("", 200, seed, as_json=as_json)
        case _:
            raise InputError(
                "there is nothing of this name to recover",
                column="--what",
                value=what,
                remedy="Known: choices, axes, intervals.",
            )


@app.command("choices")
def choices_command(
    rule: RuleOption = "rescorla-wagner",
    children: Children = 30,
    trials: Trials = 40,
    sessions: Sessions = "1,5,20",
    missing: Missing = 0.0,
    nuts: options.Nuts = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Say which parameters of a learning rule come back from what children choose.

    Example: bowlby recover choices --rule pearce-hall --children 30 --trials 40 --sessions 1,5,20 --seed 1
    """
    _choices((rule, children, trials, missing), _numbers(sessions, "--sessions"), seed, nuts, as_json=as_json)


@app.command("axes")
def axes_command(
    minutes: Minutes = "20,60,180,600",
    children: Children = 512,
    sessions: Visits = 3,
    template: Template = "everything",
    own_child: Annotated[
        bool, typer.Option("--own-child", help="Watch caregivers with the child that they raised, not another's.")
    ] = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Say how well threat and deprivation come back from simulated records, and how often what is stated is wrong.

    Example: bowlby recover axes --children 1024 --minutes 20,60,180,600 --sessions 3 --seed 1 --json
    """
    _axes((_numbers(minutes, "--minutes"), children, sessions, template, own_child), seed, as_json=as_json)


@app.command("intervals")
def intervals_command(
    design: Annotated[
        str, typer.Option("--design", help="Only sampling situations with this in their name, such as sessions.")
    ] = "",
    draws: Annotated[int, typer.Option("--draws", min=1, help="Simulated records a situation.")] = 200,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Say how often the 95 % interval of every measure holds a known truth; an interrupted run goes on.

    Example: bowlby recover intervals --design sessions --draws 2000 --seed 1 --json
    """
    _intervals(design, draws, seed, as_json=as_json)


@app.command("classes")
def classes_command(
    population: Annotated[
        str, typer.Option("--population", help="Of the children: pooled, low-risk or at risk.")
    ] = "low-risk",
    children: Annotated[int, typer.Option("--children", min=20, help="Simulated children.")] = 256,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Say how far classes of the Strange Situation agree between coders, sessions and months, and their shares by age.

    Example: bowlby recover classes --population low-risk --children 1000 --seed 1
    """
    _classes(population, children, seed, as_json=as_json)


def _classes(population: str, children: int, seed: int, *, as_json: bool) -> None:
    """Print how far classes agree, and how their shares move with age."""
    from bowlby.progress import progress_bar
    from bowlby.simulation.entry import start_jax

    start_jax()
    from bowlby.evidence.class_agreement import agreement_table, share_table, study_classes

    with progress_bar("episodes") as progress:
        found = study_classes(population, children, seed, progress=progress)
    lines = [
        f"{children} children, {population}; agreement in per cent, and kappa; D with those who fit no class:",
        agreement_table(found.agreements),
        "Shares of the classes, per cent:",
        share_table(found.shares),
    ]
    emit(found.as_dict() | {"seed": seed}, lines, as_json=as_json)


def _choices(
    how: tuple[str, int, int, float], numbers: tuple[int, ...], seed: int, nuts: bool, *, as_json: bool
) -> None:
    """Print which parameters of a learning rule come back."""
    from bowlby.progress import progress_bar
    from bowlby.simulation.entry import start_jax

    start_jax()
    from bowlby.inference.choices.hierarchy import Hierarchy
    from bowlby.inference.choices.sampling import SamplerSettings
    from bowlby.model.rules.registry import find_rule
    from bowlby.recovery.choice_recovery import recover, recovery_table
    from bowlby.recovery.choices import ChoiceDesign

    rule, children, trials, missing = how
    known = find_rule(rule)
    with progress_bar("fits") as progress:
        rows = recover(
            Hierarchy(rule=known.name),
            ChoiceDesign(children, 1, trials, missing=missing),
            sessions=numbers,
            settings=SamplerSettings() if nuts else None,
            seed=seed,
            progress=progress,
        )
    result: dict[str, object] = {
        "rule": str(known.name),
        "children": children,
        "trials": trials,
        "method": "NUTS" if nuts else "nested Laplace approximation",
        "seed": seed,
        "recovery": [row.as_dict() for row in rows],
        "not_recovered": sorted({f"{row.parameter} at {row.sessions}" for row in rows if not row.recovered}),
    }
    emit(result, [f"{known.title}, {children} children:", recovery_table(rows)], as_json=as_json)


def _intervals(design: str, draws: int, seed: int, *, as_json: bool) -> None:
    """Print the coverage of the intervals; finished chunks are kept in the cache folder."""
    from dataclasses import asdict

    from bowlby.cache import cache_folder
    from bowlby.progress import progress_bar
    from bowlby.recovery.interval_coverage import CoverageRun, cover, situations, table

    chosen = [one for one in situations() if design in one.design]
    if not chosen:
        known = ", ".join(one.design for one in situations())
        raise InputError("there is no such design", column="--design", value=design, remedy=f"Known: {known}.")
    cache = cache_folder()
    with progress_bar("draws") as progress:
        rows = cover(chosen, CoverageRun(draws, seed, None if cache is None else cache / "intervals"), progress)
    emit({"draws": draws, "seed": seed, "intervals": [asdict(row) for row in rows]}, [table(rows)], as_json=as_json)


def _axes(how: tuple[tuple[int, ...], int, int, str, bool], seed: int, *, as_json: bool) -> None:
    """Print how well the axes come back."""
    from bowlby.progress import progress_bar
    from bowlby.simulation.entry import start_jax

    start_jax()
    from bowlby.recovery.care.recovery import RecoveryPlan, axes_table, recover_axes

    minutes, children, sessions, template, own_child = how
    plan = RecoveryPlan(children, minutes, sessions, seed, own_child, template)
    with progress_bar("lengths") as progress:
        found = recover_axes(plan, done=progress)
    rates = ", ".join(f"{axis} {share:.3f}" for axis, share in found.base_rates.items())
    lines = [
        f"{children} families, {found.population}; {sessions} visits a day apart, coders who err; what is coded: "
        f"{template}; share above the cut: {rates}",
        axes_table(found.rows),
    ]
    emit(found.as_dict(), lines, as_json=as_json)


def _numbers(text: str, option: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and int(word) > 0 for word in words):
        example = "1,5,20" if option == "--sessions" else "5,20,60"
        raise InputError(
            "whole numbers by commas are wanted", column=option, value=text, remedy=f"Write them as {example}."
        )
    return tuple(int(word) for word in words)
