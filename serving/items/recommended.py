"""What is proposed to a customer, and to whom an item: items with their chance and why, lists and takers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from serving.scores.order_chance import Source


@dataclass(frozen=True)
class ItemReason:
    """What one reason group adds to the log-odds of an item, in a sentence; ``because`` names items."""

    group: str
    title: str
    push: float
    text: str
    because: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True)
class Recommended:
    """An item with its chance, where it came from and why; base and pushes sum to the log-odds.

    ``probability_if_ordering`` is the chance of the item should the customer order, which the log-odds are of;
    ``probability`` that of an order with the item in it, None where nobody knows that of an order. ``text`` is its
    headline.
    """

    item_id: str
    name: str
    category: str
    probability: float | None
    probability_if_ordering: float
    log_odds: float
    source: str
    times_bought: int
    due_in_days: float | None
    text: str
    reasons: tuple[ItemReason, ...]


@dataclass(frozen=True)
class CustomerList:
    """What is proposed to one customer; ``fewer`` counts what was dropped where places stayed empty.

    ``order_probability`` is None of somebody of whom nobody knows it, and ``order_probability_from`` says which
    model it comes from.
    """

    items: tuple[Recommended, ...]
    order_probability: float | None
    order_probability_from: Source | None
    fallback: str = ""
    fewer: Mapping[str, int] | None = None
    is_within_quotas: bool = True


class LikelyTaker(NamedTuple):
    """A customer who would take an item: the chance of an order within the horizon, times that of the item in it."""

    customer_id: str
    probability: float
    probability_if_ordering: float
    order_probability: float
    order_probability_from: Source
    times_bought: int
    due_in_days: float | None
