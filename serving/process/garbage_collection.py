"""When the collector runs: a walk through a large heap is a pause that somebody waits for."""

from __future__ import annotations

import atexit
import gc

_NEW_OBJECTS, _YOUNG, _MIDDLE = 10_000, 20, 20


def settle() -> None:
    """What is loaded now stays: the collector need not walk through it again, and looks at new things seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _MIDDLE)
    # What stays while the process lives is let go of when it ends: libraries name what is kept from them.
    atexit.unregister(gc.unfreeze)
    atexit.register(gc.unfreeze)
