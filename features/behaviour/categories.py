"""How wide a customer buys, and where the money goes: categories, departments and brands.

Lines whose item has no category, department or brand are left out of the counts. Only bought lines
count. The largest categories and brands are those with the most order lines of the whole company. A
category is **new** in a window when it was bought for the first time ever inside it, and **given up**
when it was bought before the window and not in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.behaviour.frequent import most_frequent
from features.behaviour.groups import BASKET, CHANNEL
from features.behaviour.purchases import AMOUNT, BOUGHT, NO_SPEND, SPEND_GROSS, ZERO
from features.declarations import (
    WHOLE_PAST,
    Declaration,
    Difference,
    Distinct,
    Entropy,
    New,
    Ratio,
    ReasonGroup,
    TopShare,
    Total,
    declare,
    quoted,
    slugs,
    windowed,
)
from features.store.pack import EventStream, Pack
from features.vocabulary.time import Window

LEVELS = (
    ("categories", "category"),
    ("departments", "department"),
    ("brands", "brand"),
)
MOST_DEPARTMENTS = 12
"""Only so many departments have features of their own."""
LARGEST_CATEGORIES = 10
LARGEST_BRANDS = 5
_SHARE_WINDOWS = (Window(90), Window(365), WHOLE_PAST)
_MIX_WINDOWS = (Window(365), WHOLE_PAST)
_GIVEN_UP_WINDOWS = (Window(90), Window(180), Window(365))
_NEW_WINDOWS = (Window(30), Window(90), Window(365))


def categories(pack: Pack) -> tuple[Declaration, ...]:
    """The range features of the levels the items of a pack have."""
    stream = pack.streams.get("purchases")
    if stream is None:
        return ()
    declared: tuple[Declaration, ...] = ()
    for plural, column in LEVELS:
        if column in stream.columns:
            declared += (*_distinct(plural, column), *_given_up(plural, column))
            declared += mix_of(column, plural, BASKET)
    if "channel" in stream.columns:
        declared += mix_of("channel", "channels", CHANNEL)
    if "category" in stream.columns:
        declared += _spend_shares(stream, "category", LARGEST_CATEGORIES)
    if "department" in stream.columns:
        first = sorted(stream.dictionaries["department"])[:MOST_DEPARTMENTS]
        declared += _shares_of("department", first)
    if "brand" in stream.columns:
        declared += _spend_shares(stream, "brand", LARGEST_BRANDS)
    return declared


def _spend_shares(stream: EventStream, column: str, most: int) -> tuple[Declaration, ...]:
    return _shares_of(column, most_frequent(stream, column, most))


# fmt: off
def _distinct(plural: str, column: str) -> tuple[Declaration, ...]:
    different = Distinct(BOUGHT, column)
    return windowed(plural, different, meaning=f"Different {plural} bought {{window}}.", unit="count", group=BASKET, said=f"bought from {{value}} {plural} {{window}}", missing=ZERO, actionable="now")


def _given_up(plural: str, column: str) -> tuple[Declaration, ...]:
    different, first = Distinct(BOUGHT, column), New(BOUGHT, column)
    lost = (
        declare(plural, Difference(different, different.over(window), "given_up", window), meaning=f"Different {plural} bought before, but not in the last {window.days} days.", unit="count", group=BASKET, said=f"{{value}} {plural} no longer bought for {window.days} days", missing=ZERO)
        for window in _GIVEN_UP_WINDOWS
    )
    return (
        *windowed(plural, first, meaning=f"Different {plural} bought for the first time {{window}}.", unit="count", group=BASKET, said=f"{{value}} {plural} bought for the first time {{window}}", missing=ZERO, actionable="now", windows=_NEW_WINDOWS),
        *lost,
    )


def mix_of(column: str, plural: str, group: ReasonGroup) -> tuple[Declaration, ...]:
    """How the money spent is spread over the entries of a column."""
    entropy, top = (mix(BOUGHT, column, AMOUNT) for mix in (Entropy, TopShare))
    return (
        *windowed(column, entropy, meaning=f"How widely the money spent {{window}} is spread over {plural} (entropy): 0 when all went to one.", unit="nats", group=group, said=f"money spent {{window}} spread over {plural} with an entropy of {{value}}", missing=NO_SPEND, windows=_MIX_WINDOWS),
        *windowed(column, top, meaning=f"Share of the money spent {{window}} that went to the largest of the customer's {plural}.", unit="share", group=group, said=f"{{value}} of the money spent {{window}} went to one of the {plural}", missing=NO_SPEND, windows=_MIX_WINDOWS),
    )


def _shares_of(column: str, texts: Sequence[str]) -> tuple[Declaration, ...]:
    declared: tuple[Declaration, ...] = ()
    for text, word in slugs(texts).items():
        spent = Total(BOUGHT.also(column, "=", text), AMOUNT)
        declared += windowed(f"{column}_{word}_spend", Ratio(spent, SPEND_GROSS, "share"), meaning=f"Share of the money spent {{window}} that went to {_kind(column)}{quoted(text)}.", unit="share", group=BASKET, said=f"{{value}} of the money spent {{window}} went to {_kind(column)}{quoted(text)}", missing=NO_SPEND, windows=_SHARE_WINDOWS)
    return declared
# fmt: on


def _kind(column: str) -> str:
    return "" if column == "department" else f"the {column} "
