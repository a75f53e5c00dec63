"""What a campaign of contacts would bring within limits, as types: sums and counts, and no customer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from serving.contract.action_messages import EffectSource
from serving.contract.messages import Answer, Day, Message, ModelIdentity, Words

ContactWord = Literal["call", "letter", "mail"]
PlannedStatus = Literal[
    "new", "active", "slowing", "at_risk", "lapsed", "won_back", "probably_gone"
]
MOST_CENTS = 10**13
MOST_CUSTOMERS = 10**9
Count = Annotated[int, Field(strict=True, ge=0, le=MOST_CUSTOMERS)]


class PlanRequest(Message):
    """The limits of a campaign; what is left out limits nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "budget_cents": 200_000,
                    "capacities": {"call": 500},
                    "statuses": ["at_risk", "lapsed"],
                    "hold_out_percent": 10,
                }
            ]
        }
    )

    budget_cents: Annotated[int, Field(strict=True, ge=0, le=MOST_CENTS)] | None = Field(
        None, description="What contacts may cost in all."
    )
    most: Annotated[int, Field(strict=True, ge=1, le=MOST_CUSTOMERS)] | None = Field(
        None, description="So many customers contacted at most."
    )
    capacities: dict[ContactWord, Count] = Field(
        {}, description="So many contacts of a kind at most; else those of the company's settings."
    )
    actions: list[ContactWord] = Field(
        [],
        max_length=3,
        description="The contacts that may be used; all the company makes if empty.",
    )
    statuses: list[PlannedStatus] = Field(
        [], max_length=7, description="Only customers of these statuses; everybody if empty."
    )
    hold_out_percent: Annotated[int, Field(strict=True, ge=0, le=90)] | None = Field(
        None, description="Of a hundred so many are held out; by default those of the settings."
    )
    window_days: Annotated[int, Field(strict=True, ge=1, le=365)] | None = Field(
        None, description="So many days are watched; by default the horizon of the churn model."
    )
    starts: Day | None = Field(
        None, description="The first day (UTC); by default today, or the day of the scores."
    )
    language: Words | None = Field(
        None, description="The language of the sentence; by default the company's."
    )


class ContactPlanAnswer(Answer):
    """What is planned of one contact."""

    name: Annotated[ContactWord, Field(description="Which contact.")]
    source: Annotated[EffectSource, Field(description="How its effect is known.")]
    customers: Annotated[float, Field(description="So many are contacted by it.")]
    spend_cents: Annotated[int, Field(description="What that costs.")]
    kept: Annotated[float, Field(description="So many are expected to stay because of it.")]
    net_gain_cents: Annotated[int, Field(description="What it brings less what it costs.")]


class CurvePointAnswer(Answer):
    """What a campaign with so much money would bring at least."""

    spend_cents: Annotated[int, Field(description="What the contacts cost.")]
    net_gain_cents: Annotated[int, Field(description="What they bring less that.")]


class HoldOutPowerAnswer(Answer):
    """What comparing those contacted with those held out can find of who buys in the window, as shares of customers."""

    contacted: Annotated[int, Field(description="So many are contacted.")]
    held_out: Annotated[int, Field(description="So many are held out.")]
    smallest_effect: Annotated[
        float | None,
        Field(description="Found with 80 % chance at 95 % confidence; null where an arm is empty."),
    ]
    expected_effect: Annotated[float, Field(description="What is planned for.")]
    most_effect: Annotated[
        float, Field(description="What would be seen if every contact kept whoever can be kept.")
    ]
    is_possible: Annotated[
        bool,
        Field(
            description="Whether any effect there can be would be found; else such a campaign is started without measurement or not at all."
        ),
    ]
    finds_what_is_expected: Annotated[
        bool, Field(description="Whether an effect as large as the planned one would be found.")
    ]
    said: Annotated[str, Field(description="The same in a sentence.")]


class ReachAnswer(Answer):
    """How a group of customers is reached, beside its share of everybody who might be."""

    attribute: Annotated[str, Field(description="What they declared, or `behaviour segment`.")]
    group: Annotated[str, Field(description="Which of its texts.")]
    considered: Annotated[int, Field(description="So many of them might be contacted.")]
    planned: Annotated[int, Field(description="So many of them are in the plan.")]
    share_considered: Annotated[float, Field(description="Their share of those who might be.")]
    share_planned: Annotated[float, Field(description="Their share of the plan.")]


class PlanAnswer(Answer):
    """What a campaign within the limits is expected to bring; money is in whole cents."""

    model: Annotated[ModelIdentity, Field(description="Which model judged the customers.")]
    vector_as_of: Annotated[str, Field(description="Everything known before this counted.")]
    starts: Annotated[str, Field(description="The first day (UTC).")]
    due: Annotated[str, Field(description="Data up to this instant are needed to measure it.")]
    window_days: Annotated[int, Field(description="So many days are watched.")]
    hold_out_percent: Annotated[int, Field(description="Of a hundred so many are held out.")]
    considered: Annotated[int, Field(description="So many customers the limits allow.")]
    customers: Annotated[float, Field(description="So many are contacted.")]
    leavers_reached: Annotated[
        float, Field(description="Of these, so many are about to leave and can be reached.")
    ]
    gone_anyway: Annotated[
        float, Field(description="So many are gone already or cannot be reached.")
    ]
    staying_anyway: Annotated[float, Field(description="So many stay anyway.")]
    kept: Annotated[float, Field(description="So many are expected to stay because of it.")]
    spend_cents: Annotated[int, Field(description="What the contacts cost.")]
    net_gain_cents: Annotated[int, Field(description="What they bring less that.")]
    net_gain_low_cents: Annotated[int, Field(description="The lower end of that at 95 %.")]
    net_gain_high_cents: Annotated[int, Field(description="The upper end of that at 95 %.")]
    contacts: Annotated[list[ContactPlanAnswer], Field(description="By contact.")]
    prices: Annotated[
        dict[str, float],
        Field(
            description="What one more unit of each limit would bring, in cents: of `budget_cents`, `most`, and of the contacts by their names."
        ),
    ]
    curve: Annotated[
        list[CurvePointAnswer], Field(description="The net gain by spend, other limits kept.")
    ]
    hold_out: Annotated[HoldOutPowerAnswer, Field(description="What can be measured of it.")]
    reach: Annotated[list[ReachAnswer], Field(description="Who is reached, by group.")]
