"""A request that is sent again has one effect: its answer is kept for a day under its ``Idempotency-Key``.

A caller whose connection broke cannot know whether the call arrived, and some CRMs send the same call for
days. With a key of its own the same body gets the same answer, another body is refused, and a repeat that
comes while the first is still under way is told to wait. Failures on our side are not kept, nor is that somebody is to come again later.

Whom an answer speaks of is kept beside it, by names nobody can read: an answer about somebody who objects or is
erased is forgotten with the demand, found by its index, and a repeat of that call is a first call again. Each is kept
under a key of its own, so that to forget it is to delete 32 bytes, however long it is: without its key nobody can read it.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from features.vocabulary.identifiers import small
from serving.ledger.database import TABLES
from serving.ledger.durable import looked_up
from serving.ledger.exact_json import read_exactly
from serving.ledger.spoken_of import SPOKEN_OF, note
from serving.ledger.statements import Statements

RETENTION_SECONDS = 24 * 3_600
UNDER_WAY_SECONDS = 300
"""A first call that has not been answered by then was broken off, and its repeat takes its place."""
LONGEST_KEY = 200
_UNDER_WAY = 0
CONTENTS = "kept_contents"

sa.Table(
    "first_calls",
    TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body_digest", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("demands", sa.Integer, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.Integer, nullable=False, index=True),
)
sa.Table(
    CONTENTS,
    TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

_TIDY_EVERY_SECONDS = 60
_ONCE = bytes(12)
"""A key seals one answer, so that no two are ever sealed alike."""
_JSON = ("application/json", "application/problem+json")
# What an answer calls a person by: their number, and what a caller called a row or an event, which may be it.
_NAMED = re.compile(rb'"(?:customer_id|row_id|event_id)"\s*:\s*("(?:[^"\\]|\\.)*")')
_BEGIN = (
    "INSERT INTO first_calls (name, body_digest, status, demands, secret, at) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_FIND = (
    "SELECT body_digest, status, at, secret, media_type, content "
    "FROM first_calls LEFT JOIN kept_contents USING (name) WHERE name = ?"
)
_KEEP = "INSERT OR REPLACE INTO kept_contents (name, media_type, content) VALUES (?, ?, ?)"
_NO_FIRST_CALL = "NOT EXISTS (SELECT 1 FROM first_calls WHERE first_calls.name = {}.name)"


@dataclass(frozen=True)
class StoredAnswer:
    """An answer as it was first given."""

    status: int
    media_type: str
    content: bytes


class Differs(Exception):
    """The key was used for another body."""


class UnderWay(Exception):
    """The first call with this key has not been answered yet."""


class Demands(Protocol):
    """What people have demanded; ``privacy`` keeps it."""

    def name(self, customer_id: str) -> str:
        """A name for a text that only this workspace can give."""

    def number(self, connection: sqlite3.Connection) -> int:
        """Another number after every demand."""

    def concern(self, connection: sqlite3.Connection, customer_ids: Sequence[str]) -> bool:
        """Whether any of these customers objects, or is to be erased."""

    def erased_among(
        self, customer_ids: Sequence[str], *, ignore_case: bool = False
    ) -> frozenset[str]:
        """Which of these customers were erased at any time."""


class RepeatedCalls:
    """The kept answers; safe to share between threads and between processes."""

    def __init__(self, statements: Statements, demands: Demands) -> None:
        self._statements = statements
        self._demands = demands
        self._secret = demands.name("").encode()
        self._tidied_at = 0

    def begin(self, caller: str, key: str, request: bytes, *, at: int) -> StoredAnswer | None:
        """The answer of an earlier call, or None: then this call is the first and must be ended.

        Raises ``Differs`` and ``UnderWay``.
        """
        self._tidy(at)
        name, digest = self._name(caller, key), self._digest(request)
        with self._statements.together() as connection:
            found = connection.execute(_FIND, (name,)).fetchone()
            if found is None or _is_over(found[1], found[2], at) or _is_lost(found[1], found[5]):
                _drop(connection, "name = ?", name)
                number, secret = self._demands.number(connection), secrets.token_bytes(32)
                connection.execute(_BEGIN, (name, digest, _UNDER_WAY, number, secret, at))
                return None
        body_digest, status, _, secret, media_type, content = found
        if body_digest != digest:
            raise Differs
        if status == _UNDER_WAY:
            raise UnderWay
        return StoredAnswer(status, media_type, AESGCM(secret).decrypt(_ONCE, content, None))

    def end(self, caller: str, key: str, answer: StoredAnswer) -> None:
        """Keep the answer of a first call, unless it speaks of somebody who is not to be spoken of any more."""
        name, people = self._name(caller, key), spoken_of(answer)
        is_kept = people is not None and not self._demands.erased_among(people, ignore_case=True)
        with self._statements.together() as connection:
            begun = connection.execute(
                "SELECT demands, secret FROM first_calls WHERE name = ?", (name,)
            ).fetchone()
            if begun is None:
                return
            if not is_kept or self._is_overtaken(connection, begun[0], people or ()):
                _drop(connection, "name = ?", name)
                return
            connection.execute(
                "UPDATE first_calls SET status = ? WHERE name = ?", (answer.status, name)
            )
            content = AESGCM(begun[1]).encrypt(_ONCE, answer.content, None)
            connection.execute(_KEEP, (name, answer.media_type, content))
            note(connection, name, {person_of(self._demands, one) for one in people or ()})

    def forget(self, caller: str, key: str) -> None:
        """A first call that failed leaves nothing: its repeat is a first call again."""
        with self._statements.together() as connection:
            _drop(connection, "name = ?", self._name(caller, key))

    def _is_overtaken(
        self, connection: sqlite3.Connection, begun: int, people: Sequence[str]
    ) -> bool:
        """Whether somebody an answer speaks of made a demand while the call was under way."""
        is_new = begun != self._demands.number(connection)
        return is_new and self._demands.concern(connection, people)

    def _tidy(self, at: int) -> None:
        """Forget what is older than a day, once in a while."""
        if not 0 <= at - self._tidied_at < _TIDY_EVERY_SECONDS:
            self._tidied_at = at
            self._statements.write(
                "DELETE FROM first_calls WHERE at <= ?", [(at - RETENTION_SECONDS,)]
            )

    def _name(self, caller: str, key: str) -> str:
        """Callers do not share keys, and what they chose for one is not kept in plain."""
        return self._demands.name(f"{caller}\n{key}")

    def _digest(self, request: bytes) -> str:
        """Names a request; the same JSON is the same request, however it is spaced and ordered."""
        route, _, body = request.partition(b"\n")
        return hmac.digest(self._secret, route + b"\n" + _plain(body), "sha256").hex()


def person_of(demands: Demands, customer_id: str) -> str:
    """What stands for a customer beside the answers about them, whichever letters are capitals."""
    return demands.name(small(customer_id))


def forget_answers(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    """Forget answers; their content is cleared away later."""
    connection.execute(
        "DELETE FROM first_calls WHERE name IN (SELECT value FROM json_each(?))",
        (json.dumps(names),),
    )


def forgotten(path: Path) -> list[str]:
    """The names of forgotten answers whose content is still there."""
    found = looked_up(
        path, f"SELECT name FROM kept_contents WHERE {_NO_FIRST_CALL.format('kept_contents')}"
    )
    return [name for (name,) in found]


def drop_forgotten(connection: sqlite3.Connection, table: str, names: Sequence[str]) -> None:
    """Delete what a table has of answers, but of those whose call was made anew in between."""
    connection.execute(
        f"DELETE FROM {table} WHERE name IN (SELECT value FROM json_each(?)) "
        f"AND {_NO_FIRST_CALL.format(table)}",
        (json.dumps(list(names)),),
    )


def spoken_of(answer: StoredAnswer) -> list[str] | None:
    """Whom an answer speaks of; None of one that is no JSON, of which nobody knows."""
    if answer.media_type.partition(";")[0].strip() not in _JSON:
        return None
    return [str(orjson.loads(one)) for one in dict.fromkeys(_NAMED.findall(answer.content))]


def _plain(body: bytes) -> bytes:
    """JSON as it is written without blanks and in the order of its names; anything else as it is."""
    try:
        return _in_order(read_exactly(body))
    except (ValueError, TypeError, RecursionError):
        return body


def _in_order(said: Any) -> bytes:
    try:
        return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # The quick writer knows no numbers of twenty digits.
        return json.dumps(said, sort_keys=True).encode()


def _is_over(status: int, began: int, at: int) -> bool:
    """Whether a first call is too long ago to count."""
    return at - began >= (UNDER_WAY_SECONDS if status == _UNDER_WAY else RETENTION_SECONDS)


def _is_lost(status: int, content: bytes | None) -> bool:
    return status != _UNDER_WAY and content is None


def _drop(connection: sqlite3.Connection, which: str, *values: object) -> None:
    for table in ("kept_contents", *SPOKEN_OF, "first_calls"):
        connection.execute(f"DELETE FROM {table} WHERE {which}", values)
