"""The outermost wrapper of the service: it lets in what is named, by whoever may, and nothing else.

Every request meets, in this order: the table of routes, the method, the key or the signed-in browser,
the kind and the size of the body. Every refusal, also those of BentoML itself and any exception,
leaves as one problem document with a correlation id. Logs carry that id, the route and the kind of
fault, and never a value that was sent.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from serving.ledger import Ledger
from serving.problems import MEDIA_TYPE, Problem, Refusal, kind_for_status
from serving.routes import ROUTES, Route

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SESSION_COOKIE = "regulars_session"
BODY_BYTES = 1_000_000
BODY_SECONDS = 8.0
_RETRY_SECONDS = {429: b"1", 503: b"5"}

_logger = logging.getLogger("regulars.guard")


_SECURITY_HEADERS: Headers = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_MEDIA_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


class Guard:
    """Wraps the whole service as an ASGI application and never raises.

    ``ledger`` answers None while the service is still starting; ``now`` is the clock, in whole UTC
    seconds; ``error_page`` draws a problem for a person.
    """

    def __init__(
        self,
        application: Application,
        *,
        ledger: Callable[[], Ledger | None],
        now: Callable[[], int],
        error_page: Callable[[Problem], bytes],
        routes: Sequence[Route] = ROUTES,
    ) -> None:
        self._application = application
        self._routes = routes
        self._ledger = ledger
        self._now = now
        self._error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass the start and end of the process through."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer = _Answer(scope, send, self._error_page)
        try:
            await self._admit(scope, receive, answer)
        except Refusal as refusal:
            await answer.refuse(refusal)
        except Exception as fault:
            answer.log(fault)
            await answer.refuse(Refusal("internal"))

    async def _admit(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        route = self._route_of(scope["path"])
        answer.route = route
        if scope["method"] not in route.methods:
            answer.extra.append((b"allow", ", ".join(route.methods).encode()))
            raise Refusal("method_not_allowed")
        headers = _headers(scope)
        if route.scope is not None:
            await asyncio.to_thread(self._identify, route, headers)
        if scope["method"] == "POST":
            _check_post(route, headers)
            receive = await _whole_body(headers, receive)
        scope["state"] = {**scope.get("state", {}), "correlation_id": answer.correlation_id}
        try:
            async with asyncio.timeout(route.seconds):
                await self._application(scope, receive, answer.send)
        except TimeoutError:
            raise Refusal("timeout") from None
        await answer.finish()

    def _route_of(self, path: str) -> Route:
        for route in self._routes:
            if route.matches(path):
                return route
        raise Refusal("not_found")

    def _identify(self, route: Route, headers: dict[str, str]) -> None:
        ledger = self._ledger()
        if ledger is None:
            raise Refusal("not_ready")
        key = _presented_key(headers)
        if key is not None:
            record = ledger.key_of(key)
            if record is None:
                raise Refusal("unauthorized")
            if route.scope not in record.scopes:
                raise Refusal("forbidden")
            return
        if not route.browser:
            raise Refusal("unauthorized")
        token = session_token(headers)
        if token is None or not ledger.session_is_open(token, at=self._now()):
            raise Refusal("signed_out")


class _Answer:
    """What goes back: every failure becomes the one envelope, every answer gets its headers."""

    def __init__(self, scope: Scope, send: Send, error_page: Callable[[Problem], bytes]) -> None:
        self.correlation_id = secrets.token_hex(8)
        self.route: Route | None = None
        self.extra: Headers = []
        self._scope = scope
        self._send = send
        self._error_page = error_page
        self._started = False
        self._replaced: int | None = None

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless it is a failure in somebody else's words."""
        if message["type"] == "http.response.start":
            status = int(message["status"])
            media_type = dict(message.get("headers", ())).get(b"content-type", b"")
            if status >= 400 and not self._is_ours(media_type):
                self._replaced = status
                return
            headers = [*message.get("headers", ()), *self._own_headers(status)]
            self._started = True
            await self._send({**message, "headers": _without_server(headers)})
        elif self._replaced is None:
            await self._send(message)

    async def finish(self) -> None:
        """After the application has returned: say in our words what it refused in its own."""
        if self._replaced is not None:
            await self.refuse(Refusal(kind_for_status(self._replaced).code), self._replaced)
        elif not self._started:
            await self.refuse(Refusal("internal"))

    async def refuse(self, refusal: Refusal, status: int | None = None) -> None:
        """Send a problem; when an answer has begun already, nothing more can be said."""
        if self._started:
            return
        self._started = True
        status = status or refusal.kind.status
        problem = Problem(refusal.kind, self.correlation_id, refusal.detail, refusal.errors)
        if refusal.kind.code == "signed_out" and self._wants_page():
            headers: Headers = [(b"location", b"/sign-in")]
            status, content = 303, b""
        elif self._wants_page():
            headers = [(b"content-type", b"text/html; charset=utf-8")]
            content = self._error_page(problem)
        else:
            headers = [(b"content-type", MEDIA_TYPE.encode())]
            content = problem.as_json()
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        headers.append((b"content-length", str(len(content)).encode()))
        headers += self._own_headers(status)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": content})

    def log(self, fault: Exception) -> None:
        """Note where an exception arose; its message may hold what was sent and is left out."""
        frame = traceback.extract_tb(fault.__traceback__)[-1]
        _logger.error(
            "%s on %s at %s:%s (correlation id %s)",
            type(fault).__name__,
            self.route.path if self.route else "an unknown address",
            frame.filename.rsplit("/", 1)[-1],
            frame.lineno,
            self.correlation_id,
        )

    def _is_ours(self, media_type: bytes) -> bool:
        own = [
            MEDIA_TYPE,
            *(["text/html"] if self.route is not None and self.route.browser else []),
        ]
        return media_type.decode("latin-1").startswith(tuple(own))

    def _wants_page(self) -> bool:
        accepts = _headers(self._scope).get("accept", "")
        return (self.route is None or self.route.browser) and "text/html" in accepts

    def _own_headers(self, status: int) -> Headers:
        kept = self.route is not None and self.route.path == "/static/" and status < 400
        cache = b"public, max-age=31536000, immutable" if kept else b"no-store"
        retry = [(b"retry-after", _RETRY_SECONDS[status])] if status in _RETRY_SECONDS else []
        return [
            *retry,
            (b"x-correlation-id", self.correlation_id.encode()),
            (b"cache-control", cache),
            *_SECURITY_HEADERS,
            *self.extra,
        ]


