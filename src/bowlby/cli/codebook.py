"""`bowlby codebook init`: a codebook to fill in, from the codes found."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

if TYPE_CHECKING:
    from bowlby.formats.scaffold import Scaffold

app = typer.Typer(help="Codebooks: your codes in bowlby's constructs.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def codebook_commands() -> None:
    """Codebooks: your codes in bowlby's constructs."""


@app.command("init")
def init_command(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Coded record files, or a folder of them.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the codebook goes.")],
    template: Annotated[
        str | None,
        typer.Option(
            "--template",
            help="Kind of scheme to suggest by: still-face, strange-situation, free-play, lena-its, "
            "transcribed-speech, ratings.",
        ),
    ] = None,
    format: options.Format = None,
    isolated: options.Isolated = False,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Write a codebook with every code found, ready to be filled in.

    Files of a folder that hold no record are listed and left out.

    Example: bowlby codebook init visit1.boris -o codebook.toml

    Example: bowlby codebook init sessions/ --template free-play -o codebook.toml
    """
    from bowlby.atomic import write_text
    from bowlby.formats.isolation import is_isolated, reading_limits, reading_process
    from bowlby.formats.scaffold import name_of, scaffold

    files = _files(paths)
    work = partial(scaffold, format=format, skip=any(path.is_dir() for path in paths), template=template)
    if any(is_isolated(path, options.isolation(isolated)) for path in files):
        limits = reading_limits(sum(path.stat().st_size for path in files if path.is_file()))
        draft = reading_process().call(work, files, name_of(paths), limits=limits)
    else:
        draft = work(files, name_of(paths))
    write_text(output, draft.text, force=force)
    emit({"written": str(output), **draft.as_dict()}, _text(output, draft), as_json=as_json)


def _files(paths: list[Path]) -> list[Path]:
    from bowlby.measures.batch import coded_files

    return [file for path in paths for file in (coded_files(path) if path.is_dir() else [path])]


def _text(output: Path, draft: Scaffold) -> list[str]:
    bare = len(draft.unmapped)
    files = f" of {len(draft.files)} files" if len(draft.files) > 1 else ""
    return [
        f"wrote {output}: codes by actor{files}, {len(draft.codes) - bare} with a suggestion and {bare} without",
        *(f"left out {one.path}: {one.error.message}" for one in draft.skipped),
        "Nothing is mapped yet: take the # off what you agree with, fill in the rest, and say under [codable] what "
        "your coders looked for.",
    ]
