"""Live all lives anew and write the result that is shipped: `python -m bowlby.evidence.comparison`."""

from __future__ import annotations

import json

from bowlby.evidence.comparison.result import FILE, make_result
from bowlby.simulation.entry import prepare_jax

if __name__ == "__main__":
    prepare_jax()
    FILE.write_text(json.dumps(make_result(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
