"""When the collector runs: a walk through a large heap is a pause that somebody waits for."""

from __future__ import annotations

import gc

_NEW_OBJECTS, _YOUNG, _MIDDLE = 50_000, 20, 20


def settle() -> None:
    """What is loaded now stays: the collector need not walk through it again, and looks at new things seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _MIDDLE)
