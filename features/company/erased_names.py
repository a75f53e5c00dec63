"""The file of the names of erased customers: a small SQLite database that many processes may open at once.

What was added is on the disk before ``add`` returns. The secret is made once, by whoever opens the file first, and
what an older version kept as JSON is taken over by whoever finds it.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from filelock import FileLock

from features.company.erased import Tombstones
from features.company.transactions import together
from features.vocabulary.errors import WorkspaceRefused
from features.vocabulary.identifiers import small

OLDER = "erased.json"
"""What the file was called before it was a database."""
_EXACTLY, _IN_SMALL, _IN_ANY_CASE = "exactly", "in small", "in any case"
_WAIT_SECONDS = 30
_AT_ONCE = 500
_TABLES = (
    "CREATE TABLE IF NOT EXISTS secret (one INTEGER PRIMARY KEY CHECK (one = 1), salt TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS erased (name TEXT NOT NULL, counts TEXT NOT NULL, "
    "PRIMARY KEY (name, counts)) WITHOUT ROWID",
)


class ErasedNames:
    """The open file; safe to share between threads and between processes.

    Raises ``WorkspaceRefused`` for a file that SQLite cannot use: who was erased must not come back unseen.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._nobody_at: int | None = None
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            # To change a new file's journal two processes would not wait for one another.
            with FileLock(path.with_name(f".{path.name}.lock"), mode=0o600):
                self._connection, self.salt = _opened(path)
        except sqlite3.OperationalError:
            raise WorkspaceRefused(
                expected="room on the disk beside the names of erased customers",
                found="none, or no right to write there",
                remedy="Free some, then run this again. Nothing was lost.",
            ) from None
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError):
            raise WorkspaceRefused(
                expected=f"{path.name} to hold the names of erased customers",
                found="a file that cannot be read",
                remedy="Restore it from a backup: without it erased customers would come back.",
            ) from None
        self._nobody = Tombstones(self.salt)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def name(self, customer_id: str) -> str:
        """The name a customer would have among the erased."""
        return self._nobody.name(customer_id)

    def add(self, customer_ids: Iterable[str], *, ignore_case: bool = False) -> None:
        """Name customers among the erased: on the disk, in every process, when this returns."""
        named = self._nobody.with_customers(customer_ids, ignore_case=ignore_case)
        with self._lock, together(self._connection):
            _keep(self._connection, named)
            # What this connection writes is no news to it.
            self._nobody_at = None

    def among(self, customer_ids: Collection[str], *, ignore_case: bool = False) -> frozenset[str]:
        """Which of these customers were erased at any time."""
        if not customer_ids or self.are_none():
            return frozenset()
        exactly = {self.name(one): one for one in customer_ids}
        in_small: dict[str, list[str]] = {}
        for one in customer_ids:
            in_small.setdefault(self.name(small(one)), []).append(one)
        found = {exactly[name] for name in self._held(exactly, [_EXACTLY])}
        counts = [_IN_ANY_CASE, _IN_SMALL] if ignore_case else [_IN_ANY_CASE]
        for name in self._held(in_small, counts):
            found |= set(in_small[name])
        return frozenset(found)

    def are_none(self) -> bool:
        """Whether nobody was erased; looked up again only after somebody else has written."""
        with self._lock:
            version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            if self._nobody_at == version:
                return True
            is_empty = not self._connection.execute("SELECT 1 FROM erased LIMIT 1").fetchall()
            self._nobody_at = version if is_empty else None
            return is_empty

    def tombstones(self) -> Tombstones:
        """All of the names as they are now."""
        with self._lock:
            rows = self._connection.execute("SELECT counts, name FROM erased").fetchall()
        found: dict[str, set[str]] = {_EXACTLY: set(), _IN_SMALL: set(), _IN_ANY_CASE: set()}
        for counts, name in rows:
            found[counts].add(name)
        return Tombstones(self.salt, *(frozenset(some) for some in found.values()))

    def _held(self, names: Iterable[str], counts: Sequence[str]) -> Iterator[str]:
        every = list(names)
        kinds = ", ".join("?" * len(counts))
        for first in range(0, len(every), _AT_ONCE):
            some = every[first : first + _AT_ONCE]
            holes = ", ".join("?" * len(some))
            query = f"SELECT name FROM erased WHERE name IN ({holes}) AND counts IN ({kinds})"
            with self._lock:
                rows = self._connection.execute(query, (*some, *counts)).fetchall()
            yield from (name for (name,) in rows)


def read_tombstones(path: Path) -> Tombstones:
    """The names in a workspace's file; nobody's where there is none, which makes none either."""
    if not path.exists() and not path.with_name(OLDER).exists():
        return Tombstones(secrets.token_hex(32))
    with closing(ErasedNames(path)) as names:
        return names.tombstones()


def _opened(path: Path) -> tuple[sqlite3.Connection, str]:
    """The database with its secret, readable by its owner alone."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in (
            f"busy_timeout={_WAIT_SECONDS * 1_000}",
            "journal_mode=WAL",
            # What was acknowledged is on the disk, also where the power fails.
            "synchronous=FULL",
        ):
            connection.execute(f"PRAGMA {pragma}")
        older = path.with_name(OLDER)
        with together(connection):
            for table in _TABLES:
                connection.execute(table)
            taken_over = _read_older(older)
            salt = taken_over.salt or secrets.token_hex(32)
            connection.execute("INSERT OR IGNORE INTO secret (one, salt) VALUES (1, ?)", (salt,))
            ((salt,),) = connection.execute("SELECT salt FROM secret").fetchall()
            if taken_over.salt not in ("", salt):
                raise _two_secrets(path)
            _keep(connection, taken_over)
        older.unlink(missing_ok=True)
    except BaseException:
        connection.close()
        raise
    return connection, str(salt)


def _read_older(path: Path) -> Tombstones:
    """What an older version kept; without a secret where there is nothing."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Tombstones("")
    further = (frozenset(content.get(one, ())) for one in ("in_small", "in_any_case"))
    return Tombstones(str(content["salt"]), frozenset(content["names"]), *further)


def _two_secrets(path: Path) -> WorkspaceRefused:
    return WorkspaceRefused(
        expected=f"{OLDER} to have been written with the secret of {path.name}",
        found="another secret: the names of one of them belong to another workspace or to an older backup",
        remedy=f"Move the one away that is not this workspace's, {OLDER} or {path.name}, then run `regulars forget`.",
    )


def _keep(connection: sqlite3.Connection, names: Tombstones) -> None:
    for counts, some in (
        (_EXACTLY, names.names),
        (_IN_SMALL, names.in_small),
        (_IN_ANY_CASE, names.in_any_case),
    ):
        # One statement, for between any two of them a busy thread may keep this one waiting.
        connection.execute(
            "INSERT OR IGNORE INTO erased (name, counts) SELECT value, ? FROM json_each(?)",
            (counts, json.dumps(sorted(some))),
        )
