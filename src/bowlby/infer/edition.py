"""Which edition of the inference this is, and what must not be done with it."""

from __future__ import annotations

from pathlib import Path

from bowlby.errors import InputError

FIRST_EDITION = (
    "First edition: being replaced, because it overstates deprivation and because the model that reads a record is not "
    "the one that is simulated."
)
"""Said wherever something is inferred of the care in a record."""

NO_FORECAST = (
    "no life is forecast from a record: the inference is a first edition that is being replaced; it overstates "
    "deprivation, and the model that reads a record is not the one that is simulated"
)
"""Why care that was inferred is not lived forward."""

FORECAST_INSTEAD = "bowlby forecast --exposure usual"


def no_forecast(file: Path) -> InputError:
    """Return why a posterior cannot be forecast from, and what to type instead.

    Args:
        file: the posterior that was given.

    Returns:
        The error, to be raised.
    """
    return InputError(NO_FORECAST, file=file, remedy=f"Forecast from named care: {FORECAST_INSTEAD}")
