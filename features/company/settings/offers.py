"""When an offer counts as taken, and what holds back who is shown how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from features.company.settings.declared import SETTINGS_FILE, setting, table_of
from features.vocabulary.errors import SettingsRefused


@dataclass(frozen=True)
class OfferSettings:
    """When an offer counts as taken, and what holds back who is shown how many."""

    response_days: int = setting(
        30, "An offer without an end of its own counts as taken within so many days."
    )
    contact_cents: int = setting(0, "What showing one offer to one customer costs, in cents.")
    budget_price_percent: int = setting(
        0,
        "Where a budget runs short: what one more cent of it would bring, in percent of a cent, as "
        "`regulars offers plan` shows.",
    )
    weekly_caps: Mapping[str, str] = table_of(
        'For each channel, at most so many offers a customer in seven days, such as email = "1".'
    )
    quiet_days: int = setting(
        0, "So many days after an offer was shown, whatever the channel, no other is shown."
    )
    refusals: int = setting(
        3, "An offer shown so often in vain is suppressed for a customer; 0 never does."
    )
    suppressed_days: int = setting(30, "For so many days it is suppressed then.")
    hold_out_percent: int = setting(
        5,
        "Of a hundred customers so many are never shown an offer, to measure what all of it brings.",
    )
    explore_percent: int = setting(
        2, "Of a hundred decisions so many are drawn by lot among what may be shown, to learn from."
    )
    unsuitable: Mapping[str, str] = table_of(
        "Named rules over features; to a customer who meets one no offer is shown, such as "
        'unhappy = "open_complaints_count_lifetime >= 1".'
    )
    levers: Mapping[str, str] = table_of(
        'What the company wants more or less of, by offer_id, in percent: OFFER-01 = "20" or "-10".'
    )


def checked_offers(offers: OfferSettings) -> OfferSettings:
    """Levers above -100 percent, shares up to 100, and nothing else below zero."""
    for one in fields(offers):
        value = getattr(offers, one.name)
        least = 1 if one.name == "response_days" else 0
        is_share = one.name in ("hold_out_percent", "explore_percent")
        if isinstance(value, int) and (value < least or (is_share and value > 100)):
            raise SettingsRefused(
                expected=f"offers.{one.name} from {least} {'to 100' if is_share else 'on'}",
                found=str(value),
                remedy=f"Correct offers.{one.name} in {SETTINGS_FILE}.",
            )
    for name, told, least in (
        ("weekly_caps", offers.weekly_caps, 0),
        ("levers", offers.levers, -99),
    ):
        for key, text in told.items():
            if not text.removeprefix("-").isdecimal() or int(text) < least:
                raise SettingsRefused(
                    expected=f"whole numbers from {least} on in offers.{name}",
                    found=f'{key} = "{text}"',
                    remedy=f"Correct offers.{name} in {SETTINGS_FILE}.",
                )
    return offers
