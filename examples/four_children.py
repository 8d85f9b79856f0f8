"""A year, a day and a Strange Situation of four children, drawn into docs/figures; care is what differs.

Run from the project's folder: python examples/four_children.py docs/figures
"""

from __future__ import annotations

import struct
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bowlby.simulation.entry import prepare_jax

prepare_jax()

from bowlby.measures import strange_situation  # noqa: E402
from bowlby.model.moment.state import BodyAct, Voice  # noqa: E402
from bowlby.records.identity import coded_as_itself  # noqa: E402
from bowlby.reporting.chart import Rows, chart, end_at, mark, nominal, quantitative  # noqa: E402
from bowlby.reporting.palette import CHANCE, CHILD, CONFIG, DEPRIVATION, INK, MUTED, RULE, THREAT, UNPREDICTABILITY  # noqa: E402
from bowlby.simulation.coding import runs  # noqa: E402
from bowlby.simulation.engine.cohort import CohortResult  # noqa: E402
from bowlby.simulation.engine.design import CohortDesign  # noqa: E402
from bowlby.simulation.moments import SituationRun, play  # noqa: E402
from bowlby.simulation.named_care import cohort  # noqa: E402
from bowlby.simulation.procedures import STRANGE_SITUATION, ordinary  # noqa: E402
from bowlby.simulation.store import read_store  # noqa: E402
from bowlby.simulation.visits import VisitPlan, observe  # noqa: E402

CARE = ("sensitive", "rejecting", "inconsistent", "frightening")
CHILDREN = 256
SEED = 31
MONTHS = 12
TRACED = tuple(quarter / 4 for quarter in range(1, 4 * MONTHS + 1))
WAKING_MINUTES = 720.0
COLUMN = 190
"""Pixels; width of the panel of one kind of care."""
WIDE = 690

RELIEF = {
    "relief_minimise": "no signal",
    "relief_express": "expressed",
    "relief_intensify": "intensified",
}
THREATS = {"threat_unprovoked": "comes by itself", "threat_provoked": "set off by a bid"}
STRAIN = {"frustration": "frustration", "formation": "attachment formed"}
ACTS = {
    BodyAct.EXPLORE: ("explores", "#b7c9bd"),
    BodyAct.ATTEND: ("watches", "#e3e6e8"),
    BodyAct.APPROACH: ("approaches", "#7fb3d8"),
    BodyAct.CLING: ("holds on", DEPRIVATION),
    BodyAct.AVOID: ("turns away", "#e0a93b"),
    BodyAct.RESIST: ("resists", THREAT),
    BodyAct.BREAKDOWN: ("breaks down", UNPREDICTABILITY),
}


@dataclass(frozen=True)
class Group:
    """Children under one kind of care.

    Args:
        care: its name, for the page alone.
        cohort: at the end of the year.
        traces: mean, 10th and 90th percentile of each variable over the year.
        strange: the Strange Situation of all of them.
        scored: their scales, with their class.
        shares: of each class, with its interval.
    """

    care: str
    cohort: CohortResult
    traces: dict[str, np.ndarray]
    strange: SituationRun
    scored: pl.DataFrame
    shares: pl.DataFrame


def design(care: str) -> CohortDesign:
    """Return the same children under one kind of care: same numbers, same traits, same chances."""
    return cohort(care, CHILDREN, MONTHS, seed=SEED, trace_at=TRACED)


def raised(care: str, folder: Path) -> Group:
    """Return a year and a Strange Situation of all children under one kind of care."""
    found = observe(design(care), VisitPlan(STRANGE_SITUATION), store=folder / care)
    store = read_store(folder / care)
    names = [*RELIEF, *THREATS, *STRAIN]
    traces = {
        name: np.stack([values.mean(1), *np.quantile(values, [0.1, 0.9], axis=1)])
        for name in names
        for values in [store[name].values]
    }
    scored = strange_situation.scales(coded_as_itself(found.record))
    classes = strange_situation.classify(scored)
    shares = strange_situation.shares(classes).table
    return Group(care, found.cohort, traces, found.played, scored.join(classes, on="session"), shares)


