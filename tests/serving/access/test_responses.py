"""What goes back: when to come again, what a browser may keep, and a refusal as whoever asked can read it."""

from __future__ import annotations

import asyncio

import pytest

from serving.access.asgi import Headers, Message
from serving.access.problems import KINDS, Refusal, kind_for_status
from serving.access.responses import Reply, is_for_now
from serving.access.routes import Route

PAGE = Route("/churn", "pages", browser=True)
CALL = Route("/v1/score", "score", ("POST",))
FILE = Route("/static/", None)


def refused(code: str, route: Route | None, accept: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and content of a refusal."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    reply = Reply({"headers": [(b"accept", accept.encode())]}, send, lambda problem: b"<page>")
    reply.route = route
    asyncio.run(reply.refuse(Refusal(code)))
    asyncio.run(reply.refuse(Refusal("internal")))
    start, body = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert headers["content-length"] == str(len(body["body"]))
    assert reply.status == KINDS[code].status
    return start["status"], headers, body["body"]


@pytest.mark.parametrize("code", KINDS)
def test_who_may_come_again_soon_is_told_when(code: str) -> None:
    status, headers, _ = refused(code, CALL, "application/json")
    said = headers.get("retry-after")
    usual = {409: ["1"], 429: ["1"], 503: ["5"]}.get(status, [None])
    assert said in ([str(one) for one in range(10, 91)] if code == "not_recorded" else usual)
    assert headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
    assert headers["content-type"] == "application/problem+json"


def test_what_is_said_for_now_is_what_is_worth_asking_again() -> None:
    told = {
        200: False, 202: False, 303: False, 400: False, 401: False, 404: False, 408: False, 409: True,
        410: False, 413: False, 422: False, 428: False, 429: True, 430: False, 499: False, 500: True,
        503: True, 504: True, 599: True,
    }  # fmt: skip
    assert {status: is_for_now(status) for status in told} == told


@pytest.mark.parametrize(
    ("route", "accept", "kind"),
    [
        (PAGE, "text/html", "text/html; charset=utf-8"),
        (PAGE, "text/html,application/xhtml+xml;q=0.9", "text/html; charset=utf-8"),
        (PAGE, "application/json", "application/problem+json"),
        (PAGE, "", "application/problem+json"),
        (CALL, "text/html", "application/problem+json"),
        (None, "text/html", "text/html; charset=utf-8"),
        (None, "*/*", "application/problem+json"),
    ],
)
def test_a_person_is_shown_a_page_and_a_program_a_document(
    route: Route | None, accept: str, kind: str
) -> None:
    _, headers, content = refused("not_found", route, accept)
    assert headers["content-type"] == kind
    assert (content == b"<page>") == kind.startswith("text/html")


@pytest.mark.parametrize(
    ("code", "route", "accept", "status"),
    [
        ("signed_out", PAGE, "text/html", 303),
        ("signed_out", PAGE, "application/json", 401),
        ("unauthorized", PAGE, "text/html", 401),
        ("forbidden", PAGE, "text/html", 403),
    ],
)
def test_a_browser_that_is_signed_out_is_led_to_the_door_and_no_other(
    code: str, route: Route, accept: str, status: int
) -> None:
    answered, headers, _ = refused(code, route, accept)
    assert answered == status
    assert headers.get("location") == ("/sign-in" if status == 303 else None)


def test_every_refusal_has_its_safeguards_and_is_kept_by_nobody() -> None:
    for route in (PAGE, CALL, FILE, None):
        _, headers, _ = refused("not_found", route, "text/html")
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "invalid_json"), (401, "unauthorized"), (403, "forbidden"), (404, "not_found"),
        (405, "method_not_allowed"), (413, "body_too_large"), (415, "unsupported_media_type"),
        (418, "invalid_request"), (422, "invalid_request"), (429, "too_many_requests"), (499, "invalid_request"),
        (500, "internal"), (502, "internal"), (503, "not_ready"), (504, "timeout"),
    ],
)  # fmt: skip
def test_a_bare_status_stands_for_one_kind(status: int, code: str) -> None:
    assert kind_for_status(status).code == code


