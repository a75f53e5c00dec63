"""What a campaign's hold-out can find before it starts: the smallest effect that would be seen, beside the largest that is possible."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Truths
from serving.campaigns.planning import ContactPlan
from training.measures.incremental.power import CHANCE, CampaignPower
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

_FINDS = phrase(
    "{held_out} held out beside {contacted} contacted: found is an effect of {smallest} points or more with {chance}% chance; expected are "
    "{expected} points, and {most} are the most there can be"
)
_TOO_FEW = phrase("{held_out} held out beside {contacted} contacted are too few to find any effect")
_INCOMPARABLE = phrase("{contacted} contacted and {held_out} held out, which cannot be compared")


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
        return self.said(ENGLISH)

    def said(self, language: Language) -> str:
        """The same in the words of a language."""
        counts = {
            "held_out": language.count(self.held_out),
            "contacted": language.count(self.contacted),
        }
        if math.isinf(self.smallest):
            return language.say(_INCOMPARABLE).format(**counts)
        if self.smallest > 1.0:
            return language.say(_TOO_FEW).format(**counts)
        points = {
            name: language.written(f"{100 * share:.1f}")
            for name, share in (
                ("smallest", self.smallest),
                ("expected", self.expected),
                ("most", self.most),
            )
        }
        return language.say(_FINDS).format(**counts, **points, chance=f"{100 * CHANCE:.0f}")

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
