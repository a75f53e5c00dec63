"""Campaigns: who is shown which offer, at random, and what that truly changes.

Every 60 days one offer goes to a random share of the customers who agreed to marketing; within that
audience an arm is drawn: *treated* customers are shown the offer, *control* customers deliberately are
not. Within a week each of them may place one extra order for the offer's category. Its chance is known
for both arms, so the effect of every offer on every customer is known too, also where it is negative:
customers who dislike mail are put off by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.world.catalogue import OFFERS, SimulatedCatalogue
from experiments.world.people import CATEGORIES, FAVOURITES, Flags, People
from experiments.world.spec import NEVER, WorldSpec
from features.vocabulary.arrays import Floats, Ints

CAMPAIGN_EVERY_DAYS = 60
ACCEPT_DAYS = 7
AUDIENCE_SHARE = 0.35
FAVOURITE_DECAY = 0.6
OTHER_CATEGORY_SHARE = 0.08

PUT_OFF_BELOW = -1.1


@dataclass(frozen=True)
class Exposures:
    """Who was in which campaign's audience; one entry a row of the company's table.

    ``chance`` is the chance of acceptance in the arm the customer was in; ``accepted_day`` is the day
    of the extra order or ``NEVER``; ``alive_share`` is the share of the acceptance days on which
    the customer still came, so that ``chance * alive_share`` is the expected acceptance.
    """

    person: Ints
    campaign: Ints
    treated: Flags
    chance_control: Floats
    chance_treated: Floats
    accepted_day: Ints
    alive_share: Floats

    @property
    def chance(self) -> Floats:
        """The chance of acceptance in the arm that was drawn, while the customer still comes."""
        return np.where(self.treated, self.chance_treated, self.chance_control)


_NO_INTS, _NO_FLOATS = np.zeros(0, np.int64), np.zeros(0)
NO_EXPOSURES = Exposures(
    person=_NO_INTS,
    campaign=_NO_INTS,
    treated=np.zeros(0, np.bool_),
    chance_control=_NO_FLOATS,
    chance_treated=_NO_FLOATS,
    accepted_day=_NO_INTS,
    alive_share=_NO_FLOATS,
)
"""A company without campaigns."""


def campaign_day(campaign: int) -> int:
    """The day a campaign goes out; the calendar goes on for ever."""
    return CAMPAIGN_EVERY_DAYS * (campaign + 1)


def taste_shares(breadth: Ints) -> Floats:
    """The share of lines that each favourite draws, best first: [people, favourites]."""
    weights = FAVOURITE_DECAY ** np.arange(FAVOURITES) * (np.arange(FAVOURITES) < breadth[:, None])
    favoured: Floats = weights / weights.sum(axis=1, keepdims=True)
    return favoured * (1.0 - OTHER_CATEGORY_SHARE)


def taste_for(people: People, category: int) -> Floats:
    """The share of a customer's lines that fall into one category."""
    matches = people.favourites == category
    favoured = (taste_shares(people.breadth) * matches).sum(axis=1)
    return np.asarray(favoured + OTHER_CATEGORY_SHARE / CATEGORIES)


def acceptance_chances(people: People, category: int, discount: float) -> tuple[Floats, Floats]:
    """The chance of an extra order within a week: without and with the offer, while alive."""
    taste = taste_for(people, category)
    control = 0.02 + 0.20 * taste
    liking = 1.0 / (1.0 + np.exp(-1.2 * people.discount_liking))
    lift = liking * discount * (0.4 + 1.6 * taste)
    put_off = people.email_liking < PUT_OFF_BELOW
    treated = np.where(put_off, 0.25 * control, control + lift)
    return control, np.minimum(treated, 0.6)


def run_campaigns(
    spec: WorldSpec,
    people: People,
    catalogue: SimulatedCatalogue,
    left_day: Ints,
    random: np.random.Generator,
) -> Exposures:
    """Draw audience, arms and acceptances of every campaign in the calendar."""
    parts = []
    for campaign in range(max(0, (spec.days - 1) // CAMPAIGN_EVERY_DAYS)):
        parts.append(_one_campaign(spec, people, catalogue, left_day, campaign, random))
    if not parts:
        return NO_EXPOSURES
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in Exposures.__dataclass_fields__
    }
    return Exposures(**joined)


def _one_campaign(
    spec: WorldSpec,
    people: People,
    catalogue: SimulatedCatalogue,
    left_day: Ints,
    campaign: int,
    random: np.random.Generator,
) -> Exposures:
    day = campaign_day(campaign)
    in_audience = random.random(len(people)) < AUDIENCE_SHARE
    reachable = people.marketing_consent & (people.acquired_day < day)
    person = np.flatnonzero(in_audience & reachable)
    count = len(person)
    offer = campaign % OFFERS
    control, with_offer = acceptance_chances(
        people.taken(person), int(catalogue.offer_category[offer]), catalogue.offer_discount[offer]
    )
    treated = random.random(count) < spec.treated_share
    wanted_day = day + random.integers(0, ACCEPT_DAYS, count)
    wants = random.random(count) < np.where(treated, with_offer, control)
    stays_until = np.minimum(left_day[person], spec.days)
    accepts = wants & (wanted_day < stays_until)
    return Exposures(
        person=person,
        campaign=np.full(count, campaign, np.int64),
        treated=treated,
        chance_control=control,
        chance_treated=with_offer,
        accepted_day=np.where(accepts, wanted_day, NEVER),
        alive_share=np.clip(stays_until - day, 0, ACCEPT_DAYS) / ACCEPT_DAYS,
    )
