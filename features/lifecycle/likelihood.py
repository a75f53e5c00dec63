"""The search for the parameters of a small model of buying under which what was seen is likeliest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# More digits than any company's data can tell apart, and few enough to be the same on any machine.
_DIGITS = 5


def likeliest(
    loss_and_slopes: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    *,
    widest: float,
    steepest: float,
) -> Floats | None:
    """The positive parameters with the smallest loss; None where the search does not come to rest.

    The loss, with its slopes, is a function of the parameters' logarithms, which ``start`` gives and
    which stay within ``widest`` of zero. At rest no slope inside these bounds is above ``steepest``.
    """
    from scipy.optimize import minimize

    found = minimize(
        loss_and_slopes,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-widest, widest)] * len(start),
        options={"maxiter": 1_000, "ftol": 1e-15, "gtol": 1e-9},
    )
    # A search that can improve no further ends with a warning of its own; the slopes decide.
    inside = np.abs(found.x) < widest
    if not np.isfinite(found.fun) or np.any(np.abs(np.asarray(found.jac)[inside]) > steepest):
        return None
    parameters: Floats = np.exp(found.x)
    return parameters


def rounded(value: float) -> float:
    """A parameter with as many digits as are kept."""
    return float(f"{value:.{_DIGITS}g}")
