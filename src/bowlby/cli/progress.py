"""Progress of long work on stderr, where a person watches and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def progress_bar(label: str) -> Generator[Callable[[int, int], None]]:
    """Give a function that shows (done, in all) as a bar while work goes on; silent where stderr is no terminal.

    Args:
        label: what is being done.

    Returns:
        A context that yields the function.
    """
    if not sys.stderr.isatty():
        yield _say_nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _say_nothing(done: int, total: int) -> None:
    del done, total
