"""What a company stands to lose: risk times value if kept, and the matrix of value and risk in money.

Expected value already holds the chance that a customer buys nothing at all. To multiply it by the risk
of leaving would count that twice, so the risk is multiplied by the value *if kept*: what the customer brings given
that they buy at all in the value's horizon, the expected value divided by the chance of buying.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.reasons.languages.catalogue import phrase

TERCILES = (phrase("low"), phrase("middle"), phrase("high"))
PLAYS: Mapping[tuple[str, str], str] = {
    ("high", "high"): phrase("Call, or make an offer"),
    ("high", "low"): phrase("Protect, without a discount"),
    ("low", "high"): phrase("Something cheap and automated"),
    ("low", "low"): phrase("Leave as it is"),
}
"""What the corners of the matrix, value before risk, call for."""


def value_at_risk(probability: Floats, if_kept_cents: Floats) -> Floats:
    """The money that leaves with a customer, on average, in cents: risk times value if kept.

    >>> value_at_risk(np.array([0.5, 0.1]), np.array([20_000.0, 500.0]))
    array([10000.,    50.])
    """
    return probability * np.maximum(if_kept_cents, 0.0)


def terciles(amounts: Floats) -> NDArray[np.int8]:
    """0, 1 or 2 for each amount: whether it is of the lowest, middle or highest third.

    Thirds are as even as the count allows; equal amounts keep the order they are given in.

    >>> terciles(np.array([9.0, 1.0, 5.0])).tolist()
    [2, 0, 1]
    """
    order = np.argsort(amounts, kind="stable")
    found = np.empty(len(amounts), np.int8)
    found[order] = (3 * np.arange(len(amounts))) // max(len(amounts), 1)
    return found


@dataclass(frozen=True)
class Cell:
    """Customers of one third by value if kept and one third by risk: how many, and their money in cents."""

    value: str
    risk: str
    customers: int
    if_kept_cents: int
    at_risk_cents: int
    play: str


def value_risk_matrix(
    value_tercile: NDArray[np.integer],
    risk_tercile: NDArray[np.integer],
    if_kept_cents: Floats,
    at_risk_cents: Floats,
) -> list[Cell]:
    """The nine cells, the highest value and the highest risk first; their sums are those of everybody.

    Value is value if kept: an expected value is low because the risk is high, and the corner of those worth a
    call would be empty.
    """
    place = 3 * value_tercile.astype(np.intp) + risk_tercile.astype(np.intp)
    customers = np.bincount(place, minlength=9)
    if_kept = np.bincount(place, if_kept_cents, minlength=9)
    at_risk = np.bincount(place, at_risk_cents, minlength=9)
    return [
        Cell(
            value=TERCILES[value],
            risk=TERCILES[risk],
            customers=int(customers[3 * value + risk]),
            if_kept_cents=round(float(if_kept[3 * value + risk])),
            at_risk_cents=round(float(at_risk[3 * value + risk])),
            play=PLAYS.get((TERCILES[value], TERCILES[risk]), ""),
        )
        for value in (2, 1, 0)
        for risk in (2, 1, 0)
    ]
