"""What is proposed to a customer, and to whom an item: items with their chance and why, lists and takers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


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
    """An item with its chance, where it came from and why; base and pushes sum to the log-odds."""

    item_id: str
    name: str
    category: str
    probability: float
    log_odds: float
    source: str
    times_bought: int
    due_in_days: float | None
    reasons: tuple[ItemReason, ...]

    @property
    def text(self) -> str:
        """What the strongest reason for it says; where nothing speaks for it, the strongest at all."""
        speaking = [one for one in self.reasons if one.push > 0] or list(self.reasons)
        return speaking[0].text if speaking else ""


@dataclass(frozen=True)
class CustomerList:
    """What is proposed to one customer; ``fewer`` counts what was dropped where places stayed empty.

    ``order_probability`` is None of somebody without an order so far.
    """

    items: tuple[Recommended, ...]
    order_probability: float | None
    fallback: str = ""
    fewer: Mapping[str, int] | None = None
    is_within_quotas: bool = True


class LikelyTaker(NamedTuple):
    """A customer who would take an item: the chance of an order within the horizon, times that of the item in it."""

    customer_id: str
    probability: float
    times_bought: int
    due_in_days: float | None
