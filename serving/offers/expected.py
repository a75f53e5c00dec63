"""What a model of offers says of customers, and everything behind what was decided by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from serving.offers.arbitration import Decided, Permissions, Terms


@dataclass(frozen=True)
class Expected:
    """What the model says of customers (rows) and offers (columns).

    ``values`` has one row a pair, customer by customer, in the order of the model's features. ``effect`` and what
    goes with it are None where no control arm earned it.
    """

    values: NDArray[np.float32]
    propensity: Floats
    effect: Floats | None
    effect_low: Floats | None
    effect_high: Floats | None
    kinds: NDArray[np.str_] | None


@dataclass(frozen=True)
class Arbitrated:
    """Everything behind the decisions for some customers."""

    expected: Expected
    permissions: Permissions
    terms: Terms
    decided: Decided
