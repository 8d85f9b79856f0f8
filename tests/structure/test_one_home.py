"""A registered quantity has one home: its row in the model's data."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bowlby.model import registry

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
NAMES = {*registry.REGISTRY, *registry.MOMENT_REGISTRY}
ARRANGEMENTS = {
    "evidence/claims_register/kinds_of_care.py",
    "evidence/learner.py",
    "recovery/measure_recovery.py",
    "evidence/mechanisms.py",
}
"""Care, or a mechanism switched off, that a claim, a recovery or a table is about, put together for it alone."""


BEFORE_THE_MODEL = ("records/", "formats/", "measures/", "reliability/")
"""Layers below the model, where the same words mean what is seen."""
SHIFTS = "model/interventions/"
"""By how much interventions move traits, the home of which is there."""


def is_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and type(inner.value) in (int, float)


def pairs(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value
        elif isinstance(node, ast.Call):
            yield from ((word.arg, word.value) for word in node.keywords if word.arg)
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id.lower(), node.value) for target in targets if isinstance(target, ast.Name))


def second_homes(text: str) -> list[str]:
    return [
        f"{name} = {ast.unparse(value)}" for name, value in pairs(ast.parse(text)) if name in NAMES and is_number(value)
    ]


def test_a_registered_quantity_has_no_second_home():
    found = {
        name: homes
        for path in sorted(SOURCE.rglob("*.py"))
        if not (name := path.relative_to(SOURCE).as_posix()).startswith((*BEFORE_THE_MODEL, SHIFTS))
        and name not in ARRANGEMENTS
        and (homes := second_homes(path.read_text(encoding="utf-8")))
    }
    assert not found


def test_a_second_home_would_be_found():
    assert second_homes("CARE = {'warmth': 0.5}") == ["warmth = 0.5"]
    assert second_homes("play(answer_slope=-2.0)") == ["answer_slope = -2.0"]
    assert second_homes("WAKING_HOURS: float = 12.0") == ["waking_hours = 12.0"]
    assert not second_homes("CARE = {'warmth': warmth}")


def test_files_that_are_let_off_exist():
    assert all((SOURCE / name).is_file() for name in ARRANGEMENTS)
