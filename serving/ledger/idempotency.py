"""A request that is sent again has one effect: its answer is kept for a day under its ``Idempotency-Key``.

A caller whose connection broke cannot know whether the call arrived, and some CRMs send the same call for
days. With a key of its own the same body gets the same answer, another body is refused, and a repeat that
comes while the first is still under way is told to wait. Failures on our side are not kept, nor is that somebody is to come again later.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from serving.ledger.database import TABLES
from serving.ledger.statements import Statements

KEPT_SECONDS = 24 * 3_600
UNDER_WAY_SECONDS = 300
"""A first call that has not been answered by then was broken off, and its repeat takes its place."""
LONGEST_KEY = 200
_UNDER_WAY = 0

sa.Table(
    "kept_answers",
    TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body_digest", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.Integer, nullable=False, index=True),
)


_TIDY_EVERY_SECONDS = 60
_TIDY = "DELETE FROM kept_answers WHERE at <= ?"
_DROP_STALE = (
    f"DELETE FROM kept_answers WHERE name = ? AND (at <= ? OR (status = {_UNDER_WAY} AND at <= ?))"
)
_BEGIN = (
    "INSERT OR IGNORE INTO kept_answers (name, body_digest, status, media_type, content, at) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_FIND = "SELECT body_digest, status, media_type, content FROM kept_answers WHERE name = ?"
_END = "UPDATE kept_answers SET status = ?, media_type = ?, content = ? WHERE name = ?"
_FORGET = "DELETE FROM kept_answers WHERE name = ?"


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it was first given."""

    status: int
    media_type: str
    content: bytes


class Differs(Exception):
    """The key was used for another body."""


class UnderWay(Exception):
    """The first call with this key has not been answered yet."""


class RepeatedCalls:
    """The kept answers; safe to share between threads and between processes."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._tidied_at = 0

    def begin(self, caller: str, key: str, request: bytes, *, at: int) -> KeptAnswer | None:
        """The answer of an earlier call, or None: then this call is the first and must be ended.

        ``request`` is what must be the same: method, address and body. Raises ``Differs`` and ``UnderWay``.
        """
        name, digest = _name(caller, key), hashlib.sha256(request).hexdigest()
        self._tidy(at)
        with self._statements.together() as connection:
            connection.execute(_DROP_STALE, (name, at - KEPT_SECONDS, at - UNDER_WAY_SECONDS))
            begun = connection.execute(_BEGIN, (name, digest, _UNDER_WAY, "", b"", at))
            if begun.rowcount == 1:
                return None
            found = connection.execute(_FIND, (name,)).fetchone()
        body_digest, *answer = found
        if body_digest != digest:
            raise Differs
        kept = KeptAnswer(*answer)
        if kept.status == _UNDER_WAY:
            raise UnderWay
        return kept

    def end(self, caller: str, key: str, answer: KeptAnswer) -> None:
        """Keep the answer of a first call."""
        row = (answer.status, answer.media_type, answer.content, _name(caller, key))
        self._statements.write(_END, [row])

    def forget(self, caller: str, key: str) -> None:
        """A first call that failed leaves nothing: its repeat is a first call again."""
        self._statements.write(_FORGET, [(_name(caller, key),)])

    def _tidy(self, at: int) -> None:
        """Delete what is older than a day, once in a while."""
        if not 0 <= at - self._tidied_at < _TIDY_EVERY_SECONDS:
            self._tidied_at = at
            self._statements.write(_TIDY, [(at - KEPT_SECONDS,)])


def _name(caller: str, key: str) -> str:
    """Callers do not share keys, and what they chose for one is not kept in plain."""
    return hashlib.sha256(f"{caller}\n{key}".encode("utf-8", "replace")).hexdigest()
