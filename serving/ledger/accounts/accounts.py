"""The people who sign in: a name, what they are called on pages, a role, and what is stored of a password.

An account is an employee's data. It stands until it is removed; what is on record of calls names it by its id alone.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
import unicodedata
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from features.vocabulary.errors import UsageRefused, did_you_mean
from serving.ledger.accounts.passwords import NO_PASSWORD, hash_of, require_password
from serving.ledger.accounts.roles import require_role
from serving.ledger.database import TABLES
from serving.ledger.statements import Statements, columns, places

sa.Table(
    "accounts",
    TABLES,
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("created_at", sa.Integer, nullable=False),
    sa.Column("disabled_at", sa.Integer),
)
LONGEST_NAME, LONGEST_DISPLAY_NAME = 64, 80
_NAME = re.compile(r"\w[\w.@+-]*")


@dataclass(frozen=True)
class UserAccount:
    """One person who may sign in; ``disabled_at`` is when that ended, None while it holds."""

    account_id: str
    name: str
    display_name: str
    role: str
    password: str
    created_at: int
    disabled_at: int | None = None

    @property
    def is_disabled(self) -> bool:
        """Whether nobody signs in with it any more."""
        return self.disabled_at is not None


_COLUMNS = tuple(one.name for one in fields(UserAccount))
_SELECT = f"SELECT {columns(_COLUMNS)} FROM accounts"
_values = attrgetter(*_COLUMNS)


class Accounts:
    """All accounts; safe to share between threads and between processes.

    Whatever makes somebody's earlier sign-ins doubtful ends them in the same transaction: another password, disabling
    and removing.
    """

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def create(
        self, name: str, display_name: str, role: str, password: str | None, *, at: int
    ) -> UserAccount:
        """Make an account; without a password it is signed in to by links alone.

        Raises ``UsageRefused`` for a name that is taken or none, an unknown role and a password easily guessed.
        """
        normal = _require_name(name)
        display_name = " ".join((display_name or name).split())
        if not 0 < len(display_name) <= LONGEST_DISPLAY_NAME or not display_name.isprintable():
            raise UsageRefused(
                expected=f"a display name of 1 to {LONGEST_DISPLAY_NAME} printable characters",
                found="another text",
                remedy="Write what colleagues call them.",
            )
        require_role(role)
        stored = NO_PASSWORD if password is None else _hashed(password, normal)
        account_id = f"u_{secrets.token_hex(4)}"
        account = UserAccount(account_id, normal, display_name, role, stored, at)
        try:
            self._statements.write(
                f"INSERT INTO accounts ({columns(_COLUMNS)}) VALUES ({places(_COLUMNS)})",
                [_values(account)],
            )
        except sqlite3.IntegrityError:
            raise UsageRefused(
                expected="a name nobody has",
                found=f'"{normal}", which is taken',
                remedy="Choose another one; `regulars users list` names all.",
            ) from None
        return account

    def all(self) -> list[UserAccount]:
        """Every account, by name."""
        return [UserAccount(*row) for row in self._statements.rows(f"{_SELECT} ORDER BY name")]

    def find(self, name: str) -> UserAccount | None:
        """The account of a name, in capitals or not; None where there is none."""
        return self._one("name", normal_name(name))

    def of_id(self, account_id: str) -> UserAccount | None:
        """The account of an id; None where it was removed or never was."""
        return self._one("account_id", account_id)

    def required(self, name: str) -> UserAccount:
        """The account of a name; ``UsageRefused`` where there is none."""
        found = self.find(name)
        if found is None:
            known = [one.name for one in self.all()]
            raise UsageRefused(
                expected="the name of an account",
                found=f'"{name}"',
                remedy=did_you_mean(normal_name(name), known)
                if known
                else "There are no accounts yet: `regulars users create`.",
            )
        return found

    def set_role(self, name: str, role: str) -> UserAccount:
        """Give somebody another role: it holds from their next call on."""
        account = self.required(name)
        self._change("role = ?", require_role(role), account)
        return account

    def set_password(self, account: UserAccount, password: str) -> None:
        """Give somebody another password, and end all their sign-ins."""
        self._change("password = ?", _hashed(password, account.name), account, ends=True)

    def store_anew(self, account: UserAccount, password: str) -> None:
        """Store the same password by the parameters of today."""
        self._change("password = ?", hash_of(password), account)

    def disable(self, name: str, *, at: int) -> UserAccount:
        """Let nobody sign in as somebody, and end all their sign-ins; a second time changes nothing."""
        account = self.required(name)
        self._change("disabled_at = coalesce(disabled_at, ?)", at, account, ends=True)
        return account

    def enable(self, name: str) -> UserAccount:
        """Let somebody sign in again."""
        account = self.required(name)
        self._change("disabled_at = ?", None, account)
        return account

    def remove(self, name: str) -> UserAccount:
        """Delete an account with all that is stored of it; the record of calls names its id alone, and stays."""
        account = self.required(name)
        with self._statements.together() as connection:
            _end_all(connection, account)
            connection.execute("DELETE FROM accounts WHERE account_id = ?", (account.account_id,))
        return account

    def _one(self, column: str, value: str) -> UserAccount | None:
        rows = self._statements.rows(f"{_SELECT} WHERE {column} = ?", (value,))
        return UserAccount(*rows[0]) if rows else None

    def _change(self, what: str, value: Any, account: UserAccount, *, ends: bool = False) -> None:
        with self._statements.together() as connection:
            connection.execute(
                f"UPDATE accounts SET {what} WHERE account_id = ?", (value, account.account_id)
            )
            if ends:
                _end_all(connection, account)


def normal_name(name: str) -> str:
    """A name as it is stored: composed letters, none of them a capital, no space around."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _require_name(name: str) -> str:
    normal = normal_name(name)
    if len(normal) > LONGEST_NAME or not _NAME.fullmatch(normal):
        raise UsageRefused(
            expected=f"a name of 1 to {LONGEST_NAME} letters, digits and . _ @ + -, the first a letter or a digit",
            found=f'"{name[:LONGEST_NAME]}"',
            remedy="Take the part of the e-mail address before the @; --display-name is what pages show.",
        )
    return normal


def _hashed(password: str, name: str) -> str:
    require_password(password, name)
    return hash_of(password)


def _end_all(connection: sqlite3.Connection, account: UserAccount) -> None:
    for table in ("sessions", "tickets"):
        connection.execute(f"DELETE FROM {table} WHERE account_id = ?", (account.account_id,))
