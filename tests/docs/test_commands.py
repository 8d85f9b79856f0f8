"""Every command that a page prints exists with its options; the first steps of the tutorials are really run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer

from bowlby.cli.main import app
from tests.cli.running import run
from tests.docs.blocks import DOCS, PAGES, ROOT, Command, commands

GROUP = typer.main.get_command(app)
PRINTED = commands()
SESSIONS = ("visit.csv", "visit1.csv", "coder_a.csv", "coder_b.csv", "pilot.csv")

QUICK = {
    "index.md": (
        "bowlby record examples/records/play.csv",
        "bowlby measure examples/records/play.csv -o measures.csv",
        "bowlby agree coder_a.csv coder_b.csv --tolerance 2 -o disagreements.csv",
    ),
    "guide-lab.md": ("bowlby measure pilot.csv -o pilot-measures.csv",),
    "guide-trials.md": ("bowlby trial --schema",),
    "guide-practice.md": (
        "bowlby signs --list",
        "bowlby signs --age 40 --sign fear=present",
        "bowlby signs --age 40 --sign fear=present --sign isolation=absent:teacher:preschool:2026-03-01",
        "bowlby compare",
    ),
}
LONG = {
    "index.md": (
        "bowlby doctor",
        "bowlby report examples/records/play.csv --measures-only -o measured.html",
        "bowlby report examples/records/play.csv -o report.html",
        "bowlby simulate --exposure inconsistent --minutes 20 --seed 1 --record dyad.csv",
        "bowlby simulate --exposure inconsistent -n 400 --procedure strange-situation --seed 1",
    ),
    "guide-lab.md": ("bowlby simulate --exposure usual --minutes 20 --seed 1 --record pilot.csv",),
    "guide-psychiatry.md": (
        "bowlby simulate --exposure inconsistent -n 2048 --until 18mo --seed 1 -o lives.zarr",
        "bowlby simulate --exposure inconsistent -n 2048 --until 18mo --seed 1 --without threat_learning --json",
    ),
    "guide-trials.md": ("bowlby cohort examples/designs/cohort.toml -o cohort --seed 1 --csv",),
}


def test_the_pages_print_commands():
    """What the others rest on: blocks are found, in the guides and in the reference."""
    assert len(PRINTED) > 60
    assert {command.page for command in PRINTED} >= {"index.md", "guide-lab.md", "command-line.md", "README.md"}


@pytest.mark.parametrize("command", PRINTED, ids=lambda command: f"{command.page}: {command.line}"[:90])
def test_a_printed_command_parses(command: Command):
    owner, words = GROUP, list(command.words)
    if words == ["--help"]:
        return
    while getattr(owner, "commands", None) and not (owner.params and words[:1] and words[0].startswith("-")):
        assert words and words[0] in owner.commands, f"{command.page}: there is no `bowlby {' '.join(command.words)}`"
        owner = owner.commands[words.pop(0)]
    context = type(owner).context_class(owner, info_name=command.line)
    _, rest, _ = owner.make_parser(context).parse_args(words)
    assert rest == [], command.line


def test_an_option_that_does_not_exist_is_found():
    owner = GROUP.commands["measure"]
    context = type(owner).context_class(owner, info_name="measure")
    with pytest.raises(Exception, match="No such option"):
        owner.make_parser(context).parse_args(["a.csv", "--no-such-option"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_named_in_the_text_exist(page: Path):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    named = {name for name in re.findall(r"`bowlby ([a-z][a-z-]*)", text)}
    assert named - set(GROUP.commands) == set()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as a reader of the tutorials has it: the examples and some sessions."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    rows = (ROOT / "examples" / "records" / "play.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    for place, name in enumerate(SESSIONS):  # no two alike: the same data twice is refused
        (tmp_path / name).write_text("".join(rows[: len(rows) - place]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path / "cache"))
    return tmp_path


def lines(chosen: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(page, line) for page, some in chosen.items() for line in some]


def follow(page: str, line: str, folder: Path) -> str:
    """Run a line that a page prints; return what it printed."""
    assert line in {command.line for command in PRINTED if command.page == page}, f"{page} no longer prints {line}"
    words = shlex.split(line)[1:]
    written = [folder / words[at + 1] for at, word in enumerate(words) if word in ("-o", "--record")]
    for path in written:
        path.unlink(missing_ok=True)
    done = run(*words)
    assert done.code == 0, done.err
    assert all(path.exists() for path in written)
    return done.out


@pytest.mark.parametrize(("page", "line"), lines(QUICK), ids=lambda text: text[:60])
def test_a_step_of_a_tutorial_runs(page: str, line: str, folder: Path):
    assert follow(page, line, folder)


@pytest.mark.slow
@pytest.mark.parametrize(("page", "line"), lines(LONG), ids=lambda text: text[:60])
def test_a_longer_step_of_a_tutorial_runs(page: str, line: str, folder: Path):
    assert follow(page, line, folder)


def test_the_guide_tells_what_one_sign_gives(folder: Path):
    told = re.search(r"most threat from (\.\d\d) to (\.\d\d); the result is \"([^\"]+)\"", _flat("guide-practice.md"))
    assert told is not None
    printed = follow("guide-practice.md", "bowlby signs --age 40 --sign fear=present", folder)
    state = re.search(r"threat expectation, high.*?(\d\.\d\d) +(\d\.\d\d)", printed)
    assert state is not None
    assert [float(value) for value in state.groups()] == [float(told[2]), float(told[1])]
    assert f"verdict: {told[3]}" in printed


def _flat(page: str) -> str:
    return " ".join((DOCS / page).read_text(encoding="utf-8").split())
