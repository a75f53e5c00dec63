"""What is asked of the models: of churn, value and recommendations, and what a campaign costs."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationInfo, field_validator
from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, Fault, Faults, NamedTexts, setting, table_of
from features.vocabulary.time import Horizon

MOST_COMPARED_DAYS = 365

ContactWord = Literal["call", "letter", "mail"]
OutcomeKind = Literal["inactivity", "overdue", "contract", "partial", "second_purchase", "stated"]


@dataclass(frozen=True, config=CLOSED)
class ChurnSettings:
    """What the model is asked: by default who buys nothing for a horizon, having been a repeat customer."""

    outcome: OutcomeKind = setting(
        "inactivity",
        "What is asked: inactivity, overdue (by the customer's own rhythm), contract, partial, "
        "second_purchase, or stated for a name out of the table of outcomes.",
    )
    outcome_name: str = setting(
        "", "Which name of the table of outcomes a stated question is about, such as lead won."
    )
    horizon_days: int = setting(
        90, "So many days the outcome is looked for: a customer who buys nothing in them has left."
    )
    gap_days: int = setting(0, "Days between the score and the first day on which one can act.")
    minimum_orders: int = setting(2, "Only customers with at least so many orders are judged.")
    active_within_days: int = setting(
        0,
        "Only customers whose last order is so recent are judged; 0 means twice the horizon.",
        least=0,
    )
    overdue_percent: int = setting(
        95,
        "Overdue is who is silent for longer than so many percent of gaps like their own; from 50 to 99.",
        least=50,
        most=99,
    )
    grace_days: int = setting(
        30, "A contract renewed within so many days after it expired counts as renewed.", least=0
    )
    drop_percent: int = setting(
        50,
        "Spending so many percent less than expected is partial churn; from 1 to 100.",
        least=1,
        most=100,
    )
    origins: int = setting(6, "At most so many past cutoffs are used to fit and judge a model.")
    score_challenger: bool = setting(
        False,
        "Whether `regulars score` also scores everybody by the model trained last where it is not in use: nobody is "
        "shown it, and the registry tells both, day by day.",
    )

    @property
    def horizon(self) -> Horizon:
        """The stretch in which the outcome is looked for, counted from the score."""
        return Horizon(self.horizon_days, self.gap_days)

    @property
    def population_days(self) -> int:
        """How recent the last order of a judged customer must be, in days."""
        return self.active_within_days or 2 * self.horizon_days

    @field_validator("outcome_name")
    @classmethod
    def _is_given_where_stated(cls, outcome_name: str, info: ValidationInfo) -> str:
        if info.data.get("outcome") == "stated" and not outcome_name:
            raise Faults(Fault("a name out of the table of outcomes for {place}", "none"))
        return outcome_name


@dataclass(frozen=True, config=CLOSED)
class ReasonSettings:
    """How the reasons for a score are put together."""

    compared_days: int = setting(
        30,
        "`regulars score` compares every risk with that of so many days earlier, or one horizon where "
        "that is shorter, for about half as much time again; 0 leaves it out.",
        least=0,
        most=MOST_COMPARED_DAYS,
    )
    groups: NamedTexts = table_of(
        "For attributes of the table of customers, the title of the reason they are summed into; one "
        "that is not named has a reason of its own."
    )
    actionable: NamedTexts = table_of(
        "For attributes of the table of customers, whether the business can act on it: now, indirect or "
        "context; one that is not named is context."
    )


@dataclass(frozen=True, config=CLOSED)
class CampaignSettings:
    """The list a training reckons to keep customers: how long it is, what is done for them and what a kept customer brings."""

    list_size: int = setting(
        0, "So many customers fit on a campaign's list; 0 means the riskiest tenth.", least=0
    )
    action: ContactWord = setting(
        "call",
        "What is done for the customers of a list, at its cost and with its effect (`actions`): call, letter or mail.",
    )
    hold_out_percent: int = setting(
        10,
        "Of a hundred customers so many are held out of every campaign, to measure what it brings.",
        least=0,
        most=100,
    )
    kept_value_cents: int = setting(
        0,
        "What a kept customer brings, in cents; 0 means what those who left had spent on average in "
        "the year before.",
        least=0,
    )


@dataclass(frozen=True, config=CLOSED)
class ValueSettings:
    """What a customer's value means: the money they bring over a horizon."""

    horizon_days: int = setting(
        365,
        "Value is what a customer brings in so many days; fewer where the history is short.",
        least=1,
    )
    origins: int = setting(
        6, "At most so many past cutoffs are used to fit and judge a model.", least=3
    )


@dataclass(frozen=True, config=CLOSED)
class RecommendationSettings:
    """What is recommended: items a customer is likely to buy over a horizon."""

    horizon_days: int = setting(
        30,
        "A recommended item is one the customer is likely to buy in so many days.",
        least=1,
        most=MOST_COMPARED_DAYS,
    )
    without: tuple[str, ...] = setting(
        (),
        "Items that are never recommended, by item_id in capitals or not, beside those of which "
        "is_merchandise of the table of items says no.",
    )
