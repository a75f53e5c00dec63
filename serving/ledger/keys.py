"""API keys: what is kept of them, and those that were seen before.

Secrets are stored as SHA-256 digests of 256 random bits and never in plain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from serving.ledger.database import TABLES

SCOPES = {
    "score": "Ask for scores and reasons through /v1.",
    "events": "Tell of events and what came of an answer.",
    "privacy": "Record objections and erasures.",
    "pages": "Open the churn list and download it.",
    "admin": "Read metrics and BentoML's own descriptions of the service.",
}
FIRST_KEY_VARIABLE = "REGULARS_FIRST_KEY_FILE"
SHORTEST_SECRET = 43
_MOST = 1_024

KEYS = sa.Table(
    "keys",
    TABLES,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", sa.Integer, nullable=False),
    sa.Column("revoked_at", sa.Integer),
)


@dataclass(frozen=True)
class KeyRecord:
    """What is known of an API key; never the key itself."""

    key_id: str
    name: str
    scopes: tuple[str, ...]
    created_at: int
    revoked_at: int | None


class KeyCache:
    """Remembers keys by their hash, never the keys themselves, and unknown ones as well.

    ``version`` is another number whenever anybody else has written to the database, in this process or
    another, so that a revoked key is worthless from the next call on.
    """

    def __init__(self, find: Callable[[str], KeyRecord | None], version: Callable[[], int]) -> None:
        self._find = find
        self._version = version
        # The two are replaced together, so that what one thread looked up earlier is not kept as what holds now.
        self._seen: tuple[int, dict[bytes, KeyRecord | None]] = (-1, {})

    def find(self, key: str) -> KeyRecord | None:
        """The record of a key; None for a worthless one."""
        version = self._version()
        seen_at, seen = self._seen
        if version != seen_at or len(seen) >= _MOST:
            seen = {}
            self._seen = version, seen
        name = _name(key)
        if name not in seen:
            seen[name] = self._find(key)
        return seen[name]

    def remembered(self, key: str) -> KeyRecord | None:
        """What was found last, without a look at the database; the key may have been revoked since."""
        return self._seen[1].get(_name(key))


def _name(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def digest_of(secret: str) -> str:
    """What is kept of a secret: the SHA-256 of its random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def key_record(row: sa.Row[tuple[object, ...]]) -> KeyRecord:
    """A row of the keys as a record."""
    return KeyRecord(
        key_id=row.key_id,
        name=row.name,
        scopes=tuple(row.scopes.split()),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
