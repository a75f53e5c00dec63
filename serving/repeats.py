"""A request that is sent again has one effect: its answer is kept for a day under its ``Idempotency-Key``.

A caller whose connection broke cannot know whether the call arrived, and some CRMs send the same call for
days. With a key of its own the same body gets the same answer, another body is refused, and a repeat that
comes while the first is still under way is told to wait. Failures on our side are not kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from serving.database import TABLES

KEPT_SECONDS = 24 * 3_600
UNDER_WAY_SECONDS = 300
"""A first call that has not been answered by then was broken off, and its repeat takes its place."""
LONGEST_KEY = 200
_UNDER_WAY = 0

_ANSWERS = sa.Table(
    "kept_answers",
    TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("body_digest", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.Integer, nullable=False, index=True),
)


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


class Repeats:
    """The kept answers; safe to share between threads and between processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin(self, caller: str, key: str, request: bytes, *, at: int) -> KeptAnswer | None:
        """The answer of an earlier call, or None: then this call is the first and must be ended.

        ``request`` is what must be the same: method, address and body. Raises ``Differs`` and ``UnderWay``.
        """
        name, digest = _name(caller, key), hashlib.sha256(request).hexdigest()
        with self._engine.begin() as connection:
            connection.execute(
                sa.delete(_ANSWERS).where(
                    (_ANSWERS.c.at <= at - KEPT_SECONDS)
                    | (
                        (_ANSWERS.c.status == _UNDER_WAY)
                        & (_ANSWERS.c.at <= at - UNDER_WAY_SECONDS)
                    )
                )
            )
            begun = connection.execute(
                sa.insert(_ANSWERS)
                .prefix_with("OR IGNORE")
                .values(
                    name=name,
                    body_digest=digest,
                    status=_UNDER_WAY,
                    media_type="",
                    content=b"",
                    at=at,
                )
            )
            if begun.rowcount == 1:
                return None
            row = connection.execute(sa.select(_ANSWERS).where(_ANSWERS.c.name == name)).one()
        if row.body_digest != digest:
            raise Differs
        if row.status == _UNDER_WAY:
            raise UnderWay
        return KeptAnswer(row.status, row.media_type, row.content)

    def end(self, caller: str, key: str, answer: KeptAnswer) -> None:
        """Keep the answer of a first call."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(_ANSWERS)
                .where(_ANSWERS.c.name == _name(caller, key))
                .values(status=answer.status, media_type=answer.media_type, content=answer.content)
            )

    def forget(self, caller: str, key: str) -> None:
        """A first call that failed leaves nothing: its repeat is a first call again."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_ANSWERS).where(_ANSWERS.c.name == _name(caller, key)))


def _name(caller: str, key: str) -> str:
    """Callers do not share keys, and what they chose for one is not kept in plain."""
    return hashlib.sha256(f"{caller}\n{key}".encode("utf-8", "replace")).hexdigest()
