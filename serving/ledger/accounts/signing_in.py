"""Signing in by name and password, so that nobody guesses one and nobody keeps others from it.

Whoever has failed some times waits longer and longer. What waits is a pair: a name together with the browser, where it signed
in to that account before, or else with the address that asks. Whoever fails from elsewhere therefore delays themselves and
nobody who is at their own browser (OWASP, Device Cookies). Names that are not there, accounts that are disabled and passwords
that are wrong take as long and are answered alike.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from features.vocabulary.time import DAY_SECONDS
from serving.ledger.accounts.accounts import Accounts, UserAccount, normal_name
from serving.ledger.accounts.passwords import NO_PASSWORD, is_password, needs_new_hash
from serving.ledger.database import TABLES
from serving.ledger.statements import Statements

FREE_TRIES = 5
LONGEST_WAIT_SECONDS = 900
DEVICE_SECONDS = 365 * DAY_SECONDS
_FORGOTTEN_SECONDS = DAY_SECONDS

sa.Table(
    "failed_sign_ins",
    TABLES,
    # A name and a browser or an address, in a way nobody can read.
    sa.Column("pair", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", sa.Integer, nullable=False, index=True),
)


class TriedTooOften(Exception):
    """This browser or address has failed too often with this name; ``come_again_seconds`` tells when it may try again."""

    def __init__(self, come_again_seconds: int) -> None:
        super().__init__(come_again_seconds)
        self.come_again_seconds = come_again_seconds


@dataclass(frozen=True)
class SignInOrigin:
    """From where somebody tries: the address that asks, and what an earlier sign-in has left in the browser."""

    address: str
    device: str = ""


class SigningIn:
    """Tries names and passwords; safe to share between threads and between processes. ``secret`` is the database's own."""

    def __init__(self, accounts: Accounts, statements: Statements, secret: bytes) -> None:
        self._accounts = accounts
        self._statements = statements
        self._secret = secret

    def account_of(
        self, name: str, password: str, origin: SignInOrigin, *, at: int
    ) -> UserAccount | None:
        """The account of a name and its password; None where they are not one.

        Raises ``TriedTooOften``, without a look at the password. It takes a twentieth of a second on purpose.
        """
        found = self._accounts.find(name)
        pair = self._pair(normal_name(name), found, origin)
        # Counted before it is known to have failed: tries that come at once do not all come first.
        self._count(pair, at=at)
        is_open = found is not None and not found.is_disabled
        stored = found.password if found is not None and is_open else NO_PASSWORD
        if not is_password(stored, password) or found is None:
            return None
        self._statements.write("DELETE FROM failed_sign_ins WHERE pair = ?", [(pair,)])
        if needs_new_hash(stored):
            self._accounts.store_anew(found, password)
        return found

    def new_device(self, account: UserAccount) -> str:
        """What is left in a browser that signed in: by it alone, and only with it, the browser is known again."""
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{self._seal('device', account.account_id, nonce)}"

    def _pair(self, name: str, found: UserAccount | None, origin: SignInOrigin) -> str:
        nonce, _, seal = origin.device.partition(".")
        expected = self._seal("device", "" if found is None else found.account_id, nonce)
        if found is not None and hmac.compare_digest(seal.encode(), expected.encode()):
            return self._seal("pair", found.account_id, nonce)
        return self._seal("pair", name, origin.address)

    def _count(self, pair: str, *, at: int) -> None:
        with self._statements.together() as connection:
            connection.execute(
                "DELETE FROM failed_sign_ins WHERE last_at <= ?", (at - _FORGOTTEN_SECONDS,)
            )
            found = connection.execute(
                "SELECT failures, last_at FROM failed_sign_ins WHERE pair = ?", (pair,)
            ).fetchone()
            failures, last_at = found or (0, at)
            waits = last_at + wait_seconds(failures) - at
            if waits > 0:
                raise TriedTooOften(waits)
            connection.execute(
                "INSERT OR REPLACE INTO failed_sign_ins (pair, failures, last_at) VALUES (?, ?, ?)",
                (pair, failures + 1, at),
            )

    def _seal(self, *texts: str) -> str:
        said = "\n".join(
            hashlib.sha256(one.encode("utf-8", "replace")).hexdigest() for one in texts
        )
        return hmac.new(self._secret, said.encode(), hashlib.sha256).hexdigest()


def wait_seconds(failures: int) -> int:
    """How long whoever failed so often waits before another try, in seconds.

    >>> [wait_seconds(failures) for failures in (4, 5, 6, 7, 14, 15, 99)]
    [0, 1, 2, 4, 512, 900, 900]
    """
    if failures < FREE_TRIES:
        return 0
    return min(LONGEST_WAIT_SECONDS, 1 << min(failures - FREE_TRIES, 10))
