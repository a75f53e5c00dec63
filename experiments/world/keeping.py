"""What a plain contact truly does in a simulated company: who stays because of it, and what that is worth.

Law: a customer who still comes and would leave for good in the horizon stays because of a call with a chance of their own,
more likely the more satisfied they are and the less they look for discounts. A letter does ``LETTER_SHARE`` of it and an
e-mail ``MAIL_SHARE``. Who has left already is kept by nothing, and who would stay anyway brings nothing by staying.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.world.lives import leave_rate_on
from experiments.world.people import Flags, People
from features.vocabulary.arrays import Floats, Ints

YEAR_DAYS = 365
LETTER_SHARE, MAIL_SHARE = 0.4, 0.15
SHARES: Mapping[str, float] = {"call": 1.0, "letter": LETTER_SHARE, "mail": MAIL_SHARE}
"""What each kind of contact does, as a share of what a call does."""


@dataclass(frozen=True)
class Keeping:
    """What contacting each customer on the cutoff day truly does; one entry a customer, by id.

    ``leaves`` is the chance of leaving for good in the horizon, 0 of who has left; ``stays`` the share of these that a call
    keeps; ``if_kept_cents`` what a customer who stays brings in a year, at their own rhythm and their usual order.
    """

    customer_ids: NDArray[np.str_]
    leaves: Floats
    stays: Floats
    if_kept_cents: Floats

    def gain_cents(self, contact: str, cost_cents: float) -> Floats:
        """What one kind of contact truly brings with each customer, on average, less its cost."""
        kept = self.leaves * self.stays * SHARES[contact]
        return np.asarray(kept * self.if_kept_cents - cost_cents)


def stays_when_called(people: People) -> Floats:
    """The share of each customer's leaving that a call prevents."""
    liking = -1.3 + 0.6 * people.satisfaction - 0.4 * people.discount_liking
    return np.asarray(1.0 / (1.0 + np.exp(-liking)))


def leaving_chance(
    people: People, has_left: Flags, open_from: Ints, open_until: Ints, cutoff_day: int, days: int
) -> Floats:
    """The chance of leaving for good in ``[cutoff, cutoff + days)`` by the laws of ``lives``.

    A complaint that is open weighs as long as it is; complaints about orders still to come do not count.
    """
    rate = np.zeros(len(people))
    for day in range(cutoff_day, cutoff_day + days):
        rate += leave_rate_on(people, day, (open_from <= day) & (day < open_until))
    return np.where(has_left, 0.0, 1.0 - np.exp(-rate))


def brings_in_a_year(people: People, order_cents: Floats) -> Floats:
    """What a customer brings who orders at their rhythm until they leave at their rate, in a year from now."""
    expected_days = -np.expm1(-people.leave_rate * YEAR_DAYS) / people.leave_rate
    return np.asarray(order_cents * expected_days / people.gap_mean_days)
