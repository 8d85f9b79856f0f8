"""One number of one child, and one truth about it, under NumPy and JAX alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from jaxtyping import Bool, Float

if TYPE_CHECKING:
    from jaxtyping import Array

    Scalar: TypeAlias = Float[Array, "..."] | npt.NDArray[np.floating[Any]] | np.floating[Any] | float
    """One number inside the step; batches come in from outside, by vmap or as draws."""
    Condition: TypeAlias = Bool[Array, "..."] | npt.NDArray[np.bool_] | np.bool_ | bool
    """Whether something holds of it."""
else:  # the same, told by shape and kind of number: naming JAX's array would load JAX for who only reads signs
    Scalar = Float[Any, "..."] | np.floating | float
    Condition = Bool[Any, "..."] | np.bool_ | bool
