"""Every HTML file that a command writes, as a browser shows and prints it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bowlby.evidence.claims_register.lives import ClaimSampleSizes
from bowlby.evidence.comparison.result import load_result
from bowlby.reporting.claims_page import write_claims
from tests.browser.conftest import SIZES
from tests.browser.look import trouble, trouble_on_paper, violations

pytestmark = pytest.mark.slow

FEW = """
title = "A small trial"
population = "pooled"
[[arms]]
name = "care as usual"
[[arms]]
name = "video feedback"
intervention = "responsiveness training"
start = "5mo"
[[measures]]
name = "security"
ages = ["14mo"]
[trial]
n = [40, 80]
pool = 256
replicates = 400
"""

FOSTER = ["--intervention", "foster placement", "--start", "18mo"]
COMMANDS = {
    "report.html": ["demo", "-o", "."],
    "results/report.html": ["study", "demo", "-o", "."],
    "trial.html": ["trial", "few.toml", "--seed", "1", "-o", "trial.html"],
    "forecast.html": ["forecast", "--exposure", "deprived", *FOSTER, "-n", "64", "-o", "forecast.html"],
    "validation.html": ["validate", "--row", "B17", "-n", "128", "--no-prior", "-o", "validation.html"],
    "compare.html": ["compare", "--format", "html", "-o", "compare.html"],
}
FILES = [*COMMANDS, "claims.html"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, cached_environment: dict[str, str]) -> Path:
    """A folder with one file of each kind."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "few.toml").write_text(FEW)
    environment = cached_environment | {"BOWLBY_CACHE": str(folder / "cache")}
    for words in COMMANDS.values():
        command = [sys.executable, "-c", "from bowlby.cli import main; main()", *words]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    result = load_result()
    numbers = ClaimSampleSizes(children=result["children"], fewer=result["fewer"], seed=result["seed"])
    write_claims(result["claims"], numbers, folder / "claims.html")
    return folder


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest, written: Path) -> Path:
    """One of the files."""
    return written / request.param


@pytest.fixture
def page(chromium: Any, file: Path, request: pytest.FixtureRequest) -> Any:
    """The file in a window of a size, with nothing else loaded and no script failing."""
    width, height = SIZES[getattr(request, "param", "laptop")]
    context = chromium.new_context(viewport={"width": width, "height": height})
    shown, troubles, asked = context.new_page(), [], []
    shown.on("pageerror", lambda error: troubles.append(str(error)))
    shown.on("request", lambda sent: asked.append(sent.url))
    shown.goto(file.as_uri())
    shown.wait_for_timeout(1_000)
    yield shown
    context.close()
    assert troubles == []
    assert [url for url in asked if not url.startswith((file.as_uri(), "data:", "blob:"))] == []


@pytest.mark.parametrize("page", SIZES, indirect=True)
def test_it_reads_well_on_a_screen(page: Any):
    assert trouble(page) == []
    assert violations(page) == []


def test_it_reads_well_on_paper(page: Any):
    assert trouble_on_paper(page) == []
