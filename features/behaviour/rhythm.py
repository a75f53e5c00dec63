"""When a customer buys: how long ago, how regularly, and whether more or less than before.

Only bought lines count; returns do not move the rhythm. Times since an order run to the second; gaps
lie between one local calendar day with an order and the next, so two orders on a day are one visit.
An order that was extended later counts in the stretch of time of its latest line.
"""

from __future__ import annotations

from features.behaviour.groups import FREQUENCY, RETURNS, RHYTHM, TENURE, TREND
from features.behaviour.purchases import (
    BOUGHT,
    BOUGHT_LINES,
    ORDERS,
    PIECES,
    RETURNED,
    SPEND_GROSS,
)
from features.declarations import (
    Bins,
    Declaration,
    Difference,
    Gap,
    Ratio,
    SinceFirst,
    SinceLast,
    Value,
    declare,
)
from features.store.pack import Pack
from features.vocabulary.time import Window

RECENCY = SinceLast(BOUGHT)
TENURE_DAYS = SinceFirst(BOUGHT)
GAP_MEAN = Gap(BOUGHT, "mean")
GAP_SD = Gap(BOUGHT, "sd")
GAP_MAX = Gap(BOUGHT, "max")

# Subject, value, unit and wording of what may grow or shrink. Counts of items are left out: an item
# bought again counts in its latest stretch alone, which would look like growth.
_MEASURES = (
    ("spend", SPEND_GROSS, "cents", "the money spent"),
    ("orders", ORDERS, "orders", "the number of orders"),
    ("lines", BOUGHT_LINES, "lines", "the number of order lines"),
    ("quantity", PIECES, "pieces", "the number of pieces"),
)

NEVER = "Missing before the first order."
ONE_DAY = "Missing until there was an order on two different days."
TWO_GAPS = "Missing until there was an order on three different days."
NOTHING_BEFORE = "Missing when there was nothing in the stretch compared with."
FEW_GAPS = "Missing while there were fewer gaps."


def rhythm(pack: Pack) -> tuple[Declaration, ...]:
    """The rhythm features of the table of purchases."""
    if "purchases" not in pack.streams:
        return ()
    return (*_recency(), *_gaps(), *_slopes(), *_months(), *_growth())


# fmt: off
def _recency() -> tuple[Declaration, ...]:
    return (
        declare("order", RECENCY, meaning="Days since the last order.", unit="days", group=RHYTHM, said="last order {value} ago", missing=NEVER),
        declare("order", TENURE_DAYS, meaning="Days since the first order.", unit="days", group=TENURE, said="customer for {value}", missing=NEVER, actionable="context"),
        declare("return", SinceLast(RETURNED), meaning="Days since the last return.", unit="days", group=RETURNS, said="last return {value} ago", missing="Missing before the first return."),
        declare("buying_span", Difference(TENURE_DAYS, RECENCY, "days"), meaning="Days between the first order and the last.", unit="days", group=TENURE, said="{value} between the first order and the last", missing=NEVER, actionable="context"),
        declare("orders", Ratio(ORDERS, TENURE_DAYS, "per_day"), meaning="Orders a day since the first order.", unit="per_day", group=FREQUENCY, said="{value} orders a day since the first order", missing=NEVER),
        declare("spend", Ratio(SPEND_GROSS, TENURE_DAYS, "per_day"), meaning="Money spent a day since the first order, before returns.", unit="cents", group=FREQUENCY, said="{value} a day since the first order", missing=NEVER, said_as="comparison"),
    )


