"""One call that was let in: it waits for its turn, is worked for in another thread, and is given up when nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from functools import partial
from typing import Any, TypeVar

from serving.access.admission import QueuePlace
from serving.access.asgi import Application, Message, Receive, Scope, Send
from serving.access.entrance import Entrance
from serving.access.problems import Refusal
from serving.access.request_body import once
from serving.access.responses import Reply
from serving.access.routes import Route
from serving.access.threads import Threads
from serving.access.visitor import drawn_for
from serving.process.waiter import CallerGone, Waiter, waited_for

Found = TypeVar("Found")
Do = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Does something with the ledger: here and now in a thread that may wait, elsewhere from the event loop."""


class Turn:
    """From a body that was read to an answer that was sent."""

    def __init__(
        self,
        application: Application,
        scope: Scope,
        receive: Receive,
        answer: Reply,
        entrance: Entrance,
        body: bytes,
    ) -> None:
        self._application = application
        self._scope = scope
        self._receive = receive
        self._answer = answer
        self._entrance = entrance
        self._body = body
        self._waiter = Waiter()
        self._is_begun = False

    async def at_once(self, seconds: float) -> None:
        """Answer what asks for nobody's data and for no work."""
        self._say_who()
        try:
            async with asyncio.timeout(seconds):
                await self._application(self._scope, self._input(), self._answer.send)
        except TimeoutError:
            raise Refusal("timeout") from None
        await self._answer.finish()

    async def taken(self, place: QueuePlace, route: Route, threads: Threads) -> None:
        """Wait for the turn, then have it answered; ``CallerGone`` when the caller hangs up meanwhile.

        The place is left when the work has ended, however early the caller was told that it takes too long.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(route.seconds, self._end, outcome, Refusal("timeout"))
        # A small call is done before anybody could hang up; a body that is not read yet is left to who reads it.
        is_watched = self._scope["method"] == "POST" and not place.work.is_light
        watch = loop.create_task(self._hung_up(outcome)) if is_watched else None
        try:
            if not place.has_its_turn:
                await asyncio.wait({place.awaited(), outcome}, return_when=asyncio.FIRST_COMPLETED)
            if not outcome.done():
                self._is_begun = True
                work = self._whole if route.is_whole else self._in_parts
                await work(place, threads, outcome)
            outcome.result()
        finally:
            timer.cancel()
            if watch is not None:
                watch.cancel()
            if not self._is_begun:
                place.leave(is_whole=False)

    async def _whole(
        self, place: QueuePlace, threads: Threads, outcome: asyncio.Future[None]
    ) -> None:
        """Have the whole answer made in one thread, then send it."""
        made: list[Message] = []

        async def collect(message: Message) -> None:
            made.append(message)

        reply = self._answer.aside(collect)
        threads.do(partial(self._in_a_thread, reply), partial(_settle, place, outcome))
        await outcome
        await self._answer.relay(reply, made)

    async def _in_parts(
        self, place: QueuePlace, threads: Threads, outcome: asyncio.Future[None]
    ) -> None:
        """Answer from the event loop what is sent in parts; whoever reads them slowly holds nobody up."""

        async def send(message: Message) -> None:
            place.leave()
            await self._answer.send(message)

        def settle(work: asyncio.Task[None]) -> None:
            fault = asyncio.CancelledError() if work.cancelled() else work.exception()
            _settle(place, outcome, None, fault)

        with waited_for(self._waiter):
            answered = self._answered(self._answer, send, threads.done)
            work = asyncio.get_running_loop().create_task(answered)
        work.add_done_callback(settle)
        try:
            await outcome
        finally:
            work.cancel()

    def _in_a_thread(self, reply: Reply) -> None:
        async def at_once(do: Callable[[], Found]) -> Found:
            return do()

        with waited_for(self._waiter):
            _driven(self._answered(reply, reply.send, at_once))

    async def _answered(self, reply: Reply, send: Send, do: Do) -> None:
        """Let the call in, answer it and keep the answer for its repeat, or repeat what was kept."""
        entrance = self._entrance
        kept = await do(partial(entrance.enter, self._body, reply.correlation_id))
        if kept is not None:
            reply.extra.append((b"idempotent-replayed", b"true"))
            await reply.repeat(kept)
            return
        self._say_who()
        if not entrance.is_first:
            with drawn_for(entrance.visitor) if self._is_page else nullcontext():
                await self._application(self._scope, self._input(), send)
            await reply.finish()
            return
        reply.listen()
        try:
            await self._application(self._scope, self._input(), send)
            await reply.finish()
        finally:
            await do(lambda: entrance.keep(reply.heard()))

    def _say_who(self) -> None:
        said = {
            "correlation_id": self._answer.correlation_id,
            "caller": self._entrance.caller,
            "actor": self._entrance.actor,
            "session": self._entrance.session,
            "cookies": self._entrance.cookies,
        }
        self._scope["state"] = {**self._scope.get("state", {}), **said}

    @property
    def _is_page(self) -> bool:
        return self._answer.route is not None and self._answer.route.browser

    def _input(self) -> Receive:
        return once(self._body, self._receive) if self._scope["method"] == "POST" else self._receive

    async def _hung_up(self, outcome: asyncio.Future[None]) -> None:
        """Watch for the end of the connection."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._end(outcome, CallerGone())

    def _end(self, outcome: asyncio.Future[None], why: Exception) -> None:
        if not outcome.done():
            self._waiter.leave()
            outcome.set_exception(why)


def _settle(
    place: QueuePlace, outcome: asyncio.Future[None], _: None, fault: BaseException | None
) -> None:
    """A place is free again; what failed or was given up says nothing of what such work costs."""
    place.leave(is_whole=fault is None)
    if outcome.done():
        return
    if fault is None:
        outcome.set_result(None)
    else:
        outcome.set_exception(fault)


def _driven(answering: Coroutine[Any, Any, None]) -> None:
    """Run what waits for nothing to its end, without an event loop."""
    try:
        answering.send(None)
    except StopIteration:
        return
    answering.close()
    raise RuntimeError("a route that is answered whole must not wait for anything")
