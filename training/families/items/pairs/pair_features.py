"""What a ranker reads of a customer and an item: each feature declared once, with its reason group.

The kernel in ``pairs`` fills them in this order; a test computes each anew from its meaning.
"""

from __future__ import annotations

from features.declarations.values import Feature, ReasonGroup

HABIT = ReasonGroup("habit", "Bought before")
DUE = ReasonGroup("due", "Due again")
TASTE = ReasonGroup("taste", "Goes with what they buy")
CATEGORY = ReasonGroup("category", "Categories they buy")
PRICE_FIT = ReasonGroup("price_fit", "Price they pay")
DEMAND = ReasonGroup("demand", "What others buy now")
BUYER = ReasonGroup("buyer", "How much they buy")

PAIR_GROUPS = (HABIT, DUE, TASTE, CATEGORY, PRICE_FIT, DEMAND, BUYER)


def _feature(name: str, group: ReasonGroup, unit: str, meaning: str, missing: str = "") -> Feature:
    said = f"{meaning[0].lower()}{meaning[1:]}: {{value}}"
    return Feature(name, meaning, unit, group.name, "context", missing, said)


_NEVER = "never bought by this customer"
PAIR_FEATURES = (
    _feature("times_bought", HABIT, "orders", "Orders of the customer that hold the item"),
    _feature(
        "share_of_orders", HABIT, "share", "Share of orders since the first with it that hold it"
    ),
    _feature(
        "bought_lately", HABIT, "orders", "Orders with it, one of sixty days ago counting half"
    ),
    _feature("days_since_bought", DUE, "days", "Days since the customer last bought it", _NEVER),
    _feature("own_gap_days", DUE, "days", "Days between two orders of it by this customer", _NEVER),
    _feature("due_ratio", DUE, "ratio", "Days since it was bought over the days it lasts", _NEVER),
    _feature("orders_since", DUE, "orders", "Orders of the customer since the last with it", _NEVER),
    _feature("usual_gap_days", DUE, "days", "Days after which customers buy it again", "unknown"),
    _feature("repurchase_share", DUE, "share", "Share of its customers who bought it again"),
    _feature("taste", TASTE, "number", "How much it goes with everything the customer owns"),
    _feature("taste_lately", TASTE, "number", "How much it goes with what they bought lately"),
    _feature("taste_share", TASTE, "share", "Its taste over the highest of all items"),
    _feature("category_share", CATEGORY, "share", "Share of their lines in its category", "none"),
    _feature(
        "category_lately", CATEGORY, "share", "Share of their latest lines in its category", "none"
    ),
    _feature("price", PRICE_FIT, "number", "Its usual price, as a logarithm of cents", "unknown"),
    _feature(
        "price_gap", PRICE_FIT, "number", "Its price over what they usually pay, as a logarithm",
        "unknown",
    ),
    _feature("recent_share", DEMAND, "number", "Share of active customers who bought it lately"),
    _feature("share", DEMAND, "number", "Share of all customers who ever bought it"),
    _feature("trend", DEMAND, "number", "Its customers of late against the two months before"),
    _feature("age_days", DEMAND, "days", "Days since it was first sold", "never sold"),
    _feature("idle_days", DEMAND, "days", "Days since anybody last bought it", "never sold"),
    _feature("customer_orders", BUYER, "orders", "Orders of the customer"),
    _feature("items_per_order", BUYER, "number", "Items in an order of the customer"),
    _feature("days_since_order", BUYER, "days", "Days since the customer's last order"),
    _feature("order_gap_days", BUYER, "days", "Days between two orders of the customer", "one order"),
    _feature("repeat_share", BUYER, "share", "Share of their lines that repeat an earlier one"),
    _feature("pieces_bought", HABIT, "number", "Pieces the customer bought of it, as a logarithm"),
    _feature(
        "again_lately", DUE, "number",
        "How many of the active customers who had bought it before took it again lately", _NEVER,
    ),
    _feature(
        "first_lately", DEMAND, "number",
        "How many of the active customers who had never bought it took it lately", "bought before",
    ),
)  # fmt: skip

NAMES = tuple(one.name for one in PAIR_FEATURES)
POSITIONS = {name: place for place, name in enumerate(NAMES)}
GROUP_OF = tuple([group.name for group in PAIR_GROUPS].index(one.group) for one in PAIR_FEATURES)
