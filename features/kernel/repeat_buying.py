"""The arithmetic of the BG/NBD model for one customer, as the kernel compiles it.

Each function stands alone and uses ``math`` and whole loops only: numba compiles it as it is, so
none may call another. Time is in days. With x repeat purchases, the last one t_x days after the first
and T days observed, a customer's rate of purchase follows a gamma distribution of shape r + x and
rate alpha + T, and, unless they have stopped, their chance of stopping after each purchase a beta
distribution of a and b + x. The odds of having stopped are
a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x), and zero when x is zero: the model lets
nobody stop before the second purchase.
"""

from __future__ import annotations

import math


def still_buying(
    x: float, since_last: float, since_first: float, r: float, alpha: float, a: float, b: float
) -> float:
    """The probability of not having stopped for good; NaN without a repeat purchase."""
    if not (since_first >= 0.0 and since_last >= 0.0) or x < 1.0:
        return math.nan
    quiet = math.log1p(since_last / (alpha + max(since_first - since_last, 0.0)))
    odds = math.log(a / (b + x - 1.0)) + (r + x) * quiet
    # exp() overflows beyond 709; one divided by more than that is nothing.
    return 1.0 / (1.0 + math.exp(odds)) if odds < 700.0 else 0.0


def no_purchase(
    x: float,
    since_last: float,
    since_first: float,
    r: float,
    alpha: float,
    a: float,
    b: float,
    horizon: float,
) -> float:
    """The probability of no purchase in the next ``horizon`` days; NaN before the first purchase.

    One less the probability of being there still and buying: who has not stopped buys nothing with
    probability ((alpha + T) / (alpha + T + horizon)) ** (r + x).
    """
    if not (since_first >= 0.0 and since_last >= 0.0):
        return math.nan
    there = 1.0
    if x >= 1.0:
        quiet = math.log1p(since_last / (alpha + max(since_first - since_last, 0.0)))
        odds = math.log(a / (b + x - 1.0)) + (r + x) * quiet
        there = 1.0 / (1.0 + math.exp(odds)) if odds < 700.0 else 0.0
    return 1.0 + there * math.expm1(-(r + x) * math.log1p(horizon / (alpha + since_first)))


def expected_purchases(
    x: float,
    since_last: float,
    since_first: float,
    r: float,
    alpha: float,
    a: float,
    b: float,
    horizon: float,
) -> float:
    """The expected number of purchases in the next ``horizon`` days; NaN before the first purchase.

    The published closed form takes the difference of a Gauss hypergeometric function from one and
    divides it by a - 1, which loses all digits near a = 1. Summed instead over the number k of
    purchases the customer would make if they never stopped, which is negative binomial with
    probabilities p(k), every term is positive: E = sum p(k) w(k), where w(k), the number of these they
    make before they stop, grows by s(k) = (b+x)/(a+b+x) * (b+x+1)/(a+b+x+1) * ... at each step. The
    p(k) are summed beside it and divided out, so a scale may be taken off both when they grow large.
    """
    if not (since_first >= 0.0 and since_last >= 0.0):
        return math.nan
    there = 1.0
    if x >= 1.0:
        quiet = math.log1p(since_last / (alpha + max(since_first - since_last, 0.0)))
        odds = math.log(a / (b + x - 1.0)) + (r + x) * quiet
        there = 1.0 / (1.0 + math.exp(odds)) if odds < 700.0 else 0.0
    if there == 0.0:
        return 0.0
    z = horizon / (alpha + since_first + horizon)
    shape = r + x
    stays = b + x
    term = 1.0
    made = 0.0
    survives = 1.0
    mass = 1.0
    total = 0.0
    k = 0.0
    while True:
        growth = z * (shape + k) / (k + 1.0)
        made += survives
        survives *= (stays + k) / (a + stays + k)
        term *= growth
        k += 1.0
        mass += term
        total += term * made
        # Past the peak the terms fall at least geometrically: what is left is below the last digit.
        if growth < 1.0 and term * made < 1e-16 * (1.0 - growth) * total:
            break
        if term > 1e200:
            term *= 1e-200
            mass *= 1e-200
            total *= 1e-200
    return there * total / mass
