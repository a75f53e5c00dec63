"""What was done to simulated customers, and what that does: the law of a contact when others came shortly before it.

A contact lowers a customer's rate of leaving for ``EFFECT_DAYS``, as in campaigns of the past (``contact_campaigns.py``): a call by the customer's own
share, letters and e-mails by less. Two things are new, because here the same customers may be contacted again and again:

* *fatigue*: every contact that still works when another is made halves what the other does;
* *irritation*: whoever dislikes mail leaves more readily after an e-mail, by ``PUT_OFF_RATE`` of their rate.

Who has left already does not come back, and a contact brings no order by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from experiments.world.campaigns import PUT_OFF_BELOW
from experiments.world.contact_campaigns import EFFECT_DAYS, SHARES, share_retained_by_call
from experiments.world.people import People
from experiments.world.spec import NEVER
from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.errors import UsageRefused

FATIGUE = 0.5
"""Each contact that still works leaves so much of what the next one would do."""
PUT_OFF_RATE = 0.1
"""An e-mail raises the rate of leaving of those who dislike mail by this share of it."""
KINDS = tuple(SHARES)


@dataclass(frozen=True)
class ActionsTaken:
    """Contacts made, one entry each: of whom (a number, or a place among some people), on which day, and of which kind (a place in ``KINDS``)."""

    person: Ints
    day: Ints
    kind: Ints

    @classmethod
    def none(cls) -> Self:
        """Nothing was done."""
        return cls(*(np.zeros(0, np.int64),) * 3)

    def __len__(self) -> int:
        return len(self.person)

    def and_also(self, others: ActionsTaken) -> ActionsTaken:
        """These contacts and others, by person and day, whatever order they came in.

        Raises ``UsageRefused`` where somebody is contacted twice on one day.
        """
        person = np.concatenate([self.person, others.person])
        day = np.concatenate([self.day, others.day])
        kind = np.concatenate([self.kind, others.kind])
        sorting = np.lexsort((day, person))
        person, day = person[sorting], day[sorting]
        twice = (person[1:] == person[:-1]) & (day[1:] == day[:-1])
        if twice.any():
            raise UsageRefused(
                expected="one contact a customer and day",
                found=f"{int(twice.sum())} more",
                remedy="Choose one for each customer.",
            )
        return ActionsTaken(person, day, kind[sorting])

    def of(self, people: Ints) -> ActionsTaken:
        """The contacts of some people, by their place among them; ``people`` is sorted."""
        place = np.minimum(np.searchsorted(people, self.person), max(len(people) - 1, 0))
        rows = np.flatnonzero(people[place] == self.person) if len(people) else np.zeros(0, int)
        return ActionsTaken(place[rows], self.day[rows], self.kind[rows])

    def shares(self, people: People) -> Floats:
        """By which share each contact lowers the rate of leaving of whom it went to; negative where it raises it."""
        key = self.person * (2 * NEVER) + self.day
        still_working = np.arange(len(self)) - np.searchsorted(key, key - EFFECT_DAYS + 1)
        of_a_call = share_retained_by_call(people)[self.person]
        lowers = np.array([*SHARES.values()])[self.kind] * of_a_call * FATIGUE**still_working
        dislikes_it = people.email_liking[self.person] < PUT_OFF_BELOW
        return np.where(dislikes_it & (self.kind == KINDS.index("mail")), -PUT_OFF_RATE, lowers)

    def lowering(self, people: People) -> Lowering:
        """What these contacts do to the rates of these people, day by day."""
        return Lowering(self, np.log1p(-self.shares(people)), len(people))


@dataclass(frozen=True)
class Lowering:
    """By how much contacts lower the rates of leaving of ``people`` customers; of two each works on what the other has left."""

    taken: ActionsTaken
    log_left: Floats
    people: int

    def on(self, day: int) -> Floats:
        """The share by which each rate is lowered on a day."""
        taken = self.taken
        working = np.flatnonzero((taken.day <= day) & (day < taken.day + EFFECT_DAYS))
        of_whom = taken.person[working]
        return np.asarray(
            -np.expm1(np.bincount(of_whom, self.log_left[working], minlength=self.people))
        )
