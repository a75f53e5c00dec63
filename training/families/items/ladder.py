"""Every way to recommend beside every other, on one past day: from what is popular to the model that ships."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import Cutoff
from training.datasets.purchases.bought import Bought
from training.families.items.measures import (
    MEASURES,
    Lists,
    Targets,
    best,
    coverage,
    diversity,
    gini,
    novelty,
    recall,
)
from training.measures.intervals import mean_interval

COUNTS = 10, 20
LONGEST = max(COUNTS)
MOST_ASKED = 5_000
"""So many customers tell a recall within a hundredth; who they are is drawn by lot."""
PERSONAL, PERSONAL_EVER = (
    "personal frequency, then popularity of late",
    "personal frequency, then popularity",
)
"""The bar in every grocery; ties by what is popular of late find more than the usual ties by popularity ever."""
_SEED = 20_101_209
_AT_ONCE = 256
_SCORES_AT_ONCE = 2_560_000
"""Scores of all items take 4 bytes each, and several times that to be ranked."""

ListsOf = Callable[[Bought], Lists]
"""Makes the lists of some customers, ``LONGEST`` items each."""


@dataclass(frozen=True)
class Trial:
    """A day of the past: what customers had bought by then, and what they bought in the days after.

    ``asked`` are the purchases of ``customers``, who bought on both sides of that day; the new targets are
    those of customers without earlier purchases.
    """

    before: Bought
    customers: NDArray[np.int64]
    asked: Bought
    targets: Targets
    new_targets: Targets
    category: NDArray[np.int32]

    @classmethod
    def of(
        cls, before: Bought, after: Bought, category: NDArray[np.int32], *, most: int = MOST_ASKED
    ) -> Trial:
        """Ask about everybody who bought after, or as many as are told apart."""
        had, has = np.diff(before.offsets) > 0, np.diff(after.offsets) > 0
        known, new = (some_by_lot(np.flatnonzero(has & one), most) for one in (had, ~had))
        asked = before.select(known)
        return cls(
            before,
            known,
            asked,
            Targets.of(asked, after.select(known)),
            Targets.of(before.select(new), after.select(new)),
            category,
        )

    def recall(self, lists_of: ListsOf) -> float:
        """How much of what was bought is on lists of full length: enough to choose by."""
        return self.recall_of(lists_of(self.asked))

    def recall_of(self, lists: Lists) -> float:
        """The same of lists that were made already, one for each customer asked about."""
        return _mean(recall(self.targets.hits(lists), self.targets.counts)) or 0.0

    def judge(self, name: str, lists_of: ListsOf) -> ItemRung:
        """The figures of one way to recommend."""
        lists = lists_of(self.asked)
        figures: dict[str, float | None] = {}
        by_customer: dict[str, Floats] = {}
        for count in COUNTS:
            for kind, targets in (
                ("", self.targets),
                ("repeat_", self.targets.only(True)),
                ("explore_", self.targets.only(False)),
            ):
                hits = targets.hits(lists[:, :count])
                for measure, compute in MEASURES.items():
                    found = compute(hits, targets.counts)
                    by_customer[f"{kind}{measure}_{count}"] = found
        for key, found in by_customer.items():
            figures[key] = _mean(found)
        low, high = mean_interval(by_customer["recall_10"])
        figures |= {"recall_10_low": low, "recall_10_high": high}
        figures |= self._shape(lists[:, : COUNTS[0]])
        new = self.new_targets
        if len(new.counts):
            # Nothing is known of any of them, so all are listed the same.
            nobody = self.before.select(np.zeros(1, np.int64)).nothing()
            same = np.repeat(lists_of(nobody)[:, : COUNTS[0]], len(new.counts), axis=0)
            figures["new_customers_recall_10"] = _mean(recall(new.hits(same), new.counts))
        return ItemRung(name, figures, by_customer["recall_10"])

    @cached_property
    def _buyers(self) -> NDArray[np.int64]:
        return self.before.buyers_of()

    @cached_property
    def had(self) -> Targets:
        """What each customer asked about had bought before."""
        return Targets.of(self.asked, self.asked)

    def _shape(self, lists: Lists) -> dict[str, float | None]:
        catalogue, listed = self.before.catalogue, lists[lists >= 0]
        told = {
            "coverage": coverage(lists, catalogue),
            "gini": gini(lists, catalogue),
            "novelty": novelty(lists, self._buyers, self.before.customers),
            "diversity": diversity(lists, self.category) if self.category.max() >= 0 else np.nan,
            "share_of_repeats": float(self.had.hits(lists).sum() / max(len(listed), 1)),
        }
        return {key: _finite(one) for key, one in told.items()}


@dataclass(frozen=True)
class ItemRung:
    """One way to recommend: its figures, and the recall of each customer for comparing in pairs."""

    name: str
    figures: dict[str, float | None]
    recalls: Floats = field(repr=False)

    def against(self, other: ItemRung) -> tuple[float, float, float]:
        """How much higher the recall at 10 is than another's, with the ends of its 95 % interval."""
        difference = self.recalls - other.recalls
        return (_mean(difference) or 0.0, *mean_interval(difference))


