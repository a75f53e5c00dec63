"""Dataverse's webhooks, as Dynamics 365 and Power Apps send them when a row is made or changed.

The body is the JSON of ``RemoteExecutionContext``: lists of ``key`` and ``value``, the changed columns in
``InputParameters`` under ``Target``, others in ``PostEntityImages`` and ``PreEntityImages``. The key comes in a header, or as
``code`` in the address (*WebhookKey*). Dataverse waits 60 s, reads the status and nothing else of an answer, repeats once
and only what was answered by 502, 503 or 504, and leaves all three lists out of a body above 256 KB (learn.microsoft.com,
"Use webhooks to create external handlers for server events").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from serving.access.problems import MEDIA_TYPE, FieldFault, ProblemAnswer, Refusal
from serving.adapters.flat_scores import FlatScore, flat_scores
from serving.adapters.routes import caller_routes
from serving.adapters.terms import pointer, said_in
from serving.contract.answering import models_in_use_of

_TRY_AGAIN = {408: 503, 409: 503, 429: 503, 500: 503}
"""What Dataverse would not repeat though the same call may be answered otherwise."""
_IMAGES = ("PostEntityImages", "PreEntityImages")
_MISSING = object()
_CONTACT = "9f1c2f6b-3d5e-ef11-bfe3-6045bd03d9d8"


class DataverseEvent(BaseModel):
    """What Dataverse tells of one change; the rest of `RemoteExecutionContext` is left alone."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "MessageName": "Update",
                    "PrimaryEntityName": "contact",
                    "PrimaryEntityId": _CONTACT,
                    "InputParameters": [
                        {
                            "key": "Target",
                            "value": {
                                "__type": "Entity:http://schemas.microsoft.com/xrm/2011/Contracts",
                                "Id": _CONTACT,
                                "LogicalName": "contact",
                                "Attributes": [{"key": "new_customernumber", "value": "17841"}],
                            },
                        }
                    ],
                    "PostEntityImages": [],
                    "PreEntityImages": [],
                }
            ]
        },
    )
    MessageName: str | None = Field(None, description="Such as `Create` or `Update`.")
    PrimaryEntityName: str | None = Field(None, description="The table.")
    PrimaryEntityId: str | None = Field(None, description="The row's own GUID.")
    InputParameters: list[dict[str, Any]] | None = Field(
        None, description="The changed columns under `Target`; left out by Dataverse above 256 KB."
    )
    PostEntityImages: list[dict[str, Any]] | None = Field(
        None, description="Columns after the change."
    )
    PreEntityImages: list[dict[str, Any]] | None = Field(None, description="Columns before it.")


class DataverseTerms:
    """The terms of a webhook of Dataverse."""

    media_type = MEDIA_TYPE
    waits_a_second = 1

    def customers(self, path: str, body: bytes) -> list[object]:
        """The column the address names."""
        said = said_in(body)
        found = _column(said, path.rpartition("/")[2]) if isinstance(said, dict) else _MISSING
        return [] if found is _MISSING else [found]

    def rows(self, body: bytes) -> int:
        """One row a call."""
        return 1

    def refusal(self, problem: ProblemAnswer) -> tuple[int, object]:
        """The problem itself, for who looks into the log, with a status Dataverse acts by."""
        status = _TRY_AGAIN.get(problem["status"], problem["status"])
        return status, {**problem, "status": status}


routes = caller_routes("dataverse", DataverseTerms(), ProblemAnswer, "/v1/dataverse/webhook")


@routes.post("/{column}", scope="score", is_personal=True, query_key="code")
def dataverse_webhook(request: Request, question: DataverseEvent, column: str) -> FlatScore:
    """Score the customer whose number stands in the column that the address names; the answer is on record."""
    customer_id = _column(vars(question), column)
    if customer_id is _MISSING:
        said = (
            "The body has no such column. Register a post image with it: an update brings the changed columns alone, and "
            "above 256 KB Dataverse sends none. The primary key of the table, such as contactid, is always there."
        )
        raise Refusal("invalid_request", errors=[FieldFault("/InputParameters", "missing", said)])
    rows = [{"customer_id": customer_id}]
    return flat_scores(models_in_use_of(request), rows, place=lambda at: pointer(column))[0]


def _column(event: Mapping[str, Any], column: str) -> object:
    """The value of a column: the row's own key, or as it was changed, or as an image has it."""
    if column == f"{event.get('PrimaryEntityName')}id" and event.get("PrimaryEntityId"):
        return event["PrimaryEntityId"]
    rows = [one for key, one in _pairs(event.get("InputParameters")) if key == "Target"]
    rows += [one for name in _IMAGES for _, one in _pairs(event.get(name))]
    for row in rows:
        for key, value in _pairs(row.get("Attributes") if isinstance(row, dict) else None):
            if key == column:
                # A column that leads to another row is an object with its key.
                return value["Id"] if isinstance(value, dict) and "Id" in value else value
    return _MISSING


def _pairs(entries: object) -> Iterator[tuple[object, Any]]:
    for one in entries if isinstance(entries, list) else ():
        if isinstance(one, dict):
            yield one.get("key"), one.get("value")
