"""`bowlby codebook init`: a codebook to fill in, from the codes found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

app = typer.Typer(help="Codebooks: your codes in bowlby's constructs.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def codebook_commands() -> None:
    """Codebooks: your codes in bowlby's constructs."""


@app.command("init")
def init_command(
    file: Annotated[Path, typer.Argument(help="A coded record file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the codebook goes.")],
    format: options.Format = None,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Write a codebook with every code found, ready to be filled in.

    Example: bowlby codebook init visit1.boris -o codebook.toml
    """
    from bowlby.atomic import write_text
    from bowlby.records.scaffold import scaffold

    draft = scaffold(file, format=format)
    write_text(output, draft.text, force=force)
    suggested, bare = len(draft.codes) - len(draft.unmapped), len(draft.unmapped)
    text = [
        f"wrote {output}: codes by actor, {suggested} with a suggestion and {bare} without",
        "Nothing is mapped yet: take the # off what you agree with, fill in the rest, and say under [codable] what "
        "your coders looked for.",
    ]
    emit({"written": str(output), "codes": list(draft.codes), "unmapped": list(draft.unmapped)}, text, as_json=as_json)
