"""Numbers as a reader wants them: two or three significant digits, an interval, a plain length of time."""

from __future__ import annotations

import math

NOTHING = "—"


def number(value: float | None, *, whole: bool = True) -> str:
    """Return a number with three significant digits, or two below one.

    Args:
        value: any finite number, or None.
        whole: leave a whole number without decimals.

    Returns:
        The text, or a dash for None.
    """
    if value is None:
        return NOTHING
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-4:
        return f"{value:.2g}".replace("-", "−")
    digits = 3 if size >= 1 else 2
    rounded = float(f"{value:.{digits}g}")
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    shown = rounded if size < 1000 else value
    return in_thousands(shown, 0 if whole and value == round(value) else places)


def in_thousands(value: float, places: int = 0) -> str:
    """Return a number with all its digits, a thin space between thousands.

    Args:
        value: finite.
        places: decimal places, >= 0.

    Returns:
        The text, as "1 072".
    """
    return f"{value:,.{places}f}".replace("-", "−").replace(",", "\u202f")


def interval(estimate: float | None, low: float | None, high: float | None) -> str:
    """Return "0.42 (0.31 to 0.55)", or the estimate alone where there is no interval.

    Args:
        estimate: the value, or None.
        low: lower end, same unit, or None.
        high: upper end, same unit, or None.

    Returns:
        The text, or a dash where there is no estimate.
    """
    if estimate is None:
        return NOTHING
    ends = [value for value in (low, high) if value is not None]
    whole = all(value == round(value) for value in (estimate, *ends))
    shown, *rest = (number(value, whole=whole) for value in (estimate, *ends))
    if not rest:
        return shown
    if low is None:
        return f"{shown} (up to {rest[0]})"
    if high is None:
        return f"{shown} (at least {rest[0]})"
    return f"{shown} ({rest[0]} to {rest[1]})"


def percent(share: float | None) -> str:
    """Return a share in [0, 1] as a percentage; a share that is neither none nor all never reads 0 % or 100 %.

    Args:
        share: in [0, 1], or None.

    Returns:
        The text, or a dash for None.
    """
    if share is None:
        return NOTHING
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{share:.0%}".replace("%", " %")


def length_of_time(seconds: float) -> str:
    """Return a length of time in the two units a reader would choose: "5 min 20 s", "16 h 0 min".

    Args:
        seconds: >= 0.

    Returns:
        The text.
    """
    if seconds < 60:
        return f"{number(seconds)} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    minutes = round(seconds / 60)
    return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")


def count_of(n: int, singular: str) -> str:
    """Return a count with its noun: "1 cue", "12 cues", "no cue".

    Args:
        n: >= 0.
        singular: the noun.

    Returns:
        The text.
    """
    if n == 0:
        return f"no {singular}"
    noun = singular if n == 1 else f"{singular}s"
    return f"{in_thousands(n)} {noun}"


def listed(words: list[str]) -> str:
    """Return words as a clause: "a", "a and b", "a, b and c".

    Args:
        words: any number of words.

    Returns:
        The clause, empty for no words.
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
