"""What may be asked about items and what is answered, as types."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from serving.contract.event_messages import FreshEventsGiven
from serving.contract.identifiers import Id, Identifier
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
from serving.scores.order_chance import Source

MOST_ITEMS = 5_000
MOST_TAKERS = 1_000
MOST_DAYS = 365
Count = Annotated[int, Field(strict=True)]
Share = Annotated[float, Field(strict=True, ge=0.0, le=1.0)]
ItemIds = list[Id]


class RecommendationRow(CustomerRow):
    """A customer something is to be listed for, with what they bought since the store was made."""

    events: FreshEventsGiven | None = Field(
        None, description="Purchases since; they count in this answer and are not kept."
    )


class RecommendationRequest(Message):
    """Customers a list is wanted for, and what the lists are to be like."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"rows": [{"customer_id": "17841"}], "count": 5},
                {
                    "rows": [{"customer_id": "17841"}],
                    "count": 6,
                    "use_case": "coupon",
                    "most_per_category": 2,
                },
            ]
        }
    )

    rows: list[RecommendationRow] = Field(
        min_length=1, max_length=ROWS, description="Customers, at most 200."
    )
    count: Count = Field(
        5, ge=1, le=MOST_PROPOSED, description="So many items a customer, the most likely first."
    )
    use_case: Literal["basket", "coupon", "replenishment", "discovery"] = Field(
        "basket",
        description="basket lists whatever is likely; coupon half repeats that are due within 14 days and half "
        "items never bought; replenishment only what is due within 14 days; discovery only items never bought.",
    )
    repeat_share: Share | None = Field(
        None, description="The part of a list that is bought again, instead of the use case's own."
    )
    new_share: Share | None = Field(
        None,
        description="The part of all customers' lists together that was never bought before, instead of the use case's "
        "own: who often buys again gets fewer new items, who tries much more. Not together with repeat_share.",
    )
    due_within_days: Count | None = Field(
        None,
        ge=0,
        le=MOST_DAYS,
        description="Of what was bought before only what is due within so many days; 14 where a use case "
        "is about what is due.",
    )
    allowed_item_ids: ItemIds | None = Field(
        None, max_length=MOST_ITEMS, description="Only these may be listed."
    )
    unavailable_item_ids: ItemIds = Field(
        [], max_length=MOST_ITEMS, description="These may not: out of stock, or not to be shown."
    )
    categories: list[Identifier] | None = Field(
        None, max_length=ROWS, description="Only items of these categories."
    )
    most_per_category: Count | None = Field(
        None, ge=1, le=MOST_PROPOSED, description="So many items of one category at most."
    )
    promoted_item_ids: ItemIds = Field(
        [], max_length=MOST_ITEMS, description="Items that are promoted now."
    )
    promoted_share: Share = Field(
        0.0,
        description="At least this part of a list is promoted items, where so many may be listed.",
    )
    language: Words | None = Field(
        None, description="The language of the reasons; the company's own where it is not given."
    )


class SpeakingItem(Answer):
    """A bought item that speaks for another."""

    item_id: Annotated[str, Field(description="The company's own number.")]
    name: Annotated[str, Field(description="What it is called.")]
    share: Annotated[
        float, Field(description="What it adds to the taste for the other, a fact of the model.")
    ]


class ItemReasonAnswer(PushAnswer):
    """One reason for, or against, an item."""

    because: Annotated[list[SpeakingItem], Field(description="Bought items that speak for it.")]


_ORDER_SOURCE = (
    "Which model says how likely an order is: `churn`, as `/v1/score` does, or `recommendations` by itself "
    "where that says nothing of the customer."
)


class RecommendedItem(Answer):
    """An item the customer would take."""

    item_id: Annotated[str, Field(description="The company's own number.")]
    name: Annotated[str, Field(description="What it is called; its number where it has no name.")]
    category: Annotated[str, Field(description="Its category; empty without one.")]
    probability: Annotated[
        float | None,
        Field(
            description="The chance that it is bought within the horizon: `order_probability` times "
            "`probability_if_ordering`; null where nobody knows that of an order."
        ),
    ]
    probability_if_ordering: Annotated[
        float,
        Field(
            description="The chance that it is bought within the horizon, should the customer order in it."
        ),
    ]
    log_odds: Annotated[
        float,
        Field(
            description="`probability_if_ordering` as log-odds: `base` and all pushes sum to it."
        ),
    ]
    source: Annotated[str, Field(description="What brought it up.")]
    times_bought: Annotated[int, Field(description="How many orders of the customer held it.")]
    due_in_days: Annotated[
        float | None,
        Field(
            description="In how many days it is due again, below zero when overdue; null when unknown."
        ),
    ]
    text: Annotated[
        str,
        Field(
            description="What speaks for it in one sentence: of what they buy again and again their own "
            "purchases of it, else what adds most."
        ),
    ]
    reasons: Annotated[
        list[ItemReasonAnswer], Field(description="All reasons, the strongest first.")
    ]