def typical(groups: list[Group]) -> int:
    """Return the child nearest to its group's mean scales in all groups, of those in each group's commonest class."""
    columns = ["proximity_seeking_8", "contact_maintaining_8", "avoidance_8", "resistance_8", "disorganization"]
    distance = np.zeros(CHILDREN)
    for group in groups:
        values = group.scored.select(columns).fill_null(1.0).to_numpy()
        distance += (((values - values.mean(0)) / 6.0) ** 2).sum(1)
        commonest = group.scored["class"].drop_nulls().mode().sort()[0]
        distance += 100.0 * (group.scored["class"] != commonest).fill_null(True).to_numpy()
    return int(distance.argmin())


def panel(layers: list[Any], height: float, width: float, title: str = "") -> dict[str, Any]:
    """Return a chart of its own width and title."""
    named = {"title": {"text": title, "fontSize": 12, "fontWeight": "bold", "color": INK}} if title else {}
    return {**chart(layers, height), "width": width, **named}


def year(groups: list[Group]) -> dict[str, Any]:
    """Return the year: what is expected and felt, mean of all children, by months."""
    blue, orange = (DEPRIVATION, UNPREDICTABILITY, THREAT), (THREAT, UNPREDICTABILITY)
    rows = [
        ("expected relief", RELIEF, blue, 1.0),
        ("expected threat", THREATS, orange, 0.6),
        ("", STRAIN, (INK, CHANCE), 1.0),
    ]
    bands = [
        {"hconcat": [lines(group, row, first=index == 0, place=number) for index, group in enumerate(groups)]}
        for number, row in enumerate(rows)
    ]
    return {"vconcat": bands, "resolve": {"scale": {"color": "independent"}}, "spacing": 14}


def lines(group: Group, row: tuple[str, dict[str, str], tuple[str, ...], float], *, first: bool, place: int) -> Any:
    """Return means of some variables; beneath the first row, whose bands would hide each other, the middle 80 %."""
    title, shown, colours, most = row
    data: Rows = [
        {
            "months": age,
            "kind": label,
            "mean": float(group.traces[name][0, at]),
            "low": float(group.traces[name][1, at]),
            "high": float(group.traces[name][2, at]),
        }
        for name, label in shown.items()
        for at, age in enumerate(TRACED)
    ]
    legend = {"orient": "right", "direction": "vertical", "symbolType": "stroke", "symbolOpacity": 1}
    colour = nominal("kind", scale={"domain": list(shown.values()), "range": list(colours)}, legend=legend)
    ticks = {"values": [0, 3, 6, 9, 12], "grid": False}
    x = quantitative("months", title="months" if place == 2 else None, axis=ticks)
    axis = {"values": [0, most / 2, most], "labels": first}
    y = {"title": title if first else None, "scale": {"domain": [0, most]}, "axis": axis}
    band = mark(
        "area", data, {"x": x, "y": quantitative("low", **y), "y2": end_at("high"), "color": colour}, opacity=0.15
    )
    mean = mark("line", data, {"x": x, "y": quantitative("mean", **y), "color": colour}, strokeWidth=2)
    return panel([band, mean][place == 0 :], 95, COLUMN - 40, f"{group.care} care" if place == 0 else "")


def day(groups: list[Group], child: int) -> dict[str, Any]:
    """Return twelve waking hours of one child under each care."""
    rows = [hours(group, child, last=group is groups[-1]) for group in groups]
    return {"vconcat": rows, "spacing": 10}


