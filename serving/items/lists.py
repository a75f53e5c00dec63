"""From ranked candidates to a list that may be shown: pure, the same for a page and for a night of everybody.

First every candidate that may not be listed is dropped, each by the first rule it meets, and counted. Then
the list is filled from the most likely down, within the quotas; where they leave places empty, without them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.datasets.purchases.bought import Items
from training.families.items.balance.balance import Balance
from training.families.items.balance.sides import never_bought
from training.families.items.pairs.pair_features import POSITIONS
from training.families.items.pairs.pairs import Pairs

USE_CASES: Mapping[str, float | None] = {
    "basket": None,
    "coupon": 0.5,
    "replenishment": 1.0,
    "discovery": 0.0,
}
"""The part of a list that is bought again: None for whatever is likely, 1 and 0 leave nothing else in."""
_DUE_DAYS = {"coupon": 14, "replenishment": 14}
(
    LEFT_OUT,
    NOT_ALLOWED,
    NOT_IN_STOCK,
    OTHER_CATEGORY,
    NEVER_BOUGHT,
    BOUGHT_BEFORE,
    NOT_DUE,
    CATEGORY_FULL,
) = (
    "left_out",
    "not_allowed",
    "not_in_stock",
    "other_category",
    "never_bought",
    "bought_before",
    "not_due",
    "category_full",
)
RULES = (
    *(LEFT_OUT, NOT_ALLOWED, NOT_IN_STOCK, OTHER_CATEGORY),
    *(NEVER_BOUGHT, BOUGHT_BEFORE, NOT_DUE, CATEGORY_FULL),
)


def due_days_of(use_case: str, due_within_days: int | None) -> int | None:
    """Within how many days repeats are due: as asked, or the use case's own."""
    return _DUE_DAYS.get(use_case) if due_within_days is None else due_within_days


@dataclass(frozen=True)
class Shelving:
    """Which items may be listed at all, each item with the first rule that keeps it off; -1 where none does."""

    dropped_by: NDArray[np.int8]

    @classmethod
    def of(
        cls,
        category: Items,
        *,
        allowed: Items | None = None,
        unavailable: Items | None = None,
        categories: Sequence[int] | None = None,
        left_out: Items | None = None,
    ) -> Shelving:
        """By what is never recommended, an allowed list, a list of what is out of stock, and categories."""
        dropped = np.full(len(category), -1, np.int8)
        if categories is not None:
            dropped[~np.isin(category, list(categories))] = RULES.index(OTHER_CATEGORY)
        if unavailable is not None:
            dropped[unavailable] = RULES.index(NOT_IN_STOCK)
        if allowed is not None:
            is_allowed = np.zeros(len(category), np.bool_)
            is_allowed[allowed] = True
            dropped[~is_allowed] = RULES.index(NOT_ALLOWED)
        if left_out is not None:
            dropped[left_out] = RULES.index(LEFT_OUT)
        return cls(dropped)

    @property
    def eligible(self) -> Items:
        """The items that may be listed."""
        return np.flatnonzero(self.dropped_by < 0).astype(np.int32)

    def counts(self) -> dict[str, int]:
        """How many items each rule keeps off."""
        found = Counter(self.dropped_by[self.dropped_by >= 0].tolist())
        return {RULES[rule]: number for rule, number in sorted(found.items())}


