"""The words of the web server: what a request, a message and an application are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from serving.access.routes import Route

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


def headers_of(scope: Scope) -> dict[str, str]:
    """A request's headers by their names in small letters."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }


def ours_first(ours: Application, others: Application, routes: Sequence[Route]) -> Application:
    """One application of two: what is declared as ours goes to ``ours``, all else to ``others``.

    The start and the end of the process are for ``others``, in which ours is mounted.
    """
    theirs = frozenset(one.path for one in routes if one.is_frameworks)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] == "http" and scope["path"] not in theirs
        await (ours if is_ours else others)(scope, receive, send)

    return application
