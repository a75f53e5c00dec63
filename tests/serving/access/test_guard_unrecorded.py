"""Where a call cannot be written down nobody is told of people; everything else is answered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from serving.access.asgi import Receive, Scope, Send
from serving.access.routes import Route
from tests.serving.calling import Caller, Service
from tests.serving.full_disk import no_file_beyond

PEOPLE = Route("/people", "score", ("GET", "POST"), ("POST",))


class Answering:
    """An application that answers, and remembers whom it was asked by."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(f"{scope['method']} {scope['path']}")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


@contextmanager
def without(service: Service, table: str) -> Iterator[None]:
    """The ledger while nothing can be written into one of its tables."""
    path = service.models_in_use.ledger.path

    def renamed(before: str, after: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"ALTER TABLE {before} RENAME TO {after}")

    renamed(table, "away")
    yield
    renamed("away", table)


@pytest.mark.parametrize(
    ("table", "headers"), [("audit", {}), ("first_calls", {"idempotency-key": "one"})]
)
def test_a_call_that_cannot_be_written_down_is_not_passed_on(
    service: Service, table: str, headers: dict[str, str]
) -> None:
    inside = Answering()
    caller = asking(service, inside)
    with without(service, table):
        refused = caller.post("/people", json={}, headers=headers)
        # No time helps, but whoever runs the service.
        assert (refused.status_code, refused.json()["code"]) == (503, "ledger_damaged")
        assert inside.asked == []
        # Who asks for nothing about people leaves nothing to be written down.
        assert caller.get("/people").status_code == 200
    assert caller.post("/people", json={}, headers=headers).status_code == 200
    assert inside.asked == ["GET /people", "POST /people"]


def test_while_the_disk_is_full_nobody_is_passed_on_and_each_is_told_another_time(
    service: Service,
) -> None:
    inside = Answering()
    caller = asking(service, inside)
    with no_file_beyond(1_024):
        refused = [caller.post("/people", json={}) for _ in range(40)]
        assert caller.get("/people").status_code == 200
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(503, "not_recorded")}
    again = {int(one.headers["retry-after"]) for one in refused}
    # Were all told the same time, all would come back at once.
    assert len(again) > 5 and min(again) >= 10 and max(again) <= 90
    assert inside.asked == ["GET /people"]
    assert caller.post("/people", json={}).status_code == 200


def asking(service: Service, inside: Answering) -> Caller:
    """A caller with a key before an application that has people."""
    key = service.caller("score").headers["x-api-key"]
    return Caller(service.guarded(inside, (PEOPLE,)), {"x-api-key": key})


@pytest.mark.parametrize("fault", [sqlite3.OperationalError, sqlite3.IntegrityError, ValueError])
def test_no_other_fault_is_said_to_be_a_full_disk(service: Service, fault: type[Exception]) -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise fault("4711")

    key = service.caller("score").headers["x-api-key"]
    answer = Caller(service.guarded(fails, (PEOPLE,)), {"x-api-key": key}).get("/people")
    is_unwritable = fault is sqlite3.OperationalError
    said = (503, "not_recorded") if is_unwritable else (500, "internal")
    assert (answer.status_code, answer.json()["code"]) == said and "4711" not in answer.text
