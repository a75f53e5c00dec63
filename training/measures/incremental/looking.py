"""Looks at a campaign before its end, by a rule fixed before its start: who looks until an interval leaves out 0 will find one that does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from features.vocabulary.errors import UsageRefused
from training.measures.estimates import Estimate
from training.measures.incremental.effect import CampaignEffect
from training.measures.incremental.student import CONFIDENCE


class Looks(StrEnum):
    """When a campaign may be looked at."""

    AT_THE_END = "at_the_end"
    ALWAYS = "always"


@dataclass(frozen=True)
class LookingRule:
    """When a campaign may be looked at, and how many ``planned_customers`` will have an outcome at its end, both arms together.

    Fixed before the start and kept with the campaign. ``UsageRefused`` of fewer than two customers.
    """

    looks: Looks
    planned_customers: int

    def __post_init__(self) -> None:
        if self.planned_customers < 2:
            raise UsageRefused(
                expected="two customers or more in a campaign",
                found=f"{self.planned_customers}",
                remedy="Choose more of them.",
            )

    def per_treated(self, effect: CampaignEffect) -> Estimate:
        """The effect for each customer by the outcomes known so far, with an interval that this rule allows.

        Looks at the end alone have the usual interval, and are refused (``UsageRefused``) before all outcomes are known. Looks at any
        time have one that holds at all of them together in 95 of 100 campaigns, and is wider for it.
        """
        known = effect.treated + effect.held_out
        if self.looks is Looks.ALWAYS:
            return effect.at(always_valid(known, self.planned_customers))
        if known + effect.left_out < self.planned_customers:
            raise UsageRefused(
                expected=f"the outcomes of all {self.planned_customers:,} customers, as was fixed before the start",
                found=f"those of {known + effect.left_out:,}",
                remedy='Wait until they are due; a campaign to be looked at before is started with looks "always".',
            )
        return effect.per_treated


def always_valid(known: int, planned: int, confidence: float = CONFIDENCE) -> float:
    """How many standard errors an interval reaches to either side that holds at every look, narrowest for its size at the planned end.

    The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (Annals of Statistics 52, 2024, theorem 2.2), with
    the width of its mixture as they choose it for the planned sample.

    >>> [round(always_valid(one, 1_000), 2) for one in (100, 500, 1_000)]
    [3.86, 3.08, 3.04]
    """
    missed = 1.0 - confidence
    surprise = -2.0 * math.log(missed)
    mixed = known * (surprise + math.log(surprise + 1.0)) / planned
    return math.sqrt(2.0 * (mixed + 1.0) / mixed * math.log(math.sqrt(mixed + 1.0) / missed))
