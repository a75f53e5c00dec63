"""The one view of a customer as types."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from serving.contract.change_messages import ChangeRowAnswer
from serving.contract.messages import Day, Identifier, Message, ModelIdentity, RowStatus, Words
from serving.contract.score_messages import ScoredRowAnswer

MOST_MOMENTS = 200
LATEST_DECISIONS = 20


class CustomerRequest(Message):
    """One customer to be shown with all that is known."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"customer_id": "17841"}, {"customer_id": "17841", "events": 10}]
        }
    )

    customer_id: Identifier = Field(description="The company's own customer number.")
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


class MomentAnswer(Message):
    """One event of the timeline."""

    at: str = Field(description="When it happened.")
    kind: str = Field(description="What kind of event it is.")
    text: str = Field(description="The same in words.")
    details: dict[str, Any] = Field(description="What is known about it.")
    told: bool = Field(description="Whether it came through `/v1/events` and is in no table yet.")


class DecisionAnswer(Message):
    """One earlier answer about the customer."""

    decision_id: str = Field(description="Names the answer in the ledger.")
    decided_at: str = Field(description="When it was given.")
    status: RowStatus = Field(description="What became of the row.")
    probability: float | None = Field(description="What was answered.")
    model_version: str = Field(description="Which version of the model answered.")
    basis: str = Field(description="stored, fresh or given behaviour.")
    campaign: str = Field(description="The campaign it was asked for; empty without one.")
    hold_out: bool | None = Field(description="Whether the customer was held out of it.")


class CustomerAnswer(Message):
    """One customer: who they are, how they stand, why, what changed and what happened."""

    customer_id: str = Field(description="As it was sent.")
    status: RowStatus = Field(
        description="Whether anything may be said, and whether there is a score."
    )
    model: ModelIdentity | None = Field(None, description="Which model answered.")
    profile: dict[str, str | float | bool | None] | None = Field(
        None, description="What the customer declared, by attribute."
    )
    score: ScoredRowAnswer | None = Field(
        None, description="The score with its reasons, as `/v1/score` gives it."
    )
    score_age_days: int | None = Field(
        None, description="So many days ago what counts in the score was known."
    )
    change: ChangeRowAnswer | None = Field(
        None, description="Why the risk is another than on the earlier day."
    )
    since: str | None = Field(None, description="That earlier day.")
    timeline: list[MomentAnswer] | None = Field(None, description="What happened, latest first.")
    decisions: list[DecisionAnswer] | None = Field(
        None, description="The last 20 answers about the customer before this one, latest first."
    )
