"""Workers over dask.distributed: an address, or a profile for this machine, SLURM or PBS."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bowlby.errors import BowlbyError, InputError
from bowlby.input_file import toml_tables
from bowlby.simulation.cluster.job import ChunkedJob, do_chunk
from bowlby.simulation.entry import engine_options

WAIT_S = 60
"""How long to wait for the scheduler, and for the first worker of a given address."""
SAID_AFTER_S = 45.0
"""How long there is no worker before it is said."""
TICK_S = 0.2
RETRIES = 2
"""How often a chunk that failed is tried again."""
PREEMPTIONS = 10
"""How many workers may be lost with one chunk before the chunk is given up."""
REFUSED_AFTER_S = 10.0
"""How long a queue that refused a job may still give a worker by another, before the run ends."""
_LOUD = ("distributed.deploy", "tornado.application", "distributed.core", "asyncio")
"""Loggers that write a refused job, or a lost scheduler, as pages of frames; the error says it in a line."""
AGAIN = "Run the same command again: finished chunks are kept."
Say = Callable[[str], None]
"""Called with what there is to report."""
SINGLE = ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
"""Variables that hold a process to one core; the first is the one that XLA obeys."""
_CACHE = (
    "JAX_COMPILATION_CACHE_DIR",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES",
)


class ClusterError(BowlbyError):
    """The cluster could not do the work."""

    kind = "cluster"


class ClusterProfile(BaseModel):
    """What to ask a cluster for.

    Args:
        kind: "local" for processes on this machine, "slurm" or "pbs".
        workers: how many one-core workers.
        memory: of each worker, as dask writes it.
        walltime: of each job, HH:MM:SS.
        queue: or partition.
        account: or project.
        directives: further lines of the job script, without their prefix.
        prologue: lines run in the job before the worker starts: modules, environments.
        interface: network interface.
        wait_s: seconds to wait for the first worker.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str = Field(pattern="^(local|slurm|pbs)$")
    workers: int = Field(ge=1)
    memory: str = "2GB"
    walltime: str = "01:00:00"
    queue: str | None = None
    account: str | None = None
    directives: tuple[str, ...] = ()
    prologue: tuple[str, ...] = ()
    interface: str | None = None
    wait_s: int = Field(600, ge=1)


def environment() -> dict[str, str]:
    """Return what must stand in a worker's environment before it starts: one core, and the engine's options.

    Returns:
        Values by name.
    """
    cache = {name: os.environ[name] for name in _CACHE if name in os.environ}
    return {name: "1" for name in SINGLE} | {"XLA_FLAGS": " ".join(engine_options(1))} | cache


