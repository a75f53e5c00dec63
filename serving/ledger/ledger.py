"""The service's own memory: API keys, sign-ins to the pages and every decision it answered.

Secrets are stored as SHA-256 digests of 256 random bits
and never in plain. No function asks what time it is: ``at`` is always given, in whole UTC seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

import sqlalchemy as sa

from features.company.workspace import TOMBSTONES, Workspace
from features.vocabulary.errors import UsageRefused, did_you_mean
from serving.ledger.audit import Audit, AuditRow
from serving.ledger.database import TABLES, opened
from serving.ledger.feedback import Feedback
from serving.ledger.hold_out import HoldOut
from serving.ledger.idempotency import Repeats
from serving.ledger.jobs import Jobs
from serving.ledger.keys import KeyCache
from serving.ledger.offer_decisions import OfferDecisions
from serving.ledger.privacy import Privacy, Withheld
from serving.ledger.reported_events import Events
from serving.ledger.statements import Statements, columns, places

SCOPES = {
    "score": "Ask for scores and reasons through /v1.",
    "events": "Tell of events and what came of an answer.",
    "privacy": "Record objections and erasures.",
    "pages": "Open the churn list and download it.",
    "admin": "Read metrics and BentoML's own descriptions of the service.",
}
FIRST_KEY_VARIABLE = "REGULARS_FIRST_KEY_FILE"
SHORTEST_SECRET = 43
TICKET_SECONDS = 600
SESSION_SECONDS = 12 * 3_600

_KEYS = sa.Table(
    "keys",
    TABLES,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", sa.Integer, nullable=False),
    sa.Column("revoked_at", sa.Integer),
)
_TICKETS = sa.Table(
    "tickets",
    TABLES,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("expires_at", sa.Integer, nullable=False),
)
_SESSIONS = sa.Table(
    "sessions",
    TABLES,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("key_id", sa.Text, sa.ForeignKey("keys.key_id")),
    sa.Column("expires_at", sa.Integer, nullable=False),
)
_DECISIONS = sa.Table(
    "decisions",
    TABLES,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("probability", sa.Float),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("model_digest", sa.Text, nullable=False),
    sa.Column("cutoff_seconds", sa.Integer, nullable=False),
    sa.Column("decided_at", sa.Integer, nullable=False),
    sa.Column("data_digest", sa.Text, nullable=False, server_default=""),
    sa.Column("vector_digest", sa.Text, nullable=False, server_default=""),
    sa.Column("basis", sa.Text, nullable=False, server_default=""),
    sa.Column("campaign", sa.Text, nullable=False, server_default=""),
    sa.Column("hold_out", sa.Text, nullable=False, server_default=""),
)


@dataclass(frozen=True)
class KeyRecord:
    """What is known of an API key; never the key itself."""

    key_id: str
    name: str
    scopes: tuple[str, ...]
    created_at: int
    revoked_at: int | None


@dataclass(frozen=True)
class Decision:
    """One answered row: who was scored, by which model, on the behaviour known before which cutoff.

    ``data_digest`` names all events of the scoring and ``vector_digest`` this customer's behaviour among
    them; both are empty where the answer is older than their keeping, or there was no vector. ``basis`` is
    ``stored``, ``fresh`` for behaviour with newer events or ``given`` for a vector the caller gave, whose
    customer may be nobody. ``hold_out`` is yes or no where a campaign was named.
    """

    decision_id: str
    customer_id: str
    status: str
    probability: float | None
    model_version: str
    model_digest: str
    cutoff_seconds: int
    decided_at: int
    data_digest: str = ""
    vector_digest: str = ""
    basis: str = ""
    campaign: str = ""
    hold_out: str = ""


_FIELDS = tuple(one.name for one in fields(Decision))
_APPEND = f"INSERT INTO decisions ({columns(_FIELDS)}) VALUES ({places(_FIELDS)})"
_APPEND_AGAIN = f"{_APPEND} ON CONFLICT (decision_id) DO NOTHING"
_values_of = attrgetter(*_FIELDS)


class Ledger:
    """The open database; safe to share between threads and between processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = opened(path)
        self._quick = Statements(path)
        self.keys = KeyCache(self.key_of, self._quick.version)
        self.repeats = Repeats(self._quick)
        self.events = Events(self._quick)
        self.audit = Audit(self._quick, path.with_suffix(".head"))
        self.feedback = Feedback(self._quick)
        self.privacy = Privacy(path, self._quick, path.with_name(TOMBSTONES))
        self.hold_out = HoldOut(self._engine)
        self.jobs = Jobs(self._engine)
        self.offers = OfferDecisions(self._quick)

    def close(self) -> None:
        """Let go of the file."""
        self.audit.close()
        self._quick.close()
        self._engine.dispose()

    def write_back(self) -> None:
        """Bring what was written into the database itself; whoever serves does it aside, once in a while."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

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
            _KEYS,
            key_id=key_id,
            name=name,
            digest=_digest(key),
            scopes=" ".join(wanted),
            created_at=at,
        )
        return key

    def adopt_key(self, key_id: str, key: str, scopes: Sequence[str], *, at: int) -> None:
        """Keep the hash of a key that somebody else made."""
        self._insert(
            _KEYS,
            key_id=key_id,
            name=key_id,
            digest=_digest(key),
            scopes=" ".join(scopes),
            created_at=at,
        )

    def list_keys(self) -> list[KeyRecord]:
        """All keys ever made, oldest first."""
        query = sa.select(_KEYS).order_by(_KEYS.c.created_at, _KEYS.c.key_id)
        with self._engine.connect() as connection:
            return [_key_record(row) for row in connection.execute(query)]

    def revoke_key(self, key_id: str, *, at: int) -> None:
        """Make a key, and every sign-in made with it, worthless from the next request on.

        Raises ``UsageRefused`` when there is no such key; a second time changes nothing.
        """
        with self._engine.begin() as connection:
            found = connection.execute(
                sa.update(_KEYS)
                .where(_KEYS.c.key_id == key_id)
                .values(revoked_at=sa.func.coalesce(_KEYS.c.revoked_at, at))
            )
            connection.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.key_id == key_id))
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
            row = connection.execute(sa.select(_KEYS).where(_KEYS.c.key_id == parts[1])).first()
        if row is None or row.revoked_at is not None:
            return None
        return _key_record(row) if hmac.compare_digest(row.digest, _digest(key)) else None

    def create_ticket(self, *, at: int) -> str:
        """A word that opens the pages once, within ten minutes: for a link a command prints."""
        ticket = secrets.token_urlsafe(32)
        self._insert(_TICKETS, digest=_digest(ticket), expires_at=at + TICKET_SECONDS)
        return ticket

    def redeem_ticket(self, ticket: str, *, at: int) -> str | None:
        """Exchange a ticket for a session; None when it was used, has expired or never was."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_TICKETS).where(_TICKETS.c.expires_at <= at))
            used = connection.execute(
                sa.delete(_TICKETS).where(_TICKETS.c.digest == _digest(ticket))
            )
        return self._open_session(None, at=at) if used.rowcount == 1 else None

    def sign_in(self, key: str, *, at: int) -> str | None:
        """Exchange a key with the scope ``pages`` for a session; None when it has none."""
        record = self.key_of(key)
        if record is None or "pages" not in record.scopes:
            return None
        return self._open_session(record.key_id, at=at)

    def session_is_open(self, token: str, *, at: int) -> bool:
        """Whether a browser's token belongs to a session that has not ended."""
        query = sa.select(_SESSIONS.c.expires_at).where(_SESSIONS.c.digest == _digest(token))
        with self._engine.connect() as connection:
            expires_at = connection.execute(query).scalar()
        return expires_at is not None and int(expires_at) > at

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.digest == _digest(token)))

    def append(self, decisions: Sequence[Decision], *, again: bool = False) -> None:
        """Record the decisions of one call: all of them or, when it fails, none.

        With ``again`` those that stand already are left as they are.
        """
        if decisions:
            rows = [_values_of(one) for one in decisions]
            self._quick.write(_APPEND_AGAIN if again else _APPEND, rows)

    def decisions_of(self, customer_id: str) -> list[Decision]:
        """Everything ever answered about one customer, oldest first."""
        query = (
            sa.select(_DECISIONS)
            .where(_DECISIONS.c.customer_id == customer_id)
            .order_by(_DECISIONS.c.decided_at, _DECISIONS.c.decision_id)
        )
        with self._engine.connect() as connection:
            return [Decision(**row._mapping) for row in connection.execute(query)]

    def latest_decisions(self, customer_id: str, most: int) -> list[Decision]:
        """The last answers about one customer, newest first."""
        query = (
            sa.select(_DECISIONS)
            .where(_DECISIONS.c.customer_id == customer_id)
            .order_by(_DECISIONS.c.decided_at.desc(), _DECISIONS.c.decision_id)
            .limit(most)
        )
        with self._engine.connect() as connection:
            return [Decision(**row._mapping) for row in connection.execute(query)]

    def decision(self, decision_id: str) -> Decision | None:
        """One decision by the id it was answered with; None when there is none."""
        query = sa.select(_DECISIONS).where(_DECISIONS.c.decision_id == decision_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else Decision(**row._mapping)

    def _open_session(self, key_id: str | None, *, at: int) -> str:
        token = secrets.token_urlsafe(32)
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.expires_at <= at))
            connection.execute(
                sa.insert(_SESSIONS).values(
                    digest=_digest(token), key_id=key_id, expires_at=at + SESSION_SECONDS
                )
            )
        return token

    def _insert(self, table: sa.Table, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.insert(table).values(**values))


