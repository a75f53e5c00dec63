"""How many still wait with time: against its definition, by hand, and by law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.measures.survival import kaplan_meier

WAITS = st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=30)
AT = np.arange(0.0, 11.0)


def by_definition(waits: list[tuple[int, bool]], at: float) -> float:
    """The product over all days before ``at`` of the share who did not end on that day."""
    share = 1.0
    for day in range(1, 10):
        if day < at:
            present = sum(waited >= day for waited, _ in waits)
            ended = sum(waited == day and over for waited, over in waits)
            share *= 1.0 - ended / present if present else 1.0
    return share


def found_of(waits: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    days, ended = (np.array(column) for column in zip(*waits, strict=True))
    return kaplan_meier(days.astype(np.float64), ended, AT)


@given(WAITS)
def test_the_share_is_that_of_kaplan_and_meier(waits: list[tuple[int, bool]]) -> None:
    share, _, _ = found_of(waits)
    assert share == pytest.approx([by_definition(waits, at) for at in AT])


@given(WAITS)
def test_the_interval_holds_the_share_and_stays_between_none_and_all(
    waits: list[tuple[int, bool]],
) -> None:
    share, low, high = found_of(waits)
    assert (low <= share + 1e-12).all() and (share <= high + 1e-12).all()
    assert low.min() >= 0.0 and high.max() <= 1.0


def test_the_interval_is_that_of_greenwood_on_log_minus_log() -> None:
    # Ten waits, five over on day 1: the variance is 5 / (10 · 5), of log(-log) that over log(0.5)².
    days, ended = np.array([1.0] * 5 + [2.0] * 5), np.array([True] * 5 + [False] * 5)
    share, low, high = kaplan_meier(days, ended, np.array([1.0, 2.0]))
    assert share.tolist() == [1.0, 0.5] and (low[0], high[0]) == (1.0, 1.0)
    half = 1.96 * np.sqrt(0.1) / np.log(2.0)
    assert (low[1], high[1]) == pytest.approx((0.5 ** np.exp(half), 0.5 ** np.exp(-half)))


def test_where_nobody_has_ended_or_everybody_there_is_no_width() -> None:
    nobody = kaplan_meier(np.array([3.0, 4.0]), np.array([False, False]), np.array([9.0]))
    everybody = kaplan_meier(np.array([3.0, 4.0]), np.array([True, True]), np.array([9.0]))
    assert [float(one[0]) for one in nobody] == [1.0] * 3
    assert [float(one[0]) for one in everybody] == [0.0] * 3
