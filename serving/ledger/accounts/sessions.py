"""Tickets and sessions: by what a browser comes in, whose it is, and how long it stays.

Secrets are stored as SHA-256 digests of 256 random bits and never in plain. A session is of an account, of a key with the
scope ``pages``, or of whoever runs commands on the machine; what it may open follows from its role.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa

from serving.ledger.accounts.roles import KEY_HOLDER, OPERATOR
from serving.ledger.database import TABLES
from serving.ledger.keys import digest_of
from serving.ledger.statements import Statements

TICKET_SECONDS = 600
SESSION_SECONDS = 12 * 3_600
SEEN_EVERY_SECONDS = 300
"""A browser that goes on is written down no more often."""

sa.Table(
    "tickets",
    TABLES,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.account_id")),
    sa.Column("expires_at", sa.Integer, nullable=False),
)
sa.Table(
    "sessions",
    TABLES,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("session_id", sa.Text, nullable=False),
    sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.account_id"), index=True),
    sa.Column("key_id", sa.Text, sa.ForeignKey("keys.key_id")),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("browser", sa.Text, nullable=False),
    sa.Column("opened_at", sa.Integer, nullable=False),
    sa.Column("seen_at", sa.Integer, nullable=False),
    sa.Column("expires_at", sa.Integer, nullable=False),
)
_SELECT = (
    "SELECT session_id, coalesce(account_id, ''), coalesce(key_id, ''), coalesce(accounts.role, sessions.role), "
    "coalesce(display_name, ''), browser, opened_at, seen_at, expires_at "
    "FROM sessions LEFT JOIN accounts USING (account_id)"
)


@dataclass(frozen=True)
class Session:
    """One browser that is signed in.

    ``account_id`` is empty where no account did so, ``key_id`` where no key did; both are for whoever runs the service.
    ``browser`` is its kind in a few words. It ends with the second ``expires_at``.
    """

    session_id: str
    account_id: str
    key_id: str
    role: str
    display_name: str
    browser: str
    opened_at: int
    seen_at: int
    expires_at: int

    @property
    def actor(self) -> str:
        """Who is on record for what this browser asks: an account's id or a key's, empty for whoever runs the service."""
        return self.account_id or self.key_id


class Sessions:
    """The browsers that are signed in; safe to share between threads and between processes."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def create_ticket(self, account_id: str | None = None, *, at: int) -> str:
        """A word that opens the pages once, within ten minutes: for a link a command prints.

        It is for an account, or for whoever runs the service.
        """
        ticket = secrets.token_urlsafe(32)
        self._statements.write(
            "INSERT INTO tickets (digest, account_id, expires_at) VALUES (?, ?, ?)",
            [(digest_of(ticket), account_id, at + TICKET_SECONDS)],
        )
        return ticket

    def redeem_ticket(self, ticket: str, *, at: int, browser: str = "") -> str | None:
        """Exchange a ticket for a session; None when it was used, has expired or never was."""
        with self._statements.together() as connection:
            connection.execute("DELETE FROM tickets WHERE expires_at <= ?", (at,))
            used = connection.execute(
                "DELETE FROM tickets WHERE digest = ? RETURNING account_id", (digest_of(ticket),)
            ).fetchall()
        if not used:
            return None
        account_id = used[0][0]
        role = OPERATOR if account_id is None else ""
        return self.begin(account_id=account_id, role=role, at=at, browser=browser)

    def begin_with_key(self, key_id: str, *, at: int, browser: str = "") -> str:
        """Open a session of a key and return its token."""
        return self.begin(key_id=key_id, role=KEY_HOLDER, at=at, browser=browser)

    def begin(
        self,
        *,
        account_id: str | None = None,
        key_id: str | None = None,
        role: str = "",
        at: int,
        browser: str = "",
    ) -> str:
        """Open a session and return its token: the only time it can be seen. An account's own role counts before ``role``."""
        token = secrets.token_urlsafe(32)
        row = (digest_of(token), secrets.token_hex(6), account_id, key_id, role, browser)
        with self._statements.together() as connection:
            connection.execute("DELETE FROM sessions WHERE expires_at <= ?", (at,))
            connection.execute(
                "INSERT INTO sessions (digest, session_id, account_id, key_id, role, browser, opened_at, seen_at, "
                "expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, at, at, at + SESSION_SECONDS),
            )
        return token

    def find(self, token: str, *, at: int) -> Session | None:
        """The session of a browser's token; None for one that has ended or never was."""
        rows = self._statements.rows(
            f"{_SELECT} WHERE digest = ? AND expires_at > ? AND disabled_at IS NULL",
            (digest_of(token), at),
        )
        return Session(*rows[0]) if rows else None

    def see(self, session: Session, *, at: int) -> None:
        """Write down that a browser was here, once in a while; a full disk keeps nobody out."""
        if at - session.seen_at < SEEN_EVERY_SECONDS:
            return
        with suppress(sqlite3.OperationalError):
            self._statements.write(
                "UPDATE sessions SET seen_at = max(seen_at, ?) WHERE session_id = ?",
                [(at, session.session_id)],
            )

    def of_account(self, account_id: str, *, at: int) -> list[Session]:
        """The browsers an account is signed in with, the latest first."""
        rows = self._statements.rows(
            f"{_SELECT} WHERE account_id = ? AND expires_at > ? ORDER BY opened_at DESC, session_id",
            (account_id, at),
        )
        return [Session(*row) for row in rows]

    def end(self, token: str) -> None:
        """End the session of a browser."""
        self._statements.write("DELETE FROM sessions WHERE digest = ?", [(digest_of(token),)])

    def end_of_account(self, account_id: str, session_ids: Sequence[str]) -> int:
        """End some sessions of an account, and nobody else's; says how many there were."""
        return self._statements.write(
            "DELETE FROM sessions WHERE account_id = ? AND session_id = ?",
            [(account_id, one) for one in session_ids],
        )
