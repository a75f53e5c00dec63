"""Numbers with their units, as a person would write them."""

from __future__ import annotations

import math

_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
CENTS_SHOWN_BELOW = 100_00
DAY_SLACK = 1e-3
"""A float32 holds 41 days as 40.9999962 where the seconds do not divide evenly."""


def quantity(value: float, unit: str, currency: str) -> str:
    """A value as a person would write it.

    >>> quantity(41.6, "days", "EUR"), quantity(0.125, "share", "EUR"), quantity(123456, "cents", "GBP")
    ('41 days', '12 %', '£1,235')
    """
    if unit == "cents":
        return money(round(value), currency)
    if unit == "days":
        return days(value)
    if unit == "share":
        return share(value)
    if unit == "yes_no":
        return "yes" if value >= 0.5 else "no"
    return short(value)


def share(value: float) -> str:
    """A part of a whole in percent.

    >>> share(0.0049), share(0.283), share(0.0)
    ('0.5 %', '28 %', '0 %')
    """
    percent = 100 * value
    return f"{percent:,.0f} %" if percent == 0 or abs(percent) >= 10 else f"{percent:.1f} %"


def days(value: float) -> str:
    """A stretch of time in whole days that have passed.

    >>> days(1.2), days(0.4)
    ('1 day', 'less than a day')
    """
    whole = whole_days(value)
    if whole == 0:
        return "less than a day"
    return f"{whole:,} day{'' if abs(whole) == 1 else 's'}".replace("-", "−")


def whole_days(value: float) -> int:
    """The whole days in a stretch of time."""
    return math.trunc(value + math.copysign(DAY_SLACK, value))


def symbol_of(currency: str) -> str:
    """The sign of a currency, or its three letters where it has none of its own."""
    return _SYMBOLS.get(currency, currency)


def money(cents: int, currency: str, places: int | None = None) -> str:
    """An amount with its currency; cents are shown for small amounts alone, or as ``places`` says.

    >>> money(4_50, "EUR"), money(-1_234_50, "GBP"), money(99_00, "CHF"), money(99_00, "CHF", 0)
    ('€4.50', '−£1,234', 'CHF 99.00', 'CHF 99')
    """
    sign = "−" if cents < 0 else ""
    amount = abs(cents) / 100
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    if places is None:
        places = 2 if 0 < abs(cents) < CENTS_SHOWN_BELOW else 0
    return f"{sign}{symbol}{amount:,.{places}f}"


def short(value: float) -> str:
    """A number with as many digits as one reads at a glance."""
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")
