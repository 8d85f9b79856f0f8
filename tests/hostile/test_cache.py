"""The cache runs nothing that a stranger put there."""

from __future__ import annotations

import os
import pickle

import pytest

from bowlby.cli.cache import cache_folder
from bowlby.errors import InputError
from bowlby.infer import programs


@pytest.fixture
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    programs.seal_key.cache_clear()
    yield tmp_path / "data" / "bowlby" / "programs.key"
    programs.seal_key.cache_clear()


class Harmful:
    """Makes a file where it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.mark.parametrize("sealed_by_another", [False, True])
def test_a_program_of_a_stranger_is_not_run(tmp_path, key, sealed_by_another):
    content = pickle.dumps(Harmful(str(tmp_path / "ran")))
    if sealed_by_another:
        content = b"\0" * programs.SEAL_BYTES + content
    path = tmp_path / "bowlby-x.program"
    path.write_bytes(content)
    assert programs.load(path) is None
    assert not (tmp_path / "ran").exists()


def test_what_this_user_sealed_is_authentic_and_a_changed_byte_is_not(key):
    kept = programs.seal(b"program")
    assert programs.authentic(kept) == b"program"
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValueError, match="not kept by this user"):
        programs.authentic(kept[:-1] + b"?")


def test_a_key_that_others_may_read_seals_nothing_that_lasts(key):
    kept = programs.seal(b"program")
    key.chmod(0o644)
    programs.seal_key.cache_clear()
    with pytest.raises(ValueError, match="not kept by this user"):
        programs.authentic(kept)


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
