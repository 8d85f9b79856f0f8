"""Work in a process of its own, within limits of memory, processor time and output.

What a hostile file can do to its reader ends with the reading process: the process is killed at its limit, and whoever
asked is told which limit it was. The process is started anew by executing Python, never forked, since a process that
has threads (polars, JAX, a server) can dead-lock in its copy.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, TypeVar, cast

from bowlby.errors import BowlbyError, LimitError

try:
    import resource
except ImportError:  # a platform without limits of its own: the process can still be killed, by time alone
    resource = None

T = TypeVar("T")
MEBIBYTE = 1 << 20
GRACE_S = 20.0
"""Seconds that a process may take beyond twenty times its processor time, on a machine that has much to do."""

_LOOK_EVERY_S = 0.05
_SAID = 1 << 14
_START = "from bowlby.confinement import serve; serve()"


@dataclass(frozen=True)
class ProcessLimits:
    """What one piece of work may take.

    Args:
        memory: bytes beyond what the process has when the work begins.
        processor_s: seconds of processor time, all threads together; a started second counts as whole.
        answer: bytes of the result as it is handed back.
        files: whether it may write files.
    """

    memory: int
    processor_s: float
    answer: int
    files: bool = False


class ConfinedProcess:
    """A process that does one piece of work after another.

    It is started at the first piece, or by `start` while the caller still does something else, and anew after it was
    killed.

    Args:
        imports: what it loads at its start: "module" or "module:function", which is called.
    """

    def __init__(self, *imports: str) -> None:
        self._imports = imports
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints = -1

    def start(self) -> ConfinedProcess:
        """Start the process where none is running."""
        if self._process is not None and self._process.poll() is None:
            return self
        self.close()
        # What a broken reader prints is kept for a look at its end; a pipe that nobody empties must not hold it up.
        self._complaints, theirs = os.pipe()
        os.set_blocking(theirs, False)
        try:
            # -P: what lies in the working folder is data, and never imported.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=theirs,
                env={**os.environ, "BOWLBY_CONFINED": ",".join(self._imports), "BOWLBY_PARENT": str(os.getpid())},
                start_new_session=True,
            )
        finally:
            os.close(theirs)
        return self

    def call(
        self,
        function: Callable[..., T],
        *arguments: object,
        limits: ProcessLimits,
        progress: Callable[[Any], None] | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> T:
        """Return what a function gives, worked out in the process.

        Args:
            function: of a module; it is given `arguments`, and a function that passes a value on to `progress` where
                that is not None.
            arguments: values that can be pickled.
            limits: of this piece of work.
            progress: told what the function passes on.
            stopped: asked from time to time whether the work is to be given up.

        Returns:
            Its result.

        Raises:
            BowlbyError: that the function raised.
            LimitError: it came to a limit; the error says to which.
            InterruptedError: `stopped` said so.
        """
        process = cast(subprocess.Popen[bytes], self.start()._process)
        request = pickle.dumps((function, arguments, limits, progress is not None))
        try:
            _send(process.stdin, request)
            deadline = time.monotonic() + GRACE_S + 20 * limits.processor_s
            while True:
                kind, content = self._answer(process, limits, deadline, stopped)
                if kind != b"progress":
                    break
                if progress is not None:
                    progress(content)
        except (EOFError, BrokenPipeError, ConnectionError):
            raise self._end(limits) from None
        except BaseException:
            self.close()
            raise
        if kind == b"error":
            raise content
        return content

    def close(self) -> None:
        """Kill the process, where there is one."""
        process, self._process = self._process, None
        if self._complaints >= 0:
            os.close(self._complaints)
            self._complaints = -1
        if process is None:
            return
        with contextlib.suppress(OSError):
            process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                cast(io.IOBase, pipe).close()
        process.wait()

    def _answer(
        self,
        process: subprocess.Popen[bytes],
        limits: ProcessLimits,
        deadline: float,
        stopped: Callable[[], bool] | None,
    ) -> tuple[bytes, Any]:
        head = self._bytes(process, 16, deadline, stopped)
        kind, size = head[:8].rstrip(b"\0"), int.from_bytes(head[8:], "big")
        if size > limits.answer:
            self.close()
            raise too_much(ExceededLimit.OUTPUT, limits.answer)
        content = self._bytes(process, size, deadline, stopped)
        return kind, _AnswerUnpickler(io.BytesIO(content)).load()

    def _bytes(
        self, process: subprocess.Popen[bytes], count: int, deadline: float, stopped: Callable[[], bool] | None
    ) -> bytes:
        handle = cast(io.BufferedReader, process.stdout).fileno()
        parts: list[bytes] = []
        while count > 0:
            if stopped is not None and stopped():
                raise InterruptedError
            if time.monotonic() > deadline:
                self.close()
                raise too_much(ExceededLimit.WAITING, 0)
            if not select.select([handle], [], [], _LOOK_EVERY_S)[0]:
                continue
            part = os.read(handle, min(count, MEBIBYTE))
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def _end(self, limits: ProcessLimits) -> LimitError:
        """Return why the process has ended, from how it ended and what it said."""
        process = cast(subprocess.Popen[bytes], self._process)
        code = process.wait()
        said = b""
        with contextlib.suppress(OSError):
            os.set_blocking(self._complaints, False)
            said = os.read(self._complaints, _SAID)
        self.close()
        if code == -int(getattr(signal, "SIGXCPU", 0)):
            return too_much(ExceededLimit.PROCESSOR, limits.processor_s)
        out_of_memory = b"memory allocation" in said or b"MemoryError" in said or b"Cannot allocate memory" in said
        if out_of_memory or code == -int(getattr(signal, "SIGKILL", 9)):
            return too_much(ExceededLimit.MEMORY, limits.memory)
        return too_much(ExceededLimit.BROKEN, code)


class ExceededLimit(StrEnum):
    """What a piece of work came to the end of."""

    MEMORY = "memory"
    PROCESSOR = "processor time"
    OUTPUT = "output"
    WAITING = "waiting"
    BROKEN = "broken"


_WHY = {
    ExceededLimit.MEMORY: "it takes more memory than it may",
    ExceededLimit.PROCESSOR: "it takes more processor time than it may",
    ExceededLimit.OUTPUT: "it gives more than it may",
    ExceededLimit.WAITING: "it does not come to an end",
    ExceededLimit.BROKEN: "the process that works on it broke down",
}


def too_much(which: ExceededLimit, allowed: float) -> LimitError:
    """Return what to say of work that came to a limit.

    Args:
        which: limit.
        allowed: bytes, or seconds of processor time; the exit code of a process that broke down.

    Returns:
        The error, without the file, which the caller knows.
    """
    match which:
        case ExceededLimit.MEMORY | ExceededLimit.OUTPUT:
            value = f"{allowed / MEBIBYTE:.0f} MiB"
        case ExceededLimit.PROCESSOR:
            value = f"{allowed:.0f} s"
        case ExceededLimit.WAITING | ExceededLimit.BROKEN:
            value = None if which is ExceededLimit.WAITING else f"exit code {allowed:.0f}"
    return LimitError(
        f"the work was ended: {_WHY[which]}",
        column=which.value,
        value=value,
        remedy="Check the file with the program that made it; one session a file is read with far less.",
    )


class _AnswerUnpickler(pickle.Unpickler):
    """Reads an answer: plain values, tables, arrays and bowlby's own value classes, and nothing that does something."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.startswith("bowlby."):
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, (Enum, BowlbyError))):
                return found
        raise pickle.UnpicklingError(f"an answer holds no {module}.{name}")


