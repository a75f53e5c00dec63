"""How late the event loop comes to what it was to do: whatever holds it up is felt by every caller at once."""

from __future__ import annotations

import asyncio

LOOK_EVERY_SECONDS = 0.1


class LoopLag:
    """The longest the loop was late since somebody asked last; asked from any thread."""

    def __init__(self) -> None:
        self._longest = 0.0

    def begin(self) -> None:
        """Measure the loop that runs now; where none runs, do nothing."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return

        def look(due: float) -> None:
            now = loop.time()
            self._longest = max(self._longest, now - due)
            loop.call_at(now + LOOK_EVERY_SECONDS, look, now + LOOK_EVERY_SECONDS)

        first = loop.time() + LOOK_EVERY_SECONDS
        loop.call_at(first, look, first)

    def taken(self) -> float:
        """The longest so far; counting begins anew."""
        longest, self._longest = self._longest, 0.0
        return longest
