"""What a campaign's hold-out can find before it starts: the smallest effect that would be seen, beside the largest that is possible."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Truths
from serving.campaigns.planning import ContactPlan
from training.measures.incremental.power import CHANCE, CampaignPower


@dataclass(frozen=True)
class HoldOutAnswer:
    """What comparing so many contacted with so many held out can tell of who buys in the window.

    Shares of the customers: ``smallest`` is the smallest effect found with a chance of ``CHANCE`` at 95 % confidence, infinite where an arm is empty;
    ``most`` what would be seen if every contact kept everybody who leaves and can be reached; ``expected`` what is planned for.
    """

    contacted: int
    held_out: int
    smallest: float
    most: float
    expected: float

    @property
    def is_possible(self) -> bool:
        """Whether any effect the contacts can have would be found."""
        return self.smallest <= self.most

    @property
    def sentence(self) -> str:
        """The same in words."""
        if math.isinf(self.smallest):
            return f"{self.contacted:,} contacted and {self.held_out:,} held out, which cannot be compared"
        return (
            f"{self.held_out:,} held out beside {self.contacted:,} contacted: found is an effect of {100 * self.smallest:.1f} points or "
            f"more with {CHANCE:.0%} chance; expected are {100 * self.expected:.1f} points, and {100 * self.most:.1f} are the most there "
            "can be"
        )

    @property
    def finds_what_is_expected(self) -> bool:
        """Whether an effect as large as the planned one would be found; else it shows over several campaigns alone."""
        return self.smallest <= self.expected


def answer_of(plan: ContactPlan, kept: NDArray[np.intp], held: Truths) -> HoldOutAnswer:
    """What the hold-out of some customers of a plan can tell; ``held`` is true of those held out.

    Who buys differs by the risk, which is known: only what is uncertain of each customer beside it counts as noise.
    """
    held_out = int(held.sum())
    contacted = len(held) - held_out
    risk = plan.risk[kept]
    variance = float((risk * (1.0 - risk)).mean()) if len(risk) else 0.0
    smallest = (
        CampaignPower(variance).smallest_effect(contacted, held_out) if variance else math.inf
    )
    return HoldOutAnswer(
        contacted,
        held_out,
        smallest,
        float(plan.still_to_lose[kept].mean()) if len(kept) else 0.0,
        float(plan.chance_kept[kept].mean()) if len(kept) else 0.0,
    )


def expected_answer(plan: ContactPlan) -> HoldOutAnswer:
    """What the hold-out of a plan will be able to tell, before the lot is drawn."""
    everybody = np.arange(plan.customers)
    held_out = round(plan.customers * plan.limits.hold_out_percent / 100)
    return answer_of(plan, everybody, everybody < held_out)
