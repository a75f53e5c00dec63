"""The one view of a customer as types."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field

from serving.contract.change_messages import ChangeRowAnswer
from serving.contract.identifiers import CustomerId
from serving.contract.messages import (
    ANSWERED_NUMBER,
    CUSTOMER_NUMBER,
    Answer,
    Day,
    Message,
    ModelIdentity,
    RowStatus,
    Words,
)
from serving.contract.row_messages import ScoredRowAnswer

MOST_MOMENTS = 200
LATEST_DECISIONS = 20


class CustomerRequest(Message):
    """One customer to be shown with all that is known."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"customer_id": "17841"}, {"customer_id": "17841", "events": 10}]
        }
    )

    customer_id: CustomerId = Field(description=CUSTOMER_NUMBER)
    since: Day | None = Field(
        None,
        description="The earlier day to compare with; `reasons.compared_days` before the scores without it.",
    )
    events: Annotated[int, Field(strict=True)] = Field(
        50, ge=0, le=MOST_MOMENTS, description="So many events of the timeline, the latest first."
    )
    language: Words | None = Field(
        None, description="The language of the reasons; the company's own where it is not given."
    )


class MomentAnswer(Answer):
    """One event of the timeline."""

    at: Annotated[str, Field(description="When it happened.")]
    kind: Annotated[str, Field(description="What kind of event it is.")]
    text: Annotated[str, Field(description="The same in words.")]
    details: Annotated[dict[str, Any], Field(description="What is known about it.")]
    told: Annotated[
        bool, Field(description="Whether it came through `/v1/events` and is in no table yet.")
    ]


class DecisionAnswer(Answer):
    """One earlier answer about the customer."""

    decision_id: Annotated[str, Field(description="Names the answer in the ledger.")]
    decided_at: Annotated[str, Field(description="When it was given.")]
    status: Annotated[RowStatus, Field(description="What became of the row.")]
    probability: Annotated[float | None, Field(description="What was answered.")]
    model_version: Annotated[str, Field(description="Which version of the model answered.")]
    basis: Annotated[str, Field(description="stored, fresh or given behaviour.")]
    campaign: Annotated[str, Field(description="The campaign it was asked for; empty without one.")]
    hold_out: Annotated[bool | None, Field(description="Whether the customer was held out of it.")]


class CustomerAnswer(Answer):
    """One customer: who they are, how they stand, why, what changed and what happened."""

    customer_id: Annotated[str, Field(description=ANSWERED_NUMBER)]
    status: Annotated[
        RowStatus, Field(description="Whether anything may be said, and whether there is a score.")
    ]
    model: NotRequired[Annotated[ModelIdentity | None, Field(description="Which model answered.")]]
    profile: NotRequired[
        Annotated[
            dict[str, str | float | bool | None] | None,
            Field(description="What the customer declared, by attribute."),
        ]
    ]
    score: NotRequired[
        Annotated[
            ScoredRowAnswer | None,
            Field(description="The score with its reasons, as `/v1/score` gives it."),
        ]
    ]
    score_age_days: NotRequired[
        Annotated[
            int | None, Field(description="So many days ago what counts in the score was known.")
        ]
    ]
    change: NotRequired[
        Annotated[
            ChangeRowAnswer | None,
            Field(description="Why the risk is another than on the earlier day."),
        ]
    ]
    since: NotRequired[Annotated[str | None, Field(description="That earlier day.")]]
    timeline: NotRequired[
        Annotated[list[MomentAnswer] | None, Field(description="What happened, latest first.")]
    ]
    decisions: NotRequired[
        Annotated[
            list[DecisionAnswer] | None,
            Field(
                description="The last 20 answers about the customer before this one, latest first."
            ),
        ]
    ]
