"""Which features go up with what a model answers and which down, so that facts are told that a person can follow.

A bare fact makes no claim, yet "spent more than is typical" reads as a reason for more value and less risk. Where a
feature goes one way among customers, a fact that points the other way is no reason one can repeat.
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
_SURE = 3.0


def tendencies(values: Rows, answered: Floats, *, clear: float = CLEAR) -> NDArray[np.int8]:
    """1 for features that go up with what a model answered these customers, -1 for down, else 0.

    At most 4,096 customers, evenly spaced, are asked, and at least fifty must have a value. ``clear`` is the rank
    correlation from which on a feature goes one way, which where few have a value has to lie three standard errors
    from none.
    """
    step = max(1, -(-len(values) // MOST))
    sample, ranked = values[::step], _ranks(answered[::step])
    found = np.zeros(values.shape[1], np.int8)
    for place, column in enumerate(sample.T):
        known = ~np.isnan(column)
        if known.sum() >= FEWEST:
            bar = max(clear, _SURE / float(np.sqrt(known.sum())))
            found[place] = _sign(_ranks(column[known]), ranked[known], bar)
    return found


def of_unclaimed(tendency: NDArray[np.int8], features: Sequence[Feature]) -> NDArray[np.int8]:
    """The same without the features about which claims are made: a claim compares facts of its own."""
    is_claimed = np.array([_is_claimed(one) for one in features], np.bool_)
    return np.where(is_claimed, np.int8(0), tendency)


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


def _sign(one: Floats, other: Floats, clear: float) -> int:
    spread = float(one.std() * other.std())
    if spread <= 0.0:
        return 0
    correlation = float(((one - one.mean()) * (other - other.mean())).mean()) / spread
    return 0 if abs(correlation) < clear else (1 if correlation > 0 else -1)
