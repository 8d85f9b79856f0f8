"""`bowlby claims`: every causal claim tested, with two computed marks, of the evidence and of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
    from bowlby.cache import cache_folder
    from bowlby.simulation.entry import start_jax

    if output is not None:
        refuse_overwriting(output, force=force)
    start_jax()
    from bowlby.evidence.claims_register.judge import QUICK, judge, select_claims, summary
    from bowlby.evidence.claims_register.lives import ClaimSampleSizes
    from bowlby.evidence.claims_register.lives_folder import lives_folder
    from bowlby.lives.arm_lives import RunMonitor
    from bowlby.progress import progress_bar

    claims = select_claims(row)

    numbers = replace(QUICK if quick else ClaimSampleSizes(), seed=seed)
    with progress_bar("lives") as progress:
        judged = judge(claims, numbers, folder=lives_folder(resume), watching=RunMonitor(progress))
    if output is not None:
        from bowlby.reporting.claims_page import write_claims

        write_claims([one.as_dict() for one in judged], numbers, output, cache=cache_folder(), force=force)
    result = {
        "claims": [one.as_dict() for one in judged],
        **summary(judged),
        "children": numbers.children,
        "fewer": numbers.fewer,
        "seed": seed,
        "written": None if output is None else str(output),
    }
    emit(result, _text(judged, output), as_json=as_json)


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