def hours(group: Group, child: int, *, last: bool) -> Any:
    """Return activation by the minute, and beneath it the two-minute stretches with cries, bids and answers."""
    whole = group.cohort
    state = np.ascontiguousarray(whole.state[:, [child]])
    one = CohortDesign(1, whole.design.care, seed=SEED, numbers=np.array([child], np.uint32))
    alone = CohortResult(one, state, whole.status[[child]], whole.trouble[[child]], 0.0, 0, None)
    played = play(alone, ordinary(WAKING_MINUTES))
    minute = np.arange(played.activation.shape[0]) // 60
    activation = np.bincount(minute, played.activation[:, 0] / 255.0) / 60.0
    data: Rows = [{"hour": m / 60, "activation": float(value)} for m, value in enumerate(activation)]
    seen = played.seen
    began = (seen["bid"][:, 0] > 0) | (np.diff(seen["voice"][:, 0].astype(int), prepend=0) > 0)
    tracks = {
        "cries": began & (seen["voice"][:, 0] == Voice.CRY),
        "other bids": began & (seen["voice"][:, 0] == Voice.VOCAL),
        "answers": seen["answer"][:, 0] > 0,
        "fright": seen["fright"][:, 0] > 0,
    }
    ticks: Rows = [
        {"from": m / 30, "to": (m + 1) / 30, "what": name}
        for name, mask in tracks.items()
        for m, n in enumerate(np.bincount(minute // 2, mask))
        if n
    ]
    x = {"scale": {"domain": [0, 12]}, "axis": {"values": list(range(13)), "grid": False, "labels": last}}
    title = "waking hours" if last else None
    level = {"title": "activation", "scale": {"domain": [0, 1]}, "axis": {"values": [0, 0.5, 1]}}
    upper = panel(
        [
            mark(
                "area",
                data,
                {"x": quantitative("hour", title=None, **x | {"axis": None}), "y": quantitative("activation", **level)},
                color=CHILD,
                opacity=0.7,
            )
        ],
        46,
        WIDE,
        f"{group.care} care",
    )
    order = list(tracks)
    colours = [THREAT, CHANCE, DEPRIVATION, UNPREDICTABILITY]
    lower = panel(
        [
            mark(
                "rect",
                ticks,
                {
                    "x": quantitative("from", title=title, **x),
                    "x2": end_at("to"),
                    "y": nominal("what", sort=order, scale={"domain": order}, title=None),
                    "color": nominal("what", scale={"domain": order, "range": colours}, legend=None),
                },
            )
        ],
        52,
        WIDE,
    )
    return {"vconcat": [upper, lower], "spacing": 2}


def situation(groups: list[Group], child: int) -> dict[str, Any]:
    """Return the eight episodes of one child under each care: activation, acts and crying."""
    rows = [episodes(group, child, last=group is groups[-1]) for group in groups]
    return {"vconcat": rows, "spacing": 10}


def episodes(group: Group, child: int, *, last: bool) -> Any:
    """Return one Strange Situation."""
    played = group.strange
    phase = played.phase[:, child]
    seconds = int((phase >= 0).sum())
    starts = [int(np.flatnonzero(phase == number)[0]) for number in range(8)]
    fences: Rows = [
        {"at": start / 60, "to": end / 60, "episode": str(number + 1), "alone": number in (3, 5, 6)}
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], seconds], strict=True))
    ]
    level: Rows = [
        {"minute": s / 60, "activation": float(played.activation[s, child]) / 255} for s in range(0, seconds, 3)
    ]
    strips = [
        {"from": float(on) / 60, "to": float(off) / 60, "what": name, "row": "acts"}
        for act, (name, _) in ACTS.items()
        for _, on, off in zip(*runs(played.seen["act"][:seconds, [child]] == act), strict=True)
    ]
    cries = runs(played.seen["voice"][:seconds, [child]] == Voice.CRY)
    strips += [
        {"from": float(on) / 60, "to": float(off) / 60, "what": "cries", "row": "cries"}
        for _, on, off in zip(*cries, strict=True)
    ]
    scale = {"domain": [0, 22]}
    domain = [name for name, _ in ACTS.values()] + ["cries"]
    colours = [colour for _, colour in ACTS.values()] + [INK]
    grey = {"condition": {"test": "datum.alone", "value": "#f0e4de"}, "value": "white"}
    x = quantitative("at", title=None, scale=scale, axis=None)
    number = {"x": quantitative("at", scale=scale), "text": nominal("episode"), "y": {"value": 7}}
    found = group.scored.row(child, named=True)
    upper = panel(
        [
            mark("rect", fences, {"x": x, "x2": end_at("to"), "color": grey}, stroke=RULE),
            mark("text", fences, number, align="left", dx=3, fontSize=10, color=MUTED),
            mark(
                "line",
                level,
                {
                    "x": quantitative("minute", scale=scale),
                    "y": quantitative(
                        "activation", title="activation", scale={"domain": [0, 1]}, axis={"values": [0, 0.5, 1]}
                    ),
                },
                color=CHILD,
                strokeWidth=1.5,
            ),
        ],
        60,
        WIDE,
        f"{group.care} care: coded {found['class']}",
    )
    legend = {"orient": "bottom", "columns": 8, "columnPadding": 14, "symbolType": "square"}
    lower = panel(
        [
            mark(
                "rect",
                strips,
                {
                    "x": quantitative(
                        "from", title="minutes" if last else None, scale=scale, axis={"grid": False, "labels": last}
                    ),
                    "x2": end_at("to"),
                    "y": nominal("row", title=None, scale={"domain": ["acts", "cries"]}),
                    "color": nominal("what", scale={"domain": domain, "range": colours}, legend=legend),
                },
            )
        ],
        30,
        WIDE,
    )
    return {"vconcat": [upper, lower], "spacing": 2}


