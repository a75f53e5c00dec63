"""Who is worked for now, who waits for his turn, and who is told at once when to come again.

A process does about as much at once as it has cores: more threads would only make each other late. What is asked for
beyond waits briefly, in the order it came. Whoever would wait too long, by what calls like those before it have cost so
far, is refused before any work is done. Small calls take turns among themselves and never stand behind large ones.

Everything here runs on the event loop's thread and awaits nothing, so that nothing comes between a check and a count.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

from serving.access.costs import CallCosts
from serving.access.return_times import ReturnTimes
from serving.access.work import Work

LIGHT_AT_ONCE = 2
PASSWORDS_AT_ONCE = 1
LONGEST_WAIT_SECONDS = 2.0
WORKER_STARTS_SECONDS = 20.0
"""So long it takes at most, on busy cores, until a worker that died has been replaced."""
_BODIES_BYTES = 128_000_000


class TooBusy(Exception):
    """Nobody can be worked for in time; ``come_again_seconds`` tells when there will be room."""

    def __init__(self, come_again_seconds: int) -> None:
        super().__init__(come_again_seconds)
        self.come_again_seconds = come_again_seconds


class QueueLength(NamedTuple):
    """How many calls of a queue are worked on now, and how many wait."""

    running: int
    waiting: int


class Admission:
    """The queues of one process: one of small calls, one of passwords that are tried, one of all others.

    One password is tried at a time: whoever tries many takes the service from nobody.
    ``at_once`` large calls are worked on at the same time; 0 means one a core this process may use.
    """

    def __init__(
        self,
        *,
        at_once: int = 0,
        light_at_once: int = LIGHT_AT_ONCE,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.costs = CallCosts()
        self.longest_wait_seconds = longest_wait_seconds
        self.ticks = ticks
        self.lacks_workers = False
        """Whether other processes that share the calls are missing just now, and on their way."""
        self._large = _Queue(self, at_once or cores())
        self._light = _Queue(self, light_at_once)
        self._passwords = _Queue(self, PASSWORDS_AT_ONCE)
        self._bodies_bytes = 0

    def declare(self, *, at_once: int, longest_wait_seconds: float) -> None:
        """Go by a company's settings from now on."""
        self._large.at_once = at_once or cores()
        self.longest_wait_seconds = longest_wait_seconds

    @property
    def threads(self) -> int:
        """So many calls are worked on at once, small ones among them."""
        return self._large.at_once + self._light.at_once + self._passwords.at_once

    @property
    def queues(self) -> Mapping[str, QueueLength]:
        """How many are worked for and how many wait, by queue."""
        return {
            "large": self._large.length,
            "light": self._light.length,
            "passwords": self._passwords.length,
        }

    @property
    def is_idle(self) -> bool:
        """Whether nobody is worked for and nobody waits."""
        return self._large.is_idle and self._light.is_idle and self._passwords.is_idle

    def enter(self, work: Work, *, within_seconds: float) -> QueuePlace:
        """A place in the queue, counted before anybody else can ask; ``TooBusy`` for who would be too late.

        Whoever finds nobody before him is always let in.
        """
        return self._queue_of(work).enter(work, self.costs.seconds(work), within_seconds)

    def _queue_of(self, work: Work) -> _Queue:
        if work.tries_password:
            return self._passwords
        return self._light if work.is_light else self._large

    def make_room(self, body_bytes: int) -> None:
        """Count a body before it is read; ``TooBusy`` where too much is held already. See ``free_room``."""
        if self._bodies_bytes and self._bodies_bytes + body_bytes > _BODIES_BYTES:
            raise TooBusy(1)
        self._bodies_bytes += body_bytes

    def free_room(self, body_bytes: int) -> None:
        """A body is not held any more."""
        self._bodies_bytes -= body_bytes


class _Queue:
    """Some places at which calls are worked on, and those who wait for one."""

    def __init__(self, admission: Admission, at_once: int) -> None:
        self.at_once = at_once
        self._admission = admission
        self._working: set[QueuePlace] = set()
        self._waiting: deque[QueuePlace] = deque()
        self._returns = ReturnTimes()

    @property
    def is_idle(self) -> bool:
        return not self._working and not self._waiting

    @property
    def length(self) -> QueueLength:
        return QueueLength(len(self._working), len(self._waiting))

    def enter(self, work: Work, seconds: float, within_seconds: float) -> QueuePlace:
        place = QueuePlace(self, work, seconds)
        now = self._admission.ticks()
        self._returns.note(now, seconds / self.at_once)
        if len(self._working) < self.at_once:
            self._begin(place)
            return place
        before_seconds = self._seconds_before(now)
        allowed_seconds = min(self._admission.longest_wait_seconds, within_seconds - seconds)
        if before_seconds > max(0.0, allowed_seconds):
            room_in_seconds = before_seconds - max(0.0, allowed_seconds)
            if self._admission.lacks_workers:
                room_in_seconds = max(room_in_seconds, WORKER_STARTS_SECONDS)
            raise TooBusy(self._returns.next(now, room_in_seconds, seconds / self.at_once))
        self._waiting.append(place)
        return place

    def leave(self, place: QueuePlace, *, is_whole: bool) -> None:
        """Nobody works for this place any more, or waits at it: it is the next one's turn."""
        if place in self._working:
            self._working.remove(place)
            if is_whole:
                took = self._admission.ticks() - place.begun_at
                self._admission.costs.learn(place.work, took)
        elif place in self._waiting:
            self._waiting.remove(place)
        while self._waiting and len(self._working) < self.at_once:
            self._begin(self._waiting.popleft())

    def _begin(self, place: QueuePlace) -> None:
        place.begun_at = self._admission.ticks()
        self._working.add(place)
        if place.turn is not None and not place.turn.done():
            place.turn.set_result(None)

    def _seconds_before(self, now: float) -> float:
        """How long it takes until those who are here are done."""
        under_way = sum(max(0.0, one.begun_at + one.seconds - now) for one in self._working)
        return (under_way + sum(one.seconds for one in self._waiting)) / self.at_once


class QueuePlace:
    """One call's place, from when it was counted until nothing is done for it any more."""

    def __init__(self, queue: _Queue, work: Work, seconds: float) -> None:
        self.work = work
        self.seconds = seconds
        """How long it is expected to take."""
        self.begun_at = -1.0
        self.turn: asyncio.Future[None] | None = None
        self._queue = queue

    @property
    def has_its_turn(self) -> bool:
        """Whether it may be worked for."""
        return self.begun_at >= 0

    def awaited(self) -> asyncio.Future[None]:
        """Done when it may be worked for."""
        self.turn = asyncio.get_running_loop().create_future()
        if self.has_its_turn:
            self.turn.set_result(None)
        return self.turn

    def leave(self, *, is_whole: bool = True) -> None:
        """Give the place up; from work that was done whole is learned what such calls cost."""
        self._queue.leave(self, is_whole=is_whole)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
