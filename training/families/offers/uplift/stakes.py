"""What is at stake with each offer shown: the money an effect brings and what contact and reward cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.families.offers.uplift.experiment import Experiment
from training.learners.calibration import sigmoid

SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
"""The budgets decisions are judged at: so many of the exposures may be shown the offer."""


@dataclass(frozen=True)
class Stakes:
    """Of each exposure: what an act brings before its reward, and what that costs; and what showing it to one costs, in cents."""

    margin_cents: Floats
    reward_cents: Floats
    contact_cents: float

    def select(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Stakes:
        """Those of some exposures."""
        return Stakes(self.margin_cents[rows], self.reward_cents[rows], self.contact_cents)

    def expected_cents(self, log_odds: tuple[Floats, Floats]) -> Floats:
        """What showing each offer is expected to bring: the effect's margin less contact, and the reward of all who act."""
        without, shown = (sigmoid(one) for one in log_odds)
        return np.asarray(
            (shown - without) * self.margin_cents - shown * self.reward_cents - self.contact_cents
        )

    def gain_cents(self, experiment: Experiment, log_odds: tuple[Floats, Floats]) -> float:
        """What decisions by these chances were seen to bring an exposure, the mean over budgets of 5 to 50 %.

        Within a budget those are shown the offer of whom most is expected, and nobody of whom nothing is. What showing it brought is told
        of each by their own arm and its chance (Horvitz and Thompson 1952): without bias and with much noise.
        """
        treated, chance = experiment.treated, experiment.chances
        acted = experiment.outcomes
        seen = np.where(
            treated,
            acted * (self.margin_cents - self.reward_cents) / chance,
            -acted * self.margin_cents / (1 - chance),
        )
        expected = self.expected_cents(log_odds)
        order = np.argsort(-expected, kind="stable")
        brought = np.where(expected[order] > 0, (seen - self.contact_cents)[order], 0.0)
        so_far = np.r_[0.0, np.cumsum(brought)]
        rows = len(order)
        return float(np.mean([so_far[round(share * rows)] for share in SHARES])) / max(rows, 1)
