"""Keys that were seen before: looked up anew only after somebody has written to the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving.ledger.ledger import KeyRecord

_MOST = 1_024


class KeyCache:
    """Remembers keys by their hash, never the keys themselves, and unknown ones as well.

    ``version`` is another number whenever anybody else has written to the database, in this process or
    another, so that a revoked key is worthless from the next call on.
    """

    def __init__(self, find: Callable[[str], KeyRecord | None], version: Callable[[], int]) -> None:
        self._find = find
        self._version = version
        self._seen: dict[bytes, KeyRecord | None] = {}
        self._seen_at = -1

    def find(self, key: str) -> KeyRecord | None:
        """The record of a key; None for a worthless one."""
        version = self._version()
        if version != self._seen_at or len(self._seen) >= _MOST:
            self._seen, self._seen_at = {}, version
        name = hashlib.sha256(key.encode("utf-8", "replace")).digest()
        if name not in self._seen:
            self._seen[name] = self._find(key)
        return self._seen[name]
