"""`bowlby pseudonyms`: a new key, and the pseudonyms that a key makes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

app = typer.Typer(help="Pseudonyms by a secret key.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def pseudonyms_commands() -> None:
    """Pseudonyms by a secret key."""


@app.command("new")
def new_command(
    key: Annotated[Path, typer.Argument(help="Where the key goes; a file that is not there yet.")],
    as_json: options.Json = False,
) -> None:
    """Make a new secret key that only you may read; keep it apart from the results.

    Example: bowlby pseudonyms new study.key
    """
    from bowlby.records.pseudonyms import new_key, read_key

    key_id = read_key(new_key(key)).key_id
    text = [
        f"wrote {key}: key {key_id}",
        "Whoever has it can tell whose a pseudonym is. Keep it apart from the results, and keep a copy: without it no "
        "pseudonym can be made again.",
    ]
    emit({"written": str(key), "key_id": key_id}, text, as_json=as_json)


@app.command("show")
def show_command(
    key: Annotated[Path, typer.Argument(help="The key file.")],
    names: Annotated[list[str], typer.Argument(help="Codes of children, sessions ...; with --kind file, paths.")],
    kind: Annotated[
        str, typer.Option("--kind", help="child, caregiver, coder, session, actor, file, or a column of the manifest.")
    ] = "child",
) -> None:
    """Print the pseudonyms of some names, a line each, for those who may know whose they are. Nothing is kept.

    Example: bowlby pseudonyms show study.key c01 c02
    """
    from bowlby.formats.read import file_hash
    from bowlby.records.pseudonyms import read_key

    made = read_key(key)
    told = {name: made.of(kind, file_hash(Path(name)) if kind == "file" else name) for name in names}
    emit({}, [f"{pseudonym}  {name}" for name, pseudonym in told.items()], as_json=False)
