"""`bowlby compare`: trauma and neglect side by side, with the secure baseline, as table, page or infographic."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

if TYPE_CHECKING:
    from bowlby.evidence.comparison.compare import Comparison


class Format(StrEnum):
    """Forms of the comparison."""

    TEXT = "text"
    MARKDOWN = "md"
    HTML = "html"
    SVG = "svg"
    PNG = "png"


Form = Annotated[Format, typer.Option("--format", help="text, md, html, or the infographic as svg or png.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write it to a file.", show_default=False)]
Fresh = Annotated[bool, typer.Option("--fresh", help="Live all lives anew instead of showing the shipped result.")]
Resume = Annotated[
    Path | None,
    typer.Option(
        "--resume",
        help="With --fresh: folder that keeps finished lives, instead of the cache folder.",
        show_default=False,
    ),
]


def compare_command(
    form: Form = Format.TEXT,
    output: Output = None,
    fresh: Fresh = False,
    resume: Resume = None,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Compare trauma and neglect: what the source says, what the model gives, what is published, and two marks a claim.

    Example: bowlby compare --format png -o compare.png

    Example: bowlby compare --json
    """
    from bowlby.atomic import refuse_overwriting, writing
    from bowlby.errors import InputError
    from bowlby.evidence.comparison.compare import comparison

    binary = form is Format.PNG
    if output is None and binary and not as_json:
        raise InputError("a picture needs a file", column="-o", remedy="Give -o compare.png.")
    if output is not None:
        refuse_overwriting(output, force=force)
    found = _fresh(seed, resume) if fresh else comparison()
    if output is not None:
        with writing(output, force=force) as draft:
            draft.write_bytes(_drawn(found, form))
    written = None if output is None else str(output)
    text = [f"wrote {output}"] if output else [] if as_json else _drawn(found, form).decode().rstrip("\n").split("\n")
    emit(found.as_dict() | {"written": written}, text, as_json=as_json)


def _fresh(seed: int, resume: Path | None) -> Comparison:
    from bowlby.evidence.claims_register.lives_folder import lives_folder
    from bowlby.simulation.entry import start_jax

    start_jax()
    from bowlby.evidence.claims_register.lives import ClaimSampleSizes
    from bowlby.evidence.comparison.compare import comparison
    from bowlby.evidence.comparison.result import make_result
    from bowlby.lives.arm_lives import RunMonitor
    from bowlby.progress import progress_bar

    with progress_bar("lives") as progress:
        return comparison(
            make_result(ClaimSampleSizes(seed=seed), folder=lives_folder(resume), watching=RunMonitor(progress))
        )


def _drawn(found: Comparison, form: Format) -> bytes:
    match form:
        case Format.TEXT:
            from bowlby.reporting.compare_page import compare_text

            return ("\n".join(compare_text(found)) + "\n").encode()
        case Format.MARKDOWN:
            from bowlby.reporting.compare_page import compare_markdown

            return compare_markdown(found).encode()
        case Format.HTML:
            from bowlby.cache import cache_folder
            from bowlby.reporting.compare_page import compare_html

            return compare_html(found, cache_folder()).encode()
        case Format.SVG:
            from bowlby.reporting.infographic import infographic

            return infographic(found).encode()
        case Format.PNG:
            from bowlby.reporting.infographic import infographic_png

            return infographic_png(found)
