"""One scored customer as a type: the risk, the value, the segment and the next order, each with its reasons."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from features.declarations.feature import Actionable
from serving.contract.action_messages import BestActionAnswer
from serving.contract.messages import (
    ANSWERED_NUMBER,
    Answer,
    FactAnswer,
    ReasonAnswer,
    RowStatus,
    WarningAnswer,
)
from training.reasons.explanation import Direction

StageWord = Literal[
    "suspect", "prospect", "first_time", "repeat", "client", "member", "advocate", "partner"
]
LifecycleWord = Literal[
    "new", "active", "slowing", "at_risk", "lapsed", "won_back", "probably_gone"
]
Band = Literal["high", "medium", "low"]


class Shown(Answer):
    """Percentages with one decimal that add up: base + shown points + other = probability."""

    probability: Annotated[float, Field(description="The risk, in percent.")]
    base: Annotated[float, Field(description="The model's base risk, in percent.")]
    other: Annotated[
        float, Field(description="All that is not among the reasons, in percentage points.")
    ]


class ReasonAmount(Answer):
    """How much one reason group adds to the expected value."""

    group: Annotated[str, Field(description="The reason group's name.")]
    title: Annotated[str, Field(description="The reason group as a marketer reads it.")]
    cents: Annotated[int, Field(description="Cents it adds; rounded so that everything adds up.")]
    parts: NotRequired[
        Annotated[
            dict[str, int] | None,
            Field(
                description="How much of it through `chance`, the chance of buying at all, through `amount`, how "
                "much if they buy, and through `whole`, where the model does not keep the two apart."
            ),
        ]
    ]


class ValueReasonAnswer(ReasonAmount):
    """One reason group that moves the expected value; it explains the model, not the cause."""

    direction: Annotated[Direction, Field(description="Which way it moves the value.")]
    actionable: Annotated[
        Actionable,
        Field(description="Whether the business can act on it."),
    ]
    text: Annotated[str, Field(description="One sentence from the customer's facts.")]
    joined: Annotated[
        list[str],
        Field(
            description="Other groups that tell the same fact, by name: their money is among this."
        ),
    ]
    facts: Annotated[list[FactAnswer], Field(description="The facts the sentence was made from.")]


class Value(Answer):
    """What the customer spent and, where a value model is in use, what they are expected to bring."""

    spend_365d_cents: Annotated[
        int | None,
        Field(description="Spend net of returns in the 365 days before `vector_as_of`, in cents."),
    ]
    currency: Annotated[str, Field(description="The currency, as three letters.")]
    expected_cents: NotRequired[
        Annotated[
            int | None,
            Field(description="What is expected of the customer in `horizon_days` days, in cents."),
        ]
    ]
    low_cents: NotRequired[
        Annotated[
            int | None,
            Field(
                description="Four in five alike end at this or above, and at `high_cents` or below."
            ),
        ]
    ]
    high_cents: NotRequired[
        Annotated[int | None, Field(description="The upper end of that range, in cents.")]
    ]
    if_kept_cents: NotRequired[
        Annotated[
            int | None, Field(description="What is expected given that they buy at all, in cents.")
        ]
    ]
    at_risk_cents: NotRequired[
        Annotated[
            int | None,
            Field(
                description="`probability` times `if_kept_cents`: the money that leaves with them."
            ),
        ]
    ]
    cost_to_serve_cents: NotRequired[
        Annotated[
            int | None,
            Field(
                description="What serving the customer is expected to cost over the same days, in cents; "
                "only where the company has said what contacts, returns or channels cost."
            ),
        ]
    ]
    net_cents: NotRequired[
        Annotated[
            int | None,
            Field(
                description="`expected_cents` less `cost_to_serve_cents`; below zero for customers who "
                "are expected to cost more than they bring."
            ),
        ]
    ]
    horizon_days: NotRequired[
        Annotated[
            int | None, Field(description="Over how many days after `vector_as_of` value is meant.")
        ]
    ]
    base_cents: NotRequired[
        Annotated[
            int | None, Field(description="Where the value model starts for everybody, in cents.")
        ]
    ]
    reasons: NotRequired[
        Annotated[
            list[ValueReasonAnswer] | None,
            Field(description="At most four that raise the value, then at most two that lower it."),
        ]
    ]
    limit_cents: NotRequired[
        Annotated[
            int | None,
            Field(
                description="What is taken away so that nobody exceeds ten customers of their kind."
            ),
        ]
    ]
    other_cents: NotRequired[
        Annotated[
            int | None,
            Field(
                description="All other groups: `base_cents` + reasons + `limit_cents` + this = `expected_cents`."
            ),
        ]
    ]


class SilenceAnswer(Answer):
    """The chance of no order within so many days after `vector_as_of`; never rising with them."""

    days: Annotated[int, Field(description="So many days.")]
    probability: Annotated[
        float, Field(ge=0, le=1, description="The chance of no order within them.")
    ]


class NextOrderAnswer(Answer):
    """When the next order may come, by the same chances; a date is absent where it lies beyond `horizon_days`."""

    silent: Annotated[list[SilenceAnswer], Field(description="The chance of silence, by days.")]
    earliest: Annotated[
        str | None, Field(description="By this day one in ten such customers has ordered.")
    ]
    expected: Annotated[str | None, Field(description="By this day half of them have.")]
    latest: Annotated[str | None, Field(description="By this day nine in ten of them have.")]
    horizon_days: Annotated[int, Field(description="The model looks so many days ahead.")]


class SegmentReasonAnswer(Answer):
    """One habit that speaks for the customer's segment, or for its neighbour."""

    feature: Annotated[str, Field(description="The feature that measures the habit.")]
    group: Annotated[str, Field(description="The reason group whose share this is.")]
    speaks: Annotated[
        Literal["for", "against"], Field(description="For this segment or for the neighbour.")
    ]
    share: Annotated[
        float,
        Field(
            description="Its part of all that speaks for the segment; negative for the neighbour."
        ),
    ]
    word: Annotated[
        str, Field(description="The habit in a word, beside the neighbour's customers.")
    ]
    text: Annotated[str, Field(description="The customer's own fact; empty where it is unknown.")]
    value: Annotated[float | None, Field(description="The same as a number.")]
    unit: Annotated[str, Field(description="The unit of `value`.")]


