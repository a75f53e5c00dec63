"""How a service stands, as whoever scrapes it is told, by one process and by several."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import prometheus_client
import pytest

from serving.access.gauges import Gauges, WorkerState, forget_the_dead
from tests.serving.process.test_launch import PROJECT


@pytest.fixture
def gauges() -> Iterator[Gauges]:
    made = Gauges()
    yield made
    for one in vars(made).values():
        if isinstance(one, prometheus_client.Gauge):
            prometheus_client.REGISTRY.unregister(one)


def shown(name: str, **labels: str) -> float | None:
    return prometheus_client.REGISTRY.get_sample_value(f"regulars_{name}", labels)


def test_what_a_process_says_of_itself_is_shown(gauges: Gauges) -> None:
    gauges.show(
        WorkerState(
            is_ready=True,
            models=[("churn", "3"), ("value", "1")],
            faults={"churn": False, "offers": True},
            score_age_seconds=90_000,
            waiting={"large": 4, "light": 0},
            running={"large": 2, "light": 1},
            ledger_bytes=4_096,
            loop_lag_seconds=0.25,
            findings={"stopped": 2, "late": 0},
            look_age_seconds=7_200,
        )
    )
    assert shown("monitoring_findings", kind="stopped") == 2
    assert (shown("monitoring_findings", kind="late"), shown("monitoring_age_seconds")) == (
        0,
        7_200,
    )
    assert shown("ready") == 1
    assert (shown("fault", of="churn"), shown("fault", of="offers")) == (0, 1)
    assert (shown("score_age_seconds"), shown("ledger_bytes")) == (90_000, 4_096)
    assert (shown("calls_waiting", queue="large"), shown("calls_running", queue="large")) == (4, 2)
    assert shown("event_loop_lag_seconds") == 0.25


def test_of_two_versions_the_one_that_answers_now_is_one_and_the_other_none(
    gauges: Gauges,
) -> None:
    gauges.show(WorkerState(True, [("churn", "1")]))
    gauges.show(WorkerState(False, [("churn", "2")]))
    assert shown("model_info", model="churn", version="1") == 0
    assert shown("model_info", model="churn", version="2") == 1
    assert shown("ready") == 0


PROCESS = """
    import os, sys
    from serving.access.gauges import Gauges, WorkerState
    Gauges().show(WorkerState(sys.argv[1] == "ready", [], {}, 10, {"large": 3}, {}, 5, float(sys.argv[2])))
    print(os.getpid(), flush=True)
    sys.stdin.read()
"""
READER = """
    import prometheus_client, prometheus_client.multiprocess
    registry = prometheus_client.CollectorRegistry()
    prometheus_client.multiprocess.MultiProcessCollector(registry)
    for name, labels in (("ready", {}), ("calls_waiting", {"queue": "large"}), ("event_loop_lag_seconds", {})):
        print(registry.get_sample_value("regulars_" + name, labels))
"""


def test_several_processes_show_the_worst_or_the_sum_and_the_dead_count_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    surroundings = os.environ | {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "PYTHONPATH": str(PROJECT),
    }

    def begun(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", _dedented(PROCESS), *arguments]
        process = subprocess.Popen(
            command, env=surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdout.readline()
        return process

    def read() -> list[float]:
        said = subprocess.check_output(
            [sys.executable, "-c", _dedented(READER)], env=surroundings, text=True
        )
        return [float(one) for one in said.split()]

    well, ill = begun("ready", "0.1"), begun("not", "0.5")
    try:
        assert read() == [0, 6, 0.5]
        ill.kill()
        ill.communicate()
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
        forget_the_dead()
        assert read() == [1, 3, 0.1]
    finally:
        for one in (well, ill):
            one.kill()
            one.communicate()


def _dedented(script: str) -> str:
    from textwrap import dedent

    return dedent(script)
