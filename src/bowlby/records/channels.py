"""Events of one session, actor and channel kept together by a hash: what is certainly in order is found sooner so."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl


def by_channel(events: pl.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return an order of events that keeps those of one session, actor and channel together, sooner than by name.

    Channels go by 16 bits of a hash, so that a few may stand among each other. What holds of neighbours in
    this order whose hash is the same holds within channels too; the other way round it need not.

    Args:
        events: columns of the event table.

    Returns:
        (Places of the events, those of one hash in the order in which they stand; whether each but the first has the
        hash of the one before it.)
    """
    hashes = events[["session", "actor", "channel"]].hash_rows().to_numpy().astype(np.uint16)
    order = np.argsort(hashes, kind="stable")
    hashes = hashes[order]
    return order, hashes[1:] == hashes[:-1]


def may_precede(events: pl.DataFrame, column: str) -> bool:
    """Return whether an onset may lie before a time of the event before it in its channel.

    Args:
        events: columns of the event table, without nulls in those of time.
        column: the time that is compared, `onset_s` or `offset_s`.

    Returns:
        False where certainly none does.
    """
    order, beside = by_channel(events)
    onset, earlier = (events[name].to_numpy()[order] for name in ("onset_s", column))
    return bool((beside & (onset[1:] < earlier[:-1])).any())
