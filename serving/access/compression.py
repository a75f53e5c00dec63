"""Answers made smaller on the wire: text is compressed with gzip for whoever says they can read it.

It is the last thing that happens to an answer. What is kept for a repeat is the answer itself, so that a repeat may be
asked for by somebody who reads no gzip.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from functools import partial

from serving.access.asgi import Headers, Message, Scope, Send, headers_of

LEAST_BYTES = 1_000
"""Below this an answer is one packet on the wire with or without compression."""
_LEVEL, _LEVEL_IN_PARTS = 4, 1
"""Of text 4 saves all but a thirtieth of what the highest level does, in half its time; a file of many parts is long
enough to be worth the time alone."""
_GZIP = 16 + zlib.MAX_WBITS
_TEXTS = (
    "text/",
    "application/json",
    "application/problem+json",
    "application/x-ndjson",
    "image/svg+xml",
)
_AS_THEY_ARE = (b"content-encoding", b"content-range")
"""Of an answer that says so, somebody else has chosen the bytes."""
_NAMES = ("gzip", "x-gzip", "*")

Compress = Callable[[], bytes]
Do = Callable[[Compress], Awaitable[bytes]]
"""Where compressing is done: here and now in a thread of its own, elsewhere from the event loop."""


def accepts_gzip(header: str) -> bool:
    """Whether an ``Accept-Encoding`` asks for gzip; what names no weight has all of it.

    >>> accepts_gzip("br, gzip;q=0.5"), accepts_gzip("gzip;q=0, *"), accepts_gzip("identity")
    (True, False, False)
    """
    weights: dict[str, bool] = {}
    for one in header.lower().split(","):
        name, _, rest = one.partition(";")
        weights[name.strip()] = not _is_nothing(rest)
    return next((weights[name] for name in _NAMES if name in weights), False)


def _is_nothing(parameters: str) -> bool:
    """Whether a weight says that this is not wanted, or cannot be read."""
    name, _, weight = parameters.replace(" ", "").partition("=")
    if name != "q":
        return False
    try:
        return not float(weight) > 0
    except ValueError:
        return True


async def here_and_now(compress: Compress) -> bytes:
    """Compress where nobody else is held up."""
    return compress()


class Compressed:
    """Sends one answer, compressed where it is text, the caller reads gzip, and it is worth it.

    An answer sent in parts is compressed part by part: whoever reads it has each as soon as it was sent.
    """

    def __init__(self, scope: Scope, send: Send, do: Do = here_and_now) -> None:
        self._scope, self._send, self._do = scope, send, do
        self._start: Message | None = None
        self._stream: zlib._Compress | None = None

    async def send(self, message: Message) -> None:
        """Pass a part on; the head of an answer waits for its first bytes, which say whether it is worth it."""
        if message["type"] == "http.response.start" and _is_text(message.get("headers", ())):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            await self._begin(self._start, message)
        elif message["type"] == "http.response.body" and self._stream is not None:
            await self._go_on(self._stream, message)
        else:
            if self._start is not None:
                start, self._start = self._start, None
                await self._send(start)
            await self._send(message)

    async def _begin(self, start: Message, message: Message) -> None:
        self._start = None
        # Two callers who read different encodings must not be given each other's answer by what stands between.
        headers: Headers = [*start.get("headers", ()), (b"vary", b"Accept-Encoding")]
        content, is_last = message.get("body", b""), not message.get("more_body", False)
        is_small = is_last and len(content) < LEAST_BYTES
        if is_small or not accepts_gzip(headers_of(self._scope).get("accept-encoding", "")):
            await self._send({**start, "headers": headers})
            await self._send(message)
            return
        level = _LEVEL if is_last else _LEVEL_IN_PARTS
        self._stream = zlib.compressobj(level, zlib.DEFLATED, _GZIP)
        packed = await self._packed(self._stream, content, is_last=is_last)
        length = len(packed) if is_last else None
        await self._send({**start, "headers": _of_gzip(headers, length)})
        await self._send({**message, "body": packed})

    async def _go_on(self, stream: zlib._Compress, message: Message) -> None:
        is_last = not message.get("more_body", False)
        packed = await self._packed(stream, message.get("body", b""), is_last=is_last)
        await self._send({**message, "body": packed})

    async def _packed(self, stream: zlib._Compress, content: bytes, *, is_last: bool) -> bytes:
        return await self._do(partial(_part, stream, content, is_last))


def _part(stream: zlib._Compress, content: bytes, is_last: bool) -> bytes:
    return stream.compress(content) + stream.flush(zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH)


def _of_gzip(headers: Headers, length: int | None) -> Headers:
    """The headers of the same answer compressed; of one sent in parts nobody knows how long it will be."""
    # What names the plain bytes, or offers a range of them, is not true of others.
    plain = (b"content-length", b"etag", b"accept-ranges")
    kept = [one for one in headers if one[0].lower() not in plain]
    said = [] if length is None else [(b"content-length", str(length).encode())]
    return [*kept, (b"content-encoding", b"gzip"), *said]


def _is_text(headers: Headers) -> bool:
    said = {name.lower(): value for name, value in headers}
    kind = said.get(b"content-type", b"").decode("latin-1").lower()
    return kind.startswith(_TEXTS) and not any(one in said for one in _AS_THEY_ARE)
