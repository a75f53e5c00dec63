"""A running service asked by its contract, with a key: an assistant may do what that key may, and each call is on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from features.vocabulary.errors import UsageRefused

Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""The answer to a question at an address of the contract; raises ``ServiceRefused``."""
_LONGEST_SECONDS = 30.0


class ServiceRefused(Exception):
    """A question that was not answered, with what can be done; it repeats nothing that was asked and no key."""


class _StaysHere(HTTPRedirectHandler):
    """A key is sent to the address it was given for and to no other."""

    def redirect_request(self, *args: Any, **named: Any) -> None:
        """Follow nobody elsewhere."""


def over_http(url: str, key: str) -> Ask:
    """Ask the service at ``url``, such as ``http://127.0.0.1:3000``; ``UsageRefused`` for what is no such address."""
    if not url.startswith(("http://", "https://")):
        raise UsageRefused(
            expected="the address of a running service",
            found="something else",
            remedy="Give one such as http://127.0.0.1:3000.",
        )

    opener = build_opener(_StaysHere)

    def ask(path: str, question: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
        body = json.dumps(question).encode()
        call = Request(url.rstrip("/") + path, body, headers, method="POST")
        try:
            with opener.open(call, timeout=_LONGEST_SECONDS) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except HTTPError as refused:
            raise ServiceRefused(problem_in(refused.read())) from None
        except (URLError, OSError, ValueError):
            raise ServiceRefused(
                "The service cannot be reached. Is `regulars serve` running?"
            ) from None

    return ask


def problem_in(body: bytes) -> str:
    """What a refusal says, in words."""
    try:
        problem = json.loads(body)
        return f"{problem['title']} {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return "The service gave no answer that can be read."
