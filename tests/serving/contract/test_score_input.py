"""What a score can be asked of: stored behaviour, behaviour with newer events, or behaviour by itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.time import DAY_SECONDS
from serving.contract.answering import instant
from serving.in_use.models_in_use import InUse
from serving.ledger.campaigns import FrozenCampaign
from serving.scores.subject import VectorReader
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service
from tests.serving.company import Company


@pytest.fixture
def risky(snapshot: Snapshot) -> str:
    return snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]


def behaviour(in_use: InUse, customer: str) -> dict[str, float | None]:
    """A customer's stored vector by name."""
    key = in_use.snapshot.customer_ids.find(customer)
    values = in_use.values[in_use.snapshot.vector_rows[key]]
    names = in_use.scorer.bundle.manifest.feature_names
    return {
        name: None if math.isnan(value) else float(value)
        for name, value in zip(names, values, strict=True)
    }


def order(in_use: InUse, days_after: float = 0.5) -> dict[str, Any]:
    """One line of an order after the scores were made."""
    when = in_use.snapshot.cutoff_seconds + int(days_after * DAY_SECONDS)
    return {
        "order_id": "new",
        "ordered_at": instant(when),
        "item_id": "I00001",
        "quantity": 1,
        "amount_cents": 2_500,
    }


def test_a_customers_own_vector_by_name_scores_as_the_customer_does(
    caller: Caller, in_use: InUse, risky: str
) -> None:
    by_id = caller.score(customer_id=risky)["rows"][0]
    by_name = caller.score(rows=[{"vector": behaviour(in_use, risky)}])["rows"][0]
    assert by_name["customer_id"] is None and by_name["status"] == "ok"
    for field in ("probability", "interval", "percentile", "band", "reasons", "shown"):
        assert by_name[field] == by_id[field], field
    assert "vector_as_of" not in by_name and "next_order" not in by_name


def test_features_may_be_named_in_any_order(caller: Caller, in_use: InUse, risky: str) -> None:
    vector = behaviour(in_use, risky)
    turned = dict(reversed(vector.items()))
    rows = caller.score(rows=[{"vector": vector}, {"vector": turned}])["rows"]
    assert rows[0]["probability"] == rows[1]["probability"]
    assert rows[0]["reasons"] == rows[1]["reasons"]


@given(data=st.data())
@settings(max_examples=50)
def test_a_vector_is_read_by_name_whatever_its_order(
    data: st.DataObject, demo_workspace: Company
) -> None:
    from training.families.churn.bundle import current_bundle

    reader = _reader(current_bundle, demo_workspace)
    names = list(reader._names[:12])
    given_values = {name: data.draw(st.floats(-1e6, 1e6) | st.none()) for name in names}
    turned = {name: given_values[name] for name in data.draw(st.permutations(names))}
    one, other = reader.read(given_values), reader.read(turned)
    assert one.values is not None and other.values is not None
    assert np.array_equal(one.values, other.values, equal_nan=True)


_READERS: dict[str, VectorReader] = {}


def _reader(opened: Any, company: Company) -> VectorReader:
    if "one" not in _READERS:
        _READERS["one"] = VectorReader(opened(company.workspace))
    return _READERS["one"]


def test_what_is_missing_unknown_or_beyond_is_said_row_by_row(
    caller: Caller, in_use: InUse, risky: str
) -> None:
    whole = behaviour(in_use, risky)
    partial = {name: whole[name] for name in list(whole)[:-40]}
    strange = whole | {"days_since_ordr": 3.0}
    extreme = whole | {"orders_count_365d": 1e30}
    asked = [{"vector": one} for one in (whole, partial, strange, extreme)]
    rows = caller.score(rows=asked)["rows"]
    assert [row["status"] for row in rows] == ["ok", "degraded", "error", "ok"]
    codes = [[one["code"] for one in row["warnings"]] for row in rows]
    assert "missing_features" in codes[1] and "probability" in rows[1]
    assert codes[2] == ["unknown_feature"] and "probability" not in rows[2]
    assert rows[2]["warnings"][0]["features"] == ["days_since_ordr"]
    assert "days_since_order" in rows[2]["warnings"][0]["message"]
    assert "decision_id" not in rows[2]
    beyond = next(one for one in rows[3]["warnings"] if one["code"] == "out_of_range")
    assert "orders_count_365d" in beyond["features"]


