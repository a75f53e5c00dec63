"""One walk over customers' purchases, compiled: candidates of each, and everything that is known of them.

Scratch has one entry an item of the catalogue; it is made once a call and left clean after every customer,
so that a customer costs what they bought and not what there is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.compiled import compiled
from training.families.items.pairs.pair_features import POSITIONS

MOST_OWN, MOST_TASTE, MOST_POPULAR, MOST_NEW = 200, 100, 40, 10
OWN, BY_TASTE, POPULAR, NEW, ASKED = range(5)
SOURCES = ("bought before", "goes with purchases", "popular", "new in a category", "asked for")
HALF_LIFE_SECONDS = np.float32(60 * 86_400)
"""The age at which a purchase counts half as a habit."""
LATELY_SECONDS = np.float32(30 * 86_400)
"""The age at which it counts half as what somebody buys lately."""
_DAY = np.float32(86_400)
_NOTHING = np.float32(np.nan)

_TIMES, _SHARE_OF_ORDERS = POSITIONS["times_bought"], POSITIONS["share_of_orders"]
_BOUGHT_LATELY, _PIECES = POSITIONS["bought_lately"], POSITIONS["pieces_bought"]
_SINCE, _OWN_GAP = POSITIONS["days_since_bought"], POSITIONS["own_gap_days"]
_DUE_RATIO, _ORDERS_SINCE = POSITIONS["due_ratio"], POSITIONS["orders_since"]
_USUAL_GAP, _REPURCHASE = POSITIONS["usual_gap_days"], POSITIONS["repurchase_share"]
_TASTE, _TASTE_LATELY = POSITIONS["taste"], POSITIONS["taste_lately"]
_TASTE_SHARE = POSITIONS["taste_share"]
_CATEGORY, _CATEGORY_LATELY = POSITIONS["category_share"], POSITIONS["category_lately"]
_PRICE, _PRICE_GAP = POSITIONS["price"], POSITIONS["price_gap"]
_RECENT_SHARE, _SHARE, _TREND = (POSITIONS[one] for one in ("recent_share", "share", "trend"))
_AGE, _IDLE = POSITIONS["age_days"], POSITIONS["idle_days"]
_ORDERS, _ITEMS_PER_ORDER = POSITIONS["customer_orders"], POSITIONS["items_per_order"]
_SINCE_ORDER, _ORDER_GAP = POSITIONS["days_since_order"], POSITIONS["order_gap_days"]
_REPEAT_SHARE = POSITIONS["repeat_share"]
_AGAIN_LATELY, _FIRST_LATELY = POSITIONS["again_lately"], POSITIONS["first_lately"]


class Purchases(NamedTuple):
    """The rows of some customers, as ``Bought`` holds them."""

    offsets: NDArray[np.int64]
    items: NDArray[np.int32]
    seconds: NDArray[np.int64]
    pieces: NDArray[np.float32]
    as_of: int


class Told(NamedTuple):
    """What is told of items: the kernel, the facts by column, and the lists everybody is looked at with."""

    offsets: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    weights: NDArray[np.float32]
    recent_share: NDArray[np.float32]
    share: NDArray[np.float32]
    trend: NDArray[np.float32]
    repurchase_share: NDArray[np.float32]
    gap_days: NDArray[np.float32]
    age_days: NDArray[np.float32]
    idle_days: NDArray[np.float32]
    price: NDArray[np.float32]
    again_lately: NDArray[np.float32]
    first_lately: NDArray[np.float32]
    category: NDArray[np.int32]
    categories: int
    popular: NDArray[np.int32]
    arrivals: NDArray[np.int32]


class Found(NamedTuple):
    """Where the walk writes: how many candidates, which, from where, and their features."""

    counts: NDArray[np.int64]
    items: NDArray[np.int32]
    sources: NDArray[np.int8]
    values: NDArray[np.float32]


class _Scratch(NamedTuple):
    """By item: its place among the customer's own, or -1; how much speaks for it; marks. And by category."""

    place_of: Any
    taste: Any
    lately: Any
    is_touched: Any
    touched: Any
    is_candidate: Any
    strongest: Any
    in_category: Any
    in_category_lately: Any


