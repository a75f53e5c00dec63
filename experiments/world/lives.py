"""How simulated customers live: day by day they order, complain and perhaps leave for good.

The laws of one day, in this order; the truth is computed from the same ones:

1. whoever still comes leaves for good with chance ``1 - exp(-rate)``, where the rate is the
   customer's own, less under a contract, much more while a complaint about the last order is open, and
   less again after a contact of a campaign (``contact_campaigns.py``);
2. whoever did not leave orders when the gap since the last order has run out. Gaps are whole days:
   an Erlang time of the customer's own mean and shape, rounded up. Where there are seasons, that time
   passes faster in some and more slowly in others (``seasons.py``);
3. an order brings a complaint with the customer's own chance, 1 to 7 days later, which stays open for
   a geometric number of days. It weighs until it is resolved or the customer orders again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.world.contact_campaigns import ContactCampaigns
from experiments.world.people import Flags, People
from experiments.world.seasons import ORDINARY, Clock
from experiments.world.spec import NEVER
from features.vocabulary.arrays import Floats, Ints

COMPLAINT_DAYS = 7
RESOLVE_CHANCE = 0.07
CONTRACT_FACTOR = 0.35
COMPLAINT_FACTOR = 9.0


@dataclass(frozen=True)
class Lives:
    """What became of some customers: their regular orders and the day each left.

    One entry an order in ``person`` (position among the people), ``day``, ``open_from`` and
    ``open_until`` (the days the complaint about it was open, or ``NEVER``); ``left_day`` has one entry
    a person: the first day on which they no longer come, or ``NEVER``.
    """

    person: Ints
    day: Ints
    open_from: Ints
    open_until: Ints
    left_day: Ints


def leave_rate_on(
    people: People, day: int, complaint_open: Flags, lowered: Floats | float = 0.0
) -> Floats:
    """The rate of leaving on one day, given who has a complaint open and by which share contacts have lowered it."""
    under_contract = (people.contract_from <= day) & (day < people.contract_until)
    rate = people.leave_rate * np.where(under_contract, CONTRACT_FACTOR, 1.0)
    return np.where(complaint_open, rate * COMPLAINT_FACTOR, rate) * (1.0 - lowered)


def live(
    people: People,
    days: int,
    random: np.random.Generator,
    clock: Clock = ORDINARY,
    contacts: ContactCampaigns | None = None,
) -> Lives:
    """Let people live for so many days."""
    contacts = contacts or ContactCampaigns.none(len(people))
    count = len(people)
    # Leaving by rate is the same as a unit-exponential patience used up at that rate.
    patience = random.exponential(size=count)
    due = people.acquired_day.copy()
    left_day = np.full(count, NEVER, np.int64)
    open_from = np.full(count, NEVER, np.int64)
    open_until = np.full(count, NEVER, np.int64)
    orders: list[tuple[Ints, Ints, Ints, Ints]] = []
    for day in range(days):
        complaint_open = (open_from <= day) & (day < open_until)
        rate = leave_rate_on(people, day, complaint_open, contacts.lowers(people, day))
        patience -= np.where(people.acquired_day < day, rate, 0.0)
        leaving = np.flatnonzero((patience <= 0.0) & (left_day == NEVER))
        left_day[leaving] = day
        due[leaving] = NEVER
        ordering = np.flatnonzero(due == day)
        if len(ordering):
            due[ordering] = clock.day_after(day, gaps_after(people, ordering, random))
            begin, until = complaints_after(people, ordering, day, random)
            open_from[ordering], open_until[ordering] = begin, until
            orders.append((ordering, np.full(len(ordering), day, np.int64), begin, until))
    return _by_person(orders, left_day)


def gaps_after(people: People, ordering: Ints, random: np.random.Generator) -> Floats:
    """Draw the time of each of these people from an order to the next, in days."""
    shape = people.gap_shape[ordering]
    return np.asarray(random.standard_gamma(shape) * people.gap_mean_days[ordering] / shape)


def complaints_after(
    people: People, ordering: Ints, day: int, random: np.random.Generator
) -> tuple[Ints, Ints]:
    """Draw the days on which a complaint about the order of a day opens and is settled; ``NEVER`` where there is none."""
    count = len(ordering)
    complains = random.random(count) < people.complaint_chance[ordering]
    begin = day + random.integers(1, COMPLAINT_DAYS + 1, count)
    until = begin + random.geometric(RESOLVE_CHANCE, count)
    return np.where(complains, begin, NEVER), np.where(complains, until, NEVER)


def _by_person(orders: list[tuple[Ints, Ints, Ints, Ints]], left_day: Ints) -> Lives:
    empty = np.zeros(0, np.int64)
    columns = zip(*orders, strict=True) if orders else ((empty,),) * 4
    person, day, begin, until = (np.concatenate(column) for column in columns)
    sorting = np.argsort(person, kind="stable")
    return Lives(person[sorting], day[sorting], begin[sorting], until[sorting], left_day)
