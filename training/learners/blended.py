"""A logistic model and boosted trees together: the mean of their log-odds, so that reasons still add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from training.learners.boosting import BoostedModel
from training.learners.columns import Columns
from training.learners.logistic import LogisticModel
from training.learners.model import Model


@dataclass(frozen=True)
class BlendedModel(Model):
    """Two models of the same columns, each with half a say in log-odds.

    A line and trees err differently, so their mean errs less; and a mean of sums is a sum, so that
    contributions are the mean of both models' contributions.
    """

    family: ClassVar[str] = "blended"
    files: ClassVar[tuple[str, ...]] = (*LogisticModel.files, *BoostedModel.files)

    columns: Columns
    base_log_odds: float
    logistic: LogisticModel
    boosted: BoostedModel

    @classmethod
    def of(cls, logistic: LogisticModel, boosted: BoostedModel) -> Self:
        """The mean of two fitted models; ``ModelRefused`` unless both read the same columns alike."""
        if logistic.columns.as_dict() != boosted.columns.as_dict():
            raise ModelRefused(
                expected="two models of the same columns and bounds",
                found="different ones",
                remedy="Fit both on the same dataset and features.",
            )
        base = (logistic.base_log_odds + boosted.base_log_odds) / 2
        return cls(boosted.columns, base, logistic, boosted)

    @property
    def rounds(self) -> int:
        """How many trees the boosted half has."""
        return self.boosted.rounds

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The mean of both models' log-odds."""
        line = self.logistic.log_odds(prepared)
        return (line + self.boosted.log_odds(prepared, threads=threads)) / 2

    def contributions(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The mean of what each feature adds in both."""
        line = self.logistic.contributions(prepared)
        return (line + self.boosted.contributions(prepared, threads=threads)) / 2

    def grouped_contributions(
        self,
        prepared: NDArray[np.float32],
        group_of: NDArray[np.integer],
        groups: int,
        *,
        threads: int = 1,
    ) -> Floats:
        """The same by group, with the trees' sums from their tables."""
        line = self.logistic.grouped_contributions(prepared, group_of, groups)
        trees = self.boosted.grouped_contributions(prepared, group_of, groups, threads=threads)
        return (line + trees) / 2

    def proven_contributions(self, prepared: NDArray[np.float32]) -> Floats:
        """The same with LightGBM's own contributions of the trees."""
        line = self.logistic.contributions(prepared)
        return (line + self.boosted.proven_contributions(prepared)) / 2

    def to_files(self) -> dict[str, bytes]:
        """The files of both."""
        return self.logistic.to_files() | self.boosted.to_files()

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """Both models read back."""
        return cls.of(LogisticModel.from_files(files), BoostedModel.from_files(files))
