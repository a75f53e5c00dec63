"""When those who were sent away are to come again: as many in a second as can be taken beside whoever comes anew."""

from __future__ import annotations

import math
import random
from collections import defaultdict

LONGEST_SECONDS = 90
WINDOW_SECONDS = 60
"""So long what came is remembered."""
LEAST_SPARE = 0.1
"""However much comes anew, so much of what can be done is for those who were sent away."""
OF_WHOM_COME_BACK = 0.7
"""Not all will come back, and a queue that runs dry is a core that does nothing."""


class ReturnTimes:
    """Gives everybody who is sent away another time, one behind the other.

    Work is told in seconds of all that is worked on at once. Who comes anew goes on coming while others come back, so
    that only what the last minute left over is promised to them: with four fifths taken, five times as far apart.
    """

    def __init__(self) -> None:
        self._came: defaultdict[int, float] = defaultdict(float)
        self._promised: defaultdict[int, float] = defaultdict(float)
        self._until = 0.0

    @property
    def seconds_remembered(self) -> int:
        """Of so many seconds it is known what came or will: bounded, however long the process lives."""
        return len({*self._came, *self._promised})

    def note(self, now: float, seconds: float) -> None:
        """Somebody has come, with so much work, whether or not it will be done."""
        if int(now) not in self._came:
            self._forget(int(now) - WINDOW_SECONDS)
        self._came[int(now)] += seconds

    def next(self, now: float, room_in_seconds: float, seconds: float) -> int:
        """In how many whole seconds to come again, 1 to 90: behind all others, and not before there is room."""
        when, latest = max(self._until, now + room_in_seconds), now + LONGEST_SECONDS
        expected = OF_WHOM_COME_BACK * seconds
        self._until = min(when, latest) + expected / max(LEAST_SPARE, 1 - self._taken_anew(now))
        if when > latest:
            # More than there is room for: they come at any time in its second half, and not all at its end.
            earliest = min(max(room_in_seconds, LONGEST_SECONDS / 2), LONGEST_SECONDS)
            when = now + random.uniform(earliest, LONGEST_SECONDS)
        found = min(max(1, math.ceil(when - now)), LONGEST_SECONDS)
        self._promised[int(now) + found] += expected
        return found

    def _taken_anew(self, now: float) -> float:
        """The share of all that can be done which came in the last minute without having been sent away before."""
        first = int(now) - WINDOW_SECONDS
        came = sum(work for second, work in self._came.items() if second > first)
        back = sum(work for second, work in self._promised.items() if first < second <= now)
        return max(0.0, came - back) / WINDOW_SECONDS

    def _forget(self, until: int) -> None:
        for seconds in (self._came, self._promised):
            for one in [one for one in seconds if one <= until]:
                del seconds[one]
