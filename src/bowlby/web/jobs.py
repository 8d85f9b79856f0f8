"""Long work behind the pages: it says how far it is, can be cancelled, and is forgotten when told so."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from bowlby.errors import BowlbyError, InputError
from bowlby.simulation.engine.cohort import CancelledError

MOST_KEPT = 12
"""Jobs kept, finished ones included; the oldest finished one makes room."""


class JobState(StrEnum):
    """How a job stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Job:
    """One piece of long work and how far it is.

    Args:
        kind: what it is, a word.
        about: id of the record that it reads, or "".
    """

    def __init__(self, kind: str, about: str = "") -> None:
        self.id = secrets.token_urlsafe(12)
        self.kind, self.about = kind, about
        self.state, self.step = JobState.WAITING, "waiting"
        self.done, self.total = 0, 0
        self.error: BowlbyError | None = None
        self.result: object = None
        self._stop = threading.Event()

    def begin(self, step: str) -> None:
        """Say which step begins.

        Args:
            step: in words.

        Raises:
            CancelledError: it has been cancelled.
        """
        self.stop_if_cancelled()
        self.step, self.done, self.total = step, 0, 0

    def progress(self, done: int, total: int) -> None:
        """Say how far the step is."""
        self.done, self.total = done, total

    def cancelled(self) -> bool:
        """Return whether it is to stop."""
        return self._stop.is_set()

    def stop_if_cancelled(self) -> None:
        """Stop here where it has been cancelled."""
        if self.cancelled():
            raise CancelledError("the work was cancelled", remedy="Start it again when you want it.")

    def cancel(self) -> None:
        """Ask it to stop; what it has found is not kept."""
        self._stop.set()
        if not self.state.ended:
            self.state = JobState.CANCELLED
        self.result = None

    def run(self, piece: Callable[[Job], object]) -> None:
        """Do the work, unless it was cancelled while it waited."""
        if self.cancelled():
            return
        self.state = JobState.WORKING
        try:
            result = piece(self)
            self.stop_if_cancelled()
            self.result, self.state, self.step = result, JobState.DONE, "done"
        except CancelledError:
            self.state = JobState.CANCELLED
        except BowlbyError as error:
            self.error, self.state = error, JobState.FAILED
        except Exception as error:
            # The message of an unexpected error may hold what a record says: its kind is enough.
            self.error = BowlbyError(f"the work failed ({type(error).__name__})", remedy="Try other settings.")
            self.state = JobState.FAILED


class JobQueue:
    """All long work of one server, done one after another."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bowlby-job")
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(self, job: Job, piece: Callable[[Job], object]) -> Job:
        """Take on a job.

        Args:
            job: which.
            piece: its work; it is given the job, to say how far it is and to ask whether to stop.

        Returns:
            The same job.

        Raises:
            InputError: too many are waiting.
        """
        with self._lock:
            self._make_room()
            self._jobs[job.id] = job
        self._thread.submit(job.run, piece)
        return job

    def _make_room(self) -> None:
        if len(self._jobs) < MOST_KEPT:
            return
        ended = next((job.id for job in self._jobs.values() if job.state.ended), None)
        if ended is None:
            raise InputError("too much long work is waiting", remedy="Cancel some of it, or wait for its end.")
        del self._jobs[ended]

    def find(self, number: str) -> Job | None:
        """Return a job by its id, or None where there is none."""
        return self._jobs.get(number)

    def forget(self, number: str) -> bool:
        """Cancel a job and forget it; False where there is none."""
        with self._lock:
            job = self._jobs.pop(number, None)
        if job is not None:
            job.cancel()
        return job is not None

    def forget_about(self, record: str) -> None:
        """Forget every job that has read a record."""
        for number in [job.id for job in list(self._jobs.values()) if job.about == record]:
            self.forget(number)

    def close(self) -> None:
        """Cancel all work."""
        for number in list(self._jobs):
            self.forget(number)
        self._thread.shutdown(wait=False, cancel_futures=True)
