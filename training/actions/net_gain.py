"""What doing something for a customer is expected to bring, less its cost: the one arithmetic behind lists, pages and answers.

    net gain = chance kept x value if kept - cost

To do nothing costs and brings nothing. Of equal gains the action named first is taken. The chance kept is that a customer would have
left and stays because of the action (``retention_chances``): as campaigns have measured it for their status, else an assumed share of
those who leave and have not left yet.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Truths
from training.actions.actions import NOTHING, Action, retention_chances
from training.actions.capacity import open_gains_cents


def net_gains_cents(
    actions: Sequence[Action],
    statuses: NDArray[np.int8],
    risk: Floats,
    if_kept_cents: Floats,
) -> Floats:
    """The expected net gain of each action for each customer, in cents: [customers, actions].

    ``statuses`` are codes of ``LifecycleStatus``. Who is expected to give more back than they buy has no value to keep.
    """
    costs = np.array([one.cost_cents for one in actions], np.float64)
    money = np.maximum(if_kept_cents, 0.0)[:, None]
    return np.asarray(retention_chances(actions, statuses, risk) * money - costs)


def best_actions(
    actions: Sequence[Action],
    statuses: NDArray[np.int8],
    risk: Floats,
    if_kept_cents: Floats,
    refused: Truths,
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """The place of the action of highest net gain for each customer and that gain in cents; nothing for whoever has ``refused`` to be contacted.

    ``NOTHING`` with a gain of 0 where no action gains. A limited action is best where it gains more than its price beyond any other,
    which is no part of the gain.
    """
    customers = len(statuses)
    if not actions:
        return np.full(customers, NOTHING, np.int8), np.zeros(customers, np.int64)
    gains = net_gains_cents(actions, statuses, risk, if_kept_cents)
    open_to = open_gains_cents(actions, gains)
    best = open_to.argmax(axis=1)
    found = np.maximum(open_to[np.arange(customers), best], 0.0)
    gain = np.round(found).astype(np.int64)
    pays = (gain > 0) & ~refused
    return np.where(pays, best, NOTHING).astype(np.int8), np.where(pays, gain, np.int64(0))
