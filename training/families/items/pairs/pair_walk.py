"""One walk over customers' purchases, compiled: candidates of each, and everything that is known of them.

Scratch has one entry an item of the catalogue; it is made once a call and left clean after every customer,
so that a customer costs what they bought and not what there is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from training.compiled import compiled
from training.families.items.pairs.pair_description import (
    DAY_SECONDS,
    NOTHING,
    describe_customer,
    describe_item,
    describe_own,
)
from training.families.items.pairs.walk_tables import CustomerTotals, History, Scratch

MOST_OWN, MOST_TASTE, MOST_POPULAR, MOST_NEW = 200, 100, 40, 10
OWN, BY_TASTE, POPULAR, NEW, ASKED = range(5)
SOURCES = ("bought before", "goes with purchases", "popular", "new in a category", "asked for")
HALF_LIFE_SECONDS = np.float32(60 * 86_400)
"""The age at which a purchase counts half as a habit."""
LATELY_SECONDS = np.float32(30 * 86_400)
"""The age at which it counts half as what somebody buys lately."""


@compiled
def walk(bought: Any, tables: Any, asked: Any, only_asked: Any, found: Any) -> None:
    """Fill candidates and features of some customers; with ``only_asked`` nothing but the asked items."""
    scratch = _scratch(len(tables.offsets) - 1, tables.categories)
    longest = 1
    for customer in range(len(bought.offsets) - 1):
        longest = max(longest, bought.offsets[customer + 1] - bought.offsets[customer])
    history = _history(longest)
    for customer in range(len(bought.offsets) - 1):
        begin, end = bought.offsets[customer], bought.offsets[customer + 1]
        known = _read(bought, begin, end, tables, scratch, history)
        reached = _spread_taste(bought.as_of, known.owned, tables, scratch, history)
        items, sources = found.items[customer], found.sources[customer]
        count = 0
        if not only_asked:
            count = _gather(known.owned, reached, tables, scratch, history, items, sources)
        count = _add(asked, ASKED, len(asked), count, scratch, items, sources)
        found.counts[customer] = count
        highest = np.float32(0)
        for one in range(reached):
            highest = max(highest, scratch.taste[scratch.touched[one]])
        for one in range(count):
            out = found.values[customer, one]
            describe_own(items[one], bought.as_of, known, tables, scratch, history, out)
            describe_item(items[one], highest, known, tables, scratch, out)
            describe_customer(known, out)
        _clear(bought, begin, end, reached, count, tables, scratch, items)


@compiled
def _scratch(catalogue: Any, categories: Any) -> Any:
    return Scratch(
        np.full(catalogue, -1, np.int32),
        np.zeros(catalogue, np.float32),
        np.zeros(catalogue, np.float32),
        np.zeros(catalogue, np.bool_),
        np.empty(catalogue, np.int32),
        np.zeros(catalogue, np.bool_),
        np.empty(catalogue, np.float32),
        np.zeros(categories, np.float32),
        np.zeros(categories, np.float32),
    )


@compiled
def _history(longest: Any) -> Any:
    return History(
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.empty(longest, np.float32),
        np.empty(longest, np.float32),
    )


@compiled
def _read(bought: Any, begin: Any, end: Any, tables: Any, scratch: Any, history: Any) -> Any:
    """Gather a customer's rows by item and by category, and what they tell of the customer."""
    owned, orders, priced = 0, 0, 0
    price_sum, late_lines = np.float32(0), np.float32(0)
    for row in range(begin, end):
        if row == begin or bought.seconds[row] != bought.seconds[row - 1]:
            orders += 1
        item = bought.items[row]
        place = scratch.place_of[item]
        if place < 0:
            place = owned
            owned += 1
            scratch.place_of[item] = place
            history.item[place], history.times[place] = item, 0
            history.first[place], history.first_order[place] = bought.seconds[row], orders
            history.decayed[place], history.pieces[place] = 0, 0
        age = np.float32(bought.as_of - bought.seconds[row])
        history.times[place] += 1
        history.pieces[place] += bought.pieces[row]
        history.last[place], history.last_order[place] = bought.seconds[row], orders
        history.decayed[place] += np.float32(2.0) ** (-age / HALF_LIFE_SECONDS)
        weight = np.float32(2.0) ** (-age / LATELY_SECONDS)
        late_lines += weight
        if not np.isnan(tables.price[item]):
            price_sum += tables.price[item]
            priced += 1
        if tables.category[item] >= 0:
            scratch.in_category[tables.category[item]] += 1
            scratch.in_category_lately[tables.category[item]] += weight
    usual_price, since, gap = NOTHING, NOTHING, NOTHING
    if priced > 0:
        usual_price = price_sum / np.float32(priced)
    if orders > 0:
        since = np.float32(bought.as_of - bought.seconds[end - 1]) / DAY_SECONDS
    if orders > 1:
        span = np.float32(bought.seconds[end - 1] - bought.seconds[begin]) / DAY_SECONDS
        gap = span / np.float32(orders - 1)
    return CustomerTotals(owned, orders, end - begin, late_lines, usual_price, since, gap)


