"""What a company may do for a customer beside an offer, what each costs, and whom it is assumed to keep."""

from __future__ import annotations

from dataclasses import field

from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, setting

_COST = "What it costs for one customer, in cents."
_KEPT = "Assumed: of a hundred such contacts with customers who are {status} and would leave, so many stay."


@dataclass(frozen=True, config=CLOSED)
class CallSettings:
    """A call by an adviser."""

    is_possible: bool = setting(True, "Whether the company calls customers.")
    cost_cents: int = setting(500, _COST, least=0)
    slowing_percent: int = setting(20, _KEPT.format(status="slowing"), least=0, most=100)
    at_risk_percent: int = setting(15, _KEPT.format(status="at risk"), least=0, most=100)
    lapsed_percent: int = setting(5, _KEPT.format(status="lapsed"), least=0, most=100)
    probably_gone_percent: int = setting(1, _KEPT.format(status="probably gone"), least=0, most=100)
    other_percent: int = setting(
        10, _KEPT.format(status="new, active or won back"), least=0, most=100
    )


@dataclass(frozen=True, config=CLOSED)
class LetterSettings:
    """A letter by post."""

    is_possible: bool = setting(True, "Whether the company writes letters.")
    cost_cents: int = setting(150, _COST, least=0)
    slowing_percent: int = setting(8, _KEPT.format(status="slowing"), least=0, most=100)
    at_risk_percent: int = setting(6, _KEPT.format(status="at risk"), least=0, most=100)
    lapsed_percent: int = setting(2, _KEPT.format(status="lapsed"), least=0, most=100)
    probably_gone_percent: int = setting(0, _KEPT.format(status="probably gone"), least=0, most=100)
    other_percent: int = setting(
        4, _KEPT.format(status="new, active or won back"), least=0, most=100
    )


@dataclass(frozen=True, config=CLOSED)
class MailSettings:
    """An e-mail."""

    is_possible: bool = setting(True, "Whether the company writes e-mails.")
    cost_cents: int = setting(10, _COST, least=0)
    slowing_percent: int = setting(3, _KEPT.format(status="slowing"), least=0, most=100)
    at_risk_percent: int = setting(2, _KEPT.format(status="at risk"), least=0, most=100)
    lapsed_percent: int = setting(1, _KEPT.format(status="lapsed"), least=0, most=100)
    probably_gone_percent: int = setting(0, _KEPT.format(status="probably gone"), least=0, most=100)
    other_percent: int = setting(
        1, _KEPT.format(status="new, active or won back"), least=0, most=100
    )


@dataclass(frozen=True, config=CLOSED)
class ActionSettings:
    """The plain contacts a company can make."""

    call: CallSettings = field(default_factory=CallSettings)
    letter: LetterSettings = field(default_factory=LetterSettings)
    mail: MailSettings = field(default_factory=MailSettings)
