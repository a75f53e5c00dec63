"""The chance that a customer buys nothing, by the BG/NBD model of repeat buying: a rule with four parameters.

Method: Fader, Hardie and Lee (2005). The parameters are those of the company's purchases as they were known when
the rule was made; no outcome has a part in them. The same chance stands in ``features.kernel.repeat_buying`` for
one customer; here it is written in logarithms, so that the likeliest and the least likely can still be told apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from math import factorial
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from features.declarations.buying import BuyingModel
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.learners.columns import Columns
from training.learners.model import Model

READ = ("active_days_count_lifetime", "days_since_order", "days_since_first_order")
"""What a customer adds: days with a purchase, silence and tenure."""


@dataclass(frozen=True)
class RepeatBuying(Model):
    """The log-odds of no purchase in so many days, of each customer's days with a purchase, silence and tenure.

    What each of the three adds is its Shapley value (1953) against a customer who is ``typical``, the median
    in each, and stands for whoever never bought. With a ``direction`` of -1 the log-odds are those of a purchase.
    """

    family: ClassVar[str] = "repeat_buying"
    files: ClassVar[tuple[str, ...]] = ("repeat_buying.json",)

    columns: Columns
    base_log_odds: float
    buying: BuyingModel
    horizon_days: int
    typical: Floats
    direction: int

    @classmethod
    def of(
        cls, buying: BuyingModel, horizon_days: int, vectors: Vectors, *, direction: int = 1
    ) -> Self:
        """The rule of fitted parameters, for customers among whom those of the vectors are typical."""
        known = [vectors.column(name).astype(np.float64) for name in READ]
        bought = ~np.isnan(known).any(axis=0)
        medians = [float(np.median(one[bought])) if bought.any() else 0.0 for one in known]
        return cls._made(buying, horizon_days, np.array(medians, np.float64), direction)

    @classmethod
    def _made(cls, buying: BuyingModel, horizon_days: int, typical: Floats, direction: int) -> Self:
        base = direction * log_odds_of_silence(typical[None, :], buying, horizon_days)
        columns = Columns.unbounded(READ)
        return cls(columns, float(base[0]), buying, horizon_days, typical, direction)

    @property
    def opposite(self) -> Self:
        """The same rule for an outcome that comes true with a purchase."""
        return self._made(self.buying, self.horizon_days, self.typical, -self.direction)

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The log-odds of no purchase within the horizon, or of one."""
        return self._asked(self._known(prepared))

    def contributions(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """What each of the three adds, whichever of them a customer is told by first."""
        rows, places = self._known(prepared), range(len(READ))
        told = {
            chosen: self._partial_log_odds(rows, chosen)
            for size in range(len(READ) + 1)
            for chosen in combinations(places, size)
        }
        added = np.zeros(rows.shape)
        for place in places:
            for chosen in (one for one in told if place not in one):
                weight = factorial(len(chosen)) * factorial(len(READ) - 1 - len(chosen))
                gained = told[tuple(sorted((*chosen, place)))] - told[chosen]
                added[:, place] += weight / factorial(len(READ)) * gained
        return added

    def _partial_log_odds(self, rows: Floats, chosen: tuple[int, ...]) -> Floats:
        """The log-odds where only some of the three are known, and the others are those of the typical customer."""
        partly = np.where(np.isin(np.arange(len(READ)), chosen), rows, self.typical)
        return self._asked(partly)

    def _asked(self, rows: Floats) -> Floats:
        return self.direction * log_odds_of_silence(rows, self.buying, self.horizon_days)

    def _known(self, prepared: NDArray[np.float32]) -> Floats:
        bought = ~np.isnan(prepared).any(axis=1, keepdims=True)
        return np.where(bought, prepared.astype(np.float64), self.typical)

    def to_files(self) -> dict[str, bytes]:
        """The parameters as one JSON file."""
        content = {
            "buying": asdict(self.buying),
            "horizon_days": self.horizon_days,
            "typical": self.typical.tolist(),
            "direction": self.direction,
        }
        return {"repeat_buying.json": json.dumps(content, indent=1).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The rule read back."""
        content = json.loads(files["repeat_buying.json"])
        typical = np.array(content["typical"], np.float64)
        buying = BuyingModel(**content["buying"])
        return cls._made(buying, int(content["horizon_days"]), typical, int(content["direction"]))


def log_odds_of_silence(rows: Floats, buying: BuyingModel, horizon_days: int) -> Floats:
    """The log-odds of no purchase in so many days, of rows of days with a purchase, silence and tenure in days.

    Who has stopped buys nothing; who has not buys nothing with the chance of a gamma-distributed rate. The chance
    of being there still is in both sides of the odds, and cancels.
    """
    repeats = np.maximum(rows[:, 0] - 1.0, 0.0)
    silence, tenure = rows[:, 1], rows[:, 2]
    shape = buying.r + repeats
    quiet = np.log1p(silence / (buying.alpha + np.maximum(tenure - silence, 0.0)))
    again = repeats >= 1.0
    stays = np.where(again, buying.b + repeats - 1.0, 1.0)
    # The odds of having stopped after the last purchase; none before the second.
    stopped = np.where(again, np.log(buying.a / stays) + shape * quiet, -np.inf)
    none = -shape * np.log1p(horizon_days / (buying.alpha + tenure))
    log_odds: Floats = np.logaddexp(stopped, none) - np.log(-np.expm1(none))
    return log_odds
