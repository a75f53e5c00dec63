"""The event loop's thread carries bytes: in a real process it compiles nothing, opens no file and asks no database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx

from serving.access.cookies import DOOR_COOKIE, FORM_TOKEN, SESSION_COOKIE, form_token_of
from serving.ledger.administration import create_key, create_ticket, revoke_key
from serving.process.launch import environment
from serving.snapshot.reading import open_snapshot
from tests.serving.company import Company, company_in
from tests.serving.process.test_launch import PROJECT, free_port
from tests.waiting import GENEROUS_SECONDS

PHONED = {
    "contacts": [{"contacted_at": "2026-05-01T09:30:00Z", "channel": "phone", "kind": "complaint"}]
}


@contextmanager
def recorded(company: Company, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A serving process that notes what it does; its address, and its notes once it has ended."""
    port, notes = free_port(), list[str]()
    command = [sys.executable, "-m", "tests.serving.process.recorded_process", str(port)]
    # Where BentoML's own command would tell its workers to count.
    counters = folder / "counters"
    counters.mkdir()
    further = {
        "BENTOML_HOME": str(folder),
        "PROMETHEUS_MULTIPROC_DIR": str(counters),
        "PYTHONPATH": str(PROJECT),
    }
    process = subprocess.Popen(
        command,
        env={**environment(company.settings_path), **further},
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}", notes
        said, _ = process.communicate("", timeout=GENEROUS_SECONDS)
        notes += json.loads(said.splitlines()[-1])
    finally:
        process.kill()
        process.communicate()


def ask_everything(url: str, company: Company) -> None:
    """Every kind of call there is, the first of each kind too."""
    key = create_key(company.workspace, "crm", ["score", "events", "privacy", "admin"], at=1)
    known = open_snapshot(company.workspace).customer_ids
    customers = [known[place] for place in range(40)]
    with httpx.Client(base_url=url, headers={"x-api-key": key}, timeout=GENEROUS_SECONDS) as client:

        def ask(path: str, question: Any, *statuses: int, **headers: str) -> httpx.Response:
            answer = client.post(path, json=question, headers=headers)
            assert answer.status_code in (statuses or (200,)), answer.text
            return answer

        for path in ("/livez", "/readyz", "/metrics", "/v1/version", "/v1/models", "/v1/schema"):
            assert client.get(path).status_code == 200
        assert client.get("/nowhere").status_code == 404
        assert client.get("/livez", headers={"accept": "text/html"}).status_code == 200
        ask("/v1/score", {"customer_id": customers[0]})
        ask("/v1/score", {"rows": [{"customer_id": customers[0], "events": PHONED}]})
        ask("/v1/score", {"rows": [{"vector": {"orders_count_365d": 3.0}}]})
        rows = [{"customer_id": one, "events": PHONED} for one in customers]
        again = [ask("/v1/score", {"rows": rows}, **{"idempotency-key": "1"}) for _ in range(2)]
        assert again[0].content == again[1].content
        ask("/v1/score", {"rows": "none"}, 422)
        ask("/score", {"customer_id": customers[0]})
        ask("/v1/customer", {"customer_id": customers[0]})
        ask(
            "/v1/events",
            {"rows": [{"customer_id": customers[0], "contact": PHONED["contacts"][0]}]},
        )
        ask(
            "/v1/changes",
            {"rows": [{"customer_id": customers[0]}], "since": "2026-01-01"},
            200,
            422,
        )
        ask("/v1/objections", {"rows": [{"customer_id": "somebody else"}]})
        job = ask("/v1/jobs", {"customer_ids": customers[:2]}, 202).json()
        assert client.get(f"/v1/jobs/{job['job_id']}").status_code == 200
        assert client.get(f"/v1/jobs/{job['job_id']}/result").status_code in (200, 409)
        assert client.get("/v1/version", headers={"x-api-key": "wrong"}).status_code == 401
        revoke_key(company.workspace, key.split("_")[1], at=2)
        assert client.get("/v1/version").status_code == 401
    ticket = create_ticket(company.workspace, at=4_000_000_000)
    with httpx.Client(
        base_url=url, headers={"accept": "text/html"}, follow_redirects=True
    ) as browser:
        for path in (
            "/",
            "/sign-in",
            f"/sign-in?ticket={ticket}",
            "/churn",
            "/churn.csv",
            "/churn.xlsx",
            "/nowhere",
            "/v1/docs",
        ):
            browser.get(path, timeout=GENEROUS_SECONDS)
        for path, cookie, field in (
            ("/churn/find", SESSION_COOKIE, {"q": customers[0]}),
            ("/sign-in", DOOR_COOKIE, {"key": "wrong"}),
            ("/sign-out", SESSION_COOKIE, {"x": "1"}),
        ):
            token = form_token_of(browser.cookies[cookie])
            posted = browser.post(path, data={FORM_TOKEN: token, **field})
            assert posted.status_code != 403, path


def test_the_loop_carries_bytes_and_nothing_is_compiled_once_a_process_is_ready(
    demo_workspace: Company, tmp_path: Path
) -> None:
    # What it is told of customers stays in its ledger, and the company of all tests is changed by nobody.
    company = company_in(Path(copytree(demo_workspace.settings_path.parent, tmp_path / "company")))
    with recorded(company, tmp_path) as (url, notes):
        ask_everything(url, company)
    assert not notes, "\n".join(notes)