def read_profile(path: str | Path) -> ClusterProfile:
    """Read a profile.

    Args:
        path: a TOML file.

    Returns:
        The profile.

    Raises:
        InputError: no such file, no TOML, an unknown key or a value that cannot be.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        return ClusterProfile.model_validate(toml_tables(text, path, InputError, "See docs/scale.md."))
    except FileNotFoundError as error:
        raise InputError("there is no such profile", file=path, remedy="See docs/scale.md.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key, value = ".".join(map(str, first["loc"])), first["input"]
        raise InputError(
            first["msg"], file=path, column=key, value=value, remedy="See docs/scale.md for the keys of a profile."
        ) from error


def job_script(profile: ClusterProfile) -> str:
    """Return the job script that a profile asks SLURM or PBS to run, to be read before anything is submitted.

    Args:
        profile: of kind slurm or pbs.

    Returns:
        The script.

    Raises:
        InputError: the profile is of this machine, which has no queue.
    """
    with _queue(profile) as cluster:
        return cluster.job_script()


@dataclass(frozen=True)
class Crew:
    """Workers of a scheduler: they do chunks, and their number is known.

    Args:
        client: of the scheduler.
        wait_s: seconds to wait for new workers once none is left.
        say: called with what happens.
        refusals: what the queue said where it refused a job.
    """

    client: Any
    wait_s: int
    say: Say
    refusals: list[str]

    def count(self) -> int:
        """How many workers there are now."""
        return len(self.client.scheduler_info(n_workers=-1)["workers"])

    def __call__(self, job: ChunkedJob, chunks: Iterable[int], folder: Path) -> Iterator[int]:
        """Do chunks; see `Workers`."""
        return _over(self, job, chunks, folder)


@contextmanager
def cluster_workers(cluster: str | None, say: Say = lambda _: None) -> Generator[Crew | None]:
    """Give those who do the chunks: workers of a cluster, or None where there is none.

    Args:
        cluster: address of a scheduler such as "tcp://10.0.0.1:8786", a profile's path, or None.
        say: called with the address of the dashboard, and while waiting.

    Returns:
        A context that yields them.

    Raises:
        InputError: neither an address nor a profile.
        ClusterError: no scheduler or no worker answers, the queue refuses its jobs, or the workers were started without
            the engine's options or with another version of bowlby.
    """
    if cluster is None:
        yield None
    elif "://" in cluster:
        with _client(cluster) as client:
            crew = Crew(client, WAIT_S, say, [])
            _check(crew)
            yield crew
    else:
        profile = read_profile(cluster)
        refusals: list[str] = []
        with _started(profile, refusals) as address, _client(address) as client:
            crew = Crew(client, profile.wait_s, say, refusals)
            _check(crew)
            yield crew


@contextmanager
def _client(address: Any) -> Generator[Any]:
    from distributed import Client

    try:
        client = Client(address, timeout=WAIT_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            "no scheduler answers", column="--cluster", value=address, remedy="Start one with `dask scheduler`."
        ) from error
    with client:
        yield client


@contextmanager
def _started(profile: ClusterProfile, refusals: list[str]) -> Generator[Any]:
    if profile.kind == "local":
        from distributed import LocalCluster

        with LocalCluster(
            n_workers=profile.workers,
            threads_per_worker=1,
            memory_limit=profile.memory,
            dashboard_address=_dashboard(),
            scheduler_kwargs={"allowed_failures": PREEMPTIONS},
            env=environment(),
        ) as cluster:
            yield cluster
    else:
        _check_queue(profile)
        with _queue(profile, refusals) as cluster, _quiet():
            # Jobs that end, by their walltime or by preemption, are replaced as long as there is work.
            cluster.adapt(minimum_jobs=profile.workers, maximum_jobs=profile.workers)
            yield cluster


@contextmanager
def _quiet() -> Generator[None]:
    """Keep frames of dask's tasks out of the log; what they fail of is said by the error."""
    levels = {name: logging.getLogger(name).level for name in _LOUD}
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _dashboard() -> str:
    """Return where the dashboard is: any free port, or nowhere where bokeh is not installed to draw it."""
    return ":0" if find_spec("bokeh") else ""


_SUBMIT = {"slurm": "sbatch", "pbs": "qsub"}


def _check_queue(profile: ClusterProfile) -> None:
    command = _SUBMIT[profile.kind]
    if shutil.which(command) is None:
        raise ClusterError(
            f"there is no {command} on this machine",
            column="kind",
            value=profile.kind,
            remedy=f"Run on a login node of the cluster, or give the address of a scheduler. {AGAIN}",
        )


@contextmanager
def _queue(profile: ClusterProfile, refusals: list[str] | None = None) -> Generator[Any]:
    from dask_jobqueue.pbs import PBSCluster
    from dask_jobqueue.slurm import SLURMCluster

    if profile.kind == "local":
        raise InputError("this machine has no queue", column="kind", value=profile.kind, remedy="Use slurm or pbs.")
    kind = _heard(SLURMCluster if profile.kind == "slurm" else PBSCluster, [] if refusals is None else refusals)
    exports = [f'export {name}="{value}"' for name, value in environment().items()]
    asked: dict[str, Any] = {
        "cores": 1,
        "processes": 1,
        "memory": profile.memory,
        "walltime": profile.walltime,
        "queue": profile.queue,
        "account": profile.account,
        "job_extra_directives": list(profile.directives),
        "job_script_prologue": [*profile.prologue, *exports],
        "interface": profile.interface,
        "scheduler_options": {"dashboard_address": _dashboard(), "allowed_failures": PREEMPTIONS},
    }
    with kind(**{key: value for key, value in asked.items() if value is not None}) as cluster:
        yield cluster


def _heard(kind: Any, refusals: list[str]) -> Any:
    """Return a kind of cluster that keeps what the queue says where it refuses a job; dask only logs it."""

    from distributed.core import Status

    class HeardJob(kind.job_cls):
        """A job whose refusal is heard."""

        async def _submit_job(self, script_filename: str) -> Any:
            try:
                return await super()._submit_job(script_filename)
            except (RuntimeError, OSError) as error:
                lines = [line.strip() for line in str(error).splitlines() if line.strip()]
                refusals.append(" ".join(lines[-3:]))
                self.status = Status.failed  # as it is, so that the cluster can be closed
                raise

    return type(f"Heard{kind.__name__}", (kind,), {"job_cls": HeardJob, "config_name": kind.job_cls.config_name})


