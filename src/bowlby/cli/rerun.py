"""`bowlby rerun`: the command behind a result once more, and how far the two lie apart."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from bowlby.cli import options
from bowlby.cli.command_line import CommandLine, parse
from bowlby.cli.output import emit
from bowlby.cli.run_record import digest, files_at, is_confidential
from bowlby.errors import BowlbyError, InputError
from bowlby.machine import platform_name, versions
from bowlby.scratch import scratch

ResultFile = Annotated[Path, typer.Argument(help="A JSON object that a bowlby command printed with --json.")]

MOVING = ("run", "seconds", "written", "record", "progress", "url")
"""Keys that may differ between two runs of one thing: time taken and where a file was written."""
COMPUTING = frozenset(
    {
        *("demo", "record", "measure", "agree", "infer", "signs", "report", "simulate", "forecast", "trial", "cohort"),
        *("claims", "compare", "recover", "compare-models", "validate"),
    }
)
"""Commands that are run again; the others serve, write keys or codebooks, or look at this installation."""
INFERRING = frozenset({"infer", "report", "demo"})
FIRST_EDITION = frozenset({"verdict", "verdicts_rest_on"})
"""Commands that infer care, and keys of their results that only the first edition of the inference wrote."""
ANEW = "Results of this version and later carry it; make the result anew."
LARGEST_RESULT = 1 << 30
"""Bytes of a result; that of a thousand measured sessions has a hundredth of it."""


class RerunError(BowlbyError):
    """The command behind a result failed when it was run again."""

    kind = "rerun"


@dataclass(frozen=True)
class ResultDifference:
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


@dataclass(frozen=True)
class RecordedCommand:
    """What a result says of how it was made.

    Args:
        words: of the command.
        line: the same as the parser reads it.
        versions: of packages, by name.
        platform: system and instruction set.
        inputs: SHA-256 of every file that was read, by its path.
    """

    words: tuple[str, ...]
    line: CommandLine
    versions: dict[str, str]
    platform: str
    inputs: dict[str, str]


def rerun_command(context: typer.Context, result: ResultFile, as_json: options.Json = False) -> None:
    """Run the command behind a result again and compare: the same bit for bit on the recorded platform, or how far off.

    Only files that the result names, with the content they had, are read. Files that the command wrote are written to a
    folder that is thrown away; nothing is overwritten, and nothing is sent to a cluster.

    Example: bowlby simulate --exposure harsh -n 500 --seed 1 --json > r.json && bowlby rerun r.json
    """
    before = _read(result)
    made = _recorded(context, result, before)
    _check_inputs(result, made)
    after = _again(result, made)
    found = compare(before, after)
    changed = {
        name: [then, versions().get(name)] for name, then in made.versions.items() if then != versions().get(name)
    }
    same_platform = made.platform == platform_name()
    said: dict[str, object] = {
        "identical": not found.differing,
        "compared": found.compared,
        "differing": list(found.differing[:20]),
        "largest_difference": found.largest,
        "at": found.at,
        "same_platform": same_platform,
        "versions_changed": changed,
        "command": list(made.words),
    }
    emit(said, _text(found, same_platform=same_platform, changed=changed), as_json=as_json)
    if found.differing and same_platform and not changed:
        raise typer.Exit(1)


def _read(path: Path) -> dict[str, Any]:
    remedy = "Give what a command printed with --json."
    try:
        if path.stat().st_size > LARGEST_RESULT:
            raise InputError("this is too large for a result", file=str(path), remedy=remedy)
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"this is no result: {error}", file=str(path), remedy=remedy) from error
    if not (isinstance(whole, dict) and isinstance(whole.get("run"), dict) and whole["run"].get("command")):
        raise _unsaid(path, "the result does not say what made it", "run")
    return whole


def _unsaid(path: Path, what: str, key: str, remedy: str = ANEW) -> InputError:
    return InputError(what, file=str(path), column=key, remedy=remedy)


def _recorded(context: typer.Context, path: Path, whole: dict[str, Any]) -> RecordedCommand:
    """Return what made a result, once its command has been found to compute and every part has its form."""
    made = whole["run"]
    words, known, inputs = made["command"], made.get("versions"), made.get("inputs")
    if not _are_texts(words):
        raise _unsaid(path, "the result does not say what made it", "command")
    if words[0] not in COMPUTING:
        raise InputError("this command is not run again", file=str(path), column="command", value=words[0])
    if not FIRST_EDITION.isdisjoint(whole) and words[0] in INFERRING:
        what = "this result is of the first edition's inference, which is gone"
        raise _unsaid(path, what, "command", f"Run it again: bowlby {words[0]} on the records themselves.")
    if not (isinstance(known, dict) and isinstance(inputs, list)):
        raise _unsaid(path, "the result does not say what made it", "run")
    if not all(isinstance(one, dict) and _are_texts([one.get("file"), one.get("sha256")]) for one in inputs):
        raise _unsaid(path, "the result does not say which files were read", "inputs")
    if is_confidential(words):
        remedy = "Run the command as it was typed; paths are left out of such a result on purpose."
        raise _unsaid(path, "a result that may name no file does not say which it was made from", "run", remedy)
    line = _line(context, path, words)
    if line.states("--cluster"):
        raise InputError(
            "what ran on a cluster is not run again from its result",
            file=str(path),
            column="--cluster",
            remedy="Type the command yourself, so that you choose the cluster it goes to.",
        )
    return RecordedCommand(
        tuple(words), line, known, str(made.get("platform")), {one["file"]: one["sha256"] for one in inputs}
    )


def _are_texts(values: object) -> bool:
    """Return whether all are texts that a command line can hold."""
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        return False
    try:
        return b"\0" not in "".join(values).encode()
    except UnicodeEncodeError:
        return False


def _line(context: typer.Context, path: Path, words: list[str]) -> CommandLine:
    try:
        return parse(context.find_root().command, words)
    except typer.TyperException as error:
        said = error.format_message()
        raise InputError(
            f"the recorded command is none of this version: {said}", file=str(path), column="command", remedy=ANEW
        ) from error


def _check_inputs(result: Path, made: RecordedCommand) -> None:
    """Refuse unless all that the command reads is named in the result and has the content it had."""
    named = {Path(name): sha256 for name, sha256 in made.inputs.items()}
    here = "Run it in the folder in which it was made, with its files in place."
    for path, sha256 in named.items():
        if not path.is_file():
            raise _wrong_input(result, "an input file is not here", "inputs", path, here)
        if digest(path) != sha256:
            remedy = "Bring back the file that the result was made from."
            raise _wrong_input(result, "an input file has changed", "sha256", path, remedy)
    for path in made.line.reads:
        if not path.exists():
            raise _wrong_input(result, "an input file is not here", "inputs", path, here)
        more = next((file for file in files_at(path) if file not in named), None)
        if more is not None:
            remedy = "Type the command yourself, if you trust it; or make the result anew."
            raise _wrong_input(result, "the command reads a file that the result does not name", "inputs", more, remedy)


def _wrong_input(result: Path, what: str, column: str, path: Path, remedy: str) -> InputError:
    return InputError(what, file=str(result), column=column, value=str(path), remedy=remedy)


def _again(result: Path, made: RecordedCommand) -> dict[str, Any]:
    with scratch() as folder:
        words = redirect_outputs(made.line, folder)
        # -P: what lies in the working folder is data, and never imported.
        command = [sys.executable, "-P", "-c", "from bowlby.cli import main; main()", *words]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        told = f"the command ended with exit code {done.returncode}"
        raise RerunError(told, file=str(result), column="command", value=" ".join(made.words)) from error


def redirect_outputs(line: CommandLine, folder: Path) -> list[str]:
    """Return a command with every path that it writes, by default too, in another folder, and without `--force`.

    Args:
        line: the command.
        folder: empty; each output has a folder of its own within it.

    Returns:
        The words behind `bowlby`; arguments last, behind "--".
    """
    options: list[str] = []
    arguments: list[str] = []
    for place, one in enumerate(line.parameters):
        if one.written and one.value is not None:
            options.append(f"{one.option}={_room(folder / str(place), one.value)}")
        elif not one.option:
            arguments += one.words
        elif one.stated and one.option not in ("--force", "--json"):
            options += one.words
    return [*line.command.split(), *options, "--json", *(["--", *arguments] if arguments else [])]


def _room(folder: Path, written: Path) -> Path:
    """Return a path in a new folder that ends like another."""
    folder.mkdir()
    name = Path(written).name
    return folder / (name if name.strip(".") else "output")


def compare(before: object, after: object) -> ResultDifference:
    """Return how far two results lie apart, keys that may move left out.

    Args:
        before: plain values.
        after: plain values.

    Returns:
        Values compared, paths that differ, and the largest difference of two numbers.
    """
    first, second = dict(_leaves(before, "")), dict(_leaves(after, ""))
    differing = [path for path in first | second if first.get(path, _NOTHING) != second.get(path, _NOTHING)]
    sizes = {path: _size(first.get(path), second.get(path)) for path in differing}
    at = max(sizes, key=lambda path: sizes[path], default="")
    return ResultDifference(len(first | second), tuple(differing), sizes.get(at, 0.0), at)


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


def _text(found: ResultDifference, *, same_platform: bool, changed: dict[str, Any]) -> list[str]:
    if not found.differing:
        return [f"identical: {found.compared} values"]
    lines = [
        f"{len(found.differing)} of {found.compared} values differ; the largest difference is {found.largest:.3g} at "
        f"{found.at or 'no number'}"
    ]
    if not same_platform:
        lines.append("it was made on another platform, where the last bits may differ")
    return lines + [f"{name}: {then} then, {now} now" for name, (then, now) in changed.items()]