class _History(NamedTuple):
    """The customer's distinct items, in the order they were first bought."""

    item: Any
    times: Any
    first: Any
    last: Any
    first_order: Any
    last_order: Any
    decayed: Any
    pieces: Any


class _Customer(NamedTuple):
    """What is known of a customer whatever the item; NaN where nothing is."""

    owned: int
    orders: int
    lines: int
    late_lines: np.float32
    usual_price: np.float32
    days_since_order: np.float32
    order_gap_days: np.float32


@compiled
def walk(bought: Any, told: Any, asked: Any, only_asked: Any, found: Any) -> None:
    """Fill candidates and features of some customers; with ``only_asked`` nothing but the asked items."""
    scratch = _scratch(len(told.offsets) - 1, told.categories)
    longest = 1
    for customer in range(len(bought.offsets) - 1):
        longest = max(longest, bought.offsets[customer + 1] - bought.offsets[customer])
    history = _history(longest)
    for customer in range(len(bought.offsets) - 1):
        begin, end = bought.offsets[customer], bought.offsets[customer + 1]
        known = _read(bought, begin, end, told, scratch, history)
        reached = _spread_taste(bought.as_of, known.owned, told, scratch, history)
        items, sources = found.items[customer], found.sources[customer]
        count = 0
        if not only_asked:
            count = _gather(known.owned, reached, told, scratch, history, items, sources)
        count = _add(asked, ASKED, len(asked), count, scratch, items, sources)
        found.counts[customer] = count
        highest = np.float32(0)
        for one in range(reached):
            highest = max(highest, scratch.taste[scratch.touched[one]])
        for one in range(count):
            out = found.values[customer, one]
            _describe_own(items[one], bought.as_of, known, told, scratch, history, out)
            _describe_item(items[one], highest, known, told, scratch, out)
            _describe_customer(known, out)
        _clear(bought, begin, end, reached, count, told, scratch, items)


