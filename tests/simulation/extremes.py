"""Extremes of one kind of care, beyond any family, for tests of what must emerge."""

from __future__ import annotations

from bowlby.model.life.exposures import TEST_POINTS


def extreme(name: str) -> dict[str, float]:
    """Return the setting of the extreme of a named care; usual care has none."""
    return {} if name == "usual" else TEST_POINTS[f"extreme {name}"].setting()
