"""What each feature adds to an expected value, in cents, so that a base and all of it sum to the value.

Two exact rules, one for each kind of model:

* **Factors.** Trees answer in factors: a chance, an amount. The logarithm of their product is a sum, so each
  factor's way from base to customer is shared out among its features by their contributions, and the way
  of the value among all of them by what they add to that logarithm. Both steps are Aumann-Shapley pricing
  along a straight line (Aumann and Shapley 1974), which for one number has the closed form
  ``share * (value - base) / (logarithm - base's logarithm)``; the path runs straight in the logarithms of
  the factors.
* **Few inputs.** A rule or a formula of up to four inputs is asked about every mixture of the customer and
  the typical customer, and each input gets its Shapley value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats

CHANCE, AMOUNT, WHOLE = "chance", "amount", "whole"
"""The parts of an answer: buying at all, how much if they buy, and both at once."""
MOST_GAP = 1e-6
"""Base and reasons may miss a value by such a share of it, and no more."""
_STRAIGHT = 1e-6

Curve = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Factor:
    """One factor of an answer, as a model reads it: ``weight`` times its logarithm is part of the sum.

    ``base`` is its raw score at the base and ``added`` what each feature adds to that, one row a customer.
    A chance's raw score is its log-odds, any other's already the logarithm.
    """

    part: str
    weight: float
    base: float
    added: Floats

    def logarithms(self) -> tuple[float, Floats]:
        """Weight times logarithm at the base, and of each customer."""
        base, raw = np.array([self.base]), self.base + self.added.sum(axis=1)
        if self.part == CHANCE:
            base, raw = log_chance(base), log_chance(raw)
        return self.weight * float(base[0]), self.weight * raw

    def shares(self) -> Floats:
        """What each feature adds to that; the slope takes the place of the quotient at the base."""
        added = self.added.sum(axis=1)
        if self.part != CHANCE:
            return self.weight * self.added
        base = np.array([self.base])
        rate = _rates(
            added, log_chance(self.base + added) - log_chance(base), _slope(log_chance, base)
        )
        return self.weight * self.added * rate[:, None]


@dataclass(frozen=True)
class Contributions:
    """What each feature adds in cents: ``cents`` has the axes customer, part, feature.

    ``base_cents`` is the same for everybody. A customer's entries and the base sum to the value
    before it is held to a limit.
    """

    base_cents: float
    parts: tuple[str, ...]
    cents: Floats

    @property
    def total(self) -> Floats:
        """The value they sum to, one a customer."""
        total: Floats = self.base_cents + self.cents.sum(axis=(1, 2))
        return total


def of_factors(factors: Sequence[Factor], curve: Curve) -> Contributions:
    """The contributions of an answer that is a product of factors, seen through a rising curve.

    ``curve`` turns answers, which are the product itself and not its logarithm, into cents.
    """
    ends = [one.logarithms() for one in factors]
    base = math.fsum(one for one, _ in ends)
    logarithm = np.sum([one for _, one in ends], axis=0)
    start = np.array([base])
    worth = _curved(curve, start)
    rate = _rates(
        logarithm - base,
        _curved(curve, logarithm) - worth,
        _slope(lambda raw: _curved(curve, raw), start),
    )
    cents = np.stack([one.shares() * rate[:, None] for one in factors], axis=1)
    return Contributions(float(worth[0]), tuple(one.part for one in factors), cents)


def of_few_inputs(
    answer: Callable[[NDArray[np.float32]], Floats],
    rows: NDArray[np.float32],
    typical: NDArray[np.float32],
) -> Contributions:
    """The Shapley values of a few inputs, against one typical customer.

    ``answer`` gives cents for rows of inputs, one column an input; all ``2 ** inputs`` mixtures of each row and
    ``typical`` are asked about. An input equal to the typical one adds nothing.
    """
    customers, inputs = rows.shape
    patterns = [[bool(one >> place & 1) for place in range(inputs)] for one in range(1 << inputs)]
    mixed = [np.where(np.array(known), rows, typical[None, :]) for known in patterns]
    answers = answer(np.concatenate(mixed).astype(np.float32)).reshape(len(patterns), customers)
    cents = np.zeros((customers, 1, inputs))
    for number, known in enumerate(patterns):
        before = sum(known)
        for place in range(inputs):
            if not known[place]:
                share = 1.0 / (inputs * math.comb(inputs - 1, before))
                cents[:, 0, place] += share * (answers[number | 1 << place] - answers[number])
    base = float(answer(typical[None, :].astype(np.float32))[0])
    return Contributions(base, (WHOLE,), cents)


def log_chance(log_odds: Floats) -> Floats:
    """The logarithm of the chance with these log-odds."""
    found: Floats = -np.logaddexp(0.0, -log_odds)
    return found


def _curved(curve: Curve, logarithms: Floats) -> Floats:
    return curve(np.exp(logarithms))


def _slope(curve: Curve, at: Floats) -> float:
    ahead, behind = curve(at + _STRAIGHT), curve(at - _STRAIGHT)
    return float((ahead - behind)[0]) / (2 * _STRAIGHT)


def _rates(added: Floats, gained: Floats, slope: float) -> Floats:
    """What is gained for each unit added; the slope where next to nothing was added."""
    near = np.abs(added) < _STRAIGHT
    found: Floats = np.where(near, slope, gained / np.where(near, 1.0, added))
    return found
