"""`bowlby signs`: what observed signs say of a child's states, with base rates, and what to look for next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.errors import InputError

if TYPE_CHECKING:
    from bowlby.inference.signs.result import SignReading, SignsResult
    from bowlby.inference.signs.sheet import SignSheet

WIDTH = 30
FEW = 5

SignWords = Annotated[
    list[str] | None,
    typer.Option(
        "--sign",
        help="NAME=present, absent or 'not looked for', then optionally :informant:setting:date:rater. "
        "May be repeated.",
    ),
]


def signs_command(
    file: Annotated[
        Path | None,
        typer.Argument(help="csv with columns sign, value and maybe informant, setting, date, rater; or TOML."),
    ] = None,
    sign: SignWords = None,
    age: Annotated[float | None, typer.Option("--age", help="Age of the child at the last look, months.")] = None,
    known: Annotated[bool, typer.Option("--list", help="List the signs and leave.")] = False,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Read signs that were looked for: what they say of the child's states, and what else they can mean.

    Signs never say what anybody did to a child. They move probabilities away from base rates, mostly a little.

    Example: bowlby signs --age 40 --sign fear=present --sign isolation=absent:teacher:preschool:2026-03-01 --json

    Example: bowlby signs signs.csv --age 40
    """
    if known:
        _list(as_json=as_json)
        return
    from bowlby.inference.signs.result import read_signs

    sheet = _gather(file, sign or [])
    months = age if age is not None else sheet.age
    if months is None:
        raise InputError(
            "signs are read for an age", column="--age", remedy="Give the child's age in months, as in --age 40."
        )
    found = read_signs(sheet.observations, months)
    unread = [f"Column not read: {name}." for name in sheet.unread]
    result = found.as_dict()
    result["notes"] = [*found.notes, *unread]
    # Nothing is drawn by chance here; the seed is told back so that every command answers alike.
    emit(result | {"seed": seed}, [*_text(found), *unread], as_json=as_json)


def _gather(file: Path | None, words: list[str]) -> SignSheet:
    from datetime import date

    from bowlby.inference.signs.sheet import SignSheet, parse_word, read_sheet

    # The reader's own calendar day: a look is dated where it was made.
    today = date.today()
    read = SignSheet(()) if file is None else read_sheet(file, today)
    own = tuple(parse_word(word, today) for word in words)
    return SignSheet((*read.observations, *own), read.age, read.unread)


def _text(found: SignsResult) -> list[str]:
    return [
        f"signs of a child of {found.age:g} months, read against {found.reference_children} simulated children of "
        f"{found.reference_age:g} months",
        "",
        f"probability of a state's hardest tenth {'':<8}   now   base",
        *[_bar(name, now.probability, found.base_rates[name].probability) for name, now in found.states.items()],
        _bar("not explained by this model", found.unexplained, _prior()),
        "",
        f"verdict: {found.verdict}",
        *_evidence(found),
        *_next(found),
        *[f"set aside: {one.observation.sign} ({_place(one.observation.row)}{one.reason})" for one in found.set_aside],
        *[f"note: {note}" for note in found.notes],
        *_words(found),
    ]


def _prior() -> float:
    from bowlby.model.signs.accuracy import UNEXPLAINED_PRIOR

    return UNEXPLAINED_PRIOR


def _place(row: int | None) -> str:
    return "" if row is None else f"row {row}: "


def _bar(name: str, now: float, base: float) -> str:
    """A bar up to the probability, with a mark at the base rate."""
    cells = ["█" if step < round(now * WIDTH) else "·" for step in range(WIDTH)]
    cells[min(round(base * WIDTH), WIDTH - 1)] = "│"
    return f"  {_shown(name):<36} {''.join(cells)}  {now:4.2f}  {base:4.2f}"


def _shown(name: str) -> str:
    from bowlby.model.signs.states import SIGN_STATES

    state = SIGN_STATES.get(name)
    if state is None:
        return name
    return f"{name.replace('_', ' ')}, {state.end}{' *' if state.forward else ''}"


def _evidence(found: SignsResult) -> list[str]:
    if not found.signs:
        return ["no sign was looked for: every number is its base rate"]
    head = "sign                        present/looks  shown  base   tells most of"
    return ["* body and development: followed from simulated lives only", "", head, *map(_sign_line, found.signs)]


def _sign_line(read: SignReading) -> str:
    from bowlby.model.signs.observation import ObservedValue
    from bowlby.model.signs.registry import SIGNS

    present = sum(report.value == ObservedValue.PRESENT for report in read.reports)
    state, bits = max(read.bits.items(), key=lambda pair: abs(pair[1]))
    return (
        f"  {read.sign:<26} {present:>5}/{len(read.reports):<7}  {read.probability:4.2f}  "
        f"{SIGNS[read.sign].base_rate:4.2f}   {state.replace('_', ' ')}: {bits:+.2f} bits"
    )


def _next(found: SignsResult) -> list[str]:
    lines = [
        f"  {look.sign:<26} {look.bits:.3f} bits; who: {look.informant}, where: {look.setting}"
        for look in found.next[:FEW]
    ]
    return ["", "what to look for next", *lines] if lines else []


def _words(found: SignsResult) -> list[str]:
    from bowlby.model.signs.registry import SIGNS, WHAT_ELSE, WHAT_HELPS
    from bowlby.purpose import PURPOSE_AND_LIMITS

    own = [f"  {read.sign}: {' '.join(SIGNS[read.sign].what_else)}" for read in found.signs]
    return [
        "",
        "what else these behaviours can mean",
        *own,
        *[f"  {line}" for line in WHAT_ELSE],
        "",
        "what helps whatever the cause",
        *[f"  {line}" for line in WHAT_HELPS],
        "",
        "purpose and limits",
        *[f"  {line}" for line in PURPOSE_AND_LIMITS],
    ]


def _list(*, as_json: bool) -> None:
    from bowlby.model.signs.registry import SIGNS

    rows = [
        {
            "sign": sign.name,
            "family": str(sign.family),
            "description": sign.description,
            "ages_months": list(sign.ages),
            "settings": [str(setting) for setting in sign.settings],
            "base_rate": sign.base_rate,
            "note": sign.note,
        }
        for sign in SIGNS.values()
    ]
    text = [
        f"{sign.name:<26} {sign.ages[0]:g}-{sign.ages[1]:g} months; {', '.join(sign.settings)}\n    {sign.description}"
        for sign in SIGNS.values()
    ]
    emit({"known": rows}, text, as_json=as_json)
