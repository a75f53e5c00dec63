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
from pathlib import Path

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from training.registry.places import ARTIFACTS
from training.registry.registry import Registry

LOOPBACK = "127.0.0.1"
_PATIENCE_SECONDS = 10.0


def command(port: int) -> list[str]:
    """How MLflow is started, listening on this machine alone."""
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--host", LOOPBACK, "--port", str(port), "--workers", "1"),
    ]


def environment(tracking_uri: str, artifacts: Path) -> dict[str, str]:
    """What MLflow is told beside its command: the store, and where clients' files go.

    The address of a store may hold a password, which would stand for all to read among the processes.
    """
    return {
        **os.environ,
        "MLFLOW_BACKEND_STORE_URI": tracking_uri,
        "MLFLOW_ARTIFACTS_DESTINATION": str(artifacts),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # Regulars uses no server jobs, and their runners take two gigabytes.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }


def show_runs(
    settings: Settings,
    workspace: Workspace,
    *,
    name: str,
    port: int,
    on_start: Callable[[str], None],
) -> int:
    """Serve MLflow's pages, the runs of one model first, until it is stopped; returns its exit code.

    ``on_start`` is given the address once the process runs. A remote MLflow server has pages of its
    own: its address is given and nothing is started. A SIGTERM ends it as Ctrl-C does.
    """
    registry = Registry(settings, workspace, name)
    if registry.tracking_uri.startswith(("http://", "https://")):
        on_start(registry.tracking_uri)
        return 0
    artifacts = (workspace.mlflow / ARTIFACTS).resolve()
    told = environment(registry.tracking_uri, artifacts)
    before = signal.getsignal(signal.SIGTERM)
    server = subprocess.Popen(command(port), env=told, start_new_session=True)
    try:
        # In a session of its own, MLflow would outlive a parent that is told to end.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        on_start(registry.first_page(f"http://{LOOPBACK}:{port}"))
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        stop(server)
        signal.signal(signal.SIGTERM, before)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a server with all its workers."""
    if server.poll() is not None:
        return
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
