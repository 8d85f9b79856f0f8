"""`bowlby recover`: do the values that simulated children chose by come back?"""

from __future__ import annotations

from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

RuleOption = Annotated[
    str, typer.Option("--rule", help="Learning rule: rescorla-wagner, pearce-hall, volatile-kalman or hgf.")
]


def recover_command(
    rule: RuleOption = "rescorla-wagner",
    children: Annotated[int, typer.Option("--children", min=3, help="Simulated children.")] = 30,
    trials: Annotated[int, typer.Option("--trials", min=1, help="Trials a session.")] = 40,
    sessions: Annotated[str, typer.Option("--sessions", help="Sessions a child to try, by commas.")] = "1,5,20",
    missing: Annotated[
        float, typer.Option("--missing", min=0.0, max=0.99, help="Share of outcomes that nobody saw.")
    ] = 0.0,
    nuts: options.Nuts = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Simulate children who learn by a rule, fit them, and say which of their parameters come back.

    Example: bowlby recover --rule pearce-hall --children 30 --trials 40 --sessions 1,5,20 --seed 1 --json
    """
    from bowlby.cli.cache import use_compile_cache
    from bowlby.cli.progress import watched
    from bowlby.simulate.entry import prepare_jax

    numbers = _numbers(sessions)
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


def _numbers(text: str) -> tuple[int, ...]:
    from bowlby.errors import InputError

    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and int(word) > 0 for word in words):
        raise InputError(
            "numbers of sessions are wanted", column="--sessions", value=text, remedy="Write them as 1,5,20."
        )
    return tuple(int(word) for word in words)
