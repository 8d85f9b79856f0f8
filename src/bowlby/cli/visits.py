"""Records of simulated visits: how a coder errs, as written on the command line, and the files that are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bowlby.errors import InputError, suggestion

if TYPE_CHECKING:
    from bowlby.records.record import Record
    from bowlby.simulation.coder import CoderError
    from bowlby.simulation.visits import VisitedChildren

_WORDS = {"missed": "missed", "false": "false", "jitter": "displaced_s"}
_EXAMPLE = "Write missed=.1,false=.05,jitter=.3; what is left out is 0."
FORMATS = (".csv", ".parquet", ".boris")


@dataclass(frozen=True)
class Coding:
    """Who codes the visits.

    Args:
        error: of each coder; None for one trained coder who makes none.
        names: of the coders.
        record: file of the first visit by the first coder, or None where nothing is written.
        visits: how many.
    """

    error: CoderError | None
    names: tuple[str, ...]
    record: Path | None
    visits: int

    def file_of(self, visit: int, name: str) -> Path | None:
        """Return the file of one visit by one coder: several visits add -1, -2, further coders add -b, -c.

        Args:
            visit: counted from 0.
            name: of the coder.
        """
        if self.record is None:
            return None
        parts = [str(visit + 1)] * (self.visits > 1) + [name] * (name != self.names[0])
        return self.record.with_name("-".join([self.record.stem, *parts]) + self.record.suffix)

    def check(self, *, force: bool) -> None:
        """Refuse, before anything is simulated, what cannot be written.

        Args:
            force: whether files may be replaced.

        Raises:
            InputError: the name ends in no format that is written.
            OverwriteError: a file exists and force is False.
            OutputError: the folder does not exist.
        """
        from bowlby.atomic import refuse_overwriting

        if self.record is None:
            return
        if self.record.suffix.lower() not in FORMATS:
            remedy = "Let the name end in .csv, .parquet or .boris."
            raise InputError("a simulated record has no such format", file=self.record, remedy=remedy)
        for visit in range(self.visits):
            for name in self.names:
                refuse_overwriting(self.file_of(visit, name) or self.record, force=force)

    def records(self, found: VisitedChildren) -> Iterator[tuple[Path | None, Record]]:
        """Yield the record of each visit by each coder, with the file it goes to.

        Args:
            found: what was watched.
        """
        for visit in range(self.visits):
            for name in self.names:
                yield self.file_of(visit, name), found.coded_by(visit, self.error, name)


def coding(error: str | None, coders: int, record: Path | None, visits: int) -> Coding:
    """Return who codes, from the words of the command line.

    Args:
        error: such as "missed=.1,false=.05,jitter=.3"; None for none, or for the assumed one where coders are several.
        coders: how many.
        record: file of the first visit by the first coder.
        visits: how many.

    Returns:
        The coders and their files.

    Raises:
        InputError: the words cannot be read, or there are no coders.
        ParameterError: a share or time lies outside its support.
    """
    from bowlby.simulation.coder import CoderError
    from bowlby.simulation.visits import coder_names

    stated = coder_error(error) if error is not None else CoderError() if coders > 1 else None
    return Coding(stated, coder_names(coders), record, visits)


def coder_error(text: str) -> CoderError:
    """Return a coder's error as written on the command line.

    Args:
        text: such as "missed=.1,false=.05,jitter=.3"; what is left out is 0.

    Returns:
        The error.

    Raises:
        InputError: a word is unknown, given twice or no number.
        ParameterError: a share or time lies outside its support.
    """
    from bowlby.simulation.coder import CoderError

    return CoderError(**error_values(text, "--coder-error"))


def error_values(text: str, option: str) -> dict[str, float]:
    """Return a coder's error as written on the command line, by its name.

    Args:
        text: such as "missed=.1,false=.05,jitter=.3"; what is left out is 0.
        option: that it was given to, for errors.

    Returns:
        missed, false and displaced_s.

    Raises:
        InputError: a word is unknown, given twice or no number.
    """
    values: dict[str, float] = {}
    for part in text.split(","):
        word, _, number = (piece.strip() for piece in part.partition("="))
        if word not in _WORDS or _WORDS[word] in values:
            what = "coders do not err so" if word not in _WORDS else "an error is given twice"
            raise InputError(what, column=option, value=word, remedy=f"{suggestion(word, _WORDS)}{_EXAMPLE}")
        values[_WORDS[word]] = _number(number, option)
    return dict.fromkeys(_WORDS.values(), 0.0) | values


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError("a number is wanted", column=option, value=text, remedy=_EXAMPLE) from None


def write(record: Record, path: Path, *, force: bool) -> None:
    """Write a record in the format that the name asks for.

    Args:
        record: the record.
        path: ends in .csv, .parquet or .boris.
        force: whether a file may be replaced.

    Raises:
        OverwriteError: the file exists and force is False.
        OutputError: it cannot be written.
    """
    from bowlby.formats.write import write_record
    from bowlby.formats.writers.boris import write_boris

    writer = write_boris if path.suffix.lower() == ".boris" else write_record
    writer(record, path, force=force)


def reading(record: Path) -> str:
    """Say what reads a record: BORIS knows no vocabulary, bowlby's own formats bring theirs along.

    Args:
        record: the file.

    Returns:
        Words of a command.
    """
    if record.suffix.lower() == ".boris":
        return f"codebook init {record} -o {record.stem}.toml"
    return f"measure {record}"