def test_an_order_given_with_the_call_counts_in_this_answer_alone(
    caller: Caller, in_use: InUse, risky: str
) -> None:
    before = caller.score(customer_id=risky)["rows"][0]
    bought = {"customer_id": risky, "events": {"purchases": [order(in_use)]}}
    fresh = caller.score(rows=[bought])["rows"][0]
    after = caller.score(customer_id=risky)["rows"][0]
    assert fresh["probability"] < before["probability"] == after["probability"]
    cutoff = in_use.snapshot.cutoff_seconds
    assert before["vector_as_of"] == instant(cutoff)
    assert fresh["vector_as_of"] == instant(cutoff + DAY_SECONDS // 2 + 1)
    assert fresh["decision_id"] != before["decision_id"]


def test_who_was_silent_and_orders_again_is_won_back_in_this_answer(
    caller: Caller, in_use: InUse
) -> None:
    snapshot = in_use.snapshot
    keys = snapshot.ranking.customer_keys
    lapsed = snapshot.lifecycle_status[keys] == LifecycleStatus.LAPSED
    silent = snapshot.customer_ids[int(keys[lapsed][0])]
    bought = {"customer_id": silent, "events": {"purchases": [order(in_use)]}}
    fresh, stored = caller.score(rows=[bought, {"customer_id": silent}])["rows"]
    assert (stored["lifecycle_status"], fresh["lifecycle_status"]) == ("lapsed", "won_back")


def test_an_answer_with_newer_events_is_that_of_the_vector_with_them(
    caller: Caller, in_use: InUse, risky: str
) -> None:
    from features.vectors.fresh import FreshEvents

    line = order(in_use)
    when = in_use.snapshot.cutoff_seconds + DAY_SECONDS // 2
    told: dict[str, str | int | None] = {"seconds": when, "order": "new", "item": "I00001"}
    told |= {"quantity_milli": 1_000, "amount_cents": 2_500}
    assert in_use.past is not None
    vector = in_use.past.vector(risky, when + 1, {"purchases": FreshEvents.of([told])})
    bundle = in_use.scorer.bundle
    expected = bundle.probability(bundle.log_odds(vector[None, :]))[0]
    row = caller.score(rows=[{"customer_id": risky, "events": {"purchases": [line]}}])["rows"][0]
    assert row["probability"] == pytest.approx(expected, abs=1e-12)


def test_somebody_unknown_is_judged_by_what_is_told_of_them(caller: Caller, in_use: InUse) -> None:
    lines = [order(in_use, days) | {"order_id": f"o{days}"} for days in (0.1, 0.2, 0.3)]
    asked = [
        {"customer_id": "somebody new", "events": {"purchases": lines}},
        {"customer_id": "nobody"},
    ]
    rows = caller.score(rows=asked)["rows"]
    assert [row["status"] for row in rows] == ["ok", "unknown_id"]
    assert rows[0]["probability"] > 0 and "stage" not in rows[0]


def test_a_vector_and_events_have_a_value_where_a_value_model_is_in_use(
    valued_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    service = Service(valued_company, tmp_path_factory.mktemp("ledger"))
    try:
        in_use = service.models_in_use.in_use
        assert in_use is not None
        caller = service.caller("score")
        key = int(in_use.snapshot.ranking.customer_keys[3])
        customer = in_use.snapshot.customer_ids[key]
        by_id = caller.score(customer_id=customer)["rows"][0]["value"]
        by_name = caller.score(rows=[{"vector": behaviour(in_use, customer)}])["rows"][0]["value"]
        assert by_name["expected_cents"] == by_id["expected_cents"]
        assert by_name["at_risk_cents"] == by_id["at_risk_cents"]
        assert [one["text"] for one in by_name["reasons"]] == [
            one["text"] for one in by_id["reasons"]
        ]
        bought = {"customer_id": customer, "events": {"purchases": [order(in_use)]}}
        newer = caller.score(rows=[bought])["rows"][0]["value"]
        assert newer["expected_cents"] != by_id["expected_cents"]
        assert newer["spend_365d_cents"] == by_id["spend_365d_cents"] + 2_500
    finally:
        service.close()


@pytest.mark.parametrize(
    ("outcomes", "there", "absent"),
    [
        (["churn"], {"probability", "reasons"}, {"next_order", "value"}),
        (["next_order"], {"next_order"}, {"probability", "reasons", "interval"}),
    ],
)
def test_what_was_not_asked_for_is_left_out(
    caller: Caller, risky: str, outcomes: list[str], there: set[str], absent: set[str]
) -> None:
    row = caller.score(customer_id=risky, outcomes=outcomes)["rows"][0]
    assert there <= set(row) and not absent & set(row)


def test_an_outcome_nobody_trained_is_pointed_at(caller: Caller, risky: str) -> None:
    question = {"customer_id": risky, "outcomes": ["churn", "upgrade"]}
    answer = caller.post("/v1/score", json=question)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/outcomes/1"


def test_a_caller_can_insist_on_a_version(caller: Caller, risky: str) -> None:
    caller.score(customer_id=risky, model_version="1")
    answer = caller.post("/v1/score", json={"customer_id": risky, "model_version": "2"})
    assert answer.status_code == 409 and answer.json()["code"] == "other_model"


def test_a_campaign_holds_out_the_same_customers_each_time_and_about_a_tenth(
    service: Service, caller: Caller, snapshot: Snapshot
) -> None:
    asked = [{"customer_id": snapshot.customer_ids[key]} for key in range(400)]
    rows = [
        caller.score(rows=asked, reasons=False, campaign=name)["rows"]
        for name in ("spring", "spring", "autumn")
    ]
    held = [[row.get("hold_out") for row in one] for one in rows]
    assert held[0] == held[1] != held[2]
    known = [one for one in held[0] if one is not None]
    assert 0.05 < sum(known) / len(known) < 0.16
    decision = service.models_in_use.ledger.decision(rows[0][0]["decision_id"])
    assert decision is not None and decision.campaign == "spring"
    assert decision.hold_out == ("yes" if held[0][0] else "no")
    assert "hold_out" not in caller.score(rows=asked[:1])["rows"][0]


def test_a_campaign_that_was_started_holds_out_in_answers_whom_it_was_frozen_to_hold_out(
    service: Service, caller: Caller, snapshot: Snapshot
) -> None:
    ledger = service.models_in_use.ledger
    ids = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:60]]
    held = {one for one in ids if ledger.hold_out.holds(one, "summer calls", 50)}
    # The settings would hold out a tenth.
    frozen = FrozenCampaign("c1", "summer calls", "", "", 0, 30, 50, True, {}, 1)
    ledger.campaigns.freeze(frozen, [])
    asked = [{"customer_id": one} for one in ids]
    rows = caller.score(rows=asked, reasons=False, campaign="summer calls")["rows"]
    assert {row["customer_id"] for row in rows if row["hold_out"]} == held
    assert 20 < len(held) < 40


