"""The level of a small company: all cutoffs together, where each alone has too few customers to say much."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.measures.intervals import finite
from training.measures.levels import NEARLY_ALWAYS, NEXT_SHARE, HeldLevel, HeldLevels

TOGETHER = "all cutoffs together"
METRIC = "pooled"
"""Under this name a manifest has it among its metrics, where a model was tested that way."""


@dataclass(frozen=True)
class PooledLevel:
    """How the level held over so many ``cutoffs`` at once.

    Of the ``level`` the customers are counted once, however many of their rows there are, and its interval and
    what chance gives its calibration error go by customers too.
    """

    level: HeldLevel
    cutoffs: int

    @classmethod
    def of_chances(
        cls,
        outcomes: Floats,
        probability: Floats,
        customer_keys: NDArray[np.integer],
        *,
        cutoffs: int,
    ) -> Self:
        """The level of probabilities of rows that several may be of one customer."""
        level = HeldLevel.of_chances(TOGETHER, outcomes, probability, customer_keys)
        surplus = outcomes - probability
        independent = float(surplus @ surplus)
        together = np.bincount(customer_keys, weights=surplus)
        # Whoever surprises once surprises again: chance errs by more than as many rows of strangers would show.
        more = math.sqrt(max(1.0, float(together @ together) / independent)) if independent else 1.0
        by_chance = more * (level.ece_by_chance or 0.0)
        customers = len(np.unique(customer_keys))
        return cls(replace(level, customers=customers, ece_by_chance=by_chance), cutoffs)

    def next_within(self, held: HeldLevels, share: float) -> tuple[float, float]:
        """Between which shares of what is expected the next level lies, so often; ``held`` tells the cutoffs apart.

        Wider than tests at later days would say of as many cutoffs: these were off from a mean that is their own,
        so that they look steadier than they are (by ``n / (n - 1)``), and that mean is no surer than they are (by
        ``1 + 1 / n``).
        """
        low, high = held.next_within(share)
        wider = math.sqrt((self.cutoffs + 1) / (self.cutoffs - 1)) if self.cutoffs > 1 else 1.0
        return low**wider, high**wider

    def next_figures(self, held: HeldLevels) -> dict[str, float | None]:
        """The ends of that range as a manifest keeps them, and of the one that holds nearly always."""
        ends = (*self.next_within(held, NEXT_SHARE), *self.next_within(held, NEARLY_ALWAYS))
        names = ("level_low", "level_high", "level_lowest", "level_highest")
        return finite(dict(zip(names, ends, strict=True)))

    def as_dict(self) -> dict[str, Any]:
        """The level as plain fields."""
        return {"cutoffs": self.cutoffs, **self.level.as_dict()}

    @classmethod
    def from_metrics(cls, metrics: Mapping[str, Any]) -> Self | None:
        """That of a manifest; None where the model was tested at cutoffs or in folds of one."""
        found = metrics.get(METRIC)
        if found is None:
            return None
        return cls(HeldLevel.from_dict(TOGETHER, found), int(found["cutoffs"]))
