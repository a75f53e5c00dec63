"""What a plain contact truly does in a simulated company: who stays because of it, and what that is worth.

Law: a contact lowers the rate of leaving by a share of the customer's own for the days of the horizon, as it does in past
campaigns (``contact_campaigns.py``). Who has left already is kept by nothing, and who would stay anyway brings nothing by staying.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.world.contact_campaigns import SHARES
from experiments.world.lives import leave_rate_on
from experiments.world.people import Flags, People
from features.vocabulary.arrays import Floats, Ints


@dataclass(frozen=True)
class Keeping:
    """What contacting each customer on the cutoff day truly does; one entry a customer, by id.

    ``rate`` is how often they would leave for good within the horizon if one could leave more than once, 0 of who has left;
    ``lowered`` the share by which a call lowers it; ``if_kept_cents`` what a customer who stays brings in the days asked about, at their
    own rhythm and with the usual margin of their orders.
    """

    customer_ids: NDArray[np.str_]
    rate: Floats
    lowered: Floats
    if_kept_cents: Floats

    @property
    def leaves(self) -> Floats:
        """The chance of leaving for good within the horizon, if nobody does anything."""
        return np.asarray(-np.expm1(-self.rate))

    def keeps(self, contact: str) -> Floats:
        """The chance that a customer would have left and stays because of one kind of contact."""
        lowered = self.lowered * SHARES[contact]
        return np.asarray(self.leaves + np.expm1(-self.rate * (1.0 - lowered)))

    def gain_cents(self, contact: str, cost_cents: float) -> Floats:
        """What one kind of contact truly brings with each customer, on average, less its cost."""
        return np.asarray(self.keeps(contact) * self.if_kept_cents - cost_cents)


def leaving_rate(
    people: People, has_left: Flags, open_from: Ints, open_until: Ints, cutoff_day: int, days: int
) -> Floats:
    """The rate of leaving for good, summed over ``[cutoff, cutoff + days)`` by the laws of ``lives``.

    A complaint that is open weighs as long as it is; complaints about orders still to come do not count, and neither do
    contacts of the past that still work.
    """
    rate = np.zeros(len(people))
    for day in range(cutoff_day, cutoff_day + days):
        rate += leave_rate_on(people, day, (open_from <= day) & (day < open_until))
    return np.where(has_left, 0.0, rate)


def brings_within(people: People, order_cents: Floats, days: int) -> Floats:
    """What a customer brings who orders at their rhythm until they leave at their rate, in so many days from now."""
    expected_days = -np.expm1(-people.leave_rate * days) / people.leave_rate
    return np.asarray(order_cents * expected_days / people.gap_mean_days)
