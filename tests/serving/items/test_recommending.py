"""Lists of items as the service gives them: complete, within the wishes, and with reasons that add up."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.company.settings.reading import load_settings
from features.company.workspace import CURRENT, Workspace, point_at
from features.store.ingestion import ingest
from serving.contract.item_messages import (
    ItemCustomersAnswer,
    RecommendationsAnswer,
    SimilarItemsAnswer,
)
from serving.items.lists import RULES
from tests.serving.calling import Caller, Service, answer_as
from tests.serving.company import Company
from tests.training.families.items.drugstore import ITEMS, article

SHELF_OF_THE_FIRST_TASTE = "Shelf 0"


@pytest.fixture(scope="module")
def service(drugstore: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(drugstore, tmp_path_factory.mktemp("ledger"))
    yield made
    made.close()


@pytest.fixture
def caller(service: Service, tmp_path: Path) -> Caller:
    service.begin(tmp_path)
    return service.caller("score", "privacy", "events")


def asked(caller: Caller, customer: str = "c000", **wishes: Any) -> dict[str, Any]:
    """The answer for one customer."""
    question = {"rows": [{"customer_id": customer}], **wishes}
    answer = caller.post("/v1/recommendations", json=question)
    assert answer.status_code == 200, answer.text
    answer_as(RecommendationsAnswer, answer.content)
    found: dict[str, Any] = answer.json()
    return found


def ids(answer: dict[str, Any]) -> list[str]:
    return [one["item_id"] for one in answer["rows"][0]["items"]]


def test_a_customer_is_listed_as_many_items_as_asked_for_the_most_likely_first(
    caller: Caller,
) -> None:
    answer = asked(caller, count=7)
    items = answer["rows"][0]["items"]
    assert len(items) == len(set(ids(answer))) == 7
    chances = [one["probability"] for one in items]
    assert chances == sorted(chances, reverse=True)
    assert answer["rows"][0]["fewer"] is None and answer["horizon_days"] == 30
    assert sum(one["category"] == SHELF_OF_THE_FIRST_TASTE for one in items) >= 6


def test_base_and_pushes_sum_to_the_chance_that_is_shown(caller: Caller) -> None:
    answer = asked(caller, count=10)
    for one in answer["rows"][0]["items"]:
        total = answer["base"] + sum(reason["push"] for reason in one["reasons"])
        assert total == pytest.approx(one["log_odds"], abs=1e-9)
        chance = one["probability_if_ordering"]
        assert 1 / (1 + math.exp(-total)) == pytest.approx(chance, abs=1e-9)
        assert one["probability"] == pytest.approx(
            chance * answer["rows"][0]["order_probability"], abs=1e-12
        )


def test_items_that_speak_for_another_were_bought_and_weigh_what_the_model_says(
    caller: Caller, service: Service
) -> None:
    answer = asked(caller, count=20)
    found = service.models_in_use.recommending
    assert found is not None
    catalogue, kernel = found.bundle.catalogue, found.bundle.shelf.kernel
    owned = {catalogue.ids[int(one)] for one in found.bought(found.key("c000")).items}
    named = 0
    for one in answer["rows"][0]["items"]:
        for reason in one["reasons"]:
            for speaking in reason["because"]:
                assert reason["group"] == "taste" and speaking["item_id"] in owned
                weight = kernel.weight(
                    catalogue.find(speaking["item_id"]), catalogue.find(one["item_id"])
                )
                assert speaking["share"] == pytest.approx(weight)
                assert f"“{speaking['name']}”" in reason["text"]
                named += 1
    assert named


def test_a_repeat_says_how_often_it_is_bought_and_when_it_was(caller: Caller) -> None:
    texts = [
        reason["text"]
        for one in asked(caller, count=20)["rows"][0]["items"]
        for reason in one["reasons"]
        if reason["group"] == "due" and one["times_bought"] > 1
    ]
    assert texts and all(text.startswith("every ") and text.endswith(" ago") for text in texts)
    german = asked(caller, count=20, language="de")["rows"][0]["items"]
    said = [reason["text"] for one in german for reason in one["reasons"]]
    assert any(text.startswith("alle ") and "zuletzt vor" in text for text in said)


@pytest.mark.parametrize("count", [1, 5, 20])
def test_only_allowed_items_are_listed_and_all_of_them_where_too_few(
    caller: Caller, count: int
) -> None:
    allowed = [article(one) for one in range(8)]
    answer = asked(caller, count=count, allowed_item_ids=allowed)
    assert set(ids(answer)) <= set(allowed)
    assert len(ids(answer)) == min(count, 8)
    fewer = answer["rows"][0]["fewer"]
    assert fewer == (None if count <= 8 else {"not_allowed": ITEMS - 8})


def test_what_is_out_of_stock_is_never_listed_and_the_list_stays_complete(caller: Caller) -> None:
    gone = ids(asked(caller, count=10))
    answer = asked(caller, count=10, unavailable_item_ids=gone)
    assert not set(ids(answer)) & set(gone)
    assert len(ids(answer)) == 10


def test_categories_are_kept_to(caller: Caller) -> None:
    one = asked(caller, count=12, categories=["Shelf 1"])
    assert {item["category"] for item in one["rows"][0]["items"]} == {"Shelf 1"}
    assert len(ids(one)) == 12
    none = asked(caller, count=3, categories=["Shelf 9"])
    assert ids(none) == [] and none["rows"][0]["fewer"] == {"other_category": ITEMS}
    two = asked(caller, count=4, most_per_category=2)
    counts = [item["category"] for item in two["rows"][0]["items"]]
    assert len(counts) == 4 and max(map(counts.count, counts)) == 2


def test_categories_that_are_full_are_said_to_be(caller: Caller) -> None:
    answer = asked(caller, count=9, most_per_category=2)
    assert len(ids(answer)) == 6
    fewer = answer["rows"][0]["fewer"]
    assert fewer["category_full"] > 0 and set(fewer) <= set(RULES)


def test_a_discovery_holds_nothing_bought_before_and_a_coupon_both(caller: Caller) -> None:
    found = asked(caller, count=6, use_case="discovery")
    assert [one["times_bought"] for one in found["rows"][0]["items"]] == [0] * 6
    coupon = asked(caller, count=6, use_case="coupon", due_within_days=365)
    times = [one["times_bought"] for one in coupon["rows"][0]["items"]]
    assert sum(one > 0 for one in times) == 3
    assert coupon["rows"][0]["is_within_quotas"]
    again = asked(caller, count=36, use_case="replenishment")
    (row,) = again["rows"]
    assert row["items"] and row["fewer"]["never_bought"] > 0
    assert all(one["times_bought"] and one["due_in_days"] <= 14 for one in row["items"])


def test_a_share_of_new_items_is_given_over_all_customers_within_two_points(
    caller: Caller, service: Service
) -> None:
    found = service.models_in_use.recommending
    assert found is not None
    everybody = [{"customer_id": found.customer_ids[key]} for key in range(200)]
    least = found.bundle.balance.reachable(0.0, 5)
    for share in (0.5, 0.7):
        question = {"rows": everybody, "count": 5, "new_share": share}
        answer = caller.post("/v1/recommendations", json=question).json()
        times = [one["times_bought"] for row in answer["rows"] for one in row["items"]]
        # All but who declined to be profiled have five items.
        assert answer["warnings"] == [] and len(times) >= 5 * 190
        assert sum(one == 0 for one in times) / len(times) == pytest.approx(share, abs=0.02)
        chances = [one["probability"] for one in answer["rows"][0]["items"]]
        assert chances == sorted(chances, reverse=True)
    assert least < 0.4


def test_a_share_of_new_items_that_cannot_be_is_said(caller: Caller, service: Service) -> None:
    found = service.models_in_use.recommending
    assert found is not None
    most = found.bundle.balance.reachable(1.0, 35)
    assert most < 0.95, "of 36 items a customer owns some"
    (warning,) = asked(caller, count=35, new_share=1.0)["warnings"]
    assert warning["code"] == "new_share_out_of_reach"
    assert f"100% new items were asked for, {most:.0%} are given" in warning["message"]


def test_a_share_of_each_list_and_one_of_all_lists_are_not_asked_for_together(
    caller: Caller,
) -> None:
    question = {"rows": [{"customer_id": "c000"}], "repeat_share": 0.5, "new_share": 0.5}
    refused = caller.post("/v1/recommendations", json=question)
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/new_share", "two_shares")


def test_what_is_not_due_so_soon_is_left_out(caller: Caller) -> None:
    for customer in ("c000", "c017", "c101"):
        answer = asked(caller, customer, count=30, due_within_days=5)
        items = answer["rows"][0]["items"]
        assert all(one["due_in_days"] <= 5 for one in items if one["times_bought"])
    early = asked(caller, count=36, due_within_days=0)
    assert early["rows"][0]["fewer"]["not_due"] > 0


def test_promoted_items_have_their_share(caller: Caller) -> None:
    promoted = [article(one) for one in (1, 2, 4, 5)]
    without = asked(caller, count=6)
    assert not set(ids(without)) & set(promoted)
    answer = asked(caller, count=6, promoted_item_ids=promoted, promoted_share=0.5)
    assert len(set(ids(answer)) & set(promoted)) == 3 and len(ids(answer)) == 6


def test_unknown_items_are_named_and_an_empty_list_allows_nothing(caller: Caller) -> None:
    answer = asked(caller, count=2, allowed_item_ids=["a01", "zzz"])
    assert ids(answer) == ["a01"]
    (warning,) = answer["warnings"]
    assert warning["code"] == "unknown_items" and "zzz" in warning["message"]
    empty = asked(caller, count=2, allowed_item_ids=[])
    assert ids(empty) == [] and empty["rows"][0]["fewer"] == {"not_allowed": ITEMS}


def test_somebody_unknown_is_listed_what_most_buy_and_it_is_said(caller: Caller) -> None:
    answer = asked(caller, "nobody", count=5)
    (row,) = answer["rows"]
    assert row["status"] == "unknown_id" and len(row["items"]) == 5
    assert row["fallback"].startswith("what most customers buy now")
    assert row["order_probability"] is row["order_probability_from"] is None
    for one in row["items"]:
        assert one["probability"] is None and 0 < one["probability_if_ordering"] < 1
    assert {one["source"] for one in row["items"]} == {"popular"}


def bought(item: str, at: str, quantity: float = 1) -> dict[str, Any]:
    return {
        "order_id": "x1",
        "ordered_at": at,
        "item_id": item,
        "quantity": quantity,
        "amount_cents": 100,
    }


def with_events(
    caller: Caller, *purchases: dict[str, Any], customer: str = "new", count: int = 8
) -> dict[str, Any]:
    row = {"customer_id": customer, "events": {"purchases": list(purchases)}}
    answer = caller.post("/v1/recommendations", json={"rows": [row], "count": count})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["rows"][0]
    return found


def test_purchases_told_with_the_call_change_the_list(caller: Caller) -> None:
    day = "2025-07-19T10:00:00Z"
    three = bought("a01", day), bought("a04", day), bought("a07", day)
    row = with_events(caller, *three)
    assert row["status"] == "ok" and row["fallback"] == ""
    assert sum(one["category"] == "Shelf 1" for one in row["items"]) >= 6
    times = {
        one["item_id"]: one["times_bought"]
        for one in with_events(caller, *three, count=36)["items"]
    }
    assert {item for item, number in times.items() if number} == {"a01", "a04", "a07"}


def test_of_a_single_purchase_a_whole_list_is_made_with_reasons_that_add_up(caller: Caller) -> None:
    row = with_events(caller, bought("a01", "2025-07-19T10:00:00Z"), customer="c_first")
    assert row["status"] == "ok" and row["fallback"] == "" and len(row["items"]) == 8
    assert 0 < row["order_probability"] <= 1
    base = asked(caller)["base"]
    for one in row["items"]:
        total = base + sum(reason["push"] for reason in one["reasons"])
        assert total == pytest.approx(one["log_odds"], abs=1e-9)
        # One purchase has no rhythm: what is due is told by the days usual for the item, or not at all.
        assert all(reason["text"] for reason in one["reasons"])


def test_what_goes_back_undoes_the_purchase(caller: Caller) -> None:
    day, later = "2025-07-19T10:00:00Z", "2025-07-19T12:00:00Z"
    row = with_events(caller, bought("a01", day), bought("a01", later, -1))
    assert all(one["times_bought"] == 0 for one in row["items"])
    assert row["fallback"] != ""


def test_a_purchase_told_twice_counts_once(caller: Caller) -> None:
    day = "2025-07-19T10:00:00Z"
    once = with_events(caller, bought("a01", day))
    twice = with_events(caller, bought("a01", day), bought("a01", day))
    assert once == twice


def test_purchases_told_before_count_as_well(caller: Caller) -> None:
    before = asked(caller, "c003", count=36)["rows"][0]["items"]
    event = {"customer_id": "c003", "purchase": bought("a35", "2025-07-20T10:00:00Z")}
    assert caller.post("/v1/events", json={"rows": [event]}).status_code == 200
    after = asked(caller, "c003", count=36)["rows"][0]["items"]

    def times(items: list[dict[str, Any]]) -> int:
        return next(int(one["times_bought"]) for one in items if one["item_id"] == "a35")

    assert times(after) == times(before) + 1


def test_who_declined_is_listed_nothing_and_on_no_list(caller: Caller) -> None:
    row = asked(caller, "c005")["rows"][0]
    assert row["status"] == "no_consent" and row["items"] == []
    objection = {"rows": [{"customer_id": "c009", "objects": True}]}
    assert caller.post("/v1/objections", json=objection).status_code == 200
    assert asked(caller, "c009")["rows"][0]["status"] == "no_consent"
    erasure = {"customer_ids": ["c012"]}
    assert caller.post("/v1/erasures", json=erasure).status_code == 202
    erased, never = asked(caller, "c012")["rows"][0], asked(caller, "nobody")["rows"][0]
    assert erased | {"customer_id": ""} == never | {"customer_id": ""}
    answer = caller.post("/v1/item-customers", json={"item_id": "a00", "count": 1_000}).json()
    listed = {one["customer_id"] for one in answer["customers"]}
    # c007 wants no marketing: nobody to send an offer to, and still told what they would take themselves.
    assert len(listed) == 240 - 4 and not listed & {"c005", "c007", "c009", "c012"}
    assert "c006" in listed and asked(caller, "c007")["rows"][0]["status"] == "ok"


def test_similar_items_are_of_the_same_taste(caller: Caller) -> None:
    answer = caller.post("/v1/similar-items", json={"item_ids": ["a03", "zzz"], "count": 4})
    parsed = answer_as(SimilarItemsAnswer, answer.content)
    known, unknown = parsed["rows"]
    assert [one["status"] for one in parsed["rows"]] == ["ok", "unknown_id"]
    assert len(known["items"]) == 4 and unknown["items"] == []
    assert {int(one["item_id"][1:]) % 3 for one in known["items"]} == {0}
    assert "a03" not in {one["item_id"] for one in known["items"]}


def test_customers_for_an_item_are_those_of_its_taste(caller: Caller) -> None:
    answer = caller.post("/v1/item-customers", json={"item_id": "a03", "count": 30})
    parsed = answer_as(ItemCustomersAnswer, answer.content)
    assert {int(one["customer_id"][1:]) % 3 for one in parsed["customers"]} == {0}
    chances = [one["probability"] for one in parsed["customers"]]
    assert chances == sorted(chances, reverse=True) and len(chances) == 30
    new = caller.post("/v1/item-customers", json={"item_id": "a03", "only_new": True}).json()
    assert all(one["times_bought"] == 0 for one in new["customers"])
    unknown = caller.post("/v1/item-customers", json={"item_id": "zzz"})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["pointer"] == "/item_id"


def test_the_chance_of_an_item_is_the_same_on_the_list_and_for_the_item(caller: Caller) -> None:
    (row,) = asked(caller, "c033", count=36)["rows"]
    listed = {one["item_id"]: one for one in row["items"]}
    answer = caller.post("/v1/item-customers", json={"item_id": "a03", "count": 1_000}).json()
    found = next(one for one in answer["customers"] if one["customer_id"] == "c033")
    chance = row["order_probability"] * listed["a03"]["probability_if_ordering"]
    assert row["order_probability_from"] == found["order_probability_from"] == "recommendations"
    for name in ("probability_if_ordering", "probability"):
        assert found[name] == pytest.approx(listed["a03"][name], abs=1e-12)
    assert found["probability"] == pytest.approx(chance, abs=1e-12)


def test_rows_answer_for_themselves_in_their_order(caller: Caller) -> None:
    question = {"rows": [{"customer_id": f"c{one:03}", "row_id": str(one)} for one in range(10)]}
    rows = caller.post("/v1/recommendations", json=question).json()["rows"]
    assert [one["row_id"] for one in rows] == [str(one) for one in range(10)]
    for one in (2, 7):
        assert rows[one]["items"] == asked(caller, f"c{one:03}")["rows"][0]["items"]


@pytest.mark.parametrize(
    "wishes",
    [
        {"count": 0},
        {"count": 101},
        {"use_case": "sale"},
        {"promoted_share": 1.5},
        {"repeat_share": -0.1},
        {"due_within_days": -1},
        {"most_per_category": 0},
        {"allowed_item_ids": [3.5]},
        {"items": []},
    ],
)
def test_wishes_that_cannot_be_meant_are_refused(caller: Caller, wishes: dict[str, Any]) -> None:
    question = {"rows": [{"customer_id": "c000"}], **wishes}
    assert caller.post("/v1/recommendations", json=question).status_code == 422


def test_no_number_that_stands_for_nothing_leaves_the_process(caller: Caller) -> None:
    answer = asked(caller, count=36)
    numbers = [one["log_odds"] for one in answer["rows"][0]["items"]]
    numbers += [r["push"] for one in answer["rows"][0]["items"] for r in one["reasons"]]
    assert np.abs(numbers).max() < 100.0


def test_a_catalogue_that_has_changed_since_the_training_is_answered_from_what_is_known(
    drugstore: Company, tmp_path: Path
) -> None:
    shutil.copytree(drugstore.settings_path.parent, tmp_path / "shop")
    settings = load_settings(tmp_path / "shop" / "regulars.toml")
    workspace = Workspace(settings.workspace_folder)
    company = Company(tmp_path / "shop" / "regulars.toml", settings, workspace)
    service = Service(company, tmp_path)
    try:
        caller = service.caller("score")
        before = asked(caller, "c000", count=5)
        sales = tmp_path / "shop" / "sales.csv"
        more = ["c000,r900,2025-07-19,zz9,1,2.00", "c900,r901,2025-07-19,zz9,1,2.00"]
        sales.write_text(sales.read_text() + "\n".join(more) + "\n")
        ingest(settings, workspace)
        service.models_in_use.refresh()
        after = asked(caller, "c000", count=5)
        assert set(ids(after)) & set(ids(before)) and "zz9" not in ids(after)
        (row,) = asked(caller, "c900", count=5)["rows"]
        assert row["status"] == "ok" and len(row["items"]) == 5 and row["fallback"]
        similar = caller.post("/v1/similar-items", json={"item_ids": ["zz9"]}).json()
        assert similar["rows"][0]["status"] == "unknown_id"
    finally:
        service.close()


def test_a_damaged_model_is_not_taken_up_and_the_one_before_goes_on_answering(
    drugstore: Company, tmp_path: Path
) -> None:
    shutil.copytree(drugstore.settings_path.parent, tmp_path / "shop")
    settings = load_settings(tmp_path / "shop" / "regulars.toml")
    workspace = Workspace(settings.workspace_folder)
    service = Service(Company(tmp_path / "shop" / "regulars.toml", settings, workspace), tmp_path)
    try:
        found = service.models_in_use.recommending
        assert found is not None
        point_at(workspace.bundles / "recommendations" / CURRENT, "0" * 64)
        service.models_in_use.refresh()
        assert service.models_in_use.recommending is found
        assert len(ids(asked(service.caller("score"), "c001"))) == 5
    finally:
        service.close()


def test_a_row_whose_customer_cannot_be_read_is_an_error_and_the_others_have_their_lists(
    caller: Caller,
) -> None:
    sent: list[Any] = [None, "c000\u00a0", []]
    question = {"rows": [{"customer_id": one} for one in sent], "count": 3}
    answer = caller.post("/v1/recommendations", json=question)
    assert answer.status_code == 200, answer.text
    answer_as(RecommendationsAnswer, answer.content)
    bad, sound, worse = answer.json()["rows"]
    assert sound == asked(caller, count=3)["rows"][0] and sound["status"] == "ok"
    for row in (bad, worse):
        assert (row["customer_id"], row["status"], row["items"]) == (None, "error", [])
