"""The service's own memory: API keys, sign-ins to the pages and every decision it answered.

No function asks what time it is: ``at`` is always given, in whole UTC seconds.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from features.company.erased_names import ErasedNames
from features.company.settings.service import RetentionSettings
from features.company.workspace import JOBS, TOMBSTONES, Workspace
from features.vocabulary.errors import UsageRefused, did_you_mean
from serving.ledger.accounts.accounts import Accounts
from serving.ledger.accounts.sessions import Sessions
from serving.ledger.accounts.signing_in import SigningIn
from serving.ledger.audit import Audit
from serving.ledger.campaign_counts import CampaignCounts
from serving.ledger.campaigns import Campaigns
from serving.ledger.customer_links import CustomerLinks
from serving.ledger.database import opened
from serving.ledger.decisions import APPEND, APPEND_AGAIN, DECISIONS, Decision, values_of
from serving.ledger.feedback import Feedback
from serving.ledger.hold_out import HoldOut
from serving.ledger.idempotency import RepeatedCalls, person_of
from serving.ledger.integrity import refused_where_damaged, require_sound
from serving.ledger.job_files import JobFiles
from serving.ledger.jobs import Jobs
from serving.ledger.keys import (
    KEYS,
    SCOPES,
    KeyCache,
    KeyRecord,
    digest_of,
    key_record,
)
from serving.ledger.offer_decisions import OfferDecisions
from serving.ledger.privacy import DEMANDS, Privacy
from serving.ledger.reported_events import ReportedEvents
from serving.ledger.retention import let_go
from serving.ledger.salts import CUSTOMER_LINKS, SIGN_INS, salt_of
from serving.ledger.statements import Statements


class Ledger:
    """The open database; safe to share between threads and between processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = opened(path)
        with refused_where_damaged(path):
            self._open()

    def _open(self) -> None:
        path = self.path
        self._quick = Statements(path)
        # Whoever objected or is to be erased must not come back by a flipped bit.
        require_sound(self._quick, path, DEMANDS)
        self.keys = KeyCache(self.key_of, self._quick.version)
        self.events = ReportedEvents(self._quick)
        self.audit = Audit(self._quick, path.with_suffix(".head"))
        self.feedback = Feedback(self._quick)
        self._erased = ErasedNames(path.with_name(TOMBSTONES))
        self.job_files = JobFiles(path.with_name(JOBS), self._erased.name)
        self.privacy = Privacy(path, self._quick, self._erased, self.job_files)
        self.repeats = RepeatedCalls(self._quick, self.privacy)
        self.hold_out = HoldOut(self._engine)
        self.links = CustomerLinks(salt_of(self._engine, CUSTOMER_LINKS))
        self.jobs = Jobs(self._engine)
        self.accounts = Accounts(self._quick)
        self.sessions = Sessions(self._quick)
        self.signing_in = SigningIn(self.accounts, self._quick, salt_of(self._engine, SIGN_INS))
        self.offers = OfferDecisions(self._quick)
        self.campaigns = Campaigns(path, self._quick)
        self.campaign_counts = CampaignCounts(self._quick)

    def close(self) -> None:
        """Let go of the file."""
        self.audit.close()
        self._quick.close()
        self._erased.close()
        self._engine.dispose()

    def unreadable(self, customer_ids: Iterable[str]) -> list[str]:
        """What stands for customers where it is on record who asked about them."""
        return [person_of(self.privacy, one) for one in customer_ids]

    def write_back(self) -> None:
        """Bring what was written into the database itself; whoever serves does it aside, once in a while."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def let_go(
        self,
        settings: RetentionSettings,
        *,
        at: int,
        rest: Callable[[float], None] = time.sleep,
    ) -> int:
        """Delete what was kept long enough, beside whoever writes meanwhile; says how many rows."""
        return let_go(self.path, self.audit, settings, at=at, rest=rest)

    def create_key(self, name: str, scopes: Iterable[str], *, at: int) -> str:
        """Make an API key and return it: the only time it can be seen.

        Raises ``UsageRefused`` for an unknown scope or none at all.
        """
        wanted = sorted(set(scopes))
        for scope in wanted or [""]:
            if scope not in SCOPES:
                raise UsageRefused(
                    expected=f"scopes among {', '.join(SCOPES)}",
                    found=f'"{scope}"' if scope else "none",
                    remedy=did_you_mean(scope, list(SCOPES)),
                )
        key_id = secrets.token_hex(4)
        key = f"rgl_{key_id}_{secrets.token_urlsafe(32)}"
        self._insert(
            KEYS,
            key_id=key_id,
            name=name,
            digest=digest_of(key),
            scopes=" ".join(wanted),
            created_at=at,
        )
        return key

    def adopt_key(self, key_id: str, key: str, scopes: Sequence[str], *, at: int) -> None:
        """Keep the hash of a key that somebody else made."""
        self._insert(
            KEYS,
            key_id=key_id,
            name=key_id,
            digest=digest_of(key),
            scopes=" ".join(scopes),
            created_at=at,
        )

    def list_keys(self) -> list[KeyRecord]:
        """All keys ever made, oldest first."""
        query = sa.select(KEYS).order_by(KEYS.c.created_at, KEYS.c.key_id)
        with self._engine.connect() as connection:
            return [key_record(row) for row in connection.execute(query)]

    def revoke_key(self, key_id: str, *, at: int) -> None:
        """Make a key, and every sign-in made with it, worthless from the next request on.

        Raises ``UsageRefused`` when there is no such key; a second time changes nothing.
        """
        with self._engine.begin() as connection:
            found = connection.execute(
                sa.update(KEYS)
                .where(KEYS.c.key_id == key_id)
                .values(revoked_at=sa.func.coalesce(KEYS.c.revoked_at, at))
            )
            connection.execute(
                sa.text("DELETE FROM sessions WHERE key_id = :key_id"), {"key_id": key_id}
            )
        if found.rowcount == 0:
            known = [one.key_id for one in self.list_keys()]
            raise UsageRefused(
                expected="the id of a key",
                found=f'"{key_id}"',
                remedy=did_you_mean(key_id, known) if known else "There are no keys yet.",
            )

    def key_of(self, key: str) -> KeyRecord | None:
        """The record of a presented key; None when it is unknown, altered or revoked."""
        parts = key.split("_", 2)
        if len(parts) != 3 or parts[0] != "rgl":
            return None
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(KEYS).where(KEYS.c.key_id == parts[1])).first()
        if row is None or row.revoked_at is not None:
            return None
        return key_record(row) if hmac.compare_digest(row.digest, digest_of(key)) else None

    def sign_in(self, key: str, *, at: int, browser: str = "") -> str | None:
        """Exchange a key with the scope ``pages`` for a session; None when it has none."""
        record = self.key_of(key)
        if record is None or "pages" not in record.scopes:
            return None
        return self.sessions.begin_with_key(record.key_id, at=at, browser=browser)

    def append(self, decisions: Sequence[Decision], *, again: bool = False) -> None:
        """Record the decisions of one call: all of them or, when it fails, none.

        With ``again`` those that stand already are left as they are.
        """
        if decisions:
            rows = [values_of(one) for one in decisions]
            self._quick.write(APPEND_AGAIN if again else APPEND, rows)

    def latest_decisions(self, customer_id: str, most: int) -> list[Decision]:
        """The last answers about one customer, newest first."""
        query = (
            sa.select(DECISIONS)
            .where(DECISIONS.c.customer_id == customer_id)
            .order_by(DECISIONS.c.decided_at.desc(), DECISIONS.c.decision_id)
            .limit(most)
        )
        with self._engine.connect() as connection:
            return [Decision(**row._mapping) for row in connection.execute(query)]

    def decisions(self) -> list[Decision]:
        """Every answer that is still on record, oldest first."""
        query = sa.select(DECISIONS).order_by(DECISIONS.c.decided_at, DECISIONS.c.decision_id)
        with self._engine.connect() as connection:
            return [Decision(**row._mapping) for row in connection.execute(query)]

    def decision(self, decision_id: str) -> Decision | None:
        """One decision by the id it was answered with; None when there is none."""
        query = sa.select(DECISIONS).where(DECISIONS.c.decision_id == decision_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else Decision(**row._mapping)

    def _insert(self, table: sa.Table, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.insert(table).values(**values))


@contextmanager
def ledger_of(workspace: Workspace) -> Iterator[Ledger]:
    """A workspace's ledger, opened for a while."""
    ledger = Ledger(workspace.ledger)
    try:
        yield ledger
    finally:
        ledger.close()