class RecommendationRowAnswer(Answer):
    """One customer's list."""

    row_id: Annotated[str | None, Field(description="As it was sent.")]
    customer_id: Annotated[str | None, Field(description=ANSWERED_NUMBER)]
    status: Annotated[RowStatus, Field(description="What became of the row.")]
    order_probability: Annotated[
        float | None,
        Field(
            description="The chance that the customer orders at all within the horizon; null where nobody knows it."
        ),
    ]
    order_probability_from: Annotated[Source | None, Field(description=_ORDER_SOURCE)]
    items: Annotated[list[RecommendedItem], Field(description="The list, the most likely first.")]
    fallback: Annotated[
        str, Field(description="What the list is made from instead, where nothing is known.")
    ]
    fewer: Annotated[
        dict[str, int] | None,
        Field(
            description="Where the list is shorter than wished for: how many items each rule kept off."
        ),
    ]
    is_within_quotas: Annotated[
        bool, Field(description="Whether the shares of repeats and promoted items could be kept.")
    ]


class RecommendationsAnswer(Answer):
    """Lists, one a row, in the order of the rows."""

    model: Annotated[ModelIdentity, Field(description="Which model answered.")]
    horizon_days: Annotated[int, Field(description="Over how many days a purchase is meant.")]
    base: Annotated[float, Field(description="The log-odds every item starts from.")]
    vector_as_of: Annotated[str, Field(description="What was known before this instant counts.")]
    warnings: Annotated[list[WarningAnswer], Field(description="What to know about the answer.")]
    rows: Annotated[list[RecommendationRowAnswer], Field(description="The lists.")]


class SimilarItem(Answer):
    """An item that is like another."""

    item_id: Annotated[str, Field(description="The company's own number.")]
    name: Annotated[str, Field(description="What it is called.")]
    weight: Annotated[float, Field(description="How much owning the one says for the other.")]


class SimilarItemsRow(Answer):
    """Items like one item."""

    item_id: Annotated[str, Field(description="As it was sent.")]
    status: Annotated[Literal["ok", "unknown_id"], Field(description="Whether the item is known.")]
    source: Annotated[str, Field(description="What makes them alike.")]
    items: Annotated[list[SimilarItem], Field(description="The items, the most similar first.")]


class SimilarItemsAnswer(Answer):
    """Items alike, one row an item asked about."""

    model: Annotated[ModelIdentity, Field(description="Which model answered.")]
    rows: Annotated[list[SimilarItemsRow], Field(description="The answers.")]


class ItemCustomersRequest(Message):
    """Who would take an item."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"item_id": "85123A", "count": 50}]})

    item_id: Id = Field(description="The company's own number.")
    count: Count = Field(50, ge=1, le=MOST_TAKERS, description="So many customers.")
    only_new: bool = Field(False, strict=True, description="Only those who never bought it.")


class Taker(Answer):
    """A customer who would take an item."""

    customer_id: Annotated[str, Field(description="The company's own customer number.")]
    probability: Annotated[
        float,
        Field(
            description="The chance of a purchase within the horizon: of an order, times of the item in it."
        ),
    ]
    probability_if_ordering: Annotated[
        float, Field(description="The chance of the item in an order, should there be one.")
    ]
    order_probability: Annotated[
        float, Field(description="The chance that the customer orders at all within the horizon.")
    ]
    order_probability_from: Annotated[Source, Field(description=_ORDER_SOURCE)]
    times_bought: Annotated[int, Field(description="How many orders of the customer held it.")]
    due_in_days: Annotated[float | None, Field(description="In how many days it is due again.")]


class ItemCustomersAnswer(Answer):
    """The customers who would most likely take an item."""

    model: Annotated[ModelIdentity, Field(description="Which model answered.")]
    horizon_days: Annotated[int, Field(description="Over how many days a purchase is meant.")]
    item_id: Annotated[str, Field(description="As it was sent.")]
    name: Annotated[str, Field(description="What it is called.")]
    customers: Annotated[list[Taker], Field(description="The customers, the most likely first.")]
