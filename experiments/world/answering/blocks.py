"""One block of customers who answer: as the archive has them, and what became of those with whom it went otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.world import columns, ledgers
from experiments.world.answering.actions_taken import ActionsTaken
from experiments.world.answering.leaving import Course, course_beyond, customer_stream, left_days
from experiments.world.answering.second_lives import Doings, joined, offers_taken, some, together
from experiments.world.belief import TOUCHES_AFTER_LEAVING
from experiments.world.blocks import block_of
from experiments.world.campaigns import run_campaigns
from experiments.world.catalogue import SimulatedCatalogue
from experiments.world.people import Flags
from experiments.world.spec import NEVER, WorldSpec, random_stream
from features.vocabulary.arrays import Ints
from features.vocabulary.time import DAY_SECONDS


class AnsweringBlock:
    """One block of customers; people are their places in it, and so are those of ``ActionsTaken``."""

    def __init__(
        self, spec: WorldSpec, block: int, catalogue: SimulatedCatalogue, mean_lines: float
    ) -> None:
        self.spec = spec
        self._catalogue, self._mean_lines = catalogue, mean_lines
        self.archive = archive = block_of(spec, block, catalogue, mean_lines)
        self.people = archive.people
        self.doings = Doings(archive.orders, archive.lines, archive.contacts)
        count = len(self.people)
        # The first draw of the stream by which the archive was lived.
        self._patience = random_stream(spec, block, "lives").exponential(size=count)
        stream = random_stream(spec, block, "campaigns")
        never = np.full(count, NEVER)
        self._would_take = run_campaigns(spec, self.people, catalogue, never, stream).accepted_day
        self._courses: dict[int, Course] = {}
        self._second_lives: dict[int, Doings] = {}

    def left_days(self, taken: ActionsTaken) -> Ints:
        """The first day on which each no longer comes under what was done to them."""
        left = self.archive.lives.left_day.copy()
        acted_on = np.unique(taken.person)
        if len(acted_on):
            left[acted_on] = left_days(
                self.people.taken(acted_on),
                self._patience[acted_on],
                self.courses(acted_on, taken),
                taken.of(acted_on),
                self.spec.days,
            )
        return left

    def courses(self, people: Ints, taken: ActionsTaken) -> Course:
        """The orders some people place as long as they come, by their place among these, sorted by person and day."""
        archived, left = Course.of(self.archive.lives), self.archive.lives.left_day
        place = np.full(len(self.people), -1)
        place[people] = np.arange(len(people))
        first = np.full(len(self.people), NEVER)
        np.minimum.at(first, taken.person, taken.day)
        parts = [some(archived, place[archived.person] >= 0)]
        for one in people[(first[people] <= left[people]) & (left[people] < NEVER)].tolist():
            parts.append(self._course_beyond(one))
        found = joined(parts)
        found = replace(found, person=place[found.person])
        return some(found, np.lexsort((found.day, found.person)))

    def tables(self, taken: ActionsTaken) -> list[dict[str, Any]]:
        """The company's tables of the whole calendar under what was done, in one part or two: of those as in the archive, and of the others."""
        archive, left = self.archive, self.left_days(taken)
        changed = left != archive.lives.left_day
        named = {name: one for name, one in archive.tables.items() if not name.startswith("truth/")}
        if not changed.any():
            return [named]
        theirs = self._changed(np.flatnonzero(changed), left)
        owners = {
            "purchases": archive.orders.person[archive.lines.order],
            "contacts": archive.contacts.person,
        }
        for name, owner in owners.items():
            named[name] = named[name].filter(pa.array(~changed[owner]))
        named["exposures"] = self._exposures(changed, theirs)
        others = {
            "purchases": ledgers.purchases_table(
                self.spec, self.people, archive.region, theirs.orders, theirs.lines
            ),
            "contacts": ledgers.contacts_table(self.spec, self.people, theirs.contacts),
        }
        return [named, others]

    def _changed(self, people: Ints, left: Ints) -> Doings:
        """All that some people did who leave on other days than in the archive."""
        is_one = np.zeros(len(self.people), np.bool_)
        is_one[people] = True
        archived = self.doings.of(is_one)
        first = archived.until_leaving(left, self._touches_after(archived, left))
        longer = people[left[people] > self.archive.lives.left_day[people]]
        second = [self._second_life(one).until_leaving(left) for one in longer.tolist()]
        return together([first, *second])

    def _touches_after(self, doings: Doings, left: Ints) -> Flags:
        """Which touchpoints of some people stay although they leave before: those of the archive's leavers, and half of the others'."""
        person = doings.contacts.person
        stays = np.ones(len(person), np.bool_)
        earlier = left < self.archive.lives.left_day
        for one in np.unique(person[earlier[person]]).tolist():
            mine = np.flatnonzero(person == one)
            random = customer_stream(self.spec, int(self.people.number[one]), "touches")
            is_among = random.random(len(mine)) < TOUCHES_AFTER_LEAVING
            gone = doings.contacts.seconds[mine] // DAY_SECONDS >= self.archive.lives.left_day[one]
            stays[mine] = is_among | gone
        return stays

    def _course_beyond(self, person: int) -> Course:
        if person not in self._courses:
            lives = self.archive.lives
            mine = np.searchsorted(lives.person, person, "right") - 1
            found = course_beyond(
                self.people.taken(np.array([person])),
                int(lives.day[mine]),
                int(lives.left_day[person]),
                self.spec.days,
                self.archive.clock,
                customer_stream(self.spec, int(self.people.number[person]), "course"),
            )
            self._courses[person] = replace(found, person=np.full_like(found.person, person))
        return self._courses[person]

    def _second_life(self, person: int) -> Doings:
        if person not in self._second_lives:
            archive, left = self.archive, int(self.archive.lives.left_day[person])
            rows = np.flatnonzero(archive.exposures.person == person)
            course = self._course_beyond(person)
            found = Doings.beyond(
                self.spec,
                self.people.taken(np.array([person])),
                replace(course, person=np.zeros_like(course.person)),
                offers_taken(archive.exposures, rows, self._would_take, left),
                left,
                self._catalogue,
                self._mean_lines,
                customer_stream(self.spec, int(self.people.number[person]), "content"),
            )
            before = int(np.count_nonzero(archive.orders.person == person))
            self._second_lives[person] = found.as_person(person, before, rows)
        return self._second_lives[person]

    def _exposures(self, changed: Flags, theirs: Doings) -> Any:
        """The table of exposures with what those who leave on another day take, or no longer."""
        table = self.archive.tables["exposures"]
        rest = self.doings.of(~changed)
        accepted = np.full(table.num_rows, NEVER, np.int64)
        revenue = np.zeros(table.num_rows, np.int64)
        untaken = np.ones(table.num_rows, np.bool_)
        for one in (rest, theirs):
            sold = (one.orders.exposure[one.lines.order] >= 0) & (one.lines.quantity > 0)
            row = one.orders.exposure[one.lines.order[sold]]
            accepted[row] = one.lines.seconds[sold]
            revenue[row] = one.lines.amount_cents[sold]
            untaken[row] = False
        replaced = {
            "accepted_at": columns.instants(accepted, self.spec.first.seconds, untaken),
            "revenue": columns.money(revenue, untaken),
        }
        for name, column in replaced.items():
            table = table.set_column(table.schema.get_field_index(name), name, column)
        return table
