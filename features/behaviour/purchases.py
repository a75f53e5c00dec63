"""What a customer bought: orders, spend, baskets, returns, discounts and channels, window by window.

An **order** is an order number with at least one line of positive quantity; an order number that has
only returned lines is no order. A **return** is an order number with at least one line of negative
quantity, so an order from which something came back later counts as both. Spend is net of returns;
gross spend counts bought lines alone. Money is in cents, quantities are in pieces.
"""

from __future__ import annotations

from features.behaviour.groups import BASKET, CHANNEL, FREQUENCY, PRICE, RETURNS, SPEND
from features.declarations import (
    Count,
    Declaration,
    Distinct,
    Events,
    Largest,
    Ratio,
    Sum,
    Total,
    quoted,
    slugs,
    windowed,
)
from features.store.pack import EventStream, Pack

AMOUNT = "amount_cents"
"""What was paid for a line."""
LINES = Events("purchases")
BOUGHT = LINES.also("quantity_milli", ">", 0)
RETURNED = LINES.also("quantity_milli", "<", 0)
DISCOUNTED = BOUGHT.also("discount_cents", ">", 0)

ORDERS = Distinct(BOUGHT, "order")
BOUGHT_LINES = Count(BOUGHT)
PIECES = Total(BOUGHT, "quantity_milli", per=1000)
SPEND_NET = Total(LINES, AMOUNT)
SPEND_GROSS = Total(BOUGHT, AMOUNT)
ACTIVE_DAYS = Distinct(BOUGHT, "local_day")
ITEMS = Distinct(BOUGHT, "item")
RETURNS_COUNT = Distinct(RETURNED, "order")
GIVEN_BACK = Total(RETURNED, AMOUNT, per=-1)
DISCOUNT = Total(BOUGHT, "discount_cents")

ZERO = "Zero when there was none."
NO_ORDER = "Missing when there was no order."
NO_SPEND = "Missing when nothing was spent."
MOST_CHANNELS = 12
"""Only so many channels have features of their own; there is a limit to what a plan can hold."""


def purchases(pack: Pack) -> tuple[Declaration, ...]:
    """The purchase features that the columns of the table of purchases allow."""
    stream = pack.streams.get("purchases")
    if stream is None:
        return ()
    declared = (*_frequency(), *_spend(), *_baskets(), *_returns())
    if "discount_cents" in stream.columns:
        declared += _discounts()
    if "channel" in stream.columns:
        declared += _channels(stream)
    return declared


# fmt: off
def _frequency() -> tuple[Declaration, ...]:
    return (
        *windowed("orders", ORDERS, meaning="Orders placed {window}.", unit="orders", group=FREQUENCY, said="{value} orders {window}", missing=ZERO),
        *windowed("active_days", ACTIVE_DAYS, meaning="Different days with an order {window}.", unit="count", group=FREQUENCY, said="bought on {value} different days {window}", missing=ZERO),
        *windowed("lines", BOUGHT_LINES, meaning="Order lines bought {window}.", unit="lines", group=FREQUENCY, said="{value} order lines {window}", missing=ZERO),
    )


def _spend() -> tuple[Declaration, ...]:
    return (
        *windowed("spend", SPEND_NET, meaning="Money spent {window}, less what was given back for returns.", unit="cents", group=SPEND, said="spent {value} {window}, net of returns", missing=ZERO),
        *windowed("gross_spend", SPEND_GROSS, meaning="Money spent {window}, before returns.", unit="cents", group=SPEND, said="spent {value} {window} before returns", missing=ZERO),
        *windowed("order_spend", Ratio(SPEND_GROSS, ORDERS, "mean"), meaning="Average order value {window}, before returns.", unit="cents", group=SPEND, said="{value} an order {window}", missing=NO_ORDER, actionable="now"),
        *windowed("line_spend", Largest(BOUGHT, AMOUNT), meaning="The dearest order line {window}.", unit="cents", group=SPEND, said="most spent on one item {window}: {value}", missing=NO_ORDER),
    )


