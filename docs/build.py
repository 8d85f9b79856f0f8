"""Builds the documentation site: `python -m docs.build`; what code makes is made first, a warning is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from docs.made import DOCS, made_pages


def main() -> int:
    """Write the pages that code makes and build the site; return 0 where nothing is wrong."""
    for name, text in made_pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    return build_site(DOCS.parent, DOCS.parent / "site")


def build_site(root: Path, site: Path) -> int:
    """Build the site of a folder that holds mkdocs.yml; return 0 only where mkdocs had nothing to warn of.

    mkdocs counts only the warnings that it shows: with `--quiet` it shows none, and `--strict` lets all of them pass.
    """
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("INFO")]
    sys.stderr.write("".join(f"{line}\n" for line in told))
    return done.returncode or int(bool(told))


if __name__ == "__main__":
    raise SystemExit(main())
