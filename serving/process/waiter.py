"""Whether anybody still waits for an answer: looked at between rows, because nobody can stop a thread from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class CallerGone(Exception):
    """The caller has gone or its time is over: whatever would be worked out is for nobody."""


class Waiter:
    """Who waits for one answer, until he leaves."""

    def __init__(self) -> None:
        self.has_left = False

    def leave(self) -> None:
        """From now on nobody waits."""
        self.has_left = True


_waiter: ContextVar[Waiter | None] = ContextVar("waiter", default=None)


@contextmanager
def waited_for(waiter: Waiter) -> Iterator[None]:
    """What is worked out inside the block is for this waiter."""
    before = _waiter.set(waiter)
    try:
        yield
    finally:
        _waiter.reset(before)


def look_up() -> None:
    """Raise ``CallerGone`` once the waiter has left; work that nobody in particular waits for goes on."""
    waiter = _waiter.get()
    if waiter is not None and waiter.has_left:
        raise CallerGone
