"""Progress of long work where a person watches: a bar on a terminal's stderr, or below a notebook's cell."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

EVERY_S = 0.2
"""Seconds between two looks of a notebook's bar."""

Progress = Callable[[int, int], None]
"""Called with (done, in all)."""


@contextmanager
def progress_bar(label: str) -> Generator[Progress]:
    """Give a function that shows (done, in all) as a bar while work goes on; silent where nobody watches.

    Args:
        label: what is being done.

    Returns:
        A context that yields the function.
    """
    notebook = _notebook_display()
    if notebook is not None:
        with _in_notebook(label, notebook) as bar:
            yield bar
        return
    if not sys.stderr.isatty():
        yield _say_nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _notebook_display() -> Callable[..., Any] | None:
    """Return IPython's `display` where this process is the kernel of a notebook, else None."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    return sys.modules["IPython"].display.display


@contextmanager
def _in_notebook(label: str, display: Callable[..., Any]) -> Generator[Progress]:
    """Show a bar below the cell, and take it away at the end."""
    shown = display(_bar(label, 0, 0), raw=True, display_id=True)
    last = [0.0]

    def show(done: int, total: int) -> None:
        if done < total and time.monotonic() - last[0] < EVERY_S:
            return
        last[0] = time.monotonic()
        shown.update(_bar(label, done, total), raw=True)

    try:
        yield show
    finally:
        shown.update({"text/plain": "", "text/html": ""}, raw=True)


def _bar(label: str, done: int, total: int) -> dict[str, str]:
    """Return a bar as what a notebook shows."""
    text = f"{label}: {done} of {total}" if total else label
    return {"text/plain": text, "text/html": f'{text} <progress max="{max(total, 1)}" value="{done}"></progress>'}


def _say_nothing(done: int, total: int) -> None:
    del done, total
