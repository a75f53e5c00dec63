"""How a customer is expected to buy on: values of the BG/NBD model of repeat buying.

The model (Fader, Hardie and Lee, "Counting your customers the easy way", Marketing Science 24, 2005)
says that every customer buys at a rate of their own and may stop for good after any purchase. Its four
parameters describe the whole company. They are fitted anew with every training and travel with the model
that was trained, so a declaration leaves their place empty and they are no part of a plan's hash; a
customer adds repeats, recency and tenure, which every vector holds. The arithmetic stands in
``kernel.repeat_buying``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields

from features.declarations.values import FITTED, Value
from features.vocabulary.errors import PlanRefused

SHORTEST_SCALE_DAYS = 0.01
LARGEST_PARAMETER = 1e6


@dataclass(frozen=True)
class BuyingModel:
    """The parameters of a company's repeat buying, in days.

    Rates of purchase are spread by a gamma distribution of shape ``r`` and scale ``alpha`` (in days),
    chances of stopping after a purchase by a beta distribution of ``a`` and ``b``. Raises
    ``PlanRefused`` for parameters that are not positive numbers.
    """

    r: float
    alpha: float
    a: float
    b: float

    def __post_init__(self) -> None:
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        sound = all(math.isfinite(one) and 0 < one <= LARGEST_PARAMETER for one in found.values())
        if not sound or self.alpha < SHORTEST_SCALE_DAYS:
            raise PlanRefused(
                expected=f"r, alpha, a and b above zero, alpha of {SHORTEST_SCALE_DAYS} days or more",
                found=", ".join(f"{name} = {one}" for name, one in found.items()),
                remedy="Fit the model of buying on more customers.",
            )


@dataclass(frozen=True)
class Buying(Value):
    """Something the model of buying says of a customer, given what they did so far.

    ``repeats`` counts the days with a purchase after the first one; ``recency`` and ``tenure`` are the
    days since the last and since the first purchase. Missing while one of them is. ``model`` is empty, for
    whoever reads the vector brings the parameters; plans of before carry them here.
    """

    repeats: Value
    recency: Value
    tenure: Value
    model: BuyingModel | None = field(metadata={FITTED: True})

    @property
    def is_observed(self) -> bool:
        """Never: a model says it."""
        return False


@dataclass(frozen=True)
class NoPurchase(Buying):
    """The probability that the customer buys nothing in the next so many days."""

    horizon_days: int

    def __post_init__(self) -> None:
        _refuse_no_horizon(self.horizon_days)

    def named(self, subject: str) -> str:
        """For instance ``buying_no_purchase_90d``."""
        return f"{subject}_no_purchase_{self.horizon_days}d"


@dataclass(frozen=True)
class ExpectedPurchases(Buying):
    """The expected number of days with a purchase in the next so many days."""

    horizon_days: int

    def __post_init__(self) -> None:
        _refuse_no_horizon(self.horizon_days)

    def named(self, subject: str) -> str:
        """For instance ``buying_expected_90d``."""
        return f"{subject}_expected_{self.horizon_days}d"


@dataclass(frozen=True)
class StillBuying(Buying):
    """The probability that the customer has not stopped for good; missing without a repeat purchase.

    Of somebody who bought once the model can only say that they are still there, because it lets
    nobody stop before the second purchase. Nor is this the probability of staying: who is still there
    may yet buy nothing for long.
    """

    def named(self, subject: str) -> str:
        """For instance ``still_buying``."""
        return f"still_{subject}"


def _refuse_no_horizon(days: int) -> None:
    if days < 1:
        raise PlanRefused(
            expected="a horizon of at least one day",
            found=f"{days} days",
            remedy="Correct `horizon_days` in the declaration.",
        )
