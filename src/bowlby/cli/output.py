"""What a command prints: one JSON object or plain text on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence

from bowlby.errors import BowlbyError, OutputError, reason
from bowlby.purpose import PURPOSE_AND_LIMITS


def emit(result: Mapping[str, object], text: Sequence[str], *, as_json: bool) -> None:
    """Print a result, as one JSON object or as lines of text.

    Args:
        result: the keys of the command contract; what made it, purpose and limits are added.
        text: the same for a reader, a line each.
        as_json: which of the two.

    Raises:
        ValueError: the result holds NaN or infinity, which JSON has no word for.
    """
    if as_json:
        from bowlby.cli.run_record import public_result, run_record

        whole = {**public_result(result), "run": run_record(), "purpose_and_limits": list(PURPOSE_AND_LIMITS)}
        sys.stdout.write(json.dumps(whole, allow_nan=False, ensure_ascii=False, indent=2, default=str) + "\n")
    else:
        sys.stdout.write("\n".join(text) + "\n")


def log(line: str) -> None:
    """Print a line for the person who waits, on stderr.

    Args:
        line: the text.
    """
    sys.stderr.write(f"{line}\n")


def fail(error: BowlbyError, *, as_json: bool) -> int:
    """Print an error with its place and remedy, and return its exit code.

    Args:
        error: what went wrong.
        as_json: print the JSON error object on stdout instead of text on stderr.

    Returns:
        1 where the work failed, 2 for bad input.
    """
    wanted = as_json and error.file != "stdout"
    printed = wanted and _printed(json.dumps(error.as_dict(), ensure_ascii=False, indent=2) + "\n")
    if not printed:
        log(f"bowlby: {error}")
    return error.exit_code


def refusal_error(error: OSError) -> OutputError:
    """Return what to say of a refusal of the system that no part knew better: a full stdout, a mount that went away.

    Args:
        error: of the system.

    Returns:
        The error, with the remedy.
    """
    place = "stdout" if error.filename is None and not _printed("") else error.filename
    return OutputError(
        f"the system refused: {reason(error)}",
        file=place,
        remedy="Check the file or folder, its space and its permissions, and run the command again.",
    )


def _printed(text: str) -> bool:
    """Print on stdout now; where it cannot take it, stdout is given up so that leaving does not fail once more."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        if sys.stdout is sys.__stdout__:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True
