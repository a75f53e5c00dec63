"""How much of what customers buy is among their candidates at all: no list finds more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.vocabulary.arrays import Floats
from training.families.items.ladder import Trial, in_parts
from training.families.items.pairs.pairs import SOURCES, PairFinder


@dataclass(frozen=True)
class CandidateRecall:
    """The mean share of what customers bought that was a candidate: of everything, of repeats and of first purchases.

    ``by_source`` splits the first by what brought the candidate; its parts sum to it. ``candidates`` is how many
    a customer has on average. None where nothing of the kind was bought.
    """

    recall: float | None
    repeat_recall: float | None
    explore_recall: float | None
    by_source: Mapping[str, float]
    candidates: float

    @classmethod
    def of(cls, shelf: PairFinder, trial: Trial, *, threads: int = 1) -> Self:
        """Look for the purchases of the customers a trial asks about among their candidates."""
        targets, customers = trial.targets, trial.asked.customers
        found = np.zeros((len(SOURCES), customers))
        repeats, candidates, begin = np.zeros(customers), 0, 0
        for some in in_parts(trial.asked):
            pairs = shelf.pairs(some, threads=threads)
            owners = begin + pairs.owners
            is_bought = targets.holds(owners, pairs.items)
            is_repeat = trial.had.holds(owners, pairs.items)
            np.add.at(found, (pairs.sources[is_bought], owners[is_bought]), 1.0)
            np.add.at(repeats, owners[is_bought & is_repeat], 1.0)
            candidates, begin = candidates + len(pairs.items), begin + some.customers
        all_found, bought = found.sum(axis=0), targets.counts
        return cls(
            _mean_share(all_found, bought),
            _mean_share(repeats, targets.only(True).counts),
            _mean_share(all_found - repeats, targets.only(False).counts),
            {
                name: _mean_share(one, bought) or 0.0
                for name, one in zip(SOURCES, found, strict=True)
            },
            candidates / max(customers, 1),
        )

    def figures(self) -> dict[str, float | None]:
        """The figures by the names they have among those of a training."""
        return {
            "candidate_recall": self.recall,
            "candidate_repeat_recall": self.repeat_recall,
            "candidate_explore_recall": self.explore_recall,
            "candidates": self.candidates,
        }


def _mean_share(found: Floats, of: np.ndarray) -> float | None:
    known = of > 0
    return float(np.mean(found[known] / of[known])) if known.any() else None
