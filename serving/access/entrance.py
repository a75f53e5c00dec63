"""What the ledger has to say of one call: who makes it, that it was made, and whether it was made before.

All of it reads or writes the database and may wait for others who write, so it never runs on the event loop's thread;
``hint`` alone asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable

from serving.access.cookies import (
    DOOR_COOKIE,
    PLAIN,
    SESSION_COOKIE,
    Cookies,
    form_token_in,
    form_token_of,
    is_form_token,
)
from serving.access.problems import Refusal
from serving.access.request_body import as_numbers, customers_named
from serving.access.responses import is_for_now
from serving.access.routes import Route
from serving.access.visitor import PageVisitor
from serving.ledger.accounts.roles import KEY_HOLDER, permissions_of
from serving.ledger.accounts.sessions import Session
from serving.ledger.audit import SESSION
from serving.ledger.idempotency import LONGEST_KEY, Differs, StoredAnswer, UnderWay
from serving.ledger.keys import KeyRecord
from serving.ledger.ledger import Ledger

REPEAT_HEADER = "idempotency-key"


class Entrance:
    """One call at the service's door; refusals are raised."""

    def __init__(
        self,
        ledger: Callable[[], Ledger | None],
        now: Callable[[], int],
        route: Route,
        method: str,
        path: str,
        headers: dict[str, str],
        cookies: Cookies = PLAIN,
    ) -> None:
        self.caller = ""
        """The id of the caller's key as it was looked up last; empty for a signed-in browser."""
        self.session: Session | None = None
        """The signed-in browser as it was looked up last; None for a key."""
        self.cookies = cookies
        self._open_ledger = ledger
        self._now = now
        self._route = route
        self._method = method
        self._path = path
        self._headers = headers
        self._begun = ""

    @property
    def actor(self) -> str:
        """Who is on record for the call: a key, the account or the key a browser signed in with, or that it did by a link."""
        person = "" if self.session is None else self.session.actor
        return self.caller or person or SESSION

    @property
    def visitor(self) -> PageVisitor:
        """For whom a page is drawn."""
        secret = self._form_secret
        token = form_token_of(secret) if secret else ""
        if self.session is None:
            return PageVisitor(permissions=permissions_of(KEY_HOLDER), form_token=token)
        permissions = permissions_of(self.session.role)
        name, has_account = self.session.display_name, bool(self.session.account_id)
        return PageVisitor(name, has_account, permissions, token)

    def hint(self) -> bool:
        """Whether the key was good when it was last looked up, which is enough to read on, not to answer."""
        key = _presented_key(self._headers)
        record = None if key is None else self._ledger.keys.remembered(key)
        if record is not None:
            self._require_scope(record)
        return record is not None

    def identify(self) -> None:
        """Look up who calls."""
        if self._route.scope is None:
            return
        ledger, key = self._ledger, _presented_key(self._headers)
        if key is not None:
            record = ledger.keys.find(key)
            if record is None:
                raise Refusal("unauthorized")
            self._require_scope(record)
            return
        if not self._route.browser:
            raise Refusal("unauthorized")
        token = self.cookies.read(self._headers, SESSION_COOKIE)
        self.session = None if token is None else ledger.sessions.find(token, at=self._now())
        if self.session is None:
            raise Refusal("signed_out")
        if self._route.needed not in permissions_of(self.session.role):
            raise Refusal("not_permitted")

    def enter(self, body: bytes, correlation_id: str) -> StoredAnswer | None:
        """Let a call in and write it down; the answer of an earlier call that this one repeats, if there is one."""
        self.identify()
        self._require_own_form(body)
        if self.session is not None:
            self._ledger.sessions.see(self.session, at=self._now())
        if self._route.is_personal(self._method):
            # Nobody is told of people without a record of who asked.
            self._ledger.audit.note(
                at=self._now(),
                caller=self.actor,
                method=self._method,
                route=self._route.path,
                correlation_id=correlation_id,
                about=self._ledger.unreadable(self._customers(body)),
            )
        key = self._headers.get(REPEAT_HEADER)
        if key is None or self._method != "POST" or not self.caller:
            return None
        if not 0 < len(key) <= LONGEST_KEY:
            raise Refusal(
                "invalid_request", f"An Idempotency-Key has 1 to {LONGEST_KEY} characters."
            )
        return self._begin(key, f"POST {self._path}\n".encode() + body)

    @property
    def is_first(self) -> bool:
        """Whether this call may be repeated, so that its answer is to be kept."""
        return bool(self._begun)

    def keep(self, answer: StoredAnswer | None) -> None:
        """Keep an answer that was given whole; what is said for now alone leaves nothing."""
        repeats = self._ledger.repeats
        if answer is None or is_for_now(answer.status):
            repeats.forget(self.caller, self._begun)
        else:
            repeats.end(self.caller, self._begun, answer)

    def _customers(self, body: bytes) -> list[str]:
        """Whom the body names, in whatever terms it came."""
        terms = self._route.terms
        if terms is None:
            return customers_named(body)
        return as_numbers(terms.customers(self._path, body))

    def _begin(self, key: str, request: bytes) -> StoredAnswer | None:
        try:
            kept = self._ledger.repeats.begin(self.caller, key, request, at=self._now())
        except Differs:
            raise Refusal("repeat_differs") from None
        except UnderWay:
            raise Refusal("repeat_under_way") from None
        if kept is None:
            self._begun = key
        return kept

    @property
    def _ledger(self) -> Ledger:
        ledger = self._open_ledger()
        if ledger is None:
            raise Refusal("not_ready")
        return ledger

    @property
    def _form_secret(self) -> str | None:
        """The cookie that the forms of this browser are bound to; at the sign-in page there is no session yet."""
        cookie = DOOR_COOKIE if self._route.scope is None else SESSION_COOKIE
        return self.cookies.read(self._headers, cookie)

    def _require_own_form(self, body: bytes) -> None:
        """Refuse a form that was drawn for another browser; who presents a key is no browser."""
        is_form = self._method == "POST" and self._route.body != "json"
        if not is_form or _presented_key(self._headers) is not None:
            return
        sent, secret = form_token_in(body, self._route.body), self._form_secret
        if not secret or not is_form_token(sent, secret):
            raise Refusal("stale_form")

    def _require_scope(self, record: KeyRecord) -> None:
        self.caller = record.key_id
        if self._route.scope not in record.scopes:
            raise Refusal("forbidden")


def _presented_key(headers: dict[str, str]) -> str | None:
    if key := headers.get("x-api-key", "").strip():
        return key
    kind, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" and value.strip() else None