def session_token(headers: dict[str, str]) -> str | None:
    """The session a browser presents in its cookie, or None."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(SESSION_COOKIE)
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def _headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }


def _presented_key(headers: dict[str, str]) -> str | None:
    if key := headers.get("x-api-key", "").strip():
        return key
    kind, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" and value.strip() else None


def _check_post(route: Route, headers: dict[str, str]) -> None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _MEDIA_TYPES[route.body]:
        raise Refusal("unsupported_media_type", f"Send `Content-Type: {_MEDIA_TYPES[route.body]}`.")
    if route.body == "form" and not _same_site(headers):
        raise Refusal("cross_site")


def _same_site(headers: dict[str, str]) -> bool:
    """Whether a form came from the service's own page; what no browser sends counts as own."""
    if "sec-fetch-site" in headers:
        return headers["sec-fetch-site"] in ("same-origin", "none")
    # Under the referrer policy "no-referrer" browsers send the origin of their own forms as "null".
    origin = headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == headers.get("host")


async def _whole_body(headers: dict[str, str], receive: Receive) -> Receive:
    """Read the body within its limits, whatever its framing, and hand it on in one piece."""
    announced = headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > BODY_BYTES:
        raise Refusal("body_too_large")
    try:
        body = await asyncio.wait_for(_read(receive), BODY_SECONDS)
    except TimeoutError:
        raise Refusal("too_slow") from None
    delivered = False

    async def once() -> Message:
        nonlocal delivered
        if delivered:
            return await receive()
        delivered = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refusal("too_slow")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES:
            raise Refusal("body_too_large")
        if not message.get("more_body", False):
            return b"".join(parts)


def _without_server(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return [(name, value) for name, value in headers if name.lower() != b"server"]
