"""The candidates of each customer and what is known of customer and item: one walk over their purchases.

The same compiled walk fills the rows a ranker learns from, those everybody is ranked by at night and the
ones of a single call, so that nothing can differ between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.compiled import compiled
from training.items.bought import Bought, Items
from training.items.item_facts import ItemFacts
from training.items.item_kernel import ItemKernel
from training.items.pair_features import NAMES

MOST_OWN, MOST_TASTE, MOST_POPULAR, MOST_NEW = 200, 100, 40, 10
_ARRIVALS = 200
HALF_LIFE_SECONDS = np.float32(60 * 86_400)
"""The age at which a purchase counts half as a habit."""
LATELY_SECONDS = np.float32(30 * 86_400)
"""The age at which it counts half as what somebody buys lately."""
_AT_ONCE = 256
_MOST = MOST_OWN + MOST_TASTE + MOST_POPULAR + MOST_NEW
_OWN, _BY_TASTE, _POPULAR, _NEW, _ASKED = range(5)
SOURCES = ("bought before", "goes with purchases", "popular", "new in a category", "asked for")


@dataclass(frozen=True)
class Pairs:
    """Customers with their candidates: the rows of customer ``c`` are ``offsets[c]`` to ``offsets[c + 1]``.

    ``values`` has one column an entry of ``NAMES``; ``sources`` says what brought each candidate, as a
    place in ``SOURCES``.
    """

    offsets: NDArray[np.int64]
    items: Items
    sources: NDArray[np.int8]
    values: NDArray[np.float32]

    @property
    def owners(self) -> NDArray[np.int64]:
        """The customer of each row."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


@dataclass(frozen=True)
class Shelf:
    """What candidates are found by: which items go together, and what is known of each item."""

    kernel: ItemKernel
    facts: ItemFacts

    @property
    def catalogue(self) -> int:
        """How many items there are."""
        return self.kernel.items

    def pairs(
        self,
        bought: Bought,
        *,
        asked: Items | None = None,
        only_asked: bool = False,
        threads: int = 1,
    ) -> Pairs:
        """Everybody's candidates: what they own, what goes with it, what is popular, and what is asked for.

        With ``only_asked`` there are no others. The answer for a customer depends neither on those beside
        them nor on ``threads``.
        """
        asked = np.empty(0, np.int32) if asked is None else np.unique(asked).astype(np.int32)
        begins = range(0, max(bought.customers, 1), _AT_ONCE)

        def some(begin: int) -> Pairs:
            return self._some(
                bought, begin, min(begin + _AT_ONCE, bought.customers), asked, only_asked
            )

        if threads == 1 or len(begins) == 1:
            parts = [some(begin) for begin in begins]
        else:
            with ThreadPoolExecutor(threads) as pool:
                parts = list(pool.map(some, begins))
        return parts[0] if len(parts) == 1 else _joined(parts)

    @cached_property
    def _told(self) -> tuple[NDArray[np.float32], Items, int]:
        """What the walk reads of items: their facts, their categories and how many of these there are."""
        category = self.facts.category
        return self.facts.matrix(), category, int(category.max(initial=-1)) + 1

    @cached_property
    def _popular(self) -> Items:
        return self.facts.popular(MOST_POPULAR)

    @cached_property
    def _arrivals(self) -> Items:
        return self.facts.arrivals(_ARRIVALS)

    def _some(self, bought: Bought, begin: int, end: int, asked: Items, only_asked: bool) -> Pairs:
        most = len(asked) if only_asked else _MOST + len(asked)
        most = min(most, self.catalogue)
        people = end - begin
        counts = np.zeros(people, np.int64)
        items = np.empty((people, most), np.int32)
        sources = np.empty((people, most), np.int8)
        values = np.empty((people, most, len(NAMES)), np.float32)
        _walk(
            bought.offsets[begin : end + 1], bought.items, bought.seconds, bought.pieces, bought.as_of,
            self.kernel.offsets, self.kernel.neighbours, self.kernel.weights,
            *self._told, self._popular, self._arrivals,
            asked, only_asked, counts, items, sources, values,
        )  # fmt: skip
        offsets = np.zeros(people + 1, np.int64)
        np.cumsum(counts, out=offsets[1:])
        filled = np.arange(most)[None, :] < counts[:, None]
        return Pairs(offsets, items[filled], sources[filled], values[filled])


