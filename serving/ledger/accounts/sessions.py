"""Tickets and sessions: by what a browser comes in, and how long it stays.

Secrets are stored as SHA-256 digests of 256 random bits and never in plain.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from serving.ledger.database import TABLES
from serving.ledger.keys import digest_of

TICKET_SECONDS = 600
SESSION_SECONDS = 12 * 3_600

TICKETS = sa.Table(
    "tickets",
    TABLES,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("expires_at", sa.Integer, nullable=False),
)
SESSIONS = sa.Table(
    "sessions",
    TABLES,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("key_id", sa.Text, sa.ForeignKey("keys.key_id")),
    sa.Column("expires_at", sa.Integer, nullable=False),
)


class Sessions:
    """The browsers that are signed in; safe to share between threads and between processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def create_ticket(self, *, at: int) -> str:
        """A word that opens the pages once, within ten minutes: for a link a command prints."""
        ticket = secrets.token_urlsafe(32)
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(TICKETS).values(digest=digest_of(ticket), expires_at=at + TICKET_SECONDS)
            )
        return ticket

    def redeem_ticket(self, ticket: str, *, at: int) -> str | None:
        """Exchange a ticket for a session; None when it was used, has expired or never was."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(TICKETS).where(TICKETS.c.expires_at <= at))
            used = connection.execute(
                sa.delete(TICKETS).where(TICKETS.c.digest == digest_of(ticket))
            )
        return self.begin(None, at=at) if used.rowcount == 1 else None

    def begin(self, key_id: str | None, *, at: int) -> str:
        """Open a session and return its token: the only time it can be seen."""
        token = secrets.token_urlsafe(32)
        with self._engine.begin() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires_at <= at))
            connection.execute(
                sa.insert(SESSIONS).values(
                    digest=digest_of(token), key_id=key_id, expires_at=at + SESSION_SECONDS
                )
            )
        return token

    def is_open(self, token: str, *, at: int) -> bool:
        """Whether a browser's token belongs to a session that has not ended."""
        query = sa.select(SESSIONS.c.expires_at).where(SESSIONS.c.digest == digest_of(token))
        with self._engine.connect() as connection:
            expires_at = connection.execute(query).scalar()
        return expires_at is not None and int(expires_at) > at

    def end(self, token: str) -> None:
        """End a session."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.digest == digest_of(token)))