def _baskets() -> tuple[Declaration, ...]:
    return (
        *windowed("quantity", PIECES, meaning="Pieces bought {window}.", unit="pieces", group=BASKET, said="{value} items bought {window}", missing=ZERO),
        *windowed("items", ITEMS, meaning="Different items bought {window}.", unit="count", group=BASKET, said="{value} different items {window}", missing=ZERO, actionable="now"),
        *windowed("order_quantity", Ratio(PIECES, ORDERS, "mean"), meaning="Pieces in an average order {window}.", unit="pieces", group=BASKET, said="{value} items an order {window}", missing=NO_ORDER, actionable="now"),
        *windowed("order_lines", Ratio(BOUGHT_LINES, ORDERS, "mean"), meaning="Lines in an average order {window}.", unit="lines", group=BASKET, said="{value} lines an order {window}", missing=NO_ORDER, actionable="now"),
        *windowed("item_variety", Ratio(ITEMS, BOUGHT_LINES, "share"), meaning="Different items as a share of the lines bought {window}: 1 when nothing was bought twice.", unit="share", group=BASKET, said="{value} of what was bought {window} were different items", missing=NO_ORDER),
        *windowed("piece_price", Ratio(SPEND_GROSS, PIECES, "mean"), meaning="Average price of a piece {window}.", unit="cents", group=PRICE, said="{value} an item on average {window}", missing=NO_ORDER),
    )


def _returns() -> tuple[Declaration, ...]:
    return (
        *windowed("returns", RETURNS_COUNT, meaning="Order numbers with a returned line {window}.", unit="count", group=RETURNS, said="{value} returns {window}", missing=ZERO),
        *windowed("returned_spend", GIVEN_BACK, meaning="Money given back for returns {window}.", unit="cents", group=RETURNS, said="{value} given back for returns {window}", missing=ZERO),
        *windowed("returned_spend", Ratio(GIVEN_BACK, SPEND_GROSS, "share"), meaning="Money given back for returns {window}, as a share of the money spent.", unit="share", group=RETURNS, said="{value} of the money spent {window} was given back for returns", missing=NO_SPEND),
    )


def _discounts() -> tuple[Declaration, ...]:
    full_price = Sum(SPEND_GROSS, DISCOUNT)
    return (
        *windowed("discount", DISCOUNT, meaning="Money saved by discounts {window}.", unit="cents", group=PRICE, said="saved {value} by discounts {window}", missing=ZERO, actionable="now"),
        *windowed("discount", Ratio(DISCOUNT, full_price, "share"), meaning="Discounts as a share of the full price of what was bought {window}.", unit="share", group=PRICE, said="{value} off the full price {window}", missing=NO_SPEND, actionable="now"),
        *windowed("discounted_lines", Ratio(Count(DISCOUNTED), BOUGHT_LINES, "share"), meaning="Share of the lines bought {window} that had a discount.", unit="share", group=PRICE, said="{value} of what was bought {window} had a discount", missing=NO_ORDER, actionable="now"),
    )


def _channels(stream: EventStream) -> tuple[Declaration, ...]:
    declared = windowed("channels", Distinct(BOUGHT, "channel"), meaning="Different channels bought through {window}.", unit="count", group=CHANNEL, said="bought through {value} channels {window}", missing=ZERO)
    for channel, word in slugs(sorted(stream.dictionaries["channel"])[:MOST_CHANNELS]).items():
        through = Distinct(BOUGHT.also("channel", "=", channel), "order")
        declared += windowed(f"channel_{word}_orders", Ratio(through, ORDERS, "share"), meaning=f"Share of the orders {{window}} with a line bought through {quoted(channel)}.", unit="share", group=CHANNEL, said=f"{{value}} of the orders {{window}} through {quoted(channel)}", missing=NO_ORDER)
    return declared
# fmt: on
