"""Every command, option, format, measure, parameter and environment variable stands in the documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bowlby.cli.main import app
from bowlby.cli.reference import ENVIRONMENT
from bowlby.formats.read import readers
from bowlby.measures.definitions import all_definitions
from bowlby.model.interventions.registry import INTERVENTIONS
from bowlby.model.outcomes import OUTCOMES
from bowlby.model.registry import MOMENT_REGISTRY as MOMENT
from bowlby.model.registry import REGISTRY as LIFE
from bowlby.model.rules.registry import RULES
from bowlby.model.signs.registry import SIGNS
from bowlby.purpose import PURPOSE_AND_LIMITS
from docs.made import WITH_PURPOSE, made_pages
from tests.docs.blocks import DOCS, ROOT

TEXT = {page.name: page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md"))}
MADE = made_pages()
REGISTRIES = {
    "parameters.md": LIFE,
    "moments-registry.md": MOMENT,
    "learning-rules.md": {entry.name: entry for rule in RULES.values() for entry in rule.parameters},
}
VARIABLE = re.compile(r"(BOWLBY|XDG|JAX|XLA|NPROC|OMP|OPENBLAS|MKL|POLARS|DASK)(_[A-Z]+)*")
READS = {"get", "setdefault", "getenv", "pop"}


@pytest.mark.parametrize("name", MADE)
def test_a_made_page_is_what_the_code_makes(name: str):
    assert TEXT[name] == MADE[name], "run make docs"


def test_every_command_and_option_is_told():
    page = TEXT["command-line.md"]
    for name, command in leaves(typer.main.get_command(app), ""):
        section = page.partition(f"## bowlby {name}\n")[2].partition("\n## ")[0]
        assert section, name
        for parameter in command.params:
            for option in (*parameter.opts, *parameter.secondary_opts):
                assert f"`{option}`" in section or f"`{option.upper()}`" in section, (name, option)
            assert parameter.help, (name, parameter.name, "has no help")


def leaves(group: typer.core.TyperGroup, before: str) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    for name, command in group.commands.items():
        if getattr(command, "commands", None):
            yield from leaves(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def test_every_format_is_told():
    pages = TEXT["formats.md"] + TEXT["formats-annotation.md"]
    assert [reader.NAME for reader in readers() if f"`{reader.NAME}`" not in pages] == []


def test_every_measure_is_told():
    heads = set(re.findall(r"^## (.+)$", TEXT["measures.md"], re.M))
    assert set(all_definitions()) - heads == set()


@pytest.mark.parametrize("page", REGISTRIES)
def test_every_parameter_has_its_row(page: str):
    rows = [line for line in TEXT[page].splitlines() if line.startswith("|")]
    cells = {cell.strip().strip("`") for row in rows for cell in row.split("|")[1:3]}
    assert set(REGISTRIES[page]) - cells == set()


def test_every_sign_intervention_and_outcome_is_told():
    assert [name for name in SIGNS if f"**{name}**" not in TEXT["signs.md"]] == []
    heads = {head.lower() for head in re.findall(r"^### (.+)$", TEXT["interventions.md"], re.M)}
    assert {name.lower() for name in INTERVENTIONS} - heads == set()
    assert [entry.name for entry in OUTCOMES.values() if entry.name not in TEXT["people-and-outcomes.md"]] == []


def test_every_environment_variable_is_told():
    used = {name for path in (ROOT / "src").rglob("*.py") for name in variables(path)}
    assert used - set(ENVIRONMENT) == set()
    assert set(ENVIRONMENT) - used == set(), "told, and used nowhere"
    assert [name for name in ENVIRONMENT if f"| `{name}` |" not in TEXT["command-line.md"]] == []


def variables(path: Path) -> Iterator[str]:
    """Names of environment variables: what os.environ is asked for, and every text that looks like one."""
    text = path.read_text(encoding="utf-8")
    if path.name == "reference.py" or not re.search(f"environ|getenv|{VARIABLE.pattern}", text):
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))):
                yield name
            case ast.Call(func=ast.Attribute(attr=asked, value=owner), args=[ast.Constant(value=str(name)), *_]):
                if asked in READS and ast.unparse(owner) in ("os.environ", "os", "environ"):
                    yield name
            case ast.Constant(value=str(name)) if VARIABLE.fullmatch(name):
                yield name
            case _:
                pass


def test_the_variables_are_found(tmp_path: Path):
    """What the test above rests on."""
    code = 'import os\nos.environ["ODD"]\nos.environ.get("EVEN")\nos.getenv("THIRD")\nPASSED = ("NPROC",)\n'
    (tmp_path / "some.py").write_text(code, encoding="utf-8")
    assert set(variables(tmp_path / "some.py")) == {"ODD", "EVEN", "THIRD", "NPROC"}


@pytest.mark.parametrize("name", (*WITH_PURPOSE, "README.md"))
def test_purpose_and_limits_stand_on_the_page(name: str):
    page = (ROOT if name == "README.md" else DOCS) / name
    listed = [line.removeprefix("- ") for line in page.read_text(encoding="utf-8").splitlines()]
    assert [line for line in PURPOSE_AND_LIMITS if line not in listed] == []


def test_the_citation_file_has_the_version_of_the_package():
    asked = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    told = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M)
    assert asked is not None and told is not None
    assert asked[1] == told[1]
    assert f"version {asked[1]}" in TEXT["cite.md"]