@dataclass(frozen=True)
class ItemLadder:
    """All rungs of one trial, and the one that ships."""

    rungs: Sequence[ItemRung]
    winner: str
    customers: int
    new_customers: int

    def of(self, name: str) -> ItemRung:
        """A rung by its name."""
        return next(one for one in self.rungs if one.name == name)

    @property
    def over_best(self) -> float:
        """How much higher the recall at 10 of what ships is than that of the best other rung."""
        recalls = {one.name: one.figures["recall_10"] or 0.0 for one in self.rungs}
        mine = recalls.pop(self.winner)
        return mine - max(recalls.values())

    def rows(self) -> list[dict[str, Any]]:
        """One row a rung: its figures, and how far it is above personal frequency, customer by customer."""
        bar = self.of(PERSONAL)
        rows: list[dict[str, Any]] = []
        for one in self.rungs:
            gain, low, high = one.against(bar)
            paired = {"gain": gain, "gain_low": low, "gain_high": high}
            ships = {"name": one.name, "ships": one.name == self.winner}
            rows.append({**ships, **one.figures, **paired})
        return rows


def refuse_another_catalogue(trial: Trial, cutoff: Cutoff, days: int) -> None:
    """Refuse, with ``ModelRefused``, a day after which nothing was bought that had been sold before it."""
    bought = np.unique(trial.targets.items)
    if not (trial.before.buyers_of()[bought] > 0).any():
        raise ModelRefused(
            expected=f"some of what was bought in the {days} days after {cutoff} to have been sold before",
            found=f"none of {len(bought):,} items",
            remedy="The whole catalogue has changed: train once the new one has been sold for three horizons, or keep "
            "the numbers of items that stayed the same.",
        )


def lists_by_score(scores: Callable[[Bought], NDArray[np.float32]]) -> ListsOf:
    """Lists of a model that scores every item, some customers at a time."""

    def lists_of(bought: Bought) -> Lists:
        parts = [best(scores(some), LONGEST) for some in in_parts(bought)]
        return np.concatenate(parts) if parts else np.empty((0, LONGEST), np.int32)

    return lists_of


def in_parts(bought: Bought) -> Iterator[Bought]:
    """The purchases of some customers after the other, so that scores of all items fit into memory."""
    at_once = max(1, min(_AT_ONCE, _SCORES_AT_ONCE // max(bought.catalogue, 1)))
    for begin in range(0, bought.customers, at_once):
        yield bought.select(np.arange(begin, min(begin + at_once, bought.customers)))


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def some_by_lot(customers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """All of some customers, or ``most`` of them, always the same ones."""
    if len(customers) <= most:
        return customers
    random = np.random.Generator(np.random.PCG64(_SEED))
    return np.sort(random.choice(customers, most, replace=False))
