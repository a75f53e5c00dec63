"""A body is read where it is of the right kind and size, and a form where it comes from the service's own page."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from serving.access.asgi import Message
from serving.access.problems import Refusal
from serving.access.request_body import (
    BODY_SECONDS,
    announced_bytes,
    check_post,
    customers_named,
    once,
    whole_body,
)
from serving.access.routes import Route

JSON = Route("/told", "score", ("POST",), body_bytes=10)
FORM = Route("/find", "pages", ("POST",), browser=True, body="form")
OF_A_FORM = {"content-type": "application/x-www-form-urlencoded", "host": "own.test"}


def refused(call: Any) -> str:
    """The kind of refusal, empty where there is none."""
    try:
        call()
    except Refusal as refusal:
        return refusal.kind.code
    return ""


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"customer_id": "anna"}', ["anna"]),
        (b'{"customer_id": 12345678901234567891}', ["12345678901234567891"]),
        (b'{"customer_id": 12.0}', ["12"]),
        (b'{"rows": [{"customer_id": "anna"}, {"customer_id": " anna"}, {"row_id": "r"}]}', ["anna"]),
        (b'{"customer_ids": ["anna", "bert", "", null, true, ["x"]]}', ["anna", "bert"]),
        (b'{"custo\\u006der_id": "anna"}', ["anna"]),
        (b'{"rows": [{"vector": {"days": 1.5}}]}', []),
        (b'{"rows": "anna", "customer_ids": 7}', []),
        (b'{"other": {"customer_id": "anna"}}', []),
        (b'["anna"]', []),
        (b'{"customer_id": ', []),
        (b"[" * 100_000, []),
        (b"\xff", []),
        (b"", []),
    ],
)  # fmt: skip
def test_a_body_names_customers_in_the_form_in_which_tables_keep_them(
    body: bytes, named: list[str]
) -> None:
    assert customers_named(body) == named


@pytest.mark.parametrize(
    ("site", "is_own"),
    [
        ("same-origin", True),
        ("none", True),
        ("same-site", False),
        ("cross-site", False),
        ("", False),
        ("Same-Origin", False),
        ("same-origin, cross-site", False),
        ("anything", False),
    ],
)
@pytest.mark.parametrize("origin", [None, "http://own.test", "null"])
def test_a_form_is_taken_from_where_the_browser_says_it_comes(
    site: str, is_own: bool, origin: str | None
) -> None:
    headers = OF_A_FORM | {"sec-fetch-site": site} | ({} if origin is None else {"origin": origin})
    assert refused(lambda: check_post(FORM, headers)) == ("" if is_own else "cross_site")


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [
        (None, True),  # no browser
        ("null", True),  # a browser that keeps its own to itself
        ("http://own.test", True),
        ("https://own.test", True),
        ("http://own.test:8080", False),
        ("http://sub.own.test", False),
        ("http://own.test.elsewhere.test", False),
        ("http://elsewhere.test", False),
        ("own.test", False),
        ("", False),
    ],
)
def test_a_form_of_an_older_browser_is_taken_by_its_origin(
    origin: str | None, is_own: bool
) -> None:
    headers = OF_A_FORM | ({} if origin is None else {"origin": origin})
    assert refused(lambda: check_post(FORM, headers)) == ("" if is_own else "cross_site")


def test_json_may_come_from_any_site_for_it_needs_a_key() -> None:
    headers = {"content-type": "application/json", "sec-fetch-site": "cross-site"}
    assert refused(lambda: check_post(JSON, headers)) == ""


@pytest.mark.parametrize(
    ("media_type", "json_taken", "form_taken"),
    [
        ("application/json", True, False),
        ("Application/JSON ; charset=utf-8", True, False),
        ("application/json;", True, False),
        ("application/x-www-form-urlencoded", False, True),
        ("application/jsonl", False, False),
        ("text/json", False, False),
        ("multipart/form-data", False, False),
        ("", False, False),
    ],
)
def test_a_body_is_taken_by_its_kind(media_type: str, json_taken: bool, form_taken: bool) -> None:
    headers = {"content-type": media_type}
    for route, is_taken in ((JSON, json_taken), (FORM, form_taken)):
        expected = "" if is_taken else "unsupported_media_type"
        assert refused(lambda route=route: check_post(route, headers)) == expected
    assert refused(lambda: check_post(JSON, {})) == "unsupported_media_type"


def read(*parts: bytes, said: str | None = None) -> bytes | str:
    """The body as it is read, or the kind of refusal."""
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": at < len(parts) - 1}
        for at, part in enumerate(parts)
    ]
    coming = iter(messages)

    async def receive() -> Message:
        return next(coming, {"type": "http.disconnect"})

    headers = {} if said is None else {"content-length": said}
    try:
        return asyncio.run(whole_body(JSON, headers, receive))
    except Refusal as refusal:
        return refusal.kind.code


def test_a_body_may_be_as_large_as_the_route_says_and_no_larger() -> None:
    assert read(b"x" * 9) == b"x" * 9
    assert read(b"x" * 10) == b"x" * 10 == read(b"x" * 4, b"x" * 6)
    assert read(b"x" * 11) == "body_too_large" == read(b"x" * 4, b"x" * 7, b"")


def test_a_body_that_is_announced_too_large_is_not_read() -> None:
    assert read(b"", said="10") == b"" and read(b"", said="11") == "body_too_large"
    # What cannot be a length says nothing; the body itself is counted.
    for nothing in ("-1", "ten", "1e9", ""):
        assert read(b"x", said=nothing) == b"x"
        assert read(b"x" * 11, said=nothing) == "body_too_large"


def test_a_body_that_breaks_off_is_too_slow() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(Refusal) as raised:
        asyncio.run(whole_body(JSON, {}, gone))
    assert raised.value.kind.code == "too_slow"
    assert BODY_SECONDS == 8.0


def test_a_body_without_parts_is_empty_and_one_without_a_sign_of_more_is_whole() -> None:
    async def bare() -> Message:
        return {"type": "http.request"}

    assert asyncio.run(whole_body(JSON, {}, bare)) == b""


def test_what_was_read_is_handed_on_once() -> None:
    async def rest() -> Message:
        return {"type": "http.disconnect"}

    async def twice() -> list[Message]:
        receive = once(b"all", rest)
        return [await receive(), await receive()]

    first, second = asyncio.run(twice())
    assert first == {"type": "http.request", "body": b"all", "more_body": False}
    assert second == {"type": "http.disconnect"}


@pytest.mark.parametrize(
    ("announced", "room"),
    [("9", 9), ("10", 10), ("11", 10), ("0", 0), (None, 10), ("", 10), ("-1", 10), ("nine", 10)],
)
def test_as_much_room_is_made_as_is_announced_and_never_more_than_the_route_takes(
    announced: str | None, room: int
) -> None:
    headers = {} if announced is None else {"content-length": announced}
    assert announced_bytes(JSON, headers) == room
