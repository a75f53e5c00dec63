"""What an audience may be shown and what each budget loses by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import UsageRefused
from serving.offers.arbitration import NOTHING

AT_ONCE = 65_536
"""So many customers are looked at together."""
_FEW_COLUMNS = 8
SLACK = 1e-9
"""Sums of cents are not exact."""


@dataclass(frozen=True)
class Budget:
    """Something there is only so much of. ``uses`` is what showing each offer takes of it, one number an offer or
    one a customer and offer, none below zero. With ``is_least`` at least so much must be used, as for a new offer."""

    name: str
    limit: float
    uses: NDArray[np.floating]
    is_least: bool = False


def shown(chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The customers who are shown something, and what."""
    rows = np.flatnonzero(chosen != NOTHING)
    return rows, chosen[rows]


def best_columns(values: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The place of the largest value of each row, the first of several, and that value.

    NumPy looks for it row by row, which takes long where there are many of a few columns.
    """
    if values.shape[1] > _FEW_COLUMNS:
        places = values.argmax(axis=1)
        return places, values[np.arange(len(places)), places]
    best, places = values[:, 0].copy(), np.zeros(len(values), np.int64)
    for column in range(1, values.shape[1]):
        is_better = values[:, column] > best
        places[is_better] = column
        np.maximum(best, values[:, column], out=best)
    return places, best


def refused(expected: str, found: str) -> UsageRefused:
    """A refusal of budgets that cannot be kept."""
    return UsageRefused(expected=expected, found=found, remedy="Correct the budgets, or the rules.")


class Budgeted:
    """The values of an audience beside what each budget loses by them, which is a view and no copy."""

    def __init__(
        self, values: NDArray[np.floating], budgets: Sequence[Budget], *, at_once: int = AT_ONCE
    ) -> None:
        self.values, self.budgets, self.at_once = values, budgets, at_once
        self.uses = [np.broadcast_to(one.uses, values.shape) for one in budgets]
        self.limits = np.array([one.limit for one in budgets], np.float64)
        self.is_least = np.array([one.is_least for one in budgets], np.bool_)
        self.signs = np.where(self.is_least, -1.0, 1.0)

    @cached_property
    def caps(self) -> Floats:
        """What may be used at most."""
        return np.where(self.is_least, np.inf, self.limits) + SLACK

    def is_satisfied(self, used: Floats) -> bool:
        """Whether no more is used than may be, and no less than must be."""
        enough = used >= np.where(self.is_least, self.limits, 0.0) - SLACK
        return bool((used <= self.caps).all() and enough.all())

    def require(self) -> None:
        """Refuse budgets nobody can keep."""
        for one, uses in zip(self.budgets, self.uses, strict=True):
            if one.limit < 0 or (np.asarray(one.uses) < 0).any():
                raise refused("budgets and uses of zero or more", f"less for {one.name}")
            if not one.is_least:
                continue
            shown = np.where(np.isfinite(self.values), uses, 0.0)
            most = float(shown.max(axis=1, initial=0.0).sum())
            if most < one.limit:
                raise refused(f"{one.limit:,.0f} of {one.name} that may be shown", f"{most:,.0f}")

    def blocks(self) -> Iterator[slice]:
        """The audience some at a time."""
        for begin in range(0, len(self.values), self.at_once):
            yield slice(begin, begin + self.at_once)

    def priced(self, prices: Floats, rows: slice | NDArray[np.int64]) -> Floats:
        """What each offer brings to some customers after its share of the budgets is paid for."""
        found = self.values[rows].astype(np.float64)
        for uses, price in zip(self.uses, self.signs * prices, strict=True):
            if price:
                # What is the same of everybody is multiplied once.
                found -= price * (uses[:1] if uses.strides[0] == 0 else uses[rows])
        return found

    def value(self, rows: NDArray[np.int64], offers: NDArray[np.int64]) -> float:
        """What some showings bring in all."""
        return float(self.values[rows, offers].astype(np.float64).sum())

    def gains(self, prices: Floats, rows: NDArray[np.int64], offers: NDArray[np.int64]) -> Floats:
        """What each of some showings brings after its share of the budgets is paid for."""
        paid = self.each(rows, offers) @ (self.signs * prices)
        return np.asarray(self.values[rows, offers] - paid)

    def each(self, rows: NDArray[np.int64], offers: NDArray[np.int64]) -> Floats:
        """What each of some showings takes of every budget: one row a showing, one column a budget."""
        taken = [uses[rows, offers].astype(np.float64) for uses in self.uses]
        return np.asarray(np.array(taken).reshape(len(self.uses), len(rows)).T)

    def used(self, rows: NDArray[np.int64], offers: NDArray[np.int64]) -> Floats:
        """What some showings take of every budget in all."""
        return np.asarray(self.each(rows, offers).sum(axis=0))

    def of_pair(self, row: int, offer: int) -> Floats:
        """What showing one offer to one customer takes of every budget."""
        return np.array([float(uses[row, offer]) for uses in self.uses])

    def chosen(self, prices: Floats) -> NDArray[np.int64]:
        """What each customer alone would choose at these prices."""
        return np.concatenate(
            [np.zeros(0, np.int64)] + [self.best(prices, rows)[0] for rows in self.blocks()]
        )

    def best(
        self, prices: Floats, rows: slice | NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], Floats]:
        """The best offer of some customers at these prices, ``NOTHING`` where none is above 0, and what it brings."""
        priced = self.priced(prices, rows)
        offers, value = best_columns(priced)
        return np.where(value > 0, offers, NOTHING), value

    def bound(self, prices: Floats) -> tuple[float, Floats]:
        """What nobody can exceed at these prices, and its slope in each of them."""
        total, used = 0.0, np.zeros(len(self.budgets))
        for rows in self.blocks():
            offers, value = self.best(prices, rows)
            rows_shown, taken = shown(offers)
            total += float(value[rows_shown].sum())
            used += self.used(rows_shown + rows.start, taken)
        return total + float(prices @ (self.signs * self.limits)), self.signs * (self.limits - used)