def create_key(workspace: Workspace, name: str, scopes: Iterable[str], *, at: int) -> str:
    """Make an API key in a workspace's ledger and return it, this once."""
    with ledger_of(workspace) as ledger:
        return ledger.create_key(name, scopes, at=at)


def list_keys(workspace: Workspace) -> list[KeyRecord]:
    """The keys of a workspace, without their secrets."""
    with ledger_of(workspace) as ledger:
        return ledger.list_keys()


def revoke_key(workspace: Workspace, key_id: str, *, at: int) -> None:
    """Make a workspace's key worthless."""
    with ledger_of(workspace) as ledger:
        ledger.revoke_key(key_id, at=at)


def create_ticket(workspace: Workspace, *, at: int) -> str:
    """A single-use word for ``/sign-in?ticket=…``, good for ten minutes."""
    with ledger_of(workspace) as ledger:
        return ledger.create_ticket(at=at)


def find_decision(workspace: Workspace, decision_id: str) -> Decision:
    """A decision of a workspace's ledger; ``UsageRefused`` when there is none of this id."""
    with ledger_of(workspace) as ledger:
        found = ledger.decision(decision_id)
    if found is None:
        raise UsageRefused(
            expected="the decision_id of an answered row",
            found=f'"{decision_id}", which the ledger does not know',
            remedy="Copy it from the answer of POST /v1/score.",
        )
    return found