def test_a_probability_lies_within_its_interval(caller: Caller, snapshot: Snapshot) -> None:
    keys = snapshot.ranking.customer_keys[::7]
    asked = [{"customer_id": snapshot.customer_ids[int(key)]} for key in keys]
    for row in caller.score(rows=asked, reasons=False)["rows"]:
        low, high = row["interval"]["low"], row["interval"]["high"]
        assert 0 < low < row["probability"] < high < 1


def test_the_answer_says_until_when_it_holds(
    caller: Caller, snapshot: Snapshot, risky: str
) -> None:
    answer = caller.score(customer_id=risky)
    assert answer["expires_at"] == instant(snapshot.cutoff_seconds + 7 * DAY_SECONDS)
    assert answer["rows"][0]["expires_at"] == answer["expires_at"]


@pytest.mark.parametrize(
    ("seconds", "age_days"),
    [(-1, None), (0, None), (7 * 86_400, None), (7 * 86_400 + 1, 7), (8 * 86_400, 8), (1_234 * 86_400, 1_234)],
)  # fmt: skip
def test_scores_are_called_old_from_the_second_after_the_answer_says_they_hold(
    service: Service,
    caller: Caller,
    snapshot: Snapshot,
    risky: str,
    seconds: int,
    age_days: int | None,
) -> None:
    service.seconds = snapshot.cutoff_seconds + seconds
    answer = caller.score(customer_id=risky)
    said = f"What counted here was known {age_days:,} days ago" if age_days else ""
    assert len(answer["warnings"]) == (1 if age_days else 0)
    assert all(one["message"].startswith(said) for one in answer["warnings"])
    assert answer["scored_at"] == instant(service.seconds)


@pytest.mark.parametrize(
    ("row", "pointer", "code"),
    [
        ({"customer_id": "1", "row_id": []}, "/rows/0/row_id", "string_type"),
        ({"vector": {}}, "/rows/0/vector", "too_short"),
        ({"vector": {"days_since_order": "3"}}, "/rows/0/vector/days_since_order", "float_type"),
        ({"vector": {"days_since_order": True}}, "/rows/0/vector/days_since_order", "float_type"),
        ({"vector": {"a": 1}, "events": {}}, "/rows/0", "vector_and_events"),
        (
            {"customer_id": "1", "events": {"visits": []}},
            "/rows/0/events/visits",
            "extra_forbidden",
        ),
        (
            {"customer_id": "1", "events": {"contacts": [{"contacted_at": 5, "channel": "web", "kind": "visit"}]}},
            "/rows/0/events/contacts/0/contacted_at",
            "instant_type",
        ),
        (
            {"customer_id": "1", "events": {"contacts": [{"contacted_at": "2026-02-30T00:00:00Z", "channel": "web", "kind": "visit"}]}},
            "/rows/0/events/contacts/0/contacted_at",
            "datetime_from_date_parsing",
        ),
        (
            {"customer_id": "1", "events": {"contacts": [{"contacted_at": "2026-02-03T00:00:00", "channel": "web", "kind": "visit"}]}},
            "/rows/0/events/contacts/0/contacted_at",
            "timezone_aware",
        ),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_pointed_at(
    caller: Caller, row: dict[str, Any], pointer: str, code: str
) -> None:
    answer = caller.post("/v1/score", json={"rows": [row]})
    assert answer.status_code == 422, answer.text
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (
        pointer,
        code,
    )
