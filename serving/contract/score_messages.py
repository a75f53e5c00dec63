"""Scores as types: what is asked, what is answered, every field with its sentence."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from serving.contract.event_messages import FreshEventsGiven
from serving.contract.identifiers import (
    LONGEST_ID,
    UNREADABLE,
    CustomerId,
    CustomerOfARow,
    Identifier,
    RowId,
)
from serving.contract.messages import (
    CUSTOMER_NUMBER,
    Answer,
    Message,
    ModelIdentity,
    WarningAnswer,
    Words,
)
from serving.contract.row_messages import ScoredRowAnswer

ROWS_WITH_REASONS = 200
ROWS_WITHOUT_REASONS = 1_000
MOST_FEATURES = 2_000


Behaviour = dict[
    Annotated[str, StringConstraints(strict=True, min_length=1, max_length=LONGEST_ID)],
    Annotated[float, Field(strict=True)] | None,
]


class ScoreRow(Message):
    """One row to be scored: a customer by id, with what has happened since, or behaviour by itself."""

    customer_id: CustomerOfARow | None = Field(
        None, description=f"{CUSTOMER_NUMBER} Not needed with `vector`."
    )
    row_id: RowId | None = Field(
        None, description="Anything of the caller's; given back with the answer."
    )
    vector: Behaviour | None = Field(
        None,
        min_length=1,
        max_length=MOST_FEATURES,
        description="Behaviour to be judged instead of the stored one: each feature by its name, null where "
        "it is unknown. `GET /v1/schema` lists them.",
    )
    events: FreshEventsGiven | None = Field(
        None,
        description="What has happened since the scores were made; it counts in this answer and is not kept.",
    )

    @model_validator(mode="after")
    def _asks_one_question(self) -> ScoreRow:
        if self.vector is not None and self.events is not None:
            raise PydanticCustomError("vector_and_events", "Give either a vector or events")
        return self

    @property
    def is_readable(self) -> bool:
        """Whether it says whom or what it asks about."""
        if self.customer_id is None:
            return self.vector is not None
        return self.customer_id != UNREADABLE


class ScoreRequest(Message):
    """Customers to be scored: `rows`, or one `customer_id`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"customer_id": "17841"},
                {"rows": [{"row_id": "1", "customer_id": "17841"}], "reasons": True},
                {
                    "rows": [
                        {
                            "customer_id": "17841",
                            "events": {
                                "contacts": [
                                    {
                                        "contacted_at": "2026-05-01T09:30:00Z",
                                        "channel": "phone",
                                        "kind": "complaint",
                                    }
                                ]
                            },
                        },
                        {"vector": {"days_since_order": 41.5, "orders_count_365d": 6}},
                    ],
                    "outcomes": ["value"],
                    "campaign": "spring",
                },
            ]
        }
    )

    customer_id: CustomerId | None = Field(None, description="One customer, instead of `rows`.")
    rows: list[ScoreRow] | None = Field(
        None,
        min_length=1,
        max_length=ROWS_WITHOUT_REASONS,
        description="Customers, at most 200 with reasons and 1,000 without.",
    )
    reasons: Annotated[bool, Field(strict=True)] = Field(
        True, description="Whether each score comes with its reasons."
    )
    outcomes: list[Identifier] | None = Field(
        None,
        min_length=1,
        max_length=10,
        description="What to answer, out of what is in use; everything where it is not given.",
    )
    campaign: Identifier | None = Field(
        None,
        description="The campaign this is asked for; each row then says whether the customer is held out of it.",
    )
    model_version: Identifier | None = Field(
        None, description="Refuse to answer by any other version than this."
    )
    language: Words | None = Field(
        None, description="The language of the reasons; the company's own where it is not given."
    )

    @model_validator(mode="after")
    def _is_one_question(self) -> ScoreRequest:
        if (self.rows is None) == (self.customer_id is None):
            raise PydanticCustomError("rows_or_customer_id", "Give either rows or customer_id")
        if self.reasons and len(self.wanted) > ROWS_WITH_REASONS:
            raise PydanticCustomError(
                "too_many_rows", "At most 200 rows with reasons; set reasons to false for 1,000"
            )
        return self

    @property
    def wanted(self) -> list[ScoreRow]:
        """The rows, however they were given."""
        if self.rows is not None:
            return self.rows
        alone = ScoreRow(customer_id=self.customer_id, row_id=None, vector=None, events=None)
        return [alone]


class ScoreAnswer(Answer):
    """The answer to a call: one row a row, in the order they were sent."""

    model: Annotated[ModelIdentity, Field(description="Which model answered.")]
    horizon_days: Annotated[
        int, Field(description="The outcome is looked for within so many days.")
    ]
    base: Annotated[float, Field(ge=0, le=1, description="The probability the model starts from.")]
    vector_as_of: Annotated[
        str, Field(description="Only what was known before this instant counted.")
    ]
    expires_at: Annotated[str, Field(description="Ask again from then on.")]
    scored_at: Annotated[str, Field(description="When this was answered.")]
    warnings: Annotated[list[WarningAnswer], Field(description="What to know about all rows.")]
    rows: Annotated[list[ScoredRowAnswer], Field(description="The answers.")]
