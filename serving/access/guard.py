"""The outermost wrapper of the service: it lets in what is named, by whoever may, and nothing else.

Every request meets, in this order: the table of routes, the method, the key or the signed-in browser,
the kind and the size of the body. Every refusal, also those of BentoML itself and any exception,
leaves as one problem document with a correlation id. Logs carry that id, the route and the kind of
fault, and never a value that was sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from serving.access.asgi import Application, Receive, Scope, Send, headers_of
from serving.access.problems import Problem, Refusal
from serving.access.request_body import check_post, once, whole_body
from serving.access.responses import Reply, is_for_now
from serving.access.routes import Route
from serving.ledger.audit import SESSION
from serving.ledger.database import UNWRITABLE
from serving.ledger.idempotency import LONGEST_KEY, Differs, KeptAnswer, RepeatedCalls, UnderWay
from serving.ledger.ledger import Ledger

SESSION_COOKIE = "regulars_session"
MOST_AT_ONCE = 64
"""So many calls are worked on by one process; who comes after is asked to come again."""
REPEAT_HEADER = "idempotency-key"


Note = Callable[[Route | None, str, int, float], None]


def _note_nothing(route: Route | None, method: str, status: int, seconds: float) -> None:
    """Where nobody counts."""


class Guard:
    """Wraps the whole service as an ASGI application and never raises.

    ``routes`` are all addresses there are; ``ledger`` answers None while the service is still starting; ``now`` is the clock, in whole UTC
    seconds; ``error_page`` draws a problem for a person. ``note`` is told of every call that was answered:
    its route, method, status and how long it took by ``ticks``.
    """

    def __init__(
        self,
        application: Application,
        routes: Sequence[Route],
        *,
        ledger: Callable[[], Ledger | None],
        now: Callable[[], int],
        error_page: Callable[[Problem], bytes],
        note: Note = _note_nothing,
        ticks: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._application = application
        self._routes = routes
        self._ledger = ledger
        self._now = now
        self._error_page = error_page
        self._note = note
        self._ticks = ticks
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass the start and end of the process through."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer, begun = Reply(scope, send, self._error_page), self._ticks()
        try:
            await self._admit(scope, receive, answer)
        except Refusal as refusal:
            await answer.refuse(refusal)
        except UNWRITABLE as fault:
            answer.log(fault)
            await answer.refuse(Refusal("not_recorded"))
        except Exception as fault:
            answer.log(fault)
            await answer.refuse(Refusal("internal"))
        self._note(answer.route, scope["method"], answer.status, self._ticks() - begun)

    async def _admit(self, scope: Scope, receive: Receive, answer: Reply) -> None:
        route = self._route_of(scope["path"])
        answer.route = route
        if scope["method"] not in route.methods:
            answer.extra.append((b"allow", ", ".join(route.methods).encode()))
            raise Refusal("method_not_allowed")
        headers = headers_of(scope)
        caller = ""
        if route.scope is not None:
            if self._running >= MOST_AT_ONCE:
                raise Refusal("too_many_requests")
            caller = self._identify(route, headers)
        body = b""
        if scope["method"] == "POST":
            check_post(route, headers)
            body = await whole_body(route, headers, receive)
            receive = once(body, receive)
        said = {"correlation_id": answer.correlation_id, "caller": caller}
        scope["state"] = {**scope.get("state", {}), **said}
        if route.is_personal(scope["method"]):
            self._write_down(route, scope["method"], caller, answer.correlation_id)
        self._running += 1
        try:
            repeat = self._repeat(scope, headers, caller, body)
            if repeat is None:
                await self._pass_on(scope, receive, answer, route)
            else:
                await self._pass_on_once(scope, receive, answer, route, repeat)
        finally:
            self._running -= 1

    async def _pass_on(self, scope: Scope, receive: Receive, answer: Reply, route: Route) -> None:
        try:
            async with asyncio.timeout(route.seconds):
                await self._application(scope, receive, answer.send)
        except TimeoutError:
            raise Refusal("timeout") from None
        await answer.finish()

    def _repeat(
        self, scope: Scope, headers: dict[str, str], caller: str, body: bytes
    ) -> _Repeat | None:
        """What makes a call the same as another, where the caller gave it a key."""
        key = headers.get(REPEAT_HEADER)
        ledger = self._ledger()
        if key is None or scope["method"] != "POST" or not caller or ledger is None:
            return None
        if not 0 < len(key) <= LONGEST_KEY:
            raise Refusal(
                "invalid_request", f"An Idempotency-Key has 1 to {LONGEST_KEY} characters."
            )
        return _Repeat(ledger.repeats, caller, key, f"POST {scope['path']}\n".encode() + body)

    async def _pass_on_once(
        self, scope: Scope, receive: Receive, answer: Reply, route: Route, repeat: _Repeat
    ) -> None:
        """Answer a first call and keep the answer; answer its repeat with what was kept."""
        try:
            kept = repeat.begin(self._now())
        except Differs:
            raise Refusal("repeat_differs") from None
        except UnderWay:
            raise Refusal("repeat_under_way") from None
        if kept is not None:
            answer.extra.append((b"idempotent-replayed", b"true"))
            await answer.repeat(kept)
            return
        answer.listen()
        try:
            await self._pass_on(scope, receive, answer, route)
        finally:
            repeat.end(answer.heard())

    def _write_down(self, route: Route, method: str, caller: str, correlation_id: str) -> None:
        """Nobody is told of people without a record of who asked."""
        ledger = self._ledger()
        if ledger is None:
            raise Refusal("not_ready")
        ledger.audit.note(
            at=self._now(),
            caller=caller or SESSION,
            method=method,
            route=route.path,
            correlation_id=correlation_id,
        )

    def _route_of(self, path: str) -> Route:
        for route in self._routes:
            if route.matches(path):
                return route
        raise Refusal("not_found")

    def _identify(self, route: Route, headers: dict[str, str]) -> str:
        """Who calls: the id of their key, empty for a signed-in browser."""
        ledger = self._ledger()
        if ledger is None:
            raise Refusal("not_ready")
        key = _presented_key(headers)
        if key is not None:
            record = ledger.keys.find(key)
            if record is None:
                raise Refusal("unauthorized")
            if route.scope not in record.scopes:
                raise Refusal("forbidden")
            return record.key_id
        if not route.browser:
            raise Refusal("unauthorized")
        token = session_token(headers)
        if token is None or not ledger.session_is_open(token, at=self._now()):
            raise Refusal("signed_out")
        return ""


@dataclass(frozen=True)
class _Repeat:
    """One call that may come again."""

    repeats: RepeatedCalls
    caller: str
    key: str
    request: bytes

    def begin(self, at: int) -> KeptAnswer | None:
        """The answer of an earlier call; None for the first."""
        return self.repeats.begin(self.caller, self.key, self.request, at=at)

    def end(self, answer: KeptAnswer | None) -> None:
        """Keep an answer that was given whole; what is said for now alone leaves nothing."""
        if answer is None or is_for_now(answer.status):
            self.repeats.forget(self.caller, self.key)
        else:
            self.repeats.end(self.caller, self.key, answer)


def session_token(headers: dict[str, str]) -> str | None:
    """The session a browser presents in its cookie, or None."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(SESSION_COOKIE)
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def _presented_key(headers: dict[str, str]) -> str | None:
    if key := headers.get("x-api-key", "").strip():
        return key
    kind, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" and value.strip() else None
