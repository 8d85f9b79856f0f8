"""Builds the documentation site: `python -m docs.build`; pages made by code are made first, a warning is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bowlby.cli.main import app
from bowlby.cli.reference import command_page

DOCS = Path(__file__).parent


def main() -> int:
    """Write the pages that code makes and build the site; return mkdocs' exit code."""
    (DOCS / "command-line.md").write_text(command_page(app), encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    return subprocess.call(command, cwd=DOCS.parent, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})


if __name__ == "__main__":
    raise SystemExit(main())
