"""The cache runs nothing that a stranger put there."""

from __future__ import annotations

import os

import pytest

from bowlby.cache import cache_folder
from bowlby.errors import InputError


def test_the_cache_is_made_for_its_user_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path / "cache"))
    folder = cache_folder()
    assert folder is not None
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
@pytest.mark.parametrize("within", ["", "compiled"])
def test_a_cache_that_others_may_write_is_refused_with_the_remedy(tmp_path, monkeypatch, mode, within):
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / within
    folder.mkdir(parents=True, mode=0o700)
    folder.chmod(mode)
    with pytest.raises(InputError, match="others may write") as caught:
        cache_folder()
    assert "chmod go-w" in caught.value.remedy


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can make a folder another's")
def test_another_users_cache_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    os.chown(tmp_path / "cache", 12345, 12345)
    with pytest.raises(InputError, match="another user's"):
        cache_folder()
