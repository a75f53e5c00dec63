"""What a CRM is given: nothing is told as nothing known, and nought is told as nought."""

from __future__ import annotations

import json
from typing import Any

import pytest

from features.company.settings.service import ExportSettings
from serving.exports.crm_shapes import FIELDS, dynamics, grade, hubspot, salesforce, trend

ROW: dict[str, Any] = dict.fromkeys(FIELDS) | {
    "customer_id": "17841",
    "percentile": 0.0,
    "risk_percent": 0.0,
    "risk_change_points": 0.0,
    "expected_value_cents": 0,
    "value_at_risk_cents": 0,
}


def test_hubspot_is_told_nought_as_nought_and_clears_what_is_not_known() -> None:
    (body,) = hubspot([ROW], ExportSettings())
    properties = json.loads(body)["inputs"][0]["properties"]
    prefix = ExportSettings().hubspot_prefix
    told = {name.removeprefix(prefix): one for name, one in properties.items()}
    assert told == dict.fromkeys(FIELDS, "") | {
        "risk_percent": "0.0",
        "risk_change_points": "0.0",
        "expected_value_cents": "0",
        "value_at_risk_cents": "0",
    }


def test_salesforce_is_told_nought_as_nought_and_nothing_as_null() -> None:
    (body,) = salesforce([ROW], ExportSettings())
    record = json.loads(body)["records"][0]
    assert record["Expected_Value_Cents__c"] == 0 and record["Risk_Change_Points__c"] == 0.0
    assert record["Value_At_Risk_Cents__c"] == 0 and record["Risk_Band__c"] is None


@pytest.mark.parametrize(
    ("rows", "salesforces", "hubspots"),
    [(0, [], []), (1, [1], [1]), (99, [99], [99]), (100, [100], [100]), (101, [101], [100, 1]),
     (199, [199], [100, 99]), (200, [200], [100, 100]), (201, [200, 1], [100, 100, 1])],
)  # fmt: skip
def test_a_batch_holds_as_many_as_the_crm_takes_and_everybody_is_in_one(
    rows: int, salesforces: list[int], hubspots: list[int]
) -> None:
    asked = [ROW | {"customer_id": str(one)} for one in range(rows)]
    found = [json.loads(one)["records"] for one in salesforce(asked, ExportSettings())]
    assert [len(one) for one in found] == salesforces
    field = ExportSettings().salesforce_id_field
    assert [record[field] for one in found for record in one] == [str(one) for one in range(rows)]
    bodies = [json.loads(one)["inputs"] for one in hubspot(asked, ExportSettings())]
    assert [len(one) for one in bodies] == hubspots
    assert [one["id"] for body in bodies for one in body] == [str(one) for one in range(rows)]
    assert len(dynamics(asked, ExportSettings())) == rows


@pytest.mark.parametrize(
    ("points", "word"),
    [(None, 3), (-5.0, 0), (-1.0, 0), (-0.9, 1), (0.0, 1), (0.9, 1), (1.0, 2), (5.0, 2)],
)
def test_a_risk_that_moves_by_a_point_has_moved(points: float | None, word: int) -> None:
    assert trend(points) == word


@pytest.mark.parametrize(
    ("percentile", "expected"),
    [(100.0, 0), (90.0, 0), (89.9, 1), (70.0, 1), (69.9, 2), (40.0, 2), (39.9, 3), (0.0, 3)],
)
def test_a_grade_begins_at_its_percentile(percentile: float, expected: int) -> None:
    assert grade(percentile) == expected
