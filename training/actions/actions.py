"""The plain contacts a company can make: what each costs, and how many it keeps by their status, as measured or as assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.company.settings.actions import (
    ActionSettings,
    CallSettings,
    LetterSettings,
    MailSettings,
)
from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats, Truths
from training.actions.assumed import still_to_lose
from training.actions.measured import MeasuredContact, RetentionChances, retention_chances_of
from training.reasons.languages.catalogue import phrase

NOTHING = -1
"""Stands in the place of an action where doing nothing is best."""
ASSUMED, MEASURED = "assumed", "measured"
"""Where an effect comes from: what a company says, or for the most part its campaigns with customers held out."""
BY_RULE = (1.0,) * len(LifecycleStatus)
"""Nothing is known of who has left: the rule for a single customer holds for each status."""
_MOSTLY = 0.5
TITLES: Mapping[str, str] = {
    "call": phrase("Call"),
    "letter": phrase("Letter"),
    "mail": phrase("E-mail"),
}
CHANNELS = {"call": "phone", "letter": "post", "mail": "email"}
"""How a customer is reached by each plain contact."""
_NAMED = {
    LifecycleStatus.SLOWING: "slowing_percent",
    LifecycleStatus.AT_RISK: "at_risk_percent",
    LifecycleStatus.LAPSED: "lapsed_percent",
    LifecycleStatus.PROBABLY_GONE: "probably_gone_percent",
}


@dataclass(frozen=True)
class Measurement:
    """What campaigns have shown of an action: of all who were contacted the share ``mean`` was kept, ``low`` to ``high`` at 95 percent."""

    mean: float
    low: float
    high: float
    contacted: int
    held_out: int
    campaigns: int
    first_day: str
    last_day: str


@dataclass(frozen=True)
class Action:
    """Something that can be done for a customer.

    ``keeps`` has a share for each ``LifecycleStatus``, in their order: of those who would leave and have not left yet, so many are assumed
    to stay because of it. ``leaving`` says how many these are, as past days have shown: so many times what ``still_to_lose`` takes.
    ``kept_chances`` are what campaigns have shown in its place: of all who are contacted so many are kept, None where nothing was
    measured. ``source`` says what is mostly behind them. Of no more than ``capacity_customers`` it can be done, 0 without a limit, and
    then only where it brings more than ``price_cents`` beyond anything else (``capacity.py``).
    """

    name: str
    channel: str
    cost_cents: int
    keeps: tuple[float, ...]
    source: str
    kept_chances: tuple[float | None, ...] = (None,) * len(LifecycleStatus)
    leaving: tuple[float, ...] = BY_RULE
    measurement: Measurement | None = None
    capacity_customers: int = 0
    price_cents: float = 0.0

    @classmethod
    def assumed(
        cls,
        name: str,
        said: CallSettings | LetterSettings | MailSettings,
        leaving: tuple[float, ...] = BY_RULE,
    ) -> Self:
        """As the company assumes it to work."""
        percents = (getattr(said, _NAMED.get(one, "other_percent")) for one in LifecycleStatus)
        return cls(
            name,
            CHANNELS[name],
            said.cost_cents,
            tuple(percent / 100 for percent in percents),
            ASSUMED,
            leaving=leaving,
            capacity_customers=said.capacity_customers,
        )

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """As scores say it."""
        held = said["measurement"]
        return cls(
            **{
                **said,
                "keeps": tuple(said["keeps"]),
                "kept_chances": tuple(said["kept_chances"]),
                "leaving": tuple(said.get("leaving", BY_RULE)),
                "measurement": None if held is None else Measurement(**held),
            }
        )

    def as_measured(self, found: MeasuredContact, chances: RetentionChances) -> Action:
        """The action by what campaigns have shown of it."""
        retained = found.retained_share
        return replace(
            self,
            source=MEASURED if chances.share_measured >= _MOSTLY else ASSUMED,
            kept_chances=tuple(None if np.isnan(one) else float(one) for one in chances.by_status),
            measurement=Measurement(
                retained.mean,
                retained.low,
                retained.high,
                found.contacted,
                found.held_out,
                found.campaigns,
                found.first_day,
                found.last_day,
            ),
        )

    def retention_chance(self, status: LifecycleStatus, risk: float) -> float:
        """The chance that it keeps one customer, by the rule of ``retention_chances``."""
        measured = self.kept_chances[status]
        if measured is None:
            return self.keeps[status] * still_to_lose(risk, self.leaving[status])
        return min(measured, risk)

    @property
    def assumed_shares(self) -> tuple[float, ...]:
        """Of those whom the rule takes to leave and not to have left, the assumed share kept, by status."""
        return tuple(one * many for one, many in zip(self.keeps, self.leaving, strict=True))

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.name]

    def as_dict(self) -> dict[str, Any]:
        """The action as plain fields."""
        return asdict(self) | {
            "keeps": list(self.keeps),
            "kept_chances": list(self.kept_chances),
            "leaving": list(self.leaving),
        }


def plain_contacts(
    settings: ActionSettings,
    measured: Mapping[str, MeasuredContact] = MappingProxyType({}),
    *,
    came_back_if_gone: float | None = None,
    leaving: tuple[float, ...] = BY_RULE,
) -> tuple[Action, ...]:
    """The contacts the company makes, by what its campaigns have ``measured`` of them, else by what it assumes.

    ``came_back_if_gone`` is the share of customers called probably gone who came back by themselves, where that is known, and
    ``leaving`` how many of each status leave who have not left, beside the rule.
    """
    said: dict[str, CallSettings | LetterSettings | MailSettings] = {
        "call": settings.call,
        "letter": settings.letter,
        "mail": settings.mail,
    }
    assumed = [Action.assumed(name, one, leaving) for name, one in said.items() if one.is_possible]
    shares = {one.name: one.assumed_shares for one in assumed}
    told = {name: one for name, one in measured.items() if name in shares}
    chances = retention_chances_of(told, shares, came_back_if_gone=came_back_if_gone)
    return tuple(
        one.as_measured(told[one.name], chances[one.name]) if one.name in chances else one
        for one in assumed
    )


def actions_of(said: Iterable[Mapping[str, Any]]) -> tuple[Action, ...]:
    """The actions that scores were made with."""
    return tuple(Action.read(one) for one in said)


def retention_chances(
    actions: Sequence[Action], statuses: NDArray[np.int8], risk: Floats
) -> Floats:
    """The chance that each action keeps each customer who would leave otherwise: [customers, actions].

    As measured for their status, never more than the risk, for who stays anyway is not kept; else the assumed share of those who
    are ``still_to_lose``.
    """
    places = np.asarray(statuses, np.intp)
    at_risk = np.asarray(risk, np.float64)[:, None]
    assumed, leaving, measured, is_assumed = _tables(tuple(actions))
    found = np.minimum(measured[places], at_risk)
    kept = assumed[places] * still_to_lose(at_risk, leaving[places])
    return np.where(is_assumed[places], kept, found)


@lru_cache(maxsize=16)
def _tables(actions: tuple[Action, ...]) -> tuple[Floats, Floats, Floats, Truths]:
    """The assumed shares, of how many they are, and the measured chances by status and action, and where nothing was measured.

    Made once for the same actions, since an answer about one customer would spend most of its time with it.
    """
    assumed = _table([one.keeps for one in actions])
    leaving = _table([one.leaving for one in actions])
    measured = _table([one.kept_chances for one in actions])
    return assumed, leaving, measured, np.isnan(measured)


def _table(rows: Sequence[Sequence[float | None]]) -> Floats:
    """One row a status and one column an action; NaN for None."""
    return np.array(rows, np.float64).reshape(len(rows), len(LifecycleStatus)).T
