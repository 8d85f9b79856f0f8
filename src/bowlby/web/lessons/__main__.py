"""Live all lives anew and write the numbers that are shipped: `python -m bowlby.web.lessons`."""

from __future__ import annotations

import json

from bowlby.simulation.entry import prepare_jax
from bowlby.web.lessons.result import FILE, make_lessons

if __name__ == "__main__":
    prepare_jax()
    FILE.write_text(json.dumps(make_lessons(), ensure_ascii=False) + "\n", encoding="utf-8")
