"""What a probe is told beside yes and no: which model answers, and which one was promoted and does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from serving.access.asgi import Application, Headers, Message, Receive, Scope, Send
from serving.access.problems import Refusal
from serving.in_use.models_in_use import ModelsInUse

PATH = "/readyz"
ANSWERING, PROMOTED = b"x-regulars-model", b"x-regulars-promoted"
_SHOWN = 12


def telling(
    application: Application,
    models_in_use: Callable[[], ModelsInUse | None],
    lacking: Callable[[], Sequence[str]] = tuple,
) -> Application:
    """The same application, whose answer to the probe names the models; nothing is read from disk for it.

    While something is ``lacking``, named as the problems are that calls are refused by, the probe is refused by the first.
    """

    async def with_readiness(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await application(scope, receive, send)
            return
        for code in lacking():
            raise Refusal(code)

        async def with_models(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *_named(models_in_use())]
                message = {**message, "headers": headers}
            await send(message)

        await application(scope, receive, with_models)

    return with_readiness


def _named(found: ModelsInUse | None) -> Headers:
    if found is None:
        return []
    answering, promoted = found.answering, found.promoted
    headers: Headers = []
    if answering is not None:
        headers.append((ANSWERING, _short(answering.version, answering.digest)))
    if promoted is not None and promoted != answering:
        headers.append((PROMOTED, _short(promoted.version, promoted.digest)))
    return headers


def _short(version: str, digest: str) -> bytes:
    return f"{version or '?'} {digest[:_SHOWN]}".encode()
