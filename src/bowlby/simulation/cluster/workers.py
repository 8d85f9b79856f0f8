"""Workers over dask.distributed: an address, or a profile for this machine, SLURM or PBS."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bowlby.errors import BowlbyError, InputError
from bowlby.input_file import toml_tables
from bowlby.simulation.cluster.job import ChunkedJob, do_chunk
from bowlby.simulation.cluster.run import Workers
from bowlby.simulation.entry import engine_options

WAIT_S = 60
"""How long to wait for the first worker of a given address."""
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


@contextmanager
def cluster_workers(cluster: str | None) -> Generator[Workers | None]:
    """Give those who do the chunks: workers of a cluster, or None where there is none.

    Args:
        cluster: address of a scheduler such as "tcp://10.0.0.1:8786", a profile's path, or None.

    Returns:
        A context that yields them.

    Raises:
        InputError: neither an address nor a profile.
        ClusterError: no scheduler or no worker answers, or the workers were started without the engine's options or
            with another version of bowlby.
    """
    if cluster is None:
        yield None
    elif "://" in cluster:
        with _client(cluster) as client:
            _check(client, WAIT_S)
            yield partial(_over, client)
    else:
        profile = read_profile(cluster)
        with _started(profile) as address, _client(address) as client:
            _check(client, profile.wait_s)
            yield partial(_over, client)


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
def _started(profile: ClusterProfile) -> Generator[Any]:
    if profile.kind == "local":
        from distributed import LocalCluster

        with LocalCluster(
            n_workers=profile.workers,
            threads_per_worker=1,
            memory_limit=profile.memory,
            dashboard_address="",
            env=environment(),
        ) as cluster:
            yield cluster
    else:
        with _queue(profile) as cluster:
            cluster.scale(jobs=profile.workers)
            yield cluster


@contextmanager
def _queue(profile: ClusterProfile) -> Generator[Any]:
    from dask_jobqueue.pbs import PBSCluster
    from dask_jobqueue.slurm import SLURMCluster

    if profile.kind == "local":
        raise InputError("this machine has no queue", column="kind", value=profile.kind, remedy="Use slurm or pbs.")
    kind = SLURMCluster if profile.kind == "slurm" else PBSCluster
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
        "scheduler_options": {"dashboard_address": ""},
    }
    with kind(**{key: value for key, value in asked.items() if value is not None}) as cluster:
        yield cluster


@dataclass(frozen=True)
class _Worker:
    """What a worker says of itself."""

    bowlby: str
    environment: dict[str, str]


def _introduce() -> _Worker:
    return _Worker(version("bowlby"), {name: os.environ.get(name, "") for name in ("NPROC", "XLA_FLAGS")})


def _check(client: Any, wait_s: int) -> None:
    """Refuse workers that would take other steps: another version, or other options of the compiler."""
    try:
        client.wait_for_workers(1, timeout=wait_s)
    except TimeoutError as error:
        raise ClusterError(
            "no worker answers", column="--cluster", remedy="Look at the queue, or at wait_s."
        ) from error
    wanted = environment()
    for address, worker in client.run(_introduce).items():
        missing = [word for word in wanted["XLA_FLAGS"].split() if word not in worker.environment["XLA_FLAGS"]]
        if worker.bowlby != version("bowlby") or missing or worker.environment["NPROC"] != "1":
            exports = "; ".join(f'export {name}="{wanted[name]}"' for name in ("NPROC", "XLA_FLAGS"))
            raise ClusterError(
                "a worker was started with other options or another version, and would not give the same results",
                column="--cluster",
                value=f"{address}: bowlby {worker.bowlby}, {worker.environment}",
                remedy=f"Start workers of bowlby {version('bowlby')} after: {exports}",
            )


def _over(client: Any, job: ChunkedJob, chunks: Iterable[int], folder: Path) -> Iterator[int]:
    """Have chunks done by workers; a lost worker loses only the chunk that it was at."""
    from distributed import KilledWorker, as_completed

    folder = folder.resolve()
    # The job goes with every chunk: what is scattered is lost with the worker that holds it.
    futures = [client.submit(do_chunk, job, index, folder, key=f"chunk-{index}-{os.getpid()}") for index in chunks]
    try:
        for future in as_completed(futures):
            yield future.result()
    except KilledWorker as error:
        raise ClusterError(
            "workers died at the same chunk again and again",
            value=str(error),
            remedy="Give them more memory or smaller chunks; finished chunks are kept.",
        ) from error
    finally:
        client.cancel(futures)
