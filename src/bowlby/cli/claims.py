"""`bowlby claims`: every causal claim tested, with two computed marks, of the evidence and of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

if TYPE_CHECKING:
    from bowlby.evidence.claims_register.judge import JudgedClaim

Row = Annotated[str | None, typer.Option("--row", help="Only the claims of one row: M1 to M16.", show_default=False)]
Quick = Annotated[bool, typer.Option("--quick", help="Fewer children: a first look, with wider intervals.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write the register as HTML.", show_default=False)]
Resume = Annotated[
    Path | None,
    typer.Option("--resume", help="Folder that keeps finished lives, instead of the cache folder.", show_default=False),
]


def claims_command(
    row: Row = None,
    quick: Quick = False,
    output: Output = None,
    resume: Resume = None,
    force: options.Force = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Test every causal claim of the source by a contrast, and say where the result comes from and what is published.

    Example: bowlby claims -o claims.html

    Example: bowlby claims --row M11 --quick --json
    """
    from bowlby.atomic import refuse_overwriting
    from bowlby.surface.evidence import claims

    if output is not None:
        refuse_overwriting(output, force=force)
    found = claims(row, quick=quick, folder=resume, seed=seed)
    written = None if output is None else str(found.save_page(output, force=force))
    emit(found.as_dict() | {"written": written}, _text(found.value, output), as_json=as_json)


def _text(judged: Sequence[JudgedClaim], output: Path | None) -> list[str]:
    from bowlby.evidence.claims_register.aspects import EvidenceMark, claim_order
    from bowlby.purpose import PURPOSE_AND_LIMITS

    rows = sorted((one.as_dict() for one in judged), key=claim_order)
    lines = [f"{len(judged)} claims of the source, restated; what this model gives, and what has been published."]
    for mark in EvidenceMark:
        own = [row for row in rows if row["evidence"] == mark]
        if own:
            lines += ["", f"EVIDENCE: {str(mark).upper()} ({len(own)})"]
            for row in own:
                lines += _told(row)
    lines += ["", *_counts(judged), "", PURPOSE_AND_LIMITS[0]]
    return [*lines, f"wrote {output}"] if output else lines


def _counts(judged: Sequence[JudgedClaim]) -> list[str]:
    from bowlby.evidence.claims_register.judge import summary

    counts = summary(judged)
    return [
        f"{name.replace('_', ' ')}: {', '.join(f'{key} {n}' for key, n in of.items())}" for name, of in counts.items()
    ]


def _told(row: Mapping[str, object]) -> list[str]:
    from bowlby.evidence.claims_register.words import amount, published

    return [
        f"{row['id']:<7}{row['claim']}",
        f"       model: {row['model_mark']}. {amount(row)}; expected {row['expected']}. {row['model_because']}",
        f"       evidence: {row['evidence']}. {published(row)}. {row['evidence_because']}",
    ]
