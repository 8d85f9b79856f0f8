"""The page of every command and option, made from the commands themselves."""

from __future__ import annotations

import typer

from bowlby.purpose import PURPOSE_AND_LIMITS

ENVIRONMENT = {
    "BOWLBY_CACHE": "Folder for compiled programs, kept studies, drawing script; else `bowlby` in the user's cache.",
    "XDG_CACHE_HOME": "The user's cache folder, where `BOWLBY_CACHE` is not set.",
    "BOWLBY_CONFINED": "Set by bowlby for its own reading processes: what they load at their start.",
    "BOWLBY_PARENT": "Set by bowlby for its own reading processes: the process with which they end.",
    "JAX_COMPILATION_CACHE_DIR": "Where compiled programs are kept, if another place than the cache folder is wanted.",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "Set to 0, unless it is set: every compiled program is kept.",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "Set to -1, unless it is set: every compiled program is kept.",
    "XLA_FLAGS": "Options of XLA; bowlby's command line and its workers add their own to what is there.",
    "NPROC": "Cores that one worker of a cluster uses; 1 in bowlby's workers.",
    "OMP_NUM_THREADS": "Threads of OpenMP; 1 in bowlby's workers.",
    "OPENBLAS_NUM_THREADS": "Threads of OpenBLAS; 1 in bowlby's workers.",
    "MKL_NUM_THREADS": "Threads of MKL; 1 in bowlby's workers.",
    "POLARS_MAX_THREADS": "Threads of polars; 1 in bowlby's workers.",
}
"""Every environment variable that bowlby reads or sets."""


def command_page(app: typer.Typer) -> str:
    """Return docs/command-line.md: each command with its examples, arguments and options.

    Args:
        app: the application.

    Returns:
        Markdown.
    """
    group = typer.main.get_command(app)
    lines = [
        "# The command line",
        "",
        "Made from the commands themselves (`python -m docs.build`). Every computing command takes `--json`: one",
        "object on stdout, logs on stderr; it carries what made it, so that `bowlby rerun` can make it again.",
        "Exit 0: done, 1: the work failed, 2: bad input.",
        "",
        PURPOSE_AND_LIMITS[0],
        "",
    ]
    for name, command in sorted(_commands(group, "")):
        lines += _section(name, command)
    lines += ["## Environment variables", "", "| variable | what it does |", "|---|---|"]
    lines += [f"| `{name}` | {text} |" for name, text in ENVIRONMENT.items()]
    return "\n".join(lines) + "\n"


def _commands(group: object, before: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, command in getattr(group, "commands", {}).items():
        whole = f"{before}{name}"
        below = _commands(command, f"{whole} ")
        # A group is shown by itself where it does something without a command below it.
        found += below if below and not getattr(command, "params", None) else [(whole, command), *below]
    return found


def _section(name: str, command: object) -> list[str]:
    text = (getattr(command, "help", "") or "").strip()
    about, _, examples = text.partition("Example:")
    lines = [f"## bowlby {name}", "", " ".join(about.split()), ""]
    shown = [" ".join(part.split()) for part in examples.split("Example:") if part.strip()]
    if shown:
        lines += ["```sh", *shown, "```", ""]
    rows = [_row(parameter) for parameter in getattr(command, "params", [])]
    if rows:
        lines += ["| argument or option | default | what it does |", "|---|---|---|", *rows, ""]
    return lines


def _row(parameter: object) -> str:
    names = [*getattr(parameter, "opts", []), *getattr(parameter, "secondary_opts", [])]
    is_option = any(name.startswith("-") for name in names)
    label = (
        ", ".join(f"`{name}`" for name in names) if is_option else f"`{str(getattr(parameter, 'name', '')).upper()}`"
    )
    default = getattr(parameter, "default", None)
    told = "" if default is None or default is False or callable(default) or not str(default) else f"`{default}`"
    text = " ".join(str(getattr(parameter, "help", "") or "").split()).replace("|", "\\|")
    return f"| {label} | {told} | {text} |"
