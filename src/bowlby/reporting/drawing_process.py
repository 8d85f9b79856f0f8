"""A process that makes the drawings while the model runs: starting the drawing engine takes a second by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_COMMAND = "from bowlby.reporting.drawing_process import serve; serve()"
_NOTHING = {"data": {"values": [{}]}, "mark": "point"}


class DrawingProcess:
    """A drawing process that starts at once, draws what it is asked for as it comes, and hands all over at the end."""

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
        self._asked: list[str] = []

    def ask(self, specifications: Sequence[Mapping[str, Any]]) -> None:
        """Have specifications drawn, and go on; one that was asked for before is not drawn again."""
        if self._process is None or self._process.stdin is None:
            return
        new = [line for line in map(json.dumps, specifications) if line not in self._asked]
        try:
            self._process.stdin.writelines(f"{line}\n" for line in new)
            self._process.stdin.flush()
        except OSError:
            self.close()
        self._asked += new

    def collect(self, specifications: Sequence[Mapping[str, Any]]) -> list[str] | None:
        """Return one SVG a specification, or None where the process has served already or has failed."""
        self.ask(specifications)
        process, self._process = self._process, None
        if process is None:
            return None
        try:
            answered, _ = process.communicate()
        except OSError:
            return None
        drawings = [json.loads(line) for line in answered.splitlines()]
        if process.returncode != 0 or len(drawings) != len(self._asked):
            return None
        found = dict(zip(self._asked, drawings, strict=True))
        return [found[json.dumps(specification)] for specification in specifications]

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
    """Read specifications, one JSON object a line, until the input ends; then write one SVG a line as JSON text.

    Nothing is written before, for nobody reads it yet, and a full pipe would stop the drawing.

    Raises:
        ValueError: a specification cannot be drawn; the process then ends with an error.
    """
    import vl_convert

    vl_convert.vegalite_to_svg(_NOTHING)
    drawings = [vl_convert.vegalite_to_svg(json.loads(line)) for line in sys.stdin]
    sys.stdout.writelines(f"{json.dumps(drawing)}\n" for drawing in drawings)


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
