"""Pseudonyms: a keyed hash in place of what points to a person, and the file that holds the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bowlby.atomic import unwritable
from bowlby.errors import BowlbyError, InputError, OverwriteError

KEY_BYTES = 32
LETTERS = 10
"""Base32 letters of a pseudonym, 50 bits: n people share one with probability about n^2 / 2^51, which is 4e-10 for a
thousand and 4e-8 for ten thousand (the birthday bound)."""

_HEADING = "bowlby pseudonym key 1"


class KeyFileError(InputError):
    """A file does not hold a key that may be used."""

    kind = "pseudonym key"


class CollisionError(BowlbyError):
    """Two people would have one pseudonym."""

    kind = "pseudonym collision"


@dataclass(frozen=True, eq=False)
class Pseudonyms:
    """The pseudonyms that one key makes, and those that it has made in this run.

    Args:
        key: the secret, `KEY_BYTES` bytes.
        made: each pseudonym with the whole hash behind it, hexadecimal; what it stands for is not kept.
    """

    key: bytes = field(repr=False)
    made: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def key_id(self) -> str:
        """Return a name of the key that reveals nothing of it, so that two results can be seen to have the same."""
        return _letters(self._hash("key", ""))

    def of(self, kind: str, identity: str) -> str:
        """Return the pseudonym of one identity: `kind-` and the first letters of HMAC-SHA-256(key, kind, identity).

        Krawczyk, Bellare & Canetti 1997, RFC 2104. Spaces around and the way in which accents are stored do not count.

        Args:
            kind: of identity, such as "child": the same text of two kinds has two pseudonyms.
            identity: as it was written; empty text is nobody.

        Returns:
            Such as "child-k3mz7q2fya"; empty text for nobody.

        Raises:
            CollisionError: another identity of this run has the same.
        """
        plain = unicodedata.normalize("NFC", identity).strip()
        if not plain:
            return ""
        whole = self._hash(kind, plain)
        pseudonym = f"{kind}-{_letters(whole)}"
        self.admit({pseudonym: whole.hex()})
        return pseudonym

    def admit(self, made: Mapping[str, str]) -> None:
        """Take in pseudonyms that another process of this run has made with the same key.

        Args:
            made: each with the whole hash behind it.

        Raises:
            CollisionError: one of them stands for another identity here.
        """
        for pseudonym, whole in made.items():
            if self.made.setdefault(pseudonym, whole) != whole:
                raise CollisionError(
                    "two identities of this run have the same pseudonym",
                    value=pseudonym,
                    remedy="Make another key (bowlby pseudonyms new) and run everything of this study with it.",
                )

    def fingerprint(self, sha256: str) -> str:
        """Return the keyed hash of a file's hash, which nobody without the key can hold against the file."""
        return f"hmac-sha256:{self._hash('content', sha256).hex()}"

    def _hash(self, kind: str, identity: str) -> bytes:
        # The length in front keeps ("ab", "c") and ("a", "bc") apart.
        return hmac.digest(self.key, f"bowlby 1 {len(kind)} {kind} {identity}".encode(), hashlib.sha256)


def _letters(whole: bytes) -> str:
    return base64.b32encode(whole).decode()[:LETTERS].lower()


def new_key(path: str | Path) -> Path:
    """Write a new secret key that only its owner may read.

    Args:
        path: of a file that does not exist.

    Returns:
        The path.

    Raises:
        OverwriteError: the file exists; there is no way to force it, since pseudonyms die with their key.
        OutputError: it cannot be written.
    """
    path = Path(path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        remedy = "Choose another name: with a key that is gone, no pseudonym can be made again."
        raise OverwriteError("the file exists already", file=path, remedy=remedy) from None
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
            file.write(f"{_HEADING}\n{secrets.token_hex(KEY_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise unwritable(path, error) from error
    return path


def read_key(path: str | Path) -> Pseudonyms:
    """Read a key file.

    Args:
        path: a file that `new_key` wrote.

    Returns:
        The pseudonyms that the key makes; none made yet.

    Raises:
        KeyFileError: it is missing, holds no key or too short a one, or others than its owner may read it.
    """
    path = Path(path)
    try:
        mode, lines = path.stat().st_mode, path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not plain text"
        remedy = "Make one with `bowlby pseudonyms new KEYFILE`, or check the path."
        raise KeyFileError(f"the key cannot be read: {reason}", file=path, remedy=remedy) from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        remedy = f"Run `chmod 600 {path.name}` in its folder; where others have read it, make a new key."
        value = stat.filemode(mode)
        raise KeyFileError("others than its owner may use the key", file=path, value=value, remedy=remedy)
    return Pseudonyms(_key(lines, path))


def _key(lines: list[str], path: Path) -> bytes:
    remedy = "Make one with `bowlby pseudonyms new KEYFILE`; a damaged key is brought back from its copy only."
    if len(lines) != 2 or lines[0] != _HEADING:
        raise KeyFileError("the file holds no key for pseudonyms", file=path, remedy=remedy)
    try:
        key = bytes.fromhex(lines[1])
    except ValueError:
        raise KeyFileError("the key is not written in hexadecimal digits", file=path, row=2, remedy=remedy) from None
    if len(key) != KEY_BYTES:
        what = "too short" if len(key) < KEY_BYTES else "too long"
        told = f"the key is {what}: {len(key)} bytes instead of {KEY_BYTES}"
        raise KeyFileError(told, file=path, row=2, remedy=remedy)
    return key
