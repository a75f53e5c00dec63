"""What customers bought before an instant, by category: the side of a cross that offers know nothing of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.batches import rows_of
from features.vocabulary.arrays import Floats
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.families.offers.exposures.lines import OrderLines
from training.families.offers.exposures.tastes import Tastes


@dataclass(frozen=True)
class Habits:
    """What some customers bought before an instant, by category."""

    orders: Floats
    orders_all: Floats
    days_since: Floats
    taste: Floats
    discount_share: Floats
    log_line: Floats
    who: NDArray[np.int64]
    item: NDArray[np.integer]

    @classmethod
    def of(
        cls, lines: OrderLines, customers: NDArray[np.integer], cutoff: Cutoff, tastes: Tastes
    ) -> Self:
        """From lines known before the cutoff; a line of a return is no purchase."""
        rows, begins = rows_of(lines.offsets, customers)
        who = np.repeat(np.arange(len(customers)), np.diff(begins))
        amounts, taken_off = lines.amounts(rows)
        known = lines.is_known(cutoff, rows) & (amounts >= 0)
        rows, who, amounts, taken_off = (one[known] for one in (rows, who, amounts, taken_off))
        size, many = len(lines.categories), len(customers)
        category = lines.category[rows]
        named = category >= 0
        cells = who[named] * size + category[named]
        orders = np.bincount(cells, minlength=many * size).reshape(many, size).astype(np.float64)
        last = np.full(many * size, -np.inf)
        np.maximum.at(last, cells, lines.seconds[rows][named].astype(np.float64))
        days = (cutoff.seconds - last.reshape(many, size)) / DAY_SECONDS
        days[np.isinf(days)] = np.nan
        amount = np.bincount(who, amounts, many)
        off = np.bincount(who, taken_off, many)
        each = np.bincount(who, minlength=many).astype(np.float64)
        has = each > 0
        taste = np.zeros((many, size))
        if len(tastes.weights) == size:
            # One after another, so that a customer alone is summed as among many.
            for owned, says in zip((orders > 0).T, tastes.weights, strict=True):
                taste[owned] += says
        return cls(
            orders,
            each,
            days,
            taste,
            np.where(has, off / np.maximum(amount + off, 1.0), np.nan),
            np.where(has, np.log1p(np.maximum(amount, 0.0) / np.maximum(each, 1.0)), np.nan),
            who,
            lines.item[rows],
        )

    def item_orders(
        self,
        items: NDArray[np.integer],
        who: NDArray[np.integer],
        which: NDArray[np.integer],
    ) -> Floats:
        """How many lines each customer of a pair has of the item of its offer."""
        found = np.zeros(len(who))
        for offer in np.unique(which):
            if items[offer] >= 0:
                counts = np.bincount(
                    self.who[self.item == items[offer]], minlength=len(self.orders)
                )
                mine = which == offer
                found[mine] = counts[who[mine]]
        return found