def sent_on(
    route: Route, status: int, media_type: bytes, *parts: bytes, more: Headers | None = None
) -> tuple[list[Message], Reply]:
    """What goes out of an answer the application gives in parts."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    reply = Reply({"headers": []}, send, lambda problem: b"<page>")
    reply.route = route
    reply.listen()

    async def answer() -> None:
        headers = [(b"content-type", media_type), (b"Server", b"somebody"), *(more or [])]
        await reply.send({"type": "http.response.start", "status": status, "headers": headers})
        for at, part in enumerate(parts):
            is_more = at < len(parts) - 1
            await reply.send({"type": "http.response.body", "body": part, "more_body": is_more})
        await reply.finish()

    asyncio.run(answer())
    return sent, reply


def test_an_answer_in_parts_is_remembered_whole_and_a_broken_off_one_not_at_all() -> None:
    sent, reply = sent_on(CALL, 200, b"text/csv", b"a", b"b", b"c")
    kept = reply.heard()
    assert kept is not None and (kept.status, kept.media_type, kept.content) == (
        200,
        "text/csv",
        b"abc",
    )
    assert b"server" not in {name.lower() for name, _ in sent[0]["headers"]} and len(sent) == 4
    _, broken = sent_on(CALL, 200, b"text/csv")
    assert broken.heard() is None


@pytest.mark.parametrize(
    ("route", "status", "media_type", "is_ours"),
    [
        (CALL, 422, b"application/problem+json", True), (CALL, 422, b"application/json", False),
        (CALL, 404, b"text/html", False), (PAGE, 404, b"text/html; charset=utf-8", True),
        (PAGE, 404, b"text/plain", False), (CALL, 399, b"text/plain", True), (CALL, 400, b"text/plain", False),
    ],
)  # fmt: skip
def test_a_failure_in_somebody_elses_words_is_said_in_ours(
    route: Route, status: int, media_type: bytes, is_ours: bool
) -> None:
    sent, reply = sent_on(route, status, media_type, b"4711")
    assert (sent[1]["body"] == b"4711") is is_ours and reply.status == status
    assert (reply.heard() is not None) is is_ours


@pytest.mark.parametrize(
    ("status", "told", "expected"),
    [
        (503, b"17", [b"17"]), (503, None, [b"5"]), (429, b"30", [b"30"]), (429, None, [b"1"]),
        (409, None, [b"1"]), (202, b"2", [b"2"]), (200, None, []), (500, None, []),
    ],
)  # fmt: skip
def test_when_to_come_again_is_told_once_and_as_the_application_told_it(
    status: int, told: bytes | None, expected: list[bytes]
) -> None:
    more = [] if told is None else [(b"retry-after", told)]
    sent, _ = sent_on(CALL, status, b"application/problem+json", b"", more=more)
    headers = sent[0]["headers"]
    assert [value for name, value in headers if name == b"retry-after"] == expected


@pytest.mark.parametrize(
    ("route", "status", "is_kept"), [(FILE, 200, True), (FILE, 404, False), (PAGE, 200, False)]
)
def test_a_browser_may_keep_static_files_for_a_year_and_nothing_else(
    route: Route, status: int, is_kept: bool
) -> None:
    sent, _ = sent_on(route, status, b"application/problem+json", b"")
    expected = b"public, max-age=31536000, immutable" if is_kept else b"no-store"
    assert dict(sent[0]["headers"])[b"cache-control"] == expected


def test_what_was_made_aside_is_sent_unless_something_was_said_meanwhile() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    reply = Reply({"headers": []}, send, lambda problem: b"<page>")
    reply.route = CALL
    aside, made = reply.aside(send), [{"type": "one"}, {"type": "two"}]
    aside.status = 207
    asyncio.run(reply.relay(aside, made))
    assert sent == made and reply.status == 207
    asyncio.run(reply.relay(aside, made))
    asyncio.run(reply.refuse(Refusal("internal")))
    assert sent == made
