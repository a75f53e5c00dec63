"""An assistant reads what its key may, a page of people at most, by the protocol's own client."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, ClientSession, StdioServerParameters, stdio_client

from regulars.assistant.asking import over_http
from regulars.assistant.server import assistant_server
from regulars.assistant.tools import MOST_PEOPLE
from tests.serving.calling import Service
from tests.serving.company import Company

PROJECT = Path(__file__).resolve().parents[3]


def in_process(service: Service, *scopes: str) -> Any:
    """The service asked without a connection, by a key with these scopes."""
    caller = service.caller(*scopes)

    def ask(path: str, question: Mapping[str, Any]) -> dict[str, Any]:
        answer = caller.post(path, json=question)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return ask


def called(ask: Any, tool: str, **arguments: Any) -> Any:
    """What the protocol's own client gets of a tool."""

    async def call() -> Any:
        async with Client(assistant_server(ask)) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(call())


def told(ask: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = called(ask, tool, **arguments)
    assert not answer.is_error, answer.content
    found: dict[str, Any] = answer.structured_content
    return found


def test_every_tool_says_that_it_reads_and_what_it_gives(service: Service) -> None:
    async def listed() -> Any:
        async with Client(assistant_server(in_process(service, "score"))) as client:
            return (await client.list_tools()).tools

    tools = asyncio.run(listed())
    assert [one.name for one in tools] == [
        "find_customer", "predictions", "best_action", "customers_at_risk",
    ]  # fmt: skip
    for one in tools:
        assert one.annotations.read_only_hint and not one.annotations.destructive_hint
        assert one.description.endswith(".")


def test_predictions_are_those_of_the_contract_with_reasons_in_sentences(
    valued_service: Service, customers: list[str]
) -> None:
    ask = in_process(valued_service, "score")
    found = told(ask, "predictions", customer_ids=[customers[0], "nobody"])
    first, second = found["customers"]
    expected, _ = ask(
        "/v1/score", {"rows": [{"customer_id": customers[0]}, {"customer_id": "nobody"}]}
    )["rows"]
    assert first["percent"] == expected["shown"]["probability"]
    assert [one["text"] for one in first["reasons"]] == [one["text"] for one in expected["reasons"]]
    assert first["at_risk_cents"] == expected["value"]["at_risk_cents"]
    assert second == {"customer_id": "nobody", "status": "unknown_id"}


def test_the_best_action_comes_with_its_arithmetic(
    valued_service: Service, customers: list[str]
) -> None:
    ask = in_process(valued_service, "score")
    found = told(ask, "best_action", customer_id=customers[0])
    expected = ask("/v1/score", {"customer_id": customers[0]})["rows"][0]["best_action"]
    assert found["best_action"].items() <= expected.items()
    assert {"name", "net_gain_cents", "if_kept_cents"} <= set(found["best_action"])


def test_a_customer_is_found_with_what_they_declared_and_what_happened(
    service: Service, customers: list[str]
) -> None:
    found = told(in_process(service, "score"), "find_customer", customer_id=customers[0])
    assert found["status"] == "ok" and found["profile"] and found["latest_events"]
    assert len(found["latest_events"]) <= 10
    unknown = told(in_process(service, "score"), "find_customer", customer_id="nobody")
    assert unknown == {"customer_id": "nobody", "status": "unknown_id"}


def test_a_list_goes_on_where_it_ended_and_is_never_longer_than_a_page(service: Service) -> None:
    ask = in_process(service, "score")
    first = told(ask, "customers_at_risk", count=5_000)
    assert len(first["customers"]) == MOST_PEOPLE < first["total"]
    second = told(ask, "customers_at_risk", count=3, cursor=first["next_cursor"])
    names = [one["customer_id"] for one in (*first["customers"], *second["customers"])]
    page = ask("/v1/customers", {"count": MOST_PEOPLE + 3})
    assert names == [one["customer_id"] for one in page["rows"]]
    assert {one["band"] for one in told(ask, "customers_at_risk", band="high")["customers"]} == {
        "high"
    }


@pytest.mark.parametrize("several", [0, MOST_PEOPLE + 1])
def test_nobody_is_told_of_more_than_a_page_of_people(service: Service, several: int) -> None:
    answer = called(in_process(service, "score"), "predictions", customer_ids=["1"] * several)
    assert answer.is_error and "1 to 20" in answer.content[0].text


def test_somebody_who_objected_is_told_of_by_that_alone(
    service: Service, customers: list[str]
) -> None:
    rows = [{"customer_id": customers[0], "objects": True}]
    officer = service.caller("privacy")
    officer.post("/v1/objections", json={"rows": rows})
    try:
        ask = in_process(service, "score")
        (row,) = told(ask, "predictions", customer_ids=[customers[0]])["customers"]
        assert set(row) <= {"customer_id", "status", "decision_id", "expires_at"}
        assert row["status"] == "no_consent"
        found = told(ask, "find_customer", customer_id=customers[0])
        assert found == {"customer_id": customers[0], "status": "no_consent"}
        listed = told(ask, "customers_at_risk")["customers"]
        assert customers[0] not in {one["customer_id"] for one in listed}
    finally:
        officer.post("/v1/objections", json={"rows": [rows[0] | {"objects": False}]})


def test_an_assistant_may_what_its_key_may_and_each_call_is_on_record(
    service: Service, address: tuple[str, int], customers: list[str]
) -> None:
    url = "http://{}:{}".format(*address)
    key = service.caller("score").headers["x-api-key"]
    found = told(over_http(url, key), "predictions", customer_ids=customers)
    assert [one["customer_id"] for one in found["customers"]] == customers
    (row,) = service.models_in_use.ledger.audit.rows(most=1)
    assert row.route == "/v1/score" and len(row.about) == 8 * len(customers)
    other = service.caller("events").headers["x-api-key"]
    refused = called(over_http(url, other), "predictions", customer_ids=customers)
    said = refused.content[0].text
    assert refused.is_error and "may not do that" in said
    assert other not in said and customers[0] not in said


def test_the_command_speaks_the_protocol_over_standard_input_and_output(
    service: Service, address: tuple[str, int], demo_workspace: Company, customers: list[str]
) -> None:
    variables = {
        "REGULARS_KEY": service.caller("score").headers["x-api-key"],
        "PYTHONPATH": str(PROJECT),
    }
    command = StdioServerParameters(
        command=sys.executable,
        args=[
            "-m", "regulars", "mcp", "--settings", str(demo_workspace.settings_path),
            "--url", "http://{}:{}".format(*address),
        ],
        env={**os.environ, **variables},
    )  # fmt: skip

    async def talk() -> Any:
        async with stdio_client(command) as streams, ClientSession(*streams) as session:
            await session.initialize()
            return await session.call_tool("customers_at_risk", {"count": 2})

    answer = asyncio.run(talk())
    assert not answer.is_error
    assert [one["customer_id"] for one in answer.structured_content["customers"]] == customers[:2]
