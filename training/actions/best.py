"""What is best to do for one customer, with its arithmetic, for whoever wants to see how it comes about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from features.lifecycle.stages import LifecycleStatus
from training.actions.actions import NOTHING, Action
from training.actions.net_gain import best_actions

NO_GAIN, REFUSED = "no_gain", "contact_refused"
"""Why nothing is to be done: nothing gains, or the customer must not be contacted."""


class BestAction(NamedTuple):
    """The best action for one customer, None where doing nothing is, and then ``why_nothing`` says why.

    ``chance_kept`` x ``if_kept_cents`` - the action's cost = ``net_gain_cents``, rounded to cents.
    """

    action: Action | None
    chance_kept: float
    if_kept_cents: int
    net_gain_cents: int
    why_nothing: str = ""


def best_action_for(
    actions: Sequence[Action],
    status: LifecycleStatus,
    risk: float,
    if_kept_cents: int,
    *,
    has_refused: bool,
) -> BestAction:
    """The best of some actions for one customer, by the arithmetic of ``best_actions``."""
    (place,), (gain,) = best_actions(
        actions,
        np.array([status], np.int8),
        np.array([risk]),
        np.array([if_kept_cents], np.float64),
        np.array([has_refused]),
    )
    return chosen_action(
        None if place == NOTHING else actions[int(place)],
        status,
        risk,
        if_kept_cents,
        int(gain),
        has_refused=has_refused,
    )


def chosen_action(
    action: Action | None,
    status: LifecycleStatus,
    risk: float,
    if_kept_cents: int,
    net_gain_cents: int,
    *,
    has_refused: bool,
) -> BestAction:
    """What was found best for one customer with the arithmetic behind it; None where doing nothing is."""
    if action is None:
        return BestAction(None, 0.0, if_kept_cents, 0, REFUSED if has_refused else NO_GAIN)
    return BestAction(action, action.retention_chance(status, risk), if_kept_cents, net_gain_cents)
