"""What people may demand, and what they think of reasons, as types."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from serving.contract.identifiers import CustomerId, Identifier, RowId
from serving.contract.messages import ANSWERED_NUMBER, Answer, CustomerRow, Message

MOST_ROWS = 1_000
MOST_ERASED = 5_000


class ObjectionRow(CustomerRow):
    """One customer's objection to being profiled for marketing, or its withdrawal."""

    objects: Annotated[bool, Field(strict=True)] = Field(
        True, description="False takes an earlier objection back."
    )


class ObjectionsRequest(Message):
    """Objections to being profiled for marketing."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rows": [{"customer_id": "17841"}]}]}
    )

    rows: list[ObjectionRow] = Field(
        min_length=1, max_length=MOST_ROWS, description="At most 1,000."
    )


class ObjectionRowAnswer(Answer):
    """What became of one objection."""

    row_id: Annotated[str | None, Field(description="As it was sent.")]
    customer_id: Annotated[str | None, Field(description=ANSWERED_NUMBER)]
    status: Annotated[
        Literal["recorded", "unchanged", "error"],
        Field(
            description="recorded: it counts from now on; unchanged: it did so before; error: the customer "
            "number cannot be read."
        ),
    ]


class ObjectionsAnswer(Answer):
    """One answer an objection, in the order they were sent."""

    rows: Annotated[list[ObjectionRowAnswer], Field(description="The answers.")]


class ErasuresRequest(Message):
    """Customers who are to be forgotten."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"customer_ids": ["17841"]}]})

    customer_ids: list[CustomerId] = Field(
        min_length=1, max_length=MOST_ERASED, description="At most 5,000."
    )


class ErasureAnswer(Answer):
    """How far an erasure is."""

    erasure_id: Annotated[str, Field(description="Names the erasure.")]
    status: Annotated[
        Literal["pending", "done"],
        Field(
            description="pending: nothing is answered any more, but older files still hold rows; done: none does."
        ),
    ]
    customers: Annotated[int, Field(description="So many customers were named.")]
    requested_at: Annotated[str, Field(description="When it was demanded.")]
    done_at: Annotated[str | None, Field(description="When nothing was left.")]


class ErasureStatusRequest(Message):
    """An erasure that is asked about."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"erasure_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}]}
    )

    erasure_id: Identifier = Field(description="As it was answered.")


class FeedbackRow(Message):
    """What somebody thinks of one reason."""

    decision_id: Identifier = Field(description="The answer the reason was part of.")
    group: Identifier = Field(description="The reason's group.")
    verdict: Literal["helpful", "wrong", "known"] = Field(
        description="helpful: it was of use; wrong: it is not so; known: nothing new."
    )
    row_id: RowId | None = Field(
        None, description="Anything of the caller's; given back with the answer."
    )


class FeedbackRequest(Message):
    """What people think of reasons."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rows": [
                        {
                            "decision_id": "36935e75cb19c519ce020cb2adac8adc",
                            "group": "rhythm",
                            "verdict": "helpful",
                        }
                    ]
                }
            ]
        }
    )

    rows: list[FeedbackRow] = Field(
        min_length=1, max_length=MOST_ROWS, description="At most 1,000."
    )


class FeedbackRowAnswer(Answer):
    """What became of one verdict."""

    row_id: Annotated[str | None, Field(description="As it was sent.")]
    status: Annotated[
        Literal["stored", "unknown_decision", "unknown_group"],
        Field(description="stored, or what is not known."),
    ]


class FeedbackAnswer(Answer):
    """One answer a verdict, in the order they were sent."""

    rows: Annotated[list[FeedbackRowAnswer], Field(description="The answers.")]
