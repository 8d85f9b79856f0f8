"""A process that makes the drawings while the model runs: starting the drawing engine takes a second by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_COMMAND = "from bowlby.report.drawer import serve; serve()"
_NOTHING = {"data": {"values": [{}]}, "mark": "point"}


class Drawer:
    """A drawing process that starts at once and serves one batch of specifications."""

    def __init__(self) -> None:
        """Start the process; the caller goes on with other work."""
        self._process: subprocess.Popen[str] | None = subprocess.Popen(
            [sys.executable, "-c", _COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def draw(self, specifications: Sequence[Mapping[str, Any]]) -> list[str] | None:
        """Return one SVG a specification, or None where the process has served already or has failed."""
        process, self._process = self._process, None
        if process is None:
            return None
        asked = "".join(f"{json.dumps(specification)}\n" for specification in specifications)
        try:
            answered, _ = process.communicate(asked)
        except OSError:
            return None
        drawings = [json.loads(line) for line in answered.splitlines()]
        return drawings if process.returncode == 0 and len(drawings) == len(specifications) else None

    def close(self) -> None:
        """End the process where it has not served."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def __del__(self) -> None:
        """Leave no process behind when a report is never drawn."""
        self.close()


def serve() -> None:
    """Read specifications, one JSON object a line, and write one SVG a line as JSON text, until the input ends.

    Args:
        None.

    Returns:
        Nothing.

    Raises:
        ValueError: a specification cannot be drawn; the process then ends with an error.
    """
    import vl_convert

    vl_convert.vegalite_to_svg(_NOTHING)
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(vl_convert.vegalite_to_svg(json.loads(line)))}\n")


def draw_here(specifications: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one SVG a specification, drawn in this process.

    Args:
        specifications: Vega-Lite.

    Returns:
        SVG texts in the same order.

    Raises:
        ValueError: a specification cannot be drawn.
    """
    import vl_convert

    return [vl_convert.vegalite_to_svg(dict(specification)) for specification in specifications]
