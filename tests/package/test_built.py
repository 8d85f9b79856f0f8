"""Wheel and sdist: all that bowlby needs is inside, and what is installed from them runs outside the source tree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from checks.locks import LOCKS, pinned
from docs.notebooks import cells_of

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".cache", ".hypothesis", ".*_cache", "__pycache__", "site", "dist")
SCRIPT = """from pathlib import Path

from bowlby.errors import BowlbyError
from bowlby.formats.load import LoadOptions, load_coded


def codes(path: Path) -> int:
    try:
        return load_coded([path], LoadOptions()).acts.height
    except BowlbyError as error:
        print(error.remedy)
        return 0


reveal_type(codes(Path("a.csv")))
reveal_type(load_coded)
"""
IMPORT_ALL = """import importlib, pkgutil, bowlby

found = [module.name for module in pkgutil.walk_packages(bowlby.__path__, "bowlby.") if "__main__" not in module.name]
failed = 0
for name in found:
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed += 1
        print(name, error)
assert len(found) > 300
print(f"failed:{failed}")
"""
SAVE = """import sys, numpy, xarray
from bowlby.inference.draw_files import save_tree

tree = xarray.DataTree(xarray.Dataset({"warmth": ("draw", numpy.array([0.5, 0.75]))}))
path = save_tree(tree, sys.argv[1])
with xarray.open_datatree(path, engine="zarr" if path.is_dir() else "h5netcdf") as again:
    assert again["warmth"].values.tolist() == [0.5, 0.75]
"""
WRONG = "from bowlby.formats.load import LoadOptions, load_coded\n\nload_coded(17, LoadOptions())\n"


def in_order(words: list[str | Path], folder: Path, **more: str) -> str:
    """Run a command outside the source tree with no path to it, and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | more
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(tree: Path, folder: Path, *targets: str) -> None:
    chosen = [word for target in targets for word in ("-t", target)]
    in_order([sys.executable, "-m", "hatchling", "build", "-d", folder, *chosen], tree)


def wheel_in(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """Return a copy of the source tree, which nobody edits while it is built from and compared with."""
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("source") / "tree", ignore=LEFT_OUT)


@pytest.fixture(scope="module")
def built(tree: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build(tree, folder, "wheel", "sdist")
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory) -> Path:
    """Return the programs' folder of an environment that holds the wheel and what `locks/run.txt` names, no more.

    The packages are links into this environment, so that nothing is fetched; the tools of the tests are not among them.
    """
    folder = tmp_path_factory.mktemp("clean") / "environment"
    in_order([sys.executable, "-m", "venv", "--without-pip", folder], built)
    python = folder / "bin" / "python"
    own = Path(in_order([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], built).strip())
    for part in sorted(set(parts_of_run_packages())):
        (own / part.name).symlink_to(part)
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", "--ignore-installed"]
    in_order([*pip, "-q", next(built.glob("*.whl"))], built)
    return folder / "bin"


def parts_of_run_packages() -> Iterator[Path]:
    """Yield the folders and files at the top of site-packages that belong to a package of `locks/run.txt`."""
    site = Path(sysconfig.get_path("purelib"))
    for name in pinned(LOCKS / "run.txt"):
        with suppress(PackageNotFoundError):  # of another platform or another Python
            tops = {Path(file).parts[0] for file in distribution(name).files or ()}
            yield from (site / top for top in tops - {"..", "__pycache__"} if (site / top).exists())


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(tree: Path, built: Path):
    inside = {name for name in wheel_in(built) if ".dist-info/" not in name}
    files = [path for path in (tree / "src" / "bowlby").rglob("*") if path.is_file()]
    assert inside == {path.relative_to(tree / "src").as_posix() for path in files}
    kinds = {Path(name).suffix for name in inside}
    assert {".json", ".csv", ".npz", ".j2", ".css", ".js", ".svg", ".typed"} <= kinds


def test_the_wheel_says_who_may_use_it_and_how(built: Path):
    inside = wheel_in(built)
    (metadata,) = [text.decode() for name, text in inside.items() if name.endswith("METADATA")]
    assert "License-Expression: Apache-2.0" in metadata and "Requires-Python: >=3.11" in metadata
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert [text for name, text in inside.items() if name.endswith("entry_points.txt")] == [
        b"[console_scripts]\nbowlby = bowlby.cli:main\n"
    ]


