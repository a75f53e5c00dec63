"""What calls cost, learned from those that were answered."""

from __future__ import annotations

import pytest

from serving.access.costs import CallCosts
from serving.access.work import Work


def work(rows: int, *marks: str) -> Work:
    return Work(("/score", *marks), rows, 0.25)


def test_until_something_was_learned_what_is_declared_counts() -> None:
    assert CallCosts().seconds(work(8)) == 2.0


def test_the_latest_calls_weigh_most() -> None:
    costs = CallCosts()
    costs.learn(work(8), 8.0)
    assert costs.seconds(work(8)) == 8.0
    costs.learn(work(8), 18.0)
    # Three tenths of the way from 8 to 18.
    assert costs.seconds(work(8)) == pytest.approx(11.0)


def test_a_call_of_another_size_costs_as_much_a_row_as_the_nearest_that_is_known() -> None:
    costs = CallCosts()
    costs.learn(work(1), 1.0)
    costs.learn(work(256), 25.6)
    assert costs.seconds(work(200)) == pytest.approx(20.0)
    assert costs.seconds(work(2)) == 2.0


def test_rows_of_another_kind_are_learned_apart() -> None:
    costs = CallCosts()
    costs.learn(work(8, '"events"'), 80.0)
    assert costs.seconds(work(8)) == 2.0
    assert costs.seconds(work(8, '"events"')) == 80.0
