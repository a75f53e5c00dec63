"""One line of JSON for every call that was answered, written aside: no caller waits for whoever reads the log."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import orjson

from serving.access.answered_call import AnsweredCall
from serving.process.json_lines import instant_of

WRITE_EVERY_SECONDS = 0.2
PROBES = ("/livez", "/readyz", "/metrics")
"""What is asked every few seconds; it is written down only where the answer was no."""
_MOST_WAITING = 100_000


class CallLog:
    """The lines of one process's calls; ``now`` is the clock, in seconds, and ``write`` takes some whole lines at once."""

    def __init__(
        self, now: Callable[[], float], write: Callable[[bytes], object] | None = None
    ) -> None:
        self._write = write or _to_standard_output
        self._now = now
        # Whoever reads too slowly for so many loses the oldest, and the service goes on.
        self._waiting: deque[tuple[float, AnsweredCall]] = deque(maxlen=_MOST_WAITING)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, call: AnsweredCall) -> None:
        """Write a call down soon; it is put into words later and elsewhere."""
        if call.path not in PROBES or call.status >= 400:
            self._waiting.append((self._now(), call))

    def start(self) -> None:
        """Write in the background from now on."""
        self._thread = threading.Thread(target=self._run, name="regulars-log", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def flush(self) -> None:
        """Write all that waits."""
        lines = []
        while self._waiting:
            lines.append(orjson.dumps(line_of(*self._waiting.popleft())))
        if lines:
            self._write(b"\n".join(lines) + b"\n")

    def _run(self) -> None:
        while not self._stopping.wait(WRITE_EVERY_SECONDS):
            self.flush()


def line_of(at: float, call: AnsweredCall) -> dict[str, Any]:
    """A call as its line tells it; what it does not have is left out."""
    line = {
        "at": instant_of(at),
        "level": "info",
        "logger": "regulars.calls",
        "route": call.path,
        "method": call.known_method,
        "status": call.status,
        "milliseconds": round(1_000 * call.seconds, 1),
        "rows": call.rows,
        "key": call.key_id,
        "refused": call.refused,
        "correlation_id": call.correlation.name,
        "trace_id": call.correlation.trace_id,
    }
    return {name: value for name, value in line.items() if value not in ("", 0) or name == "status"}


def _to_standard_output(lines: bytes) -> None:
    left = memoryview(lines)
    try:
        while left:
            left = left[os.write(1, left) :]
    except OSError:
        # Nobody reads any more; the calls are answered all the same.
        return
