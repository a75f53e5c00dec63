"""What callers tell of customers between two nights: kept once, and counted in the next score."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from features.vocabulary.tables import CUSTOMER_ID
from features.vocabulary.time import DAY_SECONDS
from serving.contract.answering import instant
from serving.contract.event_messages import EVENT_TYPES, EventsAnswer
from serving.in_use.models_in_use import InUse
from serving.ledger.ledger import Ledger
from serving.ledger.reported_events import ReportedEvent
from serving.scores.fresh_events import api_name
from serving.snapshot.reading import Snapshot
from tests.serving.calling import NOW, Caller, Service, answer_as

DAY = 86_400


@pytest.fixture
def teller(service: Service) -> Caller:
    return service.caller("events")


@pytest.fixture
def risky(snapshot: Snapshot) -> str:
    return snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]


def bought(in_use: InUse, customer: str, days_after: float = 0.5) -> dict[str, Any]:
    when = in_use.snapshot.cutoff_seconds + int(days_after * DAY_SECONDS)
    line: dict[str, Any] = {"order_id": "new", "ordered_at": instant(when), "item_id": "I00001"}
    line |= {"quantity": 1, "amount_cents": 2_500}
    return {"customer_id": customer, "purchase": line}


def told(teller: Caller, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    answer = teller.post("/v1/events", json={"rows": rows})
    assert answer.status_code == 200, answer.text
    answer_as(EventsAnswer, answer.content)
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_the_rows_have_the_columns_of_their_table(name: str) -> None:
    table, rows = EVENT_TYPES[name]
    declared = {api_name(one): one for one in table.columns if one.name != CUSTOMER_ID}
    assert list(rows.model_fields) == list(declared)
    for field, column in declared.items():
        assert rows.model_fields[field].is_required() == column.required, field


def test_an_event_that_was_told_counts_in_the_next_score(
    caller: Caller, teller: Caller, in_use: InUse, risky: str
) -> None:
    before = caller.score(customer_id=risky)["rows"][0]
    asked = {"customer_id": risky, "events": {"purchases": [bought(in_use, risky)["purchase"]]}}
    expected = caller.score(rows=[asked])["rows"][0]
    assert told(teller, bought(in_use, risky))[0] | {"event_id": ""} == {
        "row_id": None,
        "event_id": "",
        "status": "stored",
        "counts": True,
    }
    after = caller.score(customer_id=risky)["rows"][0]
    assert after["probability"] == expected["probability"] < before["probability"]
    assert after["vector_as_of"] == expected["vector_as_of"]


def test_the_same_event_counts_once_however_often_it_is_told(
    caller: Caller, teller: Caller, in_use: InUse, risky: str
) -> None:
    first = told(teller, bought(in_use, risky))[0]
    once = caller.score(customer_id=risky)["rows"][0]
    again = told(teller, bought(in_use, risky), bought(in_use, risky))
    assert [one["status"] for one in again] == ["duplicate", "duplicate"]
    assert {one["event_id"] for one in again} == {first["event_id"]}
    assert caller.score(customer_id=risky)["rows"][0]["probability"] == once["probability"]


def test_a_callers_own_event_id_names_the_event(teller: Caller, in_use: InUse, risky: str) -> None:
    one = bought(in_use, risky) | {"event_id": "crm-1", "row_id": "a"}
    assert told(teller, one)[0]["event_id"] == "crm-1"
    assert (
        told(teller, one | {"purchase": one["purchase"] | {"quantity": 2}})[0]["status"]
        == "duplicate"
    )


def test_what_the_scores_did_not_know_counts_although_it_happened_before_them(
    caller: Caller, teller: Caller, in_use: InUse, risky: str
) -> None:
    before = caller.score(customer_id=risky)["rows"][0]
    told(teller, bought(in_use, risky, days_after=-2))
    after = caller.score(customer_id=risky)["rows"][0]
    assert after["probability"] < before["probability"]
    assert after["vector_as_of"] == instant(in_use.snapshot.cutoff_seconds + 1)


def test_an_event_of_next_week_is_refused_and_the_others_are_kept(
    service: Service, teller: Caller, in_use: InUse, risky: str
) -> None:
    ahead = (service.seconds - in_use.snapshot.cutoff_seconds) / DAY_SECONDS + 7
    answers = told(teller, bought(in_use, risky, ahead), bought(in_use, risky))
    assert [one["status"] for one in answers] == ["refused", "stored"]
    assert len(service.models_in_use.ledger.events.of_customer(risky)) == 1


@pytest.mark.parametrize(
    ("ahead", "became"), [(0, "stored"), (86_400, "stored"), (86_401, "refused")]
)
def test_a_clock_may_be_a_day_ahead_and_no_more(
    service: Service, teller: Caller, ahead: int, became: str
) -> None:
    contact = {"contacted_at": instant(NOW + ahead), "channel": "web", "kind": "visit"}
    (answer,) = told(teller, {"customer_id": "anna", "contact": contact})
    assert (answer["status"], answer["counts"]) == (became, became == "stored")
    kept = service.models_in_use.ledger.events.of_customer("anna")
    assert [one.happened_at for one in kept] == [NOW + ahead] * (became == "stored")


def test_a_reaction_is_kept_with_the_decision_it_followed_and_moves_no_score(
    service: Service, caller: Caller, teller: Caller, in_use: InUse, risky: str
) -> None:
    before = caller.score(customer_id=risky)["rows"][0]
    reaction = {"reacted_at": instant(in_use.snapshot.cutoff_seconds + 60), "reaction": "accepted"}
    row = {"customer_id": risky, "decision_id": before["decision_id"], "reaction": reaction}
    assert told(teller, row)[0]["counts"] is False
    kept = service.models_in_use.ledger.events.of_customer(risky)[0]
    assert kept.decision_id == before["decision_id"] and kept.content["reaction"] == "accepted"
    assert caller.score(customer_id=risky)["rows"][0]["probability"] == before["probability"]


def test_events_the_scores_have_overtaken_by_a_month_are_deleted(
    service: Service, teller: Caller, in_use: InUse, risky: str
) -> None:
    told(teller, bought(in_use, risky))
    events = service.models_in_use.ledger.events
    known = events.of_customer(risky)[0].known_at
    assert events.forget(before=known + 30 * DAY_SECONDS) == 0
    assert events.forget(before=known + 30 * DAY_SECONDS + 1) == 1
    assert events.of_customer(risky) == []


@pytest.mark.parametrize(
    "row",
    [
        {"customer_id": "1"},
        {"customer_id": "1", "contact": {"contacted_at": "2026-01-01T00:00:00Z", "channel": "web", "kind": "visit"},
         "reaction": {"reacted_at": "2026-01-01T00:00:00Z", "reaction": "opened"}},
    ],
)  # fmt: skip
def test_a_row_is_one_event(teller: Caller, row: dict[str, Any]) -> None:
    answer = teller.post("/v1/events", json={"rows": [row]})
    assert answer.status_code == 422 and answer.json()["errors"][0]["code"] == "one_event"


def test_telling_needs_a_key_for_it(caller: Caller) -> None:
    assert caller.post("/v1/events", json={"rows": []}).status_code == 403


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def an_event(name: str, known: int, customer: str = "anna") -> ReportedEvent:
    return ReportedEvent(name, customer, "contacts", {"kind": "visit"}, known, known)


@pytest.mark.parametrize(("days", "second", "left"), [(30, 0, 1), (30, 1, 0), (29, 0, 1)])
def test_an_event_is_deleted_when_the_scores_are_more_than_thirty_days_past_it(
    ledger: Ledger, days: int, second: int, left: int
) -> None:
    ledger.events.keep([an_event("one", NOW)])
    assert ledger.events.forget(before=NOW + days * DAY + second) == 1 - left
    assert len(ledger.events.of_customer("anna")) == left


def test_an_event_counts_from_the_second_on_that_is_asked_for(ledger: Ledger) -> None:
    ledger.events.keep(
        [an_event("b", NOW), an_event("a", NOW), an_event("c", NOW - 1), an_event("d", NOW + 1)]
    )
    found = {
        after: [one.event_id for one in ledger.events.newer(["anna"], after).get("anna", [])]
        for after in (NOW - 1, NOW, NOW + 1, NOW + 2)
    }
    assert found == {
        NOW - 1: ["c", "a", "b", "d"],
        NOW: ["a", "b", "d"],
        NOW + 1: ["d"],
        NOW + 2: [],
    }


@pytest.mark.parametrize("customers", [1, 499, 500, 501, 1_001])
def test_the_events_of_however_many_customers_are_found(ledger: Ledger, customers: int) -> None:
    names = [f"c{place}" for place in range(customers)]
    ledger.events.keep(
        [an_event(one, NOW, one) for one in names] + [an_event("x", NOW, "somebody")]
    )
    found = ledger.events.newer([*names, *names], NOW)
    assert {one: [event.event_id for event in some] for one, some in found.items()} == {
        one: [one] for one in names
    }


def test_a_second_event_of_the_same_id_is_not_kept(ledger: Ledger) -> None:
    first, second = an_event("one", NOW), an_event("one", NOW + 5, "bert")
    assert ledger.events.keep([first, second, an_event("two", NOW)]) == [True, False, True]
    assert ledger.events.of_customer("anna") == [first, an_event("two", NOW)]
    assert ledger.events.of_customer("bert") == []


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
def test_events_are_found_however_many_customers_are_asked_of_at_once(
    tmp_path: Path, size: int
) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    names = [f"c{one}" for one in range(5)]
    events = [
        ReportedEvent(f"{name}-{at}", name, "purchases", {"order_id": "o"}, at, at)
        for name in names
        for at in (9, 10, 11)
    ]
    assert ledger.events.keep([*events, events[0]]) == [True] * 15 + [False]
    found = ledger.events.newer([*names[1:], "nobody", names[1]], 10, at_once=size)
    assert {name: [one.known_at for one in told] for name, told in found.items()} == {
        name: [10, 11] for name in names[1:]
    }
    ledger.close()
