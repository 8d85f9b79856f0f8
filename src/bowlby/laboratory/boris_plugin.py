"""A plug-in for BORIS: latency, contingency with its chance baseline, and agreement, on its aggregated events."""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.resources import files

TEMPLATE = "boris_plugin.py.txt"
NAME = "bowlby: latency, contingency, agreement"


def plugin_text(child: str, caregiver: str, window_s: float = 5.0, tolerance_s: float = 2.0) -> str:
    """Return a plug-in that BORIS (9 and later) runs on its aggregated events; it needs pandas alone, as BORIS does.

    Args:
        child: subject of BORIS that is the child.
        caregiver: subject that is the caregiver.
        window_s: longest wait for an answer, seconds.
        tolerance_s: largest difference of onsets that is the same event, seconds.

    Returns:
        Python with `__version__`, `__plugin_name__` and `run(df)`.
    """
    text = files("bowlby.laboratory").joinpath(TEMPLATE).read_text(encoding="utf-8")
    settings = {
        "__version__": version("bowlby"),
        "__plugin_name__": NAME,
        "CHILD": child,
        "CAREGIVER": caregiver,
        "WINDOW_S": window_s,
        "TOLERANCE_S": tolerance_s,
    }
    lines = "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in settings.items())
    head, _, rest = text.partition("# SETTINGS\n")
    return head + lines + rest.partition("# SETTINGS END\n")[2]
