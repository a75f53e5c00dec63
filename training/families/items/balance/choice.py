"""The balance is chosen on one past day, tested on the next, and its borders are found anew for what ships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from training.datasets.purchases.bought import Bought
from training.families.items.balance.balance import COUNTS, Balance
from training.families.items.balance.curve import BalanceCurve, against_none, asked_against_given
from training.families.items.balance.sides import Sides
from training.families.items.ladder import COUNTS as LENGTHS
from training.families.items.ladder import LONGEST, ListsOf, Trial, some_by_lot
from training.families.items.measures import Lists
from training.families.items.pairs.pairs import PairFinder
from training.families.items.ranker import Ranker

MOST_FOR_BORDERS = 3_000
"""So many customers tell a share of new items within a point; who they are is drawn by lot."""


@dataclass(frozen=True)
class ChosenBalance:
    """The curve an offset was chosen on; without a day to choose on there is none, and the offset is 0."""

    curve: BalanceCurve | None = None

    @classmethod
    def on(cls, trial: Trial, shelf: PairFinder, ranker: Ranker, *, threads: int = 1) -> Self:
        """The offset that serves on a day after all the ranker was learned from."""
        asked = Sides.of(shelf, ranker, trial.asked, LONGEST, threads=threads)
        return cls(BalanceCurve.measured(trial, asked))

    @property
    def offset(self) -> float:
        """What is added to the log-odds of items never bought."""
        return 0.0 if self.curve is None else self.curve.chosen.offset

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The curve as plain fields; empty where there was no day to choose on."""
        return [] if self.curve is None else self.curve.rows()

    def tested(
        self,
        trial: Trial,
        later: Bought,
        shelf: PairFinder,
        ranker: Ranker,
        *,
        threads: int = 1,
    ) -> dict[str, Any]:
        """What it comes to on the day of a trial, against no offset; and shares asked for then and given later.

        ``later`` is what everybody had bought by another day, of which the model knows nothing: as a model in use
        is asked.
        """
        asked = Sides.of(shelf, ranker, trial.asked, LONGEST, threads=threads)
        balance = borders_of(self.offset, shelf, ranker, trial.before, threads=threads)
        everybody = Sides.of(shelf, ranker, _some_buyers(later), LONGEST, threads=threads)
        return {
            "offset": self.offset,
            "curve": self.rows,
            "tested": against_none(trial, asked, self.offset),
            "asked_against_given": asked_against_given(balance, everybody),
        }


def borders_of(
    offset: float, shelf: PairFinder, ranker: Ranker, bought: Bought, *, threads: int = 1
) -> Balance:
    """An offset with the borders of those who had bought anything by a day."""
    some = _some_buyers(bought)
    return Balance.of(offset, Sides.of(shelf, ranker, some, COUNTS[-1], threads=threads))


def balanced_lists(
    offset: float, shelf: PairFinder, ranker: Ranker, *, threads: int = 1
) -> ListsOf:
    """Lists of the two-stage model, with an offset in the log-odds of items never bought."""

    def lists_of(bought: Bought) -> Lists:
        sides = Sides.of(shelf, ranker, bought, LONGEST, threads=threads)
        return sides.lists(offset, *LENGTHS)

    return lists_of


def _some_buyers(bought: Bought) -> Bought:
    return bought.select(some_by_lot(bought.buyers, MOST_FOR_BORDERS))
