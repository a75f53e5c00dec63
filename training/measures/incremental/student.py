"""Quantiles of the normal and of Student's t distribution, without a library that serving would have to load."""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE = 0.95


def normal_quantile(share: float) -> float:
    """The number that a standard normal stays below with this chance, between 0 and 1.

    >>> round(normal_quantile(0.975), 4)
    1.96
    """
    return NormalDist().inv_cdf(share)


def student_quantile(share: float, freedom: float) -> float:
    """The number that Student's t stays below with this chance; ``freedom`` may be broken or without end, and is 3 at least.

    The Cornish-Fisher expansion around the normal (Abramowitz and Stegun 1964, 26.7.5), right to 0.1 percent at the ends of a
    95 % interval from 4 degrees of freedom on.

    >>> [round(student_quantile(0.975, one), 3) for one in (5.0, 30.0, math.inf)]
    [2.57, 2.042, 1.96]
    """
    z = normal_quantile(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, start=1))


def two_sided(confidence: float = CONFIDENCE, freedom: float = math.inf) -> float:
    """How many standard errors an interval of this confidence reaches to either side."""
    return student_quantile((1.0 + confidence) / 2.0, freedom)
