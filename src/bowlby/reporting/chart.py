"""Charts as Vega-Lite: marks over rows of numbers, laid over one another; plain data that page and drawer read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Chart: TypeAlias = dict[str, Any]
"""A Vega-Lite specification without a width."""

Mark: TypeAlias = dict[str, Any]
"""One layer of a chart: its rows, its shape and what they are shown by."""

Channel: TypeAlias = dict[str, Any]
"""One way in which a mark shows a column: place, colour, tooltip."""

Rows: TypeAlias = Sequence[Mapping[str, Any]]


def quantitative(field: str, **how: object) -> Channel:
    """Return a channel that shows a column of numbers.

    Args:
        field: the column.
        how: title, scale, axis, format and the like, as Vega-Lite names them.

    Returns:
        The channel.
    """
    return {"field": field, "type": "quantitative", **how}


def nominal(field: str, **how: object) -> Channel:
    """Return a channel that shows a column of names.

    Args:
        field: the column.
        how: title, scale, axis, legend and the like, as Vega-Lite names them.

    Returns:
        The channel.
    """
    return {"field": field, "type": "nominal", **how}


def end_at(field: str) -> Channel:
    """Return a channel for the other end of a bar, a band or a rule; it shares the scale of the first end.

    Args:
        field: the column.

    Returns:
        The channel.
    """
    return {"field": field}


def mark(shape: str, rows: Rows, channels: Mapping[str, object], **look: object) -> Mark:
    """Return one layer.

    Args:
        shape: bar, line, area, point, rule, tick, rect or text.
        rows: one mapping a row of the table.
        channels: what shows what, by Vega-Lite's name: x, y, x2, y2, color, tooltip and the like.
        look: what is the same for every row: size, opacity, colour.

    Returns:
        The layer.
    """
    if not rows:
        look["aria"] = False  # A layer of nothing is nothing to a screen reader.
    return {"data": rows, "mark": {"type": shape, **look}, "encoding": dict(channels)}


def chart(marks: Sequence[Mark], height: float) -> Chart:
    """Return a chart of one or more layers; rows that several of them show are held once.

    Args:
        marks: the layers, the lowest first.
        height: of the plot without its axes, pixels.

    Returns:
        The specification, its width left open.
    """
    tables: list[Rows] = []
    layers: list[Mark] = []
    for one in marks:
        place = next((place for place, known in enumerate(tables) if known is one["data"]), len(tables))
        if place == len(tables):
            tables.append(one["data"])
        layers.append({**one, "data": {"name": f"table-{place + 1}"}})
    body = layers[0] if len(layers) == 1 else {"layer": layers}
    return {**body, "height": height, "datasets": {f"table-{place}": rows for place, rows in enumerate(tables, 1)}}
