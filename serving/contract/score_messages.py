"""Scores as types: what is asked, what is answered, every field with its sentence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from serving.contract.event_messages import FreshEventsGiven
from serving.contract.messages import (
    LONGEST_ID,
    FactAnswer,
    Identifier,
    Message,
    ModelIdentity,
    ReasonAnswer,
    RowStatus,
    WarningAnswer,
    Words,
)

ROWS_WITH_REASONS = 200
ROWS_WITHOUT_REASONS = 1_000
MOST_FEATURES = 2_000
QUICK_ROWS = 3


Behaviour = dict[
    Annotated[str, StringConstraints(strict=True, min_length=1, max_length=LONGEST_ID)],
    Annotated[float, Field(strict=True)] | None,
]


class ScoreRow(Message):
    """One row to be scored: a customer by id, with what has happened since, or behaviour by itself."""

    customer_id: Identifier | None = Field(
        None, description="The company's own customer number; not needed with `vector`."
    )
    row_id: Identifier | None = Field(
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
    def _asks_about_somebody(self) -> ScoreRow:
        if self.vector is None and self.customer_id is None:
            raise PydanticCustomError("customer_or_vector", "Give a customer_id or a vector")
        if self.vector is not None and self.events is not None:
            raise PydanticCustomError("vector_and_events", "Give either a vector or events")
        return self


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
                    "outcomes": ["churn", "value"],
                    "campaign": "spring",
                },
            ]
        }
    )

    customer_id: Identifier | None = Field(None, description="One customer, instead of `rows`.")
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
    def is_quick(self) -> bool:
        """Whether it is answered in less time than handing it to another thread takes."""
        return self.rows is None or len(self.rows) <= QUICK_ROWS

    @property
    def wanted(self) -> list[ScoreRow]:
        """The rows, however they were given."""
        if self.rows is not None:
            return self.rows
        alone = ScoreRow(customer_id=self.customer_id, row_id=None, vector=None, events=None)
        return [alone]


class Shown(Message):
    """Percentages with one decimal that add up: base + shown points + other = probability."""

    probability: float = Field(description="The risk, in percent.")
    base: float = Field(description="The model's base risk, in percent.")
    other: float = Field(description="All that is not among the reasons, in percentage points.")


class ValueReasonAnswer(Message):
    """One reason group that moves the expected value; it explains the model, not the cause."""

    group: str = Field(description="The reason group's name.")
    title: str = Field(description="The reason group as a marketer reads it.")
    cents: int = Field(description="Cents it adds; rounded so that everything adds up.")
    parts: dict[str, int] | None = Field(
        None,
        description="How much of it through `chance`, the chance of buying at all, through `amount`, how "
        "much if they buy, and through `whole`, where the model does not keep the two apart.",
    )
    direction: Literal["raises", "lowers"] = Field(description="Which way it moves the value.")
    actionable: Literal["now", "indirect", "context"] = Field(
        description="Whether the business can act on it."
    )
    text: str = Field(description="One sentence from the customer's facts; empty when withheld.")
    facts: list[FactAnswer] = Field(description="The facts the sentence was made from.")


class Value(Message):
    """What the customer spent and, where a value model is in use, what they are expected to bring."""

    spend_365d_cents: int | None = Field(
        description="Spend net of returns in the 365 days before `vector_as_of`, in cents."
    )
    currency: str = Field(description="The currency, as three letters.")
    expected_cents: int | None = Field(
        None, description="What is expected of the customer in `horizon_days` days, in cents."
    )
    low_cents: int | None = Field(
        None, description="Four in five alike end at this or above, and at `high_cents` or below."
    )
    high_cents: int | None = Field(None, description="The upper end of that range, in cents.")
    if_kept_cents: int | None = Field(
        None, description="What is expected given that they buy at all, in cents."
    )
    at_risk_cents: int | None = Field(
        None, description="`probability` times `if_kept_cents`: the money that leaves with them."
    )
    horizon_days: int | None = Field(
        None, description="Over how many days after `vector_as_of` value is meant."
    )
    base_cents: int | None = Field(
        None, description="Where the value model starts for everybody, in cents."
    )
    reasons: list[ValueReasonAnswer] | None = Field(
        None, description="At most four that raise the value, then at most two that lower it."
    )
    limit_cents: int | None = Field(
        None, description="What is taken away so that nobody exceeds ten customers of their kind."
    )
    other_cents: int | None = Field(
        None,
        description="All other groups: `base_cents` + reasons + `limit_cents` + this = `expected_cents`.",
    )


class SilenceAnswer(Message):
    """The chance of no order within so many days after `vector_as_of`."""

    days: int = Field(description="So many days.")
    probability: float = Field(ge=0, le=1, description="The chance of no order within them.")


class NextOrderAnswer(Message):
    """When the next order may come; a date is absent where it lies beyond `horizon_days`."""

    silent: list[SilenceAnswer] = Field(description="The chance of silence, by days.")
    earliest: str | None = Field(description="By this day one in ten such customers has ordered.")
    expected: str | None = Field(description="By this day half of them have.")
    latest: str | None = Field(description="By this day nine in ten of them have.")
    horizon_days: int = Field(description="The model looks so many days ahead.")


class SegmentReasonAnswer(Message):
    """One habit that speaks for the customer's segment, or for its neighbour."""

    feature: str = Field(description="The feature that measures the habit.")
    group: str = Field(description="The reason group whose share this is.")
    speaks: Literal["for", "against"] = Field(description="For this segment or for the neighbour.")
    share: float = Field(
        description="Its part of all that speaks for the segment; negative for the neighbour."
    )
    word: str = Field(description="The habit in a word, beside the neighbour's customers.")
    text: str = Field(description="The customer's own fact; empty where it is unknown.")
    value: float | None = Field(description="The same as a number.")
    unit: str = Field(description="The unit of `value`.")


