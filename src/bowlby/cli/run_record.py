"""What made a result: the command, versions, platform and input hashes that every JSON object carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bowlby.machine import platform_name, versions

if TYPE_CHECKING:
    from bowlby.cli.command_line import CommandLine

_words: list[str] = []
_lines: list[CommandLine] = []


def begin(words: Sequence[str], line: CommandLine | None = None) -> None:
    """Remember the command that is run, for the results that it prints.

    Args:
        words: behind `bowlby`.
        line: the same as the parser reads it, None where it cannot.
    """
    _words[:] = words
    _lines[:] = [] if line is None else [line]


def run_record() -> dict[str, object]:
    """Return what made the result that is printed now.

    Returns:
        Command, versions, platform, and each input file with its size and SHA-256; where the result may name no file
        without paths, and with hashes that only the key's holder can make.

    Raises:
        OSError: an input file can no longer be read.
    """
    hidden = is_confidential(_words)
    return {
        "command": _without_paths(_words) if hidden else list(_words),
        "versions": versions(),
        "platform": platform_name(),
        "inputs": _hidden_inputs(_words) if hidden else [_input(path) for path in _files()],
    }


def is_confidential(words: Sequence[str]) -> bool:
    """Return whether a command's result may name no file: under pseudonyms, and where children are told in groups.

    Args:
        words: behind `bowlby`.

    Returns:
        True or False.
    """
    return any(_value(words, option) is not None for option in (PSEUDONYMS, GROUPS))


def public_result(result: Mapping[str, object]) -> dict[str, object]:
    """Return a result as it may be passed on: without the folder of what was written, where it may name no file.

    Args:
        result: keys of the command contract.

    Returns:
        The same, or with the name alone of what was written.
    """
    written = result.get("written")
    if not (is_confidential(_words) and isinstance(written, str)):
        return dict(result)
    return {**result, "written": Path(written).name}


def _value(words: Sequence[str], asked: str) -> str | None:
    """Return what stands behind an option, or None where it is not given."""
    for place, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option == asked:
            return value if equals else "".join(words[place + 1 : place + 2])
    return None


def _without_paths(words: Sequence[str]) -> list[str]:
    """Return the words with everything left out that is no option and no value of an option of `HARMLESS`."""
    return [_harmless(word, words[place - 1] if place else None) for place, word in enumerate(words)]


def _harmless(word: str, before: str | None) -> str:
    if before is None or before in HARMLESS:
        return word
    option, equals, _ = word.partition("=")
    if not word.startswith("--"):
        return word if word in ("-o", "-n") else HIDDEN
    return word if not equals or option in HARMLESS else f"{option}={HIDDEN}"


def _hidden_inputs(words: Sequence[str]) -> list[dict[str, object]]:
    """Return the inputs under pseudonyms, the key not among them; none where there is no key."""
    from bowlby.records.pseudonyms import read_key

    key = _value(words, PSEUDONYMS)
    if key is None:
        return []
    hidden = read_key(key)
    found = [(path, digest(path)) for path in _files() if path != Path(key)]
    return [
        {"file": hidden.of("file", sha256), "bytes": path.stat().st_size, "sha256": hidden.fingerprint(sha256)}
        for path, sha256 in found
    ]


def _files() -> list[Path]:
    """Return the files that the command reads, those of its folders among them."""
    return [file for line in _lines for path in line.reads for file in files_at(path)]


def files_at(path: Path) -> list[Path]:
    """Return the files that a path stands for.

    Args:
        path: of a file or a folder.

    Returns:
        The file, or all that lie below the folder and are not hidden, sorted; none where there is nothing.

    Raises:
        OSError: the folder cannot be read.
    """
    if not path.is_dir():
        return [path] if path.is_file() else []
    found = (one for one in path.rglob("*") if one.is_file())
    return sorted(one for one in found if not any(part.startswith(".") for part in one.relative_to(path).parts))


PSEUDONYMS = "--pseudonyms"
GROUPS = "--by"
HARMLESS = ("--seed", "--window", "--workers", "--format", "--base-rates", "--by", "--smallest-cell", "--pooling")
"""Options whose value names nobody."""
HIDDEN = "(left out)"
"""What stands in place of a path, or of an error that may quote a file, under pseudonyms."""


def _input(path: Path) -> dict[str, object]:
    return {"file": str(path), "bytes": path.stat().st_size, "sha256": digest(path)}


def digest(path: Path) -> str:
    """Return the SHA-256 of a file.

    Args:
        path: of the file.

    Returns:
        Hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
