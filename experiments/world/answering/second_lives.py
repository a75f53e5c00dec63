"""What customers do who stay longer than in the archive: their orders, their lines, and how else they meet the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from experiments.world.answering.leaving import Course
from experiments.world.baskets import NO_OFFER, Orders, SimulatedLines, lines_of, orders_of
from experiments.world.belief import TOUCHES_AFTER_LEAVING
from experiments.world.campaigns import Exposures
from experiments.world.catalogue import SimulatedCatalogue
from experiments.world.people import Flags, People
from experiments.world.spec import NEVER, WorldSpec
from experiments.world.touchpoints import NOTHING, Contacts, contacts_of
from features.vocabulary.arrays import Ints
from features.vocabulary.time import DAY_SECONDS

_Columns = TypeVar("_Columns", Orders, SimulatedLines, Contacts, Exposures, Course)


@dataclass(frozen=True)
class Doings:
    """Orders with their lines, and touchpoints: of whoever stands as ``person`` in them."""

    orders: Orders
    lines: SimulatedLines
    contacts: Contacts

    @classmethod
    def beyond(
        cls,
        spec: WorldSpec,
        people: People,
        course: Course,
        exposures: Exposures,
        left_day: int,
        catalogue: SimulatedCatalogue,
        mean_lines: float,
        random: np.random.Generator,
    ) -> Doings:
        """All that one customer would do from the day on which they left until the calendar ends, had they stayed.

        ``course`` and ``exposures`` hold what lies beyond that day; what they did after leaving, too, they do anyway.
        """
        lives = course.lived_until(np.full(1, NEVER))
        orders = orders_of(spec, people, lives, exposures, random)
        lines = lines_of(spec, people, orders, exposures, catalogue, mean_lines, random)
        begin, end = np.array([left_day]), np.array([spec.days])
        contacts = contacts_of(people, begin, end, orders, spec.days, random)
        is_touch = contacts.order == NOTHING
        is_more = random.random(len(is_touch)) >= TOUCHES_AFTER_LEAVING
        return cls(orders, lines, some(contacts, ~is_touch | is_more))

    def until_leaving(self, left_day: Ints, touches_after: Flags | None = None) -> Doings:
        """What was done by whoever leaves on these days, by person; of later touchpoints those of ``touches_after`` alone.

        What an order of before leads to stays: a return, a complaint, a survey.
        """
        stays = self.orders.seconds < left_day[self.orders.person] * DAY_SECONDS
        places = np.cumsum(stays) - 1
        lines = some(self.lines, stays[self.lines.order])
        contacts, is_touch = self.contacts, self.contacts.order == NOTHING
        before = contacts.seconds < left_day[contacts.person] * DAY_SECONDS
        if touches_after is not None:
            before = before | touches_after
        # What is about no order, NOTHING, finds the entry after the last.
        still = np.where(is_touch, before, np.append(stays, True)[contacts.order])
        contacts = some(contacts, still)
        about = np.append(places, NOTHING)[contacts.order]
        return Doings(
            some(self.orders, stays),
            replace(lines, order=places[lines.order]),
            replace(contacts, order=about),
        )

    def of(self, people: Flags) -> Doings:
        """What some people of a block did."""
        mine = people[self.orders.person]
        places = np.cumsum(mine) - 1
        lines = some(self.lines, mine[self.lines.order])
        contacts = some(self.contacts, people[self.contacts.person])
        about = np.append(places, NOTHING)[contacts.order]
        return Doings(
            some(self.orders, mine),
            replace(lines, order=places[lines.order]),
            replace(contacts, order=about),
        )

    def as_person(self, person: int, orders_before: int, exposure_rows: Ints) -> Doings:
        """The same of the customer at this place in a block, their orders numbered on, each with the row of its exposure there."""
        orders = self.orders
        exposure = np.append(exposure_rows, NO_OFFER)[orders.exposure]
        return Doings(
            replace(
                orders,
                person=np.full_like(orders.person, person),
                sequence=orders.sequence + orders_before,
                exposure=exposure,
            ),
            self.lines,
            replace(self.contacts, person=np.full_like(self.contacts.person, person)),
        )


def together(parts: Sequence[Doings]) -> Doings:
    """What several did, one after another."""
    begins = np.cumsum([0, *(len(one.orders.person) for one in parts)])
    lines = [
        replace(one.lines, order=one.lines.order + begin)
        for one, begin in zip(parts, begins, strict=False)
    ]
    contacts = [
        replace(
            one.contacts,
            order=np.where(one.contacts.order == NOTHING, NOTHING, one.contacts.order + begin),
        )
        for one, begin in zip(parts, begins, strict=False)
    ]
    return Doings(joined([one.orders for one in parts]), joined(lines), joined(contacts))


def offers_taken(exposures: Exposures, rows: Ints, accepted_day: Ints, from_day: int) -> Exposures:
    """Some rows of exposures as one customer's, with what they take from a day on."""
    mine = some(exposures, rows)
    later = np.where(accepted_day[rows] >= from_day, accepted_day[rows], NEVER)
    return replace(mine, person=np.zeros(len(rows), np.int64), accepted_day=later)


def some(table: _Columns, rows: Any) -> _Columns:
    """Some rows of a table of arrays."""
    return type(table)(**{one.name: getattr(table, one.name)[rows] for one in fields(table)})


def joined(tables: Sequence[_Columns]) -> _Columns:
    """Tables of arrays one below the other."""
    return type(tables[0])(
        **{
            one.name: np.concatenate([getattr(table, one.name) for table in tables])
            for one in fields(tables[0])
        }
    )
