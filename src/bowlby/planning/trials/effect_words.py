"""Effects in words."""

from __future__ import annotations

from bowlby.planning.trials.design import FROM_MODEL
from bowlby.planning.trials.effects import DIFFERENCE, ODDS, effect_of


def effect_words(effect: float | str) -> str:
    """Return an effect in words.

    Args:
        effect: "model", d, or a text of kind and size.

    Returns:
        The words.
    """
    if effect == FROM_MODEL:
        return "the model's own effect"
    kind, size = effect_of(effect)
    match kind:
        case name if name == DIFFERENCE:
            return f"a difference of {size:g}"
        case name if name == ODDS:
            return f"an odds ratio of {size:g}"
        case _:
            return f"an effect of d = {size:.2f}"
