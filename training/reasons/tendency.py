"""Which features go up with value and which down, so that facts are told that a person can follow.

A bare fact makes no claim, yet "spent more than is typical" reads as a reason for more value. Where a
feature clearly goes one way among customers, a fact that points the other way stands back behind others
of its group.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Feature
from features.vocabulary.arrays import Floats, Rows
from training.reasons.claims import claims_about

CLEAR = 0.3
"""A rank correlation from so much on is clear."""
FEWEST, MOST = 50, 4_096


def tendencies(values: Rows, expected: Floats, features: Sequence[Feature]) -> NDArray[np.int8]:
    """1 for features that go up with the expected value among these customers, -1 for down, else 0.

    At most 4,096 customers, evenly spaced, are asked, and at least fifty must have a value. Features about which
    claims are made have none: a claim compares facts of its own.
    """
    step = max(1, -(-len(values) // MOST))
    sample, ranked = values[::step], _ranks(expected[::step])
    found = np.zeros(len(features), np.int8)
    for place, feature in enumerate(features):
        column = sample[:, place]
        known = ~np.isnan(column)
        if known.sum() >= FEWEST and not _is_claimed(feature):
            found[place] = _sign(_ranks(column[known]), ranked[known])
    return found


def in_line(values: Rows, usual: Rows, tendency: NDArray[np.int8]) -> dict[str, NDArray[np.bool_]]:
    """Whether each fact points the way of its tendency, by direction: one row a customer.

    Facts without a tendency, or without anything usual to stand beside, always do.
    """
    above = (values - usual[None, :]) * tendency[None, :]
    return {"raises": ~(above < 0), "lowers": ~(above > 0)}


def _is_claimed(feature: Feature) -> bool:
    return any(claims_about(feature.name, one) for one in ("raises", "lowers"))


def _ranks(column: NDArray[np.floating]) -> Floats:
    """Ranks from 0 on; equal values share one."""
    ranks: Floats = np.unique(column, return_inverse=True)[1].astype(np.float64)
    return ranks


def _sign(one: Floats, other: Floats) -> int:
    spread = float(one.std() * other.std())
    if spread <= 0.0:
        return 0
    correlation = float(((one - one.mean()) * (other - other.mean())).mean()) / spread
    return 0 if abs(correlation) < CLEAR else (1 if correlation > 0 else -1)