def _gaps() -> tuple[Declaration, ...]:
    return (
        declare("gap", GAP_MEAN, meaning="Usual time between one order day and the next.", unit="days", group=RHYTHM, said="usually buys every {value}", missing=ONE_DAY),
        declare("gap", GAP_SD, meaning="How much the time between order days varies (standard deviation).", unit="days", group=RHYTHM, said="time between orders varies by {value}", missing=TWO_GAPS, said_as="comparison"),
        declare("gap", GAP_MAX, meaning="The longest time between two order days so far.", unit="days", group=RHYTHM, said="longest pause so far {value}", missing=ONE_DAY),
        declare("gap", Gap(BOUGHT, "last", 1), meaning="Time between the last two order days.", unit="days", group=RHYTHM, said="{value} between the last two order days", missing=ONE_DAY),
        declare("gap", Gap(BOUGHT, "last", 2), meaning="The last gap between order days but one.", unit="days", group=RHYTHM, said="{value} in the gap before the last", missing=FEW_GAPS),
        declare("gap", Gap(BOUGHT, "last", 3), meaning="The last gap between order days but two.", unit="days", group=RHYTHM, said="{value} in the last gap but two", missing=FEW_GAPS),
        declare("gap", Gap(BOUGHT, "recent"), meaning="Average of the last three gaps between order days.", unit="days", group=RHYTHM, said="lately buys every {value}", missing=ONE_DAY),
        declare("gap_variation", Ratio(GAP_SD, GAP_MEAN), meaning="How irregular the buying is: variation of the gaps over their mean, 0 when perfectly regular.", unit="ratio", group=RHYTHM, said="gaps vary by {value} times their mean", missing=TWO_GAPS),
        declare("gap_change", Ratio(Gap(BOUGHT, "recent"), GAP_MEAN), meaning="The last three gaps against the customer's usual gap: above 1 when slowing down.", unit="ratio", group=TREND, said="recent gaps {value} times the usual one", missing=ONE_DAY),
        declare("silence", Ratio(RECENCY, GAP_MEAN), meaning="Time since the last order against the customer's usual gap: above 1 when overdue.", unit="ratio", group=RHYTHM, said="silent for {value} times the usual gap", missing=ONE_DAY, actionable="now"),
        declare("silence_longest", Ratio(RECENCY, GAP_MAX), meaning="Time since the last order against the longest gap so far: above 1 when silent as never before.", unit="ratio", group=RHYTHM, said="silent for {value} times the longest gap so far", missing=ONE_DAY, actionable="now"),
        declare("silence_recent", Ratio(RECENCY, Gap(BOUGHT, "recent")), meaning="Time since the last order against the last three gaps.", unit="ratio", group=RHYTHM, said="silent for {value} times the recent gap", missing=ONE_DAY, actionable="now"),
        declare("expected_next_order", Difference(GAP_MEAN, RECENCY, "days"), meaning="Days until the next order is due by the usual gap; negative when overdue.", unit="days", group=RHYTHM, said="next order due in {value}", missing=ONE_DAY, actionable="now", said_as="comparison"),
    )


def _slopes() -> tuple[Declaration, ...]:
    declared: tuple[Declaration, ...] = ()
    for subject, of, unit, what in _MEASURES:
        slope = Bins(of, "slope")
        year = of.over(Window(360))
        declared += (
            declare(subject, slope, meaning=f"Change of {what} from month to month over the last twelve stretches of 30 days.", unit=unit, group=TREND, said=f"{what} changed by {{value}} a month over the last year", missing="Zero when there was none.", said_as="comparison"),
            declare(f"{subject}_slope", Ratio(slope, year, "share"), meaning=f"Change of {what} from month to month, as a share of all of the last 360 days: negative when shrinking.", unit="share", group=TREND, said=f"{what} changed each month by {{value}} of the year's total", missing="Missing when there was none in the last 360 days.", said_as="comparison"),
        )
    return declared


def _months() -> tuple[Declaration, ...]:
    return (
        declare("order_months", Bins(ORDERS, "active"), meaning="In how many of the last twelve stretches of 30 days there was an order.", unit="count", group=FREQUENCY, said="an order in {value} of the last 12 months", missing="Zero when there was none."),
        declare("order_months", Bins(ORDERS, "streak"), meaning="How many of the latest stretches of 30 days in a row had an order.", unit="count", group=RHYTHM, said="an order in each of the last {value} months", missing="Zero when the last 30 days had none."),
    )


def _growth() -> tuple[Declaration, ...]:
    return tuple(
        declare(subject, growth_of(of, days), meaning=f"The last {days} days against the {days} days before, in {what}: above 1 when growing.", unit="ratio", group=TREND, said=f"{what} of the last {days} days {{value}} times that of the {days} days before", missing=NOTHING_BEFORE)
        for subject, of, _, what in _MEASURES
        for days in (30, 90, 180)
    )
# fmt: on


def growth_of(of: Value, days: int) -> Value:
    """The last so many days against as many before them."""
    recent = of.over(Window(days))
    before = Difference(of.over(Window(2 * days)), recent)
    return Ratio(recent, before, "growth", Window(days))
