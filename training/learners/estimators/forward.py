"""Cross-validation forward in time: what is tested lies later than everything that was learned from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Ints
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.learners.estimators.rows import CUTOFF, required_level, seconds_of

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class ForwardSplit:
    """Test at each of the latest cutoffs, and learn from all cutoffs whose outcome was known by then.

    A scikit-learn ``cv`` object. The outcome of a cutoff is known once ``gap_days + horizon_days`` have passed:
    rows of a cutoff are learned from when that is not after the tested cutoff. Cutoffs are the level ``cutoff`` of the
    index of ``X``, or what is given as ``groups``. At most ``tests`` cutoffs are tested, the earliest of them first; one
    before which nothing is known is no test.
    """

    horizon_days: int
    gap_days: int = 0
    tests: int = 3

    def __post_init__(self) -> None:
        Horizon(self.horizon_days, self.gap_days)
        if self.tests < 1:
            raise UsageRefused(
                expected="at least one test", found=str(self.tests), remedy="Give tests=3."
            )

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """The positions of the rows to learn from and of those to test, test by test.

        Raises ``UsageRefused`` when no cutoff lies late enough to be a test.
        """
        cutoffs = seconds_of(required_level(X, groups, CUTOFF))
        for test in self._tested(cutoffs):
            yield np.flatnonzero(self._is_known(cutoffs, test)), np.flatnonzero(cutoffs == test)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many tests these rows allow: it takes the rows to know."""
        return len(self._tested(seconds_of(required_level(X, groups, CUTOFF))))

    def _is_known(self, cutoffs: Ints, test: int) -> NDArray[np.bool_]:
        waited = (self.gap_days + self.horizon_days) * DAY_SECONDS
        return cutoffs + waited <= test

    def _tested(self, cutoffs: Ints) -> list[int]:
        distinct = np.unique(cutoffs)
        tested = [int(one) for one in distinct if self._is_known(distinct, int(one)).any()]
        if not tested:
            said = ", ".join(str(Cutoff(int(one))) for one in distinct) or "no rows"
            raise UsageRefused(
                expected=f"two cutoffs at least {self.gap_days + self.horizon_days} days apart, so that the outcome of "
                "the earlier is known at the later",
                found=said,
                remedy="Add cutoffs, or split by customer.",
            )
        return tested[-self.tests :]