_PLAIN = frozenset(
    {
        ("builtins", "set"),
        ("builtins", "frozenset"),
        ("builtins", "complex"),
        ("builtins", "bytearray"),
        ("collections", "OrderedDict"),
        ("polars.dataframe.frame", "DataFrame"),
        ("polars.series.series", "Series"),
        ("polars._plr", "PySeries"),
        ("polars._plr", "PyDataFrame"),
        ("builtins", "PySeries"),
        ("builtins", "PyDataFrame"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
    }
)


def _send(pipe: Any, content: bytes) -> None:
    pipe.write(len(content).to_bytes(8, "big") + content)
    pipe.flush()


def serve() -> None:
    """Do pieces of work as they come in on standard input, until it ends: the main function of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # what a reader prints is no answer
    _limit("RLIMIT_CORE", 0)
    threading.Thread(target=_end_with, args=(int(os.environ.pop("BOWLBY_PARENT")),), daemon=True).start()
    for name in filter(None, os.environ.pop("BOWLBY_CONFINED", "").split(",")):
        module, _, function = name.partition(":")
        loaded = importlib.import_module(module)
        if function:
            getattr(loaded, function)()
    while head := asked.read(8):
        function, arguments, limits, watched = pickle.loads(asked.read(int.from_bytes(head, "big")))
        _confine(limits)
        _tell(told, *_done(function, arguments, limits, told if watched else None))
        _free()


def _end_with(parent: int) -> None:
    """End this process soon after the one that started it, which may have been killed while work went on here.

    The number comes from that process: by the time this one asks for its parent, it may have another.
    """
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _done(
    function: Callable[..., object], arguments: tuple[object, ...], limits: ProcessLimits, told: Any | None
) -> tuple[bytes, object]:
    """Return what a piece of work led to: its result, its typed error, or an error that names the kind of any other."""
    more = () if told is None else (lambda value: _tell(told, b"progress", value),)
    try:
        return b"result", function(*arguments, *more)
    except BowlbyError as error:
        return b"error", error
    except MemoryError:
        _free()
        return b"error", too_much(ExceededLimit.MEMORY, limits.memory)
    except (Exception, RecursionError) as error:
        return b"error", _unexpected(error)
    except BaseException as error:
        # A panic in Rust is no Exception, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        return b"error", _unexpected(error)


def _unexpected(error: BaseException) -> BowlbyError:
    """Return an unforeseen fault as an error, told without what the file says."""
    from bowlby.errors import InputError

    return InputError(
        f"bowlby cannot work with this file ({type(error).__name__})",
        remedy="Check it with the program that wrote it.",
    )


def _tell(told: Any, kind: bytes, value: object) -> None:
    content = pickle.dumps(value, protocol=5)
    told.write(kind.ljust(8, b"\0") + len(content).to_bytes(8, "big"))
    told.write(content)
    told.flush()


def _confine(limits: ProcessLimits) -> None:
    """Set the limits of the next piece of work, beyond what the process has taken so far."""
    if resource is None:
        return
    _limit("RLIMIT_DATA", _data_bytes() + limits.memory)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit("RLIMIT_CPU", int(used.ru_utime + used.ru_stime + limits.processor_s) + 1)
    if not limits.files:
        _limit("RLIMIT_FSIZE", 0)


def _free() -> None:
    """Let go of the limits between two pieces of work, as far as the system allows."""
    for name in ("RLIMIT_DATA", "RLIMIT_CPU"):
        if resource is not None:
            _limit(name, resource.RLIM_INFINITY)


def _limit(name: str, value: int) -> None:
    """Set a soft limit; a hard one that is lower already stays, and where there is none of the name nothing happens."""
    which = getattr(resource, name, None)
    if resource is None or which is None:
        return
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(which)[1]
        soft = value if hard == resource.RLIM_INFINITY or value == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (hard if value == resource.RLIM_INFINITY else soft, hard))


def _data_bytes() -> int:
    """Return the bytes of memory of its own that this process has now, where the system says; else nothing."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0)


class SpareProcesses:
    """Confined processes used once each, the next one always started beforehand.

    Args:
        imports: modules that they import at their start.
    """

    def __init__(self, *imports: str) -> None:
        self._imports = imports
        self._next: ConfinedProcess | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the next process, unless it is there."""
        with self._lock:
            self._next = self._next or ConfinedProcess(*self._imports).start()

    @contextlib.contextmanager
    def process(self):
        """Give a process that has never seen a file; it is killed at the end, and what it read is gone with it."""
        with self._lock:
            taken, self._next = self._next or ConfinedProcess(*self._imports), None
        try:
            yield taken
        finally:
            taken.close()

    def close(self) -> None:
        """Kill the process that waits."""
        with self._lock:
            waiting, self._next = self._next, None
        if waiting is not None:
            waiting.close()
