"""Several processes on one port: all follow a promotion and a revoked key, and one that is killed takes its own calls along."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from serving.ledger.administration import create_key, revoke_key
from serving.process.launch import Started, serve
from serving.snapshot.reading import open_snapshot
from tests.serving.company import Company, company_in, put_to_use
from tests.serving.process.test_launch import free_port
from tests.waiting import GENEROUS_SECONDS, until


@contextmanager
def served(company: Company, processes: int) -> Iterator[str]:
    """The real service in processes of its own; yields its address."""
    stop, found = threading.Event(), list[Started]()
    ready = threading.Event()

    def tell(started: Started) -> None:
        found.append(started)
        ready.set()

    arguments = {"port": free_port(), "workers": processes, "on_ready": tell, "stop": stop}
    thread = threading.Thread(target=serve, args=(company.settings_path,), kwargs=arguments)
    thread.start()
    try:
        assert ready.wait(GENEROUS_SECONDS) and found[0].is_ready
        yield found[0].url
    finally:
        stop.set()
        thread.join()


def workers() -> list[psutil.Process]:
    """The processes that answer, without the one that only watches over them."""
    return [one for one in psutil.Process().children(recursive=True) if _is_worker(one)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "_bentoml_impl.worker.service" in process.cmdline()
    except psutil.Error:
        # It has ended, and nobody has asked after it yet.
        return False


@pytest.mark.slow
def test_all_workers_follow_a_promotion_and_a_revoked_key_and_outlive_one_that_is_killed(
    demo_workspace: Company, tmp_path: Path
) -> None:
    folder = tmp_path / "company"
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    company = company_in(folder)
    key = create_key(company.workspace, "crm", ["score"], at=1)
    customer = open_snapshot(company.workspace).customer_ids[3]

    def versions(url: str) -> set[str]:
        """What twenty calls are answered with, each on a connection of its own."""
        headers = {"x-api-key": key}
        body = {"customer_id": customer}
        answers = [
            httpx.post(f"{url}/v1/score", json=body, headers=headers, timeout=GENEROUS_SECONDS)
            for _ in range(20)
        ]
        return {
            one.json()["model"]["version"] if one.status_code == 200 else str(one.status_code)
            for one in answers
        }

    with served(company, 2) as url:
        assert versions(url) == {"1"}
        before = workers()
        assert len(before) == 2
        put_to_use(company.settings, company.workspace, family="logistic", version="2")
        until(lambda: versions(url) == {"2"})
        os.kill(before[0].pid, signal.SIGKILL)
        until(lambda: len(workers()) == 2 and before[0] not in workers())
        until(lambda: versions(url) == {"2"})
        revoke_key(company.workspace, key.split("_")[1], at=2)
        assert versions(url) == {"401"}
    assert not [one for one in before if one.is_running()]
