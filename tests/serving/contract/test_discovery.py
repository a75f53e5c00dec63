"""What the service says of itself: its models, the features and events it reads, the offers, what is not trained."""

from __future__ import annotations

import pytest

from serving.contract.discovery_messages import ModelsAnswer, OffersAnswer, SchemaAnswer
from tests.serving.calling import Caller, Service, answer_as
from tests.serving.company import Company


def test_the_schema_lists_every_feature_with_the_range_that_was_seen(
    service: Service, caller: Caller
) -> None:
    answer = caller.get("/v1/schema")
    answer_as(SchemaAnswer, answer.content)
    assert service.models_in_use.in_use is not None
    bundle = service.models_in_use.in_use.scorer.bundle
    features = {one["name"]: one for one in answer.json()["features"]}
    assert list(features) == list(bundle.manifest.feature_names)
    for name, low, high in zip(
        bundle.model.columns.names, bundle.model.columns.low, bundle.model.columns.high, strict=True
    ):
        said = features[name]
        assert (said["read"], said["low"], said["high"]) == (True, float(low), float(high))


def test_the_schema_says_which_events_can_be_told_and_which_columns_are_read(
    caller: Caller,
) -> None:
    tables = {one["name"]: one for one in caller.get("/v1/schema").json()["events"]}
    assert list(tables) == ["purchases", "contacts", "exposures", "contracts"]
    columns = {one["name"]: one for one in tables["purchases"]["columns"]}
    assert columns["amount_cents"] == {
        "name": "amount_cents",
        "kind": "money",
        "meaning": "what the line cost in all, after discount",
        "required": True,
        "stored": True,
    }
    assert "customer_id" not in columns and columns["ordered_at"]["stored"] is True


def test_a_vector_made_from_the_schema_is_scored(caller: Caller) -> None:
    features = caller.get("/v1/schema").json()["features"]
    vector = {one["name"]: one["low"] for one in features}
    row = caller.score(rows=[{"vector": vector}])["rows"][0]
    assert row["status"] in ("ok", "not_eligible")
    assert "missing_features" not in [one["code"] for one in row["warnings"]]


def test_the_models_in_use_are_listed_and_what_is_not_trained(
    caller: Caller, valued_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    alone = caller.get("/v1/models").json()
    assert [one["name"] for one in alone["models"]] == ["churn"]
    assert alone["not_trained"] == ["value", "segments", "offers", "recommendations"]
    service = Service(valued_company, tmp_path_factory.mktemp("ledger"))
    try:
        answer = service.caller("score").get("/v1/models")
        parsed = answer_as(ModelsAnswer, answer.content)
        assert [one["name"] for one in parsed["models"]] == ["churn", "value", "segments"]
        assert parsed["not_trained"] == ["offers", "recommendations"]
    finally:
        service.close()


def test_the_offers_are_those_of_the_companys_table(caller: Caller) -> None:
    answer = caller.get("/v1/offers")
    offers = answer_as(OffersAnswer, answer.content)["offers"]
    assert offers and [one["offer_id"] for one in offers] == sorted(
        one["offer_id"] for one in offers
    )
    assert all(one["name"] and 0 <= (one["discount"] or 0) <= 1 for one in offers)


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("/v1/offers", {"rows": [{"customer_id": "1"}]}),
        ("/v1/recommendations", {"rows": [{"customer_id": "1"}]}),
        ("/v1/similar-items", {"item_ids": ["1"]}),
        ("/v1/item-customers", {"item_id": "1"}),
    ],
)
def test_what_is_not_trained_is_said_to_be(
    caller: Caller, path: str, question: dict[str, object]
) -> None:
    answer = caller.post(path, json=question)
    assert answer.status_code == 409 and answer.json()["code"] == "not_trained"
    assert caller.post(path, json={}).status_code == 422
