"""Ctrl-C: one line, exit code 130, and no waiting for work that does not stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
PATIENCE_S = 0.5
"""Seconds for temporary files to be removed; code that runs outside Python may not stop by itself."""

_IMPORTS = "<frozen importlib._bootstrap>"
_told = threading.Event()


@contextmanager
def while_starting() -> Generator[None]:
    """End the process with the same line and exit code where the imports within are interrupted.

    Returns:
        A context.

    Raises:
        SystemExit: there was an interrupt.
    """
    mine = _listens() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if mine:
        signal.signal(signal.SIGINT, _heard)
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(report_interruption()) from None
    finally:
        if mine:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def leave_soon_after_an_interrupt() -> None:
    """From now on an interrupt ends the process within `PATIENCE_S`, even while Python waits for a compiler."""
    if not _listens():
        return
    signal.signal(signal.SIGINT, _heard)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    sys.unraisablehook = _without_interrupts
    threading.Thread(target=_watch, args=(reading,), name="bowlby-interrupt", daemon=True).start()


def report_interruption() -> int:
    """Say once that the work was interrupted, and end the processes that do it.

    Returns:
        The exit code.
    """
    if not _told.is_set():
        _told.set()
        sys.stderr.write("bowlby: interrupted\n")
        sys.stderr.flush()
    _end_workers()
    return INTERRUPTED


def leave_at_once() -> NoReturn:
    """End the process as interrupted, without waiting for threads that work outside Python.

    Python's own way out stops threads that ask for the interpreter, and a thread of a compiler that is stopped so takes
    the process down with a signal and a message of the C++ library.
    """
    report_interruption()
    _give_back_semaphores()
    os._exit(INTERRUPTED)


def _listens() -> bool:
    return os.name == "posix" and threading.current_thread() is threading.main_thread()


def _heard(number: int, frame: FrameType | None) -> None:
    """Raise as Python does, but leave at once from an import: a module half loaded may not bear it."""
    while frame is not None:
        if frame.f_code.co_filename == _IMPORTS:
            leave_at_once()
        frame = frame.f_back
    raise KeyboardInterrupt


def _watch(reading: int) -> None:
    while signal.SIGINT not in os.read(reading, 64):
        pass
    time.sleep(PATIENCE_S)
    leave_at_once()


def _without_interrupts(trouble: sys.UnraisableHookArgs) -> None:
    """Keep quiet of an interrupt that hit code whose exceptions go nowhere; the watching thread ends the process."""
    if trouble.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(trouble)


def _end_workers() -> None:
    processes = sys.modules.get("multiprocessing")
    for worker in processes.active_children() if processes is not None else ():
        worker.kill()


def _give_back_semaphores() -> None:
    """Unlink the locks of worker processes, which a process of Python's own would otherwise complain of."""
    finalisers = sys.modules.get("multiprocessing.util")
    if finalisers is not None:
        finalisers._run_finalizers(0)
