"""A process that is asked to end: it finishes what it works on, and tells everybody who comes meanwhile at once."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType

LONGEST_SECONDS = 5.0
LEAST_SECONDS = 0.5
"""So long the door stays open at least: whoever has connected already is still told something."""
_LOOK_EVERY_SECONDS = 0.02


class Closing:
    """Stands before the web server's own way to end, which lets newcomers wait at a door that nobody opens."""

    def __init__(self) -> None:
        self._has_begun = False

    def has_begun(self) -> bool:
        """Whether nobody new is let in."""
        return self._has_begun

    def watch(self, is_idle: Callable[[], bool], *, least_seconds: float = LEAST_SECONDS) -> None:
        """From now on a SIGTERM ends the process when it ``is_idle``, or after five seconds; a second one at once.

        Elsewhere than in the main thread, where no signals come, this does nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        ends = signal.getsignal(signal.SIGTERM)
        if not callable(ends):
            return
        end, under_way = ends, set[asyncio.Task[None]]()

        async def finish() -> None:
            await asyncio.sleep(least_seconds)
            until = loop.time() + LONGEST_SECONDS - least_seconds
            while not is_idle() and loop.time() < until:
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
            end(signal.SIGTERM, None)

        def begin(number: int, frame: FrameType | None) -> None:
            if self._has_begun:
                end(number, frame)
                return
            self._has_begun = True
            loop.call_soon_threadsafe(lambda: under_way.add(loop.create_task(finish())))

        signal.signal(signal.SIGTERM, begin)
