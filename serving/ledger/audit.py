"""Who asked for people's data and when: one row a call, each sealed with the one before, so that no edit goes unseen.

A row is written before the call is answered, and names the key, the declared route and the call's correlation id.
About whom it was is told by names that nobody can read: whoever has a customer's number can ask for the calls about
them, and the record itself gives nobody away. Its seal is made by a key over the row and the seal before it. The last seal also stands in a file
beside the database, from which the record goes on: a tail that was cut off is missed for ever after.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from features.company.erased import BYTES_A_NAME, short_names
from serving.ledger.database import TABLES
from serving.ledger.seals import Anchor, Anchored, SealKey
from serving.ledger.statements import Statements

SESSION = "session"
"""Who asked where it was a signed-in browser."""
COMMAND_LINE = "command line"
"""Who asked where it was somebody at the machine itself."""
_ROWS_AT_ONCE = 10_000
_LEAST = -(2**63)

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
    # Eight bytes for each customer the call names; of older calls nobody knows.
    sa.Column("about", sa.LargeBinary, nullable=False, server_default=sa.text("x''")),
)
_COLUMNS = "number, at, caller, method, route, correlation_id, seal, about"


@dataclass(frozen=True)
class AuditRow:
    """One call: when, with which key, to which declared route, under which correlation id, and about whom.

    ``about`` holds eight bytes for each customer the call named.
    """

    number: int
    at: int
    caller: str
    method: str
    route: str
    correlation_id: str
    seal: str = ""
    about: bytes = b""

    @property
    def customers(self) -> int:
        """How many customers the call named."""
        return len(self.about) // BYTES_A_NAME

    def sealed(self, before: str, key: SealKey) -> str:
        """The seal of this row behind another."""
        said = "\n".join(
            (before, str(self.number), str(self.at), self.caller, self.method, self.route)
        )
        said = f"{said}\n{self.correlation_id}"
        # What was written before anybody was named keeps its seal.
        if self.about:
            said = f"{said}\n{self.about.hex()}"
        if self.number < key.first:
            return hashlib.sha256(said.encode()).hexdigest()
        return key.seal(said)


class Audit:
    """The calls so far; safe to share between threads and between processes."""

    def __init__(self, statements: Statements, head: Path) -> None:
        self._statements = statements
        self._anchor, self._base = Anchor(head), Anchor(head.with_suffix(".base"))
        seal = head.with_suffix(".seal")
        with self._anchor.held():
            if self._anchor.there is None:
                self._begin(is_lost=seal.exists())
            self._key = SealKey.of(seal, self._anchor.there)

    def _begin(self, *, is_lost: bool) -> None:
        """Say where a new record begins; behind a gap, where it was said before and the file is gone."""
        number = self._statements.rows("SELECT coalesce(max(number), 0) FROM audit")[0][0]
        self._anchor.move(Anchored(number + 1) if is_lost or number else Anchored())

    def note(
        self,
        *,
        at: int,
        caller: str,
        method: str,
        route: str,
        correlation_id: str,
        about: Collection[str] = (),
    ) -> None:
        """Write one call down, sealed behind the last one of any process; ``about`` are names nobody can read."""
        names = short_names(about).tobytes()
        with self._anchor.held():
            with self._statements.together() as connection:
                last, number = self._last(connection)
                row = AuditRow(number + 1, at, caller, method, route, correlation_id, about=names)
                seal = row.sealed(last.seal, self._key)
                connection.execute(
                    f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (row.number, at, caller, method, route, correlation_id, seal, names),
                )
            # Only what is written for good: a process that dies between leaves a row ahead of the anchor.
            self._anchor.move(Anchored(row.number, seal))

    def _last(self, connection: sqlite3.Connection) -> tuple[Anchored, int]:
        """The last row that is ours, and the last number that is taken."""
        anchored = self._anchor.there
        assert anchored is not None
        ahead = connection.execute(
            f"SELECT {_COLUMNS} FROM audit WHERE number > ? ORDER BY number", (anchored.number,)
        ).fetchall()
        last = anchored
        for row in map(_row, ahead):
            if row.number != last.number + 1 or row.seal != row.sealed(last.seal, self._key):
                break
            last = Anchored(row.number, row.seal)
        # What others have put there stays to be found.
        return last, max(last.number, ahead[-1][0] if ahead else 0)

    def rows(self, *, most: int, about: Collection[str] | None = None) -> list[AuditRow]:
        """The latest calls, the newest first; those ``about`` any of some names alone, where there are any."""
        if about is None:
            query = f"SELECT {_COLUMNS} FROM audit ORDER BY number DESC LIMIT ?"
            return [_row(row) for row in self._statements.rows(query, (most,))]
        named = short_names(about)
        any_of = " OR ".join(["instr(about, ?)"] * len(named)) or "0"
        found = self._statements.rows(
            f"SELECT {_COLUMNS} FROM audit WHERE {any_of} ORDER BY number DESC",
            [one.tobytes() for one in named],
        )
        # The end of one name and the beginning of the next may look like another.
        sure = (
            row
            for row in map(_row, found)
            if np.isin(np.frombuffer(row.about, np.int64), named).any()
        )
        return list(islice(sure, most))

    def verify(self, *, at_once: int = _ROWS_AT_ONCE) -> tuple[int, str]:
        """How many rows stand unbroken from the first on, and what is wrong with the next; empty when nothing is."""
        # Where the record ends is asked first: what comes meanwhile lies behind it.
        anchored = self._anchor.there
        assert anchored is not None
        base = self._base.there
        begin = Anchored() if base is None else base
        before, number = begin.seal, begin.number
        # Without a base no row may stand before the first; before a base is what was being let go of.
        for row in self._every(at_once, _LEAST if base is None else begin.number):
            if row.number != number + 1:
                return number - begin.number, f"row {number + 1} is missing"
            if row.seal != row.sealed(before, self._key):
                return number - begin.number, f"row {row.number} is not as it was written"
            before, number = row.seal, row.number
        is_cut = number < anchored.number
        return number - begin.number, f"rows behind row {number} are missing" if is_cut else ""

    def let_go(self, *, before: int, at_once: int = _ROWS_AT_ONCE) -> Iterator[int]:
        """Delete the rows from the first on that are older than an instant, some at a time; says how many each time.

        Where the record begins from then on stands in a file beside the database too, so that nobody who writes the
        database alone can move it. It is moved first: rows before it count no more.
        """
        query = f"SELECT {_COLUMNS} FROM audit ORDER BY number LIMIT ?"
        while True:
            with self._anchor.held():
                first = [_row(row) for row in self._statements.rows(query, (at_once,))]
                last, count = self._whole_and_old(first, before)
                if not count:
                    return
                self._base.move(last)
                gone = self._statements.write(
                    "DELETE FROM audit WHERE number <= ?", [(last.number,)]
                )
            yield gone

    def _whole_and_old(self, first: list[AuditRow], before: int) -> tuple[Anchored, int]:
        """The last of the first rows that may go, and how many these are: what is not as it was written stays."""
        base, ends = self._base.there, self._anchor.there
        last, count = Anchored() if base is None else base, 0
        for row in first:
            if base is None or row.number > base.number:
                is_next = row.number == last.number + 1 and row.seal == row.sealed(
                    last.seal, self._key
                )
                # The last row stays, for the next one is sealed behind it.
                if not is_next or row.at >= before or ends is None or row.number >= ends.number:
                    break
                last = Anchored(row.number, row.seal)
            count += 1
        return last, count

    def close(self) -> None:
        """Let go of the files beside the database."""
        self._anchor.close()
        self._base.close()

    def _every(self, at_once: int, after: int) -> Iterator[AuditRow]:
        query = f"SELECT {_COLUMNS} FROM audit WHERE number > ? ORDER BY number LIMIT ?"
        last = after
        while rows := self._statements.rows(query, (last, at_once)):
            yield from (_row(row) for row in rows)
            last = rows[-1][0]


def _row(row: tuple[Any, ...]) -> AuditRow:
    return AuditRow(*row)
