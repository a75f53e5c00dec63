"""How long a customer's silence may last by their own gaps: believed the more, the more gaps they have shown.

Gaps between order days of one customer are Gamma distributed around a pace of their own, and the paces
are Gamma distributed between customers (the waiting times of Chatfield and Goodhardt 1973 and of
Platzer and Reutterer 2016). So the gap to come has a distribution in closed form, a beta prime one, whose
parameters are the customer's own number and sum of gaps beside three numbers of the company.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.lifecycle.likelihood import rounded
from features.vocabulary.arrays import Floats
from training.learners.crossing import crossing

_LEAST, _MOST = 0.05, 200.0
"""Regularity and shape lie between these: below chaos, above clockwork."""
_BY_CHANCE = 1.0
"""The regularity of orders that come at random; taken where nobody has two gaps."""


@dataclass(frozen=True)
class Gaps:
    """The gaps between order days of some customers: how many, their mean and spread in days.

    One entry a customer. ``mean_days`` is NaN without a gap, ``sd_days`` with fewer than two.
    """

    counts: Floats
    mean_days: Floats
    sd_days: Floats

    @property
    def sums_days(self) -> Floats:
        """All gaps of a customer together; zero without one."""
        sums: Floats = np.where(self.counts > 0, self.counts * self.mean_days, 0.0)
        return sums


@dataclass(frozen=True)
class Rhythm:
    """How regularly a company's customers buy, and how their paces differ.

    ``regularity`` is the shape of a customer's gaps: 1 at random, higher the more like a clock.
    ``shape`` and ``scale_days`` are those of the paces: a low shape means very different customers.
    """

    regularity: float
    shape: float
    scale_days: float

    @classmethod
    def learn(cls, gaps: Gaps) -> Self | None:
        """The rhythm of these customers, by the method of moments; None where nobody has a gap.

        Regularity is what makes the mean of 1 + squared variation of a customer's gaps, each customer
        alike, what a Gamma shape leads one to expect given their sums. The paces are those that match mean and
        variance of the logarithms of the sums (Smyth 2004, "Linear models and empirical Bayes methods",
        section 6.2, has the same arithmetic for variances).
        """
        from scipy.special import digamma, polygamma

        regularity = _regularity(gaps)
        has_gaps = gaps.counts > 0
        if not has_gaps.any():
            return None
        events = regularity * gaps.counts[has_gaps]
        logarithms = np.log(gaps.sums_days[has_gaps]) - digamma(events)
        between = float(logarithms.var() - polygamma(1, events).mean())
        shape = _where_falling(lambda at: float(polygamma(1, at)), between)
        scale = np.exp(float(logarithms.mean()) + float(digamma(shape)))
        return cls(*(rounded(float(one)) for one in (regularity, shape, scale)))

    def allowed_days(self, gaps: Gaps, percent: int) -> Floats:
        """The whole days of silence that so many percent of a customer's gaps do not exceed.

        Without a gap of their own it is what the company's customers are allowed in common.
        """
        from scipy.special import betaincinv

        own = self.shape + self.regularity * gaps.counts
        share = betaincinv(self.regularity, own, percent / 100)
        days: Floats = np.ceil((self.scale_days + gaps.sums_days) * share / (1.0 - share))
        return days


def _regularity(gaps: Gaps) -> float:
    repeated = gaps.counts >= 2
    if not repeated.any():
        return _BY_CHANCE
    counts = gaps.counts[repeated]
    variation = gaps.sd_days[repeated] / gaps.mean_days[repeated]
    found = float(np.mean(1.0 + variation**2 * (counts - 1) / counts))
    return _where_falling(lambda at: float(np.mean(counts * (at + 1) / (counts * at + 1))), found)


def _where_falling(curve: Callable[[float], float], height: float) -> float:
    """Where a falling curve has a height, or the nearer bound where it nowhere does."""
    found = crossing(lambda at: height - curve(math.exp(at)), math.log(_LEAST), math.log(_MOST))
    return math.exp(found)
