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
        help="choices: what children choose by. differential: threat, deprivation, both, neither. care. precision: how "
        "long to watch. intervals.",
    ),
]
RecordsOption = Annotated[
    str,
    typer.Option(
        "--records", help="Who writes the records of differential: child (the full child, coded with error) or dyad."
    ),
]


Minutes = Annotated[str, typer.Option("--minutes", help="Lengths of the records of axes (differential), by commas.")]
Children = Annotated[int, typer.Option("--children", min=3, help="Simulated children, or dyads.")]
Trials = Annotated[int, typer.Option("--trials", min=1, help="Trials a session.")]
Sessions = Annotated[str, typer.Option("--sessions", help="Sessions a child to try, by commas.")]
Missing = Annotated[float, typer.Option("--missing", min=0.0, max=0.99, help="Share of outcomes that nobody saw.")]
Parameter = Annotated[
    str, typer.Option("--parameter", help="Of precision: a parameter of usual care, threat or deprivation.")
]
Within = Annotated[
    float, typer.Option("--within", help="Largest posterior sd that is wanted, in the parameter's unit.")
]
Prob = Annotated[float, typer.Option("--prob", help="Share of dyads that must be known so well.")]
HalfWidth = Annotated[
    bool, typer.Option("--half-width", help="Want half of the 90 % interval below --within, not the sd.")
]

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def recover_command(
    context: typer.Context,
    what: WhatOption = "choices",
    rule: RuleOption = "rescorla-wagner",
    records: RecordsOption = "child",
    minutes: Minutes = "5,20,60,180",
    children: Children = 30,
    trials: Trials = 40,
    sessions: Sessions = "1,5,20",
    missing: Missing = 0.0,
    parameter: Parameter = "threat",
    within: Within = 0.3,
    prob: Prob = 0.8,
    half_width: HalfWidth = False,
    nuts: options.Nuts = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Simulate, infer from the records, and say what comes back and what does not; --what names a command below it.

    Example: bowlby recover --rule pearce-hall --children 30 --trials 40 --sessions 1,5,20 --seed 1 --json

    Example: bowlby recover --what differential --children 40 --minutes 5,20,60 --seed 1

    Example: bowlby recover --what care --children 40 --seed 1

    Example: bowlby recover --what precision --parameter answer_probability --within .1 --prob .8 --children 20 --seed 1
    """
    if context.invoked_subcommand is not None:
        return
    match what:
        case "choices":
            _choices((rule, children, trials, missing), _numbers(sessions, "--sessions"), seed, nuts, as_json=as_json)
        case "differential" | "axes":
            _differential(records, _numbers(minutes, "--minutes"), children, seed, as_json=as_json)
        case "care":
            _care(children, seed, as_json=as_json)
        case "precision":
            _precision((parameter, within, prob, half_width), children, seed, as_json=as_json)
        case "intervals":
            _intervals("", 200, seed, as_json=as_json)
        case _:
            raise InputError(
                "there is nothing of this name to recover",
                column="--what",
                value=what,
                remedy="Known: choices, differential, care, precision, intervals.",
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
    records: RecordsOption = "child",
    minutes: Minutes = "5,20,60,180",
    children: Children = 30,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Say whether what is stated of threat and deprivation is as often so as stated.

    Example: bowlby recover axes --children 40 --minutes 5,20,60 --seed 1
    """
    _differential(records, _numbers(minutes, "--minutes"), children, seed, as_json=as_json)


@app.command("care")
def care_command(children: Children = 30, seed: options.Seed = 0, as_json: options.Json = False) -> None:
    """Say how care comes back from records that break what the likelihood assumes.

    Example: bowlby recover care --children 40 --seed 1
    """
    _care(children, seed, as_json=as_json)


@app.command("precision")
def precision_command(
    parameter: Parameter = "threat",
    within: Within = 0.3,
    prob: Prob = 0.8,
    half_width: HalfWidth = False,
    children: Children = 30,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Say how many minutes a wanted precision takes.

    Example: bowlby recover precision --parameter answer_probability --within .1 --prob .8 --children 20 --seed 1
    """
    _precision((parameter, within, prob, half_width), children, seed, as_json=as_json)


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
    from bowlby.cli.cache import use_compile_cache
    from bowlby.cli.progress import watched
    from bowlby.simulate.entry import prepare_jax

    use_compile_cache()
    prepare_jax()
    from bowlby.study.class_agreement import agreement_table, share_table, study_classes

    with watched("episodes") as progress:
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
    from bowlby.cli.cache import use_compile_cache
    from bowlby.cli.progress import watched
    from bowlby.simulate.entry import prepare_jax

    use_compile_cache()
    prepare_jax()
    from bowlby.infer.hierarchy import Hierarchy
    from bowlby.infer.sampling import Settings
    from bowlby.model.rules.registry import find_rule
    from bowlby.study.choice_recovery import recover, recovery_table
    from bowlby.study.choices import Design

    rule, children, trials, missing = how
    known = find_rule(rule)
    with watched("fits") as progress:
        rows = recover(
            Hierarchy(rule=known.name),
            Design(children, 1, trials, missing=missing),
            sessions=numbers,
            settings=Settings() if nuts else None,
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

    from bowlby.cli.cache import cache_folder
    from bowlby.cli.progress import watched
    from bowlby.study.interval_coverage import Run, cover, situations, table

    chosen = [one for one in situations() if design in one.design]
    if not chosen:
        known = ", ".join(one.design for one in situations())
        raise InputError("there is no such design", column="--design", value=design, remedy=f"Known: {known}.")
    cache = cache_folder()
    with watched("draws") as progress:
        rows = cover(chosen, Run(draws, seed, None if cache is None else cache / "intervals"), progress)
    emit({"draws": draws, "seed": seed, "intervals": [asdict(row) for row in rows]}, [table(rows)], as_json=as_json)


def _differential(records: str, minutes: tuple[int, ...], children: int, seed: int, *, as_json: bool) -> None:
    """Print how the stated quadrant probabilities of simulated children fared."""
    from bowlby.cli.cache import use_compile_cache
    from bowlby.cli.progress import watched
    from bowlby.simulate.entry import prepare_jax

    use_compile_cache()
    prepare_jax()
    from bowlby.study.differential_calibration import study, table
    from bowlby.study.differential_children import Writer

    if records not in tuple(Writer):
        raise InputError(
            "nobody of this name writes records", column="--records", value=records, remedy="Known: child, dyad."
        )
    each = max(children // 4, 1)
    with watched("records") as progress:
        found = study(Writer(records), each, minutes, seed, progress)
    stated = [one for one in found.calibrations if one.given]
    before = [one for one in found.calibrations if not one.given]
    lines = [
        f"{found.children} children, {each} in each quadrant; records written by the {records}",
        "Probabilities that the rule gives:",
        table(stated),
        "All probabilities, also those that the rule withholds:",
        table(before),
    ]
    emit(found.as_dict(), lines, as_json=as_json)


def _care(dyads: int, seed: int, *, as_json: bool) -> None:
    """Print how care comes back from records that break what the likelihood assumes."""
    from bowlby.cli.cache import use_compile_cache
    from bowlby.cli.progress import watched

    use_compile_cache()
    from bowlby.study.misspecified import misspecified, table

    with watched("dyads") as progress:
        rows = misspecified(dyads, 20.0, seed, progress)
    emit(
        {"dyads": dyads, "minutes": 20.0, "seed": seed, "care": [one.as_dict() for one in rows]},
        [table(rows)],
        as_json=as_json,
    )


def _precision(wanted: tuple[str, float, float, bool], dyads: int, seed: int, *, as_json: bool) -> None:
    """Print how long dyads must be watched; simulated dyads are kept in the cache folder for the next question."""
    from bowlby.cli.cache import cache_folder, use_compile_cache
    from bowlby.cli.progress import watched

    use_compile_cache()
    from bowlby.study.precision import Wanted, Width, needed, sentence, table, watch

    name, within, share, half_width = wanted
    asked = Wanted(name, within, share, Width.HALF_WIDTH if half_width else Width.SD)
    cache = cache_folder()
    with watched("dyads") as progress:
        rows = watch(dyads, seed, folder=None if cache is None else cache / "precision", progress=progress)
    found = needed(rows, asked)
    emit(found.as_dict() | {"seed": seed}, [sentence(found), table(found)], as_json=as_json)


def _numbers(text: str, option: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and int(word) > 0 for word in words):
        example = "1,5,20" if option == "--sessions" else "5,20,60"
        raise InputError(
            "whole numbers by commas are wanted", column=option, value=text, remedy=f"Write them as {example}."
        )
    return tuple(int(word) for word in words)