@compiled
def _spread_taste(as_of: Any, owned: Any, tables: Any, scratch: Any, history: Any) -> Any:
    """Add up what each owned item says for others, once however often it was bought; gives how many it reaches."""
    reached = 0
    for place in range(owned):
        item = history.item[place]
        weight = np.float32(2.0) ** (-np.float32(as_of - history.last[place]) / LATELY_SECONDS)
        for one in range(tables.offsets[item], tables.offsets[item + 1]):
            other = tables.neighbours[one]
            if other == item:
                continue
            if not scratch.is_touched[other]:
                scratch.is_touched[other] = True
                scratch.touched[reached] = other
                reached += 1
            scratch.taste[other] += tables.weights[one]
            scratch.lately[other] += weight * tables.weights[one]
    return reached


@compiled
def _gather(
    owned: Any, reached: Any, tables: Any, scratch: Any, history: Any, items: Any, sources: Any
) -> Any:
    """What was bought, the latest first; what goes with it; what is popular; what is new in its categories."""
    count = _add(history.item[:owned][::-1], OWN, MOST_OWN, 0, scratch, items, sources)
    border = _border(reached, scratch)
    above, equal = 0, 0
    chosen = np.empty(reached, np.int32)
    for one in range(reached):
        item = scratch.touched[one]
        if scratch.place_of[item] < 0 and scratch.taste[item] > border:
            chosen[above] = item
            above += 1
    # Those at the border by their place, whatever order they were reached in.
    for one in range(reached):
        item = scratch.touched[one]
        if border > 0 and scratch.place_of[item] < 0 and scratch.taste[item] == border:
            chosen[above + equal] = item
            equal += 1
    chosen[above : above + equal].sort()
    count = _add(chosen[: above + equal], BY_TASTE, MOST_TASTE, count, scratch, items, sources)
    count = _add(tables.popular, POPULAR, len(tables.popular), count, scratch, items, sources)
    fitting = np.empty(len(tables.arrivals), np.int32)
    fit = 0
    for item in tables.arrivals:
        if scratch.in_category[tables.category[item]] > 0:
            fitting[fit] = item
            fit += 1
    return _add(fitting[:fit], NEW, MOST_NEW, count, scratch, items, sources)


@compiled
def _border(reached: Any, scratch: Any) -> Any:
    """The taste that the last of the strongest items not owned has; 0 where all of them fit."""
    others = 0
    for one in range(reached):
        item = scratch.touched[one]
        if scratch.place_of[item] < 0 and scratch.taste[item] > 0:
            scratch.strongest[others] = -scratch.taste[item]
            others += 1
    if others <= MOST_TASTE:
        return np.float32(0)
    return -np.partition(scratch.strongest[:others], MOST_TASTE - 1)[MOST_TASTE - 1]


@compiled
def _add(
    wanted: Any, source: Any, most: Any, count: Any, scratch: Any, items: Any, sources: Any
) -> Any:
    """Make candidates of items that are none yet, as many as ``most``; what was bought says so."""
    taken = 0
    for item in wanted:
        if not scratch.is_candidate[item] and taken < most and count < len(items):
            scratch.is_candidate[item] = True
            items[count] = item
            sources[count] = OWN if scratch.place_of[item] >= 0 else source
            count += 1
            taken += 1
    return count


@compiled
def _clear(
    bought: Any,
    begin: Any,
    end: Any,
    reached: Any,
    count: Any,
    tables: Any,
    scratch: Any,
    items: Any,
) -> None:
    """Take back every mark this customer left."""
    for one in range(count):
        scratch.is_candidate[items[one]] = False
    for one in range(reached):
        other = scratch.touched[one]
        scratch.taste[other], scratch.lately[other] = 0, 0
        scratch.is_touched[other] = False
    for row in range(begin, end):
        item = bought.items[row]
        scratch.place_of[item] = -1
        if tables.category[item] >= 0:
            scratch.in_category[tables.category[item]] = 0
            scratch.in_category_lately[tables.category[item]] = 0
