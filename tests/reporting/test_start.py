"""A report starts soon: what it needs is light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPORT = """
import sys
from bowlby.cache import use_compile_cache
use_compile_cache()
import jax
traced = []
jax.monitoring.register_event_duration_secs_listener(lambda event, *_, **__: traced.append(event))
from bowlby.cli import main
try: main(['report', sys.argv[1], '-o', sys.argv[2], '--json'])
except SystemExit as leaving: assert not leaving.code
slow = {'numpyro', 'altair', 'pandas', 'xarray', 'scipy.stats', 'scipy.optimize', 'vl_convert'} & set(sys.modules)
print(len([event for event in traced if 'trace' in event]), sorted(slow), file=sys.stderr)
"""


@pytest.mark.slow
def test_a_warm_report_traces_nothing_and_loads_no_slow_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path))
    example = Path(__file__).parents[2] / "examples" / "records" / "play.csv"
    said: list[str] = []
    for page in ("cold", "warm"):
        words = [sys.executable, "-c", REPORT, str(example), str(tmp_path / f"{page}.html")]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        said.append(done.stderr.splitlines()[-1])
    assert said[1] == "0 []"
