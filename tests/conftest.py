"""One compile cache for all runs of all tests: what JAX has compiled once on a machine is only loaded the next time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

CACHE = Path(__file__).parents[1] / ".cache" / "compiled"
SETTINGS = {
    "jax_compilation_cache_dir": str(CACHE),
    "jax_persistent_cache_min_compile_time_secs": 0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}

settings.register_profile("no clock", deadline=None)
settings.load_profile("no clock")


@pytest.fixture(autouse=True, scope="session")
def _compile_cache():
    import jax

    for name, value in SETTINGS.items():
        jax.config.update(name, value)


@pytest.fixture(scope="session")
def cached_environment() -> dict[str, str]:
    """Return the environment that gives another process the same compile cache."""
    return {**os.environ, **{name.upper(): str(value) for name, value in SETTINGS.items()}}


@pytest.fixture(scope="session")
def known_apart():
    """Have processes that are started here find the tests too, whose functions they are asked to run, and the cache."""
    root = str(Path(__file__).parents[1])
    with pytest.MonkeyPatch.context() as patch:
        given = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
        patch.setenv("PYTHONPATH", os.pathsep.join([root, *given]))
        for name, value in SETTINGS.items():
            patch.setenv(name.upper(), str(value))
        yield
