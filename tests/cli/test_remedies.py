"""Each remedy that holds something to type is typed as printed, and changes what comes out."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.running import Done, run

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
ROOMS = ("records", "measures", "cli")

HEAD = '[codebook]\nname = "lab"\nchild = ["Baby"]\ncaregiver = ["Mum"]\n'
TABLE = '[table]\nunit = "s"\nonset = "on"\noffset = "off"\ncode = "code"\nactor = "who"\n'
CODABLE = '[codable]\nchild = ["cue.distress"]\ncaregiver = ["answer"]\n'
CRY, SOOTHE = '[[code]]\ncode = "cry"\nmeans = ["cue.distress"]\n', '[[code]]\ncode = "soothe"\nmeans = ["answer"]\n'
BOOK = HEAD + TABLE + CODABLE + CRY + SOOTHE
ROWS = "who,code,on,off\nBaby,cry,5,9\nMum,soothe,7,8\nBaby,cry,65,69\nMum,soothe,67,70\n"


@dataclass(frozen=True)
class Trouble:
    """A command that fails, and how its remedy is typed.

    Args:
        words: the command line; FOLDER stands for the folder of the files.
        files: their texts by name.
        typed: what is typed, as a pattern that the printed remedy must hold; its groups go into `then` and `edit`.
        then: the command line after it, with {0}, {1} for the groups of `typed`; None for the same one.
        edit: file, what is there, and what is written in its place, with {0} and so on.
    """

    words: str
    files: dict[str, str]
    typed: str
    then: str | None = None
    edit: tuple[tuple[str, str, str], ...] = field(default=())


def measured(book: str, typed: str, find: str, put: str, rows: str = ROWS) -> Trouble:
    """Return a fault of a codebook and the line of it that the remedy changes."""
    return Trouble(MEASURE, {"a.csv": rows, "b.toml": book}, typed, edit=(("b.toml", find, put),))


MEASURE = "measure FOLDER/a.csv --codebook FOLDER/b.toml"
REPORT = "report FOLDER/a.csv --codebook FOLDER/b.toml --measures-only -o FOLDER/r.html"
TWINS = ROWS.replace("Baby,cry,65,69", "Ben,cry,65,69")
AFFECT = BOOK.replace('"cue.distress"]\ncaregiver = ["answer"]', '"affect"]\ncaregiver = ["answer"]')
SECOND = ROWS + "Baby,cry,90,91\n"
STUDY = "file,child\na.csv,c1\nb.csv,c2\n"

TROUBLES: dict[str, Trouble] = {
    "codable is missing": measured(
        BOOK.replace(CODABLE, ""),
        r"Add (\[codable\]) with (child = )\[...\] and (caregiver = )\[...\]",
        '[[code]]\ncode = "cry"',
        '{0}\n{1}["cue.distress"]\n{2}["answer"]\n[[code]]\ncode = "cry"',
    ),
    "a mapping without meaning": measured(
        BOOK.replace('code = "cry"\nmeans = ["cue.distress"]', 'code = "cry"'),
        r'Add (means = \[")...("\])',
        'code = "cry"\n',
        'code = "cry"\n{0}cue.distress{1}\n',
    ),
    "a mapping without code": measured(
        BOOK.replace('code = "cry"\n', ""),
        r"Add (code = )\.\.\.",
        'means = ["cue.distress"]',
        '{0}"cry"\nmeans = ["cue.distress"]',
    ),
    "modifiers are no table": measured(
        BOOK.replace(SOOTHE, SOOTHE + "modifiers = 3\n"),
        r'Write (modifiers = {{ name = "value" }})'.replace("{{", "{").replace("}}", "}"),
        "modifiers = 3",
        "{0}",
    ),
    "a modifier of no kind": measured(
        BOOK.replace(SOOTHE, SOOTHE + "modifiers = { how = true }\n"),
        r'Write (modifiers = \{ how = "value" \})',
        "modifiers = { how = true }",
        "{0}",
    ),
    "every code": measured(
        BOOK.replace('code = "cry"', 'code = "*"'), r'Add (channel = ")...(")', 'code = "*"', 'code = "*"\n{0}x{1}'
    ),
    "two conditions on one modifier": measured(
        BOOK.replace(SOOTHE, SOOTHE + 'modifiers = { who = "Mum" }\nactor_from = "who"\n'),
        r'Say with (actor = ")\.\.\.(") which',
        'modifiers = { who = "Mum" }\n',
        "{0}Mum{1}\n",
    ),
    "a modifier that names nobody": measured(
        BOOK.replace('caregiver = ["Mum"]\n', "").replace(SOOTHE, SOOTHE + 'actor_from = "who"\n'),
        r'Add (actor = ")\.\.\.(")',
        'actor_from = "who"',
        'actor_from = "who"\n{0}Mum{1}',
    ),
    "tables of different columns in one codebook": Trouble(
        "codebook init FOLDER/a.csv FOLDER/b.csv -o FOLDER/c.toml",
        {"a.csv": "time,code\n1,cry\n2,cry\n", "b.csv": "begin,event\n1,cry\n3,cry\n"},
        r"`bowlby (codebook init )(\S+ -o \S+\.toml)` for a codebook of its own",
        "{0}{1}",
    ),
    "two who never meet": Trouble(
        f"{MEASURE} --child Ann --caregiver Dad",
        {
            "a.csv": "visit,who,code,on,off\n1,Ann,cry,5,9\n1,Mum,soothe,6,7\n2,Ben,cry,5,9\n2,Dad,soothe,6,7\n",
            "b.toml": BOOK.replace('actor = "who"', 'actor = "who"\nsession = "visit"'),
        },
        r"Leave out --child or (--caregiver)\.",
        f"{MEASURE} --child Ann",
    ),
    "whose affect": measured(
        AFFECT.replace(CRY, '[[code]]\ncode = "cry"\nmeans = ["affect"]\nvalue = -1\n'),
        r'Add (role = "child")',
        "value = -1",
        "value = -1\n{0}",
    ),
    "frames without a rate": measured(
        BOOK.replace('unit = "s"', 'unit = "frames"'),
        r"Add (frames_per_second = 25)\.",
        'onset = "on"',
        '{0}\nonset = "on"',
    ),
    "same is no list of lists": measured(
        BOOK.replace('name = "lab"\n', 'name = "lab"\nsame = ["Baby", "baby"]\n'),
        r'Write (same = \[\["Baby", "baby"\]\])',
        'same = ["Baby", "baby"]',
        "{0}",
    ),
    "a person is a number": measured(
        BOOK.replace(SOOTHE, SOOTHE + "person = 3\n"), r'Write (person = "A")', "person = 3", "{0}"
    ),
    "mapped and not codable": measured(
        BOOK.replace('caregiver = ["answer"]', "caregiver = []"),
        r'Add ("answer") to codable.caregiver',
        "caregiver = []",
        "caregiver = [{0}]",
    ),
    "a key with a slip": measured(
        BOOK.replace('means = ["answer"]', 'meens = ["answer"]'), r"Did you mean '(means)'\?", "meens", "{0}"
    ),
    "a construct with a slip": measured(
        BOOK.replace('["cue.distress"]\n[[code]]', '["cue.distres"]\n[[code]]'),
        r"Did you mean '(cue\.distress)'",
        'cue.distres"',
        '{0}"',
    ),
    "mapped and ignored": measured(
        BOOK + '[[ignore]]\ncode = "cry"\nreason = "x"\n',
        r"Take it out of (\[\[ignore\]\])",
        '{0}\ncode = "cry"\nreason = "x"\n',
        "",
    ),
    "twins of a report": Trouble(
        REPORT,
        {"a.csv": TWINS, "b.toml": BOOK.replace('["Baby"]', '["Baby", "Ben"]')},
        r"Name one: (--child Baby) or --child Ben",
        REPORT + " {0}",
    ),
    "one child by two labels": Trouble(
        REPORT,
        {"a.csv": TWINS, "b.toml": BOOK},
        r'write (same = \[\["Baby", "Ben"\]\]) under (\[codebook\])',
        edit=(("b.toml", "[codebook]\n", "{1}\n{0}\n"),),
    ),
    "a child of another name": Trouble(
        f"{MEASURE} --child Babby",
        {"a.csv": ROWS, "b.toml": BOOK},
        r"Did you mean '(Baby)'",
        f"{MEASURE} --child {{0}}",
    ),
    "no pair of this kind": Trouble(
        f"{MEASURE} --child Baby --caregiver Dad",
        {"a.csv": ROWS, "b.toml": BOOK},
        r"It names (--caregiver Mum)",
        f"{MEASURE} --child Baby {{0}}",
    ),
    "several files of nobody": Trouble(
        "report FOLDER/a.csv FOLDER/b.csv --codebook FOLDER/b.toml --measures-only -o FOLDER/r.html",
        {"a.csv": ROWS, "b.csv": SECOND, "b.toml": BOOK},
        r"or say (--one-dyad) if",
        "report FOLDER/a.csv FOLDER/b.csv --codebook FOLDER/b.toml --measures-only -o FOLDER/r.html {0}",
    ),
    "a report of two children": Trouble(
        f"{REPORT} FOLDER/b.csv --manifest FOLDER/s.csv",
        {"a.csv": ROWS, "b.csv": SECOND, "b.toml": BOOK, "s.csv": STUDY},
        r"or say (--one-dyad) instead of the manifest",
        "report FOLDER/a.csv FOLDER/b.csv {0} --codebook FOLDER/b.toml --measures-only -o FOLDER/r.html",
    ),
    "a manifest and one dyad": Trouble(
        f"{REPORT} --manifest FOLDER/s.csv --one-dyad",
        {"a.csv": ROWS, "b.toml": BOOK, "s.csv": "file,child\na.csv,c1\n"},
        r"Leave out (--one-dyad)",
        f"{REPORT} --manifest FOLDER/s.csv",
    ),
    "the same data twice": Trouble(
        "measure FOLDER/a.csv FOLDER/b.csv --codebook FOLDER/b.toml",
        {"a.csv": ROWS, "b.csv": ROWS, "b.toml": BOOK},
        r"Leave (\S+b\.csv) out",
        MEASURE,
    ),
    "strict": Trouble(
        f"{MEASURE} --strict", {"a.csv": ROWS + "Baby,hum,90,91\n", "b.toml": BOOK}, r"leave (--strict) out", MEASURE
    ),
    "a file without a codebook": Trouble(
        "measure FOLDER/p.boris",
        {"p.boris": ""},
        r"Run `bowlby (codebook init \S+ -o )(codes\.toml)`, .* give (--codebook) codes",
        "measure FOLDER/p.boris {2} FOLDER/{1}",
    ),
    "a table without a codebook": Trouble(
        "measure FOLDER/t.csv",
        {"t.csv": ROWS.replace("who,code,on,off", "actor,code,start,end")},
        r"Run `bowlby (codebook init \S+ -o )(codes\.toml)`, .* give (--codebook) codes",
        "measure FOLDER/t.csv {2} FOLDER/{1}",
    ),
    "a folder for a file": Trouble(
        "record FOLDER/sub",
        {"sub/a.cha": "@Begin\n*CHI:\thi . \x1500_100\x15\n@End\n"},
        r"such as (\S+/a\.cha)\.",
        "record {0}",
    ),
    "a name with a slip": Trouble(
        "measure FOLDER/aa.csv --codebook FOLDER/b.toml",
        {"a.csv": ROWS, "b.toml": BOOK},
        r"Did you mean (\S+/a\.csv)\?",
        "measure {0} --codebook FOLDER/b.toml",
    ),
    "a codebook with a slip": Trouble(
        "measure FOLDER/a.csv --codebook FOLDER/book.tml",
        {"a.csv": ROWS, "book.toml": BOOK},
        r"Did you mean (\S+/book\.toml)\?",
        "measure FOLDER/a.csv --codebook {0}",
    ),
    "a tolerance below zero": Trouble(
        "agree FOLDER/a.csv FOLDER/b.csv --codebook FOLDER/b.toml --tolerance -1",
        {"a.csv": ROWS, "b.csv": SECOND, "b.toml": BOOK},
        r"example (--tolerance 2)\.",
        "agree FOLDER/a.csv FOLDER/b.csv --codebook FOLDER/b.toml {0}",
    ),
    "a table of another kind": Trouble(
        f"{MEASURE} -o FOLDER/m.txt",
        {"a.csv": ROWS, "b.toml": BOOK},
        r"written as (\.csv) or",
        f"{MEASURE} -o FOLDER/m{{0}}",
    ),
    "a result that is there": Trouble(
        f"{MEASURE} -o FOLDER/m.csv",
        {"a.csv": ROWS, "b.toml": BOOK, "m.csv": "x"},
        r"(--force)",
        f"{MEASURE} -o FOLDER/m.csv {{0}}",
    ),
    "groups without a manifest": Trouble(
        f"{MEASURE} --by site",
        {"a.csv": ROWS, "b.toml": BOOK, "study.csv": "file,child,site\na.csv,c1,n\n"},
        r"Add (--manifest) (study\.csv)",
        f"{MEASURE} --by site {{0}} FOLDER/{{1}}",
    ),
    "a manifest's column with a slip": Trouble(
        f"{MEASURE} --manifest FOLDER/s.csv",
        {"a.csv": ROWS, "b.toml": BOOK, "s.csv": "file,chid\na.csv,c1\n"},
        r"Call it '(child)'",
        edit=(("s.csv", "chid", "{0}"),),
    ),
    "columns by their place": measured(
        BOOK.replace('"on"', '"2"')
        .replace('"off"', '"3"')
        .replace('code = "code"', 'code = "1"')
        .replace('"who"', '"0"'),
        r"Write (header = false) under",
        'unit = "s"',
        'unit = "s"\n{0}',
        ROWS.partition("\n")[2],
    ),
}

UNTYPED = {
    "Times are seconds on the file's own clock: run `bowlby record` on it to see when it starts and ends.": (
        "says where to look; nothing is changed by looking"
    ),
    "Give the child's age in months, as in --age 40.": "of `bowlby signs`, which reads no record",
    "See examples/designs, or --schema.": "of `bowlby trial`, which reads no record",
    "Lines read like `3300, s`.": "shows what the file's own lines look like",
    "Leave --chunk out for the usual number.": "of `bowlby cohort`, which reads no record",
    "See `Rater`.": "of the library, not of a command",
    "Set BOWLBY_CACHE to a folder of your own.": "asks for another user's folder; tests/hostile/test_cache.py has it",
    "` if you know that only you have written there.": "of the cache, not of a record: tests/hostile/test_cache.py",
}
"""Remedies with something that looks typed, and why nothing is."""


def typed_from(trouble: Trouble, done: Done) -> tuple[str, ...]:
    """Return the groups that the printed remedy holds."""
    found = re.search(trouble.typed, done.err)
    assert found, f"{trouble.typed!r} is not in {done.err!r}"
    return found.groups()


def project() -> str:
    """Return a small BORIS project."""
    return json.dumps(
        {
            "project_format_version": "7.0",
            "behaviors_conf": {"0": {"type": "Point event", "code": "cry"}},
            "subjects_conf": {},
            "observations": {"o": {"events": [[1.0, "Baby", "cry", "", ""]], "type": "LIVE", "file": {}}},
        }
    )


def command(words: str, folder: Path) -> Done:
    """Run a command line whose FOLDER is a folder."""
    return run(*shlex.split(words.replace("FOLDER", str(folder))))


def fail(trouble: Trouble, folder: Path) -> Done:
    """Write the files of a trouble and run its command, which fails."""
    for name, text in trouble.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(project() if name.endswith(".boris") else text, encoding="utf-8")
    done = command(trouble.words, folder)
    assert done.code != 0, done.out
    return done


@pytest.mark.parametrize("name", TROUBLES)
def test_a_remedy_typed_as_printed_changes_what_comes_out(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    trouble = TROUBLES[name]
    before = fail(trouble, tmp_path)
    groups = typed_from(trouble, before)
    if groups and groups[0] and groups[0].startswith("codebook init"):
        assert command(f"{groups[0]}{groups[1]}", tmp_path).code == 0
    for file, find, put in trouble.edit:
        text = (tmp_path / file).read_text(encoding="utf-8")
        find = find.replace("{0}", groups[0])
        assert find in text
        filled = re.sub(r"\{(\d)\}", lambda at: groups[int(at[1])], put)
        (tmp_path / file).write_text(text.replace(find, filled, 1), encoding="utf-8")
    words = trouble.words if trouble.then is None else re.sub(r"\{(\d)\}", lambda at: groups[int(at[1])], trouble.then)
    after = command(words, tmp_path)
    assert first_line(after) != first_line(before)


def first_line(done: Done) -> str:
    """Return the exit code and the error, by which outcomes are told apart."""
    return f"{done.code} {done.err.splitlines()[0] if done.code and done.err else ''}"


def typed_remedies() -> dict[str, list[str]]:
    """Return the fixed parts of the remedies in the code that hold a command, an option, a key or a line of TOML."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for room in ROOMS for path in (SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "remedy":
                parts = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
                texts = [part for part in parts if isinstance(part, str)]
                if re.search(r"--\w|`|\w+ = |\[\[\w+", " ".join(texts)):
                    found[f"{path.name}:{node.value.lineno}"] = texts
    return found


