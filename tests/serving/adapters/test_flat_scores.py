"""A flat score says what the contract's own answer says, in the columns of a job's table."""

from __future__ import annotations

from typing import Any

import pytest

from serving.access.problems import Refusal
from serving.adapters.flat_scores import FlatScore, flat_scores
from serving.contract.job_lines import COLUMNS
from tests.serving.adapters.comparing import without_names
from tests.serving.calling import Service


def flat(service: Service, rows: list[dict[str, Any]], **terms: object) -> list[FlatScore]:
    return flat_scores(
        service.models_in_use, rows, place=lambda at: "/".join(map(str, at)), terms=terms
    )


def test_its_fields_are_the_columns_of_a_jobs_table_and_three_more() -> None:
    assert tuple(FlatScore.__annotations__) == (*COLUMNS, "row_id", "model_version", "scored_at")


def test_it_says_what_the_contract_answers(valued_service: Service, customers: list[str]) -> None:
    rows = [
        {"customer_id": one, "row_id": str(at)} for at, one in enumerate([*customers, "nobody"])
    ]
    told = flat(valued_service, rows, campaign="spring")
    answer = valued_service.caller("score").score(rows=rows, campaign="spring")
    for found, row in zip(told, answer["rows"], strict=True):
        value, best = row.get("value") or {}, row.get("best_action") or {}
        reasons = [one["text"] for one in row.get("reasons", ())][:3]
        assert without_names(found) == without_names({
            **{name: row.get(name) for name in COLUMNS},
            "low": row.get("interval", {}).get("low"), "high": row.get("interval", {}).get("high"),
            "expected_cents": value.get("expected_cents"), "at_risk_cents": value.get("at_risk_cents"),
            "segment": row.get("segment", {}).get("name"),
            **{f"reason_{at}": (reasons[at - 1 : at] or [None])[0] for at in (1, 2, 3)},
            "best_action": best.get("name"), "net_gain_cents": best.get("net_gain_cents"),
            "row_id": row["row_id"], "model_version": answer["model"]["version"], "scored_at": answer["scored_at"],
        })  # fmt: skip
    assert [one["status"] for one in told] == ["ok", "ok", "ok", "unknown_id"]
    assert told[0]["segment"] and told[0]["reason_1"] and told[0]["at_risk_cents"] is not None
    assert told[3]["probability"] is None and told[3]["hold_out"] is None


def test_each_is_on_record_before_it_is_told(service: Service, customers: list[str]) -> None:
    (told,) = flat(service, [{"customer_id": customers[0]}])
    (kept,) = service.models_in_use.ledger.latest_decisions(customers[0], 5)
    assert kept.decision_id == told["decision_id"]


@pytest.mark.parametrize(
    ("rows", "terms", "place"),
    [
        ([{"customer_id": "1", "vector": {"x": "many"}}], {}, "rows/0/vector/x"),
        ([{"customer_id": "1", "row_id": {}}], {}, "rows/0/row_id"),
        ([{"customer_id": "1"}] * 201, {}, ""),
        ([{"customer_id": "1"}], {"language": "fr"}, "language"),
        ([{"customer_id": "1"}], {"outcomes": ["rain"]}, "/outcomes/0"),
    ],
)  # fmt: skip
def test_what_the_contract_refuses_is_refused_where_the_caller_wrote_it(
    service: Service, rows: list[dict[str, Any]], terms: dict[str, Any], place: str
) -> None:
    with pytest.raises(Refusal) as refused:
        flat(service, rows, **terms)
    assert refused.value.kind.code == "invalid_request"
    assert refused.value.errors[0].pointer == place
