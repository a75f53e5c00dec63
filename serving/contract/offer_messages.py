"""What may be asked about offers and what is answered, as types."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from serving.contract.identifiers import Id
from serving.contract.messages import (
    ANSWERED_NUMBER,
    Answer,
    CustomerRow,
    Message,
    ModelIdentity,
    PushAnswer,
    RowStatus,
    WarningAnswer,
    Words,
)
from serving.contract.proposal_messages import MOST_PROPOSED, ROWS

MOST_SLOTS = 10
Count = Annotated[int, Field(strict=True)]
Weight = Annotated[float, Field(strict=True, gt=-100.0, le=1_000.0)]


CustomerKind = Literal["", "persuadable", "sure thing", "lost cause", "do not disturb"]
Arm = Literal["decided", "explored", "hold_out"]
Step = Literal["eligibility", "applicability", "suitability", "contact_policy"]


class OfferRequest(Message):
    """Customers an offer is wanted for, and what is going on around them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"rows": [{"customer_id": "17841"}]},
                {
                    "rows": [{"customer_id": "17841"}],
                    "slots": 2,
                    "count": 3,
                    "is_shown": False,
                },
            ]
        }
    )

    rows: list[CustomerRow] = Field(
        min_length=1, max_length=ROWS, description="Customers, at most 200, each once."
    )
    slots: Count = Field(
        1, ge=1, le=MOST_SLOTS, description="So many places an offer may stand in."
    )
    count: Count = Field(
        3,
        ge=0,
        le=MOST_PROPOSED,
        description="So many candidates a customer with their arithmetic.",
    )
    offer_ids: list[Id] | None = Field(
        None, min_length=1, max_length=1_000, description="Only these offers; all where not given."
    )
    context: dict[Id, Weight] | None = Field(
        None,
        description="What the situation makes of an offer, in percent: 25 counts its chance a quarter higher.",
    )
    language: Words | None = Field(
        None, description="The language of the reasons; the company's own where it is not given."
    )
    is_shown: bool = Field(
        True,
        description="Whether what is answered will be shown; false for a look, which the contact policy does "
        "not count.",
    )


class TermsAnswer(Answer):
    """The arithmetic of one offer: chance × context × value × lever − cost."""

    chance: Annotated[
        float,
        Field(
            description="How likely the customer takes it; with `is_effect` how much likelier they act because of it."
        ),
    ]
    context: Annotated[float, Field(description="The weight of the situation; 1 for none.")]
    value_cents: Annotated[float, Field(description="What an acceptance brings, in cents.")]
    lever: Annotated[
        float, Field(description="What the company wants more or less of; 1 for neither.")
    ]
    cost_cents: Annotated[float, Field(description="What showing it costs, in cents.")]
    priority_cents: Annotated[
        float,
        Field(
            description="The product less the cost. Weights count only where the chance is above 0."
        ),
    ]


class CandidateAnswer(Answer):
    """An offer with all that speaks for it."""

    offer_id: Annotated[str, Field(description="The company's own offer number.")]
    name: Annotated[str, Field(description="What it is called.")]
    propensity: Annotated[float, Field(description="How likely the customer takes it.")]
    effect: Annotated[
        float | None,
        Field(description="How much likelier they act because of it; null when not earned."),
    ]
    effect_low: Annotated[float | None, Field(description="The lower end of its 95 % interval.")]
    effect_high: Annotated[float | None, Field(description="The upper end.")]
    kind: Annotated[
        CustomerKind,
        Field(description="What kind of customer they are to this offer; empty when not earned."),
    ]
    terms: Annotated[TermsAnswer, Field(description="The arithmetic.")]
    base: Annotated[
        float,
        Field(description="The log-odds before anything is known of the customer and the offer."),
    ]
    reasons: Annotated[
        list[PushAnswer],
        Field(description="Every group that moves the log-odds, the strongest first."),
    ]


class SlotAnswer(Answer):
    """What stands in one place: an offer, or nothing."""

    slot: Annotated[int, Field(description="Its number, from 1.")]
    offer_id: Annotated[str | None, Field(description="The offer; null for nothing.")]
    arm: Annotated[
        Arm,
        Field(
            description="By priority, left to chance to learn from, or of a customer who is never shown any."
        ),
    ]
    action_probability: Annotated[
        float, Field(description="The exact chance with which this was drawn.")
    ]
    priority_cents: Annotated[float, Field(description="What it is worth; 0 for nothing.")]


class DroppedAnswer(Answer):
    """Offers that may not be shown."""

    step: Annotated[
        Step,
        Field(description="The step that dropped them."),
    ]
    reason: Annotated[str, Field(description="A stable word.")]
    offer_ids: Annotated[list[str], Field(description="Which.")]


class OfferRowAnswer(Answer):
    """What one customer is offered, and the whole arithmetic."""

    row_id: Annotated[str | None, Field(description="As given.")]
    customer_id: Annotated[str | None, Field(description=ANSWERED_NUMBER)]
    status: Annotated[RowStatus, Field(description="Whether this customer could be decided about.")]
    decision_id: Annotated[str | None, Field(description="Names the decision; null without one.")]
    vector_as_of: Annotated[
        str | None,
        Field(
            description="Behaviour of this customer before this instant counted: events told since make it newer. Null "
            "where nothing was decided."
        ),
    ]
    slots: Annotated[list[SlotAnswer], Field(description="What stands where.")]
    candidates: Annotated[list[CandidateAnswer], Field(description="The best that may be shown.")]
    dropped: Annotated[list[DroppedAnswer], Field(description="What may not be shown, and why.")]


class OfferDecisionsAnswer(Answer):
    """Offers for customers."""

    model: Annotated[ModelIdentity, Field(description="The model that answered.")]
    kind: Annotated[
        Literal["propensity", "affinity"],
        Field(
            description="Whether it learned from offers that were shown, or from purchases alone."
        ),
    ]
    is_effect: Annotated[
        bool, Field(description="Whether chances are effects, earned by a control arm.")
    ]
    not_causal_because: Annotated[str, Field(description="Why they are not; empty when they are.")]
    response_days: Annotated[
        int, Field(description="Within so many days an offer without an end counts as taken.")
    ]
    vector_as_of: Annotated[str, Field(description="Behaviour before this instant counted.")]
    explore_share: Annotated[float, Field(description="The share of decisions drawn by lot.")]
    explore_unknown_share: Annotated[
        float,
        Field(
            description="The share of decisions that show an offer as often as it may be the best; 0 where nothing can be "
            "learned of it."
        ),
    ]
    warnings: Annotated[list[WarningAnswer], Field(description="Things to know about the answer.")]
    rows: Annotated[list[OfferRowAnswer], Field(description="One a customer, in the order asked.")]
