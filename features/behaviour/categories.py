"""How wide a customer buys: categories, departments and brands.

Lines whose item has no category, department or brand are left out of the counts. Only bought lines
count.
"""

from __future__ import annotations

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


def categories(pack: Pack) -> tuple[Declaration, ...]:
    """The range features of the levels the items of a pack have."""
    stream = pack.streams.get("purchases")
    if stream is None:
        return ()
    declared: tuple[Declaration, ...] = ()
    for plural, column in LEVELS:
        if column in stream.columns:
            declared += _distinct(plural, column)
    if "department" in stream.columns:
        declared += _departments(stream)
    return declared


# fmt: off
def _distinct(plural: str, column: str) -> tuple[Declaration, ...]:
    different = Distinct(BOUGHT, column)
    return windowed(plural, different, meaning=f"Different {plural} bought {{window}}.", unit="count", group=BASKET, said=f"bought from {{value}} {plural} {{window}}", missing=ZERO, actionable="now")


def _departments(stream: EventStream) -> tuple[Declaration, ...]:
    declared: tuple[Declaration, ...] = ()
    first = sorted(stream.dictionaries["department"])[:MOST_DEPARTMENTS]
    for department, word in slugs(first).items():
        spent = Total(BOUGHT.also("department", "=", department), "amount_cents")
        declared += windowed(f"department_{word}_spend", Ratio(spent, SPEND_GROSS, "share"), meaning=f"Share of the money spent {{window}} that went to {quoted(department)}.", unit="share", group=BASKET, said=f"{{value}} of the money spent {{window}} went to {quoted(department)}", missing=NO_SPEND, windows=(Window(90), Window(365), WHOLE_PAST))
    return declared
# fmt: on
