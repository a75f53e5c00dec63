"""How wide a customer buys, and where the money goes: categories, departments and brands.

Lines whose item has no category, department or brand are left out of the counts. Only bought lines
count. The largest categories and brands are those with the most order lines of the whole company.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.behaviour.frequent import most_frequent
from features.behaviour.groups import BASKET
from features.behaviour.purchases import BOUGHT, NO_SPEND, SPEND_GROSS, ZERO
from features.pack import EventStream, Pack
from features.spec import WHOLE_PAST, Declaration, Distinct, Ratio, Total, quoted, slugs, windowed
from features.vocabulary import Window

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


def categories(pack: Pack) -> tuple[Declaration, ...]:
    """The range features of the levels the items of a pack have."""
    stream = pack.streams.get("purchases")
    if stream is None:
        return ()
    declared: tuple[Declaration, ...] = ()
    for plural, column in LEVELS:
        if column in stream.columns:
            declared += _distinct(plural, column)
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


def _shares_of(column: str, texts: Sequence[str]) -> tuple[Declaration, ...]:
    declared: tuple[Declaration, ...] = ()
    for text, word in slugs(texts).items():
        spent = Total(BOUGHT.also(column, "=", text), "amount_cents")
        declared += windowed(f"{column}_{word}_spend", Ratio(spent, SPEND_GROSS, "share"), meaning=f"Share of the money spent {{window}} that went to {_kind(column)}{quoted(text)}.", unit="share", group=BASKET, said=f"{{value}} of the money spent {{window}} went to {_kind(column)}{quoted(text)}", missing=NO_SPEND, windows=_SHARE_WINDOWS)
    return declared
# fmt: on


def _kind(column: str) -> str:
    return "" if column == "department" else f"the {column} "