def test_the_sdist_builds_the_same_wheel_and_brings_its_tests_and_locks(built: Path, tmp_path: Path):
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
        sdist.extractall(tmp_path, filter="data")
    assert {"Makefile", "LICENSE", "locks/run.txt", "tests/conftest.py", "examples/records/play.csv"} <= names
    assert not [name for name in names if name.startswith((".venv", ".cache", "site/"))]
    (unpacked,) = tmp_path.iterdir()
    build(unpacked, tmp_path / "again", "wheel")
    assert wheel_in(tmp_path / "again") == wheel_in(built)


def test_what_is_installed_is_the_wheel_and_helps(installed: Path, tmp_path: Path):
    where = "import bowlby, sys; print(bowlby.__file__); print(*sys.path, sep='\\n')"
    file, *paths = in_order([installed / "python", "-c", where], tmp_path).splitlines()
    assert Path(file).is_relative_to(installed.parent) and str(ROOT / "src") not in paths
    assert "report" in in_order([installed / "bowlby", "--help"], tmp_path)


def test_the_tools_of_the_tests_are_not_there(installed: Path, tmp_path: Path):
    search = "from importlib.util import find_spec; print([name for name in {} if find_spec(name)])"
    assert (
        in_order([installed / "python", "-c", search.format(["pytest", "altair", "arviz", "lxml"])], tmp_path) == "[]\n"
    )


def test_every_module_can_be_imported_there(installed: Path, tmp_path: Path):
    assert in_order([installed / "python", "-c", IMPORT_ALL], tmp_path).split()[-1] == "failed:0"


def test_the_ten_minute_notebook_runs_there(installed: Path, tmp_path: Path):
    code = [cell.source for cell in cells_of("ten-minutes") if cell.kind == "code"]
    shown = "import bowlby; print(bowlby.__file__, bowlby.__version__, care.axes['threat'].told.words)"
    said = in_order([installed / "python", "-c", "\n".join([*code, shown])], tmp_path).split()
    assert Path(said[0]).is_relative_to(installed.parent)


def test_an_index_is_told_what_it_is_for_whom_and_in_which_language(built: Path):
    (metadata,) = [text.decode() for name, text in wheel_in(built).items() if name.endswith("METADATA")]
    for line in (
        "Summary: ",
        "Keywords: ",
        "Description-Content-Type: text/markdown",
        "Classifier: Framework :: Jupyter",
    ):
        assert f"\n{line}" in metadata
    assert "Provides-Extra: pandas" in metadata


@pytest.mark.parametrize("name", ["post.nc", "post.zarr"])
def test_posteriors_can_be_saved_there(installed: Path, tmp_path: Path, name: str):
    in_order([installed / "python", "-c", SAVE, name], tmp_path)
    assert (tmp_path / name).exists()


@pytest.mark.slow
def test_demo_and_doctor_run_where_it_is_installed(installed: Path, tmp_path: Path):
    kept = {"BOWLBY_CACHE": str(tmp_path / "kept")}
    demo = json.loads(in_order([installed / "bowlby", "demo", "--json"], tmp_path, **kept))
    assert (tmp_path / "bowlby-demo" / "report.html").stat().st_size > 100_000
    assert len(demo["records"]) == 3 and all((tmp_path / one).is_file() for one in demo["records"])
    doctor = json.loads(in_order([installed / "bowlby", "doctor", "--json"], tmp_path, **kept))
    assert doctor["ok"] and {"engine", "packages"} <= {check["name"] for check in doctor["checks"]}


@pytest.mark.slow
def test_a_users_script_is_type_checked_against_what_is_installed(installed: Path, tmp_path: Path):
    (tmp_path / "right.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    settings = {"typeCheckingMode": "strict", "reportUnknownMemberType": False, "include": ["right.py", "wrong.py"]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    words = [sys.executable, "-m", "basedpyright", "--pythonpath", installed / "python", "--outputjson"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)["generalDiagnostics"]
    errors = [(Path(one["file"]).name, one.get("rule")) for one in told if one["severity"] == "error"]
    assert errors == [("wrong.py", "reportArgumentType")]
    shown = [one["message"] for one in told if one["severity"] == "information"]
    assert 'Type of "codes(Path("a.csv"))" is "int"' in shown
    assert any("paths:" in line and "-> CodedRecord" in line for line in shown)
