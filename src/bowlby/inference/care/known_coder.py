"""What is known of a coder's error: from two codings of the same sessions, or stated by the user."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bowlby.errors import InputError
from bowlby.inference.care.coder import ENDS, MOST, CoderContext

_HOW = "Give the JSON of `bowlby agree A B --json`, or missed=.1,false=.05,jitter=.3."


@dataclass(frozen=True)
class KnownCoder:
    """A coder's error.

    Args:
        context: what it is taken to be; None where it is integrated out.
        ends: of what it may be; a statement must hold at both.
        source: where it comes from, in words.
    """

    context: CoderContext | None
    ends: tuple[CoderContext, CoderContext]
    source: str

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        known = None if self.context is None else self.context.as_dict()
        return {"known": known, "ends": [end.as_dict() for end in self.ends], "source": self.source}


UNKNOWN = KnownCoder(None, ENDS, "not known: integrated out, and statements hold at both ends of what it may be")


def coder_with(values: Mapping[str, float]) -> KnownCoder:
    """Return a coder whose error the user states.

    Args:
        values: missed, false and displaced_s.

    Returns:
        The coder.

    Raises:
        ParameterError: an error is negative or larger than any that was learnt.
    """
    stated = CoderContext(**values)
    return KnownCoder(stated, (stated, stated), "stated by the user")


def coder_from(path: Path) -> KnownCoder:
    """Return the coder that two codings in a file speak of; see `coder_in`.

    Args:
        path: JSON that `bowlby agree --json` printed.

    Returns:
        The coder.
    """
    return coder_in(_json(path), path)


def coder_in(agreement: Mapping[str, object], path: Path | None = None) -> KnownCoder:
    """Return the coder that two codings speak of.

    Two coders do not separate what one missed from what the other imagined, nor what both missed. The error is taken as
    two thirds missed and one third false, as is assumed of simulated coders; at one end all of it is false, as far as
    that was learnt, and at the other all of it is missed, each at the upper end of its interval.

    Args:
        agreement: what `bowlby agree --json` says.
        path: the file it stands in, or None.

    Returns:
        The coder.

    """
    found = _mapping(agreement, "coder_error", path)
    apart, displaced = _mapping(found, "apart", path), _mapping(found, "displaced_s", path)
    share, high = _number(apart, "estimate", path), _number(apart, "high", path)
    low_s, middle_s, high_s = (_number(displaced, name, path) for name in ("low", "estimate", "high"))
    context = CoderContext(2 * share / 3, min(share / 3, MOST["false"]), middle_s)
    ends = (
        CoderContext(0.0, min(high, MOST["false"]), low_s),
        CoderContext(min(high, MOST["missed"]), 0.0, min(high_s, MOST["displaced_s"])),
    )
    return KnownCoder(context, ends, f"two codings, {_number(found, 'events', path):.0f} events of each")


def _json(path: Path) -> Mapping[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError):
        raise InputError("this is no JSON that can be read", file=path, column="--coder", remedy=_HOW) from None
    if not isinstance(found, dict):
        raise InputError("this is no JSON of `bowlby agree`", file=path, column="--coder", remedy=_HOW)
    return cast("Mapping[str, object]", found)


def _mapping(found: Mapping[str, object], name: str, path: Path | None) -> Mapping[str, object]:
    inner = found.get(name)
    if name in found and inner is None:
        raise InputError("the codings hold too few events to tell how the coders err", file=path, remedy=_HOW)
    if not isinstance(inner, Mapping):
        raise InputError("this is no JSON of `bowlby agree`", file=path, column=name, remedy=_HOW)
    return cast("Mapping[str, object]", inner)


def _number(found: Mapping[str, object], name: str, path: Path | None) -> float:
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise InputError("a number of at least 0 is wanted", file=path, column=name, value=value, remedy=_HOW)
    return float(value)
