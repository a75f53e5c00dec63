"""Waiting for real processes: by asking again, and so long that no busy machine makes a test fail.

A test that passes never waits longer than it must; the limit only ends one that would hang for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count

GENEROUS_SECONDS = 600.0
_BETWEEN_SECONDS = 0.1


def until(holds: Callable[[], bool]) -> None:
    """Ask again until it holds; a test that would wait for ever fails instead."""
    pause = threading.Event()
    for asked in count(1):
        if holds():
            return
        assert asked * _BETWEEN_SECONDS < GENEROUS_SECONDS, f"not so after {asked} questions"
        pause.wait(_BETWEEN_SECONDS)
