"""All processes a service consists of: none outlives the one that started it, and whoever started the first sees the last end.

BentoML's own process starts workers in sessions of their own, and one that is killed takes none of them along. So each
is told who started it and ends when that one has gone, and each holds the end of a pipe that says who still lives.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Mapping, MutableMapping
from contextlib import suppress

PARENT_VARIABLE = "REGULARS_PARENT"
PIPE_VARIABLE = "REGULARS_DESCENDANTS"
LOOK_EVERY_SECONDS = 0.25
CLOSING_SECONDS = 8.0
"""So long a process may take to end by itself once its parent has gone."""


class Descendants:
    """What was started with ``variables`` and ``descriptor``, with all that this starts, as long as any of it lives."""

    def __init__(self) -> None:
        self._reading, self.descriptor = os.pipe()
        os.set_blocking(self._reading, False)
        self._lines = b""
        self.variables: Mapping[str, str] = {
            PARENT_VARIABLE: str(os.getpid()),
            PIPE_VARIABLE: str(self.descriptor),
        }

    def begun(self) -> None:
        """The first of them was started; from now on they alone hold the other end."""
        os.close(self.descriptor)

    def have_ended(self, within_seconds: float) -> bool:
        """Wait for the last of them to end; False when some live on."""
        until = time.monotonic() + within_seconds
        while True:
            left = max(0.0, until - time.monotonic())
            if select.select([self._reading], [], [], left)[0]:
                said = os.read(self._reading, 4_096)
                if not said:
                    return True
                self._lines += said
            elif not left:
                return False

    def kill(self) -> None:
        """End those that live on, and wait until they are gone."""
        if self.have_ended(0.0):
            return
        for number in {int(one) for one in self._lines.split()}:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.have_ended(CLOSING_SECONDS)

    def close(self) -> None:
        """Look no longer."""
        os.close(self._reading)


def end_with_parent(environment: MutableMapping[str, str] = os.environ) -> None:
    """End this process in order once the one that started it has gone, at the latest after eight seconds.

    Where nobody said who that is, nothing happens. What this process starts is told of this one.
    """
    said = environment.get(PARENT_VARIABLE, "")
    if not said or said == str(os.getpid()):
        return
    environment[PARENT_VARIABLE] = str(os.getpid())
    with suppress(OSError, ValueError):
        os.write(int(environment.get(PIPE_VARIABLE, "")), f"{os.getpid()}\n".encode())
    arguments = (int(said),)
    threading.Thread(target=_watch, args=arguments, name="regulars-parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(CLOSING_SECONDS)
    os._exit(1)
