"""A command line as bowlby's own parser reads it: which command, what it reads and what it writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from bowlby.errors import InputError
from bowlby.input_file import refuse_endless

WRITTEN = frozenset({"--output", "--record", "--resume", "--figures", "--csv", "--protocol"})
"""Options behind which a path is written; a test holds every option that takes a path to be here or in `READ`."""

READ = frozenset({"--codebook", "--manifest", "--pseudonyms", "--table"})
"""Options behind which a path is read, as every path that is an argument is."""

READING = frozenset({"record", "measure", "agree", "infer", "report", "codebook init"})
"""Commands that read coded records."""

EMPTIED = frozenset({"cohort", "simulate"})
"""Commands whose output is a folder that `--force` empties."""


@dataclass(frozen=True)
class CommandParameter:
    """One parameter of a command and its value.

    Args:
        option: its long name, "" for an argument.
        negation: what turns a switch off, "" where there is no such option.
        value: as parsed; a tuple where it may be repeated.
        stated: whether it was on the command line, not left at its default.
        path: whether its value is one path or several.
    """

    option: str
    negation: str
    value: Any
    stated: bool
    path: bool

    @property
    def values(self) -> tuple[Any, ...]:
        """The value as several, none where there is none."""
        if self.value is None:
            return ()
        return tuple(self.value) if isinstance(self.value, (tuple, list)) else (self.value,)

    @property
    def written(self) -> bool:
        """Whether a path is written behind it; `--csv` is a path of one command and a switch of another."""
        return self.path and self.option in WRITTEN

    @property
    def words(self) -> list[str]:
        """The words that give it."""
        if not self.option:
            return [str(value) for value in self.values]
        if isinstance(self.value, bool):
            switch = self.option if self.value else self.negation
            return [switch] if switch else []
        return [f"{self.option}={value}" for value in self.values]


@dataclass(frozen=True)
class CommandLine:
    """A command with its parameters.

    Args:
        command: its name; two words for a command of a group.
        parameters: all that it knows, stated or not.
    """

    command: str
    parameters: tuple[CommandParameter, ...]

    @property
    def reads(self) -> tuple[Path, ...]:
        """Paths that it reads."""
        read = (one for one in self.parameters if one.path and (not one.option or one.option in READ))
        return tuple(Path(value) for one in read for value in one.values)

    @property
    def writes(self) -> tuple[Path, ...]:
        """Paths that it writes."""
        written = (one for one in self.parameters if one.written)
        return tuple(Path(value) for one in written for value in one.values)

    def states(self, option: str) -> bool:
        """Return whether an option is given, and is no switch that is turned off."""
        return any(one.option == option and one.stated and one.value not in (None, False) for one in self.parameters)


def parse(app: Any, words: Sequence[str]) -> CommandLine:
    """Return a command line as the parser reads it; nothing of it is run.

    Args:
        app: the application, or the group of commands that was made of it.
        words: behind `bowlby`.

    Returns:
        The command and its parameters.

    Raises:
        TyperException: the words are no command line of bowlby, or ask for help.
    """
    command: Any = typer.main.get_command(app) if isinstance(app, typer.Typer) else app
    context: Any = command.context_class(command, info_name="bowlby")
    rest, names = list(words), list[str]()
    while hasattr(command, "get_command"):
        inner = command.get_command(context, rest[0]) if rest else None
        if inner is None and names and command.invoke_without_command:
            break  # a group that is a command too
        names.append(rest.pop(0) if rest else "")
        command = inner
    if command is None:
        raise typer.TyperException(f"there is no command {' '.join(names)!r}")
    context = command.make_context(names[-1], rest, parent=context, help_option_names=[])
    return CommandLine(" ".join(names), tuple(_parameter(one, context) for one in command.params if one.expose_value))


def _parameter(one: Any, context: Any) -> CommandParameter:
    option = next((name for name in one.opts if name.startswith("--")), "")
    source = context.get_parameter_source(one.name)
    return CommandParameter(
        option,
        next(iter(one.secondary_opts), ""),
        context.params.get(one.name),
        source is not None and source.name == "COMMANDLINE",
        type(one.type).__name__ == "TyperPath",
    )


def refuse_what_harms(line: CommandLine) -> None:
    """Refuse a command that would read without end, or write over what it reads.

    Args:
        line: the command line.

    Raises:
        InputError: an input is a device or a pipe, or an output is one of the inputs.
    """
    for path in line.reads:
        refuse_endless(path)
    emptied = line.command in EMPTIED and line.states("--force")
    for written in line.writes:
        hit = next((path for path in line.reads if _would_replace(written, path, emptied=emptied)), None)
        if hit is not None:
            raise InputError(
                "the output is one of the inputs", file=written, value=hit, remedy="Choose another name for the output."
            )


def _would_replace(written: Path, read: Path, *, emptied: bool) -> bool:
    """Return whether writing takes an input away: the same file under any name, or its folder emptied."""
    try:
        if written.exists() and read.exists() and written.samefile(read):
            return True
        return emptied and written.is_dir() and written.resolve() in read.resolve().parents
    except (OSError, ValueError):
        return False


def start_reading(line: CommandLine) -> None:
    """Start the process that will read, where one will: it loads while this process loads too.

    Args:
        line: the command line.
    """
    if line.command not in READING:
        return
    from bowlby.formats.isolation import is_container, reading_process

    files = [path for path in line.reads if path.is_file()]
    if any(map(is_container, files)) or (files and line.states("--isolated")):
        reading_process().start()
