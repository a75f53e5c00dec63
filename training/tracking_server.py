"""MLflow's own pages on the recorded runs and models, for this machine only.

MLflow runs as a process of its own: its server starts workers and is not meant to live in another
program.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

from features.settings import Settings
from features.workspace import Workspace
from training.registry import Registry

LOOPBACK = "127.0.0.1"
_PATIENCE_SECONDS = 10.0


def command(tracking_uri: str, port: int) -> list[str]:
    """How MLflow is started on a store, listening on this machine alone."""
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--backend-store-uri", tracking_uri),
        *("--host", LOOPBACK, "--port", str(port), "--workers", "1"),
    ]


def show_runs(
    settings: Settings, workspace: Workspace, *, port: int, on_start: Callable[[str], None]
) -> int:
    """Serve MLflow's pages until it is stopped; returns its exit code.

    ``on_start`` is given the address once the process runs. A remote MLflow server has pages of its
    own: its address is given and nothing is started.
    """
    registry = Registry(settings, workspace)
    if registry.tracking_uri.startswith(("http://", "https://")):
        on_start(registry.tracking_uri)
        return 0
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # Regulars uses no server jobs, and their runners take two gigabytes.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    server = subprocess.Popen(
        command(registry.tracking_uri, port), env=environment, start_new_session=True
    )
    try:
        on_start(f"http://{LOOPBACK}:{port}/#/experiments/{registry.experiment_id}")
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(server)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server with all its workers."""
    if server.poll() is not None:
        return
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
