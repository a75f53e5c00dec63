"""The plain contacts a company can make: what each costs, and how many it is assumed to keep by their status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from features.company.settings.actions import (
    ActionSettings,
    CallSettings,
    LetterSettings,
    MailSettings,
)
from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats
from training.reasons.languages.catalogue import phrase

NOTHING = -1
"""Stands in the place of an action where doing nothing is best."""
ASSUMED = "assumed"
"""Where an effect comes from that no campaign has measured."""
TITLES: Mapping[str, str] = {
    "call": phrase("Call"),
    "letter": phrase("Letter"),
    "mail": phrase("E-mail"),
}
_CHANNELS = {"call": "phone", "letter": "post", "mail": "email"}
_NAMED = {
    LifecycleStatus.SLOWING: "slowing_percent",
    LifecycleStatus.AT_RISK: "at_risk_percent",
    LifecycleStatus.LAPSED: "lapsed_percent",
    LifecycleStatus.PROBABLY_GONE: "probably_gone_percent",
}


@dataclass(frozen=True)
class Action:
    """Something that can be done for a customer.

    ``keeps`` has a share for each ``LifecycleStatus``, in their order: of those who would leave, so many stay because of it.
    ``source`` says how that is known.
    """

    name: str
    channel: str
    cost_cents: int
    keeps: tuple[float, ...]
    source: str

    @classmethod
    def assumed(cls, name: str, said: CallSettings | LetterSettings | MailSettings) -> Self:
        """As the company assumes it to work."""
        percents = (getattr(said, _NAMED.get(one, "other_percent")) for one in LifecycleStatus)
        return cls(
            name,
            _CHANNELS[name],
            said.cost_cents,
            tuple(percent / 100 for percent in percents),
            ASSUMED,
        )

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """As scores say it."""
        return cls(**{**said, "keeps": tuple(said["keeps"])})

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.name]

    def as_dict(self) -> dict[str, Any]:
        """The action as plain fields."""
        return asdict(self) | {"keeps": list(self.keeps)}


def plain_contacts(settings: ActionSettings) -> tuple[Action, ...]:
    """The contacts the company makes, with what it assumes of them."""
    said: dict[str, CallSettings | LetterSettings | MailSettings] = {
        "call": settings.call,
        "letter": settings.letter,
        "mail": settings.mail,
    }
    return tuple(Action.assumed(name, one) for name, one in said.items() if one.is_possible)


def actions_of(said: Iterable[Mapping[str, Any]]) -> tuple[Action, ...]:
    """The actions that scores were made with."""
    return tuple(Action.read(one) for one in said)


def keeps_table(actions: Sequence[Action]) -> Floats:
    """The share each action keeps, one row a status and one column an action."""
    table = np.array([one.keeps for one in actions], np.float64)
    return table.reshape(len(actions), len(LifecycleStatus)).T
