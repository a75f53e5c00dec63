"""Whoever connects and does not ask makes nobody wait: a real web server, with connections that drip."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import pytest
import uvicorn

from serving.access.asgi import Receive, Scope, Send
from serving.access.connections import MOST_UNREAD_BYTES, BoundedConnection, bound_connections
from tests.serving.process.test_launch import free_port
from tests.waiting import GENEROUS_SECONDS

GOOD = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def says_yes(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads nothing of a body and answers two letters."""
    if scope["type"] != "http":
        return
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    await send(start)
    await send({"type": "http.response.body", "body": b"ok"})


def served(
    does: Callable[[Callable[[], Awaitable[Connection]]], Awaitable[None]],
    *,
    most: int = 1_000,
    head_seconds: float = GENEROUS_SECONDS,
    application: Any = says_yes,
) -> None:
    """Do something with a web server that listens; what it is given opens a connection."""
    given_seconds = head_seconds

    class Bounded(BoundedConnection):
        head_seconds = given_seconds
        _waiting: ClassVar[dict[BoundedConnection, None]] = {}

        @staticmethod
        def most_connections() -> int:
            return most

    async def run() -> None:
        port = free_port()
        config = uvicorn.Config(
            application,
            port=port,
            http=Bounded,
            log_config=None,
            lifespan="off",
            timeout_keep_alive=int(GENEROUS_SECONDS),
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        opened: list[Connection] = []

        async def connect() -> Connection:
            opened.append(await asyncio.open_connection("127.0.0.1", port))
            return opened[-1]

        try:
            await does(connect)
        finally:
            for _, writer in opened:
                writer.close()
            server.should_exit = server.force_exit = True
            await serving

    asyncio.run(run())


async def answered(connection: Connection, request: bytes = GOOD) -> int:
    """The status a request is answered with."""
    reader, writer = connection
    writer.write(request)
    status = int((await reader.readuntil(b"\r\n")).split()[1])
    await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"ok"
    return status


async def dripping(connect: Callable[[], Awaitable[Connection]], count: int) -> list[Connection]:
    """Connections with the beginning of a head each."""
    opened = [await connect() for _ in range(count)]
    for place, (_, writer) in enumerate(opened):
        writer.write(b"" if place % 3 == 0 else b"GET / HTTP/1.1\r\nx-drip: 1")
    return opened


def test_fifty_connections_that_drip_block_nobody_and_the_longest_make_room() -> None:
    async def crowd(connect: Callable[[], Awaitable[Connection]]) -> None:
        drips = await dripping(connect, 50)
        for _ in range(20):
            assert await answered(await connect()) == 200
        assert await drips[0][0].read() == b"" and await drips[1][0].read() == b""

    served(crowd, most=10)


def test_a_connection_that_is_answered_makes_no_room_for_one_that_drips() -> None:
    release, begun = asyncio.Event(), asyncio.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await release.wait()
        await says_yes(scope, receive, send)

    async def crowd(connect: Callable[[], Awaitable[Connection]]) -> None:
        first = await connect()
        answer = asyncio.create_task(answered(first))
        await begun.wait()
        refused = await connect()
        assert await refused[0].read() == b""
        release.set()
        assert await answer == 200

    served(crowd, most=1, application=waits)


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET / HT", GOOD[:-2], GOOD + b"GET"])
def test_who_does_not_finish_a_head_is_not_waited_for(sent: bytes) -> None:
    async def drip(connect: Callable[[], Awaitable[Connection]]) -> None:
        reader, writer = await connect()
        writer.write(sent)
        # The end of the connection: what was asked before is answered.
        assert (await reader.read()).endswith(b"ok" if GOOD in sent else b"")

    served(drip, head_seconds=0.05)


def test_a_connection_may_ask_again_and_again() -> None:
    async def often(connect: Callable[[], Awaitable[Connection]]) -> None:
        connection = await connect()
        for _ in range(5):
            assert await answered(connection) == 200
        posted = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 300000\r\n\r\n" + b"x" * 300_000
        # Its body is not read before it is answered, and is no head of a next request.
        assert await answered(connection, posted) == 200
        assert await answered(connection) == 200

    served(often)


def test_what_is_asked_while_an_answer_is_made_is_no_head_without_an_end() -> None:
    release, begun = asyncio.Event(), asyncio.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await release.wait()
        await says_yes(scope, receive, send)

    async def ahead(connect: Callable[[], Awaitable[Connection]]) -> None:
        connection = await connect()
        count = 2 * MOST_UNREAD_BYTES // len(GOOD)
        first = asyncio.create_task(answered(connection, GOOD * count))
        await begun.wait()
        release.set()
        assert await first == 200
        for _ in range(count - 1):
            assert await answered(connection, b"") == 200

    served(ahead, application=waits)


def test_a_head_without_an_end_is_refused_by_a_problem_before_it_fills_the_memory() -> None:
    async def endless(connect: Callable[[], Awaitable[Connection]]) -> None:
        reader, writer = await connect()
        writer.write(b"GET / HTTP/1.1\r\nx-long: " + b"a" * (MOST_UNREAD_BYTES + 1))
        answer = await reader.read()
        head, _, content = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 431 ")
        problem = json.loads(content)
        assert problem["code"] == "head_too_large"
        assert f"x-correlation-id: {problem['correlation_id']}".encode() in head

    served(endless)


def test_the_web_server_treats_connections_so_unless_it_is_told_otherwise() -> None:
    bound_connections()
    config = uvicorn.Config(says_yes, log_config=None)
    config.load()
    assert config.http_protocol_class is BoundedConnection