class SegmentAnswer(Answer):
    """The behaviour segment of a customer and why it is this and not the next nearest."""

    id: Annotated[
        int,
        Field(description="Names the segment, whatever it is called and however often refitted."),
    ]
    name: Annotated[str, Field(description="What it is called.")]
    neighbour_id: Annotated[int | None, Field(description="The next nearest segment.")]
    neighbour: Annotated[str, Field(description="What that is called.")]
    lead: Annotated[
        float,
        Field(
            description="1: nothing speaks for the neighbour; near 0: the customer stands between the two."
        ),
    ]
    reasons: NotRequired[
        Annotated[
            list[SegmentReasonAnswer] | None,
            Field(description="At most three for it, then at most two against."),
        ]
    ]
    other_share: NotRequired[
        Annotated[
            float | None,
            Field(
                description="All other habits: the shares of the reasons and this add up to `lead`."
            ),
        ]
    ]


class Interval(Answer):
    """Where the true share among many customers with this probability lies, nine times in ten."""

    low: Annotated[float, Field(ge=0, le=1, description="The lower end.")]
    high: Annotated[float, Field(ge=0, le=1, description="The upper end.")]


class ScoredRowAnswer(Answer):
    """The answer to one row; without a score only the status and the ids are there."""

    row_id: NotRequired[Annotated[str | None, Field(description="As it was sent.")]]
    customer_id: Annotated[str | None, Field(description=ANSWERED_NUMBER)]
    status: Annotated[RowStatus, Field(description="What became of this row.")]
    warnings: Annotated[list[WarningAnswer], Field(description="What to know about this row.")]
    vector_as_of: NotRequired[
        Annotated[
            str | None,
            Field(
                description="Only what was known before this instant counted; absent with a given vector."
            ),
        ]
    ]
    expires_at: NotRequired[Annotated[str | None, Field(description="Ask again from then on.")]]
    hold_out: NotRequired[
        Annotated[
            bool | None,
            Field(description="Whether the customer is held out of the campaign that was named."),
        ]
    ]
    stage: NotRequired[
        Annotated[
            StageWord | None,
            Field(description="How far the customer has come, by rule."),
        ]
    ]
    lifecycle_status: NotRequired[
        Annotated[
            LifecycleWord | None,
            Field(description="Which way the customer is going, by rule."),
        ]
    ]
    probability: NotRequired[
        Annotated[
            float | None,
            Field(
                ge=0,
                le=1,
                description="The calibrated probability that what the model is asked comes true.",
            ),
        ]
    ]
    interval: NotRequired[
        Annotated[
            Interval | None,
            Field(description="How sure the probability is; one customer leaves or stays."),
        ]
    ]
    percentile: NotRequired[
        Annotated[
            float | None,
            Field(
                ge=0,
                le=100,
                description="Where that stands among the customers the model learned from.",
            ),
        ]
    ]
    band: NotRequired[
        Annotated[
            Band | None,
            Field(description="high: the top tenth; medium: the next fifth; low: the rest."),
        ]
    ]
    reasons: NotRequired[
        Annotated[
            list[ReasonAnswer] | None,
            Field(description="At most four that raise, then at most two that lower."),
        ]
    ]
    other_points: NotRequired[
        Annotated[
            float | None,
            Field(description="Points of all other groups: base + points + other = probability."),
        ]
    ]
    shown: NotRequired[
        Annotated[Shown | None, Field(description="The same figures, rounded so that they add up.")]
    ]
    value: NotRequired[Annotated[Value | None, Field(description="What the customer is worth.")]]
    segment: NotRequired[
        Annotated[
            SegmentAnswer | None,
            Field(description="How the customer buys, where segments are in use."),
        ]
    ]
    next_order: NotRequired[
        Annotated[
            NextOrderAnswer | None,
            Field(description="When the next order may come, where the model in use tells it."),
        ]
    ]
    best_action: NotRequired[
        Annotated[
            BestActionAnswer | None,
            Field(description="What is best to do beside an offer, where something can be done."),
        ]
    ]
    decision_id: NotRequired[
        Annotated[str | None, Field(description="Names this answer in the ledger.")]
    ]
