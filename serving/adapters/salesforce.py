"""Salesforce: Apex and Flow ask and are answered in the lists of an invocable action.

A call has ``inputs``, one object a record and at most 200 of them, as a flow hands records over in bulk; the answer is a
list as long, each with ``isSuccess``, ``errors`` and ``outputValues`` (developer.salesforce.com, "Invocable Actions",
"InvocableMethod Annotation"). An Apex callout waits 10 s unless it says otherwise, so it is answered or refused before.
Refusals of a whole call are a list of ``errorCode`` and ``message``, as Salesforce's own REST API gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from serving.access.problems import ProblemAnswer
from serving.adapters.flat_scores import FlatScore, flat_scores
from serving.adapters.routes import caller_routes
from serving.adapters.terms import message_of, pointer, said_in
from serving.contract.answering import models_in_use_of
from serving.contract.messages import UNREADABLE_CUSTOMER, Answer, Words
from serving.contract.score_messages import ROWS_WITH_REASONS

ACTION: Final = "regulars_score"
BEFORE_APEX_GIVES_UP_SECONDS = 8.0
_INVALID = "INVALID_INPUT"
_ERROR_CODES = {
    400: "JSON_PARSER_ERROR",
    401: "INVALID_SESSION_ID",
    403: "INSUFFICIENT_ACCESS",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "REQUEST_LIMIT_EXCEEDED",
    500: "UNKNOWN_EXCEPTION",
    503: "SERVER_UNAVAILABLE",
    504: "SERVER_UNAVAILABLE",
}


class InvocableInput(BaseModel):
    """One record of a flow."""

    model_config = ConfigDict(extra="forbid")
    customer_id: Any = Field(None, description="The company's own customer number.")
    row_id: Any = Field(None, description="Anything of the caller's, such as the record's Id.")


class InvocableRequest(BaseModel):
    """The records of an invocable action."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"inputs": [{"customer_id": "17841", "row_id": "003Hs00004abcdEIAQ"}]}]
        },
    )
    inputs: list[InvocableInput] = Field(
        min_length=1, max_length=ROWS_WITH_REASONS, description="One object a record."
    )
    language: Words | None = Field(None, description="The language of the reasons.")
    campaign: str | None = Field(None, description="The campaign this is asked for.")


class SalesforceError(Answer):
    """What is wrong with one record."""

    statusCode: Annotated[str, Field(description="A word.")]
    message: Annotated[str, Field(description="A sentence.")]
    fields: Annotated[list[str], Field(description="The fields at fault.")]


class InvocableAnswer(Answer):
    """What became of one record."""

    actionName: Annotated[Literal["regulars_score"], Field(description="The action.")]
    isSuccess: Annotated[bool, Field(description="Whether there is an answer.")]
    errors: Annotated[list[SalesforceError] | None, Field(description="Why there is none.")]
    outputValues: Annotated[FlatScore | None, Field(description="The score.")]


class SalesforceRefused(Answer):
    """One entry of the list a call is refused by."""

    errorCode: Annotated[str, Field(description="Salesforce's word for it.")]
    message: Annotated[str, Field(description="What to do.")]
    fields: Annotated[list[str], Field(description="Pointers to the fields at fault.")]


class SalesforceTerms:
    """The terms of an invocable action."""

    media_type = "application/json"
    waits_a_second = 1

    def customers(self, path: str, body: bytes) -> list[object]:
        """The customer of every record."""
        said = said_in(body)
        inputs = said.get("inputs") if isinstance(said, dict) else None
        records = inputs if isinstance(inputs, list) else []
        return [one.get("customer_id") for one in records if isinstance(one, dict)]

    def rows(self, body: bytes) -> int:
        """Records are objects within the body's own."""
        return max(1, min(ROWS_WITH_REASONS, body.count(b"{") - 1))

    def refusal(self, problem: ProblemAnswer) -> tuple[int, object]:
        """A list of one error, as Salesforce's REST API answers."""
        pointers = [one["pointer"] for one in problem.get("errors") or ()]
        code = _ERROR_CODES.get(problem["status"], _INVALID)
        refused = SalesforceRefused(errorCode=code, message=message_of(problem), fields=pointers)
        return problem["status"], [refused]


routes = caller_routes("salesforce", SalesforceTerms(), list[SalesforceRefused], "/v1/salesforce")


@routes.post("/score", scope="score", is_personal=True, seconds=BEFORE_APEX_GIVES_UP_SECONDS)
def salesforce_score(request: Request, question: InvocableRequest) -> list[InvocableAnswer]:
    """Score the records of a flow or of Apex, one answer a record, in order."""
    rows = [one.model_dump() for one in question.inputs]
    terms = question.model_dump(include={"language", "campaign"}, exclude_none=True)
    scores = flat_scores(models_in_use_of(request), rows, place=_place, terms=terms)
    return [_answer(one) for one in scores]


def _answer(score: FlatScore) -> InvocableAnswer:
    if score["status"] != "error":
        return InvocableAnswer(actionName=ACTION, isSuccess=True, errors=None, outputValues=score)
    said = UNREADABLE_CUSTOMER["message"]
    fault = SalesforceError(statusCode=_INVALID, message=said, fields=["customer_id"])
    return InvocableAnswer(actionName=ACTION, isSuccess=False, errors=[fault], outputValues=None)


def _place(at: Sequence[str | int]) -> str:
    """Where a call has what the contract knows by ``rows``."""
    return pointer("inputs", *at[1:]) if at and at[0] == "rows" else pointer(*at)
