"""Progress of long work where a person watches: a bar on a terminal's stderr, or below a notebook's cell."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

EVERY_S = 0.2
"""Seconds between two looks of a notebook's bar."""
LINE_EVERY_S = 60.0
"""Seconds between two lines of a log."""

Progress = Callable[[int, int], None]
"""Called with (done, in all)."""


@contextmanager
def progress_bar(
    label: str, workers: Callable[[], int] | None = None, every_s: float = LINE_EVERY_S
) -> Generator[Progress]:
    """Give a function that shows (done, in all) while work goes on: a bar where a person watches, else a line a minute.

    Args:
        label: what is being done.
        workers: how many there are now; None where the work is done here.
        every_s: seconds between two lines.

    Returns:
        A context that yields the function.
    """
    notebook = _notebook_display()
    if notebook is not None:
        with _in_notebook(label, notebook) as bar:
            yield bar
        return
    if not sys.stderr.isatty():
        with _lines(label, workers, every_s) as told:
            yield told
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def _lines(label: str, workers: Callable[[], int] | None, every_s: float) -> Generator[Callable[[int, int], None]]:
    state: list[tuple[int, int]] = []
    began, end = time.monotonic(), threading.Event()

    def write() -> None:
        while not end.wait(every_s):
            if state:
                line = progress_line(label, state[0], (state[-1], time.monotonic() - began))
                crew = "" if workers is None else f", {workers()} workers"
                sys.stderr.write(f"{line}{crew}\n")
                sys.stderr.flush()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield lambda done, total: state.append((done, total)) if len(state) < 2 else state.__setitem__(1, (done, total))
    finally:
        end.set()
        writer.join()


def progress_line(label: str, first: tuple[int, int], now: tuple[tuple[int, int], float]) -> str:
    """Return one line of a log: done, in all, rate, and when it will end.

    Args:
        label: what is being done.
        first: (done, in all) when it began: what was done before is no part of the rate.
        now: (done, in all), and the seconds since it began.

    Returns:
        The line.
    """
    (done, total), seconds = now
    rate = (done - first[0]) / seconds if seconds > 0 else 0.0
    if rate <= 0.0:
        return f"{label}: {done} of {total}, none in {seconds / 60:.0f} min"
    ends = datetime.now() + timedelta(seconds=(total - done) / rate)
    return f"{label}: {done} of {total}, {60 * rate:.3g} a minute, ends about {ends:%Y-%m-%d %H:%M}"


def say(line: str) -> None:
    """Write a line beside the results.

    Args:
        line: what there is to know.
    """
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


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
