"""One call that was let in: nothing is worked out for a caller who has gone or whose time is over."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from serving.access.admission import Admission
from serving.access.asgi import Application, Message, Receive, Scope, Send
from serving.access.guard import Guard
from serving.access.routes import Route
from serving.process.waiter import look_up
from tests.serving.calling import PATIENT, Caller, Service
from tests.waiting import GENEROUS_SECONDS

WHOLE = Route("/do", "score", ("POST",), is_whole=True, seconds=GENEROUS_SECONDS)
Found = TypeVar("Found")
FOUR_ROWS = b'{"rows": [{}, {}, {}, {}]}'
"""More than a small call has."""


class Endless:
    """Work that ends when nobody waits for it, and says so."""

    def __init__(self) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun.set()
        try:
            while True:
                look_up()
        finally:
            self.ended.set()


async def _answers(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


@pytest.fixture
def admission() -> Admission:
    return Admission(at_once=1)


def until_idle(calls: Coroutine[Any, Any, Found], admission: Admission) -> Found:
    """Have calls made, and wait until their places are left, which is when their work has ended."""

    async def both() -> Found:
        found = await calls
        while not admission.is_idle:
            await asyncio.sleep(0)
        return found

    return asyncio.run(both())


def headers_of(service: Service, **further: str) -> list[tuple[bytes, bytes]]:
    sent = service.caller("score").headers | {"content-type": "application/json"} | further
    return [(name.encode(), value.encode()) for name, value in sent.items()]


async def asked(
    guard: Guard, headers: list[tuple[bytes, bytes]], hangs_up: asyncio.Event
) -> list[Message]:
    """What a caller is sent who gives a body and hangs up when told to."""
    sent: list[Message] = []
    bodies = [FOUR_ROWS]

    async def receive() -> Message:
        if bodies:
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}
        await hangs_up.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/do", "headers": headers}
    await guard(scope, receive, send)
    return sent


def test_work_ends_when_the_caller_hangs_up_and_the_next_has_his_turn(
    service: Service, admission: Admission
) -> None:
    endless, seen = Endless(), list[int]()
    guard = service.guarded(
        endless, (WHOLE,), admission=admission, note=lambda call: seen.append(call.status)
    )
    headers = headers_of(service)

    async def both() -> tuple[list[Message], list[Message]]:
        first_hangs_up, second_hangs_up = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(asked(guard, headers, first_hangs_up))
        await asyncio.to_thread(endless.begun.wait)
        endless.begun.clear()
        second = asyncio.create_task(asked(guard, headers, second_hangs_up))
        first_hangs_up.set()
        found = await first
        # The place was left: the second is worked for now.
        await asyncio.to_thread(endless.begun.wait)
        second_hangs_up.set()
        return found, await second

    # Nobody is there to be answered.
    assert until_idle(both(), admission) == ([], [])
    assert endless.ended.is_set() and seen == [499, 499]


def test_whoever_has_no_place_is_not_worked_for_until_one_is_left(
    service: Service, admission: Admission
) -> None:
    release, at_work, most = threading.Event(), list[int](), list[int]()
    begun = threading.Event()

    async def works(scope: Scope, receive: Receive, send: Send) -> None:
        at_work.append(1)
        most.append(len(at_work))
        begun.set()
        release.wait()
        at_work.pop()
        await _answers(scope, receive, send)

    guard, headers = service.guarded(works, (WHOLE,), admission=admission), headers_of(service)

    async def three() -> list[list[Message]]:
        never = asyncio.Event()
        calls = [asyncio.create_task(asked(guard, headers, never)) for _ in range(3)]
        await asyncio.to_thread(begun.wait)
        # Time enough for the others to come in where nothing keeps them out.
        for _ in range(20):
            await asyncio.to_thread(at_work.copy)
        release.set()
        return await asyncio.gather(*calls)

    answers = until_idle(three(), admission)
    assert [start["status"] for start, _ in answers] == [200, 200, 200]
    assert most == [1, 1, 1]


def test_who_hangs_up_while_he_waits_is_not_worked_for(
    service: Service, admission: Admission
) -> None:
    endless = Endless()
    guard, headers = service.guarded(endless, (WHOLE,), admission=admission), headers_of(service)

    async def both() -> None:
        hangs_up, gone = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(asked(guard, headers, hangs_up))
        await asyncio.to_thread(endless.begun.wait)
        endless.begun.clear()
        gone.set()
        await asked(guard, headers, gone)
        assert not endless.begun.is_set()
        hangs_up.set()
        await first

    until_idle(both(), admission)


@pytest.mark.parametrize("is_whole", [True, False])
def test_who_waits_too_long_is_told_at_once_and_his_work_ends(
    service: Service, admission: Admission, is_whole: bool
) -> None:
    async def endless_in_parts(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.to_thread(_until_nobody_waits, ended)

    ended = threading.Event()
    endless = Endless()
    endless.ended = ended
    hurried = replace(WHOLE, seconds=0.01, is_whole=is_whole)
    application: Application = endless if is_whole else endless_in_parts
    guard = service.guarded(application, (hurried,), admission=admission)
    headers = headers_of(service)
    start, body = until_idle(asked(guard, headers, asyncio.Event()), admission)
    assert (start["status"], json.loads(body["body"])["code"]) == (504, "timeout")
    assert ended.is_set()


def _until_nobody_waits(ended: threading.Event) -> None:
    try:
        while True:
            look_up()
    finally:
        ended.set()


def test_who_reads_a_download_slowly_holds_nobody_up(service: Service) -> None:
    admission = Admission(light_at_once=1)
    reads = asyncio.Event()

    async def in_parts(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await reads.wait()
        await send({"type": "http.response.body", "body": b"{}"})

    guard = service.guarded(
        in_parts, (Route("/file", "score", seconds=GENEROUS_SECONDS),), admission=admission
    )
    key = headers_of(service)

    async def both() -> list[int]:
        began, found = asyncio.Event(), list[int]()

        async def send(message: Message) -> None:
            if "status" in message:
                found.append(int(message["status"]))
                began.set()

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        scope = {"type": "http", "method": "GET", "path": "/file", "headers": key}
        first = asyncio.create_task(guard(dict(scope), receive, send))
        await began.wait()
        began.clear()
        second = asyncio.create_task(guard(dict(scope), receive, send))
        await began.wait()
        reads.set()
        await asyncio.gather(first, second)
        return found

    assert asyncio.run(both()) == [200, 200]


def test_a_route_that_is_answered_whole_must_not_wait_for_anything(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0)

    guard = service.guarded(waits, (WHOLE,))
    answer = Caller(guard, service.caller("score").headers).post(
        "/do", content=b"{}", headers={"content-type": "application/json"}
    )
    assert answer.status_code == 500
    assert "RuntimeError on /do at turn.py" in caplog.text


def test_every_answer_is_made_in_another_thread_than_the_one_that_carries_bytes(
    service: Service,
) -> None:
    threads: dict[str, int] = {}

    async def tells(scope: Scope, receive: Receive, send: Send) -> None:
        threads[scope["path"]] = threading.get_ident()
        await _answers(scope, receive, send)

    whole = [one for one in PATIENT if one.is_whole and not one.path.endswith("/")]
    caller = Caller(service.guarded(tells, whole), service.caller("score", "admin").headers)
    for route in whole:
        if route.scope == "score":
            content: dict[str, Any] = {"json": {}} if "POST" in route.methods else {}
            assert caller.request(route.methods[-1], route.path, **content).status_code == 200
    assert len(threads) > 10
    assert threading.get_ident() not in threads.values()
