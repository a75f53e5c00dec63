"""By which name a call is found in the log: the caller's own where one came that may stand there, else one of ours."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

CORRELATION_HEADERS = ("x-correlation-id", "x-request-id")
TRACE_HEADER = "traceparent"
_HEADERS = (*CORRELATION_HEADERS, TRACE_HEADER)
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACE = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True)
class Correlation:
    """The name of one call, the trace it is part of, and the caller's headers that are given back with the answer."""

    name: str = field(default_factory=lambda: secrets.token_hex(8))
    trace: str = ""
    """The ``traceparent`` the caller sent, empty without a usable one."""
    echoed: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def trace_id(self) -> str:
        """The id of the whole trace; empty where the call is part of none."""
        return self.trace[3:35]


def correlation_of(headers: Mapping[str, str], own: Correlation | None = None) -> Correlation:
    """The correlation of a request: ``own`` but for what its headers say.

    A header that is too long or holds anything but plain characters counts for nothing.
    """
    own = own or Correlation()
    if not any(one in headers for one in _HEADERS):
        return own
    trace = headers.get(TRACE_HEADER, "")
    trace = trace if _TRACE.fullmatch(trace) else ""
    given = {one: headers[one] for one in CORRELATION_HEADERS if _is_plain(headers.get(one, ""))}
    echoed = [(TRACE_HEADER.encode(), trace.encode())] if trace else []
    if CORRELATION_HEADERS[1] in given:
        name = CORRELATION_HEADERS[1]
        echoed.append((name.encode(), given[name].encode()))
    return Correlation(next(iter(given.values()), own.name), trace, tuple(echoed))


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None
