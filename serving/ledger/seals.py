"""What keeps the record of calls whole, outside the database: a key, and an anchor that says where the record ends.

Whoever can write the database alone can neither seal a row nor move the anchor, so that no edit, no cut and no
emptying goes unseen, however many calls come after.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FIRST_SEAL = "0" * 64
_LONGEST = 128


@dataclass(frozen=True)
class Anchored:
    """The last row of the record and its seal."""

    number: int = 0
    seal: str = FIRST_SEAL


@dataclass(frozen=True)
class SealKey:
    """The key by which rows are sealed; ``first`` is the first row that is, those before have plain hashes."""

    key: bytes
    first: int

    @classmethod
    def of(cls, path: Path, ends: Anchored | None) -> SealKey:
        """The key in a file, made for what comes after a record's end where there is none yet.

        Whoever calls holds the anchor, so that one key is made.
        """
        if not path.exists():
            anchored = 0 if ends is None else ends.number
            draft = path.with_name(f"{path.name}.new")
            descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{secrets.token_hex(32)} {anchored + 1}\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        key, first = path.read_text(encoding="ascii").split()
        return cls(bytes.fromhex(key), int(first))

    def seal(self, said: str) -> str:
        """The seal of what a row says."""
        return hmac.digest(self.key, said.encode(), "sha256").hex()


class Anchor:
    """A file that names the last row, moved by one process at a time and never backwards."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+b")
        self._lock = threading.Lock()

    @property
    def there(self) -> Anchored | None:
        """Where the record ends; None where nobody has said so yet."""
        said = os.pread(self._file.fileno(), _LONGEST, 0).decode("ascii", "replace").split()
        return Anchored(int(said[0]), said[1]) if len(said) == 2 and said[0].isdigit() else None

    @contextmanager
    def held(self) -> Iterator[None]:
        """While nobody else moves the anchor."""
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def move(self, to: Anchored) -> None:
        """Say where the record ends now."""
        os.pwrite(self._file.fileno(), f"{to.number:020d} {to.seal}\n".encode(), 0)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
