"""What a table of counts would hold if rows and columns were independent, some cells being impossible."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MAX_ITERATIONS = 10_000
TOLERANCE = 1e-10
"""Largest change of a cell, as a share of the table's total, at which fitting stops."""

Counts = npt.NDArray[np.float64]


def expected_counts(table: npt.ArrayLike, possible: npt.ArrayLike | None = None) -> Counts:
    """Return the counts expected under (quasi-)independence with the margins of the table.

    m_ij = r_i c_j / N where every cell is possible; otherwise m_ij = a_i b_j on the possible cells and 0 elsewhere,
    with a and b such that the margins hold, found by iterative proportional fitting (Deming & Stephan 1940, Annals
    of Mathematical Statistics 11:427; Bakeman & Quera 2011, Sequential Analysis and Observational Methods, ch. 9).
    One impossible cell in row I and column J has a closed form: it is filled with x = r_I c_J / (N - r_I - c_J), the
    count that independence of the filled table expects there.

    Args:
        table: shape (..., rows, columns), counts >= 0; leading axes are separate tables.
        possible: shape (rows, columns), False where a cell is a structural zero; None: every cell is possible.

    Returns:
        Expected counts, the table's shape; a table without counts expects 0 everywhere.

    Raises:
        ValueError: a structural zero holds a count.
    """
    observed = np.asarray(table, dtype=float)
    if possible is None:
        return _independent(observed)
    mask = np.asarray(possible, dtype=bool)
    if (observed[..., ~mask] > 0).any():
        raise ValueError("a structural zero holds a count")
    if mask.all():
        return _independent(observed)
    return _with_one_zero(observed, mask) if mask.sum() == mask.size - 1 else _fitted(observed, mask)


def _independent(observed: Counts) -> Counts:
    total = observed.sum((-2, -1), keepdims=True)
    product = observed.sum(-1, keepdims=True) * observed.sum(-2, keepdims=True)
    return np.divide(product, total, out=np.zeros_like(product), where=total > 0)


def _with_one_zero(observed: Counts, mask: npt.NDArray[np.bool_]) -> Counts:
    row, column = np.argwhere(~mask)[0]
    of_row, of_column = observed[..., row, :].sum(-1), observed[..., :, column].sum(-1)
    rest = observed.sum((-2, -1)) - of_row - of_column
    filled = observed.copy()
    filled[..., row, column] = np.divide(of_row * of_column, rest, out=np.zeros_like(rest), where=rest > 0)
    fit = np.where(mask, _independent(filled), 0.0)
    return np.where((rest > 0)[..., None, None], fit, observed)


def _fitted(observed: Counts, mask: npt.NDArray[np.bool_]) -> Counts:
    fit = np.broadcast_to(mask, observed.shape).astype(float)
    rows, columns = observed.sum(-1, keepdims=True), observed.sum(-2, keepdims=True)
    bar = TOLERANCE * max(float(observed.sum((-2, -1)).max(initial=0.0)), 1.0)
    for _ in range(MAX_ITERATIONS):
        before = fit
        fit = _scaled(fit, rows, -1)
        fit = _scaled(fit, columns, -2)
        if np.abs(fit - before).max(initial=0.0) < bar:
            break
    return fit


def _scaled(fit: Counts, margin: Counts, axis: int) -> Counts:
    total = fit.sum(axis, keepdims=True)
    return fit * np.divide(margin, total, out=np.zeros_like(margin), where=total > 0)
