"""What changed, and what if: the questions and answers of ``/v1/changes`` and ``/v1/what-if``."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from serving.contract.identifiers import CustomerId
from serving.contract.messages import (
    ANSWERED_NUMBER,
    CUSTOMER_NUMBER,
    Answer,
    CustomerRow,
    Day,
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


class HappeningAnswer(Answer):
    """Events of one kind between the two days."""

    kind: Annotated[str, Field(description="What happened, such as `complaint`.")]
    count: Annotated[int, Field(description="How often.")]
    last: Annotated[str, Field(description="When last.")]
    text: Annotated[str, Field(description="The same in words.")]


class MovedFactAnswer(Answer):
    """One fact at both times, in words."""

    feature: Annotated[str, Field(description="The feature's name in the dictionary.")]
    meaning: Annotated[str, Field(description="What it means.")]
    before: Annotated[str, Field(description="What it was then.")]
    now: Annotated[str, Field(description="What it is now.")]


class ChangeReasonAnswer(Answer):
    """One reason group whose part in the risk moved."""

    group: Annotated[str, Field(description="The reason group's name.")]
    title: Annotated[str, Field(description="The reason group as a marketer reads it.")]
    points: Annotated[float, Field(description="Percentage points it moved the risk by, exactly.")]
    shown_points: Annotated[
        float, Field(description="The same with one decimal; what is shown adds up.")
    ]
    text: Annotated[
        str,
        Field(
            description="The fact that says most of it, then and now, or that none of its own moved."
        ),
    ]
    fact: Annotated[MovedFactAnswer | None, Field(description="The same fact in parts.")]
    events: Annotated[
        list[HappeningAnswer], Field(description="What happened in between and belongs to it.")
    ]


class ShownChange(Answer):
    """Percentages with one decimal that add up: before + shown points + other = now."""

    before: Annotated[float, Field(description="The risk then, in percent.")]
    now: Annotated[float, Field(description="The risk now, in percent.")]
    other: Annotated[
        float, Field(description="All that is not among the reasons, in percentage points.")
    ]


class ChangeRowAnswer(Answer):
    """How one customer's risk moved; without a risk on either day only the statuses are there."""

    row_id: NotRequired[Annotated[str | None, Field(description="As it was sent.")]]
    customer_id: Annotated[str | None, Field(description=ANSWERED_NUMBER)]
    status: Annotated[RowStatus, Field(description="Whether there is a risk now.")]
    status_before: Annotated[
        RowStatus, Field(description="Whether there was one on the earlier day.")
    ]
    before: NotRequired[
        Annotated[float | None, Field(ge=0, le=1, description="The risk then, by today's model.")]
    ]
    now: NotRequired[Annotated[float | None, Field(ge=0, le=1, description="The risk now.")]]
    points: NotRequired[
        Annotated[float | None, Field(description="The change in percentage points, exactly.")]
    ]
    headline: NotRequired[Annotated[str | None, Field(description="The change in one sentence.")]]
    reasons: NotRequired[
        Annotated[
            list[ChangeReasonAnswer] | None, Field(description="At most five, largest first.")
        ]
    ]
    other_points: NotRequired[
        Annotated[float | None, Field(description="The part of all other groups.")]
    ]
    shown: NotRequired[Annotated[ShownChange | None, Field(description="What is shown adds up.")]]
    events: NotRequired[
        Annotated[list[HappeningAnswer] | None, Field(description="All that happened in between.")]
    ]


class ChangesAnswer(Answer):
    """The answer to a call: one row a row, in the order they were sent."""

    model: Annotated[ModelIdentity, Field(description="Which model judged both days.")]
    since: Annotated[str, Field(description="The earlier day.")]
    vector_as_of: Annotated[
        str, Field(description="The later instant: what was known before it counts now.")
    ]
    rows: Annotated[list[ChangeRowAnswer], Field(description="The answers.")]


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

    customer_id: CustomerId = Field(description=CUSTOMER_NUMBER)
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


class ChangedAnswer(Answer):
    """One fact that would be another."""

    feature: Annotated[str, Field(description="The feature's name in the dictionary.")]
    meaning: Annotated[str, Field(description="What it means.")]
    now: Annotated[str, Field(description="The value now; empty where it is unknown.")]
    then: Annotated[
        str, Field(description="The value it would have; empty where it would be unknown.")
    ]


class WhatIfAnswer(Answer):
    """What the model would say of such a customer; never a promise of what this one would do."""

    customer_id: Annotated[str, Field(description=ANSWERED_NUMBER)]
    status: Annotated[RowStatus, Field(description="Whether there is a risk to compare with.")]
    title: NotRequired[Annotated[str | None, Field(description="What was asked.")]]
    probability: NotRequired[
        Annotated[float | None, Field(ge=0, le=1, description="The risk now.")]
    ]
    would_be: NotRequired[
        Annotated[
            float | None, Field(ge=0, le=1, description="The model's score of such a customer.")
        ]
    ]
    changed: NotRequired[
        Annotated[list[ChangedAnswer] | None, Field(description="The facts that would be others.")]
    ]
    text: NotRequired[Annotated[str | None, Field(description="The answer in a sentence.")]]
    model: Annotated[ModelIdentity, Field(description="Which model answered.")]
