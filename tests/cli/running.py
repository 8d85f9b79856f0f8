"""Running a command in this process, as the entry point does."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from bowlby.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left: exit code, stdout and stderr."""

    code: int
    out: str
    err: str


def run(*words: object) -> Done:
    """Run a command line and return its exit code and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(word) for word in words])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return Done(code, out.getvalue(), err.getvalue())
