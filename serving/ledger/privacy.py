"""What people may demand: to be left out of profiling for marketing, and to be forgotten.

Both count from the moment they are acknowledged, in every process and every answer. An objection and an
erasure are on the disk before that: a crash or a power cut takes neither back.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from features.company.erased_names import ErasedNames
from features.vocabulary.identifiers import small
from serving.ledger.clearing import (
    TO_BE_ERASED,
    clear,
    clear_erasure,
    tables_of_people,
)
from serving.ledger.database import TABLES
from serving.ledger.durable import durably, looked_up, wipe
from serving.ledger.idempotency import forget_answers, person_of
from serving.ledger.job_files import JobFiles
from serving.ledger.spoken_of import speaking_of
from serving.ledger.statements import Statements

PENDING, DONE = "pending", "done"
DEMANDS = ("objections", "erasures", TO_BE_ERASED)

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
    # Empty until this database holds nothing of its customers any more.
    sa.Column("cleared", sa.Text, nullable=False, server_default=""),
)
# The numbers of erased customers, kept only until no generation of the workspace holds them any more.
sa.Table(
    TO_BE_ERASED,
    TABLES,
    sa.Column("erasure_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True, index=True),
)
# One row, whose number is another after every demand.
sa.Table(
    "demands",
    TABLES,
    sa.Column("one", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
# Whoever works on a call may write of somebody who was erased meanwhile.
_WRITTEN_NOWHERE = (
    "CREATE TRIGGER IF NOT EXISTS {table}_of_nobody_erased BEFORE INSERT ON {table} "
    f"WHEN EXISTS (SELECT 1 FROM {TO_BE_ERASED} WHERE customer_id = NEW.customer_id) "
    "BEGIN SELECT RAISE(IGNORE); END"
)
_COUNT = (
    "INSERT INTO demands (one, number) VALUES (1, 1) "
    "ON CONFLICT (one) DO UPDATE SET number = number + 1"
)
_CONCERN = (
    "SELECT 1 FROM json_each(?) WHERE value IN (SELECT customer_id FROM objections) "
    f"OR value IN (SELECT customer_id FROM {TO_BE_ERASED}) LIMIT 1"
)

_THESE = "(SELECT value FROM json_each(?))"


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


NONE_WITHHELD = Withheld()

AllIds = Callable[[Iterable[str]], Sequence[str]]
"""Customers by all of their ids, the given ones among them."""


class Privacy:
    """Objections and erasures of a workspace; safe to share between threads and between processes."""

    def __init__(
        self, path: Path, statements: Statements, names: ErasedNames, job_files: JobFiles
    ) -> None:
        self._path = path
        self._statements = statements
        self._names = names
        self._job_files = job_files
        self._rest: Callable[[float], None] = time.sleep
        self._seen: tuple[int, int, Withheld] | None = None
        for table in tables_of_people():
            statements.rows(_WRITTEN_NOWHERE.format(table=table))
        self._name_again()

    @property
    def withheld(self) -> Withheld:
        """Who is withheld now."""
        version = self._statements.version()
        seen = self._seen
        if seen is None or seen[0] != version:
            # Others write all the time; who is withheld is read again after a demand alone.
            number = self.latest_demand()
            is_old = seen is not None and seen[1] == number
            self._seen = seen = version, number, seen[2] if seen and is_old else self._read()
        return seen[2]

    def name(self, text: str) -> str:
        """A name for a text, such as a customer's number, that only this workspace can give."""
        return self._names.name(text)

    def number(self, connection: sqlite3.Connection) -> int:
        """Another number after every demand."""
        found = connection.execute("SELECT number FROM demands").fetchone()
        return 0 if found is None else int(found[0])

    def latest_demand(self) -> int:
        """The same, for whoever made something before and asks whether it may stay."""
        found = self._statements.rows("SELECT number FROM demands")
        return int(found[0][0]) if found else 0

    def concern(self, connection: sqlite3.Connection, customer_ids: Sequence[str]) -> bool:
        """Whether any of these customers objects, or is to be erased."""
        return bool(connection.execute(_CONCERN, (json.dumps(list(customer_ids)),)).fetchall())

    def erased_among(
        self, customer_ids: Collection[str], *, ignore_case: bool = False
    ) -> frozenset[str]:
        """Which of these customers were erased at any time."""
        return self._names.among(customer_ids, ignore_case=ignore_case)

    def decide(
        self,
        decisions: Sequence[tuple[str, bool]],
        *,
        at: int,
        ignore_case: bool = False,
        all_ids: AllIds = tuple,
    ) -> list[bool]:
        """Keep objections (True) and their withdrawals (False); says of each whether it changes anything.

        Either counts for all ids of the customer. What was answered about them before is forgotten. Of somebody
        who was erased nothing is kept, and the answer is that of somebody who never was.
        """
        erased = self.erased_among({one for one, _ in decisions}, ignore_case=ignore_case)
        ids = {one: list(all_ids([one])) for one, _ in decisions if one not in erased}
        with durably(self._path) as connection:
            found = connection.execute(
                f"SELECT customer_id FROM objections WHERE customer_id IN {_THESE}",
                (json.dumps([one for some in ids.values() for one in some]),),
            )
            before = {one for (one,) in found}
            objected, changed = set(before), list[bool]()
            for customer_id, objects in decisions:
                of_person = set(ids.get(customer_id, ()))
                is_new = bool(of_person - objected if objects else of_person & objected)
                changed.append(objects if customer_id in erased else is_new)
                objected = objected | of_person if objects else objected - of_person
            withdrawn = json.dumps(sorted(before - objected))
            connection.execute(
                f"DELETE FROM objections WHERE customer_id IN {_THESE}", (withdrawn,)
            )
            connection.execute(
                "INSERT OR IGNORE INTO objections (customer_id, objected_at) "
                "SELECT value, ? FROM json_each(?)",
                (at, json.dumps(sorted(objected - before))),
            )
            moved = [one for one, is_new in zip(decisions, changed, strict=True) if is_new]
            people = {person_of(self, two) for one, _ in moved for two in ids.get(one, ())}
            connection.execute(_COUNT)
            answers = speaking_of(connection, people) if people else []
            forget_answers(connection, answers)
        if answers:
            wipe(self._path)
        return changed

    def count_for_all_ids(self, all_ids: AllIds) -> None:
        """Let whoever objected or is being erased be known by all ids the company has come to know them by."""
        withheld = self.withheld
        if set(all_ids(withheld.objected)) <= withheld.objected and set(
            all_ids(withheld.erased)
        ) <= withheld.erased:  # fmt: skip
            return
        self._count_also(lambda one: all_ids([one]))

    def count_in_small(self) -> None:
        """Let whoever objected or is being erased be known by their number in small letters as well.

        What was demanded before a company came to ignore case stays demanded.
        """
        withheld = self.withheld
        if any(small(one) != one for one in withheld.objected | withheld.erased):
            self._count_also(lambda one: [small(one)])

    def erase(
        self,
        customer_ids: Sequence[str],
        *,
        at: int,
        ignore_case: bool = False,
        all_ids: AllIds = tuple,
    ) -> Erasure:
        """Forget customers, by all of their ids: at once in this database, and with the next `regulars forget` everywhere.

        They are named among the erased before anything is deleted, so that no crash brings them back. Once the
        demand is on the disk they are withheld, and whatever is cleared away after that may also be so later.
        """
        asked = len(customer_ids)
        ids = list(all_ids(customer_ids))
        erasure = Erasure(secrets.token_hex(16), PENDING, asked, at, None)
        self._names.add(ids, ignore_case=ignore_case)
        named = self._in_every_case(ids) if ignore_case else ids
        with durably(self._path) as connection:
            connection.execute(
                "INSERT INTO erasures (erasure_id, status, customers, requested_at, cleared) "
                "VALUES (?, ?, ?, ?, '')",
                (erasure.erasure_id, PENDING, asked, at),
            )
            # One statement, for between any two of them a busy thread keeps this one waiting, and so all who write.
            connection.execute(
                f"INSERT OR IGNORE INTO {TO_BE_ERASED} (erasure_id, customer_id) "
                "SELECT ?, value FROM json_each(?)",
                (erasure.erasure_id, json.dumps(named)),
            )
            connection.execute(_COUNT)
        clear_erasure(self._path, self._job_files, self, erasure.erasure_id, rest=self._rest)
        return erasure

    def clear(self) -> None:
        """Delete what is left here of the erased and of forgotten answers; what a kill broke off is gone on with."""
        clear(self._path, self._job_files, self, rest=self._rest)

    def erasure(self, erasure_id: str) -> Erasure | None:
        """One demand; None for an unknown one."""
        found = self._statements.rows(
            "SELECT erasure_id, status, customers, requested_at, done_at FROM erasures "
            "WHERE erasure_id = ?",
            (erasure_id,),
        )
        return Erasure(*found[0]) if found else None

    def pending(self) -> int:
        """How many erasures are not done."""
        query = "SELECT count(*) FROM erasures WHERE status = ?"
        return int(self._statements.rows(query, (PENDING,))[0][0])

    def finish(self, still_there: frozenset[str], *, at: int) -> list[str]:
        """Note as done every erasure of whose customers none is left anywhere; says which."""
        waiting = self._statements.rows(
            "SELECT erasure_id FROM erasures WHERE status = ? AND cleared != '' ORDER BY rowid",
            (PENDING,),
        )
        if not waiting:
            return []
        named = self._statements.rows(f"SELECT erasure_id, customer_id FROM {TO_BE_ERASED}")
        held = {erasure_id for erasure_id, customer in named if customer in still_there}
        done = [erasure_id for (erasure_id,) in waiting if erasure_id not in held]
        if done:
            with durably(self._path) as connection:
                these = f"WHERE erasure_id IN {_THESE}"
                connection.execute(
                    f"UPDATE erasures SET status = ?, done_at = ? {these}",
                    (DONE, at, json.dumps(done)),
                )
                connection.execute(f"DELETE FROM {TO_BE_ERASED} {these}", (json.dumps(done),))
                connection.execute(_COUNT)
            wipe(self._path)
        return done

    def _count_also(self, further: Callable[[str], Iterable[str]]) -> None:
        """Copy every demand of a customer for further ids of theirs."""
        with durably(self._path) as connection:
            objected = _copy(connection, "objections", further)
            _copy(connection, TO_BE_ERASED, further)
            connection.execute("UPDATE erasures SET cleared = '' WHERE status = ?", (PENDING,))
            connection.execute(_COUNT)
            people = [person_of(self, one) for one in objected]
            forget_answers(connection, speaking_of(connection, people))
        self.clear()

    def _name_again(self) -> None:
        """Name whoever is to be erased among the erased, also where the file of their names was lost."""
        withheld = self.withheld
        if missing := withheld.erased - self.erased_among(withheld.erased):
            self._names.add(sorted(missing))

    def _in_every_case(self, customer_ids: Sequence[str]) -> list[str]:
        """Customers by every spelling this database has of them, from before a company came to ignore case."""
        wanted, found = {small(one) for one in customer_ids}, set(customer_ids)
        for table in tables_of_people():
            spelled = looked_up(self._path, f"SELECT DISTINCT customer_id FROM {table}")
            found |= {one for (one,) in spelled if one and small(one) in wanted}
        return sorted(found)

    def _read(self) -> Withheld:
        objected = self._statements.rows("SELECT customer_id FROM objections")
        erased = self._statements.rows(f"SELECT DISTINCT customer_id FROM {TO_BE_ERASED}")
        return Withheld(frozenset(one for (one,) in objected), frozenset(one for (one,) in erased))


def _copy(
    connection: sqlite3.Connection, table: str, further: Callable[[str], Iterable[str]]
) -> list[str]:
    """Copy the rows of a table for further ids of their customers; says which ids these are."""
    found = connection.execute(f"SELECT * FROM {table}")
    place = [column[0] for column in found.description].index("customer_id")
    copies = [
        (*row[:place], one, *row[place + 1 :])
        for row in found.fetchall()
        for one in further(row[place])
        if one != row[place]
    ]
    holes = ", ".join("?" * len(found.description))
    connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({holes})", copies)
    return [row[place] for row in copies]
