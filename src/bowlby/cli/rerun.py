"""`bowlby rerun`: the command behind a result once more, and how far the two lie apart."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.cli.run_record import OUTPUTS, digest, hides, platform_name, versions
from bowlby.errors import BowlbyError, InputError

ResultFile = Annotated[Path, typer.Argument(help="A JSON object that a bowlby command printed with --json.")]

MOVING = ("run", "seconds", "written", "record", "progress", "url")
"""Keys that may differ between two runs of one thing: time taken and where a file was written."""
NOT_RERUN = ("serve", "codebook", "rerun", "doctor", "pseudonyms")


class RerunError(BowlbyError):
    """The command behind a result failed when it was run again."""

    kind = "rerun"


@dataclass(frozen=True)
class Apart:
    """How far two results lie apart.

    Args:
        compared: values compared.
        differing: paths of those that differ, in order.
        largest: largest absolute difference of two numbers, 0 without.
        at: its path, "" without.
    """

    compared: int
    differing: tuple[str, ...]
    largest: float
    at: str


def rerun_command(result: ResultFile, as_json: options.Json = False) -> None:
    """Run the command behind a result again and compare: the same bit for bit on the recorded platform, or how far off.

    Files that the command wrote are written to a folder that is thrown away.

    Example: bowlby simulate --exposure harsh -n 500 --seed 1 --json > r.json && bowlby rerun r.json
    """
    before = _read(result)
    made = before["run"]
    _check_inputs(result, made)
    after = _again(result, list(made["command"]))
    found = compare(before, after)
    changed = {
        name: [then, versions().get(name)] for name, then in made["versions"].items() if then != versions().get(name)
    }
    same_platform = made["platform"] == platform_name()
    said: dict[str, object] = {
        "identical": not found.differing,
        "compared": found.compared,
        "differing": list(found.differing[:20]),
        "largest_difference": found.largest,
        "at": found.at,
        "same_platform": same_platform,
        "versions_changed": changed,
        "command": made["command"],
    }
    emit(said, _text(found, same_platform=same_platform, changed=changed), as_json=as_json)
    if found.differing and same_platform and not changed:
        raise typer.Exit(1)


def _read(path: Path) -> dict[str, Any]:
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        remedy = "Give what a command printed with --json."
        raise InputError(f"this is no result: {error}", file=str(path), remedy=remedy) from error
    made = whole.get("run") if isinstance(whole, dict) else None
    if not isinstance(made, dict) or not made.get("command"):
        remedy = "Results of this version and later carry it; make the result anew."
        raise InputError("the result does not say what made it", file=str(path), column="run", remedy=remedy)
    if made["command"][0] in NOT_RERUN:
        raise InputError("this command is not run again", file=str(path), column="run", value=made["command"][0])
    if hides(made["command"]):
        remedy = "Run the command as it was typed; paths are left out of such a result on purpose."
        raise InputError(
            "a result that may name no file does not say which it was made from",
            file=str(path),
            column="run",
            remedy=remedy,
        )
    return whole


def _check_inputs(result: Path, made: dict[str, Any]) -> None:
    for one in made["inputs"]:
        path = Path(one["file"])
        if not path.is_file():
            remedy = "Run it in the folder in which it was made, with its files in place."
            raise InputError(
                "an input file is not here", file=str(result), column="inputs", value=str(path), remedy=remedy
            )
        if digest(path) != one["sha256"]:
            remedy = "Bring back the file that the result was made from."
            raise InputError(
                "an input file has changed", file=str(path), column="sha256", value=digest(path), remedy=remedy
            )


def _again(result: Path, words: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bowlby-rerun-") as folder:
        asked = _elsewhere(words, Path(folder))
        done = subprocess.run(
            [sys.executable, "-c", "from bowlby.cli import main; main()", *asked], stdout=subprocess.PIPE, check=False
        )
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError as error:
        told = f"the command ended with exit code {done.returncode}"
        raise RerunError(told, file=str(result), column="command", value=" ".join(words)) from error


def _elsewhere(words: list[str], folder: Path) -> list[str]:
    """Return the words with every path that would be written moved into a folder."""
    moved = [
        str(folder / Path(word).name) if place and words[place - 1] in OUTPUTS else word
        for place, word in enumerate(words)
    ]
    return moved if "--json" in moved else [*moved, "--json"]


def compare(before: object, after: object) -> Apart:
    """Return how far two results lie apart, keys that may move left out.

    Args:
        before: plain values.
        after: plain values.

    Returns:
        Values compared, paths that differ, and the largest difference of two numbers.

    Raises:
        Nothing.
    """
    first, second = dict(_leaves(before, "")), dict(_leaves(after, ""))
    differing = [path for path in first | second if first.get(path, _NOTHING) != second.get(path, _NOTHING)]
    sizes = {path: _size(first.get(path), second.get(path)) for path in differing}
    at = max(sizes, key=lambda path: sizes[path], default="")
    return Apart(len(first | second), tuple(differing), sizes.get(at, 0.0), at)


_NOTHING = object()


def _size(one: object, other: object) -> float:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(float(one) - float(other))
    return 0.0


def _leaves(value: object, path: str) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        kept = [(key, one) for key, one in value.items() if key not in MOVING]
        return [leaf for key, one in kept for leaf in _leaves(one, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [leaf for place, one in enumerate(value) for leaf in _leaves(one, f"{path}[{place}]")]
    return [(path, value)]


def _text(found: Apart, *, same_platform: bool, changed: dict[str, Any]) -> list[str]:
    if not found.differing:
        return [f"identical: {found.compared} values"]
    lines = [
        f"{len(found.differing)} of {found.compared} values differ; the largest difference is {found.largest:.3g} at "
        f"{found.at or 'no number'}"
    ]
    if not same_platform:
        lines.append("it was made on another platform, where the last bits may differ")
    return lines + [f"{name}: {then} then, {now} now" for name, (then, now) in changed.items()]
