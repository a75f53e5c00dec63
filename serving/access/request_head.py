"""The head of a request, held to its limits before anybody looks at a key in it."""

from __future__ import annotations

from serving.access.asgi import Scope
from serving.access.problems import Refusal

MOST_HEADERS = 100
MOST_HEAD_BYTES = 32_768


def check_head(scope: Scope) -> None:
    """Refuse more headers, or longer ones together with the address, than any honest caller sends."""
    headers = scope["headers"]
    size = len(scope.get("raw_path") or b"") + len(scope.get("query_string", b""))
    size += sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MOST_HEADERS or size > MOST_HEAD_BYTES:
        # Nobody knows yet whether a key came in the address; see query_key.
        scope["query_string"] = b""
        raise Refusal("head_too_large")
