"""Options that several commands share, so that one name means one thing everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bowlby.formats.isolation import Isolation
    from bowlby.records.pseudonyms import Pseudonyms

Files = Annotated[list[Path], typer.Argument(help="Coded record files of any known format.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout; logs go to stderr.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of every random number.")]
Strict = Annotated[bool, typer.Option("--strict", help="Turn quality problems into errors.")]
Force = Annotated[bool, typer.Option("--force", help="Allow overwriting.")]
CodebookFile = Annotated[
    Path | None,
    typer.Option("--codebook", help="TOML file that maps your codes to bowlby's constructs (bowlby codebook init)."),
]
Format = Annotated[str | None, typer.Option("--format", help="Name of a reader, to skip recognition by content.")]
KeepPrivate = Annotated[
    bool, typer.Option("--keep-private", help="Keep media paths, birth dates, comments and coder names.")
]
Child = Annotated[
    str | None, typer.Option("--child", help="Label of the child, where a record has several: only this one's acts.")
]
Caregiver = Annotated[
    str | None, typer.Option("--caregiver", help="Label of the caregiver, where a record has several.")
]
OneDyad = Annotated[bool, typer.Option("--one-dyad", help="All records are of one child with one caregiver.")]
ManifestFile = Annotated[
    Path | None,
    typer.Option("--manifest", help="Study manifest (csv) that says whose records they are: file, child, ..."),
]
Isolated = Annotated[
    bool,
    typer.Option(
        "--isolated", help="Read every file in a process of its own, within limits; zip and XML files always are."
    ),
]
Window = Annotated[
    float | None, typer.Option("--window", help="Answer window in seconds, instead of the codebook's or the default.")
]
TurnGap = Annotated[
    float | None, typer.Option("--turn-gap", help="Longest silence between two turns in seconds, 2 if not said.")
]
TurnOverlap = Annotated[
    float | None, typer.Option("--turn-overlap", help="Longest overlap of two turns in seconds, 1 if not said.")
]
TurnMode = Annotated[
    str | None,
    typer.Option(
        "--turn-mode", help="Which utterance is taken where several qualify: strict (if not said), stretch, luqr, qulr."
    ),
]
Nuts = Annotated[bool, typer.Option("--nuts", help="Draw by NUTS instead of the fast approximation (slower).")]
PseudonymKey = Annotated[
    Path | None,
    typer.Option(
        "--pseudonyms", help="Key file (bowlby pseudonyms new): pseudonyms stand for people in all that is written."
    ),
]
KeepColumn = Annotated[
    list[str] | None,
    typer.Option(
        "--keep-column",
        help="With --pseudonyms: column of the manifest that points to nobody and stays; may be repeated.",
    ),
]


def pseudonyms_of(key: Path | None) -> Pseudonyms | None:
    """Return the pseudonyms that `--pseudonyms` asks for.

    Args:
        key: the key file, or None where none was given.

    Returns:
        The pseudonyms of the key, or None.

    Raises:
        KeyFileError: the key cannot be used.
    """
    if key is None:
        return None
    from bowlby.records.pseudonyms import read_key

    return read_key(key)


def rule_of(
    window: float | None, turn_gap: float | None = None, turn_overlap: float | None = None, turn_mode: str | None = None
) -> dict[str, object]:
    """Return the settings that `--window` and the options of turns stand for; None leaves the codebook's or default.

    Args:
        window: seconds; the rule itself refuses what is not positive.
        turn_gap: seconds; the rule refuses what is below zero.
        turn_overlap: seconds; likewise.
        turn_mode: a mode of `bowlby.measures.turn_rule.Mode`; the rule refuses others.

    Returns:
        Settings that override the codebook's.
    """
    turns = {"gap_s": turn_gap, "overlap_s": turn_overlap, "mode": turn_mode}
    known = {key: value for key, value in turns.items() if value is not None}
    settings: dict[str, object] = {} if window is None else {"window_s": window, "distress_window_s": window}
    return settings | {"turns": known} if known else settings


def isolation(isolated: bool) -> Isolation:
    """Return which files are read in a process of their own.

    Args:
        isolated: whether `--isolated` is given.

    Returns:
        All of them, or zip archives and XML.
    """
    from bowlby.formats.isolation import Isolation

    return Isolation.ALWAYS if isolated else Isolation.CONTAINERS
