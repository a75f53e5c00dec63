"""The service needs no registry: it starts and answers where MLflow's address leads nowhere."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.company import Company
from tests.waiting import GENEROUS_SECONDS

PROJECT = Path(__file__).resolve().parents[3]
SCRIPT = """
    import sys
    from serving.service import Regulars, web
    Regulars()
    models_in_use = web.state.models_in_use
    assert models_in_use.in_use is not None, models_in_use.fault
    assert models_in_use.settings.mlflow.tracking_uri == sys.argv[1]
    found = models_in_use.in_use.snapshot
    customer = found.customer_ids[int(found.ranking.customer_keys[0])]
    assert models_in_use.in_use.scorer.score_ids([customer])[0].probability is not None
    models_in_use.refresh()
    assert models_in_use.fault is None and "mlflow" not in sys.modules
    models_in_use.close()
"""


@pytest.fixture
def black_hole() -> Iterator[socket.socket]:
    """Something that listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def settings_with(company: Company, folder: Path, address: str) -> Path:
    """The company's settings, with another address of MLflow, beside a copy of its workspace."""
    shutil.copytree(company.workspace.folder, folder / company.workspace.folder.name)
    text = company.settings_path.read_text(encoding="utf-8")
    assert "[mlflow]" not in text
    path = folder / "regulars.toml"
    path.write_text(f'{text}\n[mlflow]\ntracking_uri = "{address}"\n', encoding="utf-8")
    return path


@pytest.mark.parametrize("leads_to", ["a closed port", "a black hole"])
def test_the_service_starts_and_answers_without_its_registry(
    demo_workspace: Company, tmp_path: Path, black_hole: socket.socket, leads_to: str
) -> None:
    address = f"http://127.0.0.1:{black_hole.getsockname()[1]}"
    if leads_to == "a closed port":
        black_hole.close()
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), address],
        check=True,
        cwd=PROJECT,
        timeout=GENEROUS_SECONDS,
        env=os.environ
        | {"REGULARS_SETTINGS": str(settings_with(demo_workspace, tmp_path, address))},
    )
    if leads_to == "a black hole":
        with pytest.raises(BlockingIOError):
            black_hole.accept()
