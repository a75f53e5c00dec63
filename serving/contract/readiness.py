"""What a probe is told beside yes and no: which model answers, and which one was promoted and does not."""

from __future__ import annotations

from collections.abc import Callable

from serving.access.asgi import Application, Headers, Message, Receive, Scope, Send
from serving.in_use.models_in_use import ModelsInUse

PATH = "/readyz"
ANSWERING, PROMOTED = b"x-regulars-model", b"x-regulars-promoted"
_SHOWN = 12


def telling(
    application: Application, models_in_use: Callable[[], ModelsInUse | None]
) -> Application:
    """The same application, whose answer to the probe names the models; nothing is read from disk for it."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        found = models_in_use() if scope["type"] == "http" and scope["path"] == PATH else None
        if found is None:
            await application(scope, receive, send)
            return

        async def with_models(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *_named(found)]
                message = {**message, "headers": headers}
            await send(message)

        await application(scope, receive, with_models)

    return told


def _named(found: ModelsInUse) -> Headers:
    answering, promoted = found.answering, found.promoted
    headers: Headers = []
    if answering is not None:
        headers.append((ANSWERING, _short(answering.version, answering.digest)))
    if promoted is not None and promoted != answering:
        headers.append((PROMOTED, _short(promoted.version, promoted.digest)))
    return headers


def _short(version: str, digest: str) -> bytes:
    return f"{version or '?'} {digest[:_SHOWN]}".encode()
