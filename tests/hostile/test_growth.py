"""Readers take time in proportion to the file, in the worst cases too.

Processor time is counted, never the time that passes. A case is measured at 1, 2, 4 and 8 times a size; work that grows
with the square takes 64 times as long at 8 times the size, linear work 8 times. The bound between them is 24, three
times what is linear, and what takes less than a tenth of a second at the largest size is too short to tell. A case
counts as grown too fast only where it is so in each of three tries: other work on the machine raises no alarm.
"""

from __future__ import annotations

import pytest

from bowlby.confinement import ConfinedProcess, ProcessLimits
from bowlby.formats.isolation import READING
from tests.hostile.measured import processor_s
from tests.hostile.worst import WORST

SIZE = 60_000
TIMES = (1, 2, 4, 8)
BOUND = 24.0
SHORT_S = 0.1
TRIES = 3


@pytest.fixture(scope="module")
def process():
    held = ConfinedProcess(READING)
    yield held
    held.close()


@pytest.mark.parametrize("case", WORST)
def test_time_grows_no_faster_than_the_file(case, process, tmp_path):
    name, make = WORST[case]
    tried = []
    for _ in range(TRIES):
        seconds = []
        for times in TIMES:
            path = tmp_path / name
            path.write_bytes(make(SIZE * times))
            limits = ProcessLimits(2 << 30, 20.0, 1 << 28)
            seconds.append(min(process.call(processor_s, path, limits=limits) for _ in range(2)))
        if seconds[-1] < SHORT_S or seconds[-1] < BOUND * max(seconds[0], SHORT_S / BOUND):
            return
        tried.append(seconds)
    pytest.fail(f"{case}: processor seconds at {TIMES} times {SIZE} bytes: {tried}")
