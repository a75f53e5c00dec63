"""The real service, as a process: it starts, answers, keeps lean and goes without leaving anything."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from features.vocabulary.errors import UsageRefused
from serving.ledger.administration import create_key, revoke_key
from serving.process.launch import environment, serve
from serving.process.without_training import TRAINING_ONLY
from serving.snapshot.reading import open_snapshot
from tests.serving.company import Company
from tests.waiting import GENEROUS_SECONDS

CANARY = "CANARY77XJ"
PROJECT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(url: str, key: str, company: Company) -> None:
    """What a caller meets, over the wire."""
    with httpx.Client(base_url=url, headers={"x-api-key": key}, timeout=GENEROUS_SECONDS) as client:
        assert client.get("/readyz").status_code == 200
        version = client.get("/v1/version").json()
        assert version["ready"] and version["model"]["version"] == "1"
        score = client.post("/v1/score", json={"customer_id": "nobody"})
        assert score.json()["rows"][0]["status"] == "unknown_id"
        door = client.get("/", headers={"accept": "text/html", "x-api-key": ""})
        assert door.headers["location"] == "/sign-in"
        assert "googletagmanager" not in client.get("/sign-in").text
        for body in (
            f'{{"customer_id":"{CANARY}',
            f'["{CANARY}"]',
            f'{{"customer_id":1e999,"{CANARY}":1',
        ):
            for path in ("/v1/score", "/score"):
                headers = {"content-type": "application/json", "x-correlation-id": "damaged"}
                refused = client.post(path, content=body, headers=headers)
                assert refused.status_code in (400, 422) and CANARY not in refused.text
        figures = client.get("/metrics").text
        assert 'route="/v1/score",status="200"' in figures
        assert "regulars_ready 1.0" in figures
        assert 'regulars_model_info{model="churn",version="1"} 1.0' in figures
        assert 'regulars_fault{of="churn"} 0.0' in figures
        customer = open_snapshot(company.workspace).customer_ids[3]
        answered = _through_bentoml(url, key, customer)
        expected = client.post("/v1/score", json={"customer_id": customer}).json()["rows"][0]
        names = set(expected) - {"decision_id"}
        assert {name: answered[name] for name in names} == {one: expected[one] for one in names}
        assert client.get("/docs.json").status_code == 200
        revoke_key(company.workspace, key.split("_")[1], at=2)
        assert client.get("/v1/version").status_code == 401


def _through_bentoml(url: str, key: str, customer: str) -> dict[str, Any]:
    """The first row of an answer to BentoML's own client, which leaves its litter in a process of its own."""
    script = """
        import json, sys
        import bentoml
        with bentoml.SyncHTTPClient(sys.argv[1], token=sys.argv[2]) as client:
            print(json.dumps(client.score({"customer_id": sys.argv[3]})["rows"][0]))
    """
    command = [sys.executable, "-c", textwrap.dedent(script), url, key, customer]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT)
    row: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return row


def test_the_service_answers_and_stops_at_ctrl_c_with_all_it_started(
    demo_workspace: Company,
) -> None:
    script = """
        import sys
        from pathlib import Path
        from serving.process.launch import serve

        def tell(started):
            print(started.url, started.is_ready, flush=True)

        sys.exit(serve(Path(sys.argv[1]), port=int(sys.argv[2]), on_ready=tell))
    """
    key = create_key(demo_workspace.workspace, "smoke", ["score", "admin"], at=1)
    command = [sys.executable, "-c", textwrap.dedent(script)]
    command += [str(demo_workspace.settings_path), str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        try:
            assert process.stdout is not None
            url, is_ready = process.stdout.readline().split()
            children = psutil.Process(process.pid).children(recursive=True)
            assert is_ready == "True"
            ask(url, key, demo_workspace)
        finally:
            process.send_signal(signal.SIGINT)
            stopped = process.wait(GENEROUS_SECONDS)
        lines = process.stdout.read().splitlines()
    assert stopped == 0
    assert list(demo_workspace.workspace.figures.glob("*/gauge_livemax_*.db"))
    said = [json.loads(line) for line in lines]
    damaged = [one for one in said if one.get("correlation_id") == "damaged"]
    assert [one["route"] for one in damaged] == ["/v1/score", "/score"] * 3
    assert {one["key"] for one in damaged} == {key.split("_")[1]}
    assert all(one["level"] == "info" for one in said), said
    assert CANARY not in "".join(lines)
    assert len(children) >= 2
    assert not [one for one in children if one.is_running()]


def test_the_serving_process_loads_nothing_that_only_training_needs(
    demo_workspace: Company,
) -> None:
    script = f"""
        import sys
        from serving.service import Regulars, web
        service = Regulars()
        models_in_use = web.state.models_in_use
        assert models_in_use.in_use is not None, models_in_use.fault
        snapshot = models_in_use.in_use.snapshot
        customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
        assert models_in_use.in_use.scorer.score_ids([customer])[0].explanation is not None
        loaded = [name for name in {(*TRAINING_ONLY, "duckdb", "pyarrow", "argon2")!r} if name in sys.modules]
        assert not loaded, loaded
        models_in_use.close()
    """
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        check=True,
        cwd=PROJECT,
        env=os.environ | {"REGULARS_SETTINGS": str(demo_workspace.settings_path)},
    )


def test_a_taken_port_is_refused_in_words(demo_workspace: Company) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageRefused, match=str(port)):
            serve(demo_workspace.settings_path, port=port)


@pytest.mark.parametrize(("said", "heaps"), [(None, "2"), ("8", "8")])
def test_a_worker_has_two_heaps_unless_whoever_runs_it_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str | None, heaps: str
) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    if said is not None:
        monkeypatch.setenv("MALLOC_ARENA_MAX", said)
    assert environment(tmp_path / "regulars.toml")["MALLOC_ARENA_MAX"] == heaps
