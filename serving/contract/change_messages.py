"""What changed, and what if: the questions and answers of ``/v1/changes`` and ``/v1/what-if``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from serving.contract.messages import (
    CustomerRow,
    Day,
    Identifier,
    Message,
    ModelIdentity,
    RowStatus,
    Words,
)
from serving.contract.score_messages import ROWS_WITH_REASONS


class ChangesRequest(Message):
    """Customers to be compared with themselves on an earlier day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"rows": [{"customer_id": "17841"}], "since": "2010-11-01"}]
        }
    )

    rows: list[CustomerRow] = Field(
        min_length=1, max_length=ROWS_WITH_REASONS, description="Customers, at most 200."
    )
    since: Day = Field(
        description="The earlier day: what was known before its midnight, UTC, counted then."
    )
    language: Words | None = Field(
        None, description="The language of the answer; the company's own where it is not given."
    )


class HappeningAnswer(Message):
    """Events of one kind between the two days."""

    kind: str = Field(description="What happened, such as `complaint`.")
    count: int = Field(description="How often.")
    last: str = Field(description="When last.")
    text: str = Field(description="The same in words.")


class MovedFactAnswer(Message):
    """One fact at both times, in words."""

    feature: str = Field(description="The feature's name in the dictionary.")
    meaning: str = Field(description="What it means.")
    before: str = Field(description="What it was then.")
    now: str = Field(description="What it is now.")


class ChangeReasonAnswer(Message):
    """One reason group whose part in the risk moved."""

    group: str = Field(description="The reason group's name.")
    title: str = Field(description="The reason group as a marketer reads it.")
    points: float = Field(description="Percentage points it moved the risk by, exactly.")
    shown_points: float = Field(description="The same with one decimal; what is shown adds up.")
    text: str = Field(
        description="The fact that says most of it, then and now, or that none of its own moved."
    )
    fact: MovedFactAnswer | None = Field(description="The same fact in parts.")
    events: list[HappeningAnswer] = Field(description="What happened in between and belongs to it.")


class ShownChange(Message):
    """Percentages with one decimal that add up: before + shown points + other = now."""

    before: float = Field(description="The risk then, in percent.")
    now: float = Field(description="The risk now, in percent.")
    other: float = Field(description="All that is not among the reasons, in percentage points.")


class ChangeRowAnswer(Message):
    """How one customer's risk moved; without a risk on either day only the statuses are there."""

    row_id: str | None = Field(None, description="As it was sent.")
    customer_id: str = Field(description="As it was sent.")
    status: RowStatus = Field(description="Whether there is a risk now.")
    status_before: RowStatus = Field(description="Whether there was one on the earlier day.")
    before: float | None = Field(None, ge=0, le=1, description="The risk then, by today's model.")
    now: float | None = Field(None, ge=0, le=1, description="The risk now.")
    points: float | None = Field(None, description="The change in percentage points, exactly.")
    headline: str | None = Field(None, description="The change in one sentence.")
    reasons: list[ChangeReasonAnswer] | None = Field(
        None, description="At most five, largest first."
    )
    other_points: float | None = Field(None, description="The part of all other groups.")
    shown: ShownChange | None = Field(None, description="What is shown adds up.")
    events: list[HappeningAnswer] | None = Field(None, description="All that happened in between.")


class ChangesAnswer(Message):
    """The answer to a call: one row a row, in the order they were sent."""

    model: ModelIdentity = Field(description="Which model judged both days.")
    since: str = Field(description="The earlier day.")
    vector_as_of: str = Field(description="The later instant: what was known before it counts now.")
    rows: list[ChangeRowAnswer] = Field(description="The answers.")


class WhatIfRequest(Message):
    """One customer, and either a play or other values of one reason group."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"customer_id": "17841", "play": "order"},
                {"customer_id": "17841", "values": {"open_complaints_count_lifetime": 0}},
            ]
        }
    )

    customer_id: Identifier = Field(description="The company's own customer number.")
    play: Literal["order", "settle_complaints"] | None = Field(
        None, description="Something that might be done, with all that follows from it."
    )
    values: dict[str, Annotated[float, Field(strict=True)]] | None = Field(
        None,
        min_length=1,
        max_length=50,
        description="Features the business can act on now, of one reason group, with values that were seen.",
    )
    language: Words | None = Field(
        None, description="The language of the answer; the company's own where it is not given."
    )

    @model_validator(mode="after")
    def _is_one_question(self) -> WhatIfRequest:
        if (self.play is None) == (self.values is None):
            raise PydanticCustomError("play_or_values", "Give either play or values")
        return self


class ChangedAnswer(Message):
    """One fact that would be another."""

    feature: str = Field(description="The feature's name in the dictionary.")
    meaning: str = Field(description="What it means.")
    now: str = Field(description="The value now; empty where it is unknown.")
    then: str = Field(description="The value it would have; empty where it would be unknown.")


class WhatIfAnswer(Message):
    """What the model would say of such a customer; never a promise of what this one would do."""

    customer_id: str = Field(description="As it was sent.")
    status: RowStatus = Field(description="Whether there is a risk to compare with.")
    title: str | None = Field(None, description="What was asked.")
    probability: float | None = Field(None, ge=0, le=1, description="The risk now.")
    would_be: float | None = Field(
        None, ge=0, le=1, description="The model's score of such a customer."
    )
    changed: list[ChangedAnswer] | None = Field(None, description="The facts that would be others.")
    text: str | None = Field(None, description="The answer in a sentence.")
    model: ModelIdentity = Field(description="Which model answered.")
