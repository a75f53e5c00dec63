"""Each customer's likeliest repeats and likeliest new items, apart: enough for a list of any balance of the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.datasets.purchases.bought import Bought
from training.families.items.measures import NOTHING, Lists, best_of
from training.families.items.pairs.pair_features import POSITIONS
from training.families.items.pairs.pairs import PairFinder, Pairs
from training.families.items.ranker import Ranker

_CUSTOMERS_AT_ONCE = 512


@dataclass(frozen=True)
class Sides:
    """Log-odds and items, the likeliest first: [customers, most] each.

    Where there is no further item the log-odds are minus infinity and the item is ``NOTHING``.
    """

    repeat_log_odds: Floats
    repeat_items: Lists
    new_log_odds: Floats
    new_items: Lists

    @classmethod
    def of(
        cls, shelf: PairFinder, ranker: Ranker, bought: Bought, most: int, *, threads: int = 1
    ) -> Self:
        """Rank the candidates of some customers, a few hundred at a time, and keep ``most`` of each side."""
        parts = []
        for begin in range(0, max(bought.customers, 1), _CUSTOMERS_AT_ONCE):
            end = min(begin + _CUSTOMERS_AT_ONCE, bought.customers)
            pairs = shelf.pairs(bought.select(np.arange(begin, end)), threads=threads)
            log_odds = ranker.log_odds(pairs.values, threads=threads)
            is_new = never_bought(pairs.values)
            parts.append(
                (
                    *_likeliest(pairs, log_odds, ~is_new, most),
                    *_likeliest(pairs, log_odds, is_new, most),
                )
            )
        return cls(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def lists(self, offset: float, *counts: int) -> Lists:
        """The list of each customer with ``offset`` added to the log-odds of new items: [customers, the last count].

        The offset says which items are listed, not in which order: each of the ``counts``, in ascending order, is
        filled anew and stands by likelihood, as a list that is shown does.
        """
        log_odds = np.hstack([self.repeat_log_odds, self.new_log_odds])
        items = np.hstack([self.repeat_items, self.new_items])
        choosing = np.hstack([self.repeat_log_odds, self.new_log_odds + offset])
        chosen = np.argsort(-choosing, axis=1, kind="stable")[:, : counts[-1]]
        for begin, end in zip((0, *counts), counts, strict=False):
            block = chosen[:, begin:end]
            likelihood = np.take_along_axis(log_odds, block, axis=1)
            order = np.argsort(-likelihood, axis=1, kind="stable")
            chosen[:, begin:end] = np.take_along_axis(block, order, axis=1)
        return np.asarray(np.take_along_axis(items, chosen, axis=1), np.int32)

    def borders(self, count: int) -> Floats:
        """The offset beyond which each place of lists of ``count`` is a new item's, in ascending order.

        The ``j``-th new item takes the place of the ``j``-th repeat from the end, once their log-odds are as far
        apart: so the share of new items under an offset is the share of borders below it. Minus infinity where
        there is no repeat to give way, infinity where there is no new item; places that nothing can fill are
        left out.
        """
        if count > self.repeat_log_odds.shape[1]:
            raise ValueError(f"only {self.repeat_log_odds.shape[1]} of each side were kept")
        with np.errstate(invalid="ignore"):
            found = self.repeat_log_odds[:, :count][:, ::-1] - self.new_log_odds[:, :count]
        return np.sort(found[~np.isnan(found)])


def never_bought(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether the customer of each row of pair features never bought the item."""
    return np.asarray(values[:, POSITIONS["times_bought"]] == 0)


def _likeliest(
    pairs: Pairs, log_odds: Floats, is_of_side: NDArray[np.bool_], most: int
) -> tuple[Floats, Lists]:
    """The log-odds and the items of one side, padded to ``most`` columns."""
    # By item, so that of several as likely the first of the catalogue comes first.
    rows = np.lexsort((pairs.items, pairs.owners))
    rows = rows[is_of_side[rows]]
    counts = np.bincount(pairs.owners[rows], minlength=len(pairs.offsets) - 1)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    places = best_of(offsets, np.arange(len(rows), dtype=np.int32), log_odds[rows], most)
    is_there = places != NOTHING
    # A last row that is nothing's, for the places that stay empty.
    found = np.append(rows, 0)[places]
    scores = np.where(is_there, np.append(log_odds, 0.0)[found], -np.inf)
    items = np.where(is_there, np.append(pairs.items, NOTHING)[found], NOTHING)
    return scores, items.astype(np.int32)
