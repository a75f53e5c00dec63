"""A randomised experiment: who was shown an offer by lot, who was not, and what they did."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from training.datasets.dataset import Dataset
from training.datasets.lots import dealt
from training.learners.logistic import LogisticModel
from training.learners.sorted_scores import SortedScores

FEWEST_EVENTS = 100
"""So many of either arm must have acted and so many must not: an effect is a difference of two rates."""
MOST_IMBALANCE = 0.02
"""How far the AUC of the arm, told from the customers, may be from a half before the lot is doubted."""
LEAST_CHANCE = 0.01
"""A rarer arm gives single customers the weight of a hundred."""
MOST_ERRORS_AWAY = 4.0
"""So many standard errors from what the chances say, and it was another lot that was drawn."""
ROUNDED = 0.0005
"""Chances are kept to a thousandth."""
FOLDS = 3
_SURE = 1.96


@dataclass(frozen=True)
class Experiment:
    """Customers of both arms with their outcomes; ``chances`` is how likely each was to be treated, by design.

    ``dataset.treated`` says who was. Raises ``ModelRefused`` where no effect can be told: no arms, too few
    of either, chances near 0 or 1, or arms that differ before anything was shown.
    """

    dataset: Dataset
    chances: Floats

    @classmethod
    def of(cls, dataset: Dataset, chances: Floats | None = None) -> Self:
        """An experiment; without chances everybody had the same, the share that was treated."""
        if dataset.treated is None:
            raise _refused("a control arm drawn by lot", "nobody who deliberately was not shown it")
        if chances is None:
            share = float(dataset.treated.mean()) if dataset.rows else 0.5
            chances = np.full(dataset.rows, share)
        made = cls(dataset, chances)
        made._require_arms()
        made._require_stated_chances()
        made._require_balance()
        return made

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Who was treated."""
        assert self.dataset.treated is not None
        return self.dataset.treated

    @property
    def outcomes(self) -> Floats:
        """Who acted."""
        return self.dataset.outcomes

    @property
    def vectors(self) -> Vectors:
        """Their behaviour before."""
        return self.dataset.vectors

    @property
    def weights(self) -> Floats:
        """How much each customer counts: 1 where the chances are all the same, inverse to them otherwise."""
        mean = float(self.chances.mean())
        weights = np.where(self.treated, mean / self.chances, (1 - mean) / (1 - self.chances))
        return np.asarray(weights)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Experiment:
        """Some of the customers; nothing is required of them again."""
        return Experiment(self.dataset.select(rows), self.chances[rows])

    def arm(self, treated: bool) -> Dataset:
        """One arm alone."""
        return self.dataset.select(self.treated == treated)

    def folds(self, round_number: int) -> NDArray[np.int64]:
        """Customers dealt into three folds, by a hash of who they are: all rows of one lie together."""
        return dealt(self.vectors.customer_keys, round_number) % FOLDS

    def effect(self) -> tuple[float, float, float]:
        """The mean effect, with the ends of its 95 % interval."""
        return mean_effect(self.outcomes, self.treated, self.weights)

    @cached_property
    def balance(self) -> tuple[float, float]:
        """The AUC of the arm told from the customers by a model that has not seen them, and its 95 % half-width."""
        fold = self.folds(0)
        arms = Dataset(self.vectors, self.treated.astype(np.float64))
        scores = np.zeros(arms.rows)
        for one in range(FOLDS):
            held = fold == one
            scores[held] = LogisticModel.fit(arms.select(~held)).score(self.vectors.select(held))
            # Each fold's model has a level of its own, which says nothing of the arms.
            scores[held] -= scores[held].mean()
        found = SortedScores.of(arms.outcomes, scores).auc(self.weights)
        shown = float(self.treated.sum())
        kept = arms.rows - shown
        return found, _SURE * math.sqrt((arms.rows + 1) / (12 * shown * kept))

    @property
    def fewest_of_either(self) -> int:
        """How many acted, or did not, of the arm where that is least."""
        acted = [self.outcomes[self.treated == arm] for arm in (True, False)]
        return int(min(min(one.sum(), len(one) - one.sum()) for one in acted))

    def _require_arms(self) -> None:
        rows = self.dataset.rows
        if len(self.chances) != rows:
            raise _refused(f"a chance for each of {rows} customers", f"{len(self.chances)}")
        for name, arm in (("shown it", True), ("not shown it", False)):
            acted = self.outcomes[self.treated == arm]
            fewer = int(min(acted.sum(), len(acted) - acted.sum()))
            if fewer < FEWEST_EVENTS:
                raise _refused(
                    f"at least {FEWEST_EVENTS} who acted and {FEWEST_EVENTS} who did not of those {name}",
                    f"{int(acted.sum())} and {len(acted) - int(acted.sum())} of {len(acted)}",
                    "Keep a larger control by lot, or wait for more campaigns.",
                )
        unlikely = (self.chances < LEAST_CHANCE) | (self.chances > 1 - LEAST_CHANCE)
        if unlikely.any():
            raise _refused(
                f"chances of being shown the offer between {LEAST_CHANCE:.0%} and {1 - LEAST_CHANCE:.0%}",
                f"{int(unlikely.sum())} rows with others, the first is row {int(np.argmax(unlikely))}",
                "Leave these rows out: nobody like them was in the other arm.",
            )

    def _require_stated_chances(self) -> None:
        """As many were shown it as the chances say: rows of an arm that went missing go missing by what customers did.

        A sample ratio mismatch (Fabijan et al. 2019), with an error that counts customers, for some lots hold for good.
        """
        more = self.treated - self.chances
        _, customer = np.unique(self.vectors.customer_keys, return_inverse=True)
        error = math.sqrt(float((np.bincount(customer, weights=more) ** 2).sum()))
        if abs(float(more.sum())) > MOST_ERRORS_AWAY * error + ROUNDED * len(more):
            raise _refused(
                "as many who were shown it as their chances say",
                f"{int(self.treated.sum()):,} of {len(more):,} where {self.chances.sum():,.0f} were expected",
                "Bring back the rows that are missing of either arm, or say in action_probability by which chance was drawn.",
            )

    def _require_balance(self) -> None:
        found, half = self.balance
        if abs(found - 0.5) > MOST_IMBALANCE + half:
            raise _refused(
                "arms that cannot be told apart by what customers did before",
                f"an AUC of {found:.3f}",
                "It was not drawn by lot who is shown the offer: no effect is claimed of it.",
            )


def mean_effect(
    outcomes: Floats, treated: NDArray[np.bool_], weights: Floats
) -> tuple[float, float, float]:
    """How much more often the treated acted than the others, with the ends of the 95 % interval.

    NaN where an arm is empty.
    """
    rates, errors = [], []
    for arm in (True, False):
        mine = treated == arm
        if not mine.any():
            return math.nan, math.nan, math.nan
        acted, counted = outcomes[mine], weights[mine] / weights[mine].sum()
        rate = float(counted @ acted)
        rates.append(rate)
        errors.append(float(np.sum(counted**2 * (acted - rate) ** 2)))
    half = _SURE * math.sqrt(sum(errors))
    return rates[0] - rates[1], rates[0] - rates[1] - half, rates[0] - rates[1] + half


def _refused(expected: str, found: str, remedy: str = "") -> ModelRefused:
    return ModelRefused(
        expected=expected,
        found=found,
        remedy=remedy
        or "Leave a part of the audience out of the next campaign by lot, and say so in the column arm.",
    )
