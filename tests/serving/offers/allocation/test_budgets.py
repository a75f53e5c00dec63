"""The best of each row is what NumPy finds, however many columns there are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from serving.offers.allocation.budgets import Budget, Budgeted, best_columns

values = st.tuples(st.integers(0, 20), st.integers(1, 12)).flatmap(
    lambda shape: arrays(
        np.float64, shape, elements=st.sampled_from([-np.inf, -1.0, 0.0, 2.0, 3.5])
    )
)


@given(values)
def test_the_first_of_the_largest_is_taken(found: np.ndarray) -> None:
    places, best = best_columns(found)
    assert places.tolist() == found.argmax(axis=1).tolist()
    assert best.tolist() == found.max(axis=1).tolist()


def test_what_all_use_alike_is_priced_as_if_each_used_it() -> None:
    gains = np.array([[5.0, 3.0], [1.0, 2.0], [-np.inf, 4.0]])
    uses = np.array([0.3, 0.1])
    alike = Budgeted(gains, [Budget("money", 1.0, uses)])
    each = Budgeted(gains, [Budget("money", 1.0, np.tile(uses, (3, 1)))])
    prices, some = np.array([0.7]), np.array([2, 0])
    for rows in (slice(0, 3), some):
        assert np.array_equal(alike.priced(prices, rows), each.priced(prices, rows))
