"""What must be said to JAX before it starts, said by entry points only: command line, workers, benchmarks."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version

KNOWN_JAXLIB = ("0.10.",)
"""Versions with which the option was tried; an unknown flag can end the process."""

WIDEST_VECTOR = 512
"""Bits; XLA takes what the machine has up to it."""

SMALL_LOOP = "xla_cpu_small_while_loop_byte_threshold=4194304"


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
    flags = os.environ.get("XLA_FLAGS", "")
    added = [flag for flag in engine_options(devices or cores()) if flag.partition("=")[0] not in flags]
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
