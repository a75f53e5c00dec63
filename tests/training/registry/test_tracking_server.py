"""MLflow's own pages: started for this machine alone, and stopped with all it started."""

from __future__ import annotations

import http.client
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from tests.pages.browsing import CHROMIUM
from tests.waiting import GENEROUS_SECONDS, until
from training.registry.registry import Registry
from training.registry.runs.record import RunRecord
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


@pytest.mark.slow
def test_the_pages_open_on_the_runs_of_a_model_with_its_figures_as_columns(tmp_path: Path) -> None:
    """Which address and which tag MLflow's pages understand is of no version but the installed one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    workspace = Workspace(tmp_path / "workspace")
    (tmp_path / "run").mkdir()
    record = RunRecord(
        name="a run of ours",
        params={},
        metrics={"auc": 0.75, "other": 1.0},
        tags={},
        children=(),
        folder=tmp_path / "run",
        description="",
        headlines=("auc",),
    )
    Registry(Settings(), workspace, "churn").record(record)
    seen: list[str] = []

    def look(address: str) -> None:
        with playwright.sync_playwright() as started:
            browser = started.chromium.launch(
                executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(1_000 * GENEROUS_SECONDS)
            page.goto(address)
            page.get_by_text("a run of ours").first.wait_for()
            page.get_by_role("columnheader", name="auc").first.wait_for()
            seen.append(page.inner_text("body"))
            browser.close()

    def visit(address: str) -> None:
        looking = partial(_visit_and_end, [], signal.SIGINT, partial(look, address))
        threading.Thread(target=looking).start()

    assert show_runs(Settings(), workspace, name="churn", port=PORT, on_start=visit) == 0
    [text] = seen
    assert "0.75" in text and "other" not in text.split() and "Detect Issues" not in text


def _visit_and_end(
    answered: list[int], ending: signal.Signals, look: Callable[[], None] = lambda: None
) -> None:
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
        look()
    finally:
        os.kill(os.getpid(), ending)
