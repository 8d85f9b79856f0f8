"""Short ways to write registry entries of signs."""

from __future__ import annotations

from bowlby.model.parameter import Basis
from bowlby.model.signs.sign import Loading

ASSUMED_RATE = "assumed"


def measured_loading(state: str, effect: float, source: str) -> Loading:
    """Return a loading whose size is that of a cited estimate, for a relation next to the one meant.

    Args:
        state: name of the state.
        effect: r; a published d becomes d / sqrt(d^2 + 4).
        source: citation with the published figure.

    Returns:
        The loading.
    """
    return Loading(state, effect, Basis.MEASURED, source)


def assumed_loading(state: str, effect: float, direction: str = "") -> Loading:
    """Return a loading whose size is assumed.

    Args:
        state: name of the state.
        effect: r.
        direction: where its direction comes from, or nothing where that is assumed too.

    Returns:
        The loading.
    """
    source = f"direction: {direction}; size assumed" if direction else "assumed"
    return Loading(state, effect, Basis.ASSUMED, source)
