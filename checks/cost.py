"""What the tests cost: processor time by file, and how much of it is compiling. A plugin of pytest (`-p checks.cost`).

Processor time, not the clock: other work on the machine does not count. JAX reports compile times on the clock; they
are scaled to processor time by what the phase of the test took of each.
"""

from __future__ import annotations

import resource
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

KEY = "cost"
FILE_OPTION = "--cost-file"
DEAR_S = 1.0
"""Processor seconds from which a test has a line of its own."""
COMPILING = "/jax/core/compile/backend_compile_duration"
TRACING = ("/jax/core/compile/jaxpr_trace_duration", "/jax/core/compile/jaxpr_to_mlir_module_duration")


@dataclass
class Cost:
    """What some tests took.

    Args:
        tests: how many.
        setup: processor seconds of fixtures made and unmade, this process and its children.
        call: processor seconds of the tests themselves, likewise.
        children: processor seconds of other processes, part of the two above.
        compiling: processor seconds of XLA in this process, part of the two above, with loading from the compile cache.
        tracing: processor seconds of tracing and lowering, likewise.
        programs: compiled, or loaded from the compile cache.
    """

    tests: int = 0
    setup: float = 0.0
    call: float = 0.0
    children: float = 0.0
    compiling: float = 0.0
    tracing: float = 0.0
    programs: int = 0

    def add(self, other: Mapping[str, float]) -> None:
        """Add what one phase of one test took."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + other.get(field.name, 0))

    @property
    def total(self) -> float:
        """Processor seconds in all."""
        return self.setup + self.call


class Meter:
    """What this process has used up, and what JAX said of its compiling."""

    def __init__(self) -> None:
        """Listen to JAX from now on."""
        import jax

        self.compiling = self.tracing = 0.0
        self.programs = 0
        jax.monitoring.register_event_duration_secs_listener(self._heard)

    def _heard(self, event: str, seconds: float, **_: Any) -> None:
        if event == COMPILING:
            self.compiling += seconds
            self.programs += 1
        elif event in TRACING:
            self.tracing += seconds

    def read(self) -> dict[str, float]:
        """Return the state of all counters."""
        children = _used(resource.RUSAGE_CHILDREN)
        return {
            "clock": time.perf_counter(),
            "processor": _used(resource.RUSAGE_SELF) + children,
            "children": children,
            "compiling": self.compiling,
            "tracing": self.tracing,
            "programs": self.programs,
        }


class Plugin:
    """Writes what each phase of each test took into its report, and the table at the end."""

    def __init__(self) -> None:
        """Start the counters."""
        self.meter = Meter()
        self.last = self.meter.read()
        self.tests: defaultdict[str, Cost] = defaultdict(Cost)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any]:
        """Write what passed on the counters since the last phase into this phase's report."""
        outcome = yield
        now = self.meter.read()
        outcome.get_result().user_properties.append((KEY, _between(self.last, now, call.when)))
        self.last = now

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a report's cost to its test; with workers, reports arrive from all of them."""
        for name, cost in report.user_properties[-1:]:
            if name == KEY:
                self.tests[report.nodeid].add(cost)

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        """Print the table, or write it where a file is named."""
        lines = table(self.tests)
        file = config.getoption(FILE_OPTION)
        if file:
            Path(file).write_text("\n".join(lines) + "\n", encoding="utf-8")
            return
        terminalreporter.section("processor seconds by file")
        terminalreporter.write_line("\n".join(lines))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the file."""
    parser.addoption(FILE_OPTION, default=None, help="Where the table of costs goes, if not to the terminal.")


def pytest_configure(config: pytest.Config) -> None:
    """Start measuring."""
    config.pluginmanager.register(Plugin(), "bowlby-cost")


def table(tests: Mapping[str, Cost]) -> list[str]:
    """Return the lines of a markdown table: folders below `tests`, their files, then the dearest tests."""
    folders, files = _sums(tests, _folder), _sums(tests, _file)
    dear = {name: cost for name, cost in tests.items() if cost.total >= DEAR_S}
    names = [field.name for field in fields(Cost)]
    lines = ["| where | total | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for some in (_sums(tests, lambda _: "all"), folders, files, dear):
        lines += [_row(name, cost) for name, cost in sorted(some.items(), key=lambda one: -one[1].total)]
    return lines


def _file(test: str) -> str:
    return test.partition("::")[0]


def _folder(test: str) -> str:
    return "/".join(Path(_file(test)).parts[:2])


def _sums(tests: Mapping[str, Cost], part: Callable[[str], str]) -> dict[str, Cost]:
    sums: defaultdict[str, Cost] = defaultdict(Cost)
    for name, cost in tests.items():
        sums[part(name)].add(vars(cost))
    return sums


def _row(name: str, cost: Cost) -> str:
    values = [cost.total, *(getattr(cost, field.name) for field in fields(cost))]
    texts = [f"{value:.1f}" if isinstance(value, float) else str(value) for value in values]
    return f"| {name.replace('|', '/')} | " + " | ".join(texts) + " |"


def _between(before: Mapping[str, float], after: Mapping[str, float], when: str) -> dict[str, float]:
    passed = {name: after[name] - before[name] for name in after}
    scale = (passed["processor"] - passed["children"]) / max(passed["clock"], 1e-9)
    phase = "call" if when == "call" else "setup"
    return {
        "tests": int(when == "call"),
        phase: passed["processor"],
        "children": passed["children"],
        "compiling": passed["compiling"] * scale,
        "tracing": passed["tracing"] * scale,
        "programs": int(passed["programs"]),
    }


def _used(whose: int) -> float:
    usage = resource.getrusage(whose)
    return usage.ru_utime + usage.ru_stime
