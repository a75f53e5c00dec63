"""The spread a model was calibrated on: so many quantiles, nobody's extremes, and rows of nobody."""

from __future__ import annotations

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from training.bundles.reference import Reference

ROWS = 401


def learned() -> Reference:
    """Customers whose first feature is their number from 0, whose second is 7 or missing, whose third is missing."""
    numbers = np.arange(ROWS, dtype=np.float32)
    sevens = np.where(numbers % 4 == 0, np.nan, 7.0).astype(np.float32)
    values = np.column_stack([numbers, sevens, np.full(ROWS, np.nan, np.float32)])
    keys = np.arange(ROWS, dtype=np.int32)
    vectors = Vectors("plan", ("number", "seven", "none"), keys, np.zeros(ROWS, np.int64), values)
    return Reference.learn(vectors, np.arange(ROWS) / 400.0)


def test_a_feature_has_every_twentieth_and_its_outermost_are_shared_by_ten() -> None:
    features = learned().features
    assert features.shape == (21, 3)
    assert features[1:-1, 0].tolist() == [20.0 * step for step in range(1, 20)]
    # Ten customers have a number of 9 or less, ten of 391 or more.
    assert (features[0, 0], features[-1, 0]) == (9.0, 391.0)
    assert features[:, 1].tolist() == [7.0] * 21 and features[:, 2].tolist() == [0.0] * 21


def test_what_is_missing_is_missing_as_often_in_invented_rows() -> None:
    reference = learned()
    assert reference.missing.tolist() == pytest.approx([0.0, 101 / ROWS, 1.0])
    rows = reference.sample(4_000, 3)
    assert np.isnan(rows).mean(axis=0).tolist() == pytest.approx([0.0, 101 / ROWS, 1.0], abs=0.03)
    assert set(rows[:, 0].tolist()) == set(reference.features[:, 0].tolist())
    assert reference.sample(4_000, 3).tobytes() == rows.tobytes()
    assert reference.sample(4_000, 4).tobytes() != rows.tobytes()


def test_a_probability_stands_where_it_stood_among_the_customers_and_at_most_at_an_end() -> None:
    reference = learned()
    assert reference.probability.shape == (101,)
    assert (reference.probability[0], reference.probability[-1]) == (9 / 400, 391 / 400)
    found = reference.percentile(np.array([0.0, 9 / 400, 0.25, 0.5, 0.505, 391 / 400, 1.0]))
    middle_of_the_lowest, middle_of_the_highest = 1.0, 99.0
    assert found.tolist() == pytest.approx(
        [middle_of_the_lowest] * 2 + [25.0, 50.0, 50.5] + [middle_of_the_highest] * 2
    )


def test_a_reference_is_read_back_as_it_was_written() -> None:
    reference = learned()
    again = Reference.from_bytes(reference.to_bytes())
    assert np.array_equal(again.features, reference.features)
    assert np.array_equal(again.missing, reference.missing)
    assert np.array_equal(again.probability, reference.probability)
    assert again.peers.sorted_by == reference.peers.sorted_by
    assert again.to_bytes() == reference.to_bytes()
