"""The BG/NBD model a second time, from its definition: likelihoods, and quadrature over who a customer may be.

No closed form of a conditional expectation is used. ``last`` is the time of the last purchase and
``whole`` the time observed, both in days from the first purchase.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy.special import beta, gammaln, roots_jacobi

Parameters = tuple[float, float, float, float]


def alive(x: float, last: float, whole: float, model: Parameters) -> float:
    """The share of the likelihood in which the customer has not stopped."""
    r, alpha, a, b = model
    if x == 0:
        return 1.0
    there = beta(a, b + x) * ((alpha + last) / (alpha + whole)) ** (r + x)
    return float(there / (there + beta(a + 1, b + x - 1)))


def silent(x: float, last: float, whole: float, model: Parameters, days: float) -> float:
    """Stopped already, or there and not buying."""
    r, alpha, _, _ = model
    there = alive(x, last, whole, model)
    return float(1.0 - there + there * ((alpha + whole) / (alpha + whole + days)) ** (r + x))


def expected(x: float, last: float, whole: float, model: Parameters, days: float) -> float:
    """The mean, over chances of stopping p, of the (1 - E[exp(-rate p days)]) / p purchases to come."""
    r, alpha, a, b = model
    chances, weights = _chances(a, b + x)
    quiet = (1.0 + chances * days / (alpha + whole)) ** -(r + x)
    return alive(x, last, whole, model) * float(weights @ ((1.0 - quiet) / chances))


@cache
def _chances(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of a beta distribution."""
    nodes, weights = roots_jacobi(800, b - 1.0, a - 1.0)
    return (nodes + 1.0) / 2.0, weights / weights.sum()


def slow_log_likelihood(
    x: float, last: float, whole: float, r: float, alpha: float, a: float, b: float
) -> float:
    """One customer's log-likelihood, as equation 3 of the paper writes it."""
    rate = math.exp(gammaln(r + x) - gammaln(r)) * alpha**r
    there = beta(a, b + x) / beta(a, b) * rate / (alpha + whole) ** (r + x)
    gone = beta(a + 1, b + x - 1) / beta(a, b) * rate / (alpha + last) ** (r + x) if x else 0.0
    return math.log(there + gone)