@dataclass(frozen=True)
class _Worker:
    """What a worker says of itself."""

    bowlby: str
    environment: dict[str, str]


def _introduce() -> _Worker:
    return _Worker(version("bowlby"), {name: os.environ.get(name, "") for name in ("NPROC", "XLA_FLAGS")})


def _check(crew: Crew) -> None:
    """Wait for a worker, and refuse those that would take other steps: another version, or other compiler options."""
    if crew.client.dashboard_link and _dashboard():
        crew.say(f"dashboard: {crew.client.dashboard_link}")
    wait = _Wait(crew)
    while crew.count() == 0:
        wait.tick()
        time.sleep(TICK_S)
    wanted = environment()
    for address, worker in crew.client.run(_introduce).items():
        missing = [word for word in wanted["XLA_FLAGS"].split() if word not in worker.environment["XLA_FLAGS"]]
        if worker.bowlby != version("bowlby") or missing or worker.environment["NPROC"] != "1":
            exports = "; ".join(f'export {name}="{wanted[name]}"' for name in ("NPROC", "XLA_FLAGS"))
            raise ClusterError(
                "a worker was started with other options or another version, and would not give the same results",
                column="--cluster",
                value=f"{address}: bowlby {worker.bowlby}, {worker.environment}",
                remedy=f"Start workers of bowlby {version('bowlby')} after: {exports}",
            )


class _Wait:
    """Waits for workers with patience that ends: says so within a minute, and gives up after the crew's `wait_s`."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.reset()

    def reset(self) -> None:
        """Begin anew: there is a worker."""
        self._began, self._said, self._refused = time.monotonic(), False, len(self._crew.refusals)

    def tick(self) -> None:
        """Look at how long there has been no worker.

        Raises:
            ClusterError: too long, or the queue refuses the jobs.
        """
        crew, gone = self._crew, time.monotonic() - self._began
        if len(crew.refusals) > self._refused and gone > REFUSED_AFTER_S:
            raise ClusterError(
                "the queue refuses the jobs",
                column="--cluster",
                value=crew.refusals[-1],
                remedy=f"Look at the job with --show-job, and mend the profile. {AGAIN}",
            )
        if gone > crew.wait_s:
            raise ClusterError(
                f"no worker answers: none for {gone:.0f} s",
                column="--cluster",
                remedy=f"Look at the queue, or give a larger wait_s. {AGAIN}",
            )
        if not self._said and gone > min(SAID_AFTER_S, crew.wait_s / 2):
            self._said = True
            crew.say(f"no worker yet; waiting for one up to {crew.wait_s} s")


def _over(crew: Crew, job: ChunkedJob, chunks: Iterable[int], folder: Path) -> Iterator[int]:
    """Have chunks done by workers; a lost worker loses only the chunk that it was at."""
    from distributed import KilledWorker, as_completed

    folder, client = folder.resolve(), crew.client
    # The job goes with every chunk: what is scattered is lost with the worker that holds it.
    futures = [
        client.submit(do_chunk, job, index, folder, key=f"chunk-{index}-{os.getpid()}", retries=RETRIES)
        for index in chunks
    ]
    done = as_completed(futures)
    wait = _Wait(crew)
    try:
        while not done.is_empty():
            if not done.has_ready():
                _look(crew, wait)
                continue
            for future in done.next_batch(block=False):
                yield future.result()
            wait.reset()
    except KilledWorker as error:
        raise ClusterError(
            "workers died at the same chunk again and again",
            value=str(error),
            remedy=f"Give them more memory or smaller chunks. {AGAIN}",
        ) from error
    except (CancelledError, OSError) as error:
        if isinstance(error, OSError) and client.status == "running":
            raise
        raise _lost(client) from error
    finally:
        if client.status == "running":
            client.cancel(futures)


def _look(crew: Crew, wait: _Wait) -> None:
    """Wait a moment for a chunk, and look whether there are still a scheduler and workers."""
    time.sleep(TICK_S)
    if crew.client.status != "running":
        raise _lost(crew.client)
    if crew.count():
        wait.reset()
    else:
        wait.tick()


def _lost(client: Any) -> ClusterError:
    return ClusterError(
        "the scheduler was lost",
        column="--cluster",
        value=getattr(getattr(client, "scheduler", None), "address", None),
        remedy=f"Look at its log and start it again. {AGAIN}",
    )
