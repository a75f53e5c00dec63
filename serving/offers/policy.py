"""What the company lays down about offers: whom it may contact how often, what showing costs, what is left to chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from features.company.settings.offers import OfferSettings
from serving.offers.contact_policy import ContactPolicy


@dataclass(frozen=True)
class Policy:
    """What the company lays down: limits of contact, levers by offer, what showing costs, how much is drawn by lot."""

    contact: ContactPolicy
    levers: Mapping[str, float]
    contact_cents: float = 0.0
    explore: float = 0.0
    hold_out_percent: int = 0
    response_days: int = 30
    unsuitable: Mapping[str, str] = field(default_factory=dict)
    budget_price: float = 0.0
    explore_unknown: float = 0.0
    assumed_effect: float = 1.0
    """Of those who take an offer, the share assumed to act because of it; at 1 nothing is assumed."""

    @property
    def unknown_share(self) -> float:
        """In what share of decisions chance follows what is unknown: no more than the lot leaves, and none without a lot."""
        return min(self.explore_unknown, 1.0 - self.explore) if self.explore else 0.0

    @classmethod
    def of(cls, settings: OfferSettings) -> Self:
        """As the settings say; a lever of 20 percent weighs 1.2."""
        return cls(
            ContactPolicy.of(settings),
            {offer: 1.0 + int(percent) / 100 for offer, percent in settings.levers.items()},
            float(settings.contact_cents),
            settings.explore_percent / 100,
            settings.hold_out_percent,
            settings.response_days,
            settings.unsuitable,
            settings.budget_price_percent / 100,
            settings.explore_unknown_percent / 100,
            settings.assumed_effect_percent / 100,
        )
