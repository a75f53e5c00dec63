"""What is known of a customer and an item together, written as features; compiled, one pair at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.compiled import compiled
from training.families.items.pairs.pair_features import POSITIONS

DAY_SECONDS = np.float32(86_400)
NOTHING = np.float32(np.nan)

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


@compiled
def describe_own(
    item: Any, as_of: Any, known: Any, tables: Any, scratch: Any, history: Any, out: Any
) -> None:
    """What the customer's own purchases of the item tell."""
    place = scratch.place_of[item]
    out[_USUAL_GAP], out[_REPURCHASE] = tables.gap_days[item], tables.repurchase_share[item]
    if place < 0:
        out[_TIMES] = out[_SHARE_OF_ORDERS] = out[_BOUGHT_LATELY] = out[_PIECES] = 0
        out[_SINCE] = out[_OWN_GAP] = out[_DUE_RATIO] = out[_ORDERS_SINCE] = NOTHING
        out[_AGAIN_LATELY], out[_FIRST_LATELY] = NOTHING, tables.first_lately[item]
        return
    times = history.times[place]
    since = np.float32(as_of - history.last[place]) / DAY_SECONDS
    gap = NOTHING
    if times > 1:
        span = np.float32(history.last[place] - history.first[place]) / DAY_SECONDS
        gap = max(span / np.float32(times - 1), np.float32(1.0))
    out[_TIMES] = times
    orders_with = np.float32(known.orders - history.first_order[place] + 1)
    out[_SHARE_OF_ORDERS] = np.float32(times) / orders_with
    out[_BOUGHT_LATELY] = history.decayed[place]
    out[_PIECES] = np.log1p(history.pieces[place])
    out[_SINCE], out[_OWN_GAP] = since, gap
    out[_DUE_RATIO] = since / (tables.gap_days[item] if np.isnan(gap) else gap)
    out[_ORDERS_SINCE] = known.orders - history.last_order[place]
    out[_AGAIN_LATELY], out[_FIRST_LATELY] = tables.again_lately[item], NOTHING


@compiled
def describe_item(item: Any, highest: Any, known: Any, tables: Any, scratch: Any, out: Any) -> None:
    """How it fits the customer's taste, categories and prices, and what others do."""
    taste = scratch.taste[item]
    out[_TASTE], out[_TASTE_LATELY] = taste, scratch.lately[item]
    out[_TASTE_SHARE] = taste / highest if highest > 0 else np.float32(0)
    kind = tables.category[item]
    out[_CATEGORY], out[_CATEGORY_LATELY] = NOTHING, NOTHING
    if kind >= 0 and known.lines > 0:
        out[_CATEGORY] = scratch.in_category[kind] / np.float32(known.lines)
        out[_CATEGORY_LATELY] = scratch.in_category_lately[kind] / known.late_lines
    out[_PRICE] = tables.price[item]
    out[_PRICE_GAP] = tables.price[item] - known.usual_price
    out[_RECENT_SHARE], out[_SHARE] = tables.recent_share[item], tables.share[item]
    out[_TREND], out[_AGE] = tables.trend[item], tables.age_days[item]
    out[_IDLE] = tables.idle_days[item]


@compiled
def describe_customer(known: Any, out: Any) -> None:
    """What holds of the customer whatever the item."""
    lines = np.float32(known.lines)
    out[_ORDERS] = known.orders
    out[_SINCE_ORDER], out[_ORDER_GAP] = known.days_since_order, known.order_gap_days
    out[_ITEMS_PER_ORDER], out[_REPEAT_SHARE] = NOTHING, NOTHING
    if known.orders > 0:
        out[_ITEMS_PER_ORDER] = lines / np.float32(known.orders)
        out[_REPEAT_SHARE] = np.float32(known.lines - known.owned) / lines
