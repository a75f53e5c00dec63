"""The laws of one simulated day, run backwards: what is to be expected from each state a customer can be in.

A customer who still comes is in a *phase* of the gap since their last order (an Erlang time of so many phases, of which each lasts as long as chance
has it) and in a state of the complaint about it: calm, open, or *fresh*, an order of one to seven days ago of which no complaint has come so far. Day by day, in
the order of ``lives.py``: complaints open and are settled, customers leave, gaps run out.

Arrays of values are [phases, states of complaint, customers], and customers of one shape of gap are reckoned together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.world.answering.leaving import phase_chances
from experiments.world.lives import COMPLAINT_DAYS, RESOLVE_CHANCE, leave_rate_on
from experiments.world.people import People
from experiments.world.seasons import Clock
from features.vocabulary.arrays import Floats, Ints, Truths

CALM, OPEN, FRESH = 0, 1, 2
"""Places of the states; ``FRESH`` + 0 is the day after the order."""
STATES = FRESH + COMPLAINT_DAYS


@dataclass(frozen=True)
class DayLaws:
    """What of one day concerns a quantity to be expected.

    By customer: the rates of leaving ``lowered`` by such a share, what an ``order`` counts, and what there ``is`` for whoever comes that day. Who has
    ``left`` counts so much; after an order life goes on, unless it ``ends`` what is asked.
    """

    lowered: Floats | float = 0.0
    order: Floats | float = 0.0
    comes: Floats | float = 0.0
    left: float = 0.0
    passes: Floats | float = 1.0
    ends: bool = False


def day_before(people: People, day: int, ahead: Floats, laws: DayLaws, clock: Clock) -> Floats:
    """What is to be expected at the start of a day, from what is at the start of the next: [phases, states, customers]."""
    shape = ahead.shape[0]
    started = 0.0 if laws.ends else ahead[0, FRESH]
    chance = _phases_in_a_day(people, day, shape, clock)
    after = np.empty_like(ahead)
    later = _a_day_older(ahead)
    for phase in range(shape):
        goes_on = shape - phase
        after[phase] = (1.0 - chance[:goes_on].sum(axis=0)) * (laws.order + started)
        for more in range(goes_on):
            after[phase] += laws.passes * chance[more] * later[phase + more]
    after += laws.comes
    calm = leave_rate_on(people, day, np.zeros(len(people), np.bool_), laws.lowered)
    upset = leave_rate_on(people, day, np.ones(len(people), np.bool_), laws.lowered)
    stays = np.exp(-np.stack([calm, upset, *[calm] * COMPLAINT_DAYS]))
    return _before_complaints(people, stays * after + (1.0 - stays) * laws.left)


def _phases_in_a_day(people: People, day: int, shape: int, clock: Clock) -> Floats:
    """The chance that so many phases, fewer than all, end within a day: [phases, customers]."""
    spent = people.gap_shape / people.gap_mean_days * clock.between(day, day + 1)
    terms = [np.exp(-spent)]
    for phase in range(1, shape):
        terms.append(terms[-1] * spent / phase)
    return np.stack(terms)


def _a_day_older(ahead: Floats) -> Floats:
    """The values of the next day by the state of today: a fresh order is a day older, after the last it is calm."""
    older = ahead.copy()
    older[:, FRESH : STATES - 1] = ahead[:, FRESH + 1 :]
    older[:, STATES - 1] = ahead[:, CALM]
    return older


def _before_complaints(people: People, today: Floats) -> Floats:
    """The values before complaints open and are settled on a day, from those after."""
    before = today.copy()
    before[:, OPEN] = (1.0 - RESOLVE_CHANCE) * today[:, OPEN] + RESOLVE_CHANCE * today[:, CALM]
    chance = people.complaint_chance / COMPLAINT_DAYS
    for age in range(COMPLAINT_DAYS):
        opens = chance / (1.0 - chance * age)
        before[:, FRESH + age] = opens * today[:, OPEN] + (1.0 - opens) * today[:, FRESH + age]
    return before


def state_chances(
    people: People,
    day: int,
    last_day: Ints,
    open_from: Ints,
    open_until: Ints,
    shape: int,
    clock: Clock,
) -> Floats:
    """The chance of each state at the start of a day, for whoever has not ordered since ``last_day`` and still comes: [phases, states, customers].

    Of a complaint only what had come of it by then counts.
    """
    spent = people.gap_shape / people.gap_mean_days * clock.between(last_day + 1, day)
    age = day - last_day
    has_opened: Truths = open_from < day
    state = np.where(age <= COMPLAINT_DAYS, FRESH + np.clip(age, 1, COMPLAINT_DAYS) - 1, CALM)
    state = np.where(has_opened, np.where(open_until < day, CALM, OPEN), state)
    found = np.zeros((shape, STATES, len(people)))
    found[:, state, np.arange(len(people))] = phase_chances(np.asarray(spent, np.float64), shape)
    return found
