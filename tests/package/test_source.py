"""What is kept is known by the code and the data that it was made from."""

from __future__ import annotations

import pytest

from bowlby import source as digests
from bowlby.evidence.population_fit import run as population_run
from bowlby.evidence.published import validate


@pytest.mark.parametrize("name", ["model.py", "parameters.toml", "populations.json"])
def test_the_digest_moves_with_code_values_and_fits(name, tmp_path, monkeypatch):
    monkeypatch.setattr(digests, "PACKAGE", tmp_path)
    digest = digests.source.__wrapped__
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / name).write_text("one = 1")
    (tmp_path / "elsewhere.py").write_text("")
    first = digest("model")
    (tmp_path / "elsewhere.py").write_text("two = 2")
    assert digest("model") == first
    (folder / name).write_text("one = 2")
    assert digest("model") != first
    assert digest(f"model/{name}") == digest("model")


def test_a_digest_of_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="elsewhere"):
        digests.source("model", "elsewhere.py")


def test_all_that_kept_results_are_made_from_is_there():
    for parts in (population_run.BEHIND, (*validate.BEHIND, "evidence/screening/design.py")):
        assert len(digests.source(*parts)) == 32
