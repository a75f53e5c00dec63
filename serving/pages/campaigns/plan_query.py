"""A plan as a question: how much money, whom, by which contacts; all of it fits in a link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from urllib.parse import urlencode

from features.vocabulary.time import Cutoff
from serving.campaigns.freezing import LONGEST_DAYS
from serving.campaigns.plannable import MOST_HELD_OUT_PERCENT, PlanLimits
from serving.pages.list_query import PLAN_PAGE, STATUSES
from training.actions.actions import TITLES

_LARGEST = 10**9
_NUMBERS = ("budget", "most", "hold_out", "days")


@dataclass(frozen=True)
class PlanQuery:
    """What the link asks for; anything it cannot mean is taken as not asked.

    ``budget`` is in whole units of the currency, ``most`` counts customers, and ``capacities`` contacts of a kind. ``contacts`` and ``statuses``
    are those that are allowed, all where empty. ``hold_out`` is in percent, ``days`` how long it is watched. None leaves a number open.
    """

    budget: int | None = None
    most: int | None = None
    capacities: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    contacts: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    hold_out: int | None = None
    days: int | None = None
    starts: str = ""

    @classmethod
    def parse(cls, sent: Iterable[tuple[str, str]]) -> PlanQuery:
        """Read the parameters of a link, or the fields of a form, in their order."""
        said: dict[str, list[str]] = {}
        for name, value in sent:
            said.setdefault(name, []).append(value)
        numbers = {name: _whole(said.get(name, [""])[0]) for name in _NUMBERS}
        most, hold_out, days = numbers["most"], numbers["hold_out"], numbers["days"]
        capacities = {name: _whole(said.get(name, [""])[0]) for name in TITLES}
        return cls(
            budget=numbers["budget"],
            most=most or None,
            capacities={name: one for name, one in capacities.items() if one is not None},
            contacts=_among(said.get("contact", ()), TITLES),
            statuses=_among(said.get("status", ()), STATUSES),
            hold_out=hold_out if hold_out is None or hold_out <= MOST_HELD_OUT_PERCENT else None,
            days=days if days is not None and 1 <= days <= LONGEST_DAYS else None,
            starts=_day(said.get("starts", [""])[0]),
        )

    def parameters(self) -> list[tuple[str, str]]:
        """The link's parameters, without those that say nothing."""
        numbers = {name: getattr(self, name) for name in _NUMBERS} | dict(self.capacities)
        said = [(name, str(one)) for name, one in numbers.items() if one is not None]
        said += [("contact", one) for one in self.contacts]
        said += [("status", one) for one in self.statuses]
        return [*said, *([("starts", self.starts)] if self.starts else [])]

    def link(self, **changes: object) -> str:
        """A link to this plan with some things changed.

        >>> PlanQuery(budget=2_000, contacts=("call",)).link(most=500)
        '/plan?budget=2000&most=500&contact=call'
        """
        query = urlencode(replace(self, **changes).parameters())  # type: ignore[arg-type]
        return f"{PLAN_PAGE}?{query}" if query else PLAN_PAGE

    def limits(self, actions: Sequence[str], hold_out_percent: int) -> PlanLimits:
        """The limits for a company that makes these contacts and usually holds so many of a hundred out."""
        return PlanLimits(
            budget_cents=None if self.budget is None else 100 * self.budget,
            most=self.most,
            capacities={name: one for name, one in self.capacities.items() if name in actions},
            actions=tuple(one for one in self.contacts if one in actions),
            statuses=self.statuses,
            hold_out_percent=hold_out_percent if self.hold_out is None else self.hold_out,
        )

    @property
    def first_day(self) -> Cutoff | None:
        """The first day that is asked for."""
        return Cutoff.at(date.fromisoformat(self.starts)) if self.starts else None


def _among(said: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """What of a question is known, each once, in the order of what is known."""
    asked = {*said}
    return tuple(one for one in known if one in asked)


def _whole(text: str) -> int | None:
    text = text.strip()
    return (
        min(int(text), _LARGEST) if text.isascii() and text.isdecimal() and len(text) < 20 else None
    )


def _day(text: str) -> str:
    try:
        return f"{date.fromisoformat(text):%Y-%m-%d}" if len(text) == 10 and text > "1970" else ""
    except ValueError:
        return ""
