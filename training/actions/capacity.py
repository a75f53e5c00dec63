"""Limited actions go to those for whom they do most more than anything else would: each has a price at which just so many want it.

A price is what the best customer left out would have gained beyond anything else open to them, so that one customer's best action follows
from the prices alone, at night and in any answer. Where several actions are limited they are handed out in their order, each to whom
no earlier one went; of a single limited action no other way to hand it out gains more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from features.vocabulary.arrays import Floats, Truths
from training.actions.actions import Action


def priced(actions: Sequence[Action], gains_cents: Floats, refused: Truths) -> tuple[Action, ...]:
    """The actions, the limited ones at the price at which no more customers want them than there is capacity for.

    ``gains_cents`` are the net gains [customers, actions]; whoever has ``refused`` wants none. Of customers who gain just the same all
    are left out where there is no place for all of them.
    """
    found = [replace(one, price_cents=0.0) for one in actions]
    wanting = gains_cents[~refused]
    for place, one in enumerate(actions):
        if one.capacity_customers:
            beyond = _beyond(found, wanting, place)
            price = _price(beyond, one.capacity_customers)
            found[place] = replace(one, price_cents=price)
            wanting = wanting[beyond <= price]
    return tuple(found)


def open_gains_cents(actions: Sequence[Action], gains_cents: Floats) -> Floats:
    """The net gains, those of limited actions only where they go to that customer, -inf elsewhere.

    A limited action that goes to a customer gains them more than anything else they have here.
    """
    found = gains_cents.copy()
    is_served = np.zeros(len(gains_cents), np.bool_)
    for place, one in enumerate(actions):
        if one.capacity_customers:
            goes_here = ~is_served & (_beyond(actions, gains_cents, place) > one.price_cents)
            found[~goes_here, place] = -np.inf
            is_served |= goes_here
    return found


def _beyond(actions: Sequence[Action], gains_cents: Floats, place: int) -> Floats:
    """What a limited action gains beyond the best of what would be open otherwise: later actions, those without a limit, nothing."""
    open_otherwise = [
        other
        for other, one in enumerate(actions)
        if other > place or (other != place and not one.capacity_customers)
    ]
    otherwise = gains_cents[:, open_otherwise].max(axis=1, initial=0.0)
    return np.asarray(gains_cents[:, place] - otherwise)


def _price(beyond: Floats, capacity: int) -> float:
    """What the best one left out gains, 0 where there is room for all who gain."""
    first_left_out = len(beyond) - 1 - capacity
    if first_left_out < 0:
        return 0.0
    return max(0.0, float(np.partition(beyond, first_left_out)[first_left_out]))
