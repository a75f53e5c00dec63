"""Start the scoring service as a process of its own, wait for it, and stop it with all it started."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused
from serving.process.descendants import Descendants
from serving.process.open_files import raise_open_files
from serving.process.variables import FIGURES_VARIABLE, SETTINGS_VARIABLE, WORKERS_VARIABLE

START_SECONDS = 60.0
STOP_SECONDS = 8.0
_LOOK_EVERY_SECONDS = 0.1
_DOWNLOADS_SECONDS = 2
"""So long a download under way goes on after all calls are answered; both fit into the time a process has to stop."""
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True)
class Started:
    """The service answers: where, how long that took, and whether it has a model to answer with."""

    url: str
    is_ready: bool
    seconds: float


def serve(
    settings_path: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 3000,
    workers: int = 1,
    on_ready: Callable[[Started], None] = lambda started: None,
    stop: threading.Event | None = None,
) -> int:
    """Serve until Ctrl-C, a SIGTERM or ``stop``; 0 after a clean stop, 1 when the service fell over.

    ``workers`` processes answer on the one port. ``on_ready`` is called once, when the first of them answers. Raises
    ``UsageRefused`` when the port is taken, or too few files may be open.
    """
    raise_open_files()
    _refuse_taken_port(host, port)
    stopping = stop or threading.Event()
    with _signals_set(stopping), _running(settings_path, host, port, workers) as process:
        started = _wait(process, host, port, stopping)
        if started is not None:
            on_ready(started)
        while process.poll() is None and not stopping.wait(_LOOK_EVERY_SECONDS):
            pass
        return 0 if stopping.is_set() else 1


def environment(settings_path: Path, workers: int = 1) -> Mapping[str, str]:
    """The process's surroundings: no telemetry unless somebody asked for it, one thread a library so that two calls fit, and
    little room for what threads let go of."""
    return os.environ | {
        SETTINGS_VARIABLE: str(settings_path.resolve()),
        WORKERS_VARIABLE: str(workers),
        "BENTOML_DO_NOT_TRACK": "True",
        "OTEL_SDK_DISABLED": os.environ.get("OTEL_SDK_DISABLED", "true"),
        # Each of the threads that answer would keep a heap of its own, and none gives back what it is done with.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


@contextmanager
def _running(
    settings_path: Path, host: str, port: int, workers: int
) -> Iterator[subprocess.Popen[bytes]]:
    # The folder the packages lie in: a folder named "serving" where the user stands must not win.
    packages = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "bentoml", "serve", "serving.service:Regulars"]
    command += ["--host", host, "--port", str(port), "--working-dir", str(packages)]
    command += ["--timeout-graceful-shutdown", str(_DOWNLOADS_SECONDS), "--quiet"]
    descendants = Descendants()
    process = subprocess.Popen(
        command,
        env={
            **environment(settings_path, workers),
            **descendants.variables,
            FIGURES_VARIABLE: str(_figures_folder(settings_path, port)),
        },
        stdin=subprocess.DEVNULL,
        pass_fds=(descendants.descriptor,),
        # Its own session: Ctrl-C reaches this process alone, which then stops all of it in order.
        start_new_session=True,
    )
    descendants.begun()
    try:
        yield process
    finally:
        _stop(process, descendants)


def _figures_folder(settings_path: Path, port: int) -> Path:
    """An empty folder of the workspace for the figures of this service alone: BentoML's own is one for all of a user."""
    workspace = Workspace(load_settings(settings_path).workspace_folder)
    folder = workspace.figures / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder.resolve()


def _stop(process: subprocess.Popen[bytes], descendants: Descendants) -> None:
    """End the process in order, and with it everything it started, whatever became of it before."""
    until = time.monotonic() + STOP_SECONDS
    if process.poll() is None:
        process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    process.kill()
    process.wait()
    # Workers lead sessions of their own: of a parent that was killed they have heard nothing, and end by themselves.
    descendants.have_ended(max(0.0, until - time.monotonic()))
    descendants.kill()
    descendants.close()


def _wait(
    process: subprocess.Popen[bytes], host: str, port: int, stopping: threading.Event
) -> Started | None:
    """Wait until the service answers; None when it never did."""
    begun = time.monotonic()
    address = _ANY_ADDRESS.get(host, host)
    while process.poll() is None and not stopping.wait(_LOOK_EVERY_SECONDS):
        seconds = time.monotonic() - begun
        status = _status(address, port)
        if status is not None:
            return Started(f"http://{address}:{port}", status == 200, seconds)
        if seconds > START_SECONDS:
            return None
    return None


def _status(host: str, port: int) -> int | None:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def _refuse_taken_port(host: str, port: int) -> None:
    try:
        with socket.create_connection((_ANY_ADDRESS.get(host, host), port), timeout=1):
            pass
    except OSError:
        return
    raise UsageRefused(
        expected=f"port {port} to be free",
        found="something that answers there",
        remedy="Stop it, or choose another port with --port.",
    )


@contextmanager
def _signals_set(stopping: threading.Event) -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and the end of the terminal into the event; elsewhere than in the main thread, leave them be."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(one, lambda *_: stopping.set()) for one in watched]
    try:
        yield
    finally:
        for one, handler in zip(watched, before, strict=True):
            signal.signal(one, handler)
