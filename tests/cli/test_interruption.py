"""Ctrl-C ends a command with one line and exit code 130, whatever it is busy with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="interrupts are signals on POSIX only")
HUNG_S = 120
"""Seconds after which a process counts as one that does not end at all."""

STARTING = """
import contextlib, signal, threading, typing
print("ready", flush=True)
from bowlby.cli import main
main()
"""
NATIVE = """
import hashlib
from bowlby.cli.interruption import leave_soon_after_an_interrupt
leave_soon_after_an_interrupt()
print("ready", flush=True)
hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2**31 - 1)
"""
UNHEARD = """
import gc
from bowlby.cli.interruption import leave_soon_after_an_interrupt
leave_soon_after_an_interrupt()
class Loop:
    def __del__(self):
        print("ready", flush=True)
        while True:
            pass
Loop()
while True:
    pass
"""


def ended(code: str, *words: str, after_s: float = 0.0) -> tuple[int, str]:
    """Interrupt a process once it is ready, and return its exit code and stderr."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    try:
        _, said = process.communicate(timeout=HUNG_S)
    finally:
        process.kill()
    return process.returncode, said


@pytest.mark.parametrize("after_s", [0.1, 0.3, 0.6, 1.0, 3.0])
def test_a_command_ends_with_one_line(after_s):
    words = ("simulate", "--exposure", "harsh", "-n", "100000", "--until", "25y", "--json")
    assert ended(STARTING, *words, after_s=after_s) == (130, "bowlby: interrupted\n")


def test_work_outside_python_is_not_waited_for():
    assert ended(NATIVE) == (130, "bowlby: interrupted\n")


def test_an_interrupt_that_hits_code_whose_exceptions_go_nowhere_ends_the_process_too():
    assert ended(UNHEARD) == (130, "bowlby: interrupted\n")


def test_workers_of_a_folder_are_ended_too(tmp_path):
    acts = "".join(f"Baby,cue.distress,{t},{t + 1}\nMum,answer,{t + 2},{t + 3}\n" for t in range(0, 1_000_000, 10))
    for number in range(6):
        (tmp_path / f"{number}.csv").write_text(f"actor,code,onset_s,offset_s\n{acts}Baby,explore,0,{number + 1}\n")
    assert ended(STARTING, "measure", str(tmp_path), after_s=2.0) == (130, "bowlby: interrupted\n")
