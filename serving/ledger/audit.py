"""Who asked for people's data and when: one row a call, each sealed with the one before, so that no edit goes unseen.

A row is written before the call is answered, and names the key, the declared route and the call's correlation id,
never a customer. Its seal is a hash over the row and the seal before it; the last seal also stands in a file beside
the database, so that a tail that was cut off is missed as well.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from serving.ledger.database import TABLES
from serving.ledger.statements import Statements

SESSION = "session"
"""Who asked where it was a signed-in browser."""
_FIRST = "0" * 64
_ROWS_AT_ONCE = 10_000

sa.Table(
    "audit",
    TABLES,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.Integer, nullable=False),
    sa.Column("caller", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("correlation_id", sa.Text, nullable=False),
    sa.Column("seal", sa.Text, nullable=False),
)
_COLUMNS = "number, at, caller, method, route, correlation_id, seal"


@dataclass(frozen=True)
class AuditRow:
    """One call: when, with which key, to which declared route, under which correlation id."""

    number: int
    at: int
    caller: str
    method: str
    route: str
    correlation_id: str
    seal: str = ""

    def sealed(self, before: str) -> str:
        """The seal of this row behind another."""
        said = "\n".join(
            (before, str(self.number), str(self.at), self.caller, self.method, self.route)
        )
        return hashlib.sha256(f"{said}\n{self.correlation_id}".encode()).hexdigest()


class Audit:
    """The calls so far; safe to share between threads and between processes."""

    def __init__(self, statements: Statements, head: Path) -> None:
        self._statements = statements
        self._head = os.fdopen(os.open(head, os.O_CREAT | os.O_RDWR, 0o600), "r+b")

    def note(self, *, at: int, caller: str, method: str, route: str, correlation_id: str) -> None:
        """Write one call down, sealed behind the last one of any process."""
        with self._statements.together() as connection:
            last = connection.execute(
                "SELECT number, seal FROM audit ORDER BY number DESC LIMIT 1"
            ).fetchone()
            number, before = (0, _FIRST) if last is None else last
            row = AuditRow(number + 1, at, caller, method, route, correlation_id)
            seal = row.sealed(before)
            connection.execute(
                f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row.number, at, caller, method, route, correlation_id, seal),
            )
            os.pwrite(self._head.fileno(), f"{row.number:020d} {seal}\n".encode(), 0)

    def rows(self, *, most: int) -> list[AuditRow]:
        """The latest calls, the newest first."""
        query = f"SELECT {_COLUMNS} FROM audit ORDER BY number DESC LIMIT ?"
        return [AuditRow(*row) for row in self._statements.rows(query, (most,))]

    def verify(self, *, at_once: int = _ROWS_AT_ONCE) -> tuple[int, str]:
        """How many rows stand unbroken from the first on, and what is wrong with the next; empty when nothing is."""
        before, number = _FIRST, 0
        for row in self._every(at_once):
            if row.number != number + 1:
                return number, f"row {number + 1} is missing"
            if row.seal != row.sealed(before):
                return number, f"row {row.number} is not as it was written"
            before, number = row.seal, row.number
        anchored = os.pread(self._head.fileno(), 128, 0).decode("ascii", "replace").split()
        expected = [f"{number:020d}", before] if number else []
        if anchored != expected:
            return number, f"rows behind row {number} are missing"
        return number, ""

    def close(self) -> None:
        """Let go of the file beside the database."""
        self._head.close()

    def _every(self, at_once: int) -> Iterator[AuditRow]:
        query = f"SELECT {_COLUMNS} FROM audit WHERE number > ? ORDER BY number LIMIT ?"
        last = -1
        while rows := self._statements.rows(query, (last, at_once)):
            yield from (_row(row) for row in rows)
            last = rows[-1][0]


def _row(row: tuple[Any, ...]) -> AuditRow:
    return AuditRow(*row)