@compiled
def _scratch(catalogue: Any, categories: Any) -> Any:
    return _Scratch(
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
    return _History(
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
def _read(bought: Any, begin: Any, end: Any, told: Any, scratch: Any, history: Any) -> Any:
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
        if not np.isnan(told.price[item]):
            price_sum += told.price[item]
            priced += 1
        if told.category[item] >= 0:
            scratch.in_category[told.category[item]] += 1
            scratch.in_category_lately[told.category[item]] += weight
    usual_price, since, gap = _NOTHING, _NOTHING, _NOTHING
    if priced > 0:
        usual_price = price_sum / np.float32(priced)
    if orders > 0:
        since = np.float32(bought.as_of - bought.seconds[end - 1]) / _DAY
    if orders > 1:
        span = np.float32(bought.seconds[end - 1] - bought.seconds[begin]) / _DAY
        gap = span / np.float32(orders - 1)
    return _Customer(owned, orders, end - begin, late_lines, usual_price, since, gap)


@compiled
def _spread_taste(as_of: Any, owned: Any, told: Any, scratch: Any, history: Any) -> Any:
    """Add up what each owned item says for others, once however often it was bought; gives how many it reaches."""
    reached = 0
    for place in range(owned):
        item = history.item[place]
        weight = np.float32(2.0) ** (-np.float32(as_of - history.last[place]) / LATELY_SECONDS)
        for one in range(told.offsets[item], told.offsets[item + 1]):
            other = told.neighbours[one]
            if other == item:
                continue
            if not scratch.is_touched[other]:
                scratch.is_touched[other] = True
                scratch.touched[reached] = other
                reached += 1
            scratch.taste[other] += told.weights[one]
            scratch.lately[other] += weight * told.weights[one]
    return reached


@compiled
def _gather(
    owned: Any, reached: Any, told: Any, scratch: Any, history: Any, items: Any, sources: Any
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
    count = _add(told.popular, POPULAR, len(told.popular), count, scratch, items, sources)
    fitting = np.empty(len(told.arrivals), np.int32)
    fit = 0
    for item in told.arrivals:
        if scratch.in_category[told.category[item]] > 0:
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
def _describe_own(
    item: Any, as_of: Any, known: Any, told: Any, scratch: Any, history: Any, out: Any
) -> None:
    """What the customer's own purchases of the item tell."""
    place = scratch.place_of[item]
    out[_USUAL_GAP], out[_REPURCHASE] = told.gap_days[item], told.repurchase_share[item]
    if place < 0:
        out[_TIMES] = out[_SHARE_OF_ORDERS] = out[_BOUGHT_LATELY] = out[_PIECES] = 0
        out[_SINCE] = out[_OWN_GAP] = out[_DUE_RATIO] = out[_ORDERS_SINCE] = _NOTHING
        out[_AGAIN_LATELY], out[_FIRST_LATELY] = _NOTHING, told.first_lately[item]
        return
    times = history.times[place]
    since = np.float32(as_of - history.last[place]) / _DAY
    gap = _NOTHING
    if times > 1:
        span = np.float32(history.last[place] - history.first[place]) / _DAY
        gap = max(span / np.float32(times - 1), np.float32(1.0))
    out[_TIMES] = times
    orders_with = np.float32(known.orders - history.first_order[place] + 1)
    out[_SHARE_OF_ORDERS] = np.float32(times) / orders_with
    out[_BOUGHT_LATELY] = history.decayed[place]
    out[_PIECES] = np.log1p(history.pieces[place])
    out[_SINCE], out[_OWN_GAP] = since, gap
    out[_DUE_RATIO] = since / (told.gap_days[item] if np.isnan(gap) else gap)
    out[_ORDERS_SINCE] = known.orders - history.last_order[place]
    out[_AGAIN_LATELY], out[_FIRST_LATELY] = told.again_lately[item], _NOTHING


@compiled
def _describe_item(item: Any, highest: Any, known: Any, told: Any, scratch: Any, out: Any) -> None:
    """How it fits the customer's taste, categories and prices, and what others do."""
    taste = scratch.taste[item]
    out[_TASTE], out[_TASTE_LATELY] = taste, scratch.lately[item]
    out[_TASTE_SHARE] = taste / highest if highest > 0 else np.float32(0)
    kind = told.category[item]
    out[_CATEGORY], out[_CATEGORY_LATELY] = _NOTHING, _NOTHING
    if kind >= 0 and known.lines > 0:
        out[_CATEGORY] = scratch.in_category[kind] / np.float32(known.lines)
        out[_CATEGORY_LATELY] = scratch.in_category_lately[kind] / known.late_lines
    out[_PRICE] = told.price[item]
    out[_PRICE_GAP] = told.price[item] - known.usual_price
    out[_RECENT_SHARE], out[_SHARE] = told.recent_share[item], told.share[item]
    out[_TREND], out[_AGE] = told.trend[item], told.age_days[item]
    out[_IDLE] = told.idle_days[item]


@compiled
def _describe_customer(known: Any, out: Any) -> None:
    """What holds of the customer whatever the item."""
    lines = np.float32(known.lines)
    out[_ORDERS] = known.orders
    out[_SINCE_ORDER], out[_ORDER_GAP] = known.days_since_order, known.order_gap_days
    out[_ITEMS_PER_ORDER], out[_REPEAT_SHARE] = _NOTHING, _NOTHING
    if known.orders > 0:
        out[_ITEMS_PER_ORDER] = lines / np.float32(known.orders)
        out[_REPEAT_SHARE] = np.float32(known.lines - known.owned) / lines


@compiled
def _clear(
    bought: Any, begin: Any, end: Any, reached: Any, count: Any, told: Any, scratch: Any, items: Any
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
        if told.category[item] >= 0:
            scratch.in_category[told.category[item]] = 0
            scratch.in_category_lately[told.category[item]] = 0
