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
    anyway, likelier than not, is a sure thing, who does not is a lost cause; and where every measured contact is
    believed to lose more than it keeps, nobody is to be disturbed.
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
    places = [*actions, None]  # the last is also that of ``NOTHING``, -1
    table = np.array(
        [[_by_rule(actions, status, one) for one in places] for status in LifecycleStatus], np.int8
    )
    found = table[np.asarray(statuses, np.intp), best]
    goes = (found == ContactGroup.SURE_THING) & (np.asarray(risk) >= _LIKELIER_THAN_NOT)
    found = np.where(goes, ContactGroup.LOST_CAUSE, found)
    return np.where(refused, ContactGroup.UNTOLD, found).astype(np.int8)


def contact_group(
    actions: Sequence[Action], status: LifecycleStatus, risk: float, best: Action | None
) -> ContactGroup:
    """The group of one customer, by the rule of ``contact_groups``."""
    found = _by_rule(actions, status, best)
    if found == ContactGroup.SURE_THING and risk >= _LIKELIER_THAN_NOT:
        return ContactGroup.LOST_CAUSE
    return found


def _by_rule(
    actions: Sequence[Action], status: LifecycleStatus, best: Action | None
) -> ContactGroup:
    """The group of who has this best action, None where none gains; a lost cause counts as a sure thing here.

    What is only assumed, of the contact or of the customers of this status, tells nothing.
    """
    measured = {
        one.name: chance
        for one in actions
        if one.source == MEASURED and (chance := one.kept_chances[status]) is not None
    }
    if best is not None:
        return ContactGroup.PERSUADABLE if best.name in measured else ContactGroup.UNTOLD
    if not measured:
        return ContactGroup.UNTOLD
    is_harmful = max(measured.values()) < 0
    return ContactGroup.DO_NOT_DISTURB if is_harmful else ContactGroup.SURE_THING
