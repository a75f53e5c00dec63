"""What a hold-out can find: the smallest effect that shows, and the share to hold out for an effect that matters."""

from __future__ import annotations

import math
from dataclasses import dataclass

from features.vocabulary.errors import UsageRefused
from training.measures.incremental.student import normal_quantile, two_sided

CHANCE = 0.8
"""How often an effect that is there shall be found."""
_HALF = 0.5


@dataclass(frozen=True)
class CampaignPower:
    """What is known of the outcome before a campaign.

    ``variance`` is that of one customer's outcome (``of_share`` for a purchase or none), ``variance_explained`` the share of it that covariates
    take, as the last campaign or the past has shown; 0 is careful. ``UsageRefused`` where they are no such numbers.
    """

    variance: float
    variance_explained: float = 0.0

    def __post_init__(self) -> None:
        for name, value, is_right in (
            ("a variance above 0", self.variance, 0.0 < self.variance < math.inf),
            (
                "a share explained from 0 and below 1",
                self.variance_explained,
                0.0 <= self.variance_explained < 1.0,
            ),
        ):
            if not is_right:
                raise UsageRefused(
                    expected=name, found=f"{value:g}", remedy="Take it from customers of the past."
                )

    @classmethod
    def of_share(cls, share: float, variance_explained: float = 0.0) -> CampaignPower:
        """For an outcome that so many customers of one have, and the others have not.

        >>> round(CampaignPower.of_share(0.2).smallest_effect(4_000, 1_000), 3)
        0.04
        """
        return cls(share * (1.0 - share), variance_explained)

    def smallest_effect(self, treated: int, held_out: int, chance: float = CHANCE) -> float:
        """The smallest effect for each customer that is found with this chance, by an interval at 95 percent that leaves out 0.

        In the unit of the outcome, so 0.04 is 4 points of a purchase. Without end where an arm is empty.
        """
        if not treated or not held_out:
            return math.inf
        error = math.sqrt(self._left * (1.0 / treated + 1.0 / held_out))
        return _reach(chance) * error

    def hold_out_share(self, customers: int, effect: float, chance: float = CHANCE) -> float | None:
        """The smallest share of so many customers to hold out so that an effect for each is found with this chance.

        None where not even one half would do: no campaign with these customers can ever answer.

        >>> round(CampaignPower.of_share(0.2).hold_out_share(5_000, 0.04), 2)
        0.2
        """
        if customers < 2 or not effect:
            return None
        needed = self._left * (_reach(chance) / effect) ** 2 / customers
        if needed > _HALF**2:
            return None
        return _HALF - math.sqrt(_HALF**2 - needed)

    @property
    def _left(self) -> float:
        return self.variance * (1.0 - self.variance_explained)


def _reach(chance: float) -> float:
    return two_sided() + normal_quantile(chance)
