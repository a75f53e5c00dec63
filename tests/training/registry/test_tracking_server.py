"""MLflow's own pages: started for this machine alone, and stopped with all it started."""

from __future__ import annotations

import http.client
import os
import signal
import threading
from pathlib import Path

import psutil
import pytest

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from tests.waiting import GENEROUS_SECONDS, until
from training.registry.tracking_server import LOOPBACK, command, environment, show_runs

PORT = 5317


def test_mlflow_listens_on_this_machine_alone() -> None:
    words = command(5000)
    assert words[words.index("--host") + 1] == LOOPBACK == "127.0.0.1"


def test_a_password_is_not_shown_among_the_processes(tmp_path: Path) -> None:
    address = "postgresql://anna:secret@host/runs"
    assert not any("secret" in word for word in command(5000))
    assert environment(address, tmp_path)["MLFLOW_BACKEND_STORE_URI"] == address


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_the_pages_answer_and_leave_no_process_behind(
    tmp_path: Path, ending: signal.Signals
) -> None:
    answered: list[int] = []

    def visit(address: str) -> None:
        """Read the page once it is there, then press Ctrl-C or end it from outside."""
        threading.Thread(target=_visit_and_end, args=(answered, ending)).start()

    before = {child.pid for child in psutil.Process().children(recursive=True)}
    code = show_runs(Settings(), Workspace(tmp_path), name="churn", port=PORT, on_start=visit)
    assert (code, answered) == (0, [200])
    after = {child.pid for child in psutil.Process().children(recursive=True)}
    assert after <= before


def _visit_and_end(answered: list[int], ending: signal.Signals) -> None:
    def answers() -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, PORT, timeout=GENEROUS_SECONDS)
        try:
            connection.request("GET", "/")
            answered.append(connection.getresponse().status)
        except OSError:
            return False
        finally:
            connection.close()
        return True

    try:
        until(answers)
    finally:
        os.kill(os.getpid(), ending)
