"""Who the simulated customers are: taste, rhythm, value and reasons to stay, all of it hidden.

A model sees none of these numbers. It can learn about them from what customers do: favourites from
the categories they buy, satisfaction from surveys, complaints and referrals, rhythm from the gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from experiments.world.spec import BLOCK_CUSTOMERS, NEVER, WorldSpec, random_stream
from features.vocabulary.arrays import Floats, Ints

Flags = NDArray[np.bool_]

CATEGORIES = 24
FAVOURITES = 6
CHANNELS = ("web", "store", "phone")
TERM_DAYS = 365
NOTICE_DAYS = 30

_NEVER_BUY_SHARE = 0.015
_FOUNDING_SHARE = 0.45
FOUNDING_DAYS = 90
_CONTRACT_SHARE = 0.15
_BREADTH_CHANCES = (0.12, 0.22, 0.26, 0.20, 0.12, 0.08)
_SHAPE_CHANCES = (0.40, 0.30, 0.15, 0.10, 0.0, 0.05)


@dataclass(frozen=True)
class People:
    """The hidden traits of some customers, one entry a customer.

    Days count from the first simulated day. ``gap_mean_days`` and ``gap_shape`` give the Erlang
    distribution of the days between two orders; ``leave_rate`` is the daily rate of leaving for good
    without contract or complaint; a contract runs on ``[contract_from, contract_until)``.
    ``favourites`` holds category numbers, best first, of which ``breadth`` count.
    """

    number: Ints
    acquired_day: Ints
    gap_mean_days: Floats
    gap_shape: Ints
    leave_rate: Floats
    contract_from: Ints
    contract_until: Ints
    contract_renews: Flags
    complaint_chance: Floats
    touch_rate: Floats
    satisfaction: Floats
    discount_liking: Floats
    email_liking: Floats
    breadth: Ints
    favourites: Ints
    price_level: Floats
    basket_factor: Floats
    home_channel: Ints
    marketing_consent: Flags

    def __len__(self) -> int:
        return len(self.number)

    @property
    def buys(self) -> Flags:
        """Who ever becomes a customer; the others only visit and ask."""
        return self.acquired_day < NEVER

    def taken(self, rows: Ints | slice) -> People:
        """These people, in this order."""
        return People(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})


def people_of(spec: WorldSpec, block: int) -> People:
    """Draw the hidden traits of one block of customers."""
    first = block * BLOCK_CUSTOMERS
    count = min(BLOCK_CUSTOMERS, spec.customers - first)
    return drawn_people(np.arange(first, first + count), spec, random_stream(spec, block, "people"))


def drawn_people(number: Ints, spec: WorldSpec, random: np.random.Generator) -> People:
    """Draw hidden traits for customers with these numbers."""
    count = len(number)
    satisfaction, discount_liking, email_liking = random.standard_normal((3, count))
    breadth = 1 + random.choice(FAVOURITES, count, p=_BREADTH_CHANCES)
    acquired = _acquired_days(spec, count, random)
    contract_from, contract_until, renews = _contracts(acquired, satisfaction, random)
    gap_mean_days = np.clip(np.exp(3.95 + 0.60 * random.standard_normal(count)), 5.0, 200.0)
    leave_rate = np.exp(
        -6.7
        - 0.75 * satisfaction
        - 0.40 * (breadth - 3)
        + 0.35 * discount_liking
        + 0.30 * random.standard_normal(count)
    )
    return People(
        number=number.astype(np.int64),
        acquired_day=acquired,
        gap_mean_days=gap_mean_days,
        gap_shape=1 + random.choice(len(_SHAPE_CHANCES), count, p=_SHAPE_CHANCES),
        leave_rate=np.minimum(leave_rate, 0.05),
        contract_from=contract_from,
        contract_until=contract_until,
        contract_renews=renews,
        complaint_chance=np.minimum(0.035 * np.exp(-0.5 * satisfaction), 0.3),
        touch_rate=0.03 * np.exp(0.6 * random.standard_normal(count)),
        satisfaction=satisfaction,
        discount_liking=discount_liking,
        email_liking=email_liking,
        breadth=breadth,
        favourites=_favourites(count, random),
        price_level=random.beta(2.0, 3.0, count),
        basket_factor=np.exp(0.45 * random.standard_normal(count) - 0.45**2 / 2),
        home_channel=random.choice(len(CHANNELS), count, p=(0.60, 0.30, 0.10)),
        marketing_consent=random.random(count) < 0.80,
    )


def _acquired_days(spec: WorldSpec, count: int, random: np.random.Generator) -> Ints:
    """Many are there when the tables begin; the others arrive evenly; a few never buy."""
    founding = random.integers(0, min(FOUNDING_DAYS, spec.days), count)
    later = random.integers(0, spec.days, count)
    acquired = np.where(random.random(count) < _FOUNDING_SHARE, founding, later)
    return np.where(random.random(count) < _NEVER_BUY_SHARE, NEVER, acquired)


def _contracts(
    acquired: Ints, satisfaction: Floats, random: np.random.Generator
) -> tuple[Ints, Ints, Flags]:
    """Contracts run for whole years from about the first order until notice is given."""
    count = len(acquired)
    has_one = (random.random(count) < _CONTRACT_SHARE) & (acquired < NEVER)
    begins = acquired + random.integers(0, 31, count)
    renews = has_one & (random.random(count) < 0.7)
    notice_chance = 1.0 / (1.0 + np.exp(0.9 + 0.8 * satisfaction))
    terms = np.where(renews, random.geometric(notice_chance), 1)
    until = begins + TERM_DAYS * np.minimum(terms, 20)
    return np.where(has_one, begins, NEVER), np.where(has_one, until, NEVER), renews


def _favourites(count: int, random: np.random.Generator) -> Ints:
    """Different categories for each customer, popular ones more often (Gumbel top-k draw)."""
    popularity = -0.06 * np.arange(CATEGORIES)
    noisy = popularity + random.gumbel(size=(count, CATEGORIES))
    return np.argsort(-noisy, axis=1, kind="stable")[:, :FAVOURITES].astype(np.int64)
