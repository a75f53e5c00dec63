"""The digits of numbers, before a language puts its own signs between them."""

from __future__ import annotations

import math

_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
CENTS_SHOWN_BELOW = 100_00
DAY_SLACK = 1e-3
"""A float32 holds 41 days as 40.9999962 where the seconds do not divide evenly."""


def share(value: float) -> str:
    """A part of a whole in percent.

    >>> share(0.0049), share(0.283), share(0.0)
    ('0.5 %', '28 %', '0 %')
    """
    percent = 100 * value
    return f"{percent:,.0f} %" if percent == 0 or abs(percent) >= 10 else f"{percent:.1f} %"


def whole_days(value: float) -> int:
    """The whole days in a stretch of time."""
    return math.trunc(value + math.copysign(DAY_SLACK, value))


def symbol_of(currency: str) -> str:
    """The sign of a currency, or its three letters where it has none of its own."""
    return _SYMBOLS.get(currency, currency)


def amount(cents: int, places: int | None = None) -> str:
    """An amount without sign or currency; cents are shown for small amounts alone, or as ``places`` says.

    >>> amount(4_50), amount(-1_234_50), amount(99_00, 0)
    ('4.50', '1,234', '99')
    """
    if places is None:
        places = 2 if 0 < abs(cents) < CENTS_SHOWN_BELOW else 0
    return f"{abs(cents) / 100:,.{places}f}"


def short(value: float) -> str:
    """A number with as many digits as one reads at a glance."""
    text = f"{value:,.{_places(value)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def rounded(value: float, unit: str) -> float:
    """A value made equal to those that are shown like it, so that each is put into words once."""
    if not math.isfinite(value):
        return value
    if unit == "days":
        return float(whole_days(value))
    if unit == "cents":
        whole = float(round(value))
        return round(whole / 100) * 100.0 if abs(whole) >= CENTS_SHOWN_BELOW else whole
    if unit == "yes_no":
        return value
    # Of zero there is one alone, without a sign.
    return (_rounded_share(value) if unit == "share" else round(value, _places(value))) + 0.0


def _rounded_share(value: float) -> float:
    """A part of a whole with the digits ``share`` shows; none is taken for 0 or for 10 percent that is shown otherwise."""
    percent = 100 * value
    if abs(percent) >= 10:
        return round(percent) / 100
    near = round(percent, 1)
    return near / 100 if 0 < abs(near) < 10 else value


def _places(value: float) -> int:
    """How many decimals one reads at a glance."""
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
