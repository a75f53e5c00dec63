"""What goes back through the guard: every failure in one envelope, every answer with its headers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import orjson

from serving.access.asgi import Headers, Message, Scope, Send, headers_of
from serving.access.caller_terms import CallerTerms
from serving.access.compression import Compressed, Do, here_and_now
from serving.access.correlation import Correlation
from serving.access.problems import MEDIA_TYPE, Problem, ProblemAnswer, Refusal, kind_for_status
from serving.access.routes import Route
from serving.ledger.idempotency import StoredAnswer
from serving.process.json_lines import place_of

_RETRY_SECONDS = {409: 1, 429: 1, 503: 5}
_logger = logging.getLogger("regulars.guard")
_SECURITY_HEADERS: Headers = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
        b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


def is_for_now(status: int) -> bool:
    """Whether the same call may be answered otherwise soon: a failure of ours, or who was asked to come again."""
    return status >= 500 or status in _RETRY_SECONDS


class Reply:
    """What goes back: every failure becomes the one envelope, every answer gets its headers.

    ``do`` is how work is done that would hold up whoever sends.
    """

    def __init__(
        self,
        scope: Scope,
        send: Send,
        error_page: Callable[[Problem], bytes],
        correlation: Correlation | None = None,
        do: Do = here_and_now,
    ) -> None:
        self.correlation = correlation or Correlation()
        self.route: Route | None = None
        self.extra: Headers = []
        self.status = 0
        """What was answered in the end."""
        self.refused = ""
        """The kind of refusal, where one was made here."""
        self._scope = scope
        self._relayed = send
        self._send = Compressed(scope, send, do).send
        self._error_page = error_page
        self._started = False
        self._replaced: int | None = None
        self._problem: Message | None = None
        self._heard: list[bytes] | None = None
        self._heard_start = (0, "")
        self._heard_whole: StoredAnswer | None = None

    @property
    def correlation_id(self) -> str:
        """The name of this call in the log."""
        return self.correlation.name

    def aside(self, send: Send) -> Reply:
        """The same reply where it is made elsewhere than it is sent; see ``relay``."""
        other = Reply(self._scope, send, self._error_page, self.correlation)
        other.route, other.extra = self.route, self.extra
        return other

    async def relay(self, made: Reply, messages: Iterable[Message]) -> None:
        """Send what was made aside, unless something else was said meanwhile."""
        if self._started:
            return
        self._started, self.status, self.refused = True, made.status, made.refused
        for message in messages:
            await self._relayed(message)

    def listen(self) -> None:
        """Remember what is sent from now on."""
        self._heard = []

    def heard(self) -> StoredAnswer | None:
        """What was sent, None unless it was sent to its end."""
        return self._heard_whole

    async def repeat(self, kept: StoredAnswer) -> None:
        """Send what was answered before."""
        self._started = True
        self.status = kept.status
        headers = [
            (b"content-type", kept.media_type.encode("latin-1")),
            (b"content-length", str(len(kept.content)).encode()),
            *self._own_headers(kept.status),
        ]
        await self._send({"type": "http.response.start", "status": kept.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": kept.content})

    def _remember(self, message: Message) -> None:
        if self._heard is None:
            return
        if message["type"] == "http.response.start":
            found = dict(message.get("headers", ()))
            media_type = found.get(b"content-type", b"application/json").decode("latin-1")
            self._heard_start = int(message["status"]), media_type
        else:
            self._heard.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._heard_whole = StoredAnswer(*self._heard_start, b"".join(self._heard))

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless it is a failure in somebody else's words."""
        if message["type"] == "http.response.start":
            status = int(message["status"])
            media_type = dict(message.get("headers", ())).get(b"content-type", b"")
            if status >= 400 and not self._is_ours(media_type):
                self._replaced = status
            elif status >= 400 and self._terms is not None:
                self._problem = message
            else:
                await self._start(message)
        elif self._problem is not None:
            await self._translate(self._problem, message["body"])
        elif self._replaced is None:
            self._remember(message)
            await self._send(message)

    async def _start(self, message: Message) -> None:
        status, said = int(message["status"]), message.get("headers", ())
        seconds = dict(said).get(b"retry-after")
        others = [one for one in said if one[0] != b"retry-after"]
        headers = [*others, *self._own_headers(status, seconds and int(seconds))]
        self._started = True
        self.status = status
        self._remember(message)
        await self._send({**message, "headers": _without_server(headers)})

    async def _translate(self, start: Message, document: bytes) -> None:
        """Send a problem that the application answered in the caller's own terms."""
        told: ProblemAnswer = orjson.loads(document)
        status, media_type, content = self._in_callers_terms(told, told["status"])
        seconds = [one for one in start.get("headers", ()) if one[0] == b"retry-after"]
        said = [(b"content-type", media_type), (b"content-length", str(len(content)).encode())]
        self._problem = None
        await self._start({**start, "status": status, "headers": [*said, *seconds]})
        body: Message = {"type": "http.response.body", "body": content}
        self._remember(body)
        await self._send(body)

    def _in_callers_terms(self, problem: ProblemAnswer, status: int) -> tuple[int, bytes, bytes]:
        """Status, kind and content of a problem as whoever called reads it."""
        if self._terms is None:
            return status, MEDIA_TYPE.encode(), orjson.dumps(problem)
        status, content = self._terms.refusal(problem)
        return status, self._terms.media_type.encode(), orjson.dumps(content)

    @property
    def _terms(self) -> CallerTerms | None:
        return None if self.route is None else self.route.terms

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
        self.status = status = status or refusal.kind.status
        self.refused = refusal.kind.code
        problem = Problem(refusal.kind, self.correlation_id, refusal.detail, refusal.errors)
        if refusal.kind.code == "signed_out" and self._wants_page():
            headers: Headers = [(b"location", b"/sign-in")]
            status, content = 303, b""
        elif self._wants_page():
            headers = [(b"content-type", b"text/html; charset=utf-8")]
            content = self._error_page(problem)
        else:
            status, media_type, content = self._in_callers_terms(problem.as_answer(), status)
            self.status = status
            headers = [(b"content-type", media_type)]
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        headers.append((b"content-length", str(len(content)).encode()))
        headers += self._own_headers(status, refusal.come_again_seconds)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": content})

    def log(self, fault: Exception) -> None:
        """Note where an exception arose; its message may hold what was sent and is left out."""
        _logger.error(
            "%s on %s at %s (correlation id %s)",
            type(fault).__name__,
            self.route.path if self.route else "an unknown address",
            place_of(fault),
            self.correlation_id,
            extra={"correlation_id": self.correlation_id},
        )

    def _is_ours(self, media_type: bytes) -> bool:
        own = [
            MEDIA_TYPE,
            *(["text/html"] if self.route is not None and self.route.browser else []),
        ]
        return media_type.decode("latin-1").startswith(tuple(own))

    def _wants_page(self) -> bool:
        accepts = headers_of(self._scope).get("accept", "")
        return (self.route is None or self.route.browser) and "text/html" in accepts

    def _own_headers(self, status: int, come_again_seconds: int | None = None) -> Headers:
        kept = self.route is not None and self.route.path == "/static/" and status < 400
        cache = b"public, max-age=31536000, immutable" if kept else b"no-store"
        seconds = come_again_seconds or _RETRY_SECONDS.get(status)
        waits = 1 if self._terms is None else self._terms.waits_a_second
        retry = [] if seconds is None else [(b"retry-after", str(waits * seconds).encode())]
        return [
            *retry,
            (b"x-correlation-id", self.correlation_id.encode()),
            *self.correlation.echoed,
            (b"cache-control", cache),
            *_SECURITY_HEADERS,
            *self.extra,
        ]


def _without_server(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return [(name, value) for name, value in headers if name.lower() != b"server"]
