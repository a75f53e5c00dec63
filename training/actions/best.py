"""What is best to do for single customers, with its arithmetic, for whoever wants to see how it comes about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from features.lifecycle.stages import LifecycleStatus
from training.actions.actions import NOTHING, Action
from training.actions.groups import ContactGroup, contact_group
from training.actions.net_gain import best_actions

NO_GAIN, REFUSED = "no_gain", "contact_refused"
"""Why nothing is to be done: nothing gains, or the customer must not be contacted."""


class BestAction(NamedTuple):
    """The best action for one customer, None where doing nothing is, and then ``why_nothing`` says why.

    ``chance_kept`` x ``if_kept_cents`` - the action's cost = ``net_gain_cents``, rounded to cents. ``group`` is what
    campaigns tell of the customer.
    """

    action: Action | None
    chance_kept: float
    if_kept_cents: int
    net_gain_cents: int
    why_nothing: str = ""
    group: ContactGroup = ContactGroup.UNTOLD


class ContactCase(NamedTuple):
    """What the arithmetic asks of one customer."""

    status: LifecycleStatus
    risk: float
    if_kept_cents: int
    has_refused: bool

    def with_action(self, actions: Sequence[Action], place: int, net_gain_cents: int) -> BestAction:
        """What was found best of some actions for the customer, or ``NOTHING``, with the arithmetic behind it."""
        if self.has_refused:
            return BestAction(None, 0.0, self.if_kept_cents, 0, REFUSED)
        action = None if place == NOTHING else actions[place]
        group = contact_group(actions, self.status, self.risk, action)
        if action is None:
            return BestAction(None, 0.0, self.if_kept_cents, 0, NO_GAIN, group)
        chance = action.retention_chance(self.status, self.risk)
        return BestAction(action, chance, self.if_kept_cents, net_gain_cents, group=group)


def best_actions_for(actions: Sequence[Action], cases: Sequence[ContactCase]) -> list[BestAction]:
    """The best of some actions for each of some customers, by the arithmetic of ``best_actions``."""
    if not cases:
        return []
    places, gains = best_actions(
        actions,
        np.array([one.status for one in cases], np.int8),
        np.array([one.risk for one in cases]),
        np.array([one.if_kept_cents for one in cases], np.float64),
        np.array([one.has_refused for one in cases]),
    )
    return [
        one.with_action(actions, place, gain)
        for one, place, gain in zip(cases, places.tolist(), gains.tolist(), strict=True)
    ]
