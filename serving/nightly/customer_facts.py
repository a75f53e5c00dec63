"""Plain facts about each customer that a page shows beside the score: last order and recent spend."""

from __future__ import annotations

import numpy as np

from features.store.pack import Pack
from features.vocabulary.time import DAY_SECONDS
from serving.snapshot.columns import CustomerFacts, unjudged

SPEND_DAYS = 365
_CUSTOMERS_AT_ONCE = 50_000


def customer_facts(
    pack: Pack, cutoff_seconds: int, *, at_once: int = _CUSTOMERS_AT_ONCE
) -> CustomerFacts:
    """What was known before a cutoff; a returned line is spend given back and no order.

    A company without a table of purchases has no orders and no spend; whether a spend of 0 is known to be one,
    ``Pack.money_is_known`` says.
    """
    purchases, customers = pack.streams.get("purchases"), pack.customers
    facts = CustomerFacts(**unjudged(CustomerFacts, customer=customers))
    if purchases is None:
        return facts
    for first in range(0, customers, at_once):
        last = min(first + at_once, customers)
        offsets = purchases.offsets[first : last + 1]
        rows = slice(int(offsets[0]), int(offsets[-1]))
        owner = np.repeat(np.arange(first, last), np.diff(offsets))
        when = purchases.seconds[rows]
        known = when if purchases.known is None else purchases.known[rows]
        counts = (when < cutoff_seconds) & (known < cutoff_seconds)
        recent = counts & (when >= cutoff_seconds - SPEND_DAYS * DAY_SECONDS)
        np.add.at(facts.spend_cents, owner[recent], purchases.columns["amount_cents"][rows][recent])
        bought = counts & (purchases.columns["quantity_milli"][rows] > 0)
        # Lines are sorted by time, so the last assignment to a customer is the latest order, and backwards the first.
        facts.last_order_seconds[owner[bought]] = when[bought]
        facts.first_order_seconds[owner[bought][::-1]] = when[bought][::-1]
        facts.last_order_day[owner[bought]] = purchases.columns["local_day"][rows][bought]
    return facts
