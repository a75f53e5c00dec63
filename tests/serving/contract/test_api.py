"""The CRM contract: what is asked is answered in order, row by row, and adds up."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from features.lifecycle.stages import Stage
from serving.access.problems import ProblemAnswer
from serving.contract.discovery_messages import ModelsAnswer, VersionAnswer
from serving.contract.score_messages import ScoreAnswer
from serving.scores.score import Status
from serving.snapshot.reading import Snapshot
from tests.serving.calling import ROUTES, Caller, Service, answer_as

JSON = {"content-type": "application/json"}


@pytest.fixture
def risky(snapshot: Snapshot) -> list[str]:
    """The ten customers of highest risk."""
    return [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:10]]


def somebody(snapshot: Snapshot, status: Status) -> str:
    keys = [key for key, one in enumerate(snapshot.status) if one == status]
    return snapshot.customer_ids[keys[0]]


def without_ids(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("decision_id", "row_id")}


def test_an_answer_is_what_the_contract_says(caller: Caller, risky: list[str]) -> None:
    answer = caller.post("/v1/score", json={"customer_id": risky[0]})
    parsed = answer_as(ScoreAnswer, answer.content)
    assert parsed["rows"][0]["status"] == "ok" and parsed["rows"][0]["band"] == "high"
    assert parsed["horizon_days"] == 90 and parsed["scored_at"] == "2027-01-15T08:00:00Z"
    answer_as(VersionAnswer, caller.get("/v1/version").content)
    answer_as(ModelsAnswer, caller.get("/v1/models").content)


def test_every_known_customer_who_did_not_decline_has_a_stage_and_a_status(
    caller: Caller, snapshot: Snapshot, risky: list[str]
) -> None:
    unjudged = (Status.NOT_ELIGIBLE, Status.NO_CONSENT)
    asked = [risky[0], *(somebody(snapshot, one) for one in unjudged), "nobody"]
    rows = caller.score(rows=[{"customer_id": one} for one in asked])["rows"]
    statuses = ["ok", "not_eligible", "no_consent", "unknown_id"]
    assert [row["status"] for row in rows] == statuses
    assert [("stage" in row, "lifecycle_status" in row) for row in rows] == [
        (True, True), (True, True), (False, False), (False, False),
    ]  # fmt: skip
    key = snapshot.customer_ids.find(risky[0])
    assert rows[0]["stage"] == Stage(int(snapshot.stage[key])).word


def test_a_score_says_when_the_next_order_may_come(caller: Caller, risky: list[str]) -> None:
    content = caller.score(rows=[{"customer_id": one} for one in risky], reasons=False)
    for row in content["rows"]:
        order = row["next_order"]
        silent = [one["probability"] for one in order["silent"]]
        assert [one["days"] for one in order["silent"]] == [30, 60, 90]
        assert 1 >= silent[0] >= silent[1] >= silent[2] > 0
        dates = [order[name] for name in ("earliest", "expected", "latest")]
        told = [one for one in dates if one is not None]
        assert told == sorted(told) == dates[: len(told)]
        assert all(one >= content["vector_as_of"][:10] for one in told)
        # Half have ordered within the horizon just where silence for all of it is less than even.
        assert (order["expected"] is not None) == (silent[2] <= 0.5)


def test_base_reasons_and_other_add_up_to_the_probability(caller: Caller, risky: list[str]) -> None:
    content = caller.score(rows=[{"customer_id": one} for one in risky])
    for row in content["rows"]:
        points = math.fsum(one["points"] for one in row["reasons"]) + row["other_points"]
        assert 100 * content["base"] + points == pytest.approx(100 * row["probability"], abs=1e-4)
        shown = row["shown"]
        summed = shown["base"] + sum(one["shown_points"] for one in row["reasons"]) + shown["other"]
        assert round(summed, 1) == shown["probability"]


def test_rows_are_answered_in_order_and_alike_wherever_they_stand(
    caller: Caller, risky: list[str]
) -> None:
    asked = [risky[1], "nobody", risky[0], risky[1]]
    rows = [{"row_id": f"r{place}", "customer_id": one} for place, one in enumerate(asked)]
    answered = caller.score(rows=rows)["rows"]
    assert [(one["row_id"], one["customer_id"]) for one in answered] == [
        (f"r{place}", one) for place, one in enumerate(asked)
    ]
    assert without_ids(answered[0]) == without_ids(answered[3])
    assert answered[0]["decision_id"] == answered[3]["decision_id"]
    for place, one in enumerate(asked):
        alone = caller.score(customer_id=one)["rows"][0]
        assert without_ids(alone) == without_ids(answered[place])


@pytest.mark.parametrize("status", [Status.NOT_ELIGIBLE, Status.NO_CONSENT])
def test_a_customer_without_a_score_has_a_status(
    caller: Caller, snapshot: Snapshot, status: Status
) -> None:
    row = caller.score(customer_id=somebody(snapshot, status))["rows"][0]
    assert row["status"] == status.word
    assert "probability" not in row and "reasons" not in row


def test_an_unknown_customer_is_a_status_and_no_error(caller: Caller) -> None:
    for unknown in ("nobody", "C", "c0000001", "💐" * 50):
        row = caller.score(customer_id=unknown)["rows"][0]
        assert row["status"] == "unknown_id" and row["customer_id"] == unknown


def test_without_reasons_the_score_is_the_same(caller: Caller, risky: list[str]) -> None:
    with_reasons = caller.score(customer_id=risky[0])["rows"][0]
    without = caller.score(customer_id=risky[0], reasons=False)["rows"][0]
    assert without["probability"] == with_reasons["probability"] and "reasons" not in without


def test_the_limits_are_200_rows_with_reasons_and_1000_without(
    caller: Caller, risky: list[str]
) -> None:
    def asked(count: int, reasons: bool) -> int:
        rows = [{"customer_id": risky[0]}] * count
        return caller.post("/v1/score", json={"rows": rows, "reasons": reasons}).status_code

    assert asked(200, True) == 200 and asked(201, True) == 422
    assert asked(1_000, False) == 200 and asked(1_001, False) == 422


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "", "rows_or_customer_id"),
        ({"customer_id": "1", "rows": [{"customer_id": "1"}]}, "", "rows_or_customer_id"),
        ({"rows": []}, "/rows", "too_short"),
        ({"rows": {}}, "/rows", "list_type"),
        ({"customer_id": 4711.5}, "/customer_id", "string_type"),
        ({"customer_id": " "}, "/customer_id", "string_too_short"),
        ({"customer_id": "9" * 201}, "/customer_id", "string_too_long"),
        ({"customer_id": "1", "reasons": "yes"}, "/reasons", "bool_type"),
        ({"customer_id": "1", "reasons": 1}, "/reasons", "bool_type"),
        ({"customer_id": "1", "model": "x"}, "/model", "extra_forbidden"),
        ({"rows": [{"customer_id": "1", "a/b~c": 1}]}, "/rows/0/a~1b~0c", "extra_forbidden"),
        ([], "", "model_type"),
        (None, "", "model_type"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_pointed_at_and_never_repeated(
    caller: Caller, body: Any, pointer: str, code: str
) -> None:
    answer = caller.post("/v1/score", content=json.dumps(body), headers=JSON)
    assert answer.status_code == 422
    problem = answer_as(ProblemAnswer, answer.content)
    errors = problem["errors"]
    assert errors is not None
    assert (errors[0]["pointer"], errors[0]["code"]) == (pointer, code)
    said = answer.text.replace(problem["correlation_id"], "")
    assert "4711" not in said and "999" not in said


@pytest.mark.parametrize("text", ['"\\ud800"', '"a\\udfff"'])
def test_half_a_character_is_refused(caller: Caller, text: str) -> None:
    answer = caller.post("/v1/score", content=f'{{"customer_id": {text}}}', headers=JSON)
    assert answer.status_code == 400 and answer.json()["code"] == "invalid_json"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "9223372036854775808.0", "0.5"])
def test_a_number_that_is_no_whole_one_is_no_customer_whatever_its_size(
    caller: Caller, number: str
) -> None:
    answer = caller.post("/v1/score", content=f'{{"customer_id": {number}}}', headers=JSON)
    assert answer.status_code == 422


def test_every_known_row_is_a_decision_in_the_ledger(
    service: Service, caller: Caller, snapshot: Snapshot, risky: list[str]
) -> None:
    rows = [risky[0], somebody(snapshot, Status.NOT_ELIGIBLE), "nobody"]
    answered = caller.score(rows=[{"customer_id": one} for one in rows])
    ledger = service.models_in_use.ledger
    (decision,) = ledger.latest_decisions(risky[0], 5)
    assert decision.decision_id == answered["rows"][0]["decision_id"]
    assert decision.probability == answered["rows"][0]["probability"]
    assert decision.model_digest == answered["model"]["digest"]
    assert decision.decided_at == service.seconds
    assert ledger.latest_decisions(rows[1], 5)[-1].status == "not_eligible"
    assert ledger.latest_decisions("nobody", 5) == []


def test_old_vectors_are_warned_of(caller: Caller, risky: list[str]) -> None:
    warnings = caller.score(customer_id=risky[0])["warnings"]
    assert [one["code"] for one in warnings] == ["stale_vectors"]


def test_the_contract_describes_itself_and_nothing_else(caller: Caller) -> None:
    described = caller.get("/v1/openapi.json").json()
    paths = {one.partition("{")[0] for one in described["paths"]}
    declared = {one.path for one in ROUTES if one.path.startswith("/v1/")}
    others = {"/score", "/invocations", "/serving-endpoints/", "/ping", "/health", "/version"}
    assert paths == (declared | others) - {"/v1/openapi.json", "/v1/docs"}
    operation = described["paths"]["/v1/score"]["post"]
    assert {"200", "401", "422", "503"} <= set(operation["responses"])
    for name, schema in described["components"]["schemas"].items():
        for field, said in schema.get("properties", {}).items():
            if name.endswith(("Answer", "Request", "ScoreRow", "CustomerRow")):
                assert said.get("description") or "$ref" in str(said), f"{name}.{field}"
