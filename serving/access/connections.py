"""What a connection may do before there is a request: send a head of some size within some time, or make room for others.

The web server itself waits for ever for the end of a head, and keeps of it whatever comes.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

import uvicorn.config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.access.correlation import Correlation
from serving.access.problems import KINDS, MEDIA_TYPE, Problem
from serving.access.request_head import MOST_HEAD_BYTES
from serving.process.open_files import most_connections

HEAD_SECONDS = 10.0
MOST_UNREAD_BYTES = 2 * MOST_HEAD_BYTES
"""So much of a head is kept that has no end yet; whatever is whole is judged by the guard."""


class BoundedConnection(HttpToolsProtocol):
    """One connection of the web server, held to limits of size and time while the head of a request is awaited.

    Where a process has as many connections as it may, the one that has waited longest for a head is closed; if all are
    being answered, the new one.
    """

    head_seconds: ClassVar[float] = HEAD_SECONDS
    _waiting: ClassVar[dict[BoundedConnection, None]] = {}
    """Those of the process that wait for a head, the one that has waited longest first."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, where there is room or can be made."""
        self._unread_bytes = 0
        self._is_in_body = False
        self._timer: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        if len(self.connections) > self.most_connections():
            longest = next(iter(self._waiting), self)
            longest._end_wait()
            longest.transport.abort()
        if not transport.is_closing():
            self._wait_for_head()

    @staticmethod
    def most_connections() -> int:
        """How many connections a process may have."""
        return most_connections()

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side has gone, or was closed."""
        self._end_wait()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a head that has grown too large without an end is refused."""
        if not self._is_in_body:
            self._unread_bytes += len(data)
        super().data_received(data)
        awaits_head = self._timer is not None and not self._is_in_body
        if awaits_head and self._unread_bytes > MOST_UNREAD_BYTES:
            self._refuse_head()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        if self._timer is None:
            self._wait_for_head()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._end_wait()
        self._is_in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._is_in_body = False
        self._unread_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer was sent; the next head is awaited unless it is there already."""
        super().on_response_complete()
        if self._timer is None and self._is_at_rest and not self.transport.is_closing():
            self._wait_for_head()

    @property
    def _is_at_rest(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self._unread_bytes = 0
        self._waiting[self] = None
        self._timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _end_wait(self) -> None:
        self._waiting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._end_wait()
        if self._is_at_rest:
            self.transport.close()
        else:
            # An earlier request on the same connection is still worked on.
            self._wait_for_head()

    def _refuse_head(self) -> None:
        self._end_wait()
        if self._is_at_rest:
            self.transport.write(_refusal())
        self.transport.close()


def bound_connections() -> None:
    """Let every web server of this process treat connections so, unless it was told otherwise."""
    name = f"{BoundedConnection.__module__}:{BoundedConnection.__qualname__}"
    uvicorn.config.HTTP_PROTOCOLS["auto"] = name


def _refusal() -> bytes:
    """The problem as the guard would tell it, with all that belongs to an answer."""
    correlation = Correlation()
    content = Problem(KINDS["head_too_large"], correlation.name).as_json()
    head = (
        "HTTP/1.1 431 Request Header Fields Too Large\r\n"
        f"content-type: {MEDIA_TYPE}\r\n"
        f"content-length: {len(content)}\r\n"
        f"x-correlation-id: {correlation.name}\r\n"
        "cache-control: no-store\r\n"
        "connection: close\r\n\r\n"
    )
    return head.encode() + content