def drawn(spec: dict[str, Any], path: Path) -> None:
    """Write a figure as PNG."""
    import vl_convert

    tables = datasets(spec)
    whole = {**spec, "datasets": tables, "config": {**CONFIG, "background": "white"}, "background": "white"}
    path.write_bytes(packed(vl_convert.vegalite_to_png(whole, scale=1.3)))
    sys.stdout.write(f"{path} {path.stat().st_size // 1024} KB\n")


def packed(png: bytes) -> bytes:
    """Return the same picture in a fifth of the space: its pixels compressed as far as they go."""
    pixels, at, head, tail = b"", 8, png[:8], b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        chunk, kind, at = png[at : at + 12 + length], png[at + 4 : at + 8], at + 12 + length
        if kind == b"IDAT":
            pixels += chunk[8:-4]
        elif pixels:
            tail += chunk
        else:
            head += chunk
    body = b"IDAT" + zlib.compress(zlib.decompress(pixels), 9)
    return head + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + tail


def datasets(spec: dict[str, Any], found: dict[str, Any] | None = None) -> dict[str, Any]:
    """Take the tables out of all panels and give each a name of its own: panels of one figure share one name space."""
    found = {} if found is None else found
    own = spec.pop("datasets", {})
    names = {name: f"table-{len(found) + place}" for place, name in enumerate(own)}
    found |= {names[name]: rows for name, rows in own.items()}
    for layer in [spec, *spec.get("layer", [])]:
        if layer.get("data", {}).get("name") in names:
            layer["data"] = {"name": names[layer["data"]["name"]]}
    for part in [*spec.get("vconcat", []), *spec.get("hconcat", [])]:
        datasets(part, found)
    return found


def told(groups: list[Group], child: int) -> str:
    """Return the shares of each class, with their intervals, and the classes of the child that is drawn."""
    head = f"child {child}\n| care | B | A | C | D | cannot classify |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(f"| {group.care} | {' | '.join(cells(group))} |" for group in groups)])


def cells(group: Group) -> list[str]:
    """Return one row of percentages."""
    rows = {row["class"]: row for row in group.shares.to_dicts()}
    found = [rows[name] for name in ("B", "A", "C", "D", "CC")]
    return [f"{100 * (r['estimate'] or 0):.0f} ({100 * r['low']:.0f} to {100 * r['high']:.0f})" for r in found]


def main(folder: Path) -> None:
    """Draw the figures and print the shares."""
    with tempfile.TemporaryDirectory() as stores:
        groups = [raised(care, Path(stores)) for care in CARE]
    child = typical(groups)
    sys.stdout.write(told(groups, child) + "\n")
    drawn(year(groups), folder / "four-children-year.png")
    drawn(situation(groups, child), folder / "four-children-strange-situation.png")
    drawn(day(groups, child), folder / "four-children-day.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/figures"))
