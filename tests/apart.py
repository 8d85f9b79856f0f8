"""Work that tests have done in a process apart, where what a test replaces is not replaced."""

from __future__ import annotations

import os
from collections.abc import Callable

from bowlby.records.coded_record import CodedRecord
from bowlby.web.view import UploadedFile


def coded(source: UploadedFile) -> CodedRecord:
    """Return the coded record itself."""
    return source.coded()


def endless(source: UploadedFile, how: object, progress: Callable[[str], None]) -> None:
    """Say which process this is, and work until it is ended."""
    del source, how
    progress(f"process {os.getpid()}")
    while True:
        pass


def failing(source: UploadedFile, how: object, progress: Callable[[str], None]) -> None:
    """Fail as nothing should."""
    raise ValueError("what the record said")
