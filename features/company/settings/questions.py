"""What is asked of the models: of churn, value and recommendations, and what a campaign costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from features.company.settings.declared import SETTINGS_FILE, setting, table_of
from features.vocabulary.errors import SettingsRefused

MOST_COMPARED_DAYS = 365


@dataclass(frozen=True)
class ChurnSettings:
    """What the model is asked: by default who buys nothing for a horizon, having been a repeat customer."""

    outcome: str = setting(
        "inactivity",
        "What is asked: inactivity, contract, partial, second_purchase, or stated for a name out of "
        "the table of outcomes.",
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
        0, "Only customers whose last order is so recent are judged; 0 means twice the horizon."
    )
    grace_days: int = setting(
        30, "A contract renewed within so many days after it expired counts as renewed."
    )
    drop_percent: int = setting(
        50, "Spending so many percent less than expected is partial churn; from 1 to 100."
    )
    origins: int = setting(6, "At most so many past cutoffs are used to fit and judge a model.")

    @property
    def population_days(self) -> int:
        """How recent the last order of a judged customer must be, in days."""
        return self.active_within_days or 2 * self.horizon_days


@dataclass(frozen=True)
class ReasonSettings:
    """How the reasons for a score are put together."""

    compared_days: int = setting(
        30,
        "`regulars score` compares every risk with that of so many days earlier, or one horizon where "
        "that is shorter, for about half as much time again; 0 leaves it out.",
    )
    groups: Mapping[str, str] = table_of(
        "For attributes of the table of customers, the title of the reason they are summed into; one "
        "that is not named has a reason of its own."
    )
    actionable: Mapping[str, str] = table_of(
        "For attributes of the table of customers, whether the business can act on it: now, indirect or "
        "context; one that is not named is context."
    )


@dataclass(frozen=True)
class CampaignSettings:
    """What a campaign to keep customers costs and brings: what a list is worth is reckoned by it."""

    list_size: int = setting(
        0, "So many customers fit on a campaign's list; 0 means the riskiest tenth."
    )
    contact_cents: int = setting(100, "What contacting one customer costs, in cents.")
    incentive_cents: int = setting(
        1000, "What the offer costs for each customer who takes it, in cents."
    )
    success_percent: int = setting(
        30, "Of a hundred contacted customers who would have left, so many stay."
    )
    hold_out_percent: int = setting(
        10,
        "Of a hundred customers so many are held out of every campaign, to measure what it brings.",
    )
    kept_value_cents: int = setting(
        0,
        "What a kept customer brings, in cents; 0 means what those who left had spent on average in "
        "the year before.",
    )


@dataclass(frozen=True)
class ValueSettings:
    """What a customer's value means: the money they bring over a horizon."""

    horizon_days: int = setting(
        365, "Value is what a customer brings in so many days; fewer where the history is short."
    )
    origins: int = setting(6, "At most so many past cutoffs are used to fit and judge a model.")


@dataclass(frozen=True)
class RecommendationSettings:
    """What is recommended: items a customer is likely to buy over a horizon."""

    horizon_days: int = setting(
        30, "A recommended item is one the customer is likely to buy in so many days."
    )


def checked_campaign(campaign: CampaignSettings) -> CampaignSettings:
    """A campaign without anything below zero or shares over a hundred."""
    for one in fields(campaign):
        value = getattr(campaign, one.name)
        if value < 0 or ("percent" in one.name and value > 100):
            raise SettingsRefused(
                expected=f"campaign.{one.name} from 0 {'to 100' if 'percent' in one.name else 'on'}",
                found=str(value),
                remedy=f"Correct campaign.{one.name} in {SETTINGS_FILE}.",
            )
    return campaign


def checked_reasons(reasons: ReasonSettings) -> ReasonSettings:
    """Reasons compared over a year at most."""
    if not 0 <= reasons.compared_days <= MOST_COMPARED_DAYS:
        raise SettingsRefused(
            expected=f"reasons.compared_days from 0 to {MOST_COMPARED_DAYS}",
            found=str(reasons.compared_days),
            remedy=f"Correct reasons.compared_days in {SETTINGS_FILE}.",
        )
    return reasons


def checked_value(value: ValueSettings) -> ValueSettings:
    """Value over a day at least, by three cutoffs or more."""
    for name, least in (("horizon_days", 1), ("origins", 3)):
        if getattr(value, name) < least:
            raise SettingsRefused(
                expected=f"value.{name} of at least {least}",
                found=str(getattr(value, name)),
                remedy=f"Correct value.{name} in {SETTINGS_FILE}.",
            )
    return value


def checked_recommendations(recommendations: RecommendationSettings) -> RecommendationSettings:
    """Recommendations for a day to a year."""
    if not 1 <= recommendations.horizon_days <= MOST_COMPARED_DAYS:
        raise SettingsRefused(
            expected=f"recommendations.horizon_days from 1 to {MOST_COMPARED_DAYS}",
            found=str(recommendations.horizon_days),
            remedy=f"Correct recommendations.horizon_days in {SETTINGS_FILE}.",
        )
    return recommendations
