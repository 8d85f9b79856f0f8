"""A process that reads for another ends with it, whenever that one went."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bowlby import confinement

HUNG_S = 60
"""Seconds after which a process counts as one that does not end at all."""


@pytest.mark.skipif(os.name != "posix", reason="processes have parents on POSIX only")
def test_a_process_whose_parent_went_before_it_asked_ends():
    nobody = subprocess.Popen([sys.executable, "-c", ""])
    nobody.wait()
    with subprocess.Popen(
        [sys.executable, "-P", "-c", confinement._START],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "BOWLBY_CONFINED": "", "BOWLBY_PARENT": str(nobody.pid)},
    ) as orphan:
        try:
            assert orphan.wait(timeout=HUNG_S) == 1
        finally:
            orphan.kill()
