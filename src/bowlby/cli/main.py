"""The entry point: one application, typed errors to exit codes, JSON to stdout."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from bowlby.cli import commands
from bowlby.cli.command_line import CommandLine, parse, refuse_what_harms, start_reading
from bowlby.cli.interruption import INTERRUPTED, leave_at_once, leave_soon_after_an_interrupt, report_interruption
from bowlby.cli.output import fail, log, refusal_error
from bowlby.cli.run_record import begin
from bowlby.errors import EXTRAS, BowlbyError, InputError, LimitError, MissingExtraError
from bowlby.scratch import sweep

app = typer.Typer(
    name="bowlby",
    help="The attachment system as an executable, testable model. For research, teaching and trial planning; "
    "not for diagnosis, screening, custody, child protection or adoption decisions.",
    epilog="Start with: bowlby demo",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
commands.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0 done, 1 the work failed, 2 bad input, 130 interrupted.

    Args:
        arguments: the words after `bowlby`; None takes them from the command line.

    Raises:
        SystemExit: always, with the exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if arguments is None:
            leave_soon_after_an_interrupt()
        sweep()
        line = _line(words)
        begin(words, line)
        if line is not None:
            refuse_what_harms(line)
            start_reading(line)
        code = app(words, standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:
            raise KeyboardInterrupt
    except typer.TyperException as error:
        code = _misused(error, as_json="--json" in words)
    except (BowlbyError, OSError, ModuleNotFoundError, MemoryError) as error:
        code = fail(_told(error), as_json="--json" in words)
    except (KeyboardInterrupt, typer.Abort):
        if arguments is None:
            leave_at_once()
        code = report_interruption()
    raise SystemExit(code if isinstance(code, int) else 0)


def _line(words: Sequence[str]) -> CommandLine | None:
    """Return the command line as parsed; None where the words ask for help or are none, which running them says."""
    try:
        return parse(app, words)
    except typer.TyperException:
        return None


def _misused(error: typer.TyperException, *, as_json: bool) -> int:
    """Say what was wrong with the words, or print the help that a group of commands gives where none was named."""
    message = error.format_message()
    if message.startswith("Usage:"):
        log(message)
        return InputError.exit_code
    remedy = "See `bowlby --help`, or `bowlby COMMAND --help` for an example."
    return fail(InputError(message, remedy=remedy), as_json=as_json)


def _told(error: BowlbyError | OSError | ModuleNotFoundError | MemoryError) -> BowlbyError:
    """Return what to say of a failure; a package that no extra brings is a fault of the installation, and raised."""
    match error:
        case BowlbyError():
            return error
        case OSError():
            return refusal_error(error)
        case ModuleNotFoundError(name=str(name)) if name.partition(".")[0] in EXTRAS:
            return MissingExtraError(name.partition(".")[0])
        case MemoryError():
            return _no_memory()
        case _:
            raise error


def _no_memory() -> LimitError:
    return LimitError(
        "there is not enough memory for this", column="memory", remedy="Ask for less at once, or use a larger machine."
    )