def test_every_such_remedy_is_typed_or_says_why_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    printed: list[str] = []
    for place, trouble in enumerate(TROUBLES.values()):
        folder = tmp_path / str(place)
        folder.mkdir()
        printed.append(fail(trouble, folder).err)
    longest = {where: max(texts, key=len) for where, texts in typed_remedies().items()}
    shown = (*printed, *UNTYPED)
    assert [f"{where}: {text}" for where, text in longest.items() if not any(text in one for one in shown)] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_forbidden_file_is_readable_after_its_remedy(tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_text(ROWS)
    file.chmod(0)
    remedy = re.search(r"`(chmod u\+r \S+)`", run("record", file).err)
    assert remedy
    Path(shlex.split(remedy[1])[2]).chmod(0o400)
    assert "allowed" not in run("record", file).err


def test_one_broken_codebook_over_many_files_is_reported_once(tmp_path: Path):
    folder = tmp_path / "sessions"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number}.csv").write_text(ROWS + f"Baby,cry,{90 + number},{91 + number}\n")
    (tmp_path / "b.toml").write_text(BOOK.replace("means", "meens", 1))
    done = run("measure", folder, "--codebook", tmp_path / "b.toml")
    assert done.code == 2 and done.err.count("meens") == 1


@pytest.mark.parametrize("what", ["record", "codebook", "manifest"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("folder", "this is a folder"),
        ("none.csv", "there is no such"),
        ("binary", "UTF-8|format|not a text file"),
        ("empty", ""),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, what: str, name: str, said: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "a.csv").write_text(ROWS)
    (tmp_path / "b.toml").write_text(BOOK)
    options: dict[str, Callable[[Path], tuple[object, ...]]] = {
        "record": lambda path: ("record", path),
        "codebook": lambda path: ("measure", tmp_path / "a.csv", "--codebook", path),
        "manifest": lambda path: ("measure", tmp_path / "a.csv", "--codebook", tmp_path / "b.toml", "--manifest", path),
    }
    done = run(*options[what](tmp_path / name))
    assert done.code == 2 and re.search(said, done.err), done.err
    assert "ermission" not in done.err
