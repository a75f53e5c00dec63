"""How a model ages: fitted once, long ago, and asked again at every later test cutoff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from features.vocabulary.arrays import Floats
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplit, Splits
from training.ladder.ladder import Ladder
from training.measures.intervals import finite
from training.measures.metrics import auc, observed_over_expected


@dataclass(frozen=True)
class Aged:
    """The oldest model at one test cutoff, beside the model that was fresh there.

    ``learned_until`` is the end of the outcomes the old model was fitted on, from which its age counts to the cutoff it
    is asked at. ``auc_fresh`` is that of the same rung fitted as late as the cutoff allows. ``probability`` is what
    the old model answered of each customer, in the order they were tested in.
    """

    cutoff: Cutoff
    learned_until: Cutoff
    customers: int
    auc: float
    auc_fresh: float
    observed_over_expected: float
    probability: Floats = field(repr=False, compare=False)

    @classmethod
    def measured(
        cls,
        cutoff: Cutoff,
        learned_until: Cutoff,
        outcomes: Floats,
        probability: Floats,
        auc_fresh: float,
    ) -> Self:
        """What the old model, which had learned until then, is worth by what it answered at a cutoff."""
        return cls(
            cutoff=cutoff,
            learned_until=learned_until,
            customers=len(outcomes),
            auc=auc(outcomes, probability),
            auc_fresh=auc_fresh,
            observed_over_expected=observed_over_expected(outcomes, probability),
            probability=probability,
        )

    @property
    def age_days(self) -> int:
        """How old the model was when it was asked."""
        return (self.cutoff.seconds - self.learned_until.seconds) // DAY_SECONDS

    def as_dict(self) -> dict[str, Any]:
        """The row as plain fields."""
        figures = {
            "auc": self.auc,
            "auc_fresh": self.auc_fresh,
            "observed_over_expected": self.observed_over_expected,
        }
        place = {"cutoff": str(self.cutoff), "age_days": self.age_days, "customers": self.customers}
        return place | finite(figures)


def decay(ladder: Ladder, dataset: Dataset, splits: Splits) -> Sequence[Aged]:
    """The rung that ships, as it was fitted for the earliest test, at each test cutoff, oldest first.

    Empty where there are not two test cutoffs: the history is then too short to see a model age.
    """
    tests = [split for split in splits.tests if isinstance(split, OriginSplit) and split.test]
    if len(tests) < 2:
        return []
    earliest = tests[-1]
    old = ladder.oldest[ladder.winner.name]
    learned_until = splits.horizon.end(earliest.calibration)
    fresh = {one.test: one.figures["auc"] for one in ladder.of(ladder.winner.name)}
    rows = []
    for split in reversed(tests):
        assert split.test is not None
        test = split.test_rows(dataset)
        probability = old.curve.apply(old.model.score(test.vectors))
        rows.append(
            Aged.measured(split.test, learned_until, test.outcomes, probability, fresh[split.name])
        )
    return rows
