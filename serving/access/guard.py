"""The outermost wrapper of the service: it lets in what is named, by whoever may, and nothing else.

Every request meets, in this order: the limits of its head, the table of routes, the method, the key or the signed-in browser,
the kind and the size of the body, and the queue. Every refusal, also those of BentoML itself and any exception,
leaves as one problem document with a correlation id. Logs carry that id, the route and the kind of
fault, and never a value that was sent.

The event loop's thread carries bytes and does nothing else: keys, records and answers are the work of other threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from serving.access.admission import Admission, TooBusy
from serving.access.answered_call import AnsweredCall, Note
from serving.access.asgi import Application, Message, Receive, Scope, Send, headers_of
from serving.access.cookies import Cookies
from serving.access.correlation import correlation_of
from serving.access.entrance import Entrance
from serving.access.problems import KINDS, Problem, Refusal
from serving.access.query_key import take_query_key
from serving.access.request_body import announced_bytes, check_post, whole_body
from serving.access.request_head import check_head
from serving.access.responses import Reply
from serving.access.routes import Route
from serving.access.threads import Threads
from serving.access.turn import Turn
from serving.access.work import Work, work_of
from serving.ledger.database import UNWRITABLE
from serving.ledger.integrity import is_damage
from serving.ledger.ledger import Ledger
from serving.process.waiter import CallerGone

HEALTH = ("/livez", "/readyz", "/metrics")
"""What is answered to the end, so that whoever watches sees it."""
REHEARSED = ("/livez", "/readyz", "/schema.json", "/sign-in")
"""BentoML's own and one of ours, at which FastAPI makes ready every route there is."""
_CALLER_GONE = 499
_AT_THE_DOOR = 2
_MOST_THREADS = 64


def _look_at(path: str) -> Scope:
    """A request as the process makes it of itself."""
    address = {"path": path, "raw_path": path.encode(), "root_path": "", "query_string": b""}
    made = {"type": "http", "method": "GET", "scheme": "http", "http_version": "1.1", "headers": []}
    return {**made, **address, "client": None, "server": None, "state": {}}


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _unheard(message: Message) -> None:
    """Nobody listens."""


def _note_nothing(call: AnsweredCall) -> None:
    """Where nobody counts."""


@dataclass
class CallUnderWay:
    """What becomes known of a call on its way in."""

    entrance: Entrance | None = None
    rows: int = 0


class Guard:
    """Wraps the whole service as an ASGI application and never raises.

    ``routes`` are all addresses there are; ``ledger`` answers None while the service is still starting; ``now`` is the clock, in whole UTC
    seconds; ``error_page`` draws a problem for a person. ``note`` is told of every call that was answered, and how long it
    took by ``ticks``. ``is_closing`` says that nobody new is let in, ``cookies`` how those of browsers are called.
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
        admission: Admission | None = None,
        is_closing: Callable[[], bool] = lambda: False,
        cookies: Callable[[], Cookies] = Cookies,
    ) -> None:
        self._application = application
        self._routes = routes
        self._ledger = ledger
        self._now = now
        self._error_page = error_page
        self._note = note
        self._ticks = ticks
        self._admission = admission or Admission()
        self._is_closing = is_closing
        self._cookies = cookies
        # Admission holds back more calls than there are cores; the pool must only never be the narrower door.
        self._answering = Threads(_MOST_THREADS, "regulars-answer")
        self._at_the_door = Threads(_AT_THE_DOOR, "regulars-door")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass the start and end of the process through."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, self._rehearsed(send))
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        begun = self._ticks()
        answer = Reply(scope, send, self._error_page, do=self._answering.done)
        call = CallUnderWay()
        try:
            await self._admit(scope, receive, answer, call)
        except Refusal as refusal:
            await answer.refuse(refusal)
        except TooBusy as busy:
            seconds = busy.come_again_seconds
            await answer.refuse(Refusal("too_many_requests", come_again_seconds=seconds))
        except CallerGone:
            answer.status = _CALLER_GONE
        except UNWRITABLE as fault:
            answer.log(fault)
            await answer.refuse(Refusal("ledger_damaged" if is_damage(fault) else "not_recorded"))
        except Exception as fault:
            answer.log(fault)
            await answer.refuse(Refusal("ledger_damaged" if is_damage(fault) else "internal"))
        self._note(
            AnsweredCall(
                answer.route,
                scope["method"],
                answer.status,
                self._ticks() - begun,
                answer.correlation,
                "" if call.entrance is None else call.entrance.caller,
                call.rows,
                answer.refused,
            )
        )

    def _rehearsed(self, send: Send) -> Send:
        """Before the process says that it has started, it calls itself: what a first call opens is open by then."""

        async def after_rehearsal(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._error_page(Problem(KINDS["not_found"], ""))
                for path in REHEARSED:
                    with suppress(Exception):
                        await self._application(_look_at(path), _nothing_more, _unheard)
            await send(message)

        return after_rehearsal

    async def _admit(
        self, scope: Scope, receive: Receive, answer: Reply, call: CallUnderWay
    ) -> None:
        check_head(scope)
        headers = headers_of(scope)
        answer.correlation = correlation_of(headers, answer.correlation)
        route = self._route_of(scope)
        answer.route = route
        take_query_key(route, scope, headers)
        if scope["method"] not in route.methods:
            answer.extra.append((b"allow", ", ".join(route.methods).encode()))
            raise Refusal("method_not_allowed")
        if self._is_closing() and route.path not in HEALTH:
            answer.extra.append((b"connection", b"close"))
            raise Refusal("closing")
        method, path = scope["method"], scope["path"]
        entrance = Entrance(self._ledger, self._now, route, method, path, headers, self._cookies())
        call.entrance = entrance
        if route.scope is not None and not entrance.hint():
            await self._at_the_door.done(entrance.identify)
        if scope["method"] != "POST":
            await self._answer(scope, receive, answer, entrance, work_of(route, b""), b"")
            return
        check_post(route, headers)
        room = announced_bytes(route, headers)
        self._admission.make_room(room)
        try:
            body = await whole_body(route, headers, receive)
            work = work_of(route, body)
            call.rows = work.rows
            await self._answer(scope, receive, answer, entrance, work, body)
        finally:
            self._admission.free_room(room)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        answer: Reply,
        entrance: Entrance,
        work: Work,
        body: bytes,
    ) -> None:
        """Have a call answered in its turn; what anybody may ask of BentoML itself needs none."""
        route = answer.route
        assert route is not None
        turn = Turn(self._application, scope, receive, answer, entrance, body)
        if route.scope is None and not route.is_whole:
            await turn.at_once(route.seconds)
            return
        place = self._admission.enter(work, within_seconds=route.seconds)
        await turn.taken(place, route, self._answering)

    def _route_of(self, scope: Scope) -> Route:
        for route in self._routes:
            if route.matches(scope["path"]):
                return route
        # A key that was meant for another address is in no log either.
        scope["query_string"] = b""
        raise Refusal("not_found")
