"""The command line: parse, call, render."""

from __future__ import annotations

from bowlby.cli.interruption import while_starting

with while_starting():
    from bowlby.cli.main import main

__all__ = ["main"]
