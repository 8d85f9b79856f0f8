"""`bowlby trial`: what a trial could find, before it is paid for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.errors import InputError

if TYPE_CHECKING:
    from bowlby.planning.trials.trial import Trial

DesignFile = Annotated[Path | None, typer.Argument(help="Design file, TOML; see examples/designs.", show_default=False)]
Cluster = Annotated[
    str | None, typer.Option("--cluster", help="Address of a dask scheduler, or a profile file; see docs/scale.md.")
]
Folder = Annotated[
    Path | None,
    typer.Option("--resume", help="Folder that keeps the simulated children; by default one in the user's cache."),
]


def trial_command(
    design: DesignFile = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write figures and words as HTML.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write every figure of the grid as csv.")] = None,
    protocol: Annotated[
        Path | None, typer.Option("--protocol", help="Write the paragraphs as plain HTML for a word processor.")
    ] = None,
    replicates: Annotated[int | None, typer.Option("--replicates", help="Trials for each size.")] = None,
    pool: Annotated[int | None, typer.Option("--pool", help="Children lived under both arms.")] = None,
    sizes: Annotated[str | None, typer.Option("-n", "--sizes", help="Families randomised: 100,200,400.")] = None,
    cluster: Cluster = None,
    resume: Folder = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of design files.")] = False,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Simulate a trial many times: power, errors, the smallest size, what coder error and drop-out take away.

    Example: bowlby trial examples/designs/video-feedback.toml --seed 1 -o trial.html

    Example: bowlby trial design.toml -n 200,400 --replicates 5000 --json
    """
    if schema:
        from bowlby.planning.trials.design_file import schema as schema_of_designs

        sys.stdout.write(json.dumps(schema_of_designs(), indent=2) + "\n")
        return
    if design is None:
        raise InputError("a trial needs a design", column="DESIGN", remedy="See examples/designs, or --schema.")
    from bowlby.atomic import refuse_overwriting
    from bowlby.surface.planning import trial

    targets = [one for one in (output, csv, protocol) if one is not None]
    for one in targets:
        refuse_overwriting(one, force=force)
    found = trial(
        design,
        sizes=None if sizes is None else _sizes(sizes),
        replicates=replicates,
        pool=pool,
        folder=resume,
        cluster=cluster,
        seed=seed,
    )
    if output is not None:
        found.save_page(output, force=force)
    if csv is not None:
        from bowlby.planning.trials.figures_table import write_figures

        write_figures(found.value, csv, force=force)
    if protocol is not None:
        from bowlby.reporting.trial_protocol import write_protocol

        write_protocol(found.value, protocol, force=force)
    written = None if not targets else ", ".join(str(one) for one in targets)
    emit(found.as_dict() | {"written": written}, _text(found.value, written), as_json=as_json)


def _sizes(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise InputError(
            "sizes are whole numbers", column="--sizes", value=text, remedy="Write them as 100,200,400."
        ) from error


def _text(found: Trial, written: str | None) -> list[str]:
    from bowlby.planning.trials.effect_words import effect_words
    from bowlby.reporting.trial_page import plain_words

    lines = [found.design.title, *(f"  {line}" for line in plain_words(found))]
    lines += [f"  Caution: {line}" for line in found.cautions]
    for effect in found.design.trial.effects:
        lines.append(f"{effect_words(effect)}:")
        lines += [
            f"  n {point.n:>6}  power {point.power:6.1%} ({point.low:.1%} to {point.high:.1%})"
            + ("" if point.closed_form is None else f"  formula {point.closed_form:6.1%}")
            + ("" if point.assurance is None else f"  assurance {point.assurance:6.1%}")
            + f"  false alarms {point.type1:.1%}"
            + ("" if point.cost is None else f"  cost {point.cost:,.0f}")
            for point in found.points_of(effect)
        ]
    return [*lines, *([f"wrote {written}"] if written else [])]
