"""Whom contacts keep, and on whom they are wasted: the four groups that campaigns with customers held out tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats, Truths
from training.actions.actions import MEASURED, Action
from training.reasons.languages.catalogue import phrase

_LIKELIER_THAN_NOT = 0.5


class ContactGroup(IntEnum):
    """What a customer is to the contacts that were measured; ``UNTOLD`` where no campaign tells it.

    Persuadable are those for whom a measured contact brings more than it costs. Of the others who comes back
    anyway, likelier than not, is a sure thing, who does not is a lost cause; and where campaigns have shown fewer to come
    back of those contacted, nobody is to be disturbed.
    """

    UNTOLD = 0
    PERSUADABLE = 1
    SURE_THING = 2
    LOST_CAUSE = 3
    DO_NOT_DISTURB = 4

    @property
    def word(self) -> str:
        """As answers and files have it; empty where nothing is told."""
        return self.name.lower().replace("_", " ") if self else ""

    @property
    def title(self) -> str:
        """As pages have it; empty where nothing is told."""
        return _TITLES.get(self, "")


_TITLES = {
    ContactGroup.PERSUADABLE: phrase("Persuadable"),
    ContactGroup.SURE_THING: phrase("Sure thing"),
    ContactGroup.LOST_CAUSE: phrase("Lost cause"),
    ContactGroup.DO_NOT_DISTURB: phrase("Do not disturb"),
}


def contact_groups(
    actions: Sequence[Action],
    statuses: NDArray[np.int8],
    risk: Floats,
    best: NDArray[np.int8],
    refused: Truths,
) -> NDArray[np.int8]:
    """The ``ContactGroup`` of each customer, whose ``best`` action is a place among ``actions``, or none of them.

    Of whoever has ``refused`` to be contacted nothing is told.
    """
    stays = np.asarray(risk) < _LIKELIER_THAN_NOT
    found = np.where(stays, ContactGroup.SURE_THING, ContactGroup.LOST_CAUSE)
    without = np.array([_without_gain(actions, status) for status in LifecycleStatus], np.int8)
    said = without[np.asarray(statuses, np.intp)]
    found = np.where(said == ContactGroup.SURE_THING, found, said)
    for place, action in enumerate(actions):
        found = np.where(best == place, _with_gain(action), found)
    return np.where(refused, ContactGroup.UNTOLD, found).astype(np.int8)


def contact_group(
    actions: Sequence[Action], status: LifecycleStatus, risk: float, best: Action | None
) -> ContactGroup:
    """The group of one customer, by the rule of ``contact_groups``."""
    if best is not None:
        return _with_gain(best)
    found = _without_gain(actions, status)
    if found == ContactGroup.SURE_THING and risk >= _LIKELIER_THAN_NOT:
        return ContactGroup.LOST_CAUSE
    return found


def _with_gain(best: Action) -> ContactGroup:
    """Who is worth an action; that an assumption says so makes nobody persuadable."""
    return ContactGroup.PERSUADABLE if best.source == MEASURED else ContactGroup.UNTOLD


def _without_gain(actions: Sequence[Action], status: LifecycleStatus) -> ContactGroup:
    """Who is worth none of them, if they come back anyway."""
    chances = [one.kept_chances[status] for one in actions if one.source == MEASURED]
    told = [one for one in chances if one is not None]
    if not told:
        return ContactGroup.UNTOLD
    return ContactGroup.DO_NOT_DISTURB if max(told) < 0 else ContactGroup.SURE_THING
