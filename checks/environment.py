"""An environment of its own for one Python, installed from hash-pinned locks and from nothing else."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".cache" / "environments"


@dataclass(frozen=True)
class Environment:
    """One environment.

    Args:
        name: of its folder.
        base: the Python that it is made of.
        locks: files of `locks/`, installed in this order.
    """

    name: str
    base: Path
    locks: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return FOLDER / self.name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"


def prepared(environment: Environment) -> Path:
    """Return the interpreter of an environment, made anew where its Python or its locks are no longer the same."""
    mark = environment.folder / ".installed"
    wanted = _fingerprint(environment)
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(environment.folder, ignore_errors=True)
        subprocess.run([environment.base, "-m", "venv", environment.folder], check=True)
        for lock in environment.locks:
            _install(environment.python, ["--require-hashes", "-r", str(ROOT / "locks" / lock)])
        _install(environment.python, ["--no-deps", "--no-build-isolation", "-e", str(ROOT)])
        mark.write_text(wanted, encoding="utf-8")
    return environment.python


def _fingerprint(environment: Environment) -> str:
    version = subprocess.run([environment.base, "-VV"], capture_output=True, text=True, check=True).stdout
    files = [*(ROOT / "locks" / lock for lock in environment.locks), ROOT / "pyproject.toml"]
    content = b"".join(file.read_bytes() for file in files)
    return f"{version.strip()} {environment.base} {hashlib.sha256(content).hexdigest()}\n"


def _install(python: Path, words: Sequence[str]) -> None:
    """Install with uv where it is there, for it takes seconds where pip takes minutes; both check the same hashes."""
    uv = shutil.which("uv")
    tool = [uv, "pip", "install", "--quiet", "--python", str(python)] if uv else _pip(python)
    subprocess.run([*tool, *words], check=True)


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
