"""The body of a request: of the right kind, from the right site, whole, and not too large."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

from features.vocabulary.identifiers import normal_id
from serving.access.asgi import Message, Receive
from serving.access.problems import Refusal
from serving.access.routes import Route
from serving.ledger.exact_json import read_exactly

BODY_SECONDS = 8.0
_MOST_FIELDS = 100
_MEDIA_TYPES = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "file": "multipart/form-data",
}


def check_post(route: Route, headers: dict[str, str]) -> None:
    """Refuse a body of another kind than the route takes, and a form or a file from another site."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _MEDIA_TYPES[route.body]:
        raise Refusal("unsupported_media_type", f"Send `Content-Type: {_MEDIA_TYPES[route.body]}`.")
    if route.body != "json" and not _same_site(headers):
        raise Refusal("cross_site")


def _same_site(headers: dict[str, str]) -> bool:
    """Whether a form came from the service's own page; what no browser sends counts as own."""
    if "sec-fetch-site" in headers:
        return headers["sec-fetch-site"] in ("same-origin", "none")
    # Under the referrer policy "no-referrer" browsers send the origin of their own forms as "null".
    origin = headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == headers.get("host")


def form_pairs(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form in their order, empty ones too; what is not UTF-8 becomes a question mark."""
    text = body.decode("utf-8", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refusal("invalid_request", "Send the form as the page has it.") from None


def form_fields(body: bytes) -> Mapping[str, str]:
    """The fields of a form that are filled in, each with its first value.

    >>> form_fields(b"q=tea&q=coffee&band=")
    {'q': 'tea'}
    """
    return {name: value for name, value in reversed(form_pairs(body)) if value}


def customers_named(body: bytes) -> list[str]:
    """The customers a body of JSON names, in the form tables keep numbers in; of one that cannot be read nobody.

    >>> customers_named(b'{"rows": [{"customer_id": "C7 "}, {"customer_id": 12}], "customer_ids": ["C8"]}')
    ['C8', 'C7', '12']
    """
    # A body of vectors alone may be large; a name can be written otherwise in one way.
    if b"customer_id" not in body and b"\\u" not in body:
        return []
    try:
        found = read_exactly(body)
    except (ValueError, RecursionError):
        return []
    question = found if isinstance(found, dict) else {}
    several, rows = question.get("customer_ids"), question.get("rows")
    named = [question.get("customer_id"), *(several if isinstance(several, list) else ())]
    for row in rows if isinstance(rows, list) else ():
        named.append(row.get("customer_id") if isinstance(row, dict) else None)
    return as_numbers(named)


def as_numbers(named: Iterable[object]) -> list[str]:
    """What names customers, each once, in the form tables keep numbers in; what can name nobody is left out."""
    texts = (
        str(one) for one in named if one is not None and not isinstance(one, bool | list | dict)
    )
    return list(dict.fromkeys(filter(None, map(normal_id, texts))))


def announced_bytes(route: Route, headers: dict[str, str]) -> int:
    """How much of a body may come at most: what is announced, or all that the route takes."""
    announced = headers.get("content-length", "")
    return min(int(announced), route.body_bytes) if announced.isdecimal() else route.body_bytes


async def whole_body(route: Route, headers: dict[str, str], receive: Receive) -> bytes:
    """Read the body within its limits, whatever its framing."""
    announced = headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > route.body_bytes:
        raise Refusal("body_too_large")
    try:
        # Unlike to wait for it this makes no task of its own, which costs as much as a small body.
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(receive, route.body_bytes)
    except TimeoutError:
        raise Refusal("too_slow") from None


def once(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, handed on in one piece."""
    delivered = False

    async def deliver() -> Message:
        nonlocal delivered
        if delivered:
            return await receive()
        delivered = True
        return {"type": "http.request", "body": body, "more_body": False}

    return deliver


async def _read(receive: Receive, most_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refusal("too_slow")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most_bytes:
            raise Refusal("body_too_large")
        if not message.get("more_body", False):
            return b"".join(parts)
