"""What is truly to be expected of every customer with each contact and without: exact chances and money, by recursion over days.

All that has happened counts as known, whether a customer has left, too. After the day asked about nothing more is done: so the money that a contact
brings beyond nothing, added up over all contacts of a year, has the expectation of what the year's doings bring beyond doing nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.world.answering.actions_taken import KINDS, ActionsTaken
from experiments.world.answering.company import AnsweringCompany, FutureCompany, StandingToday
from experiments.world.answering.margins import OrderMargins
from experiments.world.answering.recursion import STATES, DayLaws, day_before, state_chances
from experiments.world.campaigns import ACCEPT_DAYS, CAMPAIGN_EVERY_DAYS, campaign_day
from experiments.world.catalogue import OFFERS
from experiments.world.contact_campaigns import EFFECT_DAYS
from experiments.world.people import People
from experiments.world.seasons import Clock
from experiments.world.spec import BLOCK_CUSTOMERS
from features.vocabulary.arrays import Floats, Ints

Laws = Callable[[int, Ints], DayLaws]
"""What of a day concerns what is asked, of some customers by number."""


@dataclass(frozen=True)
class _Alike:
    """Customers whose gaps have one shape."""

    number: Ints
    people: People
    shape: int


class Prospects:
    """What is to be expected of the customers of a simulated future on some days, money until the start of ``until_day``.

    Days asked about lie outside of the week of an offer of the archive, in which chances depend on who was drawn for it.
    """

    def __init__(self, future: FutureCompany, until_day: int, days: Sequence[int]) -> None:
        self._until = until_day
        self._clock = Clock.of(future.spec, until_day + EFFECT_DAYS)
        everybody = [block.people for block in future.blocks]
        self._margins = [
            OrderMargins.of(future.spec, one, future.catalogue, future.mean_lines)
            for one in everybody
        ]
        self._order_cents = np.concatenate([one.order_cents for one in self._margins])
        self._offer_cents = np.hstack([one.offer_cents for one in self._margins])
        self._offer_chance = np.hstack([one.offer_chance for one in self._margins])
        self._alike = [
            _Alike(rows + place * BLOCK_CUSTOMERS, people.taken(rows), int(shape))
            for place, people in enumerate(everybody)
            for shape in np.unique(people.gap_shape)
            for rows in [np.flatnonzero(people.gap_shape == shape)]
        ]
        ends = {min(day + EFFECT_DAYS, until_day) for day in days}
        self._later = [self._values_at(one, ends) for one in self._alike]

    def margin_cents(
        self, company: AnsweringCompany, kind: str | None, numbers: Ints | None = None
    ) -> Floats:
        """What all orders from today on leave on average of each customer who has a contact of this kind today, or None.

        By default of all in the company's standing of today; ``numbers`` are some of them.
        """
        end = min(company.day + EFFECT_DAYS, self._until)
        terminals = [one[end] for one in self._later]
        return self._expected(company, kind, numbers, end, self._money, terminals)

    def buys(
        self,
        company: AnsweringCompany,
        kind: str | None,
        days: int,
        numbers: Ints | None = None,
    ) -> Floats:
        """The chance that each buys within so many days from today, an offer of the archive among it."""

        def laws(day: int, number: Ints) -> DayLaws:
            passes = 1.0 - self._accepts(day, number)
            return DayLaws(left=1.0, passes=passes, ends=True)

        return 1.0 - self._expected(company, kind, numbers, company.day + days, laws, absent=1.0)

    def stays(
        self,
        company: AnsweringCompany,
        kind: str | None,
        days: int,
        numbers: Ints | None = None,
    ) -> Floats:
        """The chance that each has not left for good within so many days from today."""

        def laws(day: int, number: Ints) -> DayLaws:
            return DayLaws()

        return self._expected(company, kind, numbers, company.day + days, laws, present=1.0)

    def _expected(
        self,
        company: AnsweringCompany,
        kind: str | None,
        numbers: Ints | None,
        until: int,
        laws: Laws,
        terminals: Sequence[Floats] | None = None,
        *,
        present: float | None = None,
        absent: float = 0.0,
    ) -> Floats:
        """One quantity for everybody of the standing, or some; ``present`` counts who is here at the end, ``absent`` who has left already."""
        standing, today = company.standing(), company.day
        found = np.full(company.spec.customers, absent)
        asked = standing.number if numbers is None else numbers
        taken = _with_all(company.taken, asked, today, kind)
        at_end = absent if present is None else present
        for place, group in enumerate(self._alike):
            rows = _here(standing, np.intersect1d(group.number, asked, assume_unique=True))
            alike = _some_of(group, standing.number[rows])
            if not len(rows):
                continue
            if terminals is None:
                value = np.full((group.shape, STATES, len(rows)), at_end)
            else:
                value = terminals[place][..., np.searchsorted(group.number, alike.number)]
            lowering = taken.of(alike.number).lowering(alike.people)
            for day in reversed(range(today, until)):
                of_day = laws(day, alike.number)
                value = day_before(
                    alike.people, day, value, _lowered(of_day, lowering.on(day)), self._clock
                )
            chances = state_chances(
                alike.people,
                today,
                standing.last_day[rows],
                standing.open_from[rows],
                standing.open_until[rows],
                group.shape,
                self._clock,
            )
            found[alike.number] = (chances * value).sum(axis=(0, 1))
        return found[asked]

    def _values_at(self, group: _Alike, days: set[int]) -> dict[int, Floats]:
        """What those who still come leave from each of some days on, if nothing more is done."""
        value = np.zeros((group.shape, STATES, len(group.number)))
        found = {self._until: value} if self._until in days else {}
        for day in reversed(range(min(days), self._until)):
            laws = self._money(day, group.number)
            value = day_before(group.people, day, value, laws, self._clock)
            if day in days:
                found[day] = value
        return found

    def _money(self, day: int, number: Ints) -> DayLaws:
        campaign = _running(day)
        offers = 0.0 if campaign is None else self._offer_cents[campaign % OFFERS][number]
        return DayLaws(order=self._order_cents[number], comes=offers / ACCEPT_DAYS)

    def _accepts(self, day: int, number: Ints) -> Floats | float:
        """The chance to take the archive's offer on a day, given that it was not taken before."""
        campaign = _running(day)
        if campaign is None:
            return 0.0
        daily = self._offer_chance[campaign % OFFERS][number] / ACCEPT_DAYS
        return np.asarray(daily / (1.0 - daily * (day - campaign_day(campaign))))


def _running(day: int) -> int | None:
    """The archive's campaign of offers in whose week a day is."""
    campaign = day // CAMPAIGN_EVERY_DAYS - 1
    return campaign if campaign >= 0 and day - campaign_day(campaign) < ACCEPT_DAYS else None


def _with_all(taken: ActionsTaken, numbers: Ints, day: int, kind: str | None) -> ActionsTaken:
    """What was done, and a contact of a kind of each of some customers today."""
    if kind is None:
        return taken
    count = len(numbers)
    kinds = np.full(count, KINDS.index(kind), np.int64)
    return taken.and_also(ActionsTaken(numbers, np.full(count, day), kinds))


def _here(standing: StandingToday, numbers: Ints) -> Ints:
    """The rows of those of some customers who still come."""
    return np.flatnonzero(standing.is_here & np.isin(standing.number, numbers))


def _some_of(group: _Alike, numbers: Ints) -> _Alike:
    places = np.searchsorted(group.number, numbers)
    return _Alike(numbers, group.people.taken(places), group.shape)


def _lowered(laws: DayLaws, lowered: Floats) -> DayLaws:
    return DayLaws(lowered, laws.order, laws.comes, laws.left, laws.passes, laws.ends)
