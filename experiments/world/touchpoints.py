"""How simulated customers meet the company without buying: visits, mail, questions, complaints, surveys.

Visits, mail and questions come at random times at the customer's own rate, and at a small share of it
after leaving: they are evidence that a silent customer still comes. Complaints and surveys belong to an
order, whether or not the customer has left in the meantime.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from experiments.world.baskets import NO_OFFER, Orders
from experiments.world.belief import TOUCHES_AFTER_LEAVING
from experiments.world.people import People
from features.vocabulary.arrays import Ints
from features.vocabulary.time import DAY_SECONDS

CONTACT_CHANNELS = ("email", "phone", "web", "store", "chat")
KINDS = ("visit", "open", "click", "inquiry", "complaint", "survey")
TOPICS = ("delivery", "quality", "billing", "advice")
NOTHING = -1

_SURVEY_SHARE = 0.06
_ASK_CHANNELS = np.array([CONTACT_CHANNELS.index(name) for name in ("phone", "email", "chat")])


@dataclass(frozen=True)
class Contacts:
    """Touchpoints of some people: codes into the tuples above, -1 for nothing; seconds as for orders.

    ``order`` is the place of the order that a complaint or a survey is about.
    """

    person: Ints
    seconds: Ints
    channel: Ints
    kind: Ints
    topic: Ints
    resolved_seconds: Ints
    score: Ints
    order: Ints

    @property
    def tells_of_leaving(self) -> np.ndarray:
        """Which touchpoints become rare when a customer has left."""
        return np.asarray(self.kind < KINDS.index("complaint"))


def contacts_of(
    people: People,
    registered_day: Ints,
    left_day: Ints,
    orders: Orders,
    days: int,
    random: np.random.Generator,
) -> Contacts:
    """Draw all touchpoints of some people, by person and time."""
    parts = (
        _touches(people, registered_day, left_day, days, random),
        _complaints(orders, days, random),
        _surveys(people, orders, days, random),
    )
    joined = {
        one.name: np.concatenate([getattr(part, one.name) for part in parts])
        for one in fields(Contacts)
    }
    sorting = np.lexsort((joined["kind"], joined["seconds"], joined["person"]))
    return Contacts(**{name: values[sorting] for name, values in joined.items()})


def _touches(
    people: People, registered_day: Ints, left_day: Ints, days: int, random: np.random.Generator
) -> Contacts:
    begin = np.maximum(registered_day, 0)
    leaves = np.clip(left_day, begin, days)
    before = random.poisson(people.touch_rate * (leaves - begin))
    after = random.poisson(people.touch_rate * TOUCHES_AFTER_LEAVING * (days - leaves))
    everybody = np.arange(len(people))
    person = np.concatenate([np.repeat(everybody, before), np.repeat(everybody, after)])
    came = np.arange(len(person)) < before.sum()
    start = np.where(came, begin[person], leaves[person])
    stop = np.where(came, leaves[person], days)
    day = start + np.floor(random.random(len(person)) * (stop - start)).astype(np.int64)
    mail_share = 0.6 / (1.0 + np.exp(-1.5 * people.email_liking))[person]
    marks = random.random(len(person))
    kind = np.where(marks < mail_share, KINDS.index("open"), KINDS.index("visit"))
    kind = np.where(marks < 0.35 * mail_share, KINDS.index("click"), kind)
    kind = np.where(marks > 0.92, KINDS.index("inquiry"), kind)
    return _marked(person, day, kind, random)


def _marked(person: Ints, day: Ints, kind: Ints, random: np.random.Generator) -> Contacts:
    """Touchpoints with the channel that goes with their kind, and for questions an answer."""
    count = len(person)
    seconds = day * DAY_SECONDS + random.integers(7 * 3600, 23 * 3600, count)
    asks = kind == KINDS.index("inquiry")
    visits = kind == KINDS.index("visit")
    asked_by = _ASK_CHANNELS[random.integers(0, len(_ASK_CHANNELS), count)]
    visited = np.where(
        random.random(count) < 0.85, CONTACT_CHANNELS.index("web"), CONTACT_CHANNELS.index("store")
    )
    answered = seconds + random.integers(600, 2 * DAY_SECONDS, count)
    return Contacts(
        person=person,
        seconds=seconds,
        channel=np.where(asks, asked_by, np.where(visits, visited, 0)),
        kind=kind,
        topic=np.where(asks, TOPICS.index("advice"), NOTHING),
        resolved_seconds=np.where(asks, answered, NOTHING),
        score=np.full(count, NOTHING),
        order=np.full(count, NOTHING),
    )


def _complaints(orders: Orders, days: int, random: np.random.Generator) -> Contacts:
    rows = np.flatnonzero(orders.open_from < days)
    count = len(rows)
    opened = orders.open_from[rows] * DAY_SECONDS + random.integers(7 * 3600, 20 * 3600, count)
    settled = orders.open_until[rows] * DAY_SECONDS + random.integers(7 * 3600, 20 * 3600, count)
    return Contacts(
        person=orders.person[rows],
        seconds=opened,
        channel=random.integers(0, len(CONTACT_CHANNELS), count),
        kind=np.full(count, KINDS.index("complaint")),
        topic=random.integers(0, TOPICS.index("advice"), count),
        resolved_seconds=settled,
        score=np.full(count, NOTHING),
        order=rows,
    )


def _surveys(people: People, orders: Orders, days: int, random: np.random.Generator) -> Contacts:
    regular = orders.exposure == NO_OFFER
    chosen = (random.random(len(regular)) < _SURVEY_SHARE) & regular
    day = orders.seconds // DAY_SECONDS + random.integers(1, 11, len(regular))
    rows = np.flatnonzero(chosen & (day < days))
    person = orders.person[rows]
    answer = 7.2 + 1.8 * people.satisfaction[person] + 1.2 * random.standard_normal(len(rows))
    return Contacts(
        person=person,
        seconds=day[rows] * DAY_SECONDS + random.integers(7 * 3600, 22 * 3600, len(rows)),
        channel=np.full(len(rows), CONTACT_CHANNELS.index("email")),
        kind=np.full(len(rows), KINDS.index("survey")),
        topic=np.full(len(rows), NOTHING),
        resolved_seconds=np.full(len(rows), NOTHING),
        score=np.clip(np.round(answer), 0, 10).astype(np.int64),
        order=rows,
    )
