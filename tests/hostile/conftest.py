"""Reading processes of these tests find the tests too, whose functions they are asked to run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def path_of_tests():
    """Put the tests on the path of every process that is started here."""
    with pytest.MonkeyPatch.context() as patch:
        given = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *given]))
        yield
