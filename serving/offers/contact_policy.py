"""How much may be offered to whom: caps by channel, quiet days, and a rest for what was refused often enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.company.settings.offers import OfferSettings
from features.vocabulary.arrays import Ints
from features.vocabulary.time import DAY_SECONDS

WEEK_SECONDS = 7 * DAY_SECONDS
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class ContactPolicy:
    """What a company allows itself. A cap of no offers a week closes a channel."""

    weekly_caps: Mapping[str, int]
    quiet_days: int = 0
    refusals: int = 0
    suppressed_days: int = 0

    @classmethod
    def of(cls, settings: OfferSettings) -> Self:
        """As the settings say."""
        caps = {channel: int(cap) for channel, cap in settings.weekly_caps.items()}
        return cls(caps, settings.quiet_days, settings.refusals, settings.suppressed_days)


@dataclass(frozen=True)
class ShownOffer:
    """What was shown to some customers: one entry a time, ``customers`` and ``offers`` by place.

    ``taken`` says whether it was taken so far.
    """

    customers: Ints
    offers: Ints
    seconds: Ints
    taken: Flags

    def and_also(self, others: ShownOffer) -> ShownOffer:
        """What was shown to the same customers by both accounts."""
        return ShownOffer(
            np.r_[self.customers, others.customers],
            np.r_[self.offers, others.offers],
            np.r_[self.seconds, others.seconds],
            np.r_[self.taken, others.taken],
        )

    def capped(
        self, policy: ContactPolicy, offer_channels: tuple[str, ...], customers: int, at: int
    ) -> Flags:
        """Whether each customer had as many offers as allowed by the channel of each offer, in ``(at - 7 days, at]``."""
        lately = (self.seconds > at - WEEK_SECONDS) & (self.seconds <= at)
        found = np.zeros((customers, len(offer_channels)), np.bool_)
        for channel, cap in policy.weekly_caps.items():
            uses = np.array([one == channel for one in offer_channels])
            rows = lately & uses[self.offers]
            full = np.bincount(self.customers[rows], minlength=customers) >= cap
            found |= full[:, None] & uses
        return found

    def quiet(self, policy: ContactPolicy, customers: int, at: int) -> Flags:
        """Whether anything was shown to each customer in ``(at - quiet days, at]``."""
        lately = self.seconds > at - policy.quiet_days * DAY_SECONDS
        lately &= self.seconds <= at
        return np.bincount(self.customers[lately], minlength=customers) > 0

    def suppressed(self, policy: ContactPolicy, customers: int, offers: int, at: int) -> Flags:
        """Whether each offer was shown to each customer too often in vain, the last time not long enough ago."""
        if not policy.refusals:
            return np.zeros((customers, offers), np.bool_)
        past = self.seconds <= at
        cells = self.customers[past] * offers + self.offers[past]
        # What was taken since begins anew: only refusals after the last acceptance count.
        last_taken = np.full(customers * offers, -1)
        took = self.taken[past]
        np.maximum.at(last_taken, cells[took], self.seconds[past][took])
        vain = ~took & (self.seconds[past] > last_taken[cells])
        count = np.bincount(cells[vain], minlength=customers * offers)
        latest = np.full(customers * offers, -1)
        np.maximum.at(latest, cells[vain], self.seconds[past][vain])
        resting = latest > at - policy.suppressed_days * DAY_SECONDS
        return ((count >= policy.refusals) & resting).reshape(customers, offers)

    def taken_before(self, customers: int, offers: int, at: int, days: int) -> Flags:
        """Whether each customer took each offer when it was shown in ``(at - days, at]``."""
        rows = self.taken & (self.seconds <= at) & (self.seconds > at - days * DAY_SECONDS)
        cells = self.customers[rows] * offers + self.offers[rows]
        return (np.bincount(cells, minlength=customers * offers) > 0).reshape(customers, offers)