@dataclass(frozen=True)
class Wishes:
    """What a list is to be like.

    ``repeats`` is the share of the list that is bought again, None for whatever is likely; with 1 nothing
    else is listed, with 0 nothing that was bought before;
    ``due_within_days`` leaves out what was bought before and is not due so soon; at most
    ``most_per_category`` items of one category; at least ``promoted_share`` of ``promoted`` items.
    ``new_share`` is the share of items never bought over everybody's lists together, where ``repeats`` says
    nothing of each: None for the balance that the training chose.
    """

    count: int
    repeats: float | None = None
    due_within_days: int | None = None
    most_per_category: int | None = None
    promoted: Items = field(default_factory=lambda: np.empty(0, np.int32))
    promoted_share: float = 0.0
    new_share: float | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the most likely items are wished for and nothing else."""
        asked = (self.repeats, self.due_within_days, self.most_per_category)
        return all(one is None for one in asked) and not self.promoted_share

    @property
    def most_repeats(self) -> int:
        """How many places are for items bought before."""
        return self.count if self.repeats is None else round(self.count * self.repeats)

    @property
    def most_new(self) -> int:
        """How many are for items never bought."""
        return self.count if self.repeats is None else self.count - self.most_repeats

    @property
    def least_promoted(self) -> int:
        """How many are for promoted items."""
        return int(np.ceil(self.count * self.promoted_share))


@dataclass(frozen=True)
class ItemList:
    """The rows of the candidates that are listed, the most likely first, and what was dropped on the way."""

    rows: NDArray[np.int64]
    dropped: Mapping[str, int]
    is_within_quotas: bool


def due_in_days(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """In how many days each item is due again, below zero when it is overdue; NaN when nobody can tell.

    By the customer's own days between two purchases of it, or by those usual for the item.
    """
    own, usual = (values[:, POSITIONS[name]] for name in ("own_gap_days", "usual_gap_days"))
    return np.asarray(np.where(np.isnan(own), usual, own) - _since(values), np.float32)


def fill(
    items: Items,
    scores: NDArray[np.float64],
    values: NDArray[np.float32],
    category: Items,
    shelving: Shelving,
    wishes: Wishes,
    balance: Balance,
) -> ItemList:
    """Choose from candidates: ``items`` with a score and a row of pair features each, ``category`` by item.

    ``balance`` decides which of them are listed; the order on the list is that of the scores.
    """
    rule = shelving.dropped_by[items].copy()
    is_repeat = ~never_bought(values)
    if wishes.repeats == 1.0:
        rule[~is_repeat & (rule < 0)] = RULES.index(NEVER_BOUGHT)
    if wishes.repeats == 0.0:
        rule[is_repeat & (rule < 0)] = RULES.index(BOUGHT_BEFORE)
    if wishes.due_within_days is not None:
        is_early = due_in_days(values) > wishes.due_within_days
        rule[is_early & (rule < 0)] = RULES.index(NOT_DUE)
    dropped = Counter(RULES[one] for one in rule[rule >= 0].tolist())
    order = np.lexsort((items, -_choosing(scores, values, wishes, balance)))
    open_rows = order[rule[order] < 0]
    places = _Places(
        wishes,
        is_repeat=is_repeat,
        is_promoted=np.isin(items, wishes.promoted),
        category=category[items],
    )
    places.take(open_rows, within_quotas=True)
    is_within = len(places.taken) == min(wishes.count, len(open_rows))
    places.take(open_rows, within_quotas=False)
    if places.full_categories:
        dropped[CATEGORY_FULL] = places.full_categories
    rows = np.array(places.taken, np.int64)
    rows = rows[np.lexsort((items[rows], -scores[rows]))]
    return ItemList(rows, dict(dropped), is_within)


def fill_many(
    pairs: Pairs,
    scores: NDArray[np.float64],
    category: Items,
    shelving: Shelving,
    wishes: Wishes,
    balance: Balance,
) -> NDArray[np.int64]:
    """The rows of the candidates on each customer's list, as ``fill`` would list them; -1 on empty places."""
    rows = np.full((len(pairs.offsets) - 1, wishes.count), -1, np.int64)
    if wishes.is_plain:
        is_open = np.flatnonzero(shelving.dropped_by[pairs.items] < 0)
        owners = pairs.owners[is_open]
        choosing = _choosing(scores, pairs.values, wishes, balance)[is_open]
        order = is_open[np.lexsort((pairs.items[is_open], -choosing, owners))]
        place = _places_within(owners)
        listed = place < wishes.count
        # Sorted once more: which are listed the balance says, in which order how likely they are.
        chosen, owners, place = order[listed], owners[listed], place[listed]
        by_score = np.lexsort((pairs.items[chosen], -scores[chosen], owners))
        rows[owners, place] = chosen[by_score]
        return rows
    for customer, begin in enumerate(pairs.offsets[:-1].tolist()):
        mine = slice(begin, int(pairs.offsets[customer + 1]))
        found = fill(
            pairs.items[mine],
            scores[mine],
            pairs.values[mine],
            category,
            shelving,
            wishes,
            balance,
        )
        rows[customer, : len(found.rows)] = begin + found.rows
    return rows


def _choosing(
    scores: NDArray[np.float64], values: NDArray[np.float32], wishes: Wishes, balance: Balance
) -> NDArray[np.float64]:
    """What candidates are chosen by: their scores, and the balance where no share is wished for of each list."""
    if wishes.repeats is not None:
        return scores
    offset = balance.offset_for(wishes.new_share, wishes.count)
    return np.asarray(scores + offset * never_bought(values))


def _places_within(owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each row among those of its owner; rows of one owner stand together, in ascending order."""
    begins = np.searchsorted(owners, owners)
    return np.asarray(np.arange(len(owners)) - begins)


class _Places:
    """The places of one list, as they are given away."""

    def __init__(
        self,
        wishes: Wishes,
        *,
        is_repeat: NDArray[np.bool_],
        is_promoted: NDArray[np.bool_],
        category: Items,
    ) -> None:
        self.wishes = wishes
        self.taken: list[int] = []
        self.full_categories = 0
        self._is_repeat, self._is_promoted, self._category = is_repeat, is_promoted, category
        self._repeats = self._promoted = 0
        self._in_category: Counter[int] = Counter()

    def take(self, rows: NDArray[np.int64], *, within_quotas: bool) -> None:
        """Give places to rows in their order, as long as there are any."""
        chosen = set(self.taken)
        waiting = int(self._is_promoted[rows].sum()) - self._promoted
        self.full_categories = 0
        for row in rows.tolist():
            if len(self.taken) == self.wishes.count:
                break
            if row in chosen:
                continue
            is_promoted = bool(self._is_promoted[row])
            if self._is_full(row):
                self.full_categories += 1
            elif not within_quotas or self._fits(row, waiting):
                self._give(row)
            waiting -= is_promoted

    def _is_full(self, row: int) -> bool:
        most, kind = self.wishes.most_per_category, int(self._category[row])
        return most is not None and kind >= 0 and self._in_category[kind] >= most

    def _fits(self, row: int, waiting: int) -> bool:
        wishes = self.wishes
        left = wishes.count - len(self.taken)
        owed = min(max(wishes.least_promoted - self._promoted, 0), waiting)
        if not self._is_promoted[row] and left <= owed:
            return False
        if self._is_repeat[row]:
            return self._repeats < wishes.most_repeats
        return len(self.taken) - self._repeats < wishes.most_new

    def _give(self, row: int) -> None:
        self.taken.append(row)
        self._repeats += bool(self._is_repeat[row])
        self._promoted += bool(self._is_promoted[row])
        self._in_category[int(self._category[row])] += 1


def _since(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return values[:, POSITIONS["days_since_bought"]]
