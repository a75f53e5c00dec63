"""Lots of customers: whose they are, and that they are spread evenly."""

from __future__ import annotations

import numpy as np

from training.datasets.lots import MOST_DEALT, dealt


def test_lots_belong_to_customers_and_not_to_who_else_is_there() -> None:
    keys = np.array([5, 9, 1_000_000], np.int32)
    assert dealt(keys, 1).tolist() == dealt(keys[::-1], 1)[::-1].tolist()
    assert dealt(keys, 1).tolist() != dealt(keys, 2).tolist()
    shares = np.bincount(dealt(np.arange(30_000, dtype=np.int32), 0) % 3) / 30_000
    assert np.allclose(shares, 1 / 3, atol=0.01)


def test_lots_spread_from_nothing_to_the_most() -> None:
    lots = dealt(np.arange(30_000, dtype=np.int32), 0) / MOST_DEALT
    assert np.allclose(
        np.quantile(lots, [0.0, 0.25, 0.5, 0.75, 1.0]), [0, 0.25, 0.5, 0.75, 1], atol=0.01
    )
    assert lots.min() >= 0.0 and lots.max() < 1.0
