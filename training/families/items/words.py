"""What speaks for an item, in the words of a shop assistant: one sentence a reason group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.families.items.pairs.pair_features import PAIR_GROUPS, POSITIONS
from training.reasons.languages.known import LANGUAGES
from training.reasons.languages.language import Language


class ItemWords:
    """The sentences of one language; items are called by the names the company has for them."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.titles = {one.name: language.title(one) for one in PAIR_GROUPS}

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
                return self._say("never bought by this customer")
            orders = round(fact("customer_orders"))
            if times == 1:
                return self._say("bought once before")
            return self._say("bought in {times} of {orders} orders").format(
                times=times, orders=orders
            )
        if group == "taste":
            named = [f"“{one}”" for one in because]
            if not named:
                return self._say("nothing they bought speaks for it")
            return self._say("because they bought {items}").format(items=self._listed(named))
        if group == "category":
            share = fact("category_share")
            if not category or np.isnan(share):
                return self._say("it is in no category they are known to buy from")
            return self._say("{share} of what they bought is from {category}").format(
                share=self.percent(share), category=category
            )
        if group == "price_fit":
            gap = fact("price_gap")
            if np.isnan(gap) or abs(gap) < _ALIKE:
                return self._say("costs about what they usually pay")
            if gap > 0:
                return self._say("costs more than what they usually pay")
            return self._say("costs less than what they usually pay")
        if group == "demand":
            share = float(np.exp(fact("recent_share")))
            if share >= _SAYABLE:
                said = self._say("{share} of the customers of the last 30 days bought it")
                return said.format(share=self.percent(share))
            return self._say("few customers bought it in the last 30 days")
        orders = round(fact("customer_orders"))
        if not orders:
            return self._say("a customer without an order so far")
        return self._say("a customer with {orders} orders").format(orders=orders)

    def speaks_for(
        self, group: str, row: NDArray[np.float32], category: str, because: Sequence[str]
    ) -> bool:
        """Whether the sentence of a reason group says something for the item."""

        def fact(name: str) -> float:
            return float(row[POSITIONS[name]])

        match group:
            case "due" | "habit":
                return fact("times_bought") >= 1
            case "taste":
                return bool(because)
            case "category":
                return bool(category) and fact("category_share") > 0
            case "demand":
                return float(np.exp(fact("recent_share"))) >= _SAYABLE
        return group == "price_fit"

    def percent(self, share: float) -> str:
        """A share of one as percent."""
        shown = f"{100 * share:.0f}" if share >= 0.1 else f"{100 * share:.1f}"
        return f"{self._language.written(shown)} %"

    def _say(self, english: str) -> str:
        return self._language.say(english, "item")

    def _listed(self, named: Sequence[str]) -> str:
        if len(named) == 1:
            return named[0]
        return self._say("{first} and {last}").format(first=", ".join(named[:-1]), last=named[-1])

    def _due(self, own_gap: float, since: float, usual_gap: float) -> str:
        if np.isnan(since):
            return self._say("never bought by this customer")
        last = self._ago(since)
        if not np.isnan(own_gap):
            said = self._say("every {gap}, last {since} ago")
            return said.format(gap=self._every(own_gap), since=last)
        if np.isnan(usual_gap):
            return self._say("bought once before")
        said = self._say("others buy it again every {gap}, this customer last {since} ago")
        return said.format(gap=self._every(usual_gap), since=last)

    def _every(self, days: float) -> str:
        whole = max(round(days), 1)
        return self._language.plural("day", "{number} days", whole, "every").format(number=whole)

    def _ago(self, days: float) -> str:
        whole = round(days)
        if whole < 1:
            return self._language.say("less than a day", "ago")
        text = self._language.plural("{number} day", "{number} days", whole, "ago")
        return text.format(number=whole)


_ALIKE, _SAYABLE = 0.2, 0.005
WORDS: Mapping[str, ItemWords] = {code: ItemWords(one) for code, one in LANGUAGES.items()}
ENGLISH = WORDS["en"]
