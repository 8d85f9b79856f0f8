"""`bowlby infer`: the model run backward, on one or more records of one dyad."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

if TYPE_CHECKING:
    from bowlby.study.differential import Differential


def infer_command(
    files: options.Files,
    codebook: options.CodebookFile = None,
    base_rates: Annotated[
        str,
        typer.Option(
            "--base-rates",
            help="How frequent neither, threat, deprivation and both are in your setting: .55,.2,.15,.1.",
        ),
    ] = "",
    nuts: options.Nuts = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the posterior as .nc or .zarr, in ArviZ's layout.")
    ] = None,
    format: options.Format = None,
    strict: options.Strict = False,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Infer the care behind coded records of one dyad, and tell threat from deprivation where they allow it.

    Example: bowlby infer visit1.boris visit2.boris --codebook codes.toml --json
    """
    from bowlby.atomic import refuse_overwriting
    from bowlby.cli.cache import use_compile_cache
    from bowlby.records.load import Loading, load_coded

    if output is not None:
        refuse_overwriting(output, force=force)
    coded = load_coded(files, Loading(codebook, format, strict))
    use_compile_cache()
    from bowlby.study.differential import differential

    found = differential(coded, base_rates=_base_rates(base_rates), nuts=nuts, seed=seed)
    if output is not None:
        from bowlby.infer.saved import save

        save(found.posterior, output, force=force)
    result = found.as_dict() | {"seed": seed, "written": None if output is None else str(output)}
    emit(result, _text(found), as_json=as_json)


def _base_rates(text: str) -> dict[str, float] | None:
    from bowlby.study.reference import QUADRANTS, checked_base_rates

    if not text:
        return None
    try:
        values = [float(word) for word in text.split(",")]
    except ValueError:
        values = []
    return checked_base_rates(dict(zip(QUADRANTS, values, strict=False)))


def _text(found: Differential) -> list[str]:
    lines = [f"verdict: {found.verdict}"]
    rates = ", ".join(f"{name} {share:.2f}" for name, share in found.base_rates.items())
    lines.append(f"base rates: {rates}")
    if found.quadrant is not None:
        lines += [f"  {name:<14} {share:.2f}" for name, share in found.quadrant.items()]
    lines += [f"  {'met' if item.met else 'NOT met'}: {item.name} ({item.value})" for item in found.conditions]
    lines += [found.rare_event, "what to observe next:", *(f"  {line}" for line in found.next)]
    lines += ["what a record of this kind cannot tell:", *(f"  {line}" for line in found.not_identifiable)]
    return lines
