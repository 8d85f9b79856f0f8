"""Names are the field's nouns: a class name stands once in the package, and no participle stands for a thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
PARTICIPLES = """
asked begun building coded compared counted derived descended doing done drawn expected felt foretelling found
generated given happened held helped inferred isolated judged kept leaving lived looked made maltreated measured moved
needed noticing observed placed played pooled rarefied recorded recovered salvaged scored seen shared shipped shown
simulated smoothed solved staged told unconfirmed unmatched unplaced unstated visited wanted watched watching withheld
"""
"""Participles, which are no names of things by themselves."""
RIDDLES = """
about after apart by desk drawer drawing helps leftover leftovers little looks nothing shelf spare turn under
what_it_hangs_on when without
"""
"""Words that say nothing of what is behind them."""
HEAPS = "common helper helpers manager misc util utils"
"""Words for whatever was put there."""
FORBIDDEN = frozenset(f"{PARTICIPLES} {RIDDLES} {HEAPS}".split())


def classes(tree: ast.Module) -> Iterator[str]:
    yield from (node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def homes_of_classes(sources: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the files in which each class name is defined."""
    homes: dict[str, list[str]] = defaultdict(list)
    for name, text in sources:
        for one in classes(ast.parse(text)):
            homes[one].append(name)
    return homes


def is_no_noun(name: str) -> bool:
    """Return whether a module's or class's name is one of the forbidden words, an underscore before it or not."""
    return name.lstrip("_").lower() in FORBIDDEN


def python_files() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")


def test_a_class_name_stands_once_in_the_package():
    assert not {name: homes for name, homes in homes_of_classes(python_files()).items() if len(homes) > 1}


def test_classes_are_named_by_nouns():
    assert not {name: homes for name, homes in homes_of_classes(python_files()).items() if is_no_noun(name)}


def test_modules_are_named_by_nouns_or_by_what_they_do():
    words = {part.removesuffix(".py") for name, _ in python_files() for part in name.split("/")}
    assert not {word for word in words if is_no_noun(word)}


def test_a_second_class_and_a_participle_would_be_found():
    doubled = homes_of_classes([("a.py", "class Row: ..."), ("b.py", "if True:\n    class Row: ...")])
    assert doubled == {"Row": ["a.py", "b.py"]}
    assert is_no_noun("Asked") and is_no_noun("_Seen") and is_no_noun("shelf") and is_no_noun("utils")
    assert not is_no_noun("SignReading") and not is_no_noun("observed_time")
