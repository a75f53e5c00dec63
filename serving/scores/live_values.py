"""The value of a customer whose behaviour is newer than the scores, or was given by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serving.snapshot.columns import UNKNOWN, CustomerValues
from serving.snapshot.customer_values import (
    Valued,
    ValueInUse,
    ValueReasons,
    values_of_everybody,
    with_cost,
)
from training.families.churn.bundle import Bundle

_NAMES = {
    "expected_cents": "value_cents",
    "low_cents": "value_low_cents",
    "high_cents": "value_high_cents",
    "if_kept_cents": "value_if_kept_cents",
}


@dataclass(frozen=True)
class Valuer:
    """Values vectors by the model that valued everybody, with the same words.

    ``tendency`` says which way each feature goes with value, as it was when the scores were made.
    """

    in_use: ValueInUse
    risk: Bundle
    tendency: NDArray[np.int8]

    def valued(self, values: NDArray[np.float32]) -> Sequence[Valued | None]:
        """One answer a row of the model of risk; None of whom nothing is said."""
        assert self.in_use.bundle is not None
        amounts, shares = values_of_everybody(
            self.in_use,
            self.risk.manifest,
            self.risk.vectors_of(np.ascontiguousarray(values)),
            len(values),
            np.zeros(len(values), np.bool_),
            tendency=self.tendency,
        )
        days = self.in_use.bundle.manifest.horizon_days
        return [_valued(amounts, shares, row, days) for row in range(len(values))]


def _valued(amounts: CustomerValues, shares: ValueReasons, row: int, days: int) -> Valued | None:
    if amounts.value_cents[row] == UNKNOWN:
        return None
    cents = {name: int(getattr(amounts, column)[row]) for name, column in _NAMES.items()}
    told = with_cost(cents, int(amounts.cost_to_serve_cents[row]))
    return Valued(told | {"horizon_days": days}, shares.of(row, cents["expected_cents"]))
