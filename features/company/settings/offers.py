"""When an offer counts as taken, and what holds back who is shown how many."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, Fault, Faults, NamedTexts, setting, table_of


def whole_numbers(least: int) -> AfterValidator:
    """Hold every text of a table to a whole number from ``least`` on."""

    def checked(texts: NamedTexts) -> NamedTexts:
        faults = [
            Fault(f"whole numbers from {least} on in {{place}}", f'{name} = "{text}"')
            for name, text in texts.items()
            if not text.removeprefix("-").isdecimal() or int(text) < least
        ]
        if faults:
            raise Faults(*faults)
        return texts

    return AfterValidator(checked)


@dataclass(frozen=True, config=CLOSED)
class OfferSettings:
    """When an offer counts as taken, and what holds back who is shown how many."""

    response_days: int = setting(
        30, "An offer without an end of its own counts as taken within so many days.", least=1
    )
    contact_cents: int = setting(
        0, "What showing one offer to one customer costs, in cents.", least=0
    )
    budget_price_percent: int = setting(
        0,
        "Where a budget runs short: what one more cent of it would bring, in percent of a cent, as "
        "`regulars offers plan` shows.",
        least=0,
    )
    assumed_effect_percent: int = setting(
        100,
        "Assumed where no control arm tells what offers change: of a hundred customers who take an offer, so many "
        "would not have acted without it. At 100 nothing is assumed, and contacts are not held against offers.",
        least=1,
        most=100,
    )
    weekly_caps: Annotated[NamedTexts, whole_numbers(0)] = table_of(
        'For each channel, at most so many offers a customer in seven days, such as email = "1".'
    )
    quiet_days: int = setting(
        0,
        "So many days after an offer was shown, whatever the channel, no other is shown.",
        least=0,
    )
    refusals: int = setting(
        3, "An offer shown so often in vain is suppressed for a customer; 0 never does.", least=0
    )
    suppressed_days: int = setting(30, "For so many days it is suppressed then.", least=0)
    hold_out_percent: int = setting(
        5,
        "Of a hundred customers so many are never shown an offer, to measure what all of it brings.",
        least=0,
        most=100,
    )
    explore_percent: int = setting(
        2,
        "Of a hundred decisions so many are drawn by lot among what may be shown, to learn from.",
        least=0,
        most=100,
    )
    explore_unknown_percent: int = setting(
        10,
        "Of a hundred decisions so many more show an offer as often as it may be the best, by what is known of how often "
        "each is taken; 0 leaves the lot alone.",
        least=0,
        most=100,
    )
    unsuitable: NamedTexts = table_of(
        "Named rules over features; to a customer who meets one no offer is shown, such as "
        'unhappy = "open_complaints_count_lifetime >= 1".'
    )
    levers: Annotated[NamedTexts, whole_numbers(-99)] = table_of(
        'What the company wants more or less of, by offer_id, in percent: OFFER-01 = "20" or "-10".'
    )
