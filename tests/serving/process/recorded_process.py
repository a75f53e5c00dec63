"""The real service in this process, which notes what its event loop's thread does and what is compiled.

Started by a test as ``python -m tests.serving.process.recorded_process PORT`` with the settings in the environment. It
says ``ready`` when it answers, serves until its input ends, and then writes what it noted as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import threading
from typing import Any

NOTED: list[str] = []
"""What the loop's thread opened, and what any thread compiled, since ``ready``."""
_LOOP = threading.get_ident()
_is_noting = False
# What the interpreter reads of itself when it is first asked for it; none of it grows with a company.
_WATCHED = ("open", "sqlite3.connect", "os.listdir", "os.scandir", "subprocess.Popen")


def note(what: str) -> None:
    """Note something the loop's thread does."""
    if _is_noting and threading.get_ident() == _LOOP:
        NOTED.append(what)


def hear(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: files, folders and databases that are opened."""
    if event in _WATCHED:
        note(f"{event} {arguments[0]!s}")


class NotedConnection(sqlite3.Connection):
    """A connection that notes the statements of the loop's thread."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        note(f"sql {arguments[0]}")
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        note(f"sql {arguments[0]}")
        return super().executemany(*arguments)

    def cursor(self, *arguments: Any, **named: Any) -> Any:
        note("sql cursor")
        return super().cursor(*arguments, **named)


def _connect(*arguments: Any, **named: Any) -> Any:
    return _connects(*arguments, **{"factory": NotedConnection, **named})


_connects = sqlite3.connect


def hear_compiling() -> None:
    """Note every function that numba compiles, in whatever thread."""
    from numba.core import event

    class Listener(event.Listener):
        def on_start(self, event: Any) -> None:
            NOTED.append(f"compiled {event.data['dispatcher'].py_func.__qualname__}")

        def on_end(self, event: Any) -> None:
            """It was noted when it began."""

    event.register("numba:compile", Listener())  # type: ignore[no-untyped-call]


async def served(port: int) -> None:
    """Serve until the input ends."""
    global _is_noting
    import uvicorn

    from serving.service import Regulars

    application = Regulars.to_asgi()  # type: ignore[attr-defined]
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    hear_compiling()
    _is_noting = True
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    _is_noting = False
    server.should_exit = True
    await serving


if __name__ == "__main__":
    for module in (sqlite3, sqlite3.dbapi2):
        setattr(module, "connect", _connect)  # noqa: B010
    sys.addaudithook(hear)
    asyncio.run(served(int(sys.argv[1])))
    sys.stdout.write(json.dumps(sorted(set(NOTED))) + "\n")
