"""The one thing a model is given: vectors of known cutoffs with the outcome that followed each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused


@dataclass(frozen=True)
class Dataset:
    """Vectors with their outcomes: 1.0 where it came true (the customer left), 0.0 where it did not.

    ``treated`` tells whose outcome an offer may have changed: it was shown to them within the horizon.
    None means that nobody knows of such offers.
    """

    vectors: Vectors
    outcomes: NDArray[np.float64]
    treated: NDArray[np.bool_] | None = None

    @property
    def rows(self) -> int:
        """How many vectors there are."""
        return self.vectors.rows

    @property
    def positives(self) -> int:
        """How many outcomes are 1."""
        return int(np.count_nonzero(self.outcomes == 1.0))

    @property
    def customers(self) -> int:
        """How many different customers there are."""
        return len(np.unique(self.vectors.customer_keys))

    def at(self, *cutoff_seconds: int) -> Dataset:
        """The rows of some cutoffs; where they stand together they are a view, which copies nothing."""
        rows = np.flatnonzero(np.isin(self.vectors.cutoff_seconds, cutoff_seconds))
        stand_together = len(rows) > 0 and rows[-1] - rows[0] + 1 == len(rows)
        return self.select(slice(rows[0], rows[-1] + 1) if stand_together else rows)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.integer] | slice) -> Dataset:
        """Some rows, in the order given."""
        treated = None if self.treated is None else self.treated[rows]
        return Dataset(self.vectors.select(rows), self.outcomes[rows], treated)

    def require_fit(self) -> None:
        """Refuse, with ``ModelRefused``, what no model can learn from."""
        if len(self.outcomes) != self.rows:
            raise _refused("one outcome a vector", f"{len(self.outcomes)} for {self.rows} vectors")
        if not self.rows:
            raise _refused("customers to learn from", "none")
        if not np.isin(self.outcomes, (0.0, 1.0)).all():
            raise _refused("every outcome to be 0 or 1", "unknown or other outcomes")
        if self.positives == 0:
            raise _refused("customers who left and customers who stayed", "nobody who left")
        if self.positives == self.rows:
            raise _refused("customers who left and customers who stayed", "nobody who stayed")


def together(parts: Sequence[Dataset]) -> Dataset:
    """The rows of several datasets of one plan, one after another; at least one is needed."""
    first = parts[0].vectors
    vectors = Vectors(
        first.plan_hash,
        first.feature_names,
        np.concatenate([one.vectors.customer_keys for one in parts]),
        np.concatenate([one.vectors.cutoff_seconds for one in parts]),
        np.concatenate([one.vectors.values for one in parts]),
    )
    marks = [one.treated for one in parts if one.treated is not None]
    return Dataset(
        vectors,
        np.concatenate([one.outcomes for one in parts]),
        np.concatenate(marks) if len(marks) == len(parts) else None,
    )


def _refused(expected: str, found: str) -> ModelRefused:
    return ModelRefused(
        expected=expected,
        found=found,
        remedy="Check the horizon and the population in [churn], and the records themselves.",
    )
