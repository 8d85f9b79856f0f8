"""`bowlby forecast`: from a posterior, or from named care, to the life course that may follow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.errors import InputError

if TYPE_CHECKING:
    from bowlby.lives.forecast import Forecast

PosteriorFile = Annotated[
    Path | None,
    typer.Argument(
        help="A posterior of one dyad that `bowlby infer -o` wrote: children under care like this.",
        show_default=False,
    ),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write the fans and the comparison as HTML.")]
Interventions = Annotated[
    list[str] | None,
    typer.Option("--intervention", help="What to compare; may be repeated. 'all' for all, 'none' for none."),
]


def forecast_command(
    posterior: PosteriorFile = None,
    exposure: Annotated[
        str | None, typer.Option("--exposure", help="Named care to start from.", show_default=False)
    ] = None,
    children: Annotated[int, typer.Option("-n", "--children", help="Lives to simulate, from birth.")] = 400,
    start: Annotated[str, typer.Option("--start", help="Age at which interventions start: 12mo, 3y.")] = "12mo",
    until: Annotated[str, typer.Option("--until", help="Age at the end: 7y, 25y.")] = "25y",
    intervention: Interventions = None,
    output: Output = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Folder that keeps finished arms; the same call goes on from it.")
    ] = None,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Forecast the life course that may follow, with and without interventions, and say what that rests on.

    Example: bowlby forecast post.nc -o forecast.html

    Example: bowlby forecast --exposure usual -o forecast.html

    Example: bowlby forecast --exposure institution -n 1000 --intervention "foster placement" --start 18mo --json
    """
    from bowlby.atomic import refuse_overwriting
    from bowlby.surface.forecasting import forecast

    if (posterior is None) == (exposure is None):
        raise InputError(
            "a forecast starts from a posterior or from named care, not from both",
            column="--exposure",
            value=exposure,
            remedy="Give a saved posterior, or a named care such as usual.",
        )
    if output is not None:
        refuse_overwriting(output, force=force)
    found = forecast(
        exposure or "" if posterior is None else posterior,
        children=children,
        start=start,
        until=until,
        interventions=[] if intervention == ["none"] else intervention,
        folder=resume,
        seed=seed,
    )
    written = None if output is None else str(found.save_page(output, force=force))
    emit(found.as_dict() | {"written": written}, _text(found.value, written), as_json=as_json)


def _text(found: Forecast, written: str | None) -> list[str]:
    from bowlby.reporting.forecast_page import plain_words

    lines = list(plain_words(found))
    if found.comparison is not None:
        for one in found.comparison.without:
            lines.append(f"{one.outcome} (without: {one.mean:.2f}, sd {one.sd:.2f})")
            rows = (*found.comparison.of(one.outcome), *found.comparison.apart(one.outcome))
            lines += [
                f"  {row.name:<40} {row.effect:+.2f} ({row.low:+.2f} to {row.high:+.2f})  {row.evidence}"
                for row in rows
            ]
    return [*lines, f"wrote {written}"] if written else lines
