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
        "long to watch.",
    ),
]
RecordsOption = Annotated[
    str,
    typer.Option(
        "--records", help="Who writes the records of differential: child (the full child, coded with error) or dyad."
    ),
]


def recover_command(
    what: WhatOption = "choices",
    rule: RuleOption = "rescorla-wagner",
    records: RecordsOption = "child",
    minutes: Annotated[
        str, typer.Option("--minutes", help="Lengths of the records of differential, by commas.")
    ] = "5,20,60,180",
    children: Annotated[int, typer.Option("--children", min=3, help="Simulated children, or dyads.")] = 30,
    trials: Annotated[int, typer.Option("--trials", min=1, help="Trials a session.")] = 40,
    sessions: Annotated[str, typer.Option("--sessions", help="Sessions a child to try, by commas.")] = "1,5,20",
    missing: Annotated[
        float, typer.Option("--missing", min=0.0, max=0.99, help="Share of outcomes that nobody saw.")
    ] = 0.0,
    parameter: Annotated[
        str, typer.Option("--parameter", help="Of precision: a parameter of usual care, threat or deprivation.")
    ] = "threat",
    within: Annotated[
        float, typer.Option("--within", help="Largest posterior sd that is wanted, in the parameter's unit.")
    ] = 0.3,
    prob: Annotated[float, typer.Option("--prob", help="Share of dyads that must be known so well.")] = 0.8,
    half_width: Annotated[
        bool, typer.Option("--half-width", help="Want half of the 90 % interval below --within, not the sd.")
    ] = False,
    nuts: options.Nuts = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Simulate children, infer from their records, and say what comes back and what does not.

    Example: bowlby recover --rule pearce-hall --children 30 --trials 40 --sessions 1,5,20 --seed 1 --json

    Example: bowlby recover --what differential --children 40 --minutes 5,20,60 --seed 1

    Example: bowlby recover --what care --children 40 --seed 1

    Example: bowlby recover --what precision --parameter answer_probability --within .1 --prob .8 --children 20 --seed 1
    """
    match what:
        case "choices":
            pass
        case "differential":
            _differential(records, _numbers(minutes, "--minutes"), children, seed, as_json=as_json)
            return
        case "care":
            _care(children, seed, as_json=as_json)
            return
        case "precision":
            _precision((parameter, within, prob, half_width), children, seed, as_json=as_json)
            return
        case _:
            raise InputError(
                "there is nothing of this name to recover",
                column="--what",
                value=what,
                remedy="Known: choices, differential, care, precision.",
            )
    from bowlby.cli.cache import use_compile_cache
    from bowlby.cli.progress import watched
    from bowlby.simulate.entry import prepare_jax

    numbers = _numbers(sessions, "--sessions")
    use_compile_cache()
    prepare_jax()
    from bowlby.infer.hierarchy import Hierarchy
    from bowlby.infer.sampling import Settings
    from bowlby.model.rules.registry import find_rule
    from bowlby.study.choice_recovery import recover, recovery_table
    from bowlby.study.choices import Design

    known = find_rule(rule)
    design = Design(children, 1, trials, missing=missing)
    with watched("fits") as progress:
        rows = recover(
            Hierarchy(rule=known.name),
            design,
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
