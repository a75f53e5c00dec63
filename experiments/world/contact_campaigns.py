"""Campaigns of plain contacts: who is called, written or mailed to at random, and for how long they leave more rarely.

On some days of the past a random share of the customers who agreed to marketing is drawn; half of them are contacted and
half deliberately are not. Law: for ``EFFECT_DAYS`` from its day on a contact lowers the rate of leaving by a share of the
customer's own (``share_retained_by_call``). It brings no order by itself, and who has left already does not come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from experiments.world.people import People
from experiments.world.spec import CONTACTS_EVERY_DAYS, LATEST_CONTACTS_DAYS, WorldSpec
from features.vocabulary.arrays import Floats, Ints

EFFECT_DAYS = 90
"""For so many days a contact works."""
LETTER_SHARE, MAIL_SHARE = 0.4, 0.15
SHARES: Mapping[str, float] = {"call": 1.0, "letter": LETTER_SHARE, "mail": MAIL_SHARE}
"""What each kind of contact does, as a share of what a call does."""
CHANNELS = ("phone", "post", "email")
"""How each of ``SHARES`` reaches a customer."""
CONTACTED_SHARE = 0.5
"""Of the audience of a campaign, so many are contacted; the others are held out."""
NOT_ASKED, CONTROL, CONTACTED = -1, 0, 1
"""Whether a customer was outside of a campaign, kept from its contact, or contacted."""


def share_retained_by_call(people: People) -> Floats:
    """The share of each customer's leaving that a call prevents.

    More of those who are satisfied, fewer of those who look for discounts.
    """
    liking = -1.3 + 0.6 * people.satisfaction - 0.4 * people.discount_liking
    return np.asarray(1.0 / (1.0 + np.exp(-liking)))


@dataclass(frozen=True)
class ContactCampaigns:
    """What was done in each campaign: ``days`` and ``kinds`` (places among ``SHARES``) by campaign, ``arms`` [campaigns, people]."""

    days: Ints
    kinds: Ints
    arms: Ints

    @classmethod
    def none(cls, customers: int) -> Self:
        """No campaign at all."""
        empty = np.zeros(0, np.int64)
        return cls(empty, empty, np.zeros((0, customers), np.int64))

    @classmethod
    def drawn(cls, spec: WorldSpec, people: People, random: np.random.Generator) -> Self:
        """Draw audience and arm of every campaign: calls, letters and e-mails by turns, the latest first."""
        days, kinds = campaign_calendar(spec)
        arms = np.full((len(days), len(people)), NOT_ASKED, np.int64)
        for campaign, day in enumerate(days):
            is_asked = random.random(len(people)) < spec.contact_audience
            contacted = (random.random(len(people)) < CONTACTED_SHARE).astype(np.int64)
            reachable = people.marketing_consent & (people.acquired_day < day)
            arms[campaign] = np.where(is_asked & reachable, contacted, NOT_ASKED)
        return cls(days, kinds, arms)

    def taken(self, people: Ints) -> ContactCampaigns:
        """The same campaigns with these people, in this order."""
        return ContactCampaigns(self.days, self.kinds, self.arms[:, people])

    def lowers(self, people: People, day: int) -> Floats | float:
        """The share by which each customer's rate of leaving is lowered on a day; of two contacts each works on what is left."""
        working = np.flatnonzero((self.days <= day) & (day < self.days + EFFECT_DAYS))
        if not len(working):
            return 0.0
        called = share_retained_by_call(people)
        left_over = np.ones(len(people))
        for campaign in working:
            share = list(SHARES.values())[self.kinds[campaign]]
            left_over *= np.where(self.arms[campaign] == CONTACTED, 1.0 - share * called, 1.0)
        return np.asarray(1.0 - left_over)


def campaign_calendar(spec: WorldSpec) -> tuple[Ints, Ints]:
    """The day and the kind of contact of each campaign, the latest first."""
    place = np.arange(spec.contact_campaigns)
    return spec.days - LATEST_CONTACTS_DAYS - CONTACTS_EVERY_DAYS * place, place % len(SHARES)
