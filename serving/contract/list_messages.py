"""A list of customers as types: whom it is to have, how much of each, and where it goes on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from serving.contract.identifiers import Identifier
from serving.contract.messages import Answer, Message, ModelIdentity, Words
from serving.contract.row_messages import LifecycleWord, ScoredRowAnswer, StageWord
from serving.contract.score_messages import ROWS_WITH_REASONS

RowField = Literal[
    "vector_as_of", "expires_at", "stage", "lifecycle_status", "probability", "interval", "percentile",
    "band", "reasons", "other_points", "shown", "value", "segment", "next_order", "best_action", "decision_id",
]  # fmt: skip
ALWAYS = ("customer_id", "status", "warnings")
"""What a row of a list has whatever is asked for."""
USUAL_COUNT = 50


class CustomersRequest(Message):
    """Whom a list is to have: everything that is given must hold of a customer, and nothing else is asked of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"band": "high"},
                {"lifecycle_status": "at_risk", "stage": "repeat", "count": 20},
                {"reason": "rhythm", "fields": ["probability", "best_action"], "reasons": False},
            ]
        }
    )

    band: Literal["high", "medium"] | None = Field(
        None,
        description="`high`: the top tenth of those the model learned from; `medium`: with the next fifth.",
    )
    stage: StageWord | None = Field(None, description="How far the customer has come.")
    lifecycle_status: LifecycleWord | None = Field(
        None, description="Which way the customer is going."
    )
    segment: int | None = Field(None, ge=0, description="The `id` of a segment.")
    reason: Identifier | None = Field(
        None, description="The name of a reason group that raises the risk, such as `rhythm`."
    )
    least_value_cents: int | None = Field(
        None, ge=0, le=10**13, description="At least so much is expected of the customer, in cents."
    )
    consent: Literal["contactable", "refused", "all"] = Field(
        "contactable", description="Without it nobody is listed who must not be contacted."
    )
    count: int = Field(
        USUAL_COUNT,
        ge=1,
        le=ROWS_WITH_REASONS,
        description="At most so many customers in this answer.",
    )
    cursor: Identifier | None = Field(
        None, description="`next_cursor` of the answer before, with everything else as it was."
    )
    fields: list[RowField] | None = Field(
        None,
        max_length=20,
        description="What to tell of each beside id, status and warnings; everything without it.",
    )
    reasons: bool = Field(
        True, strict=True, description="Whether each score comes with its reasons."
    )
    language: Words | None = Field(None, description="The language of the reasons.")


class CustomersAnswer(Answer):
    """One page of a list, the likeliest first by the scores of the night."""

    model: Annotated[ModelIdentity, Field(description="Which model answered.")]
    vector_as_of: Annotated[
        str, Field(description="Only what was known before this instant counted for the order.")
    ]
    total: Annotated[int, Field(description="How many customers the whole list has now.")]
    next_cursor: Annotated[
        str | None, Field(description="Where it goes on; null at the end of the list.")
    ]
    rows: Annotated[list[ScoredRowAnswer], Field(description="The customers of this page.")]
