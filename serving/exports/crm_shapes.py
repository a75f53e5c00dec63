"""Scores in the shapes CRMs take them back in: bodies of their batch calls, a line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from features.company.settings.reading import ExportSettings

Row = Mapping[str, Any]
"""One customer: ``customer_id``, the flat fields of ``FIELDS``, ``percentile`` and ``risk_change_points``."""

FIELDS = (
    *("risk_percent", "risk_band", "risk_change_points"),
    *("expected_value_cents", "value_at_risk_cents"),
    *("reason_1", "reason_2", "reason_3"),
    *("scored_at", "model_version"),
)
_SALESFORCE_ROWS, _HUBSPOT_ROWS = 200, 100
_STEADY_POINTS = 1.0
_GRADES = (90.0, 70.0, 40.0)
IMPROVING, STEADY, DECLINING, NOT_KNOWN = range(4)

Shape = Callable[[Sequence[Row], ExportSettings], list[bytes]]


def salesforce(rows: Sequence[Row], settings: ExportSettings) -> list[bytes]:
    """Bodies of sObject Collections upserts by external id, 200 records each; one bad record spoils no other.

    Send each as PATCH to ``/composite/sobjects/OBJECT/ID_FIELD``.
    """
    records = [
        {
            "attributes": {"type": settings.salesforce_object},
            settings.salesforce_id_field: row["customer_id"],
            **{f"{settings.salesforce_prefix}{_camel(name)}__c": row[name] for name in FIELDS},
        }
        for row in rows
    ]
    return [
        orjson.dumps({"allOrNone": False, "records": some})
        for some in _in_blocks(records, _SALESFORCE_ROWS)
    ]


def hubspot(rows: Sequence[Row], settings: ExportSettings) -> list[bytes]:
    """Bodies of HubSpot's batch upsert, 100 inputs each.

    ``objectWriteTraceId`` names each input, so that an error of the batch can be told to its customer.
    """
    inputs = [
        {
            "id": row["customer_id"],
            "idProperty": settings.hubspot_id_property,
            "objectWriteTraceId": row["customer_id"],
            "properties": {
                f"{settings.hubspot_prefix}{name}": _property(row[name]) for name in FIELDS
            },
        }
        for row in rows
    ]
    return [orjson.dumps({"inputs": some}) for some in _in_blocks(inputs, _HUBSPOT_ROWS)]


def dynamics(rows: Sequence[Row], settings: ExportSettings) -> list[bytes]:
    """Rows of ``msdyn_predictivescores``: a score of 0 to 100, where it goes and a grade, 0 the most at risk."""
    return [
        orjson.dumps(
            {
                "entityid": row["customer_id"],
                "entitytype": settings.dynamics_entity,
                "msdyn_score": round(row["risk_percent"]),
                "msdyn_scoretrend": trend(row["risk_change_points"]),
                "msdyn_grade": grade(row["percentile"]),
            }
        )
        for row in rows
    ]


SHAPES: Mapping[str, Shape] = {
    "salesforce": salesforce,
    "hubspot": hubspot,
    "dynamics": dynamics,
}


def trend(change_points: float | None) -> int:
    """Dynamics' word for where a risk goes: a fall of a point or more improves.

    >>> trend(-1.0), trend(0.9), trend(1.0), trend(None)
    (0, 1, 2, 3)
    """
    if change_points is None:
        return NOT_KNOWN
    if change_points <= -_STEADY_POINTS:
        return IMPROVING
    return DECLINING if change_points >= _STEADY_POINTS else STEADY


def grade(percentile: float) -> int:
    """How a risk compares, from 0 for the top tenth to 3.

    >>> grade(90.0), grade(89.9), grade(40.0), grade(39.9)
    (0, 1, 2, 3)
    """
    return sum(percentile < one for one in _GRADES)


def _camel(name: str) -> str:
    return "_".join(part.capitalize() for part in name.split("_"))


def _property(value: Any) -> str:
    """HubSpot's properties are texts; an empty one clears what was there."""
    return "" if value is None else str(value)


def _in_blocks(rows: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [rows[first : first + size] for first in range(0, len(rows), size)]