class SegmentAnswer(Message):
    """The behaviour segment of a customer and why it is this and not the next nearest."""

    id: int = Field(
        description="Names the segment, whatever it is called and however often refitted."
    )
    name: str = Field(description="What it is called.")
    neighbour_id: int | None = Field(description="The next nearest segment.")
    neighbour: str = Field(description="What that is called.")
    lead: float = Field(
        description="1: nothing speaks for the neighbour; near 0: the customer stands between the two."
    )
    reasons: list[SegmentReasonAnswer] | None = Field(
        None, description="At most three for it, then at most two against."
    )
    other_share: float | None = Field(
        None, description="All other habits: the shares of the reasons and this add up to `lead`."
    )


class Interval(Message):
    """Where the true share among many customers with this probability lies, nine times in ten."""

    low: float = Field(ge=0, le=1, description="The lower end.")
    high: float = Field(ge=0, le=1, description="The upper end.")


class ScoredRowAnswer(Message):
    """The answer to one row; without a score only the status and the ids are there."""

    row_id: str | None = Field(None, description="As it was sent.")
    customer_id: str | None = Field(description="As it was sent.")
    status: RowStatus = Field(description="What became of this row.")
    warnings: list[WarningAnswer] = Field(description="What to know about this row.")
    vector_as_of: str | None = Field(
        None,
        description="Only what was known before this instant counted; absent with a given vector.",
    )
    expires_at: str | None = Field(None, description="Ask again from then on.")
    hold_out: bool | None = Field(
        None, description="Whether the customer is held out of the campaign that was named."
    )
    stage: (
        Literal[
            "suspect",
            "prospect",
            "first_time",
            "repeat",
            "client",
            "member",
            "advocate",
            "partner",
        ]
        | None
    ) = Field(None, description="How far the customer has come, by rule.")
    lifecycle_status: (
        Literal["new", "active", "slowing", "at_risk", "lapsed", "won_back"] | None
    ) = Field(None, description="Which way the customer is going, by rule.")
    probability: float | None = Field(
        None,
        ge=0,
        le=1,
        description="The calibrated probability that what the model is asked comes true.",
    )
    interval: Interval | None = Field(
        None, description="How sure the probability is; one customer leaves or stays."
    )
    percentile: float | None = Field(
        None,
        ge=0,
        le=100,
        description="Where that stands among the customers the model learned from.",
    )
    band: Literal["high", "medium", "low"] | None = Field(
        None, description="high: the top tenth; medium: the next fifth; low: the rest."
    )
    reasons: list[ReasonAnswer] | None = Field(
        None, description="At most four that raise, then at most two that lower."
    )
    other_points: float | None = Field(
        None, description="Points of all other groups: base + points + other = probability."
    )
    shown: Shown | None = Field(None, description="The same figures, rounded so that they add up.")
    value: Value | None = Field(None, description="What the customer is worth.")
    segment: SegmentAnswer | None = Field(
        None, description="How the customer buys, where segments are in use."
    )
    next_order: NextOrderAnswer | None = Field(
        None, description="When the next order may come, where the model in use tells it."
    )
    decision_id: str | None = Field(None, description="Names this answer in the ledger.")


class ScoreAnswer(Message):
    """The answer to a call: one row a row, in the order they were sent."""

    model: ModelIdentity = Field(description="Which model answered.")
    horizon_days: int = Field(description="The outcome is looked for within so many days.")
    base: float = Field(ge=0, le=1, description="The probability the model starts from.")
    vector_as_of: str = Field(description="Only what was known before this instant counted.")
    expires_at: str = Field(description="Ask again from then on.")
    scored_at: str = Field(description="When this was answered.")
    warnings: list[WarningAnswer] = Field(description="What to know about all rows.")
    rows: list[ScoredRowAnswer] = Field(description="The answers.")
