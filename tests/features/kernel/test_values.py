"""Questions to models of buying that are asked anew, a row of a vector each."""

from __future__ import annotations

import numpy as np
import pytest

from features.plan.program import NO_PURCHASE
from features.vectors.kernel_call import ask_again

MODEL = np.array([[0.243, 30.9, 0.793, 2.426, 90.0, 0.0]])
QUESTION = np.array([[NO_PURCHASE, 0, 1, 2, 0]])
LACKING = float("nan")


def answers(*rows: tuple[float, float, float]) -> list[float]:
    """What stands in the fourth column, where 7 stood, once it was asked about each row's three."""
    values = np.array([[*row, 7.0] for row in rows], np.float32)
    ask_again(QUESTION, np.array([[3]]), MODEL, values)
    assert values[:, :3].tobytes() == np.array(rows, np.float32).tobytes()
    return [float(one) for one in values[:, 3]]


def test_a_row_that_lacks_any_part_of_the_question_keeps_what_it_has() -> None:
    lacking = [(LACKING, 20.0, 200.0), (3.0, LACKING, 200.0), (3.0, 20.0, LACKING)]
    assert answers(*lacking) == [7.0, 7.0, 7.0]
    first, *kept = answers((3.0, 20.0, 200.0), *lacking)
    assert 0 < first < 1 and kept == [7.0, 7.0, 7.0]


def test_who_bought_lately_and_often_is_the_likeliest_to_buy() -> None:
    often, once, long_ago = answers((9.0, 5.0, 200.0), (1.0, 200.0, 200.0), (9.0, 150.0, 200.0))
    assert often < once < long_ago


def test_a_day_with_a_purchase_is_no_repeat_before_there_are_two() -> None:
    none, one = answers((0.0, 200.0, 200.0), (1.0, 200.0, 200.0))
    assert none == one
    # Of whom never came back the chance is (alpha + T) / (alpha + T + t) to the power r, times none for dropping out.
    tenure, horizon, r, alpha = 200.0, 90.0, 0.243, 30.9
    assert one == pytest.approx(((alpha + tenure) / (alpha + tenure + horizon)) ** r, rel=1e-6)
