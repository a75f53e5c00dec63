"""What the rungs of one training answered of each customer at each test, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.time import Cutoff

Column = NDArray[np.float64] | NDArray[np.bool_] | NDArray[np.int64]


@dataclass(frozen=True)
class RungPredictions:
    """One rung at one test, in the order it was tested in: one entry a row in every array.

    ``fold`` names the fold of a table without time, and is empty where a test stands at a cutoff. ``outcomes`` are
    1.0 and 0.0, or what was brought in cents; ``answers`` are the columns of what was answered, by their names.
    """

    rung: str
    fold: str
    customer_keys: NDArray[np.int32]
    cutoff_seconds: Ints
    outcomes: Floats
    answers: Mapping[str, Column]

    def numbers(self, name: str) -> Floats:
        """A column of answers that are numbers."""
        return np.asarray(self.answers[name], np.float64)

    def flags(self, name: str) -> NDArray[np.bool_]:
        """A column of answers that are yes or no."""
        return np.asarray(self.answers[name], np.bool_)

    @property
    def rows(self) -> int:
        """How many customers were answered for."""
        return len(self.outcomes)

    @property
    def test(self) -> str:
        """What the test is called: its fold, or the date it stands at."""
        return self.fold or str(Cutoff(int(self.cutoff_seconds[0])))


@dataclass(frozen=True)
class Predictions:
    """Everything one training answered at its tests.

    ``facts`` are what its figures depend on beside the answers, such as which rungs are rules. ``rows_written`` says
    how many rows there were at first: fewer are left once customers were erased.
    """

    model: str
    tested: Sequence[RungPredictions] = field(repr=False)
    facts: Mapping[str, Any]
    rows_written: int

    @classmethod
    def of(
        cls, model: str, tested: Sequence[RungPredictions], facts: Mapping[str, Any]
    ) -> Predictions:
        """Those of a training that has just been done."""
        return cls(model, tuple(tested), facts, sum(one.rows for one in tested))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(one.rows for one in self.tested)

    @property
    def rows_gone(self) -> int:
        """How many rows were taken out since."""
        return self.rows_written - self.rows
