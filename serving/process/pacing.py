"""Work beside callers who wait: done in short stretches, so that nobody waits for the interpreter for long.

Only one thread of a process runs Python at a time. A thread that opens a model would hold the interpreter for five
milliseconds again and again, which every call under way would feel.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

WORK_SECONDS, REST_SECONDS = 0.001, 0.005
TURN_SECONDS = 0.001


def take_short_turns() -> None:
    """Let threads that work hand the interpreter over after a millisecond, and not after five as is usual.

    The thread that carries all bytes waits for it again and again, before each of its small steps.
    """
    sys.setswitchinterval(TURN_SECONDS)


@contextmanager
def paced(
    ticks: Callable[[], float] = time.perf_counter, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Inside the block this thread rests after each short stretch of work; other threads go on as ever.

    A single step of compiled code is never interrupted. The work takes some ten times as long.
    """
    until = ticks() + WORK_SECONDS

    def rest(*_: Any) -> None:
        nonlocal until
        if ticks() > until:
            sleep(REST_SECONDS)
            until = ticks() + WORK_SECONDS

    # The interpreter calls this at every call of a function: nothing of what is called needs to know.
    before = sys.getprofile()
    sys.setprofile(rest)
    try:
        yield
    finally:
        sys.setprofile(before)
