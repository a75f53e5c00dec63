"""To whom an offer may be made: every state of a person, with what is said and what is written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from features.store.pack import Pack
from features.store.store import open_store
from serving.ledger.hold_out import STANDING
from serving.snapshot.consent import refused_marketing, refused_profiling
from tests.serving.calling import NOW, Caller, Service
from tests.serving.company import Company


@pytest.fixture(scope="module")
def service(
    offering_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    made = Service(offering_company, tmp_path_factory.mktemp("ledger"))
    yield made
    made.close()


@pytest.fixture
def caller(service: Service, tmp_path: Path) -> Caller:
    service.begin(tmp_path)
    return service.caller("score")


@pytest.fixture(scope="module")
def pack(offering_company: Company) -> Pack:
    return open_store(offering_company.workspace).pack()


@pytest.fixture(scope="module")
def said_no(offering_company: Company, pack: Pack) -> dict[str, set[int]]:
    store = open_store(offering_company.workspace)
    kinds = {"profiling": refused_profiling, "marketing": refused_marketing}
    return {name: set(of(store, pack).tolist()) for name, of in kinds.items()}


def ask(caller: Caller, customers: list[str], **wishes: Any) -> list[dict[str, Any]]:
    question = {"rows": [{"customer_id": one} for one in customers], **wishes}
    answer = caller.post("/v1/offers", json=question)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


def some(pack: Pack, keys: set[int], most: int = 20) -> list[str]:
    return [pack.customer_ids[key] for key in sorted(keys)[:most]]


def test_who_declined_to_be_scored_is_decided_nothing_about_and_nothing_is_kept(
    service: Service, caller: Caller, pack: Pack, said_no: dict[str, set[int]]
) -> None:
    declined = some(pack, said_no["profiling"])
    rows = ask(caller, declined)
    assert {row["status"] for row in rows} == {"no_consent"}
    assert not any(row["slots"] or row["candidates"] or row["dropped"] for row in rows)
    assert {row["decision_id"] for row in rows} == {None}
    assert not any(service.models_in_use.ledger.offers.of_customer(one) for one in declined)


def test_who_said_no_to_marketing_is_offered_nothing_and_told_why(
    caller: Caller, pack: Pack, said_no: dict[str, set[int]]
) -> None:
    unreachable = some(pack, said_no["marketing"] - said_no["profiling"])
    for row in ask(caller, unreachable, is_shown=False, count=12):
        assert row["status"] == "ok" and row["candidates"] == []
        assert {slot["offer_id"] for slot in row["slots"]} == {None}
        dropped = {one["reason"]: one["offer_ids"] for one in row["dropped"]}
        assert dropped["no_consent"] and not set(dropped) - {
            "not_valid",
            "not_eligible",
            "no_consent",
        }


def test_who_is_held_out_is_shown_nothing_with_certainty_and_that_is_kept(
    service: Service, caller: Caller, pack: Pack, said_no: dict[str, set[int]]
) -> None:
    free = set(range(pack.customers)) - said_no["profiling"] - said_no["marketing"]
    ledger = service.models_in_use.ledger
    people = some(pack, free, most=120)
    held = {one for one in people if ledger.hold_out.holds(one, STANDING, 10)}
    assert held
    rows = ask(caller, people)
    assert {row["customer_id"] for row in rows if row["slots"][0]["arm"] == "hold_out"} == held
    for row in rows:
        (kept,) = ledger.offers.of_customer(row["customer_id"])
        slot = row["slots"][0]
        assert (kept.offer_id, kept.arm, kept.is_shown) == (slot["offer_id"] or "", slot["arm"], 1)
        assert (kept.decided_at, kept.action_probability) == (NOW, slot["action_probability"])
        if row["customer_id"] in held:
            assert (slot["offer_id"], slot["priority_cents"]) == (None, 0.0)
            assert slot["action_probability"] == 1.0


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_look_is_kept_as_a_look(
    service: Service, caller: Caller, pack: Pack, said_no: dict[str, set[int]], is_shown: bool
) -> None:
    (one,) = some(pack, set(range(pack.customers)) - said_no["profiling"], most=1)
    ask(caller, [one], is_shown=is_shown)
    (kept,) = service.models_in_use.ledger.offers.of_customer(one)
    assert kept.is_shown == int(is_shown)


def test_who_objected_or_was_erased_is_decided_nothing_about_whatever_else_they_are(
    service: Service, caller: Caller, pack: Pack, said_no: dict[str, set[int]]
) -> None:
    free = set(range(pack.customers)) - said_no["profiling"] - said_no["marketing"]
    objected, erased, both = some(pack, free, most=3)
    privacy = service.models_in_use.ledger.privacy
    privacy.erase([erased, both], at=NOW)
    privacy.decide([(objected, True), (both, True), ("never", True)], at=NOW)
    rows = ask(caller, [objected, erased, both, "never", "nobody"])
    assert [row["status"] for row in rows] == [
        "no_consent", "unknown_id", "unknown_id", "no_consent", "unknown_id"
    ]  # fmt: skip
    assert not any(row["slots"] or row["candidates"] for row in rows)


def test_a_row_whose_customer_cannot_be_read_is_an_error_and_the_others_are_decided(
    caller: Caller, pack: Pack, said_no: dict[str, set[int]]
) -> None:
    known = pack.customer_ids[min(set(range(20)) - said_no["profiling"] - said_no["marketing"])]
    answer = caller.post(
        "/v1/offers", json={"rows": [{"customer_id": one} for one in (None, f" {known}", True)]}
    )
    assert answer.status_code == 200, answer.text
    rows = [(one["customer_id"], one["status"]) for one in answer.json()["rows"]]
    assert rows == [(None, "error"), (known, "ok"), (None, "error")]
    assert answer.json()["rows"][1]["slots"] and not answer.json()["rows"][0]["slots"]


def test_a_purchase_told_since_the_store_was_made_counts_in_the_decision(
    service: Service, caller: Caller, pack: Pack, said_no: dict[str, set[int]]
) -> None:
    """Decisions go by what the customer did an hour later; nobody else's change."""
    lines = pack.streams["purchases"]
    free = sorted(set(range(pack.customers)) - said_no["profiling"] - said_no["marketing"])
    buys, other = [one for one in free if lines.offsets[one + 1] > lines.offsets[one]][:2]
    names = [pack.customer_ids[one] for one in (buys, other)]
    before = ask(caller, names, count=3)
    stored_until = before[0]["vector_as_of"]
    assert stored_until == before[1]["vector_as_of"]
    when = datetime.fromisoformat(stored_until) + timedelta(hours=1)
    item = int(lines.columns["item"][lines.offsets[buys]])
    purchase = {
        "order_id": "told",
        "ordered_at": when.isoformat(),
        "item_id": lines.dictionaries["item"][item],
        "quantity": 2,
        "amount_cents": 4_200,
    }
    told = service.caller("events").post(
        "/v1/events", json={"rows": [{"customer_id": names[0], "purchase": purchase}]}
    )
    assert told.is_success, told.text
    after = ask(caller, names, count=3)
    assert datetime.fromisoformat(after[0]["vector_as_of"]) == when + timedelta(seconds=1)
    assert after[1]["vector_as_of"] == stored_until
    chances = [[one["propensity"] for one in row["candidates"]] for row in (*before, *after)]
    assert chances[2] != chances[0] and chances[3] == chances[1]
