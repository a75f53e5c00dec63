"""Whoever has a customer's number finds who asked about them, and nobody learns it from the record."""

from __future__ import annotations

from pathlib import Path

from serving.ledger.ledger import Ledger
from serving.pages.figures import customer_link
from tests.holding import files_holding
from tests.serving.calling import Caller, Service

CALLS = 12


def test_the_calls_that_named_a_customer_are_found_and_the_record_gives_nobody_away(
    tmp_path: Path,
) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    for at in range(CALLS):
        named = ledger.unreadable(["anna", f"c{at}"])
        ledger.audit.note(
            at=at, caller="k", method="POST", route="/", correlation_id="c", about=named
        )

    def about(*customers: str, most: int = 99) -> list[int]:
        found = ledger.audit.rows(most=most, about=ledger.unreadable(customers))
        return [one.number for one in found]

    assert about("anna") == list(range(CALLS, 0, -1)) and about("anna", most=2) == [12, 11]
    assert about("c3") == [4] and about("c3", "c7", "dora") == [8, 4]
    assert about("dora") == about() == []
    assert {one.customers for one in ledger.audit.rows(most=99)} == {2}
    ledger.close()
    assert files_holding(tmp_path, "anna") == []


def test_a_call_is_on_record_with_whom_it_named(service: Service, caller: Caller) -> None:
    ledger = service.models_in_use.ledger
    in_use = service.models_in_use.in_use
    assert in_use is not None
    shown = in_use.snapshot.customer_ids[int(in_use.snapshot.ranking.customer_keys[0])]
    caller.post("/v1/score", json={"rows": [{"customer_id": " anna "}, {"customer_id": 12}, 7]})
    caller.post("/v1/jobs", json={"customer_ids": ["bert", "anna"]})
    caller.post("/v1/score", content=b"[", headers={"content-type": "application/json"})
    service.browser().get(customer_link(in_use, 0))

    def asked(customer: str) -> list[tuple[str, str, int]]:
        rows = ledger.audit.rows(most=9, about=ledger.unreadable([customer]))
        return [(one.method, one.route, one.customers) for one in rows]

    assert asked("anna") == [("POST", "/v1/jobs", 2), ("POST", "/v1/score", 2)]
    assert asked("12") == [("POST", "/v1/score", 2)]
    assert asked(shown) == [("SHOW", "/churn/customer", 1)]
    key = ledger.list_keys()[0].key_id
    assert {one.caller for one in ledger.audit.rows(most=9, about=ledger.unreadable(["anna"]))} == {
        key
    }