def adopt_first_key(workspace: Workspace, environment: Mapping[str, str], *, at: int) -> None:
    """Take a key that an operator keeps as a secret in a file, where the workspace has no key yet.

    ``REGULARS_FIRST_KEY_FILE`` names the file; the key may do everything but open pages.
    """
    named = environment.get(FIRST_KEY_VARIABLE)
    if named is None:
        return
    key = Path(named).read_text(encoding="utf-8").strip()
    kind, key_id, secret = (*key.split("_", 2), "", "")[:3]
    if kind != "rgl" or not key_id or len(secret) < SHORTEST_SECRET:
        raise UsageRefused(
            expected=f"a key such as rgl_first_… with {SHORTEST_SECRET} random characters or more",
            found="something else",
            remedy="Make one: echo rgl_first_$(openssl rand -hex 32).",
        )
    with ledger_of(workspace) as ledger:
        if not ledger.list_keys():
            ledger.adopt_key(key_id, key, [one for one in SCOPES if one != "pages"], at=at)


def audited(workspace: Workspace, *, most: int) -> list[AuditRow]:
    """The latest calls for people's data, the newest first."""
    with ledger_of(workspace) as ledger:
        return ledger.audit.rows(most=most)


def verify_audit(workspace: Workspace) -> tuple[int, str]:
    """How many calls stand as they were written, and what is wrong with the next."""
    with ledger_of(workspace) as ledger:
        return ledger.audit.verify()


def withheld_in(workspace: Workspace) -> Withheld:
    """Who of a workspace has objected or was erased."""
    with ledger_of(workspace) as ledger:
        return ledger.privacy.withheld


@contextmanager
def ledger_of(workspace: Workspace) -> Iterator[Ledger]:
    """A workspace's ledger, opened for a while."""
    ledger = Ledger(workspace.ledger)
    try:
        yield ledger
    finally:
        ledger.close()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _key_record(row: sa.Row[tuple[object, ...]]) -> KeyRecord:
    return KeyRecord(
        key_id=row.key_id,
        name=row.name,
        scopes=tuple(row.scopes.split()),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
