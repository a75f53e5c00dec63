"""Of whom the questions about buying are asked: at both sides of every number."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.arrays import Floats
from training.questions.buying import Inactivity, PartialChurn, SecondPurchase
from training.questions.question import Question

NAN = float("nan")
INACTIVITY, SECOND, PARTIAL = Inactivity(60, 7, 2, 120), SecondPurchase(60, 0, 120), PartialChurn(30, 0, 50)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "count", "silence", "expected"),
    [
        (INACTIVITY, 2, 120, True),
        (INACTIVITY, 1, 120, False),
        (INACTIVITY, 9, 120.01, False),
        (INACTIVITY, 9, NAN, False),
        (SECOND, 1, 120, True),
        (SECOND, 1, 120.01, False),
        (SECOND, 0, 5, False),
        (SECOND, 2, 5, False),
        # Three active months, the last order within three periods of thirty days.
        (PARTIAL, 3, 90, True),
        (PARTIAL, 2, 90, False),
        (PARTIAL, 12, 90.01, False),
        (PARTIAL, 12, NAN, False),
    ],
)
def test_who_is_asked_about(
    question: Question, count: float, silence: float, expected: bool
) -> None:
    """``count`` is of orders, or of months with an order."""

    def column(name: str) -> Floats:
        assert name in question.needs
        return np.array([silence if name == "days_since_order" else count])

    assert question.eligible(column, 1).tolist() == [expected]
