"""Compiled programs that outlive the process: what was traced and compiled once is only loaded the next time."""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache, update_wrapper
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, TypeVar

import jax
from jax.experimental import serialize_executable
from jax.experimental.compilation_cache import compilation_cache

from bowlby.atomic import writing
from bowlby.errors import OutputError

R = TypeVar("R")

PACKAGE = Path(__file__).parents[1]
CPU_FLAGS = Path("/proc/cpuinfo")


class Kept(Generic[R]):
    """A function compiled by JAX whose programs are kept in JAX's compile-cache folder, where one is set.

    JAX's own cache keeps what was compiled, but a process must trace and lower the function before it can look there,
    which takes longer than running it. Here the key is known without tracing: the function's name, the types of its
    arguments, bowlby's source, the versions of JAX and the machine. Only where the source has changed is the function
    traced, and compiled again where that gives another program. Without a folder it is `jax.jit` and no more.
    """

    def __init__(self, function: Callable[..., R]) -> None:
        """Take the function; nothing is compiled before it is called."""
        update_wrapper(self, function)
        self._name = f"{function.__module__}.{function.__qualname__}"
        self._compiled: Any = jax.jit(function)
        self._programs: dict[str, Any] = {}

    def __call__(self, *arguments: Any) -> R:
        """Return the function's value, from a kept program where there is one."""
        folder = setting("jax_compilation_cache_dir")
        if not folder:
            return self._compiled(*arguments)
        leaves, structure = jax.tree.flatten(arguments)
        key = f"{structure} {[jax.typeof(leaf) for leaf in leaves]} {setting('jax_enable_x64')}"
        if key not in self._programs:
            self._programs[key] = self._program(Path(folder), key, arguments)
        return self._programs[key](*arguments)

    def _program(self, folder: Path, key: str, arguments: tuple[Any, ...]) -> Any:
        """Return the program: found by name, types and source; else by what the source says once traced; else made."""
        pointer = folder / f"bowlby-{_digest(self._name, key, source(), machine())}.pointer"
        kept = load(folder / _text(pointer)) if pointer.exists() else None
        if kept is not None:
            return kept
        lowered = self._compiled.lower(*arguments)
        path = folder / f"bowlby-{_digest(lowered.as_text(), machine())}.program"
        program = load(path) or _compile_and_keep(lowered, path)
        _write(pointer, path.name.encode())
        return program


def load(path: Path) -> Any | None:
    """Return a program that was kept, or None.

    Args:
        path: the file. Loading runs what it holds, as Python does with its own compiled modules: the folder must be
            the user's.

    Returns:
        A callable for arguments of the same types; None where the file is missing, damaged or of another making.

    Raises:
        Nothing.
    """
    if not path.exists():
        return None
    try:
        # One device, as it was compiled for: by default the program would be loaded for all that the process has.
        one = jax.devices()[:1]
        return serialize_executable.deserialize_and_load(*pickle.loads(path.read_bytes()), execution_devices=one)
    except Exception:  # whatever is wrong with the file, the program can be compiled anew
        return None


def setting(name: str) -> Any:
    """Return one of JAX's settings.

    Args:
        name: as `jax.config.update` takes it.

    Returns:
        Its value in this thread.

    Raises:
        AttributeError: JAX has no such setting.
    """
    return getattr(jax.config, name)


@cache
def source(*parts: str) -> str:
    """Return a digest of bowlby's source: what is kept must not outlive the code that it was made from.

    Args:
        parts: packages or files below bowlby that it hangs on, such as "simulate"; none for all of them.

    Returns:
        Hexadecimal digits.

    Raises:
        Nothing.
    """
    chosen = [PACKAGE / part for part in parts] or [PACKAGE]
    files = {path for one in chosen for path in (one.rglob("*.py") if one.is_dir() else [one])}
    return _digest(*(path.read_bytes().hex() for path in sorted(files)))


@cache
def machine() -> str:
    """Return what else a program depends on: versions, flags and instruction set.

    Args:
        None.

    Returns:
        Text.

    Raises:
        Nothing.
    """
    flags = next(
        (line for line in _text(CPU_FLAGS).splitlines() if line.startswith(("flags", "Features"))), platform.processor()
    )
    device = jax.devices()[0]
    versions = (platform.python_version(), version("jax"), version("jaxlib"))
    settings = (os.environ.get("XLA_FLAGS"), os.environ.get("NPROC"), os.cpu_count(), jax.device_count())
    return f"{versions} {settings} {device.device_kind} {platform.machine()} {flags}"


def _compile_and_keep(lowered: Any, path: Path) -> Any:
    # A program that JAX took from its own cache cannot be serialised again: it comes back without its symbols.
    with _own_cache_of_jax_unused():
        program = lowered.compile()
    try:
        content = pickle.dumps(serialize_executable.serialize(program))
    except ValueError:  # a platform whose programs cannot be serialised
        return program
    _write(path, content)
    return program


@contextmanager
def _own_cache_of_jax_unused() -> Generator[None]:
    used = setting("jax_enable_compilation_cache")
    compilation_cache.reset_cache()
    jax.config.update("jax_enable_compilation_cache", False)
    try:
        yield
    finally:
        jax.config.update("jax_enable_compilation_cache", used)
        compilation_cache.reset_cache()


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path, force=True) as draft:
            draft.write_bytes(content)
    except (OSError, OutputError):  # a full or read-only folder costs time, not the result
        return


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
