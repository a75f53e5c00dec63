"""Customers at risk come a page at a time: each once, in the order of the ranking, and nobody who is not to be listed."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from serving.contract.list_messages import ALWAYS, RowField
from serving.contract.row_messages import ScoredRowAnswer
from tests.serving.calling import Caller, Service

PATH = "/v1/customers"
LEAST = {
    "reasons": False,
    "fields": ["probability", "band", "lifecycle_status", "stage", "value", "segment"],
}


def asked(caller: Caller, **question: Any) -> dict[str, Any]:
    answer = caller.post(PATH, json=question)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def whole(caller: Caller, **question: Any) -> list[dict[str, Any]]:
    """All pages of a list."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while True:
        page = asked(caller, **LEAST, **question, **cursor)
        rows += page["rows"]
        if page["next_cursor"] is None:
            assert len(rows) == page["total"]
            return rows
        assert len(page["rows"]) == question.get("count", 50)
        cursor = {"cursor": page["next_cursor"]}


@pytest.fixture
def valued_caller(valued_service: Service) -> Caller:
    return valued_service.caller("score")


def test_all_pages_together_are_the_ranking_each_customer_once(
    valued_caller: Caller, valued_service: Service
) -> None:
    in_use = valued_service.models_in_use.in_use
    assert in_use is not None
    snapshot = in_use.snapshot
    names = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys]
    for count in (200, 7 if len(names) < 400 else 90):
        assert [
            one["customer_id"] for one in whole(valued_caller, consent="all", count=count)
        ] == names
    reachable, refused = (
        whole(valued_caller, count=200),
        whole(valued_caller, count=200, consent="refused"),
    )
    assert len(reachable) + len(refused) == len(names) and refused
    risks = [one["probability"] for one in reachable]
    assert risks == sorted(risks, reverse=True)


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({"band": "high"}, lambda row: row["band"] == "high"),
    ({"band": "medium"}, lambda row: row["band"] != "low"),
    ({"lifecycle_status": "lapsed"}, lambda row: row["lifecycle_status"] == "lapsed"),
    ({"stage": "repeat"}, lambda row: row["stage"] == "repeat"),
    ({"least_value_cents": 500}, lambda row: row["value"]["expected_cents"] >= 500),
    ({"band": "medium", "stage": "repeat"}, lambda row: row["band"] != "low" and row["stage"] == "repeat"),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "holds"), FILTERS, ids=[str(one) for one, _ in FILTERS])
def test_a_list_has_those_of_whom_everything_holds_that_is_asked_for(
    valued_caller: Caller, filters: dict[str, Any], holds: Any
) -> None:
    everybody = whole(valued_caller, count=200)
    found = whole(valued_caller, count=200, **filters)
    expected = [one["customer_id"] for one in everybody if holds(one)]
    assert [one["customer_id"] for one in found] == expected and found


def test_a_list_can_be_of_one_segment(valued_caller: Caller) -> None:
    everybody = whole(valued_caller, count=200)
    segments = {one["segment"]["id"] for one in everybody}
    for segment in segments:
        expected = [one["customer_id"] for one in everybody if one["segment"]["id"] == segment]
        found = whole(valued_caller, count=200, segment=segment)
        assert [one["customer_id"] for one in found] == expected
    assert len(segments) > 1
    assert whole(valued_caller, segment=max(segments) + 1) == []


def test_whom_a_reason_raises_is_told_it_among_the_reasons(valued_caller: Caller) -> None:
    found = asked(valued_caller, reason="rhythm", count=200, fields=["reasons"])
    assert found["rows"]
    for row in found["rows"]:
        assert "rhythm" in {one["group"] for one in row["reasons"] if one["direction"] == "raises"}


def test_a_page_has_the_rows_of_the_score_and_only_the_fields_that_were_asked_for(
    valued_caller: Caller,
) -> None:
    page = asked(valued_caller, count=3)
    rows = [{"customer_id": one["customer_id"]} for one in page["rows"]]
    scores = valued_caller.score(rows=rows)["rows"]
    for one in (*page["rows"], *scores):
        one.pop("decision_id"), one.pop("row_id", None)
    assert page["rows"] == scores
    (less,) = asked(valued_caller, count=1, fields=["probability"])["rows"]
    assert set(less) == {*ALWAYS, "probability"}
    assert less["probability"] == scores[0]["probability"]
    optional = set(ScoredRowAnswer.__annotations__) - {*ALWAYS, "row_id", "hold_out"}
    assert set(get_args(RowField)) == optional


def test_whoever_objects_between_two_pages_is_left_out_and_nobody_else_is_missed(
    service: Service, caller: Caller
) -> None:
    before = [one["customer_id"] for one in whole(caller, count=200)]
    first = asked(caller, **LEAST, count=10)
    officer = service.caller("privacy")
    for gone in (before[3], before[12]):
        rows = [{"customer_id": gone, "objects": True}]
        assert officer.post("/v1/objections", json={"rows": rows}).status_code == 200
    second = asked(caller, **LEAST, count=10, cursor=first["next_cursor"])
    told = [one["customer_id"] for one in second["rows"]]
    assert told == [one for one in before[10:21] if one != before[12]]
    assert second["total"] == first["total"] - 2
    for customer_id in (before[3], before[12]):
        rows = [{"customer_id": customer_id, "objects": False}]
        officer.post("/v1/objections", json={"rows": rows})


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ({"cursor": "nonsense"}, "/cursor"),
        ({"cursor": "é"}, "/cursor"),
        ({"reason": "weather"}, "/reason"),
        ({"segment": 1}, "/segment"),
        ({"least_value_cents": 1}, "/least_value_cents"),
        ({"count": 201}, "/count"),
        ({"count": 0}, "/count"),
        ({"fields": ["name"]}, "/fields/0"),
        ({"band": "low"}, "/band"),
        ({"page": 2}, "/page"),
    ],
)
def test_what_cannot_be_listed_is_refused_where_it_stands(
    caller: Caller, question: dict[str, Any], pointer: str
) -> None:
    answer = caller.post(PATH, json=question)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_a_cursor_is_good_for_its_own_list_and_its_own_scores(
    service: Service, valued_service: Service, caller: Caller
) -> None:
    cursor = asked(caller, **LEAST, count=5)["next_cursor"]
    other = caller.post(PATH, json={"band": "high", "cursor": cursor})
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "cursor")
    assert asked(caller, count=1, cursor=cursor)["rows"]
    replaced = valued_service.caller("score").post(PATH, json={"cursor": cursor})
    assert (replaced.status_code, replaced.json()["code"]) == (410, "replaced")
    assert "cursor" in replaced.json()["detail"]


def test_everybody_who_is_listed_is_on_record(service: Service, caller: Caller) -> None:
    page = asked(caller, count=2)
    for row in page["rows"]:
        (kept,) = service.models_in_use.ledger.latest_decisions(row["customer_id"], 5)
        assert kept.decision_id == row["decision_id"]
    assert service.models_in_use.ledger.audit.rows(most=1)[0].route == PATH
