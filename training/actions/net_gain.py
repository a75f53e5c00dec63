"""What doing something for a customer is expected to bring, less its cost: the one arithmetic behind lists, pages and answers.

    net gain = chance kept x value if kept - cost

To do nothing costs and brings nothing. Of equal gains the action named first is taken. The chance kept is that a customer would have
left and stays because of the action (``chances_kept``): as campaigns have measured it for their status, else an assumed share of the
risk.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Truths
from training.actions.actions import NOTHING, Action, chances_kept


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
    return np.asarray(chances_kept(actions, statuses, risk) * money - costs)


def best_actions(
    actions: Sequence[Action],
    statuses: NDArray[np.int8],
    risk: Floats,
    if_kept_cents: Floats,
    refused: Truths,
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """The place of the action of highest net gain for each customer and that gain in cents; nothing for whoever has ``refused`` to be contacted.

    ``NOTHING`` with a gain of 0 where no action gains. How many can be contacted is not looked at: that limits a list, and not
    what one customer is worth.
    """
    customers = len(statuses)
    if not actions:
        return np.full(customers, NOTHING, np.int8), np.zeros(customers, np.int64)
    gains = net_gains_cents(actions, statuses, risk, if_kept_cents)
    best = gains.argmax(axis=1)
    gain = np.round(gains[np.arange(customers), best]).astype(np.int64)
    pays = (gain > 0) & ~refused
    return np.where(pays, best, NOTHING).astype(np.int8), np.where(pays, gain, np.int64(0))
