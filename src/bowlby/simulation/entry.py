"""What must be said to JAX before it starts, said by entry points only: functions of the surface, commands, workers."""

from __future__ import annotations

import os
import sys
import warnings
from importlib.metadata import version

from bowlby.cache import use_compile_cache

KNOWN_JAXLIB = ("0.10.",)
"""Versions with which the option was tried; an unknown flag can end the process."""

WIDEST_VECTOR = 512
"""Bits; XLA takes what the machine has up to it."""

SMALL_LOOP = "xla_cpu_small_while_loop_byte_threshold=4194304"


STARTED_BEFORE = (
    "JAX had started before bowlby was asked to compute, so its options stand as they were: results are those of this "
    "process's options, and long simulations may take twice as long. Call bowlby before other work with JAX, or set "
    "XLA_FLAGS, to change that."
)
"""What a result says that was computed in such a process."""

_said: list[str] = []


class EngineWarning(UserWarning):
    """Said once a process: JAX had started with options that are not bowlby's."""


def start_jax(devices: int | None = None) -> tuple[str, ...]:
    """Prepare JAX and its compile cache for an entry call, as far as they can still be prepared.

    Where JAX is imported but has not started, as by `import arviz` or `import numpyro`, the options still reach it.
    Where it has started with others, work goes on under those: that is said once a process, and in every result.

    Args:
        devices: host devices, >= 1; None for one a core that this process may use.

    Returns:
        What the result's provenance must say; nothing where all is as bowlby wants it.
    """
    use_compile_cache()
    wanted = engine_options(devices or cores())
    if not _started():
        _set_flags(wanted)
        _tell_imported_jax_of_the_cache()
        return ()
    flags = os.environ.get("XLA_FLAGS", "")
    if all(flag in flags for flag in wanted):
        return ()
    if not _said:
        _said.append(STARTED_BEFORE)
        warnings.warn(STARTED_BEFORE, EngineWarning, stacklevel=3)
    return (STARTED_BEFORE,)


def _started() -> bool:
    """Return whether JAX has made its devices, from which on options no longer reach it."""
    bridge = sys.modules.get("jax._src.xla_bridge")
    if bridge is None:
        return False
    initialized = getattr(bridge, "backends_are_initialized", None)
    return True if initialized is None else bool(initialized())


def _tell_imported_jax_of_the_cache() -> None:
    """Give the cache's settings to JAX where it was imported before, since it reads the environment at import."""
    jax = sys.modules.get("jax")
    folder = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    if jax is not None and folder and jax.config.jax_compilation_cache_dir is None:
        jax.config.update("jax_compilation_cache_dir", folder)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def prepare_jax(devices: int | None = None) -> dict[str, str]:
    """Give XLA one host device a core and let it compile whole loops into one function.

    The loop option doubles the speed of the block program (design study, 2 cores): without it every small fusion of
    the loop's body is dispatched by itself. Vectors as wide as the machine has them give half as much again. Flags that
    the user has set are kept.

    Args:
        devices: host devices, >= 1; None for one a core that this process may use.

    Returns:
        The environment variables that were set, by name; empty where JAX was already loaded.
    """
    if "jax" in sys.modules:
        return {}
    return _set_flags(engine_options(devices or cores()))


def _set_flags(wanted: tuple[str, ...]) -> dict[str, str]:
    flags = os.environ.get("XLA_FLAGS", "")
    added = [flag for flag in wanted if flag.partition("=")[0] not in flags]
    os.environ["XLA_FLAGS"] = " ".join([flags, *added]).strip()
    return {"XLA_FLAGS": os.environ["XLA_FLAGS"]}


def engine_options(devices: int) -> tuple[str, ...]:
    """Return the options that XLA is to start with; a worker of a cluster needs them in its environment.

    Args:
        devices: host devices, >= 1.

    Returns:
        Words of `XLA_FLAGS`.
    """
    count = f"--xla_force_host_platform_device_count={devices}"
    if not version("jaxlib").startswith(KNOWN_JAXLIB):
        return (count,)
    return (
        count,
        f"--xla_backend_extra_options={SMALL_LOOP}",
        f"--xla_cpu_prefer_vector_width={WIDEST_VECTOR}",
    )


def cores() -> int:
    """Return how many cores this process may use.

    Returns:
        Cores, >= 1.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
