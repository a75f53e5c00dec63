"""What speaks for an item, in the words of a shop assistant: one sentence a reason group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.families.items.pairs.pair_features import POSITIONS


@dataclass(frozen=True)
class ItemWords:
    """The sentences of one language; ``{items}`` are names of items that were bought."""

    titles: dict[str, str]
    both: str
    every: str
    again_after: str
    bought_times: str
    bought_once: str
    new: str
    because: str
    like_others: str
    category: str
    no_category: str
    price_alike: str
    price_above: str
    price_below: str
    demand: str
    rare: str
    buyer: str
    newcomer: str
    each_day: str
    each_days: str
    under_a_day: str
    day: str
    days: str
    decimal: str

    def sentence(
        self, group: str, row: NDArray[np.float32], category: str, because: Sequence[str]
    ) -> str:
        """What a reason group says of a customer and an item, from the row the ranker read."""

        def fact(name: str) -> float:
            return float(row[POSITIONS[name]])

        if group == "due":
            return self._due(
                fact("own_gap_days"), fact("days_since_bought"), fact("usual_gap_days")
            )
        if group == "habit":
            times = round(fact("times_bought"))
            if times == 0:
                return self.new
            orders = round(fact("customer_orders"))
            return (self.bought_once if times == 1 else self.bought_times).format(times, orders)
        if group == "taste":
            named = [f"“{one}”" for one in because]
            if not named:
                return self.like_others
            items = (
                named[0] if len(named) == 1 else self.both.format(", ".join(named[:-1]), named[-1])
            )
            return self.because.format(items)
        if group == "category":
            share = fact("category_share")
            if not category or np.isnan(share):
                return self.no_category
            return self.category.format(self.percent(share), category)
        if group == "price_fit":
            gap = fact("price_gap")
            if np.isnan(gap) or abs(gap) < _ALIKE:
                return self.price_alike
            return self.price_above if gap > 0 else self.price_below
        if group == "demand":
            share = float(np.exp(fact("recent_share")))
            return self.demand.format(self.percent(share)) if share >= _SAYABLE else self.rare
        orders = round(fact("customer_orders"))
        return self.buyer.format(orders) if orders else self.newcomer

    def percent(self, share: float) -> str:
        """A share of one as percent."""
        shown = f"{100 * share:.0f}" if share >= 0.1 else f"{100 * share:.1f}"
        return shown.replace(".", self.decimal) + " %"

    def _due(self, own_gap: float, since: float, usual_gap: float) -> str:
        if np.isnan(since):
            return self.new
        last = self._days(since)
        if not np.isnan(own_gap):
            return self.every.format(self._each(own_gap), last)
        if np.isnan(usual_gap):
            return self.bought_once.format(1, 1)
        return self.again_after.format(self._each(usual_gap), last)

    def _each(self, days: float) -> str:
        whole = max(round(days), 1)
        return (self.each_day if whole == 1 else self.each_days).format(whole)

    def _days(self, days: float) -> str:
        whole = round(days)
        if whole < 1:
            return self.under_a_day
        return (self.day if whole == 1 else self.days).format(whole)


_ALIKE, _SAYABLE = 0.2, 0.005

ENGLISH = ItemWords(
    titles={
        "habit": "Bought before",
        "due": "Due again",
        "taste": "Goes with what they buy",
        "category": "Categories they buy",
        "price_fit": "Price they pay",
        "demand": "What others buy now",
        "buyer": "How much they buy",
    },
    both="{} and {}",
    every="every {}, last {} ago",
    again_after="others buy it again every {}, this customer last {} ago",
    bought_times="bought in {} of {} orders",
    bought_once="bought once before",
    new="never bought by this customer",
    because="because they bought {}",
    like_others="nothing they bought speaks for it",
    category="{} of what they bought is from {}",
    no_category="it is in no category they are known to buy from",
    price_alike="costs about what they usually pay",
    price_above="costs more than what they usually pay",
    price_below="costs less than what they usually pay",
    demand="{} of the customers of the last 30 days bought it",
    rare="few customers bought it in the last 30 days",
    buyer="a customer with {} orders",
    newcomer="a customer without an order so far",
    each_day="day",
    each_days="{} days",
    under_a_day="less than a day",
    day="{} day",
    days="{} days",
    decimal=".",
)
GERMAN = ItemWords(
    titles={
        "habit": "Schon gekauft",
        "due": "Wieder fällig",
        "taste": "Passt zu den Einkäufen",
        "category": "Gekaufte Kategorien",
        "price_fit": "Üblicher Preis",
        "demand": "Was andere jetzt kaufen",
        "buyer": "Umfang der Einkäufe",
    },
    both="{} und {}",
    every="alle {}, zuletzt vor {}",
    again_after="üblich ist ein Kauf alle {}, zuletzt vor {}",
    bought_times="in {} von {} Bestellungen gekauft",
    bought_once="einmal gekauft",
    new="von diesem Kunden noch nie gekauft",
    because="weil {} gekauft wurde",
    like_others="nichts Gekauftes spricht dafür",
    category="{} des Gekauften stammt aus {}",
    no_category="in keiner Kategorie, aus der gekauft wurde",
    price_alike="kostet etwa so viel wie üblich",
    price_above="kostet mehr als üblich",
    price_below="kostet weniger als üblich",
    demand="{} der Kunden der letzten 30 Tage haben es gekauft",
    rare="in den letzten 30 Tagen kauften es wenige",
    buyer="ein Kunde mit {} Bestellungen",
    newcomer="ein Kunde noch ohne Bestellung",
    each_day="Tage",
    each_days="{} Tage",
    under_a_day="weniger als einem Tag",
    day="{} Tag",
    days="{} Tagen",
    decimal=",",
)
WORDS = {"en": ENGLISH, "de": GERMAN}
