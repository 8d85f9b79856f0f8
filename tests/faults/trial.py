"""One fault at one call of one command: what must hold after it."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.faults import Ended, Fault, run, run_counted, run_failing
from tests.faults.write_paths import Kind, WritePath

Files = dict[str, str]
"""Name to digest."""


@dataclass
class Row:
    """What came of a fault on a way of writing.

    Args:
        path: its name.
        by: the command.
        fault: in words.
        outcomes: how often the target was absent, old, new or begun.
        wrong: what did not hold, each with its place.
    """

    path: str
    by: str
    fault: str
    outcomes: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Undisturbed:
    """The command without a fault: its files, and how many writing calls it made."""

    files: Files
    calls: int


def undisturbed(path: WritePath, folder: Path, cache: Path, *, over: bool) -> Undisturbed:
    """Run a command without a fault; its caches, which lie elsewhere, are warm afterwards."""
    disk = _fresh(path, folder, over=over)
    ended, calls = run_counted(_words(path, disk, over), cache, disk)
    assert ended.code == 0, ended
    assert strays(path, disk) == [], "an undisturbed run leaves nothing beside its result"
    return Undisturbed(digests(path, disk), calls)


def trials(path: WritePath, fault: Fault, folder: Path, cache: Path, known: Undisturbed, *, over: bool) -> Row:
    """Let a fault happen at several calls of a command, each on a fresh disk."""
    row = Row(path.name, path.by, fault.words)
    for at in points(known.calls, path.points):
        disk = _fresh(path, folder, over=over)
        before = digests(path, disk)
        words = _words(path, disk, over)
        ended = run_failing(words, cache, disk, fault, at)
        state = _state(path, before, digests(path, disk), known.files)
        row.outcomes[state] += 1
        found = [*_wrong_end(ended, fault, state, disk), *_wrong_rest(path, fault, state, disk)]
        if not found and (fault in (Fault.KILLED, Fault.FULL)):
            found = list(_wrong_again(path, words, state, known.files, disk, cache))
        row.wrong += [f"call {at} of {known.calls}{' over old' if over else ''}: {one}" for one in found]
    return row


def points(calls: int, wanted: int) -> list[int]:
    """Return calls spread over a run, the first and the last among them."""
    if calls <= wanted:
        return list(range(1, calls + 1))
    return sorted({1 + round(place * (calls - 1) / (wanted - 1)) for place in range(wanted)})


def digests(path: WritePath, disk: Path) -> Files:
    """Return the files of a command's targets."""
    roots = [disk / name for name in path.targets]
    files = [file for root in roots for file in ([root] if root.is_file() else sorted(root.rglob("*")))]
    return {
        str(file.relative_to(disk)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()
    }


def strays(path: WritePath, disk: Path) -> list[str]:
    """Return what lies on the disk and is no target, nor whole within one that is a folder of files."""
    within: list[Path] = []
    if path.kind is Kind.FOLDER_OF_WHOLE:
        within = [file for name in path.targets for file in (disk / name).rglob(".*")]
    return sorted([one.name for one in disk.iterdir() if one.name not in path.targets] + [one.name for one in within])


def _fresh(path: WritePath, folder: Path, *, over: bool) -> Path:
    disk = folder / "disk"
    shutil.rmtree(disk, ignore_errors=True)
    disk.mkdir(parents=True)
    if over and path.old is not None:
        path.old(disk)
    return disk


def _words(path: WritePath, disk: Path, over: bool) -> tuple[str, ...]:
    return (*path.words(disk), *(("--force",) if over else ()))


def _state(path: WritePath, old: Files, now: Files, new: Files) -> str:
    if path.kind is Kind.FOLDER_OF_WHOLE:
        now = _without_drafts(now, new)
    if now == new:
        return "new"
    if now == old:
        return "old" if old else "absent"
    if not now:
        return "absent"
    # Several files are each whole, though not all of them came.
    if path.kind is not Kind.RESUMED and (len(path.targets) > 1 or path.kind is Kind.FOLDER_OF_WHOLE):
        named = _without_drafts(now, new)
        whole = all(named[name] in (new.get(name), old.get(name)) for name in named)
        return "begun" if whole else "HALF"
    if path.kind is Kind.RESUMED and not set(old.items()) & set(now.items()):
        return "begun"
    return "HALF"


def _wrong_end(ended: Ended, fault: Fault, state: str, disk: Path) -> Iterator[str]:
    if "Traceback" in ended.err:
        yield f"traceback: {ended.err.strip().splitlines()[-1]}"
    if fault is Fault.KILLED:
        if ended.code != -9:
            yield f"ended with {ended.code}"
        return
    if ended.code == 0:
        if state != "new":
            yield f"said that all is well, and the target is {state}"
        return
    if ended.code not in (1, 2):
        yield f"exit code {ended.code}"
    told = [line for line in ended.err.splitlines() if line.startswith("bowlby: ")]
    if len(told) != 1 or str(disk) not in told[0]:
        yield f"no error that names the place: {ended.err.strip()[-200:]}"
    if ended.out:
        yield "printed a result"


def _wrong_rest(path: WritePath, fault: Fault, state: str, disk: Path) -> Iterator[str]:
    if state == "HALF":
        yield f"a half target: {sorted(digests(path, disk))[:5]}"
    parts = {f".{name}.parts" for name in path.targets}
    left = [name for name in strays(path, disk) if name not in parts]
    if left and not fault.may_leave_drafts:
        yield f"left {left}"
    if any(not name.startswith(".") for name in left):
        yield f"left under a name that a user sees: {left}"


def _wrong_again(
    path: WritePath, words: tuple[str, ...], state: str, new: Files, disk: Path, cache: Path
) -> Iterator[str]:
    """Run the command again, as its user would: with leave where something whole stands there."""
    plain = tuple(word for word in words if word != "--force")
    goes_on = state == "absent" or (state == "begun" and path.kind is Kind.RESUMED)
    ended = run(plain if goes_on else (*plain, "--force"), cache)
    if ended.code:
        yield f"a second run ends with {ended.code}: {ended.err.strip()[-200:]}"
    elif _without_drafts(digests(path, disk), new) != new:
        yield "a second run gives other bytes"
    elif left := strays(path, disk):
        yield f"a second run leaves {left}"


def _without_drafts(files: Files, new: Files) -> Files:
    return {name: digest for name, digest in files.items() if name in new or not Path(name).name.startswith(".")}