def _joined(parts: Sequence[Pairs]) -> Pairs:
    counts = np.concatenate([np.diff(one.offsets) for one in parts])
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return Pairs(
        offsets,
        np.concatenate([one.items for one in parts]),
        np.concatenate([one.sources for one in parts]),
        np.concatenate([one.values for one in parts]),
    )


@compiled
def _walk(
    offsets: Any,
    items: Any,
    seconds: Any,
    pieces: Any,
    as_of: Any,
    k_offsets: Any,
    k_neighbours: Any,
    k_weights: Any,
    facts: Any,
    category: Any,
    categories: Any,
    popular: Any,
    arrivals: Any,
    asked: Any,
    only_asked: Any,
    counts: Any,
    found: Any,
    sources: Any,
    values: Any,
) -> None:
    """Fill the candidates and features of some customers; scratch is made once and left clean."""
    catalogue = len(k_offsets) - 1
    most = found.shape[1]
    place_of = np.full(catalogue, -1, np.int32)
    taste = np.zeros(catalogue, np.float32)
    lately = np.zeros(catalogue, np.float32)
    is_touched = np.zeros(catalogue, np.bool_)
    touched = np.empty(catalogue, np.int32)
    is_candidate = np.zeros(catalogue, np.bool_)
    in_category = np.zeros(categories, np.float32)
    in_category_lately = np.zeros(categories, np.float32)
    longest = 1
    for customer in range(len(offsets) - 1):
        longest = max(longest, offsets[customer + 1] - offsets[customer])
    own = np.empty(longest, np.int32)
    times = np.empty(longest, np.int32)
    first = np.empty(longest, np.int64)
    last = np.empty(longest, np.int64)
    first_order = np.empty(longest, np.int32)
    last_order = np.empty(longest, np.int32)
    decayed = np.empty(longest, np.float32)
    kept = np.empty(longest, np.float32)
    strongest = np.empty(catalogue, np.float32)
    for customer in range(len(offsets) - 1):
        begin, end = offsets[customer], offsets[customer + 1]
        owned, orders, lines = 0, 0, end - begin
        price_sum, priced = np.float32(0), 0
        late_lines = np.float32(0)
        for row in range(begin, end):
            if row == begin or seconds[row] != seconds[row - 1]:
                orders += 1
            item = items[row]
            place = place_of[item]
            age = np.float32(as_of - seconds[row])
            if place < 0:
                place = owned
                place_of[item] = place
                own[place], times[place] = item, 0
                first[place], first_order[place] = seconds[row], orders
                decayed[place], kept[place] = 0, 0
                owned += 1
            times[place] += 1
            kept[place] += pieces[row]
            last[place], last_order[place] = seconds[row], orders
            decayed[place] += np.float32(2.0) ** (-age / HALF_LIFE_SECONDS)
            weight = np.float32(2.0) ** (-age / LATELY_SECONDS)
            late_lines += weight
            if not np.isnan(facts[item, 7]):
                price_sum += facts[item, 7]
                priced += 1
            if category[item] >= 0:
                in_category[category[item]] += 1
                in_category_lately[category[item]] += weight
        # What goes with what is owned; the same item bought twice speaks once.
        reached = 0
        for place in range(owned):
            item = own[place]
            weight = np.float32(2.0) ** (-np.float32(as_of - last[place]) / LATELY_SECONDS)
            for one in range(k_offsets[item], k_offsets[item + 1]):
                other = k_neighbours[one]
                if other != item:
                    if not is_touched[other]:
                        is_touched[other] = True
                        touched[reached] = other
                        reached += 1
                    taste[other] += k_weights[one]
                    lately[other] += weight * k_weights[one]
        highest = np.float32(0)
        for one in range(reached):
            highest = max(highest, taste[touched[one]])
        count = 0
        if not only_asked:
            # The latest of what is owned, should there be more than one looks at.
            for back in range(owned):
                place = owned - 1 - back
                if count < MOST_OWN and count < most:
                    found[customer, count], sources[customer, count] = own[place], _OWN
                    is_candidate[own[place]] = True
                    count += 1
            others = 0
            for one in range(reached):
                item = touched[one]
                if place_of[item] < 0 and taste[item] > 0:
                    strongest[others] = -taste[item]
                    others += 1
            border = np.float32(0)
            if others > MOST_TASTE:
                border = -np.partition(strongest[:others], MOST_TASTE - 1)[MOST_TASTE - 1]
            taken = 0
            # Above the border first; those at it by their place, whatever order they were reached in.
            for strict in range(2):
                if strict == 0 or (others > MOST_TASTE and taken < MOST_TASTE):
                    equals = np.empty(0, np.int32)
                    if strict == 1:
                        equal = 0
                        for one in range(reached):
                            item = touched[one]
                            if place_of[item] < 0 and taste[item] == border:
                                equal += 1
                        equals = np.empty(equal, np.int32)
                        equal = 0
                        for one in range(reached):
                            item = touched[one]
                            if place_of[item] < 0 and taste[item] == border:
                                equals[equal] = item
                                equal += 1
                        equals.sort()
                    size = reached if strict == 0 else len(equals)
                    for one in range(size):
                        item = touched[one] if strict == 0 else equals[one]
                        wanted = strict == 1 or (
                            place_of[item] < 0 and taste[item] > border and taste[item] > 0
                        )
                        if wanted and taken < MOST_TASTE and count < most:
                            found[customer, count], sources[customer, count] = item, _BY_TASTE
                            is_candidate[item] = True
                            count += 1
                            taken += 1
            for item in popular:
                if not is_candidate[item] and count < most:
                    source = _OWN if place_of[item] >= 0 else _POPULAR
                    found[customer, count], sources[customer, count] = item, source
                    is_candidate[item] = True
                    count += 1
            new = 0
            for item in arrivals:
                is_known = is_candidate[item] or in_category[category[item]] == 0
                if not is_known and new < MOST_NEW and count < most:
                    found[customer, count], sources[customer, count] = item, _NEW
                    is_candidate[item] = True
                    count += 1
                    new += 1
        for item in asked:
            if not is_candidate[item] and count < most:
                found[customer, count], sources[customer, count] = item, _ASKED
                is_candidate[item] = True
                count += 1
        counts[customer] = count
        day = np.float32(86_400.0)
        nothing = np.float32(np.nan)
        since_order = nothing
        order_gap = nothing
        if orders > 0:
            since_order = np.float32(as_of - seconds[end - 1]) / day
        if orders > 1:
            order_gap = np.float32(seconds[end - 1] - seconds[begin]) / day / np.float32(orders - 1)
        usual_price = price_sum / np.float32(priced) if priced > 0 else nothing
        for one in range(count):
            item = found[customer, one]
            out = values[customer, one]
            place = place_of[item]
            gap = nothing
            if place >= 0:
                since = np.float32(as_of - last[place]) / day
                out[0] = times[place]
                out[1] = np.float32(times[place]) / np.float32(orders - first_order[place] + 1)
                out[2] = decayed[place]
                out[3] = since
                if times[place] > 1:
                    gap = (
                        np.float32(last[place] - first[place]) / day / np.float32(times[place] - 1)
                    )
                    gap = max(gap, np.float32(1.0))
                out[4] = gap
                lasts = facts[item, 4] if np.isnan(gap) else gap
                out[5] = since / lasts
                out[6] = orders - last_order[place]
                out[26], out[27], out[28] = np.log1p(kept[place]), facts[item, 8], nothing
            else:
                out[0], out[1], out[2] = 0, 0, 0
                out[26], out[27], out[28] = 0, nothing, facts[item, 9]
                out[3], out[4], out[5], out[6] = nothing, nothing, nothing, nothing
            out[7], out[8] = facts[item, 4], facts[item, 3]
            out[9], out[10] = taste[item], lately[item]
            out[11] = taste[item] / highest if highest > 0 else np.float32(0)
            kind = category[item]
            if kind >= 0 and lines > 0:
                out[12] = in_category[kind] / np.float32(lines)
                out[13] = in_category_lately[kind] / late_lines
            else:
                out[12], out[13] = nothing, nothing
            out[14] = facts[item, 7]
            out[15] = facts[item, 7] - usual_price
            out[16], out[17], out[18] = facts[item, 0], facts[item, 1], facts[item, 2]
            out[19], out[20] = facts[item, 5], facts[item, 6]
            out[21] = orders
            out[22] = np.float32(lines) / np.float32(orders) if orders > 0 else nothing
            out[23], out[24] = since_order, order_gap
            out[25] = np.float32(lines - owned) / np.float32(lines) if lines > 0 else nothing
        for one in range(count):
            is_candidate[found[customer, one]] = False
        for one in range(reached):
            other = touched[one]
            taste[other], lately[other], is_touched[other] = 0, 0, False
        for row in range(begin, end):
            item = items[row]
            place_of[item] = -1
            if category[item] >= 0:
                in_category[category[item]] = 0
                in_category_lately[category[item]] = 0
