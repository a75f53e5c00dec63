"""What people may demand: to be left out of profiling for marketing, and to be forgotten.

Both count from the moment they are acknowledged, in every process and every answer. An objection and an
erasure are on the disk before that: a crash or a power cut takes neither back.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from features.company.erased import Tombstones
from features.vocabulary.identifiers import small
from serving.ledger.database import TABLES
from serving.ledger.statements import Statements

PENDING, DONE = "pending", "done"

sa.Table(
    "objections",
    TABLES,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("objected_at", sa.Integer, nullable=False),
)
sa.Table(
    "erasures",
    TABLES,
    sa.Column("erasure_id", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("customers", sa.Integer, nullable=False),
    sa.Column("requested_at", sa.Integer, nullable=False),
    sa.Column("done_at", sa.Integer),
)
# The numbers of erased customers, kept only until no generation of the workspace holds them any more.
sa.Table(
    "to_be_erased",
    TABLES,
    sa.Column("erasure_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True),
)
_FORGET = (
    "DELETE FROM decisions WHERE customer_id = ?",
    "DELETE FROM offer_decisions WHERE customer_id = ?",
    "DELETE FROM events WHERE customer_id = ?",
    "DELETE FROM objections WHERE customer_id = ?",
    # What was answered to somebody who asked about them; a repeat of that call is a first call again.
    "DELETE FROM kept_answers WHERE instr(content, CAST(? AS BLOB)) > 0",
)


@dataclass(frozen=True)
class Erasure:
    """One demand to be forgotten: how many customers it names, and whether all of it is done."""

    erasure_id: str
    status: str
    customers: int
    requested_at: int
    done_at: int | None


@dataclass(frozen=True)
class Withheld:
    """Who is not to be answered about: ``objected`` declined to be scored, ``erased`` are not known at all."""

    objected: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.objected or self.erased)


NOBODY_WITHHELD = Withheld()

AllIds = Callable[[Iterable[str]], Sequence[str]]
"""Customers by all of their ids, the given ones among them."""


class Privacy:
    """Objections and erasures of a workspace; safe to share between threads and between processes."""

    def __init__(self, path: Path, statements: Statements, tombstones: Path) -> None:
        self._path = path
        self._statements = statements
        self._tombstones = tombstones
        self._seen: tuple[int, Withheld] | None = None
        self._writing = threading.Lock()

    @property
    def withheld(self) -> Withheld:
        """Who is withheld now."""
        version = self._statements.version()
        seen = self._seen
        if seen is None or seen[0] != version:
            self._seen = seen = version, self._read()
        return seen[1]

    def erased_among(
        self, customer_ids: Collection[str], *, ignore_case: bool = False
    ) -> frozenset[str]:
        """Which of these customers were erased at any time; the list of the erased is read once for all."""
        if not customer_ids or not self._tombstones.exists():
            return frozenset()
        tombstones = Tombstones.read(self._tombstones)
        return frozenset(
            one for one in customer_ids if tombstones.hold(one, ignore_case=ignore_case)
        )

    def decide(
        self, decisions: Sequence[tuple[str, bool]], *, at: int, all_ids: AllIds = tuple
    ) -> list[bool]:
        """Keep objections (True) and their withdrawals (False); says of each whether it changes anything.

        Either counts for all ids of the customer.
        """
        changed = []
        with self._durably() as connection:
            for customer_id, objects in decisions:
                every = (_objection(one, objects, at) for one in all_ids([customer_id]))
                rows = [connection.execute(*one).rowcount for one in every]
                changed.append(1 in rows)
        return changed

    def count_for_all_ids(self, all_ids: AllIds) -> None:
        """Let whoever objected or is being erased be known by all ids the company has come to know them by."""
        withheld = self.withheld
        if set(all_ids(withheld.objected)) <= withheld.objected and set(
            all_ids(withheld.erased)
        ) <= withheld.erased:  # fmt: skip
            return
        with self._durably() as connection:
            for table in ("objections", "to_be_erased"):
                _copy_for_all_ids(connection, table, all_ids)

    def count_in_small(self) -> None:
        """Let whoever objected or is being erased be known by their number in small letters as well.

        What was demanded before a company came to ignore case stays demanded.
        """
        with self._durably() as connection:
            for table in ("objections", "to_be_erased"):
                _copy_in_small(connection, table)

    def erase(
        self,
        customer_ids: Sequence[str],
        *,
        at: int,
        ignore_case: bool = False,
        all_ids: AllIds = tuple,
    ) -> Erasure:
        """Forget customers, by all of their ids: at once in this database, and with the next `regulars forget` everywhere.

        They are named among the erased before anything is deleted, so that no crash brings them back.
        """
        asked = len(customer_ids)
        customer_ids = list(all_ids(customer_ids))
        erasure = Erasure(secrets.token_hex(16), PENDING, asked, at, None)
        with self._writing:
            known = Tombstones.read(self._tombstones)
            known = known.with_customers(customer_ids, ignore_case=ignore_case)
            known.write(self._tombstones)
        with self._durably() as connection:
            connection.execute(
                "INSERT INTO erasures (erasure_id, status, customers, requested_at) VALUES (?, ?, ?, ?)",
                (erasure.erasure_id, PENDING, asked, at),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO to_be_erased (erasure_id, customer_id) VALUES (?, ?)",
                [(erasure.erasure_id, one) for one in customer_ids],
            )
            forgotten = _in_every_case(connection, customer_ids) if ignore_case else customer_ids
            for statement in _FORGET:
                connection.executemany(statement, [(one,) for one in forgotten])
        self._wipe()
        return erasure

    def erasure(self, erasure_id: str) -> Erasure | None:
        """One demand; None for an unknown one."""
        found = self._statements.rows(
            "SELECT erasure_id, status, customers, requested_at, done_at FROM erasures "
            "WHERE erasure_id = ?",
            (erasure_id,),
        )
        return Erasure(*found[0]) if found else None

    def finish(self, still_there: frozenset[str], *, at: int) -> list[str]:
        """Note as done every erasure of whose customers none is left anywhere; says which."""
        pending = self._statements.rows(
            "SELECT erasure_id FROM erasures WHERE status = ?", (PENDING,)
        )
        done = [
            erasure_id
            for (erasure_id,) in pending
            if not still_there & {customer for (customer,) in self._named(erasure_id)}
        ]
        if done:
            with self._durably() as connection:
                for erasure_id in done:
                    connection.execute(
                        "UPDATE erasures SET status = ?, done_at = ? WHERE erasure_id = ?",
                        (DONE, at, erasure_id),
                    )
                    connection.execute(
                        "DELETE FROM to_be_erased WHERE erasure_id = ?", (erasure_id,)
                    )
            self._wipe()
        return done

    def _named(self, erasure_id: str) -> list[tuple[str, ...]]:
        return self._statements.rows(
            "SELECT customer_id FROM to_be_erased WHERE erasure_id = ?", (erasure_id,)
        )

    def _read(self) -> Withheld:
        objected = self._statements.rows("SELECT customer_id FROM objections")
        erased = self._statements.rows("SELECT DISTINCT customer_id FROM to_be_erased")
        return Withheld(frozenset(one for (one,) in objected), frozenset(one for (one,) in erased))

    def _durably(self) -> _Durable:
        return _Durable(self._path)

    def _wipe(self) -> None:
        """Leave nothing of what was deleted in the log beside the database."""
        with _Durable(self._path, is_writing=False) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _objection(customer_id: str, objects: bool, at: int) -> tuple[str, tuple[object, ...]]:
    if not objects:
        return "DELETE FROM objections WHERE customer_id = ?", (customer_id,)
    insert = "INSERT OR IGNORE INTO objections (customer_id, objected_at) VALUES (?, ?)"
    return insert, (customer_id, at)


def _copy_in_small(connection: sqlite3.Connection, table: str) -> None:
    found = connection.execute(f"SELECT * FROM {table}")
    place = [column[0] for column in found.description].index("customer_id")
    copies = [
        (*row[:place], small(row[place]), *row[place + 1 :])
        for row in found.fetchall()
        if small(row[place]) != row[place]
    ]
    if copies:
        holes = ", ".join("?" * len(copies[0]))
        connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({holes})", copies)


def _copy_for_all_ids(connection: sqlite3.Connection, table: str, all_ids: AllIds) -> None:
    found = connection.execute(f"SELECT * FROM {table}")
    place = [column[0] for column in found.description].index("customer_id")
    copies = [
        (*row[:place], one, *row[place + 1 :])
        for row in found.fetchall()
        for one in all_ids([row[place]])
    ]
    holes = ", ".join("?" * len(found.description))
    connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({holes})", copies)


def _in_every_case(connection: sqlite3.Connection, customer_ids: Sequence[str]) -> list[str]:
    """Customers by every spelling this database has of them, from before a company came to ignore case."""
    wanted, found = {small(one) for one in customer_ids}, set(customer_ids)
    for table in ("decisions", "offer_decisions", "events", "objections"):
        named = connection.execute(f"SELECT DISTINCT customer_id FROM {table}")
        found |= {one for (one,) in named if one and small(one) in wanted}
    return sorted(found)


class _Durable:
    """One transaction that is on the disk when it ends, on a connection of its own.

    Being another connection it also tells every other one, of every process, that something changed.
    """

    def __init__(self, path: Path, *, is_writing: bool = True) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._is_writing = is_writing
        for pragma in ("busy_timeout=10000", "synchronous=FULL", "secure_delete=ON"):
            self._connection.execute(f"PRAGMA {pragma}")

    def __enter__(self) -> sqlite3.Connection:
        if self._is_writing:
            self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if self._is_writing:
                self._connection.execute("COMMIT" if kind is None else "ROLLBACK")
        finally:
            self._connection.close()
