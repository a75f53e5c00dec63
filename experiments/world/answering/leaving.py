"""When customers leave under what was done to them, and what they would order if they stayed.

A customer's orders and complaints, as long as they come, do not depend on when they leave; and leaving by rate is a patience that is used up at that
rate. So what was done moves the day on which the patience of the archive runs out, and everything before that day stays as it was.
Whoever leaves later than in the archive lives on from there by the same laws, drawn from a stream of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.world.answering.actions_taken import ActionsTaken
from experiments.world.lives import Lives, complaints_after, gaps_after, leave_rate_on
from experiments.world.people import People
from experiments.world.seasons import Clock
from experiments.world.spec import NEVER, WorldSpec
from features.vocabulary.arrays import Floats, Ints

_STREAMS = ("course", "content", "touches")


@dataclass(frozen=True)
class Course:
    """The regular orders some people place as long as they come, one entry an order by person and day, and when its complaint is open."""

    person: Ints
    day: Ints
    open_from: Ints
    open_until: Ints

    @classmethod
    def of(cls, lives: Lives) -> Course:
        """The orders that were placed."""
        return cls(lives.person, lives.day, lives.open_from, lives.open_until)

    def lived_until(self, left_day: Ints) -> Lives:
        """These orders as the lives of people who leave on these days; there is none of later."""
        return Lives(self.person, self.day, self.open_from, self.open_until, left_day)


def customer_stream(spec: WorldSpec, number: int, stream: str) -> np.random.Generator:
    """The random numbers of one customer alone, apart from those of every block."""
    key = (number, _STREAMS.index(stream), 1)
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(spec.seed, spawn_key=key)))


def left_days(
    people: People, patience: Floats, course: Course, taken: ActionsTaken, days: int
) -> Ints:
    """The first day on which each no longer comes, or ``NEVER``, by the laws of ``lives.py`` and what was done to them.

    ``course`` has what they order and complain about as long as they come, at least until they leave.
    """
    by_day = np.argsort(course.day, kind="stable")
    edges = np.searchsorted(course.day[by_day], np.arange(days + 1))
    lowering = taken.lowering(people)
    left = np.full(len(people), NEVER, np.int64)
    open_from, open_until = left.copy(), left.copy()
    rest = patience.copy()
    for day in range(days):
        complaint_open = (open_from <= day) & (day < open_until)
        rate = leave_rate_on(people, day, complaint_open, lowering.on(day))
        rest -= np.where(people.acquired_day < day, rate, 0.0)
        left[(rest <= 0.0) & (left == NEVER)] = day
        rows = by_day[edges[day] : edges[day + 1]]
        person = course.person[rows]
        open_from[person], open_until[person] = course.open_from[rows], course.open_until[rows]
    return left


def course_beyond(
    people: People,
    last_day: int,
    left_day: int,
    days: int,
    clock: Clock,
    random: np.random.Generator,
) -> Course:
    """The regular orders one customer would have placed from the day on which they left, had they stayed.

    The gap since the order of ``last_day`` had not run out by then: what is left of it is drawn given that.
    """
    rate = people.gap_shape / people.gap_mean_days
    passed = float(clock.between(last_day + 1, left_day))
    done = _phases_done(int(people.gap_shape[0]), float(rate[0]) * passed, random)
    rest = random.standard_gamma(people.gap_shape - done) / rate
    day = int(clock.day_after(left_day - 1, rest)[0])
    one = np.zeros(1, np.int64)
    orders = []
    while day < days:
        gap = gaps_after(people, one, random)
        begin, until = complaints_after(people, one, day, random)
        orders.append((day, int(begin[0]), int(until[0])))
        day = int(clock.day_after(day, gap)[0])
    columns = np.array(orders, np.int64).reshape(-1, 3).T
    return Course(np.zeros(len(orders), np.int64), *columns)


def _phases_done(shape: int, spent: float, random: np.random.Generator) -> int:
    """How many phases of an Erlang time are over, given that so much of it (in mean phases) has passed and it is not."""
    return int(random.choice(shape, p=phase_chances(np.array([spent]), shape)[:, 0]))


def phase_chances(spent: Floats, shape: int) -> Floats:
    """The chance of each number of phases done, [phases, people], given that none has run out of ``shape`` phases."""
    terms = np.ones((shape, len(spent)))
    for phase in range(1, shape):
        terms[phase] = terms[phase - 1] * spent / phase
    return np.asarray(terms / terms.sum(axis=0))
