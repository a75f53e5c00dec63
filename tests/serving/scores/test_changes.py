"""What changed since an earlier day, and what if: through the API, by today's model."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from serving.in_use.models_in_use import InUse
from serving.pages.figures import customer_link
from serving.scores.earlier_vector import Past
from serving.scores.score import Status
from serving.scores.what_if import ORDER, SETTLED
from tests.serving.calling import Caller, Service
from training.reasons.languages.known import language_of

ENGLISH = language_of("en")


@pytest.fixture
def past(in_use: InUse) -> Past:
    assert in_use.past is not None
    return in_use.past


def riskiest(in_use: InUse, count: int) -> list[str]:
    snapshot = in_use.snapshot
    return [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:count]]


def day_before(in_use: InUse, days: int) -> str:
    return (
        (datetime.fromtimestamp(in_use.snapshot.cutoff_seconds, UTC) - timedelta(days=days))
        .date()
        .isoformat()
    )


def changes(caller: Caller, customers: list[str], since: str, **more: Any) -> list[dict[str, Any]]:
    rows = [{"customer_id": one} for one in customers]
    answer = caller.post("/v1/changes", json={"rows": rows, "since": since, **more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def test_a_vector_of_the_present_instant_is_the_stored_one(in_use: InUse, past: Past) -> None:
    snapshot = in_use.snapshot
    for position in range(0, snapshot.judged, 37):
        key = int(snapshot.ranking.customer_keys[position])
        row = past.vector(snapshot.customer_ids[key], snapshot.cutoff_seconds)
        np.testing.assert_array_equal(row, in_use.values[int(snapshot.vector_rows[key])])


def test_then_and_all_points_are_now_and_what_is_shown_adds_up(
    caller: Caller, in_use: InUse
) -> None:
    found = changes(caller, riskiest(in_use, 60), day_before(in_use, 30))
    compared = [one for one in found if one["status_before"] == "ok"]
    assert len(compared) > 30
    for one in compared:
        total = math.fsum(reason["points"] for reason in one["reasons"]) + one["other_points"]
        assert 100 * one["before"] + total == pytest.approx(100 * one["now"], abs=1e-4)
        shown = one["shown"]
        tenths = math.fsum(reason["shown_points"] for reason in one["reasons"]) + shown["other"]
        assert round(shown["before"] + tenths, 1) == shown["now"]


def test_the_risk_now_is_the_one_a_score_gives(caller: Caller, in_use: InUse) -> None:
    customer = riskiest(in_use, 1)[0]
    scored = caller.score(customer_id=customer)["rows"][0]
    found = changes(caller, [customer], day_before(in_use, 30))[0]
    assert found["now"] == pytest.approx(scored["probability"], abs=1e-12)


def test_a_silent_customer_is_said_to_be_silent(caller: Caller, in_use: InUse) -> None:
    found = changes(caller, riskiest(in_use, 200), day_before(in_use, 30))
    risen = [
        one for one in found
        if one.get("points", 0) > 5 and not [each for each in one["events"] if each["kind"] == "order"]
    ]  # fmt: skip
    assert risen
    for one in risen:
        assert one["headline"].startswith("Risk +") and "silent for " in one["headline"]


def test_a_rise_is_never_put_down_to_an_order_nor_to_silence_where_one_came(
    caller: Caller, in_use: InUse
) -> None:
    bought = 0
    for one in changes(caller, riskiest(in_use, 200), day_before(in_use, 60)):
        if one.get("points", 0) > 0.1:
            assert " order" not in one["headline"]
            if any(each["kind"] == "order" for each in one["events"]):
                bought += 1
                assert "silent" not in one["headline"]
    assert bought > 5


def test_orders_stand_with_the_reason_of_buying_that_moved_most(
    caller: Caller, in_use: InUse
) -> None:
    found = 0
    buying = {"rhythm", "frequency", "trend", "spend"}
    for one in changes(caller, riskiest(in_use, 200), day_before(in_use, 60)):
        groups = [reason["group"] for reason in one.get("reasons", ())]
        ordered = [
            reason["group"]
            for reason in one.get("reasons", ())
            if any(each["kind"] == "order" for each in reason["events"])
        ]
        if any(each["kind"] == "order" for each in one.get("events", ())):
            assert ordered == [each for each in groups if each in buying][:1]
            found += len(ordered)
    assert found > 5


def test_the_fact_of_a_reason_reads_otherwise_than_then(
    caller: Caller, in_use: InUse, past: Past
) -> None:
    day = day_before(in_use, 90)
    begin = int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp())
    wording = in_use.scorer.wording.in_language(ENGLISH)
    told = unmoved = 0
    for one in changes(caller, riskiest(in_use, 25), day, language="en"):
        for fact in (reason["fact"] for reason in one.get("reasons", ())):
            if fact is None:
                unmoved += 1
                continue
            position = wording.position(fact["feature"])
            assert position is not None and fact["before"] != fact["now"]
            for text, instant in (
                (fact["before"], begin),
                (fact["now"], in_use.snapshot.cutoff_seconds),
            ):
                value = float(past.vector(one["customer_id"], instant)[position])
                assert text == (wording.value_text(position, value) or "none")
            told += 1
    assert told > 20 and unmoved < told / 5


def test_the_events_in_between_are_those_of_the_store(
    caller: Caller, in_use: InUse, past: Past
) -> None:
    first, customers = day_before(in_use, 90), riskiest(in_use, 80)
    begin = int(datetime.fromisoformat(f"{first}T00:00:00+00:00").timestamp())
    purchases = past.pack.streams["purchases"]
    for one in changes(caller, customers, first):
        key = in_use.snapshot.customer_ids.find(one["customer_id"])
        rows = slice(int(purchases.offsets[key]), int(purchases.offsets[key + 1]))
        inside = (purchases.seconds[rows] >= begin) & (
            purchases.columns["quantity_milli"][rows] > 0
        )
        orders = len(set(purchases.columns["order"][rows][inside].tolist()))
        told = [each["count"] for each in one.get("events") or () if each["kind"] == "order"]
        if "events" in one:
            assert told == ([orders] if orders else [])


def test_the_answer_comes_in_german(caller: Caller, in_use: InUse) -> None:
    found = changes(caller, riskiest(in_use, 40), day_before(in_use, 30), language="de")
    said = [one["headline"] for one in found if "headline" in one]
    assert said and all(one.startswith("Risiko") for one in said)


def test_before_anything_was_known_there_is_nothing_to_compare(
    caller: Caller, in_use: InUse
) -> None:
    found = changes(caller, riskiest(in_use, 1), "1990-01-01")[0]
    assert (found["status"], found["status_before"]) == ("ok", "insufficient_data")
    assert "now" in found and "before" not in found and "reasons" not in found


def test_an_unknown_customer_is_a_status_and_not_a_refusal(caller: Caller, in_use: InUse) -> None:
    assert changes(caller, ["nobody"], day_before(in_use, 9))[0]["status"] == "unknown_id"


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ({"rows": [{"customer_id": "1"}], "since": "2999-01-01"}, "/since"),
        ({"rows": [{"customer_id": "1"}], "since": "2010-02-30"}, "/since"),
        ({"rows": [{"customer_id": "1"}], "since": "yesterday"}, "/since"),
        ({"rows": [{"customer_id": "1"}]}, "/since"),
        ({"rows": [], "since": "2010-01-01"}, "/rows"),
        ({"rows": [{"customer_id": "1"}], "since": "2010-01-01", "language": "fr"}, "/language"),
        ({"rows": [{"customer_id": "1"}], "since": "2010-01-01", "until": "2011"}, "/until"),
    ],
)
def test_a_question_that_cannot_be_answered_names_its_field(
    caller: Caller, question: dict[str, Any], pointer: str
) -> None:
    answer = caller.post("/v1/changes", json=question)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_an_order_today_lowers_the_risk_of_the_riskiest(in_use: InUse) -> None:
    asked = in_use.what_ifs
    assert asked is not None
    for customer in riskiest(in_use, 20):
        found = asked.play(customer, ORDER, ENGLISH)
        assert found.would_be < found.probability
        assert {"days_since_order"} <= {one.feature for one in found.changed} or found.changed


def test_a_play_is_the_vector_the_store_would_give(in_use: InUse, past: Past) -> None:
    asked, customer = in_use.what_ifs, riskiest(in_use, 1)[0]
    assert asked is not None
    found = {one.feature: one for one in asked.play(customer, ORDER, ENGLISH).changed}
    orders = next(one for name, one in found.items() if name.startswith("orders_count_"))
    assert int(orders.then.replace(",", "")) == int(orders.now.replace(",", "")) + 1
    because = [one.text for one in asked.play(customer, ORDER, ENGLISH).because]
    assert 1 <= len(because) <= 3
    assert any(one.endswith("→ less than a day") for one in because)


def test_complaints_can_be_settled_where_some_are_open(in_use: InUse) -> None:
    asked = in_use.what_ifs
    assert asked is not None
    position = in_use.scorer.wording.position("open_complaints_count_lifetime")
    assert position is not None
    ranking = in_use.snapshot.ranking
    rows = in_use.values[in_use.snapshot.vector_rows[ranking.customer_keys]]
    with_open = np.flatnonzero(rows[:, position] > 0)
    without = np.flatnonzero(rows[:, position] == 0)
    ids = [in_use.snapshot.customer_ids[int(key)] for key in ranking.customer_keys]
    names = [one.name for one in asked.plays(ids[int(without[0])], ENGLISH)]
    assert SETTLED not in names
    for place in with_open[:5]:
        found = asked.play(ids[int(place)], SETTLED, ENGLISH)
        # Open complaints only raise the risk, so settling them never does.
        assert found.would_be <= found.probability + 1e-12


def what_if(caller: Caller, **question: Any) -> Any:
    return caller.post("/v1/what-if", json=question)


def test_the_model_answers_and_promises_nothing(caller: Caller, in_use: InUse) -> None:
    customer = riskiest(in_use, 1)[0]
    answer = what_if(caller, customer_id=customer, play=ORDER).json()
    assert answer["status"] == "ok" and answer["would_be"] < answer["probability"]
    assert answer["text"].startswith("The model's score would be ")
    assert "not what this one would do" in answer["text"]
    assert what_if(caller, customer_id="nobody", play=ORDER).json()["status"] == "unknown_id"


def test_other_values_stay_within_what_was_seen(caller: Caller, in_use: InUse) -> None:
    customer = riskiest(in_use, 1)[0]
    position = in_use.scorer.wording.position("silence_ratio")
    seen = in_use.scorer.bundle.reference.features[:, position]
    answer = what_if(caller, customer_id=customer, values={"silence_ratio": float(seen.min())})
    assert answer.status_code == 200 and answer.json()["would_be"] <= answer.json()["probability"]
    beyond = what_if(caller, customer_id=customer, values={"silence_ratio": float(seen.max()) * 2})
    assert beyond.status_code == 422 and "was seen" in beyond.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ({"values": {"days_since_first_order": 9}}, "/values"),
        ({"values": {"silence_ration": 1}}, "/values"),
        ({"values": {"silence_ratio": 1, "open_complaints_count_lifetime": 0}}, "/values"),
        ({"values": {}}, "/values"),
        ({"values": {"silence_ratio": "1"}}, "/values/silence_ratio"),
        ({"play": "bribe"}, "/play"),
        ({"play": "order", "values": {"silence_ratio": 1}}, ""),
        ({}, ""),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_field(
    caller: Caller, in_use: InUse, question: dict[str, Any], pointer: str
) -> None:
    answer = what_if(caller, customer_id=riskiest(in_use, 1)[0], **question)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_a_store_with_other_events_tells_no_other_times(
    service: Service, caller: Caller, in_use: InUse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_use.scorer, "past", None)
    question = {"rows": [{"customer_id": "1"}], "since": day_before(in_use, 30)}
    assert caller.post("/v1/changes", json=question).json()["code"] == "no_past"
    assert what_if(caller, customer_id="1", play=ORDER).json()["code"] == "no_past"


def test_the_page_shows_the_change_since_the_day_in_its_address(
    service: Service, in_use: InUse
) -> None:
    browser, link = service.browser(), customer_link(in_use, 0)
    day = day_before(in_use, 60)
    page = browser.get(f"{link}&since={day}").text
    assert f'value="{day}"' in page and "What changed" in page and "What if" in page
    # A day that is none, or none before the scores, falls back to the usual one.
    usual = day_before(in_use, 30)
    for odd in ("x", "2999-01-01", ""):
        assert f'value="{usual}"' in browser.get(f"{link}&since={odd}").text


def test_who_was_not_judged_then_has_no_change_to_tell(in_use: InUse) -> None:
    changes_of = in_use.changes
    assert changes_of is not None
    end = in_use.snapshot.cutoff_seconds
    told = [changes_of.since(one, end - 400 * 86_400, ENGLISH) for one in riskiest(in_use, 60)]
    assert {one.status_before for one in told} - {Status.OK}
    assert all(one.headline == "" for one in told if one.status_before != Status.OK)
