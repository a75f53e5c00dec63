"""Where a curve passes zero, for what has no closed form."""

from __future__ import annotations

from collections.abc import Callable


def crossing(curve: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising curve passes zero between two ends (Brent 1973); the nearer end where it nowhere does.

    >>> round(crossing(lambda at: at**3 - 8.0, 0.0, 10.0), 9), crossing(lambda at: at + 1.0, 0.0, 10.0)
    (2.0, 0.0)
    """
    from scipy.optimize import brentq

    if curve(low) >= 0.0:
        return low
    return high if curve(high) <= 0.0 else float(brentq(curve, low, high, xtol=1e-12))
