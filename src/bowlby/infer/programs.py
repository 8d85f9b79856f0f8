"""Compiled programs that outlive the process: what was traced and compiled once is only loaded the next time."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import pickle
import platform
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache, update_wrapper
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

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
        path: the file. Loading runs what it holds: nothing is loaded that this user's key has not sealed.

    Returns:
        A callable for arguments of the same types; None where the file is missing, damaged or of another making.
    """
    if not path.exists():
        return None
    try:
        # One device, as it was compiled for: by default the program would be loaded for all that the process has.
        one = jax.devices()[:1]
        content = authentic(path.read_bytes())
        return serialize_executable.deserialize_and_load(*pickle.loads(content), execution_devices=one)
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


MADE_OF = (".py", ".toml", ".json")
"""Endings of what results are made from: the model's values are data, and so is what was fitted."""


@cache
def source(*parts: str) -> str:
    """Return a digest of bowlby's source and its data: what is kept must not outlive what it was made from.

    Args:
        parts: packages or files below bowlby that it hangs on, such as "simulate"; none for all of them.

    Returns:
        Hexadecimal digits.
    """
    chosen = [PACKAGE / part for part in parts] or [PACKAGE]
    files = {path for one in chosen for path in ([one] if one.is_file() else one.rglob("*")) if path.suffix in MADE_OF}
    return _digest(*(path.read_bytes().hex() for path in sorted(files)))


@cache
def machine() -> str:
    """Return what else a program depends on: versions, flags and instruction set.

    Returns:
        Text.
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
    _write(path, seal(content))
    return program


SEAL_BYTES = 32


def seal(content: bytes) -> bytes:
    """Return a program as it is kept: behind a code that only the holder of the user's key can make.

    Args:
        content: the program.

    Returns:
        HMAC-SHA-256 (RFC 2104) and the content.
    """
    return hmac.digest(seal_key(), content, "sha256") + content


def authentic(kept: bytes) -> bytes:
    """Return a kept program.

    Args:
        kept: as `seal` gives it.

    Returns:
        The content.

    Raises:
        ValueError: it was sealed by another key, or has been changed.
    """
    code, content = kept[:SEAL_BYTES], kept[SEAL_BYTES:]
    if not hmac.compare_digest(code, hmac.digest(seal_key(), content, "sha256")):
        raise ValueError("the program was not kept by this user")
    return content


@cache
def seal_key() -> bytes:
    """Return the key of kept programs, from the user's own data folder; made there where it is missing.

    Returns:
        32 bytes; a key of this process alone where none can be kept, so that nothing that is kept is loaded.
    """
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    path = Path(f"{home}/bowlby/programs.key").expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError), _made(path) as file:
            file.write(secrets.token_bytes(SEAL_BYTES))
        found, key = path.stat(), path.read_bytes()
    except OSError:
        return secrets.token_bytes(SEAL_BYTES)
    own = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o077)
    return key if own and len(key) == SEAL_BYTES else secrets.token_bytes(SEAL_BYTES)


def _made(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


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
