"""Golden answers agree within the tolerance of their kind, and not a digit beyond."""

from __future__ import annotations

import numpy as np
import pytest

from training.bundles.golden import agrees
from training.bundles.kind import Tolerance

EXACT = Tolerance("", "")
MONEY = Tolerance("", "", absolute=1e-6, relative=1e-9, of_largest=1e-9)
PAIRS = Tolerance("", "", single=("values",), with_missing=True)


@pytest.mark.parametrize(
    ("tolerance", "name", "golden", "off", "same"),
    [
        (EXACT, "log_odds", 5.0, 0.9e-9, True),
        (EXACT, "log_odds", 5.0, 1.2e-9, False),
        (EXACT, "segments", 3.0, 1.0, False),
        (MONEY, "expected", 1e6, 0.0019, True),
        (MONEY, "expected", 1e6, 0.0021, False),
        (MONEY, "expected", 1.0, 1.1e-6, False),
        (PAIRS, "values", 1e4, 0.09, True),
        (PAIRS, "log_odds", 1e4, 0.09, False),
    ],
)
def test_an_answer_may_be_off_by_the_tolerance_alone(
    tolerance: Tolerance, name: str, golden: float, off: float, same: bool
) -> None:
    assert agrees(np.array([golden + off]), np.array([golden]), name, tolerance) is same


def test_a_missing_answer_or_another_shape_is_another_answer() -> None:
    missing, row = np.array([np.nan]), np.array([1.0])
    assert not agrees(missing, missing, "log_odds", EXACT)
    assert agrees(missing, missing, "values", PAIRS)
    assert not agrees(np.array([1.0, 1.0]), row, "log_odds", EXACT)
