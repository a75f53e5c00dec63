"""What a company may do for a customer beside an offer, what each costs, and whom it is assumed to keep."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, setting


def _costs(cents: int) -> Any:
    return setting(cents, "What it costs for one customer, in cents.", least=0)


def _capacity() -> Any:
    return setting(
        0,
        "So many customers can be contacted this way until the next scores; 0 means as many as it pays for.",
        least=0,
    )


def _keeps(percent: int, status: str) -> Any:
    return setting(
        percent,
        f"Assumed: of a hundred such contacts with customers who are {status}, have not left and would, so many stay.",
        least=0,
        most=100,
    )


@dataclass(frozen=True, config=CLOSED)
class CallSettings:
    """A call by an adviser."""

    is_possible: bool = setting(True, "Whether the company calls customers.")
    cost_cents: int = _costs(500)
    capacity_customers: int = _capacity()
    slowing_percent: int = _keeps(20, "slowing")
    at_risk_percent: int = _keeps(15, "at risk")
    lapsed_percent: int = _keeps(5, "lapsed")
    probably_gone_percent: int = _keeps(1, "probably gone")
    other_percent: int = _keeps(10, "new, active or won back")


@dataclass(frozen=True, config=CLOSED)
class LetterSettings:
    """A letter by post."""

    is_possible: bool = setting(True, "Whether the company writes letters.")
    cost_cents: int = _costs(150)
    capacity_customers: int = _capacity()
    slowing_percent: int = _keeps(8, "slowing")
    at_risk_percent: int = _keeps(6, "at risk")
    lapsed_percent: int = _keeps(2, "lapsed")
    probably_gone_percent: int = _keeps(0, "probably gone")
    other_percent: int = _keeps(4, "new, active or won back")


@dataclass(frozen=True, config=CLOSED)
class MailSettings:
    """An e-mail."""

    is_possible: bool = setting(True, "Whether the company writes e-mails.")
    cost_cents: int = _costs(10)
    capacity_customers: int = _capacity()
    slowing_percent: int = _keeps(3, "slowing")
    at_risk_percent: int = _keeps(2, "at risk")
    lapsed_percent: int = _keeps(1, "lapsed")
    probably_gone_percent: int = _keeps(0, "probably gone")
    other_percent: int = _keeps(1, "new, active or won back")


@dataclass(frozen=True, config=CLOSED)
class ActionSettings:
    """The plain contacts a company can make."""

    call: CallSettings = field(default_factory=CallSettings)
    letter: LetterSettings = field(default_factory=LetterSettings)
    mail: MailSettings = field(default_factory=MailSettings)
