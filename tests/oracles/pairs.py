"""What is known of a customer and an item, computed anew from the meaning of each feature, in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from training.datasets.purchases.bought import Bought
from training.datasets.purchases.item_facts import ItemFacts
from training.families.items.recommenders.item_kernel import ItemKernel

DAY = 86_400


def pair(bought: Bought, item: int, kernel: ItemKernel, facts: ItemFacts) -> dict[str, float]:
    """The features of the only customer of ``bought`` and one item; NaN where nothing is known."""
    rows = [
        (int(s), int(i), float(p))
        for s, i, p in zip(bought.seconds, bought.items, bought.pieces, strict=True)
    ]
    orders = sorted({when for when, _, _ in rows})
    holding = defaultdict(list)
    for when, one, _ in rows:
        holding[one].append(when)
    nan, now = math.nan, bought.as_of
    mine = holding.get(item, [])
    found = {"times_bought": float(len(mine))}
    age = [(now - when) / DAY for when in mine]
    found["bought_lately"] = sum(2.0 ** (-one / 60) for one in age)
    found["pieces_bought"] = math.log1p(sum(p for _, one, p in rows if one == item))
    gap = max((mine[-1] - mine[0]) / DAY / (len(mine) - 1), 1.0) if len(mine) > 1 else nan
    usual_gap = float(facts.gap_days[item])
    found |= {
        "share_of_orders": len(mine) / sum(when >= mine[0] for when in orders) if mine else 0.0,
        "days_since_bought": age[-1] if mine else nan,
        "own_gap_days": gap,
        "due_ratio": age[-1] / (usual_gap if math.isnan(gap) else gap) if mine else nan,
        "orders_since": float(sum(when > mine[-1] for when in orders)) if mine else nan,
        "usual_gap_days": usual_gap,
        "repurchase_share": float(facts.repurchase_share[item]),
        "again_lately": float(facts.again_lately[item]) if mine else nan,
        "first_lately": nan if mine else float(facts.first_lately[item]),
    }

    def taste(other: int) -> float:
        return sum(kernel.weight(one, other) for one in holding if one != other)

    tastes = [taste(one) for one in range(kernel.items)]
    found["taste"] = tastes[item]
    found["taste_lately"] = sum(
        2.0 ** (-(now - when[-1]) / DAY / 30) * kernel.weight(one, item)
        for one, when in holding.items()
        if one != item
    )
    found["taste_share"] = tastes[item] / max(tastes) if max(tastes) > 0 else 0.0
    kind = facts.category[item]
    late = [2.0 ** (-(now - when) / DAY / 30) for when, _, _ in rows]
    alike = [facts.category[one] == kind for _, one, _ in rows]
    has = kind >= 0 and rows
    found["category_share"] = sum(alike) / len(rows) if has else nan
    found["category_lately"] = (
        sum(x for x, same in zip(late, alike, strict=True) if same) / sum(late) if has else nan
    )
    prices = [float(facts.price[one]) for _, one, _ in rows if not np.isnan(facts.price[one])]
    price = float(facts.price[item])
    found["price"] = price
    found["price_gap"] = price - sum(prices) / len(prices) if prices else nan
    for name in ("recent_share", "share", "trend", "age_days", "idle_days"):
        found[name] = float(getattr(facts, name)[item])
    found |= {
        "customer_orders": float(len(orders)),
        "items_per_order": len(rows) / len(orders) if orders else nan,
        "days_since_order": (now - orders[-1]) / DAY if orders else nan,
        "order_gap_days": (orders[-1] - orders[0]) / DAY / (len(orders) - 1)
        if len(orders) > 1
        else nan,
        "repeat_share": (len(rows) - len(holding)) / len(rows) if rows else nan,
    }
    return found
